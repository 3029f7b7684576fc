// The memory of vLLM on one GPU as it was logged: typed from public logs, one or two for each rule.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "models/engines/vllm_ledger.h"
#include "models/engines/vllm_weights.h"
#include "sim/input/config/config.h"
#include "sim/input/model.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using Q = Quantization;

// All on H100 of 132 multiprocessors, in GiB as they were printed.
struct Logged {
  std::string_view model;
  EngineVersion version;
  bool v0 = false;
  std::string_view dtype;
  Q quantization = Q::none;
  std::int64_t ranks = 1;
  double total = 0;
  double utilization = 0;
  std::int64_t sequences = 0;
  std::int64_t rows = 0;
  double weights = 0;
  double activations = 0;
  double non_torch = 0;
  double available = 0;
};

// clang-format off
constexpr Logged kLogged[] = {
    {"codellama-7b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 12.56, 0.77, 0.25, 61.66},
    {"qwen2.5-7b", {{0, 19, 0}}, false, "bf16", Q::fp8, 1, 79.19, 0.95, 1024, 8192, 8.14, 2.21, 0.24, 64.64},
    {"gemma-2-27b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 50.72, 3.66, 0.26, 20.59},
    {"gemma-2-2b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 4.9, 3.62, 0.24, 66.47},
    {"gemma-2-9b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 17.22, 3.65, 0.25, 54.12},
    {"granite-3.1-8b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 15.25, 0.85, 0.46, 58.66},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 14.99, 1.89, 0.25, 58.11},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "bf16", Q::fp8, 1, 79.19, 0.95, 1024, 8192, 8.49, 1.89, 0.25, 64.61},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "fp16", Q::none, 1, 79.19, 0.95, 1024, 8192, 14.99, 1.89, 0.25, 58.11},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "fp32", Q::none, 1, 79.19, 0.95, 1024, 8192, 29.98, 2.21, 0.25, 42.8},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "bf16", Q::none, 2, 79.19, 0.95, 1024, 8192, 7.51, 1.89, 2.07, 63.76},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "bf16", Q::none, 4, 79.19, 0.95, 1024, 8192, 3.77, 1.89, 2.13, 67.44},
    {"mixtral-8x7b", {{0, 19, 0}}, false, "bf16", Q::none, 2, 79.19, 0.95, 1024, 8192, 43.51, 1.21, 2.07, 28.44},
    {"kimi-dev-72b", {{0, 19, 0}}, false, "bf16", Q::none, 4, 79.19, 0.95, 1024, 8192, 34.01, 2.29, 2.21, 36.72},
    {"gpt-oss-20b", {{0, 19, 0}}, false, "bf16", Q::mxfp4, 2, 79.19, 0.9, 1024, 8192, 7.01, 2.87, 2.07, 59.32},
    {"qwen1.5-moe-a2.7b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 26.67, 2.47, 0.25, 45.83},
    {"qwen2.5-7b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 14.25, 2.21, 0.24, 58.53},
    {"qwen2.5-7b", {{0, 19, 0}}, false, "bf16", Q::none, 4, 79.19, 0.95, 1024, 8192, 3.55, 2.21, 2.13, 67.34},
    {"qwen3-8b", {{0, 19, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 15.27, 2.21, 0.25, 57.5},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "fp16", Q::int4_group, 1, 79.19, 0.95, 1024, 8192, 5.38, 1.89, 0.25, 67.71},
    {"llama-3.1-8b", {{0, 19, 0}}, false, "fp16", Q::int8, 1, 79.19, 0.95, 1024, 8192, 8.49, 1.89, 0.25, 64.6},
    {"qwen3-14b", {{0, 15, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 27.52, 5.64, 0.13, 41.94},
    {"qwen3-14b", {{0, 17, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 27.52, 2.23, 0.13, 45.34},
    {"qwen3-14b", {{0, 18, 0}}, false, "bf16", Q::none, 1, 79.19, 0.95, 1024, 8192, 27.52, 2.23, 0.25, 45.23},
    {"llama-3.1-8b", {{0, 11, 0}}, false, "bf16", Q::none, 1, 79.18, 0.9, 1024, 8192, 14.99, 4.76, 0.13, 51.38},
    {"qwen3-32b", {{0, 11, 0}}, false, "bf16", Q::none, 2, 79.18, 0.9, 1024, 8192, 30.59, 5.64, 0.54, 34.49},
    {"llama-3-8b", {{0, 6, 5}}, true, "bf16", Q::none, 1, 79.22, 0.9, 256, 8192, 14.96, 1.26, 1.79, 53.29},
};
// clang-format on

constexpr double kHalfDigit = 0.005;

bool in_band(const Estimate& estimate, double gib) {
  return in_gib(estimate.low) - kHalfDigit <= gib && gib <= in_gib(estimate.high) + kHalfDigit;
}

vllm::Settings settings_of(const Logged& log) {
  vllm::Settings s;
  s.version = log.version;
  s.v0 = log.v0;
  s.tensor_parallel = log.ranks;
  s.max_model_len = Tokens(8192);
  s.max_num_seqs = log.sequences;
  s.max_num_batched_tokens = Tokens(log.rows);
  s.gpu_memory_utilization = log.utilization;
  s.number_bytes = log.dtype == "fp32" ? 4 : 2;
  s.triton_experts = log.quantization != Q::mxfp4;
  return s;
}

vllm::Gpu gpu_of(const Logged& log) { return {gibibytes(log.total), 132, 9}; }

Ledger ledger_of(const Logged& log) {
  const input::Model model = input::parse_model(log.model);
  WeightLoad load;
  load.dtype = log.dtype;
  load.quantization = log.quantization;
  load.ranks = log.ranks;
  load.version = log.version;
  LlmShape shape = model.shape;
  shape.dtype = log.dtype;
  return vllm::ledger({shape, model.weights->architecture, vllm_weights(*model.weights, load)},
                      settings_of(log), gpu_of(log));
}

Logged llama(EngineVersion version, std::int64_t ranks = 1) {
  Logged log = *std::find_if(std::begin(kLogged), std::end(kLogged), [](const Logged& l) {
    return l.model == "llama-3.1-8b" && l.ranks == 1;
  });
  log.version = version;
  log.ranks = ranks;
  return log;
}

}  // namespace

TEST_CASE("vLLM: weights, activations and what is left for KV, as logged", "[engines]") {
  REQUIRE(std::size(kLogged) >= 25);
  for (const Logged& log : kLogged) {
    INFO(log.model << " on " << to_string(log.version) << ", " << log.ranks << " ranks, "
                   << to_string(log.quantization));
    const Ledger ledger = ledger_of(log);
    const Estimate& weights = ledger.find("weights")->size;
    const Estimate& activations = ledger.find("activations")->size;
    if (log.quantization == Q::none) {
      CHECK(std::abs(in_gib(weights.mid) - log.weights) <= 0.012);
      CHECK(weights.basis == Basis::exact);
    } else {
      CHECK(in_band(weights, log.weights));
    }
    CHECK(std::abs(in_gib(activations.mid) - log.activations) <= 0.02 * log.activations);
    CHECK(in_band(ledger.find("non_torch")->size, log.non_torch));
    // Of the logged parts, what is left is an identity: four figures with two decimals.
    const double left = in_gib(ledger.budget) - log.weights - log.activations - log.non_torch;
    CHECK(std::abs(left - log.available) <= 0.02);
    CHECK(in_band(ledger.available_kv, log.available));
    if (log.quantization == Q::none) {
      CHECK(std::abs(in_gib(ledger.available_kv.mid) - log.available) <=
            std::max(0.01 * log.available, 0.1));
    }
    CHECK(ledger.blocks.low <= ledger.blocks.mid);
    CHECK(ledger.blocks.mid <= ledger.blocks.high);
  }
}

TEST_CASE("vLLM: the parts add up to what the driver reports", "[engines]") {
  const Ledger ledger = ledger_of(llama({{0, 19, 0}}));
  Bytes sum;
  for (const LedgerPart& part : ledger.parts) sum += part.size.mid;
  // Less than a block is left over in the pool.
  CHECK(ledger.total - sum >= Bytes{});
  CHECK(ledger.total - sum < Bytes(ledger.block_bytes.count()));
  CHECK(ledger.block == Tokens(16));
  CHECK(ledger.block_bytes == BytesPerBlock(16 * 131'072));
  // A request of 8,192 tokens takes 512 blocks.
  CHECK(ledger.concurrency.mid == static_cast<double>(ledger.blocks.mid.count()) / 512);
}

TEST_CASE("vLLM: which version, core and GPU a rule holds for", "[engines]") {
  const vllm::Gpu h100{gibibytes(79.19), 132, 9};
  const vllm::Gpu turing{gibibytes(14.6), 40, 7};
  CHECK(vllm::runs_v0({{0, 7, 3}}, h100));
  CHECK_FALSE(vllm::runs_v0({{0, 8, 0}}, h100));
  CHECK(vllm::runs_v0({{0, 10, 2}}, turing));
  CHECK_FALSE(vllm::runs_v0({{0, 11, 0}}, turing));
  CHECK(vllm::default_max_num_seqs(false, h100) == 1024);
  CHECK(vllm::default_max_num_seqs(false, turing) == 256);
  CHECK(vllm::default_max_num_seqs(true, h100) == 256);
  CHECK(vllm::default_max_num_batched_tokens(false, h100, Tokens(100)) == Tokens(8192));
  CHECK(vllm::default_max_num_batched_tokens(false, turing, Tokens(100)) == Tokens(2048));
  CHECK(vllm::default_max_num_batched_tokens(true, h100, Tokens(32768)) == Tokens(32768));
  CHECK(vllm::default_max_num_batched_tokens(true, h100, Tokens(32769)) == Tokens(2048));
  CHECK(vllm::default_max_num_batched_tokens(true, h100, Tokens(100)) == Tokens(2048));

  // Below 8 sequences the newer sampler still sorts: 36 bytes a logit, not 12.
  Architecture model = input::parse_model("llama-3.1-8b").weights->architecture;
  model.vocabulary = 1'000'000;  // so that sampling decides
  vllm::Settings few = settings_of(llama({{0, 19, 0}}));
  few.max_num_batched_tokens = Tokens(16);
  few.max_num_seqs = 7;
  const Bytes seven = vllm::activation_peak(model, few, h100).mid;
  few.max_num_seqs = 8;
  const Bytes eight = vllm::activation_peak(model, few, h100).mid;
  // Less for the logits of one more row, more for a counter of each multiprocessor and word.
  CHECK(eight - seven ==
        Bytes(model.vocabulary).times(14 * 8 - 38 * 7 + 4 * 132) + Bytes(2).times(model.hidden));

  // Ranks share the columns of the MLP, not the hidden states.
  model.vocabulary = 1000;  // so that the forward pass decides
  vllm::Settings wide = settings_of(llama({{0, 19, 0}}));
  const Bytes one = vllm::activation_peak(model, wide, h100).mid;
  wide.tensor_parallel = 2;
  CHECK(one - vllm::activation_peak(model, wide, h100).mid ==
        Bytes(2 * 8192 * 3).times(model.intermediate / 2));

  CHECK(vllm::context(few).mid == gibibytes(0.51));
  few.tensor_parallel = 2;
  CHECK(vllm::context(few).mid == gibibytes(1.75));
  CHECK_FALSE(vllm::cuda_graphs(model, settings_of(llama({{0, 14, 0}}))).has_value());
  CHECK(vllm::cuda_graphs(model, settings_of(llama({{0, 15, 0}})))->mid ==
        gibibytes(0.371 + 0.0154 * 32));
  few.enforce_eager = true;
  CHECK(vllm::cuda_graphs(model, few) == exactly(Bytes{}));
  CHECK_THROWS_AS(ledger_of(llama({{0, 20, 0}})), Refusal);
  CHECK_THROWS_AS(ledger_of(llama({{0, 5, 9}})), Refusal);
}

TEST_CASE("vLLM: blocks of the stage with the most layers, and of latents with an indexer",
          "[engines]") {
  vllm::Settings s = settings_of(llama({{0, 19, 0}}));
  s.pipeline_parallel = 2;
  const LlmShape five{"", 5, 8, 32, 128};
  CHECK(vllm::layout_of(five, s).block_bytes() == BytesPerBlock(3 * 16 * 2 * 8 * 128 * 2));
  s.pipeline_parallel = 1;
  CHECK(vllm::layout_of(five, s).groups.front().block == Tokens(16));
  const LlmShape indexed = input::parse_config(R"({"model_type":"deepseek_v32"})", "c").shape;
  CHECK(vllm::layout_of(indexed, s).groups.front().block == Tokens(64));
}

TEST_CASE("vLLM: layers of smaller entries have longer blocks, and are dealt to their groups",
          "[engines]") {
  LayerRun full;
  full.count = 1;
  full.kv_heads = full.cached_heads = full.query_heads = 4;
  full.key_width = full.value_width = 64;
  LayerRun sliding = full;
  sliding.count = 3;
  sliding.kind = LayerKind::sliding;
  sliding.window = 128;
  sliding.kv_heads = sliding.cached_heads = 2;
  const LlmShape shape = make_shape("", {sliding, full, sliding, full});
  vllm::Settings settings;
  settings.version = {{0, 19, 0}};
  settings.max_model_len = Tokens(1024);
  const vllm::PoolTables tables = vllm::tables_of(shape, settings);
  CHECK(tables.block == Tokens(16));
  CHECK(tables.groups == std::vector<TableGroup>{{{0, 4}, 2, {}, false},
                                                 {{1, 5}, 2, {}, false},
                                                 {{2, 6}, 2, {}, false},
                                                 {{3, 7}, 1, {}, false}});
  settings.version = {{0, 9, 0}};  // windows save nothing: two kinds still, of entries
  CHECK(vllm::tables_of(shape, settings).groups[0].keeps_all);
  CHECK_FALSE(vllm::tables_of(shape, settings).groups[3].keeps_all);
  settings.block = Tokens(8);
  CHECK(vllm::tables_of(shape, settings).block == Tokens(8));
}

TEST_CASE("vLLM: stored bytes of odd sizes, and stages of an odd number of layers", "[engines]") {
  const auto weights = [](std::int64_t words, std::int64_t layers) {
    const std::string text =
        R"({"model_type":"llama","hidden_size":64,"num_attention_heads":1,"intermediate_size":200,)"
        R"("vocab_size":)" +
        std::to_string(words) + R"(,"num_hidden_layers":)" + std::to_string(layers) + "}";
    return *input::parse_config(text, "c").weights;
  };
  // In blocks of 128 x 128: qkv 192 x 64 has 2, o 1, gate and up 400 x 64 4, down 64 x 200 2.
  WeightLoad load;
  load.quantization = Q::fp8_block;
  const std::int64_t matrices = 192 * 64 + 64 * 64 + 400 * 64 + 64 * 200;
  const std::int64_t norms = 3 * 64 * 2;
  const std::int64_t words = 2 * 64 * 64 * 2;  // embedding and head
  CHECK(stored_bytes(weights(64, 1), load) ==
        Bytes(matrices + (2 + 1 + 4 + 2) * 4 + norms + words));
  // One more word is 64 more.
  CHECK(stored_bytes(weights(65, 1), load) - stored_bytes(weights(64, 1), load) == Bytes(words));

  // 5 layers on 3 stages: the last one has the head, and a layer less.
  load.stages = 3;
  std::vector<std::int64_t> layers;
  for (load.stage = 0; load.stage < 3; ++load.stage) {
    std::int64_t sum = 0;
    for (const TensorRun& run : vllm_tensors(weights(64, 5), load)) {
      sum += run.is_layer ? run.count : 0;
    }
    layers.push_back(sum);
  }
  CHECK(layers == std::vector<std::int64_t>{2, 2, 1});
}

// Ranks that were never logged take the row below, and its band is doubled.
TEST_CASE("vLLM: non-torch memory of the nearest number of ranks", "[engines]") {
  vllm::Settings s = settings_of(llama({{0, 19, 0}}, 4));
  const vllm::Gpu gpu{gibibytes(79.19), 132, 9};
  const Estimate four = vllm::non_torch(s, gpu);
  CHECK(four.mid == gibibytes(2.15));
  s.tensor_parallel = 6;
  const Estimate six = vllm::non_torch(s, gpu);
  CHECK(six.mid == four.mid);
  CHECK(six.low == four.low);
  CHECK(six.high == four.high + four.high - four.low);
}

}  // namespace kvf
