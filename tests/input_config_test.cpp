// config.json: what each family makes of it. The full files are walked where KVF_REFERENCE_DATA
// names their folder.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/input/catalogue/catalogue.h"
#include "sim/input/config/config.h"
#include "sim/input/json.h"
#include "sim/input/text_file.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;

namespace {

LlmShape shape_of(const std::string& text) { return parse_config(text, "config.json").shape; }

std::string refusal(const std::string& text) {
  try {
    (void)parse_config(text, "config.json");
    return "accepted";
  } catch (const InputError& error) {
    return error.what();
  }
}

// "full*2 sliding*4": the kinds of the layers.
std::string kinds(const std::string& text) {
  std::string words;
  for (const LayerRun& run : shape_of(text).all_runs()) {
    words += (words.empty() ? "" : " ") + std::string(to_string(run.kind)) + "*" +
             std::to_string(run.count);
  }
  return words;
}

}  // namespace

TEST_CASE("a missing key has the default of its class, a derived one is derived", "[config]") {
  const Config config = parse_config(R"({"model_type":"llama"})", "config.json");
  CHECK(config.shape == LlmShape{"", 32, 32, 32, 128, "bf16"});
  CHECK(std::find(config.defaults.begin(), config.defaults.end(),
                  ConfigDefault{"num_hidden_layers", "32"}) != config.defaults.end());
  CHECK(shape_of(R"({"model_type":"llama","hidden_size":2048,"num_attention_heads":16,
                     "torch_dtype":"float16"})") == LlmShape{"", 32, 16, 16, 128, "fp16"});
  CHECK(shape_of(R"({"model_type":"mistral","num_key_value_heads":null,"sliding_window":null,
                     "head_dim":null})") == LlmShape{"", 32, 32, 32, 128, "bf16"});
  CHECK(shape_of(R"({"model_type":"qwen3","head_dim":64})").head_dim == 64);
  CHECK(shape_of(R"({"model_type":"gpt2","num_hidden_layers":3})").layers == 3);
}

TEST_CASE("which layers have a window", "[config]") {
  CHECK(kinds(R"({"model_type":"mistral","sliding_window":32})") == "sliding*32");
  CHECK(kinds(R"({"model_type":"qwen2","sliding_window":32})") == "full*32");
  CHECK(kinds(R"({"model_type":"qwen2","use_sliding_window":true,"max_window_layers":30})") ==
        "full*30 sliding*2");
  CHECK(kinds(R"({"model_type":"gemma3_text","num_hidden_layers":7})") ==
        "sliding*5 full*1 sliding*1");
  CHECK(kinds(R"({"model_type":"gemma3_text","num_hidden_layers":4,"sliding_window_pattern":2})") ==
        "sliding*1 full*1 sliding*1 full*1");
  CHECK(kinds(R"({"model_type":"gemma4_text","num_hidden_layers":3,"num_kv_shared_layers":1})") ==
        "sliding*2 shared*1");
  CHECK(kinds(R"({"model_type":"llama4_text","num_hidden_layers":8})") ==
        "chunked*3 full*1 chunked*3 full*1");
  CHECK(kinds(R"({"model_type":"llama4_text","num_hidden_layers":3,"no_rope_layers":[0,1,1]})") ==
        "full*1 chunked*2");
  CHECK(kinds(R"({"model_type":"qwen2_moe","num_hidden_layers":5,"use_sliding_window":true,
                  "max_window_layers":3})") == "sliding*1 full*1 sliding*1 full*2");
  CHECK(kinds(R"({"model_type":"smollm3","num_hidden_layers":4,"use_sliding_window":true,
                  "sliding_window":64})") == "full*3 sliding*1");
  CHECK(kinds(R"({"model_type":"llama","num_hidden_layers":2,"sliding_window":64,
                  "layer_types":["sliding_attention","full_attention"]})") == "sliding*1 full*1");
  CHECK(kinds(R"({"model_type":"nemotron_h","hybrid_override_pattern":"M-M*E"})") ==
        "none*1 none*1 none*1 full*1 none*1");
  CHECK(kinds(R"({"model_type":"jamba","num_hidden_layers":8})") == "none*4 full*1 none*3");
}

TEST_CASE("what a layer stores", "[config]") {
  const LayerRun falcon = shape_of(R"({"model_type":"falcon","new_decoder_architecture":true,
      "num_kv_heads":8,"num_attention_heads":128,"hidden_size":8192})")
                              .all_runs()[0];
  CHECK(falcon.kv_heads == 8);
  CHECK(falcon.cached_heads == 128);
  const LayerRun latent = shape_of(R"({"model_type":"deepseek_v3"})").all_runs()[0];
  CHECK(latent.entry_width() == 576);
  CHECK(latent.cells() == 1);
  CHECK(latent.cached_heads * (latent.key_width + latent.value_width) == 40'960);
  const LayerRun hybrid = shape_of(R"({"model_type":"falcon_h1"})").all_runs()[0];
  CHECK(hybrid.kind == LayerKind::full);
  CHECK(hybrid.conv == std::array<std::int64_t, 2>{1024 + 2 * 256, 4});
  CHECK(hybrid.recurrent == std::array<std::int64_t, 3>{128, 8, 256});
}

TEST_CASE("what only some families say of a layer", "[config]") {
  // Half a window back, half a window ahead, and the row itself.
  CHECK(shape_of(R"({"model_type":"gemma3_text","sliding_window":512,
                     "use_bidirectional_attention":true})")
            .all_runs()[0]
            .window == 257);
  // Heads of their own for the layers with full attention only where keys are values.
  const std::string gemma4 = R"({"model_type":"gemma4_text","num_hidden_layers":6,
                                 "num_global_key_value_heads":1,"attention_k_eq_v":)";
  CHECK(shape_of(gemma4 + "true}").all_runs()[1].kv_heads == 1);
  CHECK(shape_of(gemma4 + "false}").all_runs()[1].kv_heads == 4);
  // The values of a linear layer are twice as wide as its keys, which are 3/4 of a head.
  const LayerRun linear = shape_of(R"({"model_type":"olmo_hybrid"})").all_runs()[0];
  CHECK(linear.recurrent == std::array<std::int64_t, 3>{30, 96, 192});
  CHECK(linear.conv == std::array<std::int64_t, 2>{30 * (96 + 96 + 192), 4});
  // Every second layer from the third on reads the indexer's keys of the layer below it.
  std::string indexers;
  for (const LayerRun& run :
       shape_of(R"({"model_type":"glm_moe_dsa","num_hidden_layers":6,"index_topk_freq":2})")
           .all_runs()) {
    indexers += std::string(static_cast<std::size_t>(run.count), run.indexer > 0 ? 'F' : 'S');
  }
  CHECK(indexers == "FFSFSF");
  CHECK(kinds(R"({"model_type":"mimo_v2_flash","num_hidden_layers":13})") ==
        "full*1 sliding*4 full*1 sliding*5 full*1 sliding*1");
  // Null is no for a flag, also where a key that is missing is yes.
  CHECK(shape_of(R"({"model_type":"gpt_bigcode"})").kv_heads == 1);
  CHECK(shape_of(R"({"model_type":"gpt_bigcode","multi_query":null})").kv_heads == 12);
}

TEST_CASE("the text model inside a model of several inputs", "[config]") {
  CHECK(shape_of(R"({"model_type":"gemma3","vision_config":{"hidden_size":9},
                     "text_config":{"num_hidden_layers":6}})")
            .layers == 6);
  CHECK(shape_of(R"({"model_type":"anything","text_config":{"model_type":"llama"}})").layers == 32);
}

TEST_CASE("what a config.json is refused for", "[config]") {
  CHECK(refusal(R"({"model_type":"lama"})").find("did you mean 'llama'?") != std::string::npos);
  CHECK(refusal(R"({"model_type":"llama","text_config":{}})")
            .find("'text_config' has no 'model_type'") != std::string::npos);
  CHECK(refusal(R"({"model_type":""})").find("unknown 'model_type' ''") != std::string::npos);
  CHECK(refusal(R"({"vocab_size":3})").find("there is no 'model_type'") != std::string::npos);
  CHECK(refusal(R"({"model_type":"llama","kv_sorcery":3})").find("'kv_sorcery' is unknown") !=
        std::string::npos);
  CHECK(refusal(R"({"model_type":"gpt2","n_layer":3,"num_hidden_layers":4})")
            .find("two names of one value") != std::string::npos);
}

TEST_CASE("no key inside a map of a config.json is dropped in silence", "[config]") {
  const auto refused = [](const std::string& text, std::string_view words) {
    const std::string found = refusal(text);
    INFO(found);
    CHECK(found.find(words) != std::string::npos);
  };
  refused(R"({"model_type":"dbrx","attn_config":{"kv_n_heads":8,"kv_sorcery":3}})",
          "unknown key 'kv_sorcery' in attn_config");
  refused(R"({"model_type":"kimi_linear","linear_attn_config":{"bogus":1}})",
          "unknown key 'bogus' in linear_attn_config");
  refused(R"({"model_type":"kimi_linear","linear_attn_config":{"full_attn_layers":[4]}})",
          "expected both or none");
  refused(R"({"model_type":"glm_moe_dsa","num_hidden_layers":2,"indexer_types":["full","bogus"]})",
          "'bogus'");
  refused(R"({"model_type":"glm_moe_dsa","num_hidden_layers":3,"indexer_types":["full"]})",
          "1 entries for 3 layers");
  CHECK(shape_of(R"({"model_type":"gemma2","sliding_window_size":64})").layers == 26);
  refused(R"({"model_type":"llama","sliding_window_size":64})", "'sliding_window_size' is unknown");
  refused(R"({"model_type":"gemma2","sliding_window_pattern":6})",
          "'sliding_window_pattern' is unknown");
  refused(R"({"model_type":"llama","torch_dtype":"bfloat16","dtype":"float32"})",
          "two names of one value");
  refused(
      R"({"model_type":"llama","quantization_config":{"kv_cache_scheme":{"num_bits":4,"type":"int"}}})",
      "8-bit floats");
  refused(R"({"model_type":"falcon_h1","quantization_config":{"kv_cache_quant_algo":"FP8"}})",
          "beside recurrent states");
  refused(R"({"model_type":"llama","quantization_config":{"kv_cache_quant_algo":"NVFP4"}})",
          "not known here");
  CHECK(shape_of(R"({"model_type":"llama","quantization_config":{"quant_method":"awq"}})").dtype ==
        "bf16");
  CHECK(shape_of(R"({"model_type":"llama","quantization_config":{"kv_cache_scheme":)"
                 R"({"num_bits":8,"type":"float"}}})")
            .dtype == "fp8");
}

// Of `Name (a part)`: name.
std::string lower_name(std::string_view name) {
  std::string lower(name.substr(0, name.find(" (")));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

TEST_CASE("catalogue: names are different, and every shape has a source", "[config]") {
  std::vector<std::string_view> names;
  std::vector<std::string_view> families;
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.name);
    const Config config = read_config(entry);
    CHECK_NOTHROW(check(config.shape));
    CHECK(entry.name == lower_name(entry.name));
    CHECK_FALSE(source_of(entry).empty());
    // Some publishers count the buffers, too.
    REQUIRE(config.weights.has_value());
    const std::int64_t total = config.weights->total();
    CHECK(
        (total == entry.parameters || total + config.weights->buffers_total() == entry.parameters));
    names.push_back(entry.name);
    for_each_word(entry.aliases, [&](std::string_view alias) { names.push_back(alias); });
    families.push_back(entry.family);
  }
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  std::sort(families.begin(), families.end());
  families.erase(std::unique(families.begin(), families.end()), families.end());
  CHECK(names.size() >= 30);
  CHECK(families.size() >= 15);
}

TEST_CASE("the catalogue has the published shapes", "[config]") {
  // config.json of the two Llamas, the header of stories260K.bin: layers, KV heads, query heads,
  // width of a head, dtype.
  struct Fact {
    std::string_view name;
    std::int64_t layers, kv_heads, query_heads, head_dim;
    std::string_view dtype;
    std::int64_t bytes_per_token;
  };
  for (const Fact& fact : {Fact{"llama-3.1-8b", 32, 8, 32, 128, "bf16", 131072},
                           {"Llama-3-70B", 80, 8, 64, 128, "bf16", 327680},
                           {"stories260k", 5, 4, 8, 8, "fp32", 1280}}) {
    INFO(fact.name);
    const CatalogueEntry* entry = find_model(fact.name);
    REQUIRE(entry != nullptr);
    const LlmShape shape = read_config(*entry).shape;
    CHECK(shape.layers == fact.layers);
    CHECK(shape.kv_heads == fact.kv_heads);
    CHECK(shape.query_heads == fact.query_heads);
    CHECK(shape.head_dim == fact.head_dim);
    CHECK(shape.dtype == fact.dtype);
    CHECK(shape.bytes_per_token() == BytesPerToken(fact.bytes_per_token));
  }
}

// Every key of every configuration is used, derived or irrelevant, and no other goes unseen.
TEST_CASE("the configurations of the reference files", "[config]") {
  const char* const folder = std::getenv("KVF_REFERENCE_DATA");
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  for (const char* const name : {"transformers_caches.json", "parameter_counts.json"}) {
    const std::string text = read_text_file(std::filesystem::path(folder) / name);
    Problems of_file(name);
    Tree tree;
    JsonParser().parse(text, tree, of_file);
    std::size_t read = 0;
    std::size_t catalogued = 0;
    for (const Node& list : tree.root()) {
      if (list.key != "rows") continue;
      for (const Node& row : list) {
        for (const Node& member : row) {
          if (member.key != "config") continue;
          Problems problems(name);
          Config config = read_config(member, problems);
          CHECK_NOTHROW(problems.throw_if_any());
          ++read;
          for (const Node& title : row) {
            if (title.key != "name" || title.kind != Kind::text) continue;
            const CatalogueEntry* entry = find_model(lower_name(title.text));
            if (entry == nullptr || config.model_type != entry->family) continue;
            const Config ours = read_config(*entry);
            INFO(entry->name);
            REQUIRE((config.weights.has_value() && ours.weights.has_value()));
            CHECK(config.weights->runs == ours.weights->runs);
            config.shape.name = entry->name;
            config.shape.dtype = ours.shape.dtype;
            // Rows of parameters leave windows to the class, whatever the model has.
            const bool own_window = entry->values.find("sliding_window") != std::string_view::npos;
            CHECK((own_window || config.shape == ours.shape));
            ++catalogued;
          }
        }
      }
    }
    CHECK(read > 200);
    CHECK((catalogued > 60 || std::string(name) != "parameter_counts.json"));
  }
}
