#include "profiler/capture/attention/host.h"

#include <vector>

#include "sim/alloc/parallel.h"

namespace kvf::capture {
namespace {

template <class T>
void attend_rows(const AttentionPass& pass, std::size_t threads) {
  const auto heads = static_cast<std::size_t>(pass.query_heads);
  parallel_for(static_cast<std::size_t>(pass.rows), threads, [&](std::size_t row) {
    std::vector<std::byte> memory(scratch_bytes(pass.head_dim, OneThread::warps()));
    const auto scratch = Scratch<T>::at(memory.data(), pass.head_dim, OneThread::warps());
    OneThread context;
    for (std::size_t head = 0; head < heads; ++head) {
      attend<T>(context, pass, static_cast<int>(row), static_cast<int>(head), scratch);
    }
  });
}

}  // namespace

void attend_on_host(const AttentionPass& pass, std::size_t threads) {
  check(pass);
  switch (pass.number) {
    case Number::fp32:
      return attend_rows<float>(pass, threads);
    case Number::fp16:
      return attend_rows<Half>(pass, threads);
    case Number::bf16:
      return attend_rows<BFloat>(pass, threads);
  }
}

}  // namespace kvf::capture
