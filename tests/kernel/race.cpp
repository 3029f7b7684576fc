// Runs the kernel with a block of threads that lacks one barrier: kvf_kernel_race BARRIER, a number of
// the enum; -1 lacks none. Built with ThreadSanitizer, each must be reported as a race.
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "tests/kernel/attention_case.h"
#include "tests/kernel/block_of_threads.h"

int main(int argc, char** argv) {
  using namespace kvf::capture;
  if (argc != 2) return 2;
  const int number = std::atoi(argv[1]);
  std::optional<Barrier> missing;
  if (number >= 0) missing = static_cast<Barrier>(number);
  test::Shape shape;
  shape.past = 400;  // several tiles
  const test::Case one(shape);
  test::attend_with_threads<float>(one.pass(), 4, missing);
  std::printf("error %g\n", one.error());
  return 0;
}
