// One expression over quantities, KVF_EXPRESSION. tests/CMakeLists.txt says which must compile and
// which must not.
#include "models/units.h"

using namespace kvf;

[[maybe_unused]] static const auto kResult = KVF_EXPRESSION;
