// Parameters: tensors of config.json files, per rank, and as vLLM loads them.
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/engines/caching_blocks.h"
#include "models/engines/vllm_weights.h"
#include "models/weights.h"
#include "sim/input/config/config.h"
#include "sim/input/model.h"
#include "sim/input/weights/expression.h"
#include "sim/input/weights/family.h"
#include "tests/catch.h"
#include "tests/parameter_facts.h"

using namespace kvf;
using namespace kvf::input;

namespace {

constexpr std::int64_t kMebi = std::int64_t{1} << 20;

Config config_of(const std::string& type, const std::string& values) {
  return parse_config(
      R"({"model_type":")" + type + R"(")" + (values.empty() ? "" : ",") + values + "}",
      "config.json");
}

std::int64_t total_of(const std::string& type, const std::string& values) {
  const Config config = config_of(type, values);
  return config.weights ? config.weights->total() : -1;
}

std::string no_weights(const std::string& type, const std::string& values) {
  const Config config = config_of(type, values);
  return config.weights ? "there are weights" : config.no_weights;
}

const Tensor& tensor(const LlmWeights& weights, const std::string& name) {
  for (const TensorRun& run : weights.runs) {
    for (const Tensor& each : run.tensors) {
      if (each.name.find(name) != std::string::npos) return each;
    }
  }
  throw std::runtime_error("no " + name);
}

LlmWeights weights_of(std::string_view model) { return *parse_model(model).weights; }

std::int64_t number(std::string_view symbol) {
  if (symbol == "H") return 6;
  if (symbol == "D") return 4;
  if (symbol == "X") return 3;
  if (symbol == "Im") return 5;
  throw ExpressionError("no symbol");
}

}  // namespace

TEST_CASE("expressions of the tables", "[weights]") {
  struct Fact {
    std::string_view text;
    std::int64_t value;
  };
  for (const Fact& fact : {Fact{"2+3*4", 14},
                           {"(2+3)*4", 20},
                           {"7/2", 3},
                           {"7%4", 3},
                           {"10-2-3", 5},
                           {"!0", 1},
                           {"!H", 0},
                           {"H>5&D<4", 0},
                           {"H>5|D<4", 1},
                           {"H=6", 1},
                           {"!(H=6)", 0},
                           {"H*D-1", 23}}) {
    INFO(fact.text);
    CHECK(evaluate(fact.text, number) == fact.value);
  }
  for (const std::string_view text :
       {"", "2+", "(2", "2)", "H H", "D/0", "Q", "9999999999999999999", "4611686018427387904*H"}) {
    INFO(text);
    CHECK_THROWS_AS(evaluate(text, number), ExpressionError);
  }
}

TEST_CASE("dimensions say how ranks share them", "[weights]") {
  const Dimension heads = dimension("2*H*D+D", number);
  CHECK(heads.size() == 52);
  CHECK(heads.parts == std::vector<Part>{{Division::heads, 6, 8}, {Division::whole, 1, 4}});
  // Experts of so many columns each: the columns are shared.
  CHECK(dimension("X*Im", number).parts == std::vector<Part>{{Division::inner, 5, 3}});
  CHECK(dimension("X", number).parts == std::vector<Part>{{Division::experts, 3, 1}});
  CHECK_THROWS_AS(dimension("(H-D*9)", number), ExpressionError);
}

TEST_CASE("parameters of small models of every kind", "[weights]") {
  for (const facts::ParameterFact& fact : facts::kParameters) {
    INFO(fact.type << " " << fact.values);
    CHECK(total_of(std::string(fact.type), std::string(fact.values)) == fact.total);
  }
}

TEST_CASE("Llama-3.1-8B, tensor by tensor", "[weights]") {
  const LlmWeights weights = weights_of("llama-3.1-8b");
  CHECK(weights.total() == 8'030'261'248);
  CHECK(weights.embedding() == 525'336'576);
  CHECK(weights.buffers_total() == 0);
  CHECK_FALSE(weights.tied);
  REQUIRE(weights.runs.size() == 3);
  CHECK(weights.runs[1].count == 32);
  CHECK(weights.runs[1].tensors.front().name == "model.layers.N.self_attn.q_proj.weight");
  CHECK(weights.rotary == std::vector<RotaryTable>{{131072, 128}});
  const Architecture& model = weights.architecture;
  CHECK(model.hidden == 4096);
  CHECK(model.intermediate == 14336);
  CHECK(model.vocabulary == 128256);
  CHECK(model.layers == 32);
  CHECK(model.max_positions == 131072);
  CHECK(model.gated);
  CHECK(model.experts == 0);
}

TEST_CASE("architecture: experts, latents, states, two matrices", "[weights]") {
  const Architecture mixtral = weights_of("mixtral-8x7b").architecture;
  CHECK(mixtral.experts == 8);
  CHECK(mixtral.experts_per_token == 2);
  CHECK(mixtral.moe_intermediate == 14336);
  const Architecture deepseek = weights_of("deepseek-v3").architecture;
  CHECK(deepseek.latent);
  CHECK(deepseek.shared_intermediate == 2048);
  CHECK(weights_of("jamba-v0.1").architecture.hybrid);
  CHECK_FALSE(weights_of("gpt2").architecture.gated);
}

TEST_CASE("what may change the parameters and is not understood is named", "[weights]") {
  CHECK(no_weights("llama", R"("qk_layernorm":true)") ==
        "key 'qk_layernorm' is unknown in the tensors of a 'llama'; it may change the parameters");
  // It says that there is nothing.
  CHECK(total_of("llama", R"("qk_layernorm":false)") == 6'738'415'616);
  CHECK(no_weights("helium", "").find("'helium'") != std::string::npos);
  CHECK(no_weights("llama", R"("attention_bias":2.5)").find("attention_bias") != std::string::npos);
  CHECK(no_weights("exaone_moe", R"("mlp_layer_types":["dense"])") ==
        "'mlp_layer_types' has 1 entries for 32 layers");
  CHECK(no_weights("llama", R"("num_hidden_layers":4097)").find("4096 layers") !=
        std::string::npos);
  CHECK(no_weights("llama", R"("vocab_size":-1)").find("'vocab_size'") != std::string::npos);
  // -1 is the last layer, for this key.
  CHECK(total_of("ernie4_5_moe", R"("moe_layer_end_index":-1)") == total_of("ernie4_5_moe", ""));
  // The cache is known all the same.
  CHECK(config_of("helium", "").shape.layers == 24);
}

TEST_CASE("the text part of a model that sees", "[weights]") {
  const Config config = parse_config(
      R"({"model_type":"gemma3","vision_config":{"hidden_size":8},"text_config":{"model_type":)"
      R"("gemma3_text","hidden_size":640,"intermediate_size":2048,"num_hidden_layers":18,)"
      R"("num_attention_heads":4,"num_key_value_heads":1,"head_dim":256,"vocab_size":262144}})",
      "config.json");
  CHECK(config.sees_or_hears);
  REQUIRE(config.weights.has_value());
  CHECK(config.weights->total() == 268'098'176);
  CHECK_FALSE(config_of("llama", "").sees_or_hears);
}

TEST_CASE("what one rank holds", "[weights]") {
  const LlmWeights llama = weights_of("llama-3.1-8b");
  const LlmWeights rank = per_rank(llama, 4, 64);
  CHECK(tensor(rank, "q_proj").numbers() == 1024 * 4096);
  CHECK(tensor(rank, "k_proj").numbers() == 256 * 4096);
  CHECK(tensor(rank, "o_proj").numbers() == 4096 * 1024);
  CHECK(tensor(rank, "down_proj").numbers() == 4096 * 3584);
  CHECK(tensor(rank, "input_layernorm").numbers() == 4096);
  CHECK(rank.embedding() == 128256 / 4 * 4096);
  // One KV head is on every rank, and 16 ranks hold one of 8.
  CHECK(tensor(per_rank(llama, 16, 64), "k_proj").numbers() == 128 * 4096);
  CHECK_THROWS_AS(per_rank(llama, 3), std::invalid_argument);
  // The vocabulary is padded to 64 words first.
  CHECK(per_rank(weights_of("granite-3.1-8b"), 2, 64).embedding() == 49216 / 2 * 4096);
  CHECK_THROWS_AS(per_rank(weights_of("granite-3.1-8b"), 2), std::invalid_argument);
  // Latents are whole, heads of them are not; experts are cut in their columns.
  const LlmWeights latent = per_rank(weights_of("deepseek-v3"), 8, 64);
  CHECK(tensor(latent, "kv_a_proj_with_mqa").numbers() == 576 * 7168);
  CHECK(tensor(latent, "kv_b_proj").numbers() == 16 * 256 * 512);
  CHECK(tensor(latent, "experts.down_proj").numbers() == 256 * 7168 * 256);
}

TEST_CASE("blocks of the caching allocator while nothing is freed", "[weights]") {
  CachingBlocks blocks;
  blocks.allocate(1);
  CHECK(blocks.allocated() == 512);
  CHECK(blocks.reserved() == 2 * kMebi);
  blocks.allocate(kMebi);  // beside it
  CHECK(blocks.reserved() == 2 * kMebi);
  blocks.allocate(kMebi + 1);
  CHECK(blocks.reserved() == 22 * kMebi);
  CHECK(blocks.allocated() == 512 + kMebi + kMebi + 512);
  CachingBlocks large;
  large.allocate(11 * kMebi);  // of 12: the tail of 1 MiB is not split off
  CHECK(large.allocated() == 12 * kMebi);
  large.allocate(10 * kMebi + 1);  // of 12: this one is, nearly
  CHECK(large.allocated() == 12 * kMebi + 10 * kMebi + 512);
  large.allocate(3 * kMebi / 2);  // in it
  CHECK(large.reserved() == 24 * kMebi);
}

// Logs of vLLM 0.6 to 0.19, GiB; each within what it prints.
TEST_CASE("weights as vLLM loads them", "[weights]") {
  struct Fact {
    std::string_view model;
    std::string_view dtype;
    std::int64_t ranks;
    double gib;
    double within;
  };
  for (const Fact& fact : {Fact{"llama-3.1-8b", "bf16", 1, 14.9888, 0.00006},
                           {"llama-3.1-8b", "bf16", 2, 7.5122, 0.00006},
                           {"llama-3.1-8b", "bf16", 8, 1.9028, 0.00006},
                           {"llama-3.1-8b", "fp32", 1, 29.98, 0.005},
                           {"qwen2.5-32b", "bf16", 2, 30.7098, 0.00015},
                           {"qwen2.5-7b", "bf16", 4, 3.55, 0.005},
                           {"qwen1.5-moe-a2.7b", "bf16", 1, 26.67, 0.005},
                           {"mixtral-8x7b", "bf16", 2, 43.51, 0.005},
                           {"gemma-2-27b", "bf16", 1, 50.72, 0.005},
                           {"granite-3.1-8b", "bf16", 1, 15.25, 0.005},
                           {"qwen3-14b", "bf16", 1, 27.52, 0.005}}) {
    INFO(fact.model << " on " << fact.ranks);
    WeightLoad load;
    load.dtype = fact.dtype;
    load.ranks = fact.ranks;
    const Estimate memory = vllm_weights(weights_of(fact.model), load);
    CHECK(memory.basis == Basis::exact);
    CHECK(std::abs(in_gib(memory.mid) - fact.gib) < fact.within);
  }
}

TEST_CASE("weights that are known up to a band", "[weights]") {
  struct Fact {
    std::string_view model;
    WeightLoad load;
    double gib;
  };
  const auto with = [](Quantization quantization, std::int64_t ranks = 1) {
    WeightLoad load;
    load.quantization = quantization;
    load.ranks = ranks;
    return load;
  };
  WeightLoad stage;
  stage.stages = 4;
  WeightLoad seeing;
  seeing.vision = true;
  WeightLoad old = with(Quantization::none, 8);
  old.version = {0, 7, true};
  for (const Fact& fact : {Fact{"llama-3.1-8b", with(Quantization::fp8), 8.49},
                           {"llama-3.1-8b", with(Quantization::int8), 8.49},
                           {"qwen3-8b", with(Quantization::fp8_block), 8.8},
                           {"llama-3.1-8b", with(Quantization::int4_group), 5.38},
                           {"qwen2.5-7b", with(Quantization::int4_group_zeros), 5.2032},
                           {"qwen2.5-7b", with(Quantization::bitsandbytes_4bit), 5.2045},
                           {"gpt-oss-20b", with(Quantization::mxfp4), 13.47},
                           {"gpt-oss-120b", with(Quantization::mxfp4), 64.38},
                           {"llama-3.1-8b", stage, 4.26},
                           {"gemma-3-4b", seeing, 8.58},
                           {"deepseek-v2-lite", with(Quantization::none), 29.43},
                           {"deepseek-v2-lite", old, 3.97}}) {
    INFO(fact.model << ", " << to_string(fact.load.quantization));
    const Estimate memory = vllm_weights(weights_of(fact.model), fact.load);
    CHECK(memory.basis == Basis::formula);
    CHECK_FALSE(memory.cause.empty());
    CHECK(in_gib(memory.low) <= fact.gib);
    CHECK(in_gib(memory.high) >= fact.gib);
    CHECK(memory.low <= memory.mid);
    CHECK(memory.mid <= memory.high);
  }
}

TEST_CASE("bytes that are stored, by quantisation", "[weights]") {
  const LlmWeights llama = weights_of("llama-3.1-8b");
  WeightLoad load;
  CHECK(stored_bytes(llama, load) == Bytes(2 * llama.total()));
  load.dtype = "fp32";
  CHECK(stored_bytes(llama, load) == Bytes(4 * llama.total()));
  load.dtype = "int3";
  CHECK_THROWS_AS(stored_bytes(llama, load), std::invalid_argument);
  load.dtype = "bf16";
  const std::int64_t matrices = 32 * std::int64_t{218'103'808};
  const std::int64_t others = 2 * (llama.total() - matrices);
  load.quantization = Quantization::fp8_block;
  CHECK(stored_bytes(llama, load) == Bytes(others + matrices + matrices / 16384 * 4));
  load.quantization = Quantization::int4_group;
  CHECK(stored_bytes(llama, load) == Bytes(others + matrices / 2 + matrices / 64));
  load.quantization = Quantization::int4_group_zeros;
  CHECK(stored_bytes(llama, load) == Bytes(others + matrices / 2 + matrices / 64 + matrices / 256));
  load.quantization = Quantization::int8;
  load.ranks = 2;
  const std::int64_t rows = 32 * (2 * 4096 + 3072 + 14336);  // of one rank: o and down are whole
  CHECK(stored_bytes(llama, load) == Bytes((2 * (llama.total() - matrices) - 65 * 4096 * 2) / 2 +
                                           65 * 4096 * 2 + matrices / 2 + rows * 4));
}

TEST_CASE("pipeline stages share the layers", "[weights]") {
  const LlmWeights llama = weights_of("llama-3.1-8b");
  WeightLoad load;
  load.stages = 5;
  std::int64_t layers = 0;
  std::int64_t numbers = 0;
  for (load.stage = 0; load.stage < load.stages; ++load.stage) {
    for (const TensorRun& run : vllm_tensors(llama, load)) {
      layers += run.is_layer ? run.count : 0;
      for (const Tensor& each : run.tensors) numbers += run.count * each.numbers();
    }
  }
  CHECK(layers == 32);
  CHECK(numbers == llama.total());
  load.stage = 5;
  CHECK_THROWS_AS(vllm_tensors(llama, load), std::invalid_argument);
}
