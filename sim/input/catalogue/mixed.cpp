// Published models with layers of several kinds, with latents or with states.
#include "sim/input/catalogue/tables.h"

namespace kvf::input {
namespace {

// Fields of CatalogueEntry, in its order.
// clang-format off
constexpr CatalogueEntry kEntries[] = {
    {"mistral-7b-v0.1", "", "Mistral-7B-v0.1", "mistral", 7241732096,
     R"("vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 32768)"},
    {"gemma-2-2b", "gemma-2-2b-it", "gemma-2-2b", "gemma2", 2614341888,
     R"("vocab_size": 256000, "hidden_size": 2304, "intermediate_size": 9216, )"
     R"("num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4, )"
     R"("head_dim": 256)"},
    {"gemma-2-27b", "gemma-2-27b-it", "gemma-2-27b", "gemma2", 27227128320,
     R"("vocab_size": 256000, "hidden_size": 4608, "intermediate_size": 36864, )"
     R"("num_hidden_layers": 46, "num_attention_heads": 32, "num_key_value_heads": 16, )"
     R"("head_dim": 128)"},
    {"c4ai-command-r7b", "", "c4ai-command-r7b", "cohere2", 8028033024,
     R"("vocab_size": 256000, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 132096)"},
    {"gpt-oss-20b", "", "gpt-oss-20b", "gpt_oss", 20914757184,
     R"("vocab_size": 201088, "hidden_size": 2880, "intermediate_size": 2880, )"
     R"("num_hidden_layers": 24, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("head_dim": 64, "num_local_experts": 32, "num_experts_per_tok": 4, )"
     R"("tie_word_embeddings": false, "rope_scaling": {"rope_type": "yarn", "factor": 32.0, )"
     R"("original_max_position_embeddings": 4096}, )"
     R"("quantization_config": {"quant_method": "mxfp4"})"},
    {"llama-4-scout", "llama-4-scout-17b-16e llama-4-scout-17b-16e-instruct",
     "Llama-4-Scout (text part)", "llama4_text", 107769861120,
     R"("vocab_size": 202048, "hidden_size": 5120, "intermediate_size": 8192, )"
     R"("num_hidden_layers": 48, "num_attention_heads": 40, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "intermediate_size_mlp": 16384, "num_local_experts": 16, )"
     R"("num_experts_per_tok": 1, "interleave_moe_layer_step": 1, )"
     R"("tie_word_embeddings": false, "max_position_embeddings": 10485760)"},
    {"deepseek-v2-lite", "deepseek-v2-lite-chat deepseek-coder-v2-lite-instruct "
     "deepseek-coder-v2-lite-base", "DeepSeek-V2-Lite",
     "deepseek_v2", 15706484224,
     R"("vocab_size": 102400, "hidden_size": 2048, "intermediate_size": 10944, )"
     R"("num_hidden_layers": 27, "num_attention_heads": 16, "num_key_value_heads": 16, )"
     R"("moe_intermediate_size": 1408, "q_lora_rank": null, "kv_lora_rank": 512, )"
     R"("qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, )"
     R"("n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6, )"
     R"("first_k_dense_replace": 1, "tie_word_embeddings": false, )"
     R"("rope_scaling": {"type": "yarn", "factor": 40, )"
     R"("original_max_position_embeddings": 4096}, "max_position_embeddings": 163840)"},
    {"deepseek-v3", "deepseek-r1", "DeepSeek-V3", "deepseek_v3", 671026419200,
     R"("vocab_size": 129280, "hidden_size": 7168, "intermediate_size": 18432, )"
     R"("num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128, )"
     R"("moe_intermediate_size": 2048, "q_lora_rank": 1536, "kv_lora_rank": 512, )"
     R"("qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, )"
     R"("n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, )"
     R"("first_k_dense_replace": 3, "quantization_config": {"quant_method": "fp8", )"
     R"("weight_block_size": [128, 128]}, "tie_word_embeddings": false, )"
     R"("rope_scaling": {"type": "yarn", "factor": 40, )"
     R"("original_max_position_embeddings": 4096}, "max_position_embeddings": 163840)"},
    {"jamba-v0.1", "", "Jamba-v0.1", "jamba", 51570323328,
     R"("vocab_size": 65536, "hidden_size": 4096, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, )"
     R"("num_experts": 16, "num_experts_per_tok": 2, "attn_layer_period": 8, )"
     R"("attn_layer_offset": 4, "expert_layer_period": 2, "expert_layer_offset": 1, )"
     R"("mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2, "mamba_dt_rank": 256, )"
     R"("tie_word_embeddings": false)"},
    {"minimax-text-01", "", "MiniMax-Text-01", "minimax", 456089655296,
     R"("vocab_size": 200064, "hidden_size": 6144, "intermediate_size": 9216, )"
     R"("num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("head_dim": 128, "num_local_experts": 32, "num_experts_per_tok": 2, )"
     R"("layer_types": ["linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("linear_attention", "linear_attention", "linear_attention", "linear_attention", )"
     R"("full_attention"], "tie_word_embeddings": false, "max_position_embeddings": 10240000)"},
    {"lfm2-1.2b", "", "LFM2-1.2B", "lfm2", 1170340608,
     R"("vocab_size": 65536, "hidden_size": 2048, "num_hidden_layers": 16, )"
     R"("num_attention_heads": 32, "num_key_value_heads": 8, "block_ff_dim": 12288, )"
     R"("block_auto_adjust_ff_dim": true, "block_multiple_of": 256, )"
     R"("block_ffn_dim_multiplier": 1.0, "conv_L_cache": 3, "layer_types": ["conv", "conv", )"
     R"("full_attention", "conv", "conv", "full_attention", "conv", "conv", )"
     R"("full_attention", "conv", "full_attention", "conv", "full_attention", "conv", )"
     R"("full_attention", "conv"])"},
    {"mamba-130m", "", "mamba-130m", "mamba", 129135360,
     R"("vocab_size": 50280, "hidden_size": 768, "num_hidden_layers": 24, "state_size": 16, )"
     R"("expand": 2, "conv_kernel": 4)"},
    {"mamba-2.8b", "", "mamba-2.8b", "mamba", 2768345600,
     R"("vocab_size": 50280, "hidden_size": 2560, "num_hidden_layers": 64, "state_size": 16, )"
     R"("expand": 2, "conv_kernel": 4)"},
    {"mamba-codestral-7b", "", "Mamba-Codestral-7B", "mamba2", 7285403648,
     R"("vocab_size": 32768, "hidden_size": 4096, "num_hidden_layers": 64, )"
     R"("state_size": 128, "num_heads": 128, "head_dim": 64, "n_groups": 8, "expand": 2, )"
     R"("conv_kernel": 4, "tie_word_embeddings": false)"},
    {"falcon-mamba-7b", "", "falcon-mamba-7b", "falcon_mamba", 7272665088,
     R"("vocab_size": 65024, "hidden_size": 4096, "num_hidden_layers": 64, "state_size": 16, )"
     R"("expand": 2, "conv_kernel": 4, "use_bias": false, "use_conv_bias": true, )"
     R"("tie_word_embeddings": false)"},
    {"gemma-2-9b", "gemma-2-9b-it", "gemma-2-9b", "gemma2", 9241705984,
     R"("vocab_size": 256000, "hidden_size": 3584, "intermediate_size": 14336, )"
     R"("num_hidden_layers": 42, "num_attention_heads": 16, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 8192, "tie_word_embeddings": true, "head_dim": 256)"},
    {"gemma-3-270m", "gemma-3-270m-it", "gemma-3-270m", "gemma3_text", 268098176,
     R"("vocab_size": 262144, "hidden_size": 640, "intermediate_size": 2048, )"
     R"("num_hidden_layers": 18, "num_attention_heads": 4, "num_key_value_heads": 1, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": true, "head_dim": 256, )"
     R"("sliding_window": 512)"},
    {"gemma-3-1b", "gemma-3-1b-it", "gemma-3-1b", "gemma3_text", 999885952,
     R"("vocab_size": 262144, "hidden_size": 1152, "intermediate_size": 6912, )"
     R"("num_hidden_layers": 26, "num_attention_heads": 4, "num_key_value_heads": 1, )"
     R"("max_position_embeddings": 32768, "tie_word_embeddings": true, "head_dim": 256, )"
     R"("sliding_window": 512)"},
    {"gemma-3-4b", "gemma-3-4b-it", "gemma-3-4b (text part)", "gemma3_text", 3880263168,
     R"("vocab_size": 262208, "hidden_size": 2560, "intermediate_size": 10240, )"
     R"("num_hidden_layers": 34, "num_attention_heads": 8, "num_key_value_heads": 4, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true, "head_dim": 256, )"
     R"("sliding_window": 1024, "rope_scaling": {"rope_type": "linear", "factor": 8.0})"},
    {"gemma-3-12b", "gemma-3-12b-it", "gemma-3-12b (text part)", "gemma3_text", 11766034176,
     R"("vocab_size": 262208, "hidden_size": 3840, "intermediate_size": 15360, )"
     R"("num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true, "head_dim": 256, )"
     R"("sliding_window": 1024, "rope_scaling": {"rope_type": "linear", "factor": 8.0})"},
    {"gemma-3-27b", "gemma-3-27b-it", "gemma-3-27b (text part)", "gemma3_text", 27009346304,
     R"("vocab_size": 262208, "hidden_size": 5376, "intermediate_size": 21504, )"
     R"("num_hidden_layers": 62, "num_attention_heads": 32, "num_key_value_heads": 16, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": true, "head_dim": 128, )"
     R"("sliding_window": 1024, "rope_scaling": {"rope_type": "linear", "factor": 8.0})"},
    {"gpt-oss-120b", "", "gpt-oss-120b", "gpt_oss", 116829156672,
     R"("vocab_size": 201088, "hidden_size": 2880, "intermediate_size": 2880, )"
     R"("num_hidden_layers": 36, "num_attention_heads": 64, "num_key_value_heads": 8, )"
     R"("max_position_embeddings": 131072, "tie_word_embeddings": false, "head_dim": 64, )"
     R"("num_local_experts": 128, "num_experts_per_tok": 4, )"
     R"("rope_scaling": {"rope_type": "yarn", "factor": 32.0, )"
     R"("original_max_position_embeddings": 4096}, )"
     R"("quantization_config": {"quant_method": "mxfp4"})"},
    {"deepseek-v2", "deepseek-v2.5", "DeepSeek-V2", "deepseek_v2", 235741434880,
     R"("vocab_size": 102400, "hidden_size": 5120, "intermediate_size": 12288, )"
     R"("num_hidden_layers": 60, "num_attention_heads": 128, "num_key_value_heads": 128, )"
     R"("max_position_embeddings": 163840, "tie_word_embeddings": false, )"
     R"("moe_intermediate_size": 1536, "q_lora_rank": 1536, "kv_lora_rank": 512, )"
     R"("qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, )"
     R"("n_routed_experts": 160, "n_shared_experts": 2, "num_experts_per_tok": 6, )"
     R"("first_k_dense_replace": 1, "rope_scaling": {"type": "yarn", "factor": 40, )"
     R"("original_max_position_embeddings": 4096})"},
};
// clang-format on

}  // namespace

std::span<const CatalogueEntry> mixed_models() { return kEntries; }

}  // namespace kvf::input
