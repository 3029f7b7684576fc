// What the configuration classes of the transformers library make of a config.json, as a table.
//
// Facts of transformers 5.23.0: the defaults of AutoConfig.for_model(model_type), and what each
// class derives from other keys.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace kvf::input {

// What an attention layer stores.
enum class Attention {
  heads,        // num_key_value_heads (else num_attention_heads) of head_dim (else hidden / heads)
  mha,          // num_attention_heads of hidden / heads
  cross,        // the same in a decoder that also attends to an encoder; head_dim if given
  multi_query,  // one head if multi_query is set, else as mha
  falcon,       // that, or the new architecture: copied to all query heads before they are cached
  dbrx,         // attn_config.kv_n_heads
  jetmoe,       // num_key_value_heads x num_experts_per_tok query heads
  zamba,        // of the doubled width: 2 hidden / heads
  mimo,         // twice the heads in layers with a window; values narrower than keys
  gemma4,       // full layers have widths, and maybe heads, of their own
  latent,       // MLA
  compressed,   // one vector, key and value at once; older ones compressed
};

// Which layers are of which kind, unless `layer_types` says it. n: sliding_window_pattern, or
// full_attention_interval where the others are linear. i: the layer's number, from 0.
enum class Layout {
  by_window,       // all sliding if there is a sliding_window, else chunked if attention_chunk_size
  by_used_window,  // the same, if use_sliding_window
  after_max_window_layers,            // sliding from max_window_layers on
  alternate_below_max_window_layers,  // sliding if even and below
  window_but_every_nth,               // full where n divides i + 1
  window_after_every_nth,             // full where n divides i
  window_but_first_and_sixth,
  window_without_rope,  // sliding where no_rope_layers is 0
  chunked_where_rope,   // chunked where it is 1
  two_per_layer,        // each layer has two attentions
  all_linear,
  all_hybrid,                 // a state and entries
  linear_but_every_nth,       // full where n divides i + 1
  linear_after_every_second,  // full where 2 divides i
  linear_but_every_fourth,    // full where 4 divides i, but 0
  linear_but_at_offset,       // full where i % attn_layer_period is attn_layer_offset
  linear_but_listed,          // full where full_attn_idxs holds i
  zamba,                      // hybrid there, counted from layer 3 on, and layer 2
  zamba2,                     // a list of 54
  nemotron_h,                 // hybrid_override_pattern, else a list of 4
  block_types,                // repeated over the layers
  compressed,
};

// The state of a recurrent layer: conv [channels, kernel], recurrent [...].
enum class State {
  none,
  mamba,           // [inner, kernel], [inner, state]; inner = expand x hidden
  mamba_of_heads,  // [inner, kernel], [heads, inner / heads, state]
  mamba2,          // [inner + 2 groups x state, kernel], [heads, head_dim, state]
  delta,           // [2 key heads x dim + value heads x dim, kernel], [value heads, dim, dim]
  delta_of_heads,  // [3 heads x dim, kernel], [heads, dim, dim]
  conv,            // [hidden, conv_L_cache]
  outer_product,   // [heads, head_dim, head_dim]
  lru,             // [lru_width, conv1d_width - 1], [lru_width]
};

struct Family {
  std::string_view model_type;
  // KEY=VALUE ...: the defaults of the keys that the reader uses; @KEY=VALUE where the class has no
  // such key, but a number of its own. A key that is missing here and in the file has none, or is
  // derived.
  std::string_view defaults;
  Attention attention = Attention::heads;
  Layout layout = Layout::by_window;
  State state = State::none;
  // KEY=NAME: the class calls it NAME, KEY will do. KEY:NAME: only NAME will do. KEY:NAME,NAME:
  // names of one value, of which some class of old wrote another. KEY:NAME|OTHER|OTHER: where NAME
  // is absent or null, the value is that of the first OTHER that is not.
  std::string_view names = {};
  // Keys that the class ignores, or derives again whatever the file says.
  std::string_view derived = {};
  // OTHER=KEY: one that the class ignores, but that says the same as KEY for those who wrote the
  // file. Another value is an error.
  std::string_view same = {};
};

// nullptr if unknown.
const Family* find_family(std::string_view model_type);
std::vector<std::string_view> family_names();
// The text model inside a model of several kinds of input; "" if unknown.
std::string_view text_model_type(std::string_view model_type);
// What the class of today calls the type of a text model that was published by another name; else
// the name itself.
std::string_view model_type_today(std::string_view text_model_type);
// A key that says nothing about the cache.
bool is_irrelevant(std::string_view key);
// Calls use(word) for each word of a text.
template <class Use>
void for_each_word(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const std::size_t size = text.find(' ');
    if (size != 0) use(text.substr(0, size));
    text.remove_prefix(size == std::string_view::npos ? text.size() : size + 1);
  }
}

}  // namespace kvf::input
