#include "models/engines/vllm_pool.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <string>

namespace kvf::vllm {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"full", "sliding", "mamba_none", "mamba_align"};
constexpr std::int64_t kAlignment = 16;  // tokens; of smaller blocks what divides both

std::int64_t divided_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

bool is_state(GroupKind kind) { return kind >= GroupKind::mamba_none; }

std::int64_t blocks_of_group(const GroupRun& group, const Limits& limits) {
  switch (group.kind) {
    case GroupKind::full:
      return divided_up(limits.max_model_len.count(), group.block.count());
    case GroupKind::sliding: {
      const Tokens held =
          std::min(limits.window - Tokens(1) + limits.max_num_batched_tokens, limits.max_model_len);
      return divided_up(held.count(), group.block.count()) + 1;
    }
    case GroupKind::mamba_none:
      return 1 + limits.speculative_tokens;
    case GroupKind::mamba_align:
      return 2 + limits.speculative_tokens;
  }
  return 0;
}

}  // namespace

std::string_view to_string(GroupKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::int64_t Layout::group_size() const {
  std::int64_t size = 0;
  for (const GroupRun& group : groups) size = std::max(size, group.layers);
  return size;
}

std::int64_t Layout::group_count() const {
  std::int64_t count = 0;
  for (const GroupRun& group : groups) count += group.count;
  return count;
}

std::int64_t Layout::layers(GroupKind kind) const {
  std::int64_t sum = 0;
  for (const GroupRun& group : groups) {
    if (group.kind == kind) sum += group.count * group.layers;
  }
  return sum;
}

std::int64_t Layout::padding_layers(GroupKind kind) const {
  std::int64_t places = 0;
  for (const GroupRun& group : groups) {
    if (group.kind == kind) places += group.count * group_size();
  }
  return places - layers(kind);
}

Blocks Layout::blocks_of_request(const Limits& limits) const {
  Blocks sum;
  for (const GroupRun& group : groups) {
    sum += Blocks(blocks_of_group(group, limits)).times(group.count);
  }
  return sum;
}

double Layout::concurrency(Blocks blocks, const Limits& limits) const {
  return static_cast<double>(blocks.count()) /
         static_cast<double>(blocks_of_request(limits).count());
}

Tokens Layout::printed_tokens(Blocks blocks, const Limits& limits, TokenFormula formula) const {
  if (formula == TokenFormula::concurrency_times_len) {
    const double tokens =
        concurrency(blocks, limits) * static_cast<double>(limits.max_model_len.count());
    if (tokens >= 0x1p63) throw OverflowError("tokens: the product is too large to be counted");
    return Tokens(static_cast<std::int64_t>(tokens));
  }
  Tokens block = Tokens::max();
  for (const GroupRun& group : groups) block = std::min(block, group.block);
  return block.times(blocks.count() / group_count());
}

Layout uniform_layout(std::int64_t layers, Tokens block, BytesPerToken of_layer) {
  return {{{GroupKind::full, 1, layers, block}}, BytesPerBlock((block * of_layer).count())};
}

AlignedBlock align_to_state(Bytes state, BytesPerToken of_layer) {
  const Bytes step = Tokens(kAlignment) * of_layer;
  const Tokens block = Tokens(kAlignment).times(divided_up(state.count(), step.count()));
  const Bytes page = block * of_layer;
  return {block, BytesPerBlock(page.count()),
          static_cast<double>((page - state).count()) / static_cast<double>(state.count())};
}

Layout hybrid_layout(const std::vector<LayerSpec>& specs, Tokens block, const Limits& limits) {
  if (specs.empty()) throw std::invalid_argument("a KV pool without layers");
  std::int64_t least = specs[0].layers;
  std::int64_t most = 0;
  Bytes page;
  Bytes state;
  BytesPerToken widest;
  for (const LayerSpec& spec : specs) {
    least = std::min(least, spec.layers);
    most = std::max(most, spec.layers);
    if (is_state(spec.kind)) {
      state = std::max(state, spec.state);
    } else {
      widest = std::max(widest, spec.of_token);
    }
  }
  page = block * widest;
  if (state > page && widest.count() > 0) page = Bytes(align_to_state(state, widest).page.count());
  if (widest.count() == 0) page = state;

  // 3 of 2 layers, and padding is cheaper than one more group.
  const std::int64_t aligned = std::gcd(kAlignment, block.count());
  const std::int64_t size = 2 * most < 3 * least ? most : least;
  Layout layout{{}, BytesPerBlock(page.count())};
  for (const LayerSpec& spec : specs) {
    GroupRun group{spec.kind, divided_up(spec.layers, size), 0, limits.max_model_len};
    group.layers = divided_up(spec.layers, group.count);
    const BytesPerToken of_token = spec.kind == GroupKind::mamba_align ? widest : spec.of_token;
    if (!is_state(spec.kind) && page.count() % (aligned * of_token.count()) != 0) {
      throw std::invalid_argument("layers of " + std::to_string(of_token.count()) +
                                  " bytes a token cannot share pages of " +
                                  std::to_string(page.count()) + " bytes");
    }
    if (of_token.count() > 0) group.block = Tokens(page.count() / of_token.count());
    layout.groups.push_back(group);
  }
  return layout;
}

}  // namespace kvf::vllm
