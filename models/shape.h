// The shape of a model, as far as its KV cache is concerned: runs of equal layers.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

// What the attention of a layer leaves in the cache.
//   full     every entry, for as long as a policy lets it
//   sliding  the last window - 1 entries: the step that attends adds the one that makes it full
//   chunked  as sliding: the published caches do not cut at chunk borders
//   none     no entries: a recurrent layer, or one without attention
//   shared   no entries: it reads those of a layer below
enum class LayerKind : std::uint8_t { full, sliding, chunked, none, shared };
std::string_view to_string(LayerKind kind);

// Equal layers, one after another.
struct LayerRun {
  std::int64_t count = 1;
  LayerKind kind = LayerKind::full;
  std::int64_t window = 0;  // tokens; of sliding and chunked layers

  std::int64_t kv_heads = 0;      // 0 where a layer holds no entries
  std::int64_t query_heads = 0;   // a multiple of kv_heads
  std::int64_t cached_heads = 0;  // heads that transformers stores: more where it copies them first
  std::int64_t key_width = 0;     // of one head; with a latent: what it expands to
  std::int64_t value_width = 0;

  // Multi-head latent attention (MLA) stores these instead of keys and values, once for all heads.
  std::int64_t latent = 0;
  std::int64_t rope = 0;     // the key's rotary part
  std::int64_t indexer = 0;  // keys of the sparse attention's indexer, in any layer

  // State of one sequence, however long: a convolution's last columns in the model's dtype, and a
  // recurrent state of up to three dimensions, 0 where there is none.
  std::array<std::int64_t, 2> conv{};  // channels, kernel
  std::array<std::int64_t, 3> recurrent{};
  bool recurrent_fp32 = true;  // else in the model's dtype

  bool holds_entries() const { return kind < LayerKind::none; }
  bool is_latent() const { return latent > 0; }
  bool has_state() const { return conv[0] > 0 || recurrent[0] > 0; }
  // (layer, KV head) pairs of one layer; an MLA layer is one.
  std::int64_t cells() const { return !holds_entries() ? 0 : is_latent() ? 1 : kv_heads; }
  // Numbers in an entry of one cell.
  std::int64_t entry_width() const {
    return (is_latent() ? latent + rope : key_width + value_width) + indexer;
  }
  // Numbers in a recurrent state.
  std::int64_t recurrent_size() const;

  friend bool operator==(const LayerRun&, const LayerRun&) = default;
};

struct LlmShape {
  std::string name;
  // Of a model whose layers are all alike. Of another one: all layers, and the heads and key width
  // of those with full attention, which are the ones that policies apply to.
  std::int64_t layers = 1;
  std::int64_t kv_heads = 1;     // per layer
  std::int64_t query_heads = 1;  // per layer; a multiple of kv_heads
  std::int64_t head_dim = 128;   // width of one key and of one value vector
  std::string dtype = "bf16";    // of the cache: a name of models/dtype.h
  // Empty when the fields above say all: full attention in every layer, values as wide as keys.
  std::vector<LayerRun> runs = {};  // with an initialiser, so that it can be left out

  bool uniform() const { return runs.empty(); }
  // The runs, also of a uniform model.
  std::vector<LayerRun> all_runs() const;
  // All layers of it that hold entries.
  Cells cells() const;
  // What policies see: layers with full attention, an MLA layer as one head. Uniform.
  LlmShape full_attention() const;

  // Of a uniform model.
  BytesPerEntry bytes_per_entry() const;
  // All layers and KV heads while no window is full. Of the idea, not of an implementation that
  // copies heads.
  BytesPerToken bytes_per_token() const;
  // States of one sequence.
  Bytes state_bytes() const;

  friend bool operator==(const LlmShape&, const LlmShape&) = default;
};

// A shape from its runs; equal neighbours become one run, and a uniform model has none.
LlmShape make_shape(std::string name, std::vector<LayerRun> runs, std::string dtype = "bf16");

// Throws std::invalid_argument that names the field if the shape cannot exist.
void check(const LlmShape& shape);

// What one of `ranks` tensor-parallel ranks holds: heads and states are divided, but at least one
// head is on each; latents are not divided. Throws std::invalid_argument if heads are left over.
LlmShape per_rank(const LlmShape& shape, std::int64_t ranks);

// `dtype`: a name of models/dtype.h. Throws std::invalid_argument for a vector that does not fill its
// blocks.
BytesPerEntry bytes_per_entry(const LayerRun& run, std::string_view dtype);
// Of one layer and one sequence.
Bytes state_bytes(const LayerRun& run, std::string_view dtype);

}  // namespace kvf
