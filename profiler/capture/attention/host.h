// The attention kernel on the CPU: one thread does the work of a GPU's block.
#pragma once

#include <cstddef>

#include "profiler/capture/attention/body.h"

namespace kvf::capture {

// A block of one thread.
struct OneThread {
  static constexpr int thread() { return 0; }
  static constexpr int threads() { return 1; }
  static constexpr int warp() { return 0; }
  static constexpr int warps() { return 1; }
  static constexpr int lane() { return 0; }
  static float warp_max(float x) { return x; }
  static double warp_sum(double x) { return x; }
  static void barrier(Barrier) {}
  template <class T>
  static T load(const T* from) {
    return *from;
  }
  template <class T>
  static void store(T* to, T value) {
    *to = value;
  }
  static float multiply_add(float a, float b, float c) { return a * b + c; }
};

// Pointers of `pass` are the process's own. Rows and heads are shared out to `threads` threads (0: as many
// as the machine has); the result is the same to the bit. Throws std::invalid_argument as check().
void attend_on_host(const AttentionPass& pass, std::size_t threads = 0);

}  // namespace kvf::capture
