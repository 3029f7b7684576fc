// Published models of the Llama, Mistral and Qwen families, with layers that are all alike.
#include "sim/input/catalogue/tables.h"

namespace kvf::input {
namespace {

// Fields of CatalogueEntry, in its order.
// clang-format off
constexpr CatalogueEntry kEntries[] = {
    {"llama-3.1-8b-instruct", "llama-3.1-8b", "Llama-3.1-8B-Instruct", "llama", 8030261248,
     R"("vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false)",
     "config.json of meta-llama/Llama-3.1-8B-Instruct; the model of arXiv 2506.17121"},
    {"llama-3-8b-instruct", "llama-3-8b meta-llama-3-8b",
     "Llama-3-8B-Instruct", "llama", 8030261248,
     R"("vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 8192, "tie_word_embeddings": false)"},
    {"llama-3-70b-instruct", "llama-3-70b", "Llama-3-70B", "llama", 70553706496,
     R"("vocab_size": 128256, "hidden_size": 8192, "intermediate_size": 28672, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 8192, "tie_word_embeddings": false)",
     "config.json of meta-llama/Meta-Llama-3-70B; arXiv 2506.17121 states its 128K cache"},
    {"llama-3.1-70b-instruct", "llama-3.1-70b llama-3.3-70b llama-3.3-70b-instruct",
     "Llama-3.1-70B-Instruct", "llama", 70553706496,
     R"("vocab_size": 128256, "hidden_size": 8192, "intermediate_size": 28672, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false)",
     "arXiv 2407.21783, table 3; the KV cache that vLLM logs in vllm-project/vllm pull 12569"},
    {"stories260k", "", "stories260K", "llama", 260032,
     R"("vocab_size": 512, "hidden_size": 64, "intermediate_size": 172, )"
     R"("num_hidden_layers": 5, "num_attention_heads": 8, "num_key_value_heads": 4, )"
     R"("max_position_embeddings": 512, "tie_word_embeddings": true, )"
     R"("torch_dtype": "float32")",
     "header of stories260K.bin, karpathy/tinyllamas (float32)"},
    {"llama-3.1-405b", "llama-3.1-405b-instruct", "Llama-3.1-405B", "llama", 405853388800,
     R"("vocab_size": 128256, "hidden_size": 16384, "intermediate_size": 53248, )"
     R"("num_hidden_layers": 126, "num_attention_heads": 128, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 131072)"},
    {"llama-3.2-3b", "llama-3.2-3b-instruct", "Llama-3.2-3B", "llama", 3212749824,
     R"("vocab_size": 128256, "hidden_size": 3072, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 28, "num_attention_heads": 24, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "tie_word_embeddings": true, "max_position_embeddings": 131072)"},
    {"llama-2-13b", "llama-2-13b-chat", "Llama-2-13b", "llama", 13015864320,
     R"("vocab_size": 32000, "hidden_size": 5120, "intermediate_size": 13824, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 40, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 4096)"},
    {"tinyllama-1.1b", "", "TinyLlama-1.1B", "llama", 1100048384,
     R"("vocab_size": 32000, "hidden_size": 2048, "intermediate_size": 5632, )"
     R"("num_hidden_layers": 22, "num_attention_heads": 32, "num_key_value_heads": 4, )"
     R"("tie_word_embeddings": false)"},
    {"smollm2-1.7b", "", "SmolLM2-1.7B", "llama", 1711376384,
     R"("vocab_size": 49152, "hidden_size": 2048, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 32, )"
     R"("tie_word_embeddings": true, "max_position_embeddings": 8192)"},
    {"deepseek-coder-33b", "deepseek-coder-33b-instruct",
     "deepseek-coder-33b", "llama", 33342991360,
     R"("vocab_size": 32256, "hidden_size": 7168, "intermediate_size": 19200, )"
     R"("num_hidden_layers": 62, "num_attention_heads": 56, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 16384)"},
    {"mixtral-8x7b", "mixtral-8x7b-v0.1 mixtral-8x7b-instruct-v0.1",
     "Mixtral-8x7B", "mixtral", 46702792704,
     R"("vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("num_local_experts": 8, "tie_word_embeddings": false, )"
     R"("max_position_embeddings": 32768)"},
    {"qwen2.5-0.5b", "qwen2.5-0.5b-instruct", "Qwen2.5-0.5B", "qwen2", 494032768,
     R"("vocab_size": 151936, "hidden_size": 896, "intermediate_size": 4864, )"
     R"("num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, )"
     R"("tie_word_embeddings": true)"},
    {"qwen2.5-3b", "qwen2.5-3b-instruct", "Qwen2.5-3B", "qwen2", 3085938688,
     R"("vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 11008, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 2, )"
     R"("tie_word_embeddings": true)"},
    {"qwen2.5-14b", "qwen2.5-14b-instruct", "Qwen2.5-14B", "qwen2", 14770033664,
     R"("vocab_size": 152064, "hidden_size": 5120, "intermediate_size": 13824, )"
     R"("num_hidden_layers": 48, "num_attention_heads": 40, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": false)"},
    {"qwen2.5-72b", "qwen2.5-72b-instruct", "Qwen2.5-72B", "qwen2", 72706203648,
     R"("vocab_size": 152064, "hidden_size": 8192, "intermediate_size": 29568, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": false)"},
    {"qwen1.5-moe-a2.7b", "", "Qwen1.5-MoE-A2.7B", "qwen2_moe", 14315784192,
     R"("vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5632, )"
     R"("num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16, )"
     R"("moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632, )"
     R"("num_experts": 60, "tie_word_embeddings": false, "max_position_embeddings": 8192)"},
    {"qwen3-0.6b", "", "Qwen3-0.6B", "qwen3", 596049920,
     R"("vocab_size": 151936, "hidden_size": 1024, "intermediate_size": 3072, )"
     R"("num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "tie_word_embeddings": true, "max_position_embeddings": 40960)"},
    {"qwen3-4b", "", "Qwen3-4B", "qwen3", 4022468096,
     R"("vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "tie_word_embeddings": true, "max_position_embeddings": 40960)"},
    {"qwen3-14b", "", "Qwen3-14B", "qwen3", 14768307200,
     R"("vocab_size": 151936, "hidden_size": 5120, "intermediate_size": 17408, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "tie_word_embeddings": false, "max_position_embeddings": 40960)"},
    {"qwen3-30b-a3b", "", "Qwen3-30B-A3B", "qwen3_moe", 30532122624,
     R"("vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144, )"
     R"("num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, )"
     R"("head_dim": 128, "moe_intermediate_size": 768, "num_experts": 128, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 40960)"},
    {"llama-3.2-1b", "llama-3.2-1b-instruct", "Llama-3.2-1B", "llama", 1235814400,
     R"("vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true, "head_dim": 64)"},
    {"llama-2-7b", "llama-2-7b-chat", "Llama-2-7b", "llama", 6738415616,
     R"("vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, )"
     R"("max_position_embeddings": 4096, "tie_word_embeddings": false)"},
    {"llama-2-70b", "llama-2-70b-chat", "Llama-2-70b", "llama", 68976648192,
     R"("vocab_size": 32000, "hidden_size": 8192, "intermediate_size": 28672, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 4096, "tie_word_embeddings": false)"},
    {"codellama-7b", "codellama-7b-hf codellama-7b-instruct-hf",
     "CodeLlama-7b", "llama", 6738546688,
     R"("vocab_size": 32016, "hidden_size": 4096, "intermediate_size": 11008, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, )"
     R"("max_position_embeddings": 16384, "tie_word_embeddings": false)"},
    {"mistral-7b-v0.3", "mistral-7b mistral-7b-instruct-v0.3",
     "Mistral-7B-v0.3", "mistral", 7248023552,
     R"("vocab_size": 32768, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": false, )"
     R"("sliding_window": null)"},
    {"mistral-nemo-12b", "mistral-nemo-base-2407 mistral-nemo-instruct-2407",
     "Mistral-Nemo-12B", "mistral", 12247782400,
     R"("vocab_size": 131072, "hidden_size": 5120, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false, "head_dim": 128, )"
     R"("sliding_window": null)"},
    {"mistral-small-24b", "mistral-small-24b-instruct-2501 mistral-small-24b-instruct",
     "Mistral-Small-24B", "mistral", 23572403200,
     R"("vocab_size": 131072, "hidden_size": 5120, "intermediate_size": 32768, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": false, "head_dim": 128, )"
     R"("sliding_window": null)"},
    {"mistral-large-2407", "mistral-large-instruct-2407",
     "Mistral-Large-2407", "mistral", 122610069504,
     R"("vocab_size": 32768, "hidden_size": 12288, "intermediate_size": 28672, )"
     R"("num_hidden_layers": 88, "num_attention_heads": 96, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false, "head_dim": 128, )"
     R"("sliding_window": null)"},
    {"mixtral-8x22b", "mixtral-8x22b-v0.1 mixtral-8x22b-instruct",
     "Mixtral-8x22B", "mixtral", 140620634112,
     R"("vocab_size": 32000, "hidden_size": 6144, "intermediate_size": 16384, )"
     R"("num_hidden_layers": 56, "num_attention_heads": 48, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 65536, "tie_word_embeddings": false, )"
     R"("num_local_experts": 8, "num_experts_per_tok": 2)"},
    {"qwen2.5-1.5b", "qwen2.5-1.5b-instruct", "Qwen2.5-1.5B", "qwen2", 1543714304,
     R"("vocab_size": 151936, "hidden_size": 1536, "intermediate_size": 8960, )"
     R"("num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": true)"},
    {"qwen2.5-7b", "qwen2.5-7b-instruct", "Qwen2.5-7B", "qwen2", 7615616512,
     R"("vocab_size": 152064, "hidden_size": 3584, "intermediate_size": 18944, )"
     R"("num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": false)"},
    {"qwen2.5-32b", "qwen2.5-32b-instruct", "Qwen2.5-32B", "qwen2", 32763876352,
     R"("vocab_size": 152064, "hidden_size": 5120, "intermediate_size": 27648, )"
     R"("num_hidden_layers": 64, "num_attention_heads": 40, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": false)"},
    {"kimi-dev-72b", "", "Kimi-Dev-72B", "qwen2", 72706203648,
     R"("vocab_size": 152064, "hidden_size": 8192, "intermediate_size": 29568, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false)"},
    {"deepseek-r1-distill-qwen-32b", "", "DeepSeek-R1-Distill-Qwen-32B", "qwen2", 32763876352,
     R"("vocab_size": 152064, "hidden_size": 5120, "intermediate_size": 27648, )"
     R"("num_hidden_layers": 64, "num_attention_heads": 40, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false)"},
    {"qwen3-1.7b", "", "Qwen3-1.7B", "qwen3", 1720574976,
     R"("vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144, )"
     R"("num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 40960, "tie_word_embeddings": true, "head_dim": 128)"},
    {"qwen3-8b", "", "Qwen3-8B", "qwen3", 8190735360,
     R"("vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 12288, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 40960, "tie_word_embeddings": false, "head_dim": 128)"},
    {"qwen3-32b", "", "Qwen3-32B", "qwen3", 32762123264,
     R"("vocab_size": 151936, "hidden_size": 5120, "intermediate_size": 25600, )"
     R"("num_hidden_layers": 64, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 40960, "tie_word_embeddings": false, "head_dim": 128)"},
    {"deepseek-r1-0528-qwen3-8b", "", "DeepSeek-R1-0528-Qwen3-8B", "qwen3", 8190735360,
     R"("vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 12288, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false, "head_dim": 128)"},
    {"qwen3-235b-a22b", "", "Qwen3-235B-A22B", "qwen3_moe", 235093634560,
     R"("vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 12288, )"
     R"("num_hidden_layers": 94, "num_attention_heads": 64, "num_key_value_heads": 4, )"
     R"("max_position_embeddings": 40960, "tie_word_embeddings": false, "head_dim": 128, )"
     R"("moe_intermediate_size": 1536, "num_experts": 128, "num_experts_per_tok": 8)"},
};
// clang-format on

}  // namespace

std::span<const CatalogueEntry> llama_like_models() { return kEntries; }

}  // namespace kvf::input
