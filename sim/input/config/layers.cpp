#include "sim/input/config/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sim/input/bind.h"

namespace kvf::input {
namespace {

using Types = std::vector<LayerType>;

constexpr std::array<std::pair<std::string_view, LayerType>, 14> kWords{{
    {"full_attention", LayerType::full},
    {"attention", LayerType::full},
    {"indexed_attention", LayerType::full},
    {"deepseek_sparse_attention", LayerType::full},
    {"sliding_attention", LayerType::sliding},
    {"chunked_attention", LayerType::chunked},
    {"linear_attention", LayerType::linear},
    {"mamba", LayerType::linear},
    {"conv", LayerType::linear},
    {"hybrid", LayerType::hybrid},
    {"moe", LayerType::experts},
    {"mlp", LayerType::nothing},
    {"compressed_sparse_attention", LayerType::compressed},
    {"heavily_compressed_attention", LayerType::compressed},
}};

// As hybrid_override_pattern of nemotron_h writes them.
constexpr std::array<std::pair<char, LayerType>, 4> kLetters{{{'M', LayerType::linear},
                                                              {'E', LayerType::experts},
                                                              {'*', LayerType::full},
                                                              {'-', LayerType::nothing}}};

Types read_words(const Node& list, Problems& problems) {
  Types types;
  if (!expect_kind(list, Kind::list, in_quotes(list.key), problems)) return types;
  for (const Node& item : list) {
    const auto* const word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& known) {
      return item.kind == Kind::text && item.text == known.first;
    });
    if (word != kWords.end()) {
      types.push_back(word->second);
      continue;
    }
    std::vector<std::string_view> names;
    for (const auto& known : kWords) names.push_back(known.first);
    problems.add(item.at, fmt::format("a layer's type {}; expected one of {}", found(item),
                                      fmt::join(names, ", ")));
    types.push_back(LayerType::full);
  }
  return types;
}

Types read_pattern(const Node& node, Problems& problems) {
  Types types;
  if (!expect_kind(node, Kind::text, in_quotes(node.key), problems)) return types;
  for (const char letter : node.text) {
    const auto* const known = std::find_if(kLetters.begin(), kLetters.end(),
                                           [letter](const auto& k) { return k.first == letter; });
    if (known == kLetters.end()) {
      problems.add(node.at, fmt::format("{} {}; expected the letters M, E, * and -",
                                        in_quotes(node.key), found(node)));
      return {};
    }
    types.push_back(known->second);
  }
  return types;
}

// `type` in all layers but those for which `is(i)`.
template <class Is>
Types all_but(std::int64_t layers, LayerType type, LayerType other, Is&& is) {
  Types types(static_cast<std::size_t>(layers), type);
  for (std::int64_t i = 0; i < layers; ++i) {
    if (is(i)) types[static_cast<std::size_t>(i)] = other;
  }
  return types;
}

// Whether each layer rotates its keys.
std::vector<bool> rope_layers(ConfigValues& values, std::int64_t layers) {
  const std::int64_t interval = values.size("no_rope_layer_interval");
  auto given = values.integers("no_rope_layers", {0, 1});
  std::vector<bool> rope;
  for (std::int64_t i = 0; i < layers; ++i) rope.push_back((i + 1) % interval != 0);
  if (!given || given->empty()) return rope;
  if (static_cast<std::int64_t>(given->size()) != layers) {
    values.problem("no_rope_layers", fmt::format("'no_rope_layers' has {} values; expected {}",
                                                 given->size(), layers));
    return rope;
  }
  for (std::size_t i = 0; i < rope.size(); ++i) rope[i] = (*given)[i] != 0;
  return rope;
}

// linear_attn_config of kimi_linear numbers layers from 1.
Types listed_by_kimi(ConfigValues& values, std::int64_t layers) {
  const auto fourth = [](std::int64_t i) { return i != 0 && i % 4 == 0; };
  const Node* config = values.map("linear_attn_config");
  const Node* full = nullptr;
  bool both = false;
  if (config != nullptr) {
    for (const Node& member : *config) {
      if (member.key == "full_attn_layers") full = &member;
      if (member.key == "kda_layers") both = true;
    }
  }
  if ((full != nullptr) != both) {
    values.problem("linear_attn_config",
                   "'linear_attn_config' has one of 'full_attn_layers' and 'kda_layers'; expected "
                   "both or none");
  }
  if (full == nullptr || !both) return all_but(layers, LayerType::linear, LayerType::full, fourth);
  Types types(static_cast<std::size_t>(layers), LayerType::linear);
  if (!expect_kind(*full, Kind::list, "'full_attn_layers'", values.problems())) return types;
  for (const Node& item : *full) {
    const Range range{1, static_cast<double>(layers)};
    if (const auto i = read_integer(item, full->key, range, values.problems())) {
      types[static_cast<std::size_t>(*i - 1)] = LayerType::full;
    }
  }
  return types;
}

Types repeated_blocks(ConfigValues& values, std::int64_t layers) {
  Types blocks{LayerType::linear, LayerType::linear, LayerType::sliding};
  if (const Node* list = values.find("block_types")) {
    blocks.clear();
    if (!expect_kind(*list, Kind::list, "'block_types'", values.problems())) return {};
    static constexpr std::array<std::string_view, 2> kBlocks{"recurrent", "attention"};
    for (const Node& item : *list) {
      const auto index = read_word(item, "block_types", kBlocks, values.problems());
      blocks.push_back(index == 1 ? LayerType::sliding : LayerType::linear);
    }
    if (blocks.empty()) {
      values.problem("block_types", "'block_types' is an empty list; expected its types");
      return {};
    }
  }
  Types types;
  for (std::size_t i = 0; i < static_cast<std::size_t>(layers); ++i) {
    types.push_back(blocks[i % blocks.size()]);
  }
  return types;
}

Types listed_full(ConfigValues& values, std::int64_t layers) {
  const auto list = values.integers("full_attn_idxs");
  const bool all = !list && values.family().state == State::conv;
  return all_but(layers, LayerType::linear, LayerType::full, [&](std::int64_t i) {
    return all || (list && std::find(list->begin(), list->end(), i) != list->end());
  });
}

Types of_zamba(ConfigValues& values, std::int64_t layers) {
  const std::int64_t period = values.size("attn_layer_period");
  const std::int64_t offset = values.maybe("attn_layer_offset", kCount).value_or(0);
  return all_but(layers, LayerType::linear, LayerType::hybrid,
                 [&](std::int64_t i) { return i == 2 || (i > 2 && (i - 3) % period == offset); });
}

Types of_zamba2(ConfigValues& values, std::int64_t layers) {
  constexpr std::string_view kDefault = "MMMMMMHMMMMMHMMMMMHMMMMMHMMMMMHMMMMMHMMMMMHMMMMHMMMHMM";
  static_assert(kDefault.size() == 54);
  if (layers != static_cast<std::int64_t>(kDefault.size())) {
    values.problem("layer_types",
                   fmt::format("there is no 'layers_block_type', and the default of 'zamba2' has "
                               "{} layers, not {}",
                               kDefault.size(), layers));
  }
  return all_but(layers, LayerType::linear, LayerType::hybrid, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    return at < kDefault.size() && kDefault[at] == 'H';
  });
}

// All layers alike, by which window there is.
LayerType by_window(ConfigValues& values, bool used) {
  const bool window = values.maybe("sliding_window", kCount).has_value() && used;
  const bool chunk = values.maybe("attention_chunk_size").has_value();
  return window ? LayerType::sliding : chunk ? LayerType::chunked : LayerType::full;
}

// What the class makes of it where `layer_types` is not given.
Types derived(ConfigValues& values, std::int64_t layers) {
  using enum LayerType;
  const auto all = [layers](LayerType type) {
    return Types(static_cast<std::size_t>(layers), type);
  };
  const auto nth = [&](std::string_view key) { return values.size(key); };
  switch (values.family().layout) {
    case Layout::by_window:
    case Layout::two_per_layer:
      return all(by_window(values, true));
    case Layout::by_used_window:
      return all(by_window(values, values.flag("use_sliding_window")));
    case Layout::after_max_window_layers: {
      // A class that does not know the switch always uses its window.
      const bool switched =
          values.family().defaults.find("use_sliding_window") != std::string::npos;
      const bool used = !switched || values.flag("use_sliding_window");
      const std::int64_t first = values.maybe("max_window_layers", kCount).value_or(0);
      const bool window = values.maybe("sliding_window", kCount).has_value() && used;
      return all_but(layers, full, sliding, [&](std::int64_t i) { return window && i >= first; });
    }
    case Layout::alternate_below_max_window_layers: {
      const bool used = values.flag("use_sliding_window");
      const std::int64_t end = values.maybe("max_window_layers", kCount).value_or(0);
      return all_but(layers, full, sliding,
                     [&](std::int64_t i) { return used && i % 2 == 0 && i < end; });
    }
    case Layout::window_but_every_nth: {
      const bool needs_window = values.family().model_type.starts_with("exaone");
      if (needs_window && !values.maybe("sliding_window")) {
        (void)values.given("sliding_window_pattern");
        return all(full);
      }
      const std::int64_t n = nth("sliding_window_pattern");
      Types types =
          all_but(layers, sliding, full, [n](std::int64_t i) { return (i + 1) % n == 0; });
      return types;
    }
    case Layout::window_after_every_nth: {
      const std::int64_t n = nth("sliding_window_pattern");
      return all_but(layers, sliding, full, [n](std::int64_t i) { return i % n == 0; });
    }
    case Layout::window_but_first_and_sixth:
      return all_but(layers, sliding, full,
                     [](std::int64_t i) { return i == 0 || (i + 1) % 6 == 0; });
    case Layout::window_without_rope: {
      const bool used =
          values.flag("use_sliding_window") && values.maybe("sliding_window", kCount).has_value();
      const std::vector<bool> rope = rope_layers(values, layers);
      return all_but(layers, full, sliding,
                     [&](std::int64_t i) { return used && !rope[static_cast<std::size_t>(i)]; });
    }
    case Layout::chunked_where_rope: {
      const std::vector<bool> rope = rope_layers(values, layers);
      return all_but(layers, full, chunked,
                     [&](std::int64_t i) { return rope[static_cast<std::size_t>(i)]; });
    }
    case Layout::all_linear:
      return all(linear);
    case Layout::all_hybrid:
      return all(hybrid);
    case Layout::linear_but_every_nth: {
      const std::int64_t n = nth("full_attention_interval");
      Types types = all_but(layers, linear, full, [n](std::int64_t i) { return (i + 1) % n == 0; });
      const bool some = std::find(types.begin(), types.end(), full) != types.end();
      if (values.family().model_type == "olmo_hybrid" && !some) types.back() = full;
      return types;
    }
    case Layout::linear_after_every_second:
      return all_but(layers, linear, full, [](std::int64_t i) { return i % 2 == 0; });
    case Layout::linear_but_every_fourth:
      return listed_by_kimi(values, layers);
    case Layout::linear_but_at_offset: {
      const std::int64_t period = nth("attn_layer_period");
      const std::int64_t offset = values.maybe("attn_layer_offset", kCount).value_or(0);
      return all_but(layers, linear, full, [&](std::int64_t i) { return i % period == offset; });
    }
    case Layout::linear_but_listed:
      return listed_full(values, layers);
    case Layout::zamba:
      return of_zamba(values, layers);
    case Layout::zamba2:
      return of_zamba2(values, layers);
    case Layout::block_types:
      return repeated_blocks(values, layers);
    case Layout::compressed:
      return all(compressed);
    case Layout::nemotron_h:
      return {linear, experts, full, nothing};
  }
  return {};
}

}  // namespace

std::vector<LayerType> layer_types(ConfigValues& values) {
  const Family& family = values.family();
  const bool counts_itself = family.layout == Layout::nemotron_h;
  const std::int64_t layers = counts_itself ? 0 : values.size("num_hidden_layers");
  bool fixed = false;  // a property of the class: the file has no say
  for_each_word(family.derived, [&](std::string_view key) { fixed |= key == "layer_types"; });

  Types types;
  const Node* given = fixed ? nullptr : values.find("layer_types");
  const Node* pattern = counts_itself ? values.find("hybrid_override_pattern") : nullptr;
  if (given != nullptr) {
    types = read_words(*given, values.problems());
    // They are there beside the list in many files, and then have no say.
    for (const std::string_view key :
         {"sliding_window_pattern", "max_window_layers", "use_sliding_window",
          "full_attention_interval", "full_attn_idxs", "attn_layer_period", "attn_layer_offset",
          "no_rope_layers", "no_rope_layer_interval"}) {
      (void)values.given(key);
    }
  } else if (pattern != nullptr) {
    types = read_pattern(*pattern, values.problems());
  } else {
    types = derived(values, layers);
  }
  if (family.attention == Attention::gemma4 && !types.empty()) types.back() = LayerType::full;
  const auto count = static_cast<std::int64_t>(types.size());
  if (given != nullptr && !counts_itself && count != layers && values.problems().empty()) {
    values.problem("layer_types",
                   fmt::format("{} has {} layers; expected {}, as '{}' says", in_quotes(given->key),
                               count, layers, values.own_name("num_hidden_layers")));
  }
  if (types.empty() && values.problems().empty()) {
    values.problem("layer_types", "the model has no layers");
  }
  if (family.layout == Layout::two_per_layer) {
    const Types once = types;
    types.insert(types.end(), once.begin(), once.end());
  }
  return types;
}

}  // namespace kvf::input
