// quantization_config: how it says that weights are stored. The texts are those of published
// quantised models.
#include <memory>
#include <optional>
#include <string>

#include "sim/input/config/config.h"
#include "sim/input/json.h"
#include "sim/input/model.h"
#include "sim/planning/capacity.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;

namespace {

StoredWeights stored(const std::string& quantization) {
  return parse_config(R"({"model_type":"llama","quantization_config":)" + quantization + "}",
                      "config.json")
      .quantization;
}

bool is(const std::string& quantization, Quantization wanted) {
  return stored(quantization) == StoredWeights{wanted, ""};
}

bool is_unknown(const std::string& quantization, std::string_view why) {
  const StoredWeights found = stored(quantization);
  UNSCOPED_INFO(found.unknown);
  return found.unknown.find(why) != std::string::npos;
}

std::string scheme(std::string_view weights, std::string_view inputs = "null") {
  return R"({"quant_method":"compressed-tensors","config_groups":{"group_0":{"targets":["Linear"],
             "weights":{)" +
         std::string(weights) + R"(},"input_activations":)" + std::string(inputs) + "}}}";
}

}  // namespace

TEST_CASE("how the weights of a config.json are stored", "[config]") {
  CHECK(stored("null") == StoredWeights{});
  CHECK(stored("{}") == StoredWeights{});
  CHECK(is(R"({"quant_method":"fp8","weight_block_size":[128,128]})", Quantization::fp8_block));
  CHECK(is(R"({"quant_method":"fp8","activation_scheme":"dynamic","weight_block_size":null})",
           Quantization::fp8));
  CHECK(is(R"({"quant_method":"fbgemm_fp8","activation_scale_ub":1200.0})", Quantization::fp8));
  CHECK(is(R"({"quant_method":"awq","bits":4,"group_size":128,"zero_point":true})",
           Quantization::int4_group_zeros));
  CHECK(is(R"({"quant_method":"awq","w_bit":4,"q_group_size":128,"zero_point":false})",
           Quantization::int4_group));
  CHECK(is(R"({"quant_method":"awq","bits":4,"group_size":128})", Quantization::int4_group_zeros));
  CHECK(is(R"({"quant_method":"gptq","bits":4,"group_size":128,"sym":true,"desc_act":true})",
           Quantization::int4_group));
  CHECK(is(R"({"quant_method":"gptq","bits":4,"group_size":128,"sym":false})",
           Quantization::int4_group_zeros));
  CHECK(is(R"({"quant_method":"bitsandbytes","load_in_4bit":true,"load_in_8bit":false})",
           Quantization::bitsandbytes_4bit));
  CHECK(is(R"({"quant_method":"mxfp4"})", Quantization::mxfp4));
  CHECK(is(R"({"quant_method":"modelopt","quant_algo":"FP8"})", Quantization::fp8));
  CHECK(is(scheme(R"("num_bits":8,"type":"float","strategy":"channel","symmetric":true)"),
           Quantization::fp8));
  CHECK(is(scheme(R"("num_bits":8,"type":"float","strategy":"block","block_structure":[128,128])"),
           Quantization::fp8_block));
  CHECK(is(scheme(R"("num_bits":8,"type":"int","strategy":"channel","symmetric":true)",
                  R"({"num_bits":8,"type":"int"})"),
           Quantization::int8));
  CHECK(is(
      scheme(R"("num_bits":4,"type":"int","strategy":"group","group_size":128,"symmetric":true)"),
      Quantization::int4_group));
  CHECK(is(
      scheme(R"("num_bits":4,"type":"int","strategy":"group","group_size":128,"symmetric":false)"),
      Quantization::int4_group_zeros));
}

TEST_CASE("a quantisation that is not known says why", "[config]") {
  CHECK(is_unknown(R"({"bits":4})", "no 'quant_method'"));
  CHECK(is_unknown(R"({"quant_method":"fp8","weight_block_size":[64,128]})", "blocks other than"));
  CHECK(is_unknown(R"({"quant_method":"fp8","weight_block_size":128})", "blocks other than"));
  CHECK(is_unknown(R"({"quant_method":"gptq","bits":4,"group_size":32})", "groups of 32"));
  CHECK(is_unknown(R"({"quant_method":"gptq","bits":8,"group_size":128})", "8 bits"));
  CHECK(is_unknown(R"({"quant_method":"awq"})", "unknown bits in groups of unknown size"));
  CHECK(is_unknown(R"({"quant_method":"bitsandbytes","load_in_8bit":true})", "other than 4 bits"));
  CHECK(is_unknown(R"({"quant_method":"modelopt","quant_algo":"NVFP4"})", "modelopt"));
  CHECK(is_unknown(R"({"quant_method":"compressed-tensors"})", "without 'config_groups'"));
  CHECK(is_unknown(scheme(R"("num_bits":8,"type":"int","strategy":"channel")"), "'int' with 8"));
  CHECK(is_unknown(R"({"quant_method":"compressed-tensors","config_groups":{
      "a":{"weights":{"num_bits":8,"type":"float","strategy":"channel"}},
      "b":{"weights":{"num_bits":4,"type":"int","strategy":"group","group_size":128}}}})",
                   "several kinds"));
}

TEST_CASE("plan: weights are stored as the config.json says, unless told otherwise", "[planner]") {
  const auto weights = [](std::string_view quantization, std::optional<Quantization> told = {}) {
    Problems problems("config.json");
    Tree tree;
    const std::string text =
        R"({"model_type":"llama","vocab_size":128256,"intermediate_size":14336,"num_key_value_heads":8,
            "max_position_embeddings":8192,"quantization_config":)" +
        std::string(quantization) + "}";
    JsonParser().parse(text, tree, problems);
    ModelReader reader;
    PlanOptions options;
    options.model = std::make_shared<const Model>(*reader.read(tree.root(), problems));
    options.gpu = *find_device("h100-80gb");
    options.quantization = told;
    return capacity_of(options).ledger.find("weights")->size;
  };
  const Estimate plain = weights("null");
  const Estimate fp8 = weights(R"({"quant_method":"fp8"})");
  CHECK(fp8 == weights("null", Quantization::fp8));
  CHECK(fp8.mid < plain.mid);
  CHECK(weights(R"({"quant_method":"fp8"})", Quantization::none) == plain);
  CHECK_THROWS_AS(weights(R"({"quant_method":"hqq"})"), Refusal);
  CHECK(weights(R"({"quant_method":"hqq"})", Quantization::fp8) == fp8);
}
