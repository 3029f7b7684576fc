#include "models/engines/llama_cpp_pool.h"

#include <algorithm>

namespace kvf::llama_cpp {
namespace {

constexpr std::int64_t kPadding = 256;  // cells
constexpr std::int64_t kFloat = 4;      // bytes
constexpr Bytes kHostExtra{10'486};     // 0.01 MiB

Tokens padded_up(Tokens cells) {
  return Tokens(kPadding).times((cells.count() + kPadding - 1) / kPadding);
}

Bytes floats(Tokens rows, std::int64_t width) {
  return Bytes(rows.count()).times(width).times(kFloat);
}

}  // namespace

Tokens Slots::cells() const {
  const Tokens of_stream(context.count() / streams());
  return padded ? padded_up(of_stream) : of_stream;
}

Tokens Slots::window_cells(Tokens window, Tokens micro_batch) const {
  const Tokens needed = window.times(unified ? sequences : 1) + micro_batch;
  return padded_up(std::min(cells(), needed));
}

Bytes ComputeBuffer::device() const {
  const Bytes logits = floats(outputs, vocabulary) + floats(micro_batch, hidden);
  if (flash_attention) return logits;
  const Bytes mask = floats(micro_batch, context.count());
  return std::max(logits, mask.times(heads) + mask + floats(micro_batch, hidden).times(4));
}

Bytes ComputeBuffer::host() const {
  return floats(micro_batch, context.count()) + floats(micro_batch, hidden) + kHostExtra;
}

}  // namespace kvf::llama_cpp
