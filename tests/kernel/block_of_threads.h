// A GPU's block as threads of a CPU, so that the kernel's barriers are checked: a thread each,
// groups of one. The only thing that orders them is the barrier.
#pragma once

#include <barrier>
#include <optional>
#include <thread>
#include <vector>

#include "profiler/capture/attention/host.h"

namespace kvf::capture::test {

class OneOfThreads : public OneThread {
 public:
  OneOfThreads(std::barrier<>& all, int thread, int threads, std::optional<Barrier> missing)
      : all_(all), thread_(thread), threads_(threads), missing_(missing) {}
  int thread() const { return thread_; }
  int threads() const { return threads_; }
  int warp() const { return thread_; }
  int warps() const { return threads_; }
  static int lane() { return 0; }
  void barrier(Barrier which) {
    if (which != missing_) all_.arrive_and_wait();
  }

 private:
  std::barrier<>& all_;
  int thread_, threads_;
  std::optional<Barrier> missing_;
};

// `missing`: a barrier that is left out.
template <class T>
void attend_with_threads(const AttentionPass& pass, int threads,
                         std::optional<Barrier> missing = std::nullopt) {
  std::vector<std::byte> memory(scratch_bytes(pass.head_dim, threads));
  const auto scratch = Scratch<T>::at(memory.data(), pass.head_dim, threads);
  for (int row = 0; row < pass.rows; ++row) {
    for (int head = 0; head < pass.query_heads; ++head) {
      std::barrier<> all(threads);
      std::vector<std::jthread> block;
      for (int t = 0; t < threads; ++t) {
        block.emplace_back([&, t] {
          OneOfThreads context(all, t, threads, missing);
          attend<T>(context, pass, row, head, scratch);
        });
      }
    }
  }
}

}  // namespace kvf::capture::test
