#include "models/engines/other_pools.h"

#include <cmath>

namespace kvf {
namespace {

std::int64_t floor_of(double value) { return static_cast<std::int64_t>(std::floor(value)); }

Tokens whole_pages(Tokens tokens, Tokens page) { return page.times(tokens / page); }

}  // namespace

namespace sglang {

Tokens window_pool_tokens(Tokens full_layer_tokens, double ratio, Tokens page) {
  return whole_pages(Tokens(floor_of(ratio * static_cast<double>(full_layer_tokens.count()))),
                     page);
}

double cell_bytes(double full_layer_bytes, double window_layer_bytes, double ratio) {
  return full_layer_bytes + ratio * window_layer_bytes;
}

Tokens pool_tokens(Bytes free, Bytes total, double mem_fraction_static, BytesPerToken of_token,
                   Tokens page) {
  const double held_back = static_cast<double>(total.count()) * (1 - mem_fraction_static);
  const double rest = static_cast<double>(free.count()) - held_back;
  if (rest <= 0) return Tokens{};
  return whole_pages(Tokens(floor_of(rest / static_cast<double>(of_token.count()))), page);
}

}  // namespace sglang

namespace tensorrt_llm {

Tokens fitting_tokens(Bytes available, double fraction, BytesPerToken of_token) {
  return Tokens(floor_of(fraction * static_cast<double>(available.count()) /
                         static_cast<double>(of_token.count())));
}

Blocks blocks_of(Tokens tokens, Tokens block) {
  return Blocks((tokens.count() + block.count() - 1) / block.count());
}

}  // namespace tensorrt_llm
}  // namespace kvf
