// The caches of the transformers library, against tensors that were listed after running it
// (5.23.0, 5.2.0 and 4.57.6, random weights, CPU), typed as facts.
#include <string>

#include "models/closed_form.h"
#include "models/transformers_cache.h"
#include "sim/input/config/config.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

namespace kvf {
namespace {

// What every one of these configurations says; float32, as the rows were run.
constexpr const char* kSmall =
    R"("hidden_size":64,"num_hidden_layers":4,"num_attention_heads":4,"torch_dtype":"float32")";

LlmShape shape_of(const std::string& type, const std::string& rest) {
  return input::parse_config(
             R"({"model_type":")" + type + "\"," + kSmall + (rest.empty() ? "" : "," + rest) + "}",
             "config.json")
      .shape;
}

TransformersCall call(Tokens prompt, Tokens decoded) {
  TransformersCall c;
  c.prompt = prompt;
  c.decoded = decoded;
  return c;
}

struct Fact {
  std::string type, config;
  std::int64_t prefill_bytes, prefill_storage, decode_bytes, decode_storage;
};

// 40 tokens of prompt, 3 decode calls, DynamicCache(config), 5.23.0.
const std::vector<Fact> kFacts{
    {"llama", R"("num_key_value_heads":2)", 40960, 40960, 44032, 44032},
    {"mistral", R"("num_key_value_heads":2,"sliding_window":32)", 31744, 40960, 31744, 32768},
    {"falcon", R"("num_kv_heads":2,"new_decoder_architecture":true)", 81920, 81920, 88064, 88064},
    {"mamba", R"("state_size":8,"expand":2,"conv_kernel":4)", 24576, 24576, 24576, 24576},
    {"deepseek_v3", R"("kv_lora_rank":32,"qk_rope_head_dim":8)", 25600, 25600, 27520, 27520},
};

TEST_CASE("bytes and memory of dynamic caches", "[transformers]") {
  for (const Fact& fact : kFacts) {
    INFO(fact.type);
    std::string config = fact.config;
    LlmShape shape = fact.type == "mamba"
                         ? input::parse_config(R"({"model_type":"mamba","hidden_size":64,)"
                                               R"("num_hidden_layers":4,"torch_dtype":"float32",)" +
                                                   config + "}",
                                               "config.json")
                               .shape
                         : shape_of(fact.type, config);
    const TransformersCache cache = transformers_cache(shape, call(Tokens(40), Tokens(3)));
    CHECK(cache.after_prefill.bytes() == Bytes(fact.prefill_bytes));
    CHECK(cache.after_prefill.storage() == Bytes(fact.prefill_storage));
    CHECK(cache.after_decode.bytes() == Bytes(fact.decode_bytes));
    CHECK(cache.after_decode.storage() == Bytes(fact.decode_storage));
  }
}

TEST_CASE("a static cache holds the whole window, a dynamic one less", "[transformers]") {
  const LlmShape shape = shape_of("mistral", R"("num_key_value_heads":2,"sliding_window":32)");
  TransformersCall c = call(Tokens(40), Tokens(3));
  c.kind = TransformersCacheKind::static_length;
  c.length = Tokens(43);
  const CacheTensor whole{{1, 2, 32, 16}, "fp32"};
  CHECK(transformers_cache(shape, c).after_prefill.layers[0].tensors[0] == whole);
  c.kind = TransformersCacheKind::dynamic_without_config;
  const CacheTensor all{{1, 2, 43, 16}, "fp32"};
  CHECK(transformers_cache(shape, c).after_decode.layers[0].tensors[0] == all);
}

TEST_CASE("latent attention was cached as its expanded heads", "[transformers]") {
  const LlmShape shape = shape_of("deepseek_v3", R"("kv_lora_rank":32,"qk_nope_head_dim":16,)"
                                                 R"("qk_rope_head_dim":8,"v_head_dim":16)");
  TransformersCall c = call(Tokens(40), Tokens(0));
  c.version = TransformersVersion::v5_2_0;
  CHECK(transformers_cache(shape, c).after_prefill.bytes() == Bytes(102400));
  c.version = TransformersVersion::v4_57_6;
  c.kind = TransformersCacheKind::static_length;
  CHECK_THROWS_AS(transformers_cache(shape, c), std::invalid_argument);
}

TEST_CASE("a quantised cache grows by whole tokens, then packs them", "[transformers]") {
  LlmShape shape = shape_of("llama", R"("num_key_value_heads":2)");
  shape.dtype = "bf16";
  TransformersCall c = call(Tokens(64), Tokens(20));
  c.kind = TransformersCacheKind::quantized;
  TransformersCache cache = transformers_cache(shape, c);
  CHECK(cache.after_prefill.bytes() == Bytes(9216));
  CHECK(cache.after_decode.bytes() == Bytes(19456));
  c.quantization.fp8 = true;
  cache = transformers_cache(shape, c);
  CHECK(cache.after_prefill.bytes() == Bytes(16384));
  CHECK(cache.after_decode.bytes() == Bytes(21504));
}

TEST_CASE("plan() as transformers stores it", "[transformers]") {
  const LlmShape shape = shape_of("falcon", R"("num_kv_heads":2,"new_decoder_architecture":true)");
  const Workload workload{Tokens(40), Tokens(3), std::nullopt};
  const auto held = [&](Convention convention) {
    return closed_form(
               plan(test::spec(Full{}), shape, workload, Accounting::implementation, convention))
        .footprint.held_after_decode;
  };
  CHECK(held(Convention::kvpress) == Entries(43 * 4 * 2));
  CHECK(held(Convention::transformers) == Entries(43 * 4 * 4));
  // As the cache's own tensors: every entry is a key and a value of 16 numbers of 4 bytes.
  CHECK(held(Convention::transformers).count() * 2 * 16 * 4 ==
        transformers_cache(shape, call(Tokens(40), Tokens(3))).after_decode.bytes().count());
}

TEST_CASE("a rank holds its share, and at least one head", "[transformers]") {
  const LlmShape llama{"", 32, 8, 32, 128, "bf16"};
  CHECK(per_rank(llama, 4).kv_heads == 2);
  CHECK(per_rank(llama, 16).kv_heads == 1);
  CHECK_THROWS_AS(per_rank(llama, 3), std::invalid_argument);
  const LlmShape latent = input::parse_config(R"({"model_type":"deepseek_v3"})", "").shape;
  CHECK(per_rank(latent, 8).bytes_per_token() == latent.bytes_per_token());
  const LlmShape mamba = input::parse_config(R"({"model_type":"mamba"})", "").shape;
  CHECK(per_rank(mamba, 2).state_bytes().count() * 2 == mamba.state_bytes().count());
}

TEST_CASE("a quantised cache has a scale and a shift for each group, the last one too",
          "[transformers]") {
  TransformersCall c = call(Tokens(3), Tokens(0));
  c.kind = TransformersCacheKind::quantized;
  c.quantization.bits = 4;
  c.quantization.group = 64;
  // 2 heads of 16 numbers: 96 a tensor, two groups, for keys and for values in 4 layers.
  CHECK(transformers_cache(shape_of("llama", R"("num_key_value_heads":2)"), c)
            .after_prefill.bytes() == Bytes(4 * 2 * (96 / 2 + 2 * 2 * 4)));
}

TEST_CASE("surprises tell how much they cost", "[transformers]") {
  const auto told = [](const LlmShape& shape, std::string_view words) {
    for (const std::string& note : transformers_surprises(shape)) {
      if (note.find(words) != std::string::npos) return true;
    }
    return false;
  };
  // 127 tokens of 2 x 2 x 16 numbers in 4 layers of float32.
  CHECK(told(shape_of("llama", R"("num_key_value_heads":2)"), "127 decoded tokens"));
  CHECK(told(shape_of("llama", R"("num_key_value_heads":2)"), "130,048 bytes a sequence"));
  // 128 x 8 float32 in 4 layers.
  CHECK(told(input::parse_config(R"({"model_type":"mamba","hidden_size":64,"num_hidden_layers":4,)"
                                 R"("state_size":8,"expand":2,"conv_kernel":4})",
                                 "config.json")
                 .shape,
             "16,384 bytes a sequence"));
}

}  // namespace
}  // namespace kvf
