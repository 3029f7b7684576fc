// The keys of a config.json that say nothing about the cache: what a layer computes, how a model is
// trained, split into tokens, loaded and asked for text, and what it sees and hears.
//
// A key that is neither here nor used nor derived by a family is an error, for it may matter.
#include <algorithm>

#include "sim/input/config_family.h"

namespace kvf::input {
namespace {

// By name.
constexpr std::string_view kIrrelevant =
    "_attn_implementation _attn_implementation_autoset _commit_hash _name_or_path "
    "_remove_final_layer_norm _sliding_window_pattern activation activation_dropout "
    "activation_function activation_sparsity_pattern adapter_rank add_bias_linear "
    "add_cross_attention add_full_attention_sink_bias add_swa_attention_sink_bias afn alibi "
    "alibi_bias_max altup_active_idx altup_coef_clip altup_correct_scale altup_num_inputs "
    "apply_residual_connection_post_layernorm apply_spec_augment architectures attention_bias "
    "attention_context_left attention_context_right attention_dropout attention_hidden_size "
    "attention_in_multiplier attention_invalid_logits_value attention_layers "
    "attention_logit_cap attention_multiplier attention_out_bias attention_out_multiplier "
    "attention_sink attention_softmax_in_fp32 attention_types attention_value_scale attn_impl "
    "attn_implementation attn_logit_softcapping attn_pdrop attn_scale attn_temperature_tuning "
    "attn_type attn_uses_sequence_id audio_config audio_soft_tokens_per_image audio_token_id "
    "auto_map aux_loss_alpha aux_loss_coef bad_words_ids begin_suppress_tokens bias "
    "block_auto_adjust_ff_dim block_ff_dim block_ffn_dim_multiplier block_multiple_of "
    "block_size boa_token_id boi_token_id boi_token_index bos_token bos_token_id "
    "cache_implementation calc_logits_for_entire_prompt chunk_size chunk_size_feed_forward "
    "classifier_activation classifier_bias classifier_dropout classifier_proj_size clip_qkv "
    "cls_token_id compress_rope_theta conv_bias conv_kernel_size cross_attention_hidden_size "
    "cross_attention_layers d_ff decoder_bias decoder_ffn_dim decoder_layerdrop "
    "decoder_sparse_step decoder_start_token_id deepstack_visual_indexes dense_act_fn depth "
    "dict_b dim_model_base diversity_penalty do_layer_norm_before do_pooling do_sample dropout "
    "dropout_rate early_stopping emb_pdrop embd_pdrop embed_dim embed_dropout embedding_dropout "
    "embedding_fraction embedding_initializer_range embedding_multiplier embedding_size "
    "enable_bias enable_moe_block encoder_attention_heads encoder_ffn_dim encoder_layerdrop "
    "encoder_layers encoder_no_repeat_ngram_size eoa_token_id eoa_token_index eod_token_id "
    "eoi_token_id eoi_token_index eos_token eos_token_id ep_size expansion_ratio expert_dtype "
    "expert_ffn_hidden_size expert_layer_offset expert_layer_period "
    "exponential_decay_length_penalty feed_forward_proj ffn_act_fn ffn_config ffn_dim "
    "ffn_hidden_size final_layer_norm final_logit_softcapping final_w_init_variance_scale "
    "finetuning_task first_k_dense_replace floor_scale forced_bos_token_id forced_eos_token_id "
    "full_attn_alpha_factor full_attn_beta_factor fullatt_block_indexes global_rope_theta "
    "gradient_checkpointing gradient_clipping hc_eps hc_mult hc_sinkhorn_iters hidden_act "
    "hidden_activation hidden_dropout hidden_mamba_act hidden_size_per_layer_input "
    "hybrid_layer_ids id2label image_end_token_id image_grid_pinpoints image_seq_length "
    "image_size image_start_token_id image_token_id image_token_index in_channels index_n_heads "
    "index_topk init_device init_std initializer_cutoff_factor initializer_factor "
    "initializer_range input_feat_size input_jitter_noise interleave_moe_layer_step "
    "intermediate_layers_indices intermediate_size intermediate_size_mlp is_decoder "
    "is_encoder_decoder is_gated_act is_moe keep_window_size key_multiplier label2id "
    "lambda_std_dev laurel_rank layer_norm_elementwise_affine layer_norm_eps layer_norm_epsilon "
    "layerdrop layernorm_epsilon layernorm_type learned_pos_emb length_penalty linear_a_log_max "
    "linear_a_log_min linear_allow_neg_eigval linear_attn_alpha_factor linear_attn_beta_factor "
    "linear_dt_init_floor linear_dt_max linear_dt_min lm_head_bias lm_head_multiplier "
    "local_rope_theta logit_scale logits_scaling logits_soft_cap logits_to_keep "
    "mamba_chunk_size mamba_conv_bias mamba_dt_init_floor mamba_dt_limit mamba_dt_max "
    "mamba_dt_min mamba_dt_rank mamba_hidden_act mamba_norm_before_gate mamba_proj_bias "
    "mamba_rms_norm mamba_ssm_cache_dtype mask_feature_length mask_feature_min_masks "
    "mask_feature_prob mask_time_length mask_time_min_masks mask_time_prob max_length "
    "max_new_tokens max_num_tiles max_position_embeddings max_seq_len max_source_positions "
    "max_target_positions median_filter_width min_length mixer_rms_eps mlp_alpha_factor "
    "mlp_beta_factor mlp_bias mlp_chunk_size mlp_dropout mlp_hidden_act mlp_layer_types "
    "mlp_multipliers mlp_only_layers mlp_ratio mm_tokens_per_image model_max_length "
    "moe_intermediate_size moe_jitter_eps moe_k moe_latent_size moe_layer_end_index "
    "moe_layer_freq moe_layer_interval moe_layer_start_index moe_layers moe_loss_weight "
    "moe_norm_min moe_normalize_expert_weights moe_num_experts moe_num_shared_experts "
    "moe_renormalize moe_router_activation_func moe_shared_expert_intermediate_size "
    "moe_shared_expert_overlap moe_top_k moe_topk mtp_hybrid_override_pattern "
    "mtp_layers_block_type multi_modal_projector multi_modal_projector_bias "
    "multimodal_projector_bias mup_enabled n_ctx n_group n_inner n_positions n_routed_experts "
    "n_shared_experts n_special name_or_path no_bias no_repeat_ngram_size norm_bias norm_eps "
    "norm_epsilon norm_topk_prob norm_type num_beam_groups num_beams num_channels "
    "num_dense_layers num_expert_group num_experts num_experts_per_tok num_experts_per_token "
    "num_global_layers num_hash_layers num_labels num_ln_in_parallel_attn num_local_experts "
    "num_logits_to_keep num_mel_bins num_mem_blocks num_mtp_layers num_nextn_predict_layers "
    "num_position_embeddings num_query_groups num_return_sequences num_shared_experts o_groups "
    "o_lora_rank original_max_position_embeddings out_hidden_size output_attentions "
    "output_hidden_states output_router_logits output_scores pad_token_id parallel_attn "
    "partial_rotary_factor patch_size pixel_shuffle_ratio pooling_kernel_size "
    "position_embedding_size position_embedding_type predict_special_tokens prefix prefix_lm "
    "pretraining_tp problem_type projector_dropout projector_hidden_act projector_input_dim "
    "projector_output_dim projectors_bias pruned_heads q_lora_rank qk_head_dim qk_layernorm "
    "qk_ln qkv_bias quantization_config query_pre_attn_scalar relative_attention_max_distance "
    "relative_attention_num_buckets remove_invalid_values reorder_and_upcast_attn "
    "repetition_penalty rescale_prenorm_residual resid_dropout resid_pdrop residual_dropout "
    "residual_in_fp32 residual_multiplier residual_weight return_dict return_dict_in_generate "
    "rms_norm_eps rope_interleave rope_local_base_freq rope_parameters rope_position_scale "
    "rope_ratio rope_scaling rope_scaling_factor rope_theta rope_traditional rotary_dim "
    "rotary_emb_base rotary_pct route_scale routed_scaling_factor router_aux_loss_coef "
    "router_jitter_noise scale_attention_softmax_in_fp32 scale_attn_by_inverse_layer_idx "
    "scale_attn_weights scale_decoder_outputs scale_depth scale_emb scale_embedding "
    "scale_factor scale_fmt scoring_func sep_token sep_token_id seq_aux "
    "shared_expert_intermediate_size shared_intermediate_size slow_but_exact softmax_scale "
    "spatial_merge_size ssm_in_multiplier ssm_multipliers ssm_out_multiplier "
    "subsampling_conv_channels summary_activation summary_first_dropout summary_proj_to_labels "
    "summary_type summary_use_proj supported_aspect_ratios suppress_tokens swiglu_alpha "
    "swiglu_limit task_specific_params temperature temporal_patch_size tf_legacy_loss "
    "tie_embedding tie_encoder_decoder tie_word_embeddings time_step_floor "
    "time_step_init_scheme time_step_limit time_step_max time_step_min time_step_rank "
    "time_step_scale tokenizer_class tokens_per_second top_k top_k_experts top_p topk_group "
    "topk_method torchscript transformers_version trust_remote_code typical_p unk_token_id "
    "unsloth_fixed unsloth_version use_associative_scan use_bfloat16 use_bias use_cache "
    "use_clipped_linears use_conv_bias use_double_wide_mlp use_expert_bias use_falcon_mambapy "
    "use_long_context use_mamba_kernels use_mambapy use_mem_eff_path use_mem_rope "
    "use_parallel_residual use_qk_norm use_qkv_bias use_return_dict "
    "use_shared_attention_adapter use_weighted_layer_sum video_end_token_id "
    "video_start_token_id video_token_id vision_config vision_end_token_id vision_feature_layer "
    "vision_feature_select_strategy vision_output_dim vision_soft_tokens_per_image "
    "vision_start_token_id vocab_offset vocab_size vocab_size_per_layer_input "
    "w_init_variance_scale window_size word_embed_proj_dim z_loss_coefficient zero_expert_num";

}  // namespace

bool is_irrelevant(std::string_view key) {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> words;
    for_each_word(kIrrelevant, [&](std::string_view word) { words.push_back(word); });
    std::sort(words.begin(), words.end());
    return words;
  }();
  return std::binary_search(keys.begin(), keys.end(), key);
}

}  // namespace kvf::input
