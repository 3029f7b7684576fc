#include "models/catalogue.h"

#include <string>
#include <utility>

namespace kvf {
namespace {

// Layers, KV heads, query heads, width of a head.
struct Heads {
  std::int64_t layers, kv, query, width;
};

// A configuration whose parameters, counted tensor by tensor with transformers 5.23.0, are as many
// as its publisher says: a wrong shape would not be.
struct Counted {
  std::string_view name, title, family;
  Heads heads;
  std::int64_t parameters;
};

// All layers alike. In brackets: num_hidden_layers, num_key_value_heads, num_attention_heads and
// head_dim, whatever the family calls them.
// clang-format off
constexpr Counted kCounted[] = {
    {"llama-3.1-405b", "Llama-3.1-405B", "llama", {126, 8, 128, 128}, 405853388800},
    {"llama-3.2-3b", "Llama-3.2-3B", "llama", {28, 8, 24, 128}, 3212749824},
    {"llama-2-13b", "Llama-2-13b", "llama", {40, 40, 40, 128}, 13015864320},
    {"tinyllama-1.1b", "TinyLlama-1.1B", "llama", {22, 4, 32, 64}, 1100048384},
    {"smollm2-1.7b", "SmolLM2-1.7B", "llama", {24, 32, 32, 64}, 1711376384},
    {"deepseek-coder-33b", "deepseek-coder-33b", "llama", {62, 8, 56, 128}, 33342991360},
    {"mixtral-8x7b", "Mixtral-8x7B", "mixtral", {32, 8, 32, 128}, 46702792704},
    {"qwen2.5-0.5b", "Qwen2.5-0.5B", "qwen2", {24, 2, 14, 64}, 494032768},
    {"qwen2.5-3b", "Qwen2.5-3B", "qwen2", {36, 2, 16, 128}, 3085938688},
    {"qwen2.5-14b", "Qwen2.5-14B", "qwen2", {48, 8, 40, 128}, 14770033664},
    {"qwen2.5-72b", "Qwen2.5-72B", "qwen2", {80, 8, 64, 128}, 72706203648},
    {"qwen1.5-moe-a2.7b", "Qwen1.5-MoE-A2.7B", "qwen2_moe", {24, 16, 16, 128}, 14315784192},
    {"qwen3-0.6b", "Qwen3-0.6B", "qwen3", {28, 8, 16, 128}, 596049920},
    {"qwen3-4b", "Qwen3-4B", "qwen3", {36, 8, 32, 128}, 4022468096},
    {"qwen3-14b", "Qwen3-14B", "qwen3", {40, 8, 40, 128}, 14768307200},
    {"qwen3-30b-a3b", "Qwen3-30B-A3B", "qwen3_moe", {48, 4, 32, 128}, 30532122624},
    {"gemma-2b", "gemma-2b", "gemma", {18, 1, 8, 256}, 2506172416},
    {"phi-2", "phi-2", "phi", {32, 32, 32, 80}, 2779683840},
    {"phi-4", "phi-4", "phi3", {40, 10, 40, 128}, 14659507200},
    {"falcon-7b", "falcon-7b", "falcon", {32, 1, 71, 64}, 6921720704},
    {"mpt-7b", "mpt-7b", "mpt", {32, 32, 32, 128}, 6649286656},
    {"gpt2", "gpt2", "gpt2", {12, 12, 12, 64}, 124439808},
    {"starcoder", "starcoder", "gpt_bigcode", {40, 1, 48, 128}, 15517456384},
    {"gpt-neo-2.7b", "gpt-neo-2.7B", "gpt_neo", {32, 20, 20, 128}, 2651307520},
    {"gpt-neox-20b", "gpt-neox-20b", "gpt_neox", {44, 64, 64, 96}, 20554567680},
    {"pythia-160m", "pythia-160m", "gpt_neox", {12, 12, 12, 64}, 162322944},
    {"gpt-j-6b", "gpt-j-6b", "gptj", {28, 16, 16, 256}, 6050882784},
    {"opt-125m", "opt-125m", "opt", {12, 12, 12, 64}, 125239296},
    {"opt-6.7b", "opt-6.7b", "opt", {32, 32, 32, 128}, 6658473984},
    {"bloom-560m", "bloom-560m", "bloom", {24, 16, 16, 64}, 559214592},
    {"bloom-176b", "bloom-176b", "bloom", {70, 112, 112, 128}, 176247271424},
    {"stablelm-3b-4e1t", "stablelm-3b-4e1t", "stablelm", {32, 32, 32, 80}, 2795443200},
    {"stablelm-2-12b", "stablelm-2-12b", "stablelm", {40, 8, 32, 160}, 12143185920},
    {"c4ai-command-r-v01", "c4ai-command-r-v01", "cohere", {40, 64, 64, 128}, 34980831232},
    {"olmo-1b", "OLMo-1B", "olmo", {16, 16, 16, 128}, 1176764416},
    {"olmo-2-1b", "OLMo-2-1B", "olmo2", {16, 16, 16, 128}, 1484916736},
    {"olmo-2-13b", "OLMo-2-13B", "olmo2", {40, 40, 40, 128}, 13716198400},
    {"olmoe-1b-7b", "OLMoE-1B-7B", "olmoe", {16, 16, 16, 128}, 6919161856},
    {"granite-3.0-8b", "granite-3.0-8b", "granite", {40, 8, 32, 128}, 8170848256},
    {"granite-3.0-1b-a400m", "granite-3.0-1b-a400m", "granitemoe", {24, 8, 16, 64}, 1334628352},
    {"glm-4-9b-chat-hf", "glm-4-9b-chat-hf", "glm", {40, 2, 32, 128}, 9399951360},
    {"glm-4-9b-0414", "GLM-4-9B-0414", "glm4", {40, 2, 32, 128}, 9400279040},
    {"glm-4.5-air", "GLM-4.5-Air", "glm4_moe", {46, 8, 96, 128}, 106852251264},
    {"smollm3-3b", "SmolLM3-3B", "smollm3", {36, 4, 16, 128}, 3075098624},
    {"ernie-4.5-0.3b", "ERNIE-4.5-0.3B", "ernie4_5", {18, 2, 16, 128}, 360748032},
    {"dbrx-base", "dbrx-base", "dbrx", {40, 8, 48, 128}, 131596523520},
    {"seed-oss-36b", "Seed-OSS-36B", "seed_oss", {64, 8, 80, 128}, 36151104512},
};
// clang-format on

std::string counted_source(std::int64_t parameters) {
  return "the configuration that has the published number of parameters, " +
         std::to_string(parameters) + ", counted with transformers 5.23.0";
}

LayerRun full(const Heads& heads) {
  LayerRun run;
  run.count = heads.layers;
  run.kv_heads = run.cached_heads = heads.kv;
  run.query_heads = heads.query;
  run.key_width = run.value_width = heads.width;
  return run;
}
LayerRun windowed(const Heads& heads, std::int64_t window, LayerKind kind = LayerKind::sliding) {
  LayerRun run = full(heads);
  run.kind = kind;
  run.window = window;
  return run;
}
// Key and value widths are those of the expanded heads.
LayerRun latent(const Heads& heads, std::int64_t value_width, std::int64_t latent_width,
                std::int64_t rope) {
  LayerRun run = full(heads);
  run.value_width = value_width;
  run.latent = latent_width;
  run.rope = rope;
  return run;
}
LayerRun recurrent(std::int64_t layers, std::array<std::int64_t, 2> conv,
                   std::array<std::int64_t, 3> state) {
  LayerRun run;
  run.count = layers;
  run.kind = LayerKind::none;
  run.conv = conv;
  run.recurrent = state;
  return run;
}
// A few layers, again and again.
std::vector<LayerRun> repeat(std::int64_t times, const std::vector<LayerRun>& layers) {
  std::vector<LayerRun> all;
  for (; times > 0; --times) all.insert(all.end(), layers.begin(), layers.end());
  return all;
}
LayerRun of(LayerRun run, std::int64_t count) {
  run.count = count;
  return run;
}

struct Mixed {
  std::string_view name, title, family;
  std::vector<LayerRun> runs;
  std::int64_t parameters;
};

// Layers of several kinds, or of another kind. Windows are the configuration's or its class's.
std::vector<Mixed> mixed() {
  const LayerRun gemma_2b = full({1, 4, 8, 256});
  const LayerRun gemma_27b = full({1, 16, 32, 128});
  const LayerRun command = full({1, 8, 32, 128});
  const LayerRun oss = full({1, 8, 64, 64});
  const LayerRun scout = full({1, 8, 40, 128});
  const LayerRun jamba = full({1, 8, 32, 128});
  const LayerRun jamba_state = recurrent(1, {8192, 4}, {8192, 16, 0});
  const LayerRun minimax = full({1, 8, 64, 128});
  const LayerRun minimax_state = recurrent(7, {}, {64, 128, 128});
  const LayerRun lfm = full({1, 8, 32, 64});
  const LayerRun lfm_state = recurrent(1, {2048, 3}, {});
  const auto with_window = [](const LayerRun& like, std::int64_t count, std::int64_t window) {
    return windowed({count, like.kv_heads, like.query_heads, like.key_width}, window);
  };
  std::vector<LayerRun> lfm_layers = repeat(3, {of(lfm_state, 2), lfm});
  for (const LayerRun& run : repeat(3, {lfm_state, lfm})) lfm_layers.push_back(run);
  lfm_layers.push_back(lfm_state);
  std::vector<LayerRun> jamba_layers{of(jamba_state, 4), jamba};
  for (const LayerRun& run : repeat(3, {of(jamba_state, 7), jamba})) jamba_layers.push_back(run);
  jamba_layers.push_back(of(jamba_state, 3));
  return {
      {"mistral-7b-v0.1",
       "Mistral-7B-v0.1",
       "mistral",
       {windowed({32, 8, 32, 128}, 4096)},
       7241732096},
      {"gemma-2-2b", "gemma-2-2b", "gemma2", repeat(13, {with_window(gemma_2b, 1, 4096), gemma_2b}),
       2614341888},
      {"gemma-2-27b", "gemma-2-27b", "gemma2",
       repeat(23, {with_window(gemma_27b, 1, 4096), gemma_27b}), 27227128320},
      {"c4ai-command-r7b", "c4ai-command-r7b", "cohere2",
       repeat(8, {with_window(command, 3, 4096), command}), 8028033024},
      {"gpt-oss-20b", "gpt-oss-20b", "gpt_oss", repeat(12, {with_window(oss, 1, 128), oss}),
       20914757184},
      {"llama-4-scout", "Llama-4-Scout (text part)", "llama4_text",
       repeat(12, {windowed({3, 8, 40, 128}, 8192, LayerKind::chunked), scout}), 107769861120},
      {"deepseek-v2-lite",
       "DeepSeek-V2-Lite",
       "deepseek_v2",
       {latent({27, 16, 16, 192}, 128, 512, 64)},
       15706484224},
      {"deepseek-v3",
       "DeepSeek-V3",
       "deepseek_v3",
       {latent({61, 128, 128, 192}, 128, 512, 64)},
       671026419200},
      {"jamba-v0.1", "Jamba-v0.1", "jamba", jamba_layers, 51570323328},
      {"minimax-text-01", "MiniMax-Text-01", "minimax", repeat(10, {minimax_state, minimax}),
       456089655296},
      {"lfm2-1.2b", "LFM2-1.2B", "lfm2", lfm_layers, 1170340608},
      {"mamba-130m", "mamba-130m", "mamba", {recurrent(24, {1536, 4}, {1536, 16, 0})}, 129135360},
      {"mamba-2.8b", "mamba-2.8b", "mamba", {recurrent(64, {5120, 4}, {5120, 16, 0})}, 2768345600},
      {"mamba-codestral-7b",
       "Mamba-Codestral-7B",
       "mamba2",
       {recurrent(64, {10240, 4}, {128, 64, 128})},
       7285403648},
      {"falcon-mamba-7b",
       "falcon-mamba-7b",
       "falcon_mamba",
       {recurrent(64, {8192, 4}, {8192, 16, 0})},
       7272665088},
  };
}

LlmShape uniform(std::string_view name, const Heads& heads, std::string dtype = "bf16") {
  return make_shape(std::string(name), {full(heads)}, std::move(dtype));
}

std::vector<CatalogueEntry> make_catalogue() {
  std::vector<CatalogueEntry> models{
      {uniform("llama-3.1-8b-instruct", {32, 8, 32, 128}),
       {"llama-3.1-8b"},
       "Llama-3.1-8B-Instruct",
       "llama",
       "config.json of meta-llama/Llama-3.1-8B-Instruct; the model of arXiv 2506.17121"},
      {uniform("llama-3-70b-instruct", {80, 8, 64, 128}),
       {"llama-3-70b"},
       "Llama-3-70B",
       "llama",
       "config.json of meta-llama/Meta-Llama-3-70B; arXiv 2506.17121 states its 128K cache"},
      {uniform("llama-3.1-70b-instruct", {80, 8, 64, 128}),
       {"llama-3.1-70b"},
       "Llama-3.1-70B-Instruct",
       "llama",
       "arXiv 2407.21783, table 3; the KV cache that vLLM logs in vllm-project/vllm pull 12569"},
      {uniform("stories260k", {5, 4, 8, 8}, "fp32"),
       {},
       "stories260K",
       "llama",
       "header of stories260K.bin, karpathy/tinyllamas (float32)"},
  };
  for (const Counted& c : kCounted) {
    models.push_back(
        {uniform(c.name, c.heads), {}, c.title, c.family, counted_source(c.parameters)});
  }
  for (Mixed& m : mixed()) {
    models.push_back({make_shape(std::string(m.name), std::move(m.runs)),
                      {},
                      m.title,
                      m.family,
                      counted_source(m.parameters)});
  }
  return models;
}

// ASCII only: catalogue names are.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> models = make_catalogue();
  return models;
}

const CatalogueEntry* find_model(std::string_view name) {
  const std::string wanted = lower(name);
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.shape.name == wanted) return &entry;
    for (const std::string_view alias : entry.aliases) {
      if (alias == wanted) return &entry;
    }
  }
  return nullptr;
}

}  // namespace kvf
