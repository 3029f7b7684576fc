#include "models/engines/pool.h"

#include <algorithm>

#include "models/engines/other_pools.h"

namespace kvf {
namespace {

constexpr double kMiB = 1 << 20;
constexpr double kGiB = 1 << 30;

class Figures {
 public:
  void whole(std::string name, std::int64_t value) {
    list_.push_back({std::move(name), static_cast<double>(value), true});
  }
  void number(std::string name, double value) { list_.push_back({std::move(name), value, false}); }
  void mib(std::string name, Bytes bytes) {
    number(std::move(name), static_cast<double>(bytes.count()) / kMiB);
  }
  void gib(std::string name, Bytes bytes) {
    number(std::move(name), static_cast<double>(bytes.count()) / kGiB);
  }
  std::vector<PoolFigure> take() { return std::move(list_); }

 private:
  std::vector<PoolFigure> list_;
};

void add(const VllmPool& pool, Blocks blocks, Figures& out) {
  if (pool.aligned) {
    out.whole("attention_block_size", pool.aligned->block.count());
    out.number("mamba_padding_pct", 100 * pool.aligned->padding_share);
  }
  if (!pool.layout) return;
  const vllm::Layout& layout = *pool.layout;
  out.whole("block_bytes", layout.block_bytes().count());
  for (const vllm::GroupRun& group : layout.groups) {
    if (const std::int64_t padding = layout.padding_layers(group.kind)) {
      out.whole("padding_layers", padding);
      out.number("padding_layers_pct", 100.0 * static_cast<double>(padding) /
                                           static_cast<double>(layout.layers(group.kind)));
    }
  }
  if (pool.swap) out.whole("num_cpu_blocks", layout.blocks(*pool.swap).count());
  if (pool.needed_length) {
    const vllm::Limits limits{*pool.needed_length};
    out.gib("needed_kv_gib_for_len", layout.blocks_of_request(limits) * layout.block_bytes());
  }
  if (!pool.available && !pool.blocks) return;
  out.whole("num_gpu_blocks", blocks.count());
  out.whole("usable_blocks", std::max<std::int64_t>(0, vllm::usable(blocks).count()));
  out.mib("pool_mib", blocks * layout.block_bytes());
  const vllm::Limits limits = pool.limits.value_or(vllm::Limits{});
  const bool by_length = pool.formula == vllm::TokenFormula::concurrency_times_len;
  if (pool.limits || !by_length) {
    const Tokens tokens = layout.printed_tokens(blocks, limits, pool.formula);
    out.whole("gpu_kv_cache_tokens", tokens.count());
    out.whole("max_kv_tokens_in_error", tokens.count());
  }
  if (!pool.limits) return;
  out.whole("blocks_per_request", layout.blocks_of_request(limits).count());
  out.number("max_concurrency_x", layout.concurrency(blocks, limits));
}

void add(const LlamaCppPool& pool, Blocks alternative, Figures& out) {
  llama_cpp::Cache cache = pool.cache;
  if (pool.perhaps_without_values && alternative == Blocks{}) cache.value_width = 0;
  const Bytes keys = cache.key_bytes();
  const Bytes values = cache.value_bytes();
  if (pool.cells_predicted) out.whole("cells", pool.cache.cells.count());
  out.mib("k_mib", keys);
  out.mib("v_mib", values);
  out.mib("kv_cache_mib", keys + values);
  for (const auto& [device, layers] : pool.split) {
    llama_cpp::Cache part = cache;
    part.layers = layers;
    out.mib("split_mib." + device, part.key_bytes() + part.value_bytes());
  }
}

void add(const llama_cpp::States& states, Blocks, Figures& out) {
  out.mib("r_mib", states.conv_bytes());
  out.mib("s_mib", states.recurrent_bytes());
  out.mib("total_mib", states.conv_bytes() + states.recurrent_bytes());
}

void add(const SglangPool& pool, Blocks, Figures& out) {
  if (pool.tokens_predicted) out.whole("pool_tokens", pool.tokens.count());
  if (pool.cell_bytes) out.number("cell_size_bytes", *pool.cell_bytes);
  const auto rows = static_cast<double>(sglang::pool_rows(pool.tokens, pool.page).count());
  out.number("k_gib", rows * pool.key_bytes / kGiB);
  out.number("v_gib", rows * pool.value_bytes / kGiB);
  out.number("kv_gib", rows * (pool.key_bytes + pool.value_bytes) / kGiB);
}

void add(const SglangStates& states, Blocks, Figures& out) {
  out.gib("state_gib", states.state.times(states.slots));
}

void add(const TensorRtPool& pool, Blocks blocks, Figures& out) {
  const Tokens tokens = pool.block.times(blocks.count());
  out.whole("num_primary_blocks", blocks.count());
  out.whole("max_tokens", tokens.count());
  out.gib("kv_gib", tokens * pool.of_token);
}

void add(const TransformersPool& pool, Blocks, Figures& out) {
  const BytesPerToken of_token = BytesPerToken(2)
                                     .times(pool.layers)
                                     .times(pool.kv_heads)
                                     .times(pool.head_dim)
                                     .times(pool.number_bytes);
  const Bytes full = pool.context * of_token;
  const Bytes half = Tokens(pool.context.count() / 2) * of_token;
  const Dtype& int4 = dtype("int4");
  const Bytes quantized = int4.bytes(full.count() / pool.number_bytes);
  const auto both = [&](const std::string& name, Bytes cache) {
    out.gib("cache_gib_" + name, cache);
    if (pool.weights) {
      out.gib("peak_gib_" + name, *pool.weights + cache + pool.context * pool.activations);
    }
  };
  both("ratio_0", full);
  both("ratio_0_5", half);
  both("int4_quanto", quantized);
}

}  // namespace

std::optional<Between<Blocks>> block_range(const PoolCase& pool) {
  if (const auto* vllm = std::get_if<VllmPool>(&pool)) {
    if (vllm->blocks) return Between<Blocks>{*vllm->blocks, *vllm->blocks};
    if (!vllm->available) return Between<Blocks>{};  // what needs blocks is left out
    return Between<Blocks>{vllm->layout->blocks(vllm->available->low),
                           vllm->layout->blocks(vllm->available->high)};
  }
  if (const auto* trt = std::get_if<TensorRtPool>(&pool)) {
    if (trt->blocks) return Between<Blocks>{*trt->blocks, *trt->blocks};
    if (!trt->available) return std::nullopt;
    const auto of = [&](Bytes available) {
      return tensorrt_llm::blocks_of(
          tensorrt_llm::fitting_tokens(available, trt->fraction, trt->of_token), trt->block);
    };
    return Between<Blocks>{of(trt->available->low), of(trt->available->high)};
  }
  const auto* llama = std::get_if<LlamaCppPool>(&pool);
  const bool either = llama != nullptr && llama->perhaps_without_values;
  return Between<Blocks>{Blocks(0), Blocks(either ? 1 : 0)};
}

std::vector<PoolFigure> pool_figures(const PoolCase& pool, Blocks blocks) {
  Figures figures;
  std::visit([&](const auto& kind) { add(kind, blocks, figures); }, pool);
  return figures.take();
}

}  // namespace kvf
