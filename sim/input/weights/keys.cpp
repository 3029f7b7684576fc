// The keys of a config.json that say nothing about the cache, but may change the parameters.
//
// One that a family does not use is an error of the weights, unless it is false, 0 or empty.
#include <algorithm>
#include <vector>

#include "sim/input/config/family.h"
#include "sim/input/weights/family.h"

namespace kvf::input {
namespace {

// By name.
constexpr std::string_view kKeys =
    "adapter_rank add_bias_linear add_cross_attention add_full_attention_sink_bias add_qkv_bias "
    "add_swa_attention_sink_bias altup_correct_scale altup_num_inputs attention_bias "
    "attention_out_bias attn_output_gate bias block_auto_adjust_ff_dim block_ff_dim "
    "block_ffn_dim_multiplier block_multiple_of classifier_bias conv_bias "
    "cross_attention_hidden_size cross_attention_layers d_ff decoder_bias decoder_ffn_dim "
    "decoder_sparse_step do_layer_norm_before dt_rank embedding_size enable_bias enable_moe_block "
    "expert_ffn_hidden_size expert_layer_offset expert_layer_period ffn_config ffn_dim "
    "ffn_hidden_size first_k_dense_replace hc_mult hidden_size_per_layer_input index_n_heads "
    "interleave_moe_layer_step intermediate_size intermediate_size_mlp is_gated_act laurel_rank "
    "layer_norm_elementwise_affine lm_head_bias mamba_conv_bias mamba_dt_rank "
    "mamba_inner_layernorms mamba_proj_bias mamba_rms_norm mamba_use_mlp mlp_bias "
    "mlp_expansion_factor mlp_layer_types mlp_only_layers moe_gate_bias moe_intermediate_size "
    "moe_latent_size moe_layer_end_index moe_layer_interval moe_layer_start_index moe_layers "
    "moe_num_experts moe_num_shared_experts moe_shared_expert_intermediate_size n_inner "
    "n_routed_experts n_shared_expert n_shared_experts norm_bias num_dense_layers num_experts "
    "num_ln_in_parallel_attn num_local_experts num_mem_blocks num_shared_experts o_groups "
    "o_lora_rank pad_vocab_size_multiple padded_vocab_size parallel_attn q_lora_rank "
    "qk_layernorm qk_ln qkv_bias shared_expert_gate shared_expert_intermediate_size "
    "shared_intermediate_size tie_embedding tie_word_embeddings time_step_rank use_bias "
    "use_conv_bias "
    "use_double_wide_mlp use_expert_bias use_gated_activation use_parallel_residual use_pos_enc "
    "use_qkv_bias use_shared_attention_adapter vocab_size vocab_size_per_layer_input "
    "word_embed_proj_dim zero_expert_num";

}  // namespace

bool may_change_parameters(std::string_view key) {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> words;
    for_each_word(kKeys, [&](std::string_view word) { words.push_back(word); });
    std::sort(words.begin(), words.end());
    return words;
  }();
  return std::binary_search(keys.begin(), keys.end(), key);
}

}  // namespace kvf::input
