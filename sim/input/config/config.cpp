#include "sim/input/config/config.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "sim/input/bind.h"
#include "sim/input/config/layers.h"
#include "sim/input/config/quantization.h"
#include "sim/input/json.h"
#include "sim/input/text_file.h"
#include "sim/input/weights/weights.h"

namespace kvf::input {
namespace {

// What all attention layers of a model have in common.
LayerRun read_heads(ConfigValues& values, std::int64_t heads) {
  LayerRun run;
  run.query_heads = heads;
  const auto of_hidden = [&](std::int64_t factor = 1) {
    const std::int64_t width = factor * values.size("hidden_size") / heads;
    if (width == 0) values.problem("hidden_size", "'hidden_size' is less than one number a head");
    return width;
  };
  const auto widths = [&](std::int64_t width) { run.key_width = run.value_width = width; };
  switch (values.family().attention) {
    case Attention::heads:
    case Attention::jetmoe:
    case Attention::mimo:
    case Attention::gemma4: {
      run.kv_heads = values.maybe("num_key_value_heads").value_or(heads);
      const auto width = values.maybe("head_dim");
      widths(width ? *width : of_hidden());
      if (values.family().attention == Attention::mimo) run.value_width = values.size("v_head_dim");
      break;
    }
    case Attention::zamba: {
      run.kv_heads = values.maybe("num_key_value_heads").value_or(heads);
      const bool again = values.family().derived.find("attention_head_dim") != std::string::npos;
      const auto width = again ? std::nullopt : values.maybe("head_dim");
      widths(width ? *width : of_hidden(2));
      break;
    }
    case Attention::mha:
      run.kv_heads = heads;
      widths(of_hidden());
      break;
    case Attention::cross: {
      run.kv_heads = heads;
      const auto width = values.maybe("head_dim");
      widths(width ? *width : of_hidden());
      break;
    }
    case Attention::multi_query:
      run.kv_heads = values.flag("multi_query") ? 1 : heads;
      widths(of_hidden());
      break;
    case Attention::falcon: {
      const bool copies = values.flag("new_decoder_architecture");
      const bool one = values.flag("multi_query");
      const std::int64_t given = values.maybe("num_key_value_heads").value_or(heads);
      run.kv_heads = copies ? given : one ? 1 : heads;
      if (copies) run.cached_heads = heads;
      widths(of_hidden());
      break;
    }
    case Attention::dbrx: {
      run.kv_heads = 1;
      if (const Node* config = values.map("attn_config")) {
        for (const Node& member : *config) {
          if (member.key == "kv_n_heads") {
            run.kv_heads = read_integer(member, member.key, kSize, values.problems()).value_or(1);
          } else {
            values.refuse_unless_irrelevant(member, "attn_config");
          }
        }
      }
      widths(of_hidden());
      break;
    }
    case Attention::latent: {
      run.kv_heads = heads;
      run.latent = values.size("kv_lora_rank");
      run.rope = values.size("qk_rope_head_dim");
      run.key_width = values.size("qk_nope_head_dim") + run.rope;
      const auto width = values.maybe("v_head_dim");
      run.value_width = width ? *width : of_hidden();
      run.indexer = values.maybe("index_head_dim").value_or(0);
      break;
    }
    case Attention::compressed:
      run.kv_heads = values.size("num_key_value_heads");
      run.key_width = values.size("head_dim");
      break;
  }
  if (run.cached_heads == 0) run.cached_heads = run.kv_heads;
  return run;
}

// Of the mamba-2 kind: heads of state_head_dim, which "auto" leaves to the inner width.
void read_mamba2(ConfigValues& values, LayerRun& run) {
  const std::int64_t hidden = values.size("hidden_size");
  const std::int64_t heads = values.size("state_heads");
  const auto given_inner = values.maybe("inner_size");
  const std::int64_t inner = given_inner ? *given_inner : values.size("expand") * hidden;
  const Node* width = values.find("state_head_dim");
  const bool automatic = width != nullptr && width->kind == Kind::text && width->text == "auto";
  const auto given = automatic ? std::nullopt : values.maybe("state_head_dim");
  const std::int64_t head_dim = given ? *given : inner / heads;
  const std::int64_t states = values.size("state_size");
  run.conv = {heads * head_dim + 2 * values.size("n_groups") * states, values.size("conv_kernel")};
  run.recurrent = {heads, head_dim, states};
}

void read_delta(ConfigValues& values, LayerRun& run, std::int64_t heads) {
  const std::int64_t key_heads = values.maybe("linear_num_key_heads").value_or(heads);
  const std::int64_t value_heads = values.maybe("linear_num_value_heads").value_or(heads);
  const auto key = values.maybe("linear_key_head_dim");
  // As the class of olmo_hybrid does it, in doubles.
  const std::int64_t key_dim =
      key ? *key
          : static_cast<std::int64_t>(0.75 * static_cast<double>(values.size("hidden_size")) /
                                      static_cast<double>(key_heads));
  const std::int64_t value_dim = values.maybe("linear_value_head_dim").value_or(2 * key_dim);
  run.conv = {2 * key_heads * key_dim + value_heads * value_dim,
              values.size("linear_conv_kernel_dim")};
  run.recurrent = {value_heads, key_dim, value_dim};
}

// kimi_linear: its checkpoints keep these in a map of their own.
void read_delta_of_heads(ConfigValues& values, LayerRun& run) {
  std::int64_t heads = 0;
  std::int64_t dim = 0;
  std::int64_t kernel = 0;
  if (const Node* config = values.map("linear_attn_config")) {
    const std::array<std::pair<std::string_view, std::int64_t*>, 3> slots{
        {{"num_heads", &heads}, {"head_dim", &dim}, {"short_conv_kernel_size", &kernel}}};
    for (const Node& member : *config) {
      const auto found = std::find_if(slots.begin(), slots.end(),
                                      [&](const auto& slot) { return slot.first == member.key; });
      if (found != slots.end()) {
        *found->second = read_integer(member, member.key, kSize, values.problems()).value_or(1);
      } else if (member.key != "full_attn_layers" && member.key != "kda_layers") {
        values.refuse_unless_irrelevant(member, "linear_attn_config");
      }
    }
  }
  if (heads == 0) heads = values.size("linear_num_heads");
  if (dim == 0) dim = values.size("linear_head_dim");
  if (kernel == 0) kernel = values.size("linear_conv_kernel_dim");
  run.conv = {3 * heads * dim, kernel};
  run.recurrent = {heads, dim, dim};
}

void read_state(ConfigValues& values, LayerRun& run, std::int64_t heads) {
  switch (values.family().state) {
    case State::none:
      break;
    case State::mamba:
    case State::mamba_of_heads: {
      const std::int64_t inner = values.size("expand") * values.size("hidden_size");
      const std::int64_t states = values.size("state_size");
      run.conv = {inner, values.size("conv_kernel")};
      if (values.family().state == State::mamba) {
        run.recurrent = {inner, states, 0};
      } else {
        const std::int64_t state_heads = values.size("state_heads");
        run.recurrent = {state_heads, inner / state_heads, states};
      }
      break;
    }
    case State::mamba2:
      read_mamba2(values, run);
      break;
    case State::delta:
      read_delta(values, run, heads);
      break;
    case State::delta_of_heads:
      read_delta_of_heads(values, run);
      break;
    case State::conv:
      run.conv = {values.size("hidden_size"), values.size("conv_L_cache")};
      break;
    case State::outer_product: {
      const auto width = values.maybe("head_dim");
      const std::int64_t dim = width ? *width : values.size("hidden_size") / heads;
      run.recurrent = {heads, dim, dim};
      break;
    }
    case State::lru: {
      const std::int64_t width = values.maybe("lru_width").value_or(values.size("hidden_size"));
      run.conv = {width, values.size("conv1d_width") - 1};
      run.recurrent = {width, 0, 0};
      break;
    }
  }
}

// Tokens of the window of sliding and of chunked layers.
struct Windows {
  std::int64_t sliding = 0;
  std::int64_t chunked = 0;
};

Windows read_windows(ConfigValues& values, const std::vector<LayerType>& types) {
  Windows windows;
  const auto has = [&](LayerType wanted) {
    for (const LayerType type : types) {
      if (type == wanted) return true;
    }
    return false;
  };
  const auto read = [&](std::string_view key) {
    const auto window = values.maybe(key);
    if (!window && values.problems().empty()) {
      values.problem(
          key, fmt::format("there are layers with a window, but no '{}'", values.own_name(key)));
    }
    return window.value_or(1);
  };
  if (has(LayerType::sliding) || has(LayerType::compressed)) {
    windows.sliding = read("sliding_window");
  }
  if (has(LayerType::chunked)) windows.chunked = read("attention_chunk_size");
  (void)values.given("sliding_window");
  (void)values.given("attention_chunk_size");
  if (windows.sliding == 0) return windows;
  const std::string_view family = values.family().model_type;
  if (family == "modernbert-decoder")
    windows.sliding = std::max<std::int64_t>(windows.sliding / 2, 1);
  if (values.given("use_bidirectional_attention") != nullptr || family.starts_with("gemma3")) {
    const Node* both = values.find("use_bidirectional_attention");
    const bool all = both != nullptr && (both->boolean || both->text == "all");
    if (all) windows.sliding = windows.sliding / 2 + 1;
  }
  if (family == "mimo_v2_flash" && values.find("sliding_window_size") != nullptr) {
    windows.sliding = values.size("sliding_window_size") + 1;
  }
  return windows;
}

LayerRun layer_of(LayerType type, const LayerRun& heads, const LayerRun& state,
                  const Windows& windows) {
  LayerRun layer;
  if (type == LayerType::linear || type == LayerType::nothing || type == LayerType::experts) {
    layer.kind = LayerKind::none;
  } else {
    layer = heads;
  }
  if (type == LayerType::linear || type == LayerType::hybrid) {
    layer.conv = state.conv;
    layer.recurrent = state.recurrent;
  }
  if (type == LayerType::sliding || type == LayerType::compressed) {
    layer.kind = LayerKind::sliding;
    layer.window = windows.sliding;
  }
  if (type == LayerType::chunked) {
    layer.kind = LayerKind::chunked;
    layer.window = windows.chunked;
  }
  return layer;
}

// gemma4: layers with full attention have a width, and maybe heads, of their own.
void widen_full_layers(ConfigValues& values, std::vector<LayerRun>& layers) {
  const auto width = values.maybe("global_head_dim");
  const bool own_heads = values.flag("attention_k_eq_v");
  const auto heads = values.maybe("num_global_key_value_heads");
  const Node* overrides = values.map("per_layer_config");
  if (overrides == nullptr) {
    for (LayerRun& layer : layers) {
      if (layer.kind != LayerKind::full) continue;
      if (width) layer.key_width = layer.value_width = *width;
      if (own_heads && heads) layer.kv_heads = layer.cached_heads = *heads;
    }
    return;
  }
  for (const Node& of_layer : *overrides) {
    std::size_t i = layers.size();
    const std::string_view key = of_layer.key;
    const auto read = std::from_chars(key.data(), key.data() + key.size(), i);
    if (read.ec != std::errc{} || read.ptr != key.data() + key.size() || i >= layers.size()) {
      values.problems().add(of_layer.key_at, fmt::format("{} is no layer of the model; expected 0 "
                                                         "to {}",
                                                         in_quotes(key), layers.size() - 1));
      continue;
    }
    if (!expect_kind(of_layer, Kind::map, "a layer's values", values.problems())) continue;
    for (const Node& member : of_layer) {
      const auto value = [&] { return read_integer(member, member.key, kSize, values.problems()); };
      if (member.key == "head_dim") {
        layers[i].key_width = layers[i].value_width = value().value_or(1);
      } else if (member.key == "num_key_value_heads") {
        layers[i].kv_heads = layers[i].cached_heads = value().value_or(1);
      } else {
        values.refuse_unless_irrelevant(member, "the values of a layer");
      }
    }
  }
}

// glm_moe_dsa: a layer may use the indexer of a layer below, and then has no keys of its own.
void share_indexers(ConfigValues& values, std::vector<LayerRun>& layers) {
  std::vector<bool> shared(layers.size(), false);
  if (const Node* list = values.find("indexer_types")) {
    if (!expect_kind(*list, Kind::list, "'indexer_types'", values.problems())) return;
    static constexpr std::array<std::string_view, 2> kWords{"full", "shared"};
    std::size_t i = 0;
    for (const Node& item : *list) {
      const auto word = read_word(item, "indexer_types", kWords, values.problems());
      if (i < shared.size()) shared[i] = word == 1U;
      ++i;
    }
    if (i != shared.size()) {
      values.problem("indexer_types",
                     fmt::format("'indexer_types' has {} entries for {} layers", i, shared.size()));
    }
  } else if (const Node* pattern = values.find("index_topk_pattern")) {
    if (!expect_kind(*pattern, Kind::text, "'index_topk_pattern'", values.problems())) return;
    for (std::size_t i = 0; i < std::min(shared.size(), pattern->text.size()); ++i) {
      shared[i] = pattern->text[i] == 'S';
    }
  } else {
    const std::int64_t every = values.maybe("index_topk_freq").value_or(1);
    const std::int64_t offset = values.maybe("index_skip_topk_offset", kCount).value_or(2);
    for (std::size_t i = 0; i < shared.size(); ++i) {
      const std::int64_t at = static_cast<std::int64_t>(i) - offset + 1;
      shared[i] = std::max<std::int64_t>(at, 0) % every != 0;
    }
  }
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i]) layers[i].indexer = 0;
  }
}

std::string read_dtype(ConfigValues& values, const Node* outer_quantization) {
  static constexpr std::array<std::string_view, 5> kNames{"bfloat16", "float16", "float32",
                                                          "float8_e4m3fn", "auto"};
  static constexpr std::array<std::string_view, 5> kOurs{"bf16", "fp16", "fp32", "fp8", "bf16"};
  std::string dtype;
  for (const std::string_view key : {"torch_dtype", "dtype"}) {
    const Node* node = values.find(key);
    if (node == nullptr) continue;
    const auto index = read_word(*node, key, kNames, values.problems());
    if (!index) continue;
    const std::string_view ours = kOurs[static_cast<std::size_t>(*index)];
    if (!dtype.empty() && dtype != ours) {
      values.problem(key, "'torch_dtype' and 'dtype' are two names of one value; expected one");
    }
    dtype = ours;
  }
  bool fp8 = false;
  for (const Node* node : {values.map("quantization_config"), outer_quantization}) {
    if (node != nullptr && has_fp8_cache(*node, values.problems())) fp8 = true;
  }
  if (fp8) return "fp8";
  return dtype.empty() ? "bf16" : dtype;
}

std::string note_of(const Family& family) {
  if (family.attention == Attention::cross) {
    return "the decoder's own attention only: the encoder's entries, which stay as they are, come "
           "on top";
  }
  if (family.attention == Attention::compressed) {
    return "the window only: the compressed entries of older tokens come on top";
  }
  return "";
}

// What is wrong with the weights only is kept for those who ask for them.
void add_weights(const Node& root, const Family& family, std::vector<WeightLayer> layers,
                 Config& config) {
  // There, one layer of weights is two of entries.
  if (family.layout == Layout::two_per_layer) layers.resize(layers.size() / 2);
  Problems problems("");
  std::vector<Problem> list;
  try {
    LlmWeights weights = read_weights(root, family, layers, problems);
    if (problems.empty()) config.weights = std::move(weights);
    list = problems.list();
  } catch (const InputError& error) {
    list = error.problems();
  }
  for (const Problem& problem : list) {
    // What is wrong with one list is wrong in each layer.
    if (config.no_weights.find(problem.text) != std::string::npos) continue;
    config.no_weights += (config.no_weights.empty() ? "" : "; ") + problem.text;
  }
}

// Layers that use the entries of the one below (CLA, older code of Hunyuan): no class does it now.
void refuse_shared_layers(ConfigValues& values) {
  if (values.given("use_cla") == nullptr && values.given("cla_share_factor") == nullptr) return;
  const bool shared = values.flag("use_cla");
  const std::int64_t layers = values.maybe("cla_share_factor").value_or(1);
  if (!shared || layers <= 1) return;
  values.problem("use_cla",
                 fmt::format("'use_cla' with a 'cla_share_factor' of {}: {} layers would share "
                             "their entries, which the class of '{}' does not do; expected false",
                             layers, layers, values.family().model_type));
}

Config read_family(const Node& root, const Family& family, const Node* outer_quantization,
                   Problems& problems) {
  ConfigValues values(root, family, problems);
  Config config;
  config.model_type = family.model_type;
  (void)values.given("model_type");
  const std::vector<LayerType> types = layer_types(values);
  const bool all_recurrent = family.layout == Layout::all_linear &&
                             family.defaults.find("num_attention_heads") == std::string::npos;
  LayerRun heads;
  std::int64_t query_heads = 1;
  if (!all_recurrent) {
    query_heads = family.attention == Attention::jetmoe
                      ? values.size("num_key_value_heads") * values.size("num_experts_per_tok")
                      : values.size("num_attention_heads");
    heads = read_heads(values, query_heads);
  }
  LayerRun state;
  read_state(values, state, query_heads);
  const Windows windows = read_windows(values, types);
  std::vector<LayerRun> layers;
  for (const LayerType type : types) layers.push_back(layer_of(type, heads, state, windows));
  if (family.attention == Attention::gemma4) widen_full_layers(values, layers);
  if (family.model_type == "glm_moe_dsa") share_indexers(values, layers);
  if (family.attention == Attention::mimo) {
    for (LayerRun& layer : layers) {
      if (layer.kind != LayerKind::sliding) continue;
      layer.kv_heads *= 2;
      layer.cached_heads *= 2;
    }
  }
  std::vector<WeightLayer> with_weights;
  for (std::size_t i = 0; i < layers.size(); ++i) with_weights.push_back({types[i], layers[i]});
  const std::int64_t shared = values.maybe("num_kv_shared_layers", kCount).value_or(0);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (static_cast<std::int64_t>(layers.size() - i) > shared) continue;
    with_weights[i].shared = true;
    layers[i] = LayerRun{};
    layers[i].kind = LayerKind::shared;
  }
  const std::string dtype = read_dtype(values, outer_quantization);
  if (dtype == "fp8" && std::any_of(layers.begin(), layers.end(),
                                    [](const LayerRun& layer) { return layer.has_state(); })) {
    problems.add(root.at, "a cache of 8-bit floats beside recurrent states is not known here");
  }
  refuse_shared_layers(values);
  values.refuse_others();
  if (!problems.empty()) return {};
  const Node* quantization = values.map("quantization_config");
  config.quantization =
      read_quantization(quantization != nullptr ? quantization : outer_quantization);
  config.shape = make_shape("", std::move(layers), dtype);
  config.defaults = values.defaults();
  config.note = note_of(family);
  add_weights(root, family, std::move(with_weights), config);
  try {
    check(config.shape);
  } catch (const std::invalid_argument& error) {
    problems.add(root.at, error.what());
    return {};
  }
  return config;
}

const Node* member_of(const Node& map, std::string_view key) {
  for (const Node& member : map) {
    if (member.key == key && member.kind != Kind::null) return &member;
  }
  return nullptr;
}

// What lies beside `text_config` may only concern the other kinds of input, or say again what is
// inside.
void check_outer(const Node& root, const Node& text, Problems& problems) {
  for (const Node& member : root) {
    const std::string_view key = member.key;
    if (key == "text_config" || key == "model_type" || key == "dtype" || key == "torch_dtype" ||
        member.kind == Kind::null || is_irrelevant(key)) {
      continue;
    }
    const Node* inside = member_of(text, key);
    if (inside != nullptr && !inside->text.empty() && inside->text == member.text) continue;
    problems.add(member.key_at, fmt::format("key {} beside 'text_config' is unknown; it may change "
                                            "the cache",
                                            in_quotes(key)));
  }
}

// nullptr if it added a problem.
const Family* family_of(const Node& root, const Node* text, Problems& problems) {
  const Node* type = member_of(root, "model_type");
  const Node* own = text != nullptr ? member_of(*text, "model_type") : type;
  for (const Node* node : {type, own}) {
    if (node != nullptr && !expect_kind(*node, Kind::text, "'model_type'", problems)) {
      return nullptr;
    }
  }
  if (type == nullptr && own == nullptr) {
    problems.add(root.at, "there is no 'model_type'; expected the config.json of a model");
    return nullptr;
  }
  const std::string_view name = own == nullptr    ? text_model_type(type->text)
                                : text != nullptr ? model_type_today(own->text)
                                                  : own->text;
  if (own == nullptr && name.empty()) {
    const std::string_view of = type->text;
    problems.add(
        text->at,
        fmt::format("'text_config' has no 'model_type', and {}; expected one inside, as in "
                    "\"model_type\": \"llama\"",
                    find_family(of) != nullptr
                        ? fmt::format("a {} is itself a model of text", in_quotes(of))
                        : fmt::format("which one the text model of a {} has is not known "
                                      "here",
                                      in_quotes(of))));
    return nullptr;
  }
  const Family* family = find_family(name);
  if (family == nullptr) {
    const std::vector<std::string_view> names = family_names();
    const std::string_view near = nearest(name, names);
    problems.add((own != nullptr ? own : type)->at,
                 fmt::format("unknown 'model_type' {}; {}expected one of {}", in_quotes(name),
                             near.empty() ? "" : fmt::format("did you mean '{}'? ", near),
                             fmt::join(names, ", ")));
  }
  return family;
}

}  // namespace

Config read_config(const Node& root, Problems& problems) {
  if (!expect_kind(root, Kind::map, "the configuration", problems)) return {};
  const Node* text = member_of(root, "text_config");
  const Node* quantization = nullptr;  // of a model of several inputs
  if (text != nullptr) {
    if (!expect_kind(*text, Kind::map, "'text_config'", problems)) return {};
    check_outer(root, *text, problems);
    quantization = member_of(root, "quantization_config");
    if (quantization != nullptr &&
        !expect_kind(*quantization, Kind::map, "'quantization_config'", problems)) {
      return {};
    }
  }
  const Family* family = family_of(root, text, problems);
  if (family == nullptr) return {};
  Config config = read_family(text != nullptr ? *text : root, *family, quantization, problems);
  config.sees_or_hears = text != nullptr && (member_of(root, "vision_config") != nullptr ||
                                             member_of(root, "audio_config") != nullptr);
  return config;
}

Config parse_config(std::string_view text, const std::string& file) {
  Problems problems(file);
  Tree tree;
  JsonParser().parse(text, tree, problems);
  Config config = read_config(tree.root(), problems);
  problems.throw_if_any();
  return config;
}

Config read_config(const std::filesystem::path& path) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(path, error);
  const std::filesystem::path file = folder ? path / "config.json" : path;
  return parse_config(read_text_file(file), file.string());
}

}  // namespace kvf::input
