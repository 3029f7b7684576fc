#include "models/engines/vllm_ledger.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace kvf {

const LedgerPart* Ledger::find(std::string_view name) const {
  for (const LedgerPart& part : parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

namespace vllm {
namespace {

constexpr EngineVersion kOldest{{0, 6, 0}};
constexpr EngineVersion kEnd{{0, 20, 0}};
constexpr EngineVersion kHybridPool{{0, 10, 0}};  // windows save memory from here on
constexpr Tokens kBlock{16};
constexpr Tokens kIndexedBlock{64};  // of latents with an indexer

void check(const Settings& s) {
  const auto refuse = [](const std::string& what) { throw std::invalid_argument(what); };
  if (s.tensor_parallel < 1 || s.pipeline_parallel < 1) refuse("parallel sizes start at 1");
  if (s.max_num_seqs < 1) refuse("'max_num_seqs' starts at 1");
  if (s.max_num_batched_tokens < Tokens(1)) refuse("'max_num_batched_tokens' starts at 1");
  if (s.max_model_len < Tokens(1)) refuse("'max_model_len' starts at 1");
  if (!(s.gpu_memory_utilization > 0 && s.gpu_memory_utilization <= 1)) {
    refuse("'gpu_memory_utilization' is above 0, up to 1");
  }
  if (s.v0 && s.version >= EngineVersion{{0, 11, 0}}) {
    throw Refusal("vLLM " + to_string(s.version) + " has no older core: the last is in 0.10");
  }
  if (!modelled_versions().has(s.version)) {
    throw Refusal("vLLM " + to_string(s.version) +
                  " is not modelled: its memory is known for 0.6 to 0.19");
  }
}

// The indexer's keys are fp8 with a scale of four bytes, whatever the dtype of the cache.
BytesPerToken of_token(LayerRun run, std::string_view dtype) {
  const std::int64_t indexer = run.indexer > 0 ? run.indexer + 4 : 0;
  run.indexer = 0;
  return BytesPerToken(bytes_per_entry(run, dtype).count()).times(run.cells()) +
         BytesPerToken(indexer);
}

Limits limits_of(const LlmShape& shape, const Settings& s) {
  Limits limits{s.max_model_len, s.max_num_batched_tokens};
  for (const LayerRun& run : shape.all_runs()) {
    limits.window = std::max(limits.window, Tokens(run.window));
  }
  return limits;
}

// What differs between layers, and which layer is what.
struct Specs {
  std::vector<LayerSpec> specs;
  std::vector<std::vector<std::int64_t>> layers;  // of each spec
  std::vector<char> windows;                      // of each spec: whether layers in it slide
  Tokens block = kBlock;

  void add(const LayerSpec& more, bool window, std::int64_t first_layer) {
    std::size_t s = 0;
    for (; s < specs.size(); ++s) {
      LayerSpec like = specs[s];
      like.layers = more.layers;
      if (like == more) break;
    }
    if (s == specs.size()) {
      specs.push_back(more);
      specs.back().layers = 0;
      layers.emplace_back();
      windows.push_back(0);
    }
    specs[s].layers += more.layers;
    for (std::int64_t l = 0; l < more.layers; ++l) layers[s].push_back(first_layer + l);
    if (window) windows[s] = 1;
  }
};

Specs specs_of(const LlmShape& rank, const Settings& settings) {
  const bool windows_save = !settings.v0 && settings.version >= kHybridPool;
  Specs specs;
  std::int64_t layer = 0;
  for (const LayerRun& run : rank.all_runs()) {
    if (run.has_state()) throw Refusal("recurrent layers: no version has been measured");
    if (run.indexer > 0) specs.block = kIndexedBlock;
    const bool window = run.kind != LayerKind::full;
    if (run.holds_entries()) {
      specs.add({window && windows_save ? GroupKind::sliding : GroupKind::full,
                 run.count,
                 of_token(run, rank.dtype),
                 {}},
                window, layer);
    }
    layer += run.count;
  }
  if (settings.block) specs.block = *settings.block;
  return specs;
}

// A band where the figure depends on which stage of a pipeline is the last to fit.
Estimate of_pipeline(Estimate peak, const Architecture& model, const Settings& settings,
                     const Gpu& gpu) {
  Settings one_sequence = settings;
  one_sequence.max_num_seqs = 1;
  const Estimate without_sampling = activation_peak(model, one_sequence, gpu);
  peak.low = std::min(peak.low, without_sampling.low);
  peak.cause += "; stages without sampling need less";
  return peak;
}

// A band that says nothing is no answer.
void refuse_wide(const Estimate& kv, const Estimate& weights) {
  if (kv.high <= Bytes{}) return;  // it does not fit, for certain
  const Bytes width = kv.high - kv.low;
  const Bytes most = std::max(gibibytes(1.5), gibibytes(0.15 * in_gib(kv.mid)));
  if (width <= most) return;
  const std::int64_t tenths = std::llround(10 * in_gib(width));
  std::string why = "what is left for KV is known to " + std::to_string(tenths / 10) + "." +
                    std::to_string(tenths % 10) + " GiB only";
  if (!weights.cause.empty()) why += " (" + weights.cause + ")";
  throw Refusal(why);
}

}  // namespace

EngineVersions modelled_versions() { return {kOldest, kEnd}; }

Layout layout_of(const LlmShape& shape, const Settings& settings) {
  const LlmShape rank = per_rank(shape, settings.tensor_parallel);
  Specs specs = specs_of(rank, settings);
  const std::int64_t stages = settings.pipeline_parallel;
  if (stages > shape.layers) {
    throw std::invalid_argument(std::to_string(stages) + " pipeline stages of " +
                                std::to_string(shape.layers) + " layers");
  }
  if (stages > 1) {
    if (specs.specs.size() > 1) {
      throw Refusal("pipeline stages of a model with several kinds of layers");
    }
    specs.specs[0].layers = (specs.specs[0].layers + stages - 1) / stages;
  }
  return hybrid_layout(specs.specs, specs.block, limits_of(rank, settings));
}

PoolTables tables_of(const LlmShape& shape, const Settings& settings) {
  if (settings.pipeline_parallel > 1) throw Refusal("tables of a stage of a pipeline");
  const Layout layout = layout_of(shape, settings);
  const Specs specs = specs_of(per_rank(shape, settings.tensor_parallel), settings);
  PoolTables tables{specs.block, {}};
  for (std::size_t s = 0; s < specs.specs.size(); ++s) {
    const GroupRun& groups = layout.groups[s];
    // Group by group, every so many layers: _get_kv_cache_groups_uniform_page_size.
    std::vector<TableGroup> of_spec(static_cast<std::size_t>(groups.count));
    for (std::size_t l = 0; l < specs.layers[s].size(); ++l) {
      of_spec[l % of_spec.size()].layers.push_back(specs.layers[s][l]);
    }
    for (TableGroup& group : of_spec) {
      const std::int64_t empty = layout.group_size() - std::ssize(group.layers);
      group.slots = groups.block / specs.block;
      group.padding = specs.specs[s].of_token.times(empty);
      group.keeps_all = groups.kind == GroupKind::full && specs.windows[s] != 0;
      tables.groups.push_back(std::move(group));
    }
  }
  return tables;
}

Blocks blocks_of_request(const LlmShape& shape, const Settings& settings, Tokens length) {
  Limits limits = limits_of(shape, settings);
  limits.max_model_len = std::max(length, Tokens(1));
  return layout_of(shape, settings).blocks_of_request(limits);
}

Bytes budget(const Settings& settings, const Gpu& gpu) {
  return gibibytes(in_gib(gpu.memory) * settings.gpu_memory_utilization);
}

Ledger ledger(const Served& model, const Settings& settings, const Gpu& gpu) {
  check(settings);
  const Layout layout = layout_of(model.shape, settings);
  const Architecture& architecture = model.architecture;

  Ledger out;
  out.total = gpu.memory;
  out.budget = budget(settings, gpu);
  Estimate peak = activation_peak(architecture, settings, gpu);
  if (model.vision) peak.high = peak.mid + Bytes(peak.mid.count() / 8);  // up to 11 % were logged
  if (settings.pipeline_parallel > 1) peak = of_pipeline(peak, architecture, settings, gpu);
  const Estimate other = non_torch(settings, gpu);
  const std::optional<Estimate> graphs = cuda_graphs(architecture, settings);

  out.available_kv = exactly(out.budget) - model.weights - peak - other;
  refuse_wide(out.available_kv, model.weights);
  const auto blocks_in = [&](Bytes bytes) { return layout.blocks(std::max(bytes, Bytes{})); };
  const Estimate& kv = out.available_kv;
  out.blocks = {blocks_in(kv.low), blocks_in(kv.mid), blocks_in(kv.high)};
  out.block_bytes = layout.block_bytes();
  out.block = layout.groups.front().block;
  const Limits limits = limits_of(model.shape, settings);
  out.concurrency = {layout.concurrency(out.blocks.low, limits),
                     layout.concurrency(out.blocks.mid, limits),
                     layout.concurrency(out.blocks.high, limits)};

  const auto pool = [&](Blocks blocks) { return blocks * out.block_bytes; };
  const Estimate kv_pool{pool(out.blocks.low), pool(out.blocks.mid), pool(out.blocks.high),
                         kv.basis};
  const Estimate before = context(settings);
  Estimate slack = exactly(out.total - out.budget) - before;
  if (graphs) slack = slack - *graphs;
  out.parts = {{"weights", model.weights}, {"activations", peak}};
  if (graphs) out.parts.push_back({"cuda_graphs", *graphs});
  out.parts.insert(
      out.parts.end(),
      {{"non_torch", other}, {"context", before}, {"kv_pool", kv_pool}, {"slack", slack}});
  return out;
}

}  // namespace vllm
}  // namespace kvf
