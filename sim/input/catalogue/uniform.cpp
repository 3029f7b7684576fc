// Published models of other families, with layers that are all alike.
#include "sim/input/catalogue/tables.h"

namespace kvf::input {
namespace {

// Fields of CatalogueEntry, in its order.
// clang-format off
constexpr CatalogueEntry kEntries[] = {
    {"gemma-2b", "gemma-2b-it", "gemma-2b", "gemma", 2506172416,
     R"("vocab_size": 256000, "hidden_size": 2048, "intermediate_size": 16384, )"
     R"("num_hidden_layers": 18, "num_attention_heads": 8, "num_key_value_heads": 1, )"
     R"("head_dim": 256)"},
    {"phi-2", "", "phi-2", "phi", 2779683840,
     R"("vocab_size": 51200, "hidden_size": 2560, "intermediate_size": 10240, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32)"},
    {"phi-4", "", "phi-4", "phi3", 14659507200,
     R"("vocab_size": 100352, "hidden_size": 5120, "intermediate_size": 17920, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 10, )"
     R"("max_position_embeddings": 16384)"},
    {"falcon-7b", "", "falcon-7b", "falcon", 6921720704,
     R"("vocab_size": 65024, "hidden_size": 4544, "num_hidden_layers": 32, )"
     R"("num_attention_heads": 71, "multi_query": true, "parallel_attn": true, )"
     R"("bias": false, "alibi": false, "new_decoder_architecture": false)"},
    {"mpt-7b", "", "mpt-7b", "mpt", 6649286656,
     R"("vocab_size": 50432, "d_model": 4096, "n_layers": 32, "n_heads": 32, )"
     R"("expansion_ratio": 4, "no_bias": true)"},
    {"gpt2", "", "gpt2", "gpt2", 124439808,
     R"("vocab_size": 50257, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024)"},
    {"starcoder", "", "starcoder", "gpt_bigcode", 15517456384,
     R"("vocab_size": 49152, "n_embd": 6144, "n_layer": 40, "n_head": 48, "n_inner": 24576, )"
     R"("n_positions": 8192, "multi_query": true, "max_position_embeddings": 8192)"},
    {"gpt-neo-2.7b", "", "gpt-neo-2.7B", "gpt_neo", 2651307520,
     R"("vocab_size": 50257, "hidden_size": 2560, "num_layers": 32, "num_heads": 20, )"
     R"("max_position_embeddings": 2048, "attention_types": [[["global", "local"], 16]])"},
    {"gpt-neox-20b", "", "gpt-neox-20b", "gpt_neox", 20554567680,
     R"("vocab_size": 50432, "hidden_size": 6144, "intermediate_size": 24576, )"
     R"("num_hidden_layers": 44, "num_attention_heads": 64)"},
    {"pythia-160m", "", "pythia-160m", "gpt_neox", 162322944,
     R"("vocab_size": 50304, "hidden_size": 768, "intermediate_size": 3072, )"
     R"("num_hidden_layers": 12, "num_attention_heads": 12)"},
    {"gpt-j-6b", "", "gpt-j-6b", "gptj", 6050882784,
     R"("vocab_size": 50400, "n_embd": 4096, "n_layer": 28, "n_head": 16, "rotary_dim": 64, )"
     R"("n_positions": 2048)"},
    {"opt-125m", "", "opt-125m", "opt", 125239296,
     R"("vocab_size": 50272, "hidden_size": 768, "ffn_dim": 3072, "num_hidden_layers": 12, )"
     R"("num_attention_heads": 12, "max_position_embeddings": 2048, )"
     R"("word_embed_proj_dim": 768)"},
    {"opt-6.7b", "", "opt-6.7b", "opt", 6658473984,
     R"("vocab_size": 50272, "hidden_size": 4096, "ffn_dim": 16384, "num_hidden_layers": 32, )"
     R"("num_attention_heads": 32, "max_position_embeddings": 2048, )"
     R"("word_embed_proj_dim": 4096)"},
    {"bloom-560m", "", "bloom-560m", "bloom", 559214592,
     R"("vocab_size": 250880, "hidden_size": 1024, "n_layer": 24, "n_head": 16)"},
    {"bloom-176b", "", "bloom-176b", "bloom", 176247271424,
     R"("vocab_size": 250880, "hidden_size": 14336, "n_layer": 70, "n_head": 112)"},
    {"stablelm-3b-4e1t", "", "stablelm-3b-4e1t", "stablelm", 2795443200,
     R"("vocab_size": 50304, "hidden_size": 2560, "intermediate_size": 6912, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, )"
     R"("tie_word_embeddings": false)"},
    {"stablelm-2-12b", "", "stablelm-2-12b", "stablelm", 12143185920,
     R"("vocab_size": 100352, "hidden_size": 5120, "intermediate_size": 13824, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("qk_layernorm": true, "use_parallel_residual": true, "tie_word_embeddings": false)"},
    {"c4ai-command-r-v01", "", "c4ai-command-r-v01", "cohere", 34980831232,
     R"("vocab_size": 256000, "hidden_size": 8192, "intermediate_size": 22528, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 64, "num_key_value_heads": 64, )"
     R"("use_qk_norm": false)"},
    {"olmo-1b", "", "OLMo-1B", "olmo", 1176764416,
     R"("vocab_size": 50304, "hidden_size": 2048, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 16, "num_attention_heads": 16, "num_key_value_heads": 16, )"
     R"("tie_word_embeddings": true)"},
    {"olmo-2-1b", "", "OLMo-2-1B", "olmo2", 1484916736,
     R"("vocab_size": 100352, "hidden_size": 2048, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 16, "num_attention_heads": 16, "num_key_value_heads": 16, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 4096)"},
    {"olmo-2-13b", "", "OLMo-2-13B", "olmo2", 13716198400,
     R"("vocab_size": 100352, "hidden_size": 5120, "intermediate_size": 13824, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 40, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 4096)"},
    {"olmoe-1b-7b", "", "OLMoE-1B-7B", "olmoe", 6919161856,
     R"("vocab_size": 50304, "hidden_size": 2048, "intermediate_size": 1024, )"
     R"("num_hidden_layers": 16, "num_attention_heads": 16, "num_key_value_heads": 16, )"
     R"("num_experts": 64, "num_experts_per_tok": 8, "tie_word_embeddings": false)"},
    {"granite-3.0-8b", "granite-3.0-8b-instruct", "granite-3.0-8b", "granite", 8170848256,
     R"("vocab_size": 49155, "hidden_size": 4096, "intermediate_size": 12800, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": true, "max_position_embeddings": 4096)"},
    {"granite-3.0-1b-a400m", "granite-3.0-1b-a400m-instruct",
     "granite-3.0-1b-a400m", "granitemoe", 1334628352,
     R"("vocab_size": 49155, "hidden_size": 1024, "intermediate_size": 512, )"
     R"("num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 8, )"
     R"("num_local_experts": 32, "num_experts_per_tok": 8, "tie_word_embeddings": true, )"
     R"("max_position_embeddings": 4096)"},
    {"glm-4-9b-chat-hf", "", "glm-4-9b-chat-hf", "glm", 9399951360,
     R"("vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 13696, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 2, )"
     R"("head_dim": 128, "attention_bias": true, "tie_word_embeddings": false)"},
    {"glm-4-9b-0414", "", "GLM-4-9B-0414", "glm4", 9400279040,
     R"("vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 13696, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 2, )"
     R"("head_dim": 128, "attention_bias": true, "tie_word_embeddings": false, )"
     R"("max_position_embeddings": 32768)"},
    {"glm-4.5-air", "", "GLM-4.5-Air", "glm4_moe", 106852251264,
     R"("vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 10944, )"
     R"("num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "moe_intermediate_size": 1408, "n_routed_experts": 128, )"
     R"("n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 1, )"
     R"("attention_bias": true, "use_qk_norm": false, "tie_word_embeddings": false)"},
    {"smollm3-3b", "", "SmolLM3-3B", "smollm3", 3075098624,
     R"("vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 11008, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4, )"
     R"("tie_word_embeddings": true, "max_position_embeddings": 65536)"},
    {"ernie-4.5-0.3b", "", "ERNIE-4.5-0.3B", "ernie4_5", 360748032,
     R"("vocab_size": 103424, "hidden_size": 1024, "intermediate_size": 3072, )"
     R"("num_hidden_layers": 18, "num_attention_heads": 16, "num_key_value_heads": 2, )"
     R"("head_dim": 128, "tie_word_embeddings": true)"},
    {"dbrx-base", "", "dbrx-base", "dbrx", 131596523520,
     R"("vocab_size": 100352, "d_model": 6144, "n_heads": 48, "n_layers": 40, )"
     R"("max_seq_len": 32768, "attn_config": {"kv_n_heads": 8, "clip_qkv": 8, )"
     R"("rope_theta": 500000}, "ffn_config": {"ffn_hidden_size": 10752, )"
     R"("moe_num_experts": 16, "moe_top_k": 4, "ffn_act_fn": {"name": "silu"}})"},
    {"seed-oss-36b", "", "Seed-OSS-36B", "seed_oss", 36151104512,
     R"("vocab_size": 155136, "hidden_size": 5120, "intermediate_size": 27648, )"
     R"("num_hidden_layers": 64, "num_attention_heads": 80, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "attention_bias": true, "attention_out_bias": false, )"
     R"("tie_word_embeddings": false)"},
    {"granite-3.1-8b", "granite-3.1-8b-instruct", "granite-3.1-8b", "granite", 8170848256,
     R"("vocab_size": 49155, "hidden_size": 4096, "intermediate_size": 12800, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true)"},
    {"granite-3.3-8b", "granite-3.3-8b-instruct", "granite-3.3-8b", "granite", 8170864640,
     R"("vocab_size": 49159, "hidden_size": 4096, "intermediate_size": 12800, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true)"},
    {"granite-3.1-2b", "granite-3.1-2b-instruct", "granite-3.1-2b", "granite", 2533531648,
     R"("vocab_size": 49155, "hidden_size": 2048, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true)"},
};
// clang-format on

}  // namespace

std::span<const CatalogueEntry> uniform_models() { return kEntries; }

}  // namespace kvf::input
