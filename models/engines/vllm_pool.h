// The KV pool of vLLM: layers in groups, groups on one pool of equal blocks.
//
// V0: vllm/worker/worker.py, vllm/worker/cache_engine.py. V1: vllm/v1/core/kv_cache_utils.py
// (_get_kv_cache_groups_uniform_page_size), vllm/v1/kv_cache_interface.py. Holds for the logged
// pools H01 to H14 and V01 to V26.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf::vllm {

//   full         every token
//   sliding      the tokens of a window, and those of the batch that is being computed
//   mamba_none   a state, with prefix caching off
//   mamba_align  a state, with prefix caching in the mode "align": one more, at a block's border
enum class GroupKind : std::uint8_t { full, sliding, mamba_none, mamba_align };
std::string_view to_string(GroupKind kind);

// Groups of one kind. A request holds a list of blocks in each group.
struct GroupRun {
  GroupKind kind = GroupKind::full;
  std::int64_t count = 1;   // groups
  std::int64_t layers = 1;  // of each group, the last may have fewer
  Tokens block{16};         // tokens of a block; of a state: all tokens of a request
  friend bool operator==(const GroupRun&, const GroupRun&) = default;
};

// What one request may need, and what is held back for it.
struct Limits {
  Tokens max_model_len;
  Tokens max_num_batched_tokens{};
  Tokens window{};  // of sliding groups
  std::int64_t speculative_tokens = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

// How the printed number of tokens follows from the blocks; it changed in May 2026.
enum class TokenFormula : std::uint8_t { blocks_div_groups, concurrency_times_len };

struct Layout {
  std::vector<GroupRun> groups;
  BytesPerBlock page;  // of one layer's block: the same in every group

  // Layers of the largest group: a block of the pool has a page for each.
  std::int64_t group_size() const;
  std::int64_t group_count() const;
  BytesPerBlock block_bytes() const { return page.times(group_size()); }
  // Places of a kind's groups in which no layer is.
  std::int64_t padding_layers(GroupKind kind) const;
  std::int64_t layers(GroupKind kind) const;

  // Whole blocks that fit.
  Blocks blocks(Bytes available) const { return Blocks(available.count() / block_bytes().count()); }
  // Charged to a request of max_model_len.
  Blocks blocks_of_request(const Limits& limits) const;
  // Requests of max_model_len at once.
  double concurrency(Blocks blocks, const Limits& limits) const;
  // As it is printed: a label, for hybrids too low in the older formula.
  Tokens printed_tokens(Blocks blocks, const Limits& limits, TokenFormula formula) const;

  friend bool operator==(const Layout&, const Layout&) = default;
};

// Layers that are all alike.
Layout uniform_layout(std::int64_t layers, Tokens block, BytesPerToken of_layer);

// A block of attention layers that is no smaller than a state, in steps of 16 tokens; the state is
// padded to it.
struct AlignedBlock {
  Tokens block;
  BytesPerBlock page;
  double padding_share = 0;  // of the state
};
AlignedBlock align_to_state(Bytes state, BytesPerToken of_layer);

// Layers of one kind, alike.
struct LayerSpec {
  GroupKind kind = GroupKind::full;
  std::int64_t layers = 0;
  BytesPerToken of_token{};  // of one layer
  Bytes state{};             // of one layer, instead
  friend bool operator==(const LayerSpec&, const LayerSpec&) = default;
};
// Groups and pages for layers of several kinds. Throws std::invalid_argument if there are none, or
// if their pages cannot be made equal.
Layout hybrid_layout(const std::vector<LayerSpec>& specs, Tokens block, const Limits& limits);

// The first block is never given out.
constexpr Blocks usable(Blocks blocks) { return blocks - Blocks(1); }

}  // namespace kvf::vllm
