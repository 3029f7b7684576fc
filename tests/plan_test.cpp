// What a plan adds up: memory beside the cache, defaults, requests, time and cost, by hand.
#include <memory>
#include <set>
#include <string>

#include "models/engines/vllm_ledger.h"
#include "sim/input/policy.h"
#include "sim/planning/capacity.h"
#include "sim/planning/what_if.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using test::contains;

vllm::Gpu h100() { return {gibibytes(79.19), 132, 9}; }

vllm::Settings settings(EngineVersion version, std::int64_t sequences, std::int64_t rows) {
  vllm::Settings s;
  s.version = version;
  s.max_model_len = Tokens(8192);
  s.max_num_seqs = sequences;
  s.max_num_batched_tokens = Tokens(rows);
  return s;
}

Architecture small() {
  Architecture model;
  model.hidden = 1024;
  model.vocabulary = 1000;
  model.layers = 10;
  model.query_heads = model.kv_heads = 8;
  model.head_dim = 128;
  model.intermediate = 4096;
  return model;
}

PlanOptions llama(const std::string& gpu = "h100-80gb") {
  PlanOptions options;
  options.model = std::make_shared<const input::Model>(input::parse_model("llama-3.1-8b"));
  options.gpu = *find_device(gpu);
  return options;
}

constexpr EngineVersion k016{{0, 16, 0}};
constexpr EngineVersion k019{{0, 19, 0}};

}  // namespace

TEST_CASE("the activation peak is the larger of a pass and of sampling") {
  const Architecture model = small();
  // A pass of 1,024 rows: 2 bytes x (3 x 4,096 + 3 x 1,024), cuBLAS and 46.4 MiB.
  vllm::Settings pass = settings(k019, 1, 1024);
  const Bytes more(static_cast<std::int64_t>(46.4 * 1048576));
  const Bytes mlp = Bytes(2).times(1024).times(3 * 4096 + 3 * 1024);
  CHECK(vllm::activation_peak(model, pass, h100()).mid == mlp + kMiB.times(32) + more);
  // Another cuBLAS workspace below compute capability 9; ranks share the MLP only.
  CHECK(vllm::activation_peak(model, pass, {Bytes{}, 80, 8}).mid == mlp + kKiB.times(8320) + more);
  pass.tensor_parallel = 2;
  CHECK(vllm::activation_peak(model, pass, h100()).mid ==
        Bytes(2).times(1024).times(3 * 2048 + 3 * 1024) + kMiB.times(32) + more);
  // V0: four hidden states, no constant. Two matrices in the MLP of some models.
  pass.tensor_parallel = 1;
  pass.v0 = true;
  CHECK(vllm::activation_peak(model, pass, h100()).mid ==
        Bytes(2).times(1024).times(3 * 4096 + 4 * 1024) + kMiB.times(32));
  Architecture two = model;
  two.gated = false;
  CHECK(vllm::activation_peak(two, pass, h100()).mid ==
        Bytes(2).times(1024).times(2 * 4096 + 4 * 1024) + kMiB.times(32));

  // Sampling 4,096 rows: 38 bytes a logit before 0.17, 14 and a row for each SM from then on.
  const Bytes hidden = Bytes(2).times(8 + 4096).times(1024) + kMiB.times(32);
  const Bytes slope(static_cast<std::int64_t>(1024 * (10.4 * 1024 / 8192 * 8)));
  const auto sampled = [&](EngineVersion version) {
    return vllm::activation_peak(model, settings(version, 4096, 8), h100()).mid;
  };
  CHECK(sampled(k016) == Bytes(38).times(4096).times(1000) + hidden + slope);
  CHECK(sampled(k019) ==
        Bytes(14).times(4096).times(1000) + Bytes(4).times(132).times(1000) + hidden + slope);
}

TEST_CASE("experts have a workspace from 0.17 on, and no MLP term") {
  Architecture model = small();
  model.experts = 8;
  model.experts_per_token = 2;
  model.moe_intermediate = 2048;
  const auto peak = [&](EngineVersion version, bool triton) {
    vllm::Settings s = settings(version, 1, 1024);
    s.triton_experts = triton;
    return vllm::activation_peak(model, s, h100()).mid;
  };
  const Bytes workspace = Bytes(2).times(1024).times(2).times(2048 + 4096);
  CHECK(peak(k019, true) - peak(k019, false) == workspace);
  CHECK(peak(k016, true) == peak(k019, false));
}

TEST_CASE("tables of memory beside torch, by version, ranks and GPU") {
  const auto other = [](EngineVersion version, std::int64_t ranks, const vllm::Gpu& gpu) {
    vllm::Settings s = settings(version, 256, 2048);
    s.tensor_parallel = ranks;
    return vllm::non_torch(s, gpu);
  };
  CHECK(other(k019, 1, h100()).mid == gibibytes(0.25));
  CHECK(other(k019, 2, h100()).mid == gibibytes(2.07));
  CHECK(other(k016, 1, h100()).mid == gibibytes(0.13));
  CHECK(other({{0, 6, 5}}, 1, h100()).mid == gibibytes(1.79));
  CHECK(other({{0, 6, 5}}, 1, {gibibytes(22), 72, 8}).mid == gibibytes(0.12));
  CHECK(other({{0, 7, 3}}, 1, h100()).low >= Bytes{});
  CHECK(other({{0, 7, 3}}, 1, {gibibytes(6), 16, 8}).low < Bytes{});
  // More ranks than were ever logged: further up.
  CHECK(other(k019, 16, h100()).mid == other(k019, 8, h100()).mid);
  CHECK(other(k019, 16, h100()).high > other(k019, 8, h100()).high);

  vllm::Settings s = settings(k019, 256, 2048);
  CHECK(vllm::context(s).mid == gibibytes(0.51));
  s.pipeline_parallel = 2;
  CHECK(vllm::context(s).mid == gibibytes(1.75));
  // Graphs are of a stage's layers.
  CHECK(vllm::cuda_graphs(small(), s)->mid == gibibytes(0.371 + 0.0154 * 5));
  s.enforce_eager = true;
  CHECK(vllm::cuda_graphs(small(), s)->high == Bytes{});
  s.enforce_eager = false;
  s.version = {{0, 11, 0}};
  CHECK_FALSE(vllm::cuda_graphs(small(), s));
}

TEST_CASE("defaults of vLLM follow the GPU") {
  const vllm::Gpu a100{gibibytes(79.15), 108, 8, true};
  const vllm::Gpu l4{gibibytes(22), 58, 8};
  CHECK(vllm::default_max_num_seqs(false, h100()) == 1024);
  CHECK(vllm::default_max_num_seqs(false, a100) == 256);
  CHECK(vllm::default_max_num_seqs(true, h100()) == 256);
  CHECK(vllm::default_max_num_batched_tokens(false, h100(), Tokens(100)) == Tokens(8192));
  CHECK(vllm::default_max_num_batched_tokens(false, l4, Tokens(100)) == Tokens(2048));
  CHECK(vllm::default_max_num_batched_tokens(true, l4, Tokens(32768)) == Tokens(32768));
  CHECK(vllm::default_max_num_batched_tokens(true, l4, Tokens(32769)) == Tokens(2048));
  CHECK(vllm::default_max_num_batched_tokens(true, l4, Tokens(100)) == Tokens(2048));
  CHECK(vllm::runs_v0({{0, 7, 3}}, h100()));
  CHECK_FALSE(vllm::runs_v0({{0, 8, 5}}, l4));
  CHECK(vllm::runs_v0({{0, 8, 5}}, {gibibytes(21), 68, 7}));
}

TEST_CASE("what a plan refuses") {
  const auto refused = [](auto change) {
    PlanOptions options = llama();
    change(options);
    return options;
  };
  CHECK_THROWS_WITH(capacity_of(refused([](PlanOptions& o) {
                      o.version = {{0, 21, 0}};
                    })),
                    contains("is not modelled"));
  CHECK_THROWS_WITH(capacity_of(refused([](PlanOptions& o) { o.v0 = true; })),
                    contains("has no older core"));
  CHECK_THROWS_WITH(capacity_of(refused([](PlanOptions& o) { o.kv_dtype = "q8_0"; })),
                    contains("keeps no cache in q8_0"));
  CHECK_THROWS_WITH(capacity_of(refused([](PlanOptions& o) { o.pipeline_parallel = 33; })),
                    contains("33 pipeline stages of 32 layers"));
  CHECK_THROWS_WITH(
      capacity_of(refused([](PlanOptions& o) { o.quantization = Quantization::mxfp4; })),
      contains("has none"));
  CHECK_THROWS_WITH(capacity_of(refused([](PlanOptions& o) {
                      o.prompt = Tokens(9000);
                      o.max_model_len = Tokens(8192);
                    })),
                    contains("longer than max_model_len"));
}

TEST_CASE("the cache follows its dtype, the time its GPUs") {
  PlanOptions options = llama();
  options.prompt = Tokens(8000);
  options.output = Tokens(100);
  options.price = 3.6;
  const Capacity bf16 = capacity_of(options);
  CHECK(bf16.ledger.block_bytes == BytesPerBlock(16 * 131072));
  options.kv_dtype = "fp8";
  CHECK(capacity_of(options).ledger.block_bytes == BytesPerBlock(16 * 65536));
  options.kv_dtype.clear();
  options.dtype = "fp32";
  const Capacity fp32 = capacity_of(options);
  CHECK(fp32.ledger.block_bytes == BytesPerBlock(16 * 262144));
  CHECK(fp32.needs.time.prefill_seconds > 10 * bf16.needs.time.prefill_seconds);

  // Decoding reads all weights: a pipeline's stages one after another, ranks side by side.
  options = llama();
  options.prompt = Tokens(100);
  options.output = Tokens(100);
  options.price = 3.6;
  const Capacity one = capacity_of(options);
  const double pass = one.needs.time.decode_seconds / 100;
  CHECK(pass == Approx(16.06e9 / options.gpu.bandwidth).epsilon(0.02));
  options.pipeline_parallel = 2;
  const Capacity stages = capacity_of(options);
  CHECK(stages.needs.time.decode_seconds == Approx(one.needs.time.decode_seconds).epsilon(0.02));
  // So does the arithmetic of a long prefill: half of it on each, one after the other.
  PlanOptions prefill = llama();
  prefill.prompt = Tokens(32768);
  const double alone = capacity_of(prefill).needs.time.prefill_seconds;
  prefill.pipeline_parallel = 2;
  CHECK(capacity_of(prefill).needs.time.prefill_seconds == Approx(alone).epsilon(0.001));
  CHECK(*stages.cost == Approx(3.6 / 3600 * 2 * stages.needs.time.held_byte_seconds /
                               static_cast<double>(stages.ledger.available_kv.mid.count())));
  options.pipeline_parallel = 1;
  options.tensor_parallel = 2;
  CHECK(capacity_of(options).needs.time.decode_seconds ==
        Approx(one.needs.time.decode_seconds / 2).epsilon(0.02));
}

TEST_CASE("a latent is on every rank, the heads that read it are not") {
  PlanOptions options = llama("h200");
  options.model = std::make_shared<const input::Model>(input::parse_model("deepseek-v2-lite"));
  options.prompt = Tokens(131072);
  const Capacity one = capacity_of(options);
  options.tensor_parallel = 2;
  const Capacity two = capacity_of(options);
  CHECK(two.needs.after_prefill == one.needs.after_prefill);
  CHECK(two.needs.time.prefill_seconds ==
        Approx(one.needs.time.prefill_seconds / 2).epsilon(0.001));
}

TEST_CASE("a row goes through a few experts, and reads them") {
  PlanOptions options = llama("h200");
  options.model = std::make_shared<const input::Model>(input::parse_model("mixtral-8x7b"));
  const LlmWeights& weights = *options.model->weights;
  // 32 layers x 8 experts x 3 matrices of 4,096 x 14,336.
  CHECK(weights.expert_parameters() == 32LL * 8 * 3 * 4096 * 14336);
  options.prompt = Tokens(10);
  options.output = Tokens(1000);
  const double active = static_cast<double>(weights.total()) -
                        0.75 * static_cast<double>(weights.expert_parameters());
  CHECK(capacity_of(options).needs.time.decode_seconds / 1000 ==
        Approx(2 * active / options.gpu.bandwidth).epsilon(0.03));
}

TEST_CASE("requests at once: the engine's own blocks, no more than it admits") {
  PlanOptions options = llama();
  options.prompt = Tokens(1000);
  const Capacity capacity = capacity_of(options);
  // 63 blocks of 16 tokens.
  CHECK(capacity.needs.block_bytes == Bytes(63 * 16 * 131072));
  CHECK(capacity.memory_requests.mid == capacity.ledger.blocks.mid / Blocks(63));
  options.max_num_seqs = 7;
  CHECK(capacity_of(options).requests == Band<std::int64_t>{7, 7, 7});
  CHECK_THAT(limited_by(capacity_of(options)), contains("max_num_seqs: 7 requests"));
  // Evicted after the prefill: the whole prompt counts.
  options.max_num_seqs.reset();
  options.prompt = Tokens(32000);
  options.policy = input::parse_policy("snapkv:capacity_tokens=1024");
  const Capacity snap = capacity_of(options);
  CHECK(snap.requests.mid == snap.ledger.available_kv.mid / snap.needs.block_bytes);
  CHECK(snap.needs.block_bytes >= snap.needs.peak);
  CHECK(snap.requests.high > snap.requests.mid);
  // Where the ends differ and none is cut off, each is its own.
  CHECK(capacity.requests.low < capacity.requests.mid);
  CHECK(capacity.requests == capacity.memory_requests);
}

TEST_CASE("GPUs for so many requests") {
  PlanOptions options = llama();
  options.prompt = Tokens(8000);
  const std::int64_t each = capacity_of(options).requests.mid;
  const auto gpus = gpus_for(options, 3 * each);
  REQUIRE(gpus);
  CHECK(gpus->gpus() == 3);
  CHECK(gpus->ranks == 1);
  options.max_num_seqs = 2;
  CHECK(gpus_for(options, 5)->gpus() == 3);
  // What one GPU cannot hold takes several.
  options.model = std::make_shared<const input::Model>(input::parse_model("llama-3.1-70b"));
  CHECK(gpus_for(options, 1)->ranks == 2);
}

TEST_CASE("no other point beats those of the front") {
  const auto point = [](std::int64_t requests, double footprint, std::int64_t gpus = 1) {
    GridPoint p;
    p.gpus = gpus;
    p.capacity.emplace();
    p.capacity->requests.mid = requests;
    p.capacity->needs.footprint = footprint;
    return p;
  };
  std::vector<GridPoint> points;
  points.push_back(point(10, 1.0));     // 0
  points.push_back(point(20, 0.5));     // 1
  points.push_back(point(15, 0.4));     // 2: beaten by 1
  points.push_back(point(20, 0.5));     // 3: equal to 1
  points.push_back(point(20, 0.5, 2));  // 4: the same on more GPUs
  points.push_back({{}, 1, {}, "no answer"});
  CHECK(pareto_front(points) == std::vector<std::size_t>{0, 1, 3});
}

}  // namespace kvf
