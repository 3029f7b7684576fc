#include "sim/input/pool_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <deque>
#include <span>
#include <stdexcept>
#include <utility>

#include "models/dtype.h"
#include "models/engines/other_pools.h"
#include "models/engines/version.h"
#include "sim/input/bind.h"
#include "sim/input/catalogue/catalogue.h"

namespace kvf::input {
namespace {

using Keys = std::span<const std::string_view>;

constexpr double kGiB = 1 << 30;
constexpr double kPrinted = 0.005;  // half of the last of two decimals
constexpr Range kSize{0, 1LL << 40};
constexpr Range kAtLeastOneSize{1, 1LL << 40};
// Of layers, heads, widths and the like: products of two of them are no matter.
constexpr Range kMany{0, 1 << 20};
constexpr Range kOneOrMany{1, 1 << 20};
constexpr Range kGiBRange{0, 1 << 20};

// What a log says beside: it may be there, and decides nothing.
constexpr std::array<std::string_view, 33> kRemarks{"id",
                                                    "engine",
                                                    "source",
                                                    "url",
                                                    "model",
                                                    "status",
                                                    "explanation",
                                                    "note",
                                                    "caveat",
                                                    "recomputed",
                                                    "arch_certainty",
                                                    "gpu_name",
                                                    "gpu_memory_utilization",
                                                    "model_weights_gib",
                                                    "model_weights_mib",
                                                    "total_gpu_memory_gib",
                                                    "total_gpu_memory_mib",
                                                    "total_gib",
                                                    "kv_cache_dtype",
                                                    "enforce_eager",
                                                    "peak_torch_gib",
                                                    "non_torch_gib",
                                                    "initial_used_mib",
                                                    "peak_non_kv_increase_mib",
                                                    "margin_mib",
                                                    "new_tokens",
                                                    "data_parallel",
                                                    "mem_fraction_static",
                                                    "estimated_cudagraph_gib",
                                                    "actual_cudagraph_gib",
                                                    "holdout",
                                                    "expected_status",
                                                    "engine_version"};
// Figures that follow: logged ones are not read.
constexpr std::array<std::string_view, 5> kFollow{
    "max_concurrency_x", "usable_blocks", "num_cpu_blocks", "max_kv_tokens_in_error", "max_tokens"};

bool is_remark(std::string_view key) {
  const auto among = [&](Keys keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  return among(kRemarks) || among(kFollow) || key.starts_with("logged_") ||
         key.starts_with("measured_") || key.starts_with("avail_mem_") ||
         key.ends_with("_inferred") || key.ends_with("_derived") || key.ends_with("_is_default");
}

// The members of one case; null is as good as absent.
class PoolFields {
 public:
  PoolFields(const Node& map, Problems& problems) : map_(map), problems_(problems) {}

  const Node* find(std::string_view key) {
    read_.push_back(key);
    const Node* found = nullptr;
    for (const Node& member : map_) {
      if (member.key != key || member.kind == Kind::null) continue;
      if (found != nullptr) add_duplicate(member, *found, problems_);
      if (found == nullptr) found = &member;
    }
    return found;
  }
  const Node* require(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) problems_.add(map_.at, fmt::format("the pool has no '{}'", key));
    return node;
  }

  std::optional<std::int64_t> integer(std::string_view key, Range range = kSize) {
    const Node* node = find(key);
    return node == nullptr ? std::nullopt : read_integer(*node, key, range, problems_);
  }
  std::int64_t required(std::string_view key, Range range = kAtLeastOneSize) {
    const Node* node = require(key);
    const auto value = node == nullptr ? std::nullopt : read_integer(*node, key, range, problems_);
    return value.value_or(1);
  }
  std::optional<double> number(std::string_view key, Range range = kGiBRange) {
    const Node* node = find(key);
    return node == nullptr ? std::nullopt : read_number(*node, key, range, problems_);
  }
  double required_number(std::string_view key, Range range) {
    const Node* node = require(key);
    const auto value = node == nullptr ? std::nullopt : read_number(*node, key, range, problems_);
    return value.value_or(1);
  }
  bool flag(std::string_view key, bool otherwise) {
    const Node* node = find(key);
    if (node == nullptr ||
        !expect_kind(*node, Kind::boolean, fmt::format("'{}'", key), problems_)) {
      return otherwise;
    }
    return node->boolean;
  }
  std::optional<std::string_view> text(std::string_view key) {
    const Node* node = find(key);
    return node == nullptr ? std::nullopt : read_text(*node, key, problems_);
  }
  Dtype dtype_of(std::string_view key) {
    const Node* node = require(key);
    const auto name = node == nullptr ? std::nullopt : read_text(*node, key, problems_);
    if (!name) return {};
    if (const Dtype* found = find_dtype(*name)) return *found;
    problems_.add(node->at, fmt::format("'{}' is {}; expected one of {}", key, in_quotes(*name),
                                        fmt::join(dtype_names(), ", ")));
    return {};
  }
  // "KEY_gib" as it was printed, or "KEY_bytes" exactly.
  std::optional<Between<Bytes>> memory(std::string_view key, double rounding) {
    if (const auto bytes = integer(fmt_key(key, "_bytes"), {0, 1LL << 60})) {
      return Between<Bytes>{Bytes(*bytes), Bytes(*bytes)};
    }
    const auto gib = number(fmt_key(key, "_gib"));
    if (!gib) return std::nullopt;
    const auto bytes = [](double value) { return Bytes(static_cast<std::int64_t>(value * kGiB)); };
    return Between<Bytes>{bytes(std::max(0.0, *gib - rounding)), bytes(*gib + rounding)};
  }

  // After all keys have been asked for.
  void refuse_unknown() {
    std::vector<std::string_view> known = read_;
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    for (const Node& member : map_) {
      if (is_remark(member.key)) continue;
      if (std::binary_search(known.begin(), known.end(), member.key)) continue;
      problems_.add(member.key_at,
                    fmt::format("unknown key {} in the pool{}", in_quotes(member.key),
                                suggestion(member.key, known)));
    }
  }
  Problems& problems() { return problems_; }
  Position at() const { return map_.at; }

 private:
  std::string_view fmt_key(std::string_view key, std::string_view unit) {
    return made_.emplace_back(std::string(key) + std::string(unit));
  }
  const Node& map_;
  Problems& problems_;
  std::vector<std::string_view> read_;
  std::deque<std::string> made_;
};

std::optional<Blocks> given_blocks(PoolFields& in, std::string_view key) {
  const auto blocks = in.integer(key);
  return blocks ? std::optional(Blocks(*blocks)) : std::nullopt;
}

void read_memory(PoolFields& in, VllmPool& pool) {
  const double rounding = in.number("available_rounding_gib").value_or(kPrinted);
  pool.available = in.memory("available_kv_cache", rounding);
  const auto blocks = given_blocks(in, "num_gpu_blocks");
  const auto tokens = in.integer("gpu_kv_cache_tokens");
  if (!pool.available) pool.blocks = blocks;
  if (!pool.available && !blocks && tokens && pool.layout && pool.layout->group_count() == 1) {
    pool.blocks = Blocks(Tokens(*tokens) / pool.layout->groups[0].block);
  }
  if (const auto swap = in.number("swap_space_gib")) {
    pool.swap = Bytes(static_cast<std::int64_t>(*swap * kGiB));
  }
  if (const auto length = in.integer("max_model_len_tokens", kAtLeastOneSize)) {
    pool.limits = vllm::Limits{Tokens(*length)};
    pool.limits->max_num_batched_tokens = Tokens(in.integer("max_num_batched_tokens").value_or(0));
    pool.limits->window = Tokens(in.integer("sliding_window").value_or(0));
    pool.limits->speculative_tokens = in.integer("num_speculative_tokens", kMany).value_or(0);
  }
  if (const Node* node = in.find("token_formula")) {
    static constexpr std::array<std::string_view, 2> kFormulas{"blocks_div_groups",
                                                               "concurrency_times_len"};
    if (const auto word = read_word(*node, "token_formula", kFormulas, in.problems())) {
      pool.formula = static_cast<vllm::TokenFormula>(*word);
    }
  }
  const Node* node = in.find("needed_kv_gib_for_len");
  if (node != nullptr && expect_kind(*node, Kind::map, "'needed_kv_gib_for_len'", in.problems())) {
    PoolFields needed(*node, in.problems());
    pool.needed_length = Tokens(needed.required("len_tokens"));
  }
}

VllmPool read_uniform(PoolFields& in, bool latent) {
  VllmPool pool;
  const std::int64_t layers = in.required("num_hidden_layers", kOneOrMany) +
                              in.integer("extra_kv_layers", kMany).value_or(0);
  const std::int64_t ranks = in.integer("tensor_parallel_size", kOneOrMany).value_or(1);
  const std::int64_t number = in.required("kv_dtype_bytes", kOneOrMany);
  BytesPerToken of_layer;
  if (latent) {
    of_layer = BytesPerToken(in.required("kv_lora_rank", kOneOrMany) +
                             in.required("qk_rope_head_dim", kOneOrMany))
                   .times(number);
    in.find("indexer_head_dim");
    of_layer += BytesPerToken(in.integer("indexer_bytes_per_token", kMany).value_or(0));
  } else {
    const std::int64_t heads =
        std::max<std::int64_t>(1, in.required("num_key_value_heads", kOneOrMany) / ranks);
    of_layer =
        BytesPerToken(2).times(heads).times(in.required("head_dim", kOneOrMany)).times(number);
  }
  pool.layout = vllm::uniform_layout(
      layers, Tokens(in.integer("block_size_tokens", kAtLeastOneSize).value_or(16)), of_layer);
  read_memory(in, pool);
  return pool;
}

// State and attention bytes, where both are given.
std::optional<vllm::AlignedBlock> read_aligned(PoolFields& in) {
  const auto state = in.integer("mamba_state_bytes", kAtLeastOneSize);
  const auto of_token = in.integer("attn_bytes_per_token_per_layer", kAtLeastOneSize);
  if (!state || !of_token) return std::nullopt;
  return vllm::align_to_state(Bytes(*state), BytesPerToken(*of_token));
}

VllmPool read_page_align(PoolFields& in) {
  VllmPool pool;
  pool.aligned = read_aligned(in);
  if (!pool.aligned) {
    in.problems().add(in.at(),
                      "the pool has no 'mamba_state_bytes' or no "
                      "'attn_bytes_per_token_per_layer'");
  }
  in.find("tensor_parallel_size");
  return pool;
}

VllmPool read_hybrid(PoolFields& in) {
  VllmPool pool;
  pool.aligned = read_aligned(in);
  in.find("tensor_parallel_size");
  read_memory(in, pool);
  const Node* groups = in.require("kv_cache_groups");
  if (groups == nullptr || !expect_kind(*groups, Kind::list, "'kv_cache_groups'", in.problems())) {
    return pool;
  }
  vllm::Layout layout;
  if (pool.aligned) layout.page = pool.aligned->page;
  const Tokens request = pool.limits ? pool.limits->max_model_len : Tokens(1);
  for (const Node& node : *groups) {
    if (!expect_kind(node, Kind::map, "a group", in.problems())) continue;
    PoolFields group(node, in.problems());
    static constexpr std::array<std::string_view, 4> kKinds{"full", "sliding", "mamba_none",
                                                            "mamba_align"};
    vllm::GroupRun run;
    if (const Node* type = group.require("type")) {
      run.kind =
          static_cast<vllm::GroupKind>(read_word(*type, "type", kKinds, in.problems()).value_or(0));
    }
    run.count = group.required("count", kOneOrMany);
    run.layers = group.required("layers_per_group", kOneOrMany);
    const Tokens attention = pool.aligned ? pool.aligned->block : Tokens(16);
    run.block = run.kind == vllm::GroupKind::mamba_none ? request : attention;
    if (const auto block = group.integer("block_size_tokens", kAtLeastOneSize)) {
      run.block = Tokens(*block);
    }
    const auto page = group.integer("page_bytes", kAtLeastOneSize);
    if (page && !pool.aligned) layout.page = BytesPerBlock(*page);
    group.refuse_unknown();
    layout.groups.push_back(run);
  }
  if (layout.groups.empty() || layout.page.count() == 0) {
    in.problems().add(groups->at, "no group says 'page_bytes', and no state decides it");
    return pool;
  }
  pool.layout = std::move(layout);
  return pool;
}

LlamaCppPool read_llama_cpp(PoolFields& in) {
  LlamaCppPool pool;
  pool.cache.streams = in.integer("kv_streams", kOneOrMany).value_or(1);
  pool.cache.layers = in.required("kv_layers", kOneOrMany);
  pool.cache.key_width = in.required("n_embd_k_gqa", kOneOrMany);
  pool.cache.value_width = in.integer("n_embd_v_gqa", kMany).value_or(0);
  pool.cache.key_dtype = in.dtype_of("cache_type_k");
  pool.cache.value_dtype = in.dtype_of("cache_type_v");
  pool.perhaps_without_values = in.flag("mla", false) && pool.cache.value_width > 0;

  const auto context = in.integer("requested_ctx", kAtLeastOneSize);
  const auto window = in.integer("n_swa");
  const std::int64_t sequences = in.integer("n_seq_max", kOneOrMany).value_or(1);
  const Tokens micro_batch(in.integer("n_ubatch", kAtLeastOneSize).value_or(512));
  const bool windowed = in.flag("swa", window.value_or(0) > 0) && window.value_or(0) > 0;
  const bool whole = in.flag("swa_full", false);
  const bool unified = in.flag("unified", pool.cache.streams == 1);
  const auto cells = in.integer("cells");
  pool.cells_predicted = context && (windowed || pool.cache.streams > 1 || !cells);
  if (pool.cells_predicted) {
    const llama_cpp::Slots slots{Tokens(*context), sequences, unified};
    pool.cache.cells =
        windowed && !whole ? slots.window_cells(Tokens(*window), micro_batch) : slots.cells();
  } else if (cells) {
    pool.cache.cells = Tokens(*cells);
  } else {
    in.problems().add(in.at(), "the pool has neither 'cells' nor 'requested_ctx'");
  }
  if (const Node* split = in.find("split_layers")) {
    if (expect_kind(*split, Kind::map, "'split_layers'", in.problems())) {
      for (const Node& part : *split) {
        const auto layers = read_integer(part, "split_layers", kMany, in.problems());
        pool.split.emplace_back(std::string(part.key), layers.value_or(0));
      }
    }
  }
  return pool;
}

llama_cpp::States read_states(PoolFields& in) {
  llama_cpp::States states;
  states.layers = in.required("recurrent_layers", kOneOrMany);
  states.sequences = in.required("state_cells", kOneOrMany);
  states.copies = in.integer("rs_seq", kMany).value_or(0);
  states.conv_channels = in.required("conv_channels", kOneOrMany);
  states.conv_kernel = in.required("conv_kernel", kOneOrMany);
  states.heads = in.required("v_heads", kOneOrMany);
  states.key_width = in.required("head_k_dim", kOneOrMany);
  states.value_width = in.required("head_v_dim", kOneOrMany);
  states.number_bytes = in.integer("state_dtype_bytes", kOneOrMany).value_or(4);
  return states;
}

SglangPool read_sglang(PoolFields& in) {
  SglangPool pool;
  pool.page = Tokens(in.integer("page_size_tokens", kAtLeastOneSize).value_or(1));
  const auto full = in.integer("full_layer_tokens");
  const double ratio = in.number("swa_full_tokens_ratio", kShare).value_or(0.8);
  const auto tokens = in.integer("pool_tokens");
  if (full) {
    pool.tokens_predicted = true;
    pool.tokens = sglang::window_pool_tokens(Tokens(*full), ratio, pool.page);
  } else if (tokens) {
    pool.tokens = Tokens(*tokens);
  } else {
    in.problems().add(in.at(), "the pool has neither 'pool_tokens' nor 'full_layer_tokens'");
  }
  pool.key_bytes = in.required_number("k_bytes_per_token", kSize);
  pool.value_bytes = in.number("v_bytes_per_token", kSize).value_or(0);
  in.find("tensor_parallel_size");
  const auto full_bytes = in.number("full_layer_bytes_per_token", kSize);
  const auto window_bytes = in.number("swa_layer_bytes_per_token", kSize);
  if (full_bytes && window_bytes) {
    pool.cell_bytes = sglang::cell_bytes(*full_bytes, *window_bytes, ratio);
  }
  return pool;
}

TensorRtPool read_tensor_rt(PoolFields& in) {
  TensorRtPool pool;
  pool.of_token = BytesPerToken(in.required("kv_bytes_per_token"));
  pool.block = Tokens(in.required("tokens_per_block"));
  pool.fraction = in.number("free_gpu_memory_fraction", kShare).value_or(0.9);
  pool.available = in.memory("available", in.number("available_rounding_gib").value_or(kPrinted));
  const auto blocks = given_blocks(in, "num_primary_blocks");
  if (!pool.available) pool.blocks = blocks;
  return pool;
}

// What is there beside the cache, of a model that the catalogue knows: "ORGANISATION/NAME" too.
// Activations of the widest place of a pass: gate, up and their product, and four of hidden width.
void read_peak(std::string_view name, TransformersPool& pool) {
  name.remove_prefix(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
  const CatalogueEntry* entry = find_model(name);
  if (entry == nullptr && name.starts_with("Meta-")) entry = find_model(name.substr(5));
  if (entry == nullptr) return;
  const Config config = read_config(*entry);
  if (!config.weights) return;
  const Architecture& model = config.weights->architecture;
  pool.weights = Bytes(pool.number_bytes).times(config.weights->total());
  pool.activations = BytesPerToken(pool.number_bytes)
                         .times((model.gated ? 3 : 2) * model.intermediate + 4 * model.hidden);
}

TransformersPool read_transformers(PoolFields& in) {
  TransformersPool pool;
  pool.layers = in.required("num_hidden_layers", kOneOrMany);
  pool.kv_heads = in.required("num_key_value_heads", kOneOrMany);
  pool.head_dim = in.required("head_dim", kOneOrMany);
  pool.number_bytes = in.required("kv_dtype_bytes", kOneOrMany);
  pool.context = Tokens(in.required("context_tokens"));
  if (const auto name = in.text("model")) read_peak(*name, pool);
  return pool;
}

constexpr std::array<std::string_view, 10> kKinds{
    "vllm_uniform",       "vllm_mla",    "vllm_hybrid",  "vllm_page_align", "llamacpp_kv",
    "llamacpp_recurrent", "sglang_pool", "sglang_state", "trtllm_pool",     "hf_cache_plot"};

PoolCase read_kind(int kind, PoolFields& in) {
  switch (kind) {
    case 0:
      return read_uniform(in, false);
    case 1:
      return read_uniform(in, true);
    case 2:
      return read_hybrid(in);
    case 3:
      return read_page_align(in);
    case 4:
      return read_llama_cpp(in);
    case 5:
      return read_states(in);
    case 6:
      return read_sglang(in);
    case 7:
      return SglangStates{in.required("slots"), Bytes(in.required("state_bytes_per_slot"))};
    case 8:
      return read_tensor_rt(in);
    default:
      return read_transformers(in);
  }
}

}  // namespace

PoolCase read_pool_case(const Node& node, bool strict, Problems& problems) {
  if (!expect_kind(node, Kind::map, "the pool", problems)) return {};
  PoolFields in(node, problems);
  const Node* kind = in.require("kind");
  const auto index = kind == nullptr ? std::nullopt : read_word(*kind, "kind", kKinds, problems);
  if (!index) return {};
  PoolCase pool;
  try {
    pool = read_kind(*index, in);
  } catch (const OverflowError& error) {
    problems.add(node.at, fmt::format("the pool: {}", error.what()));
  }
  if (strict) in.refuse_unknown();
  return pool;
}

PoolCaseReader::PoolCaseReader(std::string file) : problems_(std::move(file)) {}

PoolCase PoolCaseReader::read(std::string_view line, int line_number) {
  problems_.clear();
  parser_.parse_line(line, line_number, tree_, problems_);
  PoolCase pool = read_pool_case(tree_.root(), true, problems_);
  problems_.throw_if_any();
  return pool;
}

}  // namespace kvf::input
