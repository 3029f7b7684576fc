// A KV pool as a JSON object says it -> what is given of it.
#pragma once

#include <string>
#include <string_view>

#include "models/engines/pool.h"
#include "sim/input/json.h"
#include "sim/input/node.h"

namespace kvf::input {

// The keys are in docs/pool.md. Adds a problem for all that is wrong; the result then means nothing.
// Unknown keys are problems if `strict`. Figures that were logged are no input: they are left out.
PoolCase read_pool_case(const Node& node, bool strict, Problems& problems);

// One line of the batch interface. Keeps its memory from one line to the next.
class PoolCaseReader {
 public:
  explicit PoolCaseReader(std::string file);
  // Throws InputError with all that is wrong; the reader can go on with the next line.
  PoolCase read(std::string_view line, int line_number);

 private:
  Problems problems_;
  JsonParser parser_;
  Tree tree_;
};

}  // namespace kvf::input
