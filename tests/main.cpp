// The main function of Catch2 2 where its package has no library of it. A file of its own, because
// it takes half a minute to compile.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
