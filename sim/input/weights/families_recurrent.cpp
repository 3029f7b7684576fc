// Families with recurrent layers: states, alone or beside attention.
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name. dt_rank: of the steps' projection; "auto" is a sixteenth of the hidden size, rounded up.
constexpr WeightFamily kFamilies[] = {
    {"bamba",
     "V=vocab_size:128000 I=intermediate_size:14336 M=max_position_embeddings:262144 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0 "
     "conv_bias=mamba_conv_bias:1 proj_bias=mamba_proj_bias:0 state_norm=:1",
     "model.{ @embed layers.N.{ feed_forward.{ @gated } input_layernorm.weight[E] "
     "pre_ff_layernorm.weight[E] mamba.{?state @mamba2 } self_attn.{?attention @qkvo } } "
     "final_layernorm.weight[E] } @head"},
    {"falcon_h1",
     "V=vocab_size:128000 I=intermediate_size:14336 M=max_position_embeddings:8192 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0 "
     "conv_bias=mamba_conv_bias:1 proj_bias=mamba_proj_bias:0 out_bias=projectors_bias:0 "
     "state_norm=mamba_rms_norm:0",
     "model.{ @embed layers.N.{ feed_forward.{ @gated } mamba.{ @mamba2 } @attention "
     "input_layernorm.weight[E] pre_ff_layernorm.weight[E] } final_layernorm.weight[E] } @head"},
    {"falcon_mamba",
     "V=vocab_size:50280 I=:0 In=intermediate_size:Ic M=:0 rotary=:0 tied=tie_word_embeddings:1 "
     "conv_bias=use_conv_bias:1 proj_bias=use_bias:0 dt_rank=time_step_rank:(E+15)/16",
     "@mamba_model"},
    {"granitemoehybrid",
     "V=vocab_size:32000 Im=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_local_experts:8 "
     "Is=shared_intermediate_size:1024 I=:Is active=num_experts_per_tok:2 "
     "conv_bias=mamba_conv_bias:1 proj_bias=mamba_proj_bias:0 state_norm=:1",
     "model.{ @embed layers.N.{ @norms block_sparse_moe.{?X router.weight[X,E] @experts } "
     "shared_mlp.{ input_linear.weight[2*Is,E] output_linear.weight[E,Is] } mamba.{?state @mamba2 "
     "} self_attn.{?attention @qkvo } } @norm } @head"},
    // One expert is a dense MLP.
    {"jamba",
     "V=vocab_size:65536 I=intermediate_size:14336 M=max_position_embeddings:262144 rotary=:0 "
     "X=num_experts:16 Im=:I active=num_experts_per_tok:2 every=expert_layer_period:2 "
     "offset=expert_layer_offset:1 sparse=:X>1&(i-offset)%every=0 conv_bias=mamba_conv_bias:1 "
     "proj_bias=mamba_proj_bias:0 dt_rank=mamba_dt_rank:(E+15)/16",
     "model.{ @embed layers.N.{ mamba.{?state @mamba dt_layernorm.weight[dt_rank] "
     "b_layernorm.weight[dim2] c_layernorm.weight[dim2] } self_attn.{?attention @qkvo } "
     "feed_forward.{?!sparse @gated } input_layernorm.weight[E] pre_ff_layernorm.weight[E] "
     "feed_forward.{?sparse router.weight[X,E] @experts } } final_layernorm.weight[E] } @head"},
    {"kimi_linear",
     "V=vocab_size:163840 I=intermediate_size:9216 tied=:0 _tied=tie_word_embeddings:0 "
     "M=model_max_length:1048576 q_rank=q_lora_rank:0 qkv_bias=attention_bias:0 "
     "o_bias=attention_bias:0 rotary=:0 X=num_experts:local local=num_local_experts:256 "
     "Im=moe_intermediate_size:1024 Is=:Im*shared_experts shared_experts=num_shared_experts:other "
     "other=n_shared_experts:1 active=num_experts_per_token:token token=num_experts_per_tok:8 "
     "dense=first_k_dense_replace:1 sparse=mlp_layer_types/sparse:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{?state q_proj.weight[Hs*dim1,E] "
     "k_proj.weight[Hs*dim1,E] v_proj.weight[Hs*dim1,E] conv1d.weight[Ic,1,kernel] forget_gate.{ "
     "dt_bias[Hs*dim1] A_log[1,1,Hs,1] f_a_proj.weight[dim1,E] f_b_proj.weight[Hs*dim1,dim1] } "
     "b_proj.weight[Hs,E] g_a_proj.weight[dim1,E] g_b_proj.weight[Hs*dim1,dim1] "
     "o_norm.weight[dim1] o_proj.weight[E,Hs*dim1] } self_attn.{?attention @latent } "
     "@moe_with_shared @norms } @norm } @head"},
    // Two thirds of the width that is written, times a factor, rounded up.
    {"lfm2",
     "V=vocab_size:65536 I=:(wanted+multiple-1)/multiple*multiple "
     "wanted=:(width*adjust*2/3+width*(1-adjust))*(1000000*(1-adjust)+factor*adjust)/1000000 "
     "width=block_ff_dim:usual usual=intermediate_size:12288 adjust=block_auto_adjust_ff_dim:1 "
     "factor=block_ffn_dim_multiplier%:1000000 multiple=:1-adjust+of*adjust "
     "of=block_multiple_of:256 M=max_position_embeddings:128000 tied=tie_embedding:tying "
     "tying=tie_word_embeddings:1 conv_bias=conv_bias:0 _positions=use_pos_enc:1",
     "model.{ @embed layers.N.{ conv.{?state conv.weight[Ic,1,kernel] conv.bias[Ic]?conv_bias "
     "in_proj.weight[3*Ic,E] in_proj.bias[3*Ic]?conv_bias out_proj.weight[E,Ic] "
     "out_proj.bias[E]?conv_bias } feed_forward.{ w1.weight[I,E] w3.weight[I,E] w2.weight[E,I] } "
     "operator_norm.weight[E] ffn_norm.weight[E] self_attn.{?attention @q @kv "
     "out_proj.weight[E,H*D] q_layernorm.weight[D] k_layernorm.weight[D] } } "
     "embedding_norm.weight[E] } @head"},
    {"mamba",
     "V=vocab_size:50280 I=:0 In=intermediate_size:Ic M=:0 rotary=:0 tied=tie_word_embeddings:1 "
     "conv_bias=use_conv_bias:1 proj_bias=use_bias:0 dt_rank=time_step_rank:(E+15)/16",
     "@mamba_model"},
    {"mamba2",
     "V=vocab_size:32768 I=:0 M=:0 rotary=:0 conv_bias=use_conv_bias:1 proj_bias=use_bias:0 "
     "state_norm=:1",
     "backbone.{ embeddings.weight[V,E] layers.N.{ norm.weight[E] mixer.{ @mamba2 } } "
     "norm_f.weight[E] } @head"},
    // Linear layers decay by tables that are buffers.
    {"minimax",
     "V=vocab_size:32000 I=intermediate_size:14336 M=max_position_embeddings:131072 "
     "X=num_local_experts:8 Im=:I active=num_experts_per_tok:2 block=block_size:256",
     "model.{ @embed layers.N.{ self_attn.{?state norm.weight[Hs*dim1] "
     "qkv_proj.weight[3*Hs*dim1,E] out_proj.weight[E,Hs*dim1] output_gate.weight[Hs*dim1,E] "
     "&slope_rate[Hs,1,1] &query_decay[Hs,block,1] &key_decay[Hs,block,1] "
     "&diagonal_decay[1,Hs,block,block] } self_attn.{?attention @qkvo } @norms mlp.{ "
     "gate.weight[X,E] @experts } } @norm } @head"},
    // One mixer a layer: a state, attention, experts or an MLP.
    {"nemotron_h",
     "V=vocab_size:131072 I=intermediate_size:21504 M=max_position_embeddings:4096 rotary=:0 "
     "gated=:0 tied=:0 _tied=tie_word_embeddings:0 _shared=n_shared_experts:0 "
     "_attention=attention_bias:0 _proj=mamba_proj_bias:0 mlp_bias=mlp_bias:0 "
     "conv_bias=use_conv_bias:1 proj_bias=use_bias:0 state_norm=:1 X=n_routed_experts:8 "
     "Im=moe_intermediate_size:7688 Is=moe_shared_expert_intermediate_size:7688 "
     "active=num_experts_per_tok:2",
     "model.{ embeddings.weight[V,E] layers.N.{ norm.weight[E] mixer.{ {?state @mamba2 } "
     "{?attention @qkvo } {?experts experts.up_proj[X,Im,E] experts.down_proj[X,E,Im] "
     "gate.weight[X,E] shared_experts.up_proj.weight[Is,E] "
     "shared_experts.up_proj.bias[Is]?mlp_bias shared_experts.down_proj.weight[E,Is] "
     "shared_experts.down_proj.bias[E]?mlp_bias @correction } {?nothing @two_matrices } } } "
     "norm_f.weight[E] } @head"},
    {"olmo_hybrid",
     "V=vocab_size:100352 I=intermediate_size:11008 M=max_position_embeddings:65536 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ mlp.{ @gated } input_layernorm.weight[E]?state "
     "post_attention_layernorm.weight[E] linear_attn.{?state A_log[Hs] dt_bias[Hs] "
     "q_proj.weight[(Ic-Hs*dim2)/2,E] k_proj.weight[(Ic-Hs*dim2)/2,E] v_proj.weight[Hs*dim2,E] "
     "a_proj.weight[Hs,E] b_proj.weight[Hs,E] g_proj.weight[Hs*dim2,E] o_proj.weight[E,Hs*dim2] "
     "conv1d.weight[Ic,1,kernel] o_norm.weight[dim2] } self_attn.{?attention @qkvo @row_norms } "
     "post_feedforward_layernorm.weight[E]?attention } @norm } @head"},
    {"qwen3_5_moe_text",
     "V=vocab_size:248320 M=max_position_embeddings:32768 qkv_bias=attention_bias:0 "
     "o_bias=attention_bias:0 X=num_experts:256 Im=moe_intermediate_size:512 "
     "Is=shared_expert_intermediate_size:512 active=num_experts_per_tok:8 "
     "part=partial_rotary_factor%:250000 rotary=:D*part/1000000 sparse=:1 I=:Im",
     "model.{ @embed layers.N.{ linear_attn.{?state @delta_rest in_proj_qkv.weight[Ic,E] "
     "in_proj_z.weight[Hs*dim2,E] in_proj_b.weight[Hs,E] in_proj_a.weight[Hs,E] } @qwen_moe @norms "
     "@gated_attention } @norm } @head"},
    {"qwen3_5_text",
     "V=vocab_size:248320 I=intermediate_size:12288 M=max_position_embeddings:32768 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 part=partial_rotary_factor%:250000 "
     "rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ linear_attn.{?state @delta_rest in_proj_qkv.weight[Ic,E] "
     "in_proj_z.weight[Hs*dim2,E] in_proj_b.weight[Hs,E] in_proj_a.weight[Hs,E] } mlp.{ @gated } "
     "@norms @gated_attention } @norm } @head"},
    {"qwen3_next",
     "V=vocab_size:151936 I=intermediate_size:5632 M=max_position_embeddings:32768 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_experts:512 "
     "Im=moe_intermediate_size:512 Is=shared_expert_intermediate_size:512 "
     "active=num_experts_per_tok:10 every=decoder_sparse_step:1 dense=mlp_only_layers@:0 "
     "sparse=:X>0&!dense&(i+1)%every=0 part=partial_rotary_factor%:250000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ linear_attn.{?state @delta_rest in_proj_qkvz.weight[Ic+Hs*dim2,E] "
     "in_proj_ba.weight[2*Hs,E] } @qwen_moe @norms @gated_attention } @norm } @head"},
    // Of the gates, each head has its own square matrix.
    {"recurrent_gemma",
     "V=vocab_size:256000 I=:both/2 both=intermediate_size:7680 M=:0 tied=tie_word_embeddings:1 "
     "qkv_bias=attention_bias:0 o_bias=:1 mlp_bias=:1 Hn=num_attention_heads:10 block=:Ic/Hn "
     "part=partial_rotary_factor%:500000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ temporal_pre_norm.weight[E] temporal_block.{?state "
     "linear_y.weight[Ic,E] linear_y.bias[Ic] linear_x.weight[Ic,E] linear_x.bias[Ic] "
     "linear_out.weight[E,Ic] linear_out.bias[E] conv_1d.weight[Ic,1,kernel+1] conv_1d.bias[Ic] "
     "rg_lru.{ recurrent_param[Ic] input_gate_weight[Hn,block,block] input_gate_bias[Hn,block] "
     "recurrent_gate_weight[Hn,block,block] recurrent_gate_bias[Hn,block] } } "
     "channel_pre_norm.weight[E] mlp_block.{ @gated } temporal_block.{?attention @qkvo } } "
     "final_norm.weight[E] } @head"},
    // The attention of all hybrid layers is one, over the hidden state beside the embedding.
    {"zamba",
     "V=vocab_size:32000 I=intermediate_size:14848 M=max_position_embeddings:4096 rotary=:0 "
     "tied=tie_word_embeddings:1 shares=:tied&hybrids>1 wide=:2*E conv_bias=mamba_conv_bias:1 "
     "proj_bias=mamba_proj_bias:0 dt_rank=mamba_dt_rank:(E+15)/16",
     "model.{ @embed layers.N.{ {?!hybrid mamba.{ @zamba_mamba } input_layernorm.weight[E] } "
     "{?hybrid shared_transf.{?ordinal=0|!tied self_attn.{ q_proj.weight[H*D,wide] "
     "k_proj.weight[K*D,wide] v_proj.weight[K*D,wide] o_proj.weight[E,H*D] } feed_forward.{ @gated "
     "} input_layernorm.weight[wide] pre_ff_layernorm.weight[E] } linear.weight[E,E] "
     "mamba_decoder.{ mamba.{ @zamba_mamba } input_layernorm.weight[E] } } } "
     "final_layernorm.weight[E] } @head"},
    // Some blocks take turns; each hybrid layer adapts the one it uses.
    {"zamba2",
     "V=vocab_size:32000 I=intermediate_size:4*E M=max_position_embeddings:4096 "
     "tied=tie_word_embeddings:1 wide=:2*E conv_bias=:1 _conv=use_conv_bias:1 "
     "proj_bias=add_bias_linear:0 mlp_bias=add_bias_linear:0 state_norm=:1 blocks=num_mem_blocks:1 "
     "rank=adapter_rank:128 adapted=use_shared_attention_adapter:0 "
     "uses=:(alike-ordinal%blocks+blocks-1)/blocks shares=:tied&hybrids>blocks "
     "mem_rope=use_mem_rope:0 rotary=:D*mem_rope",
     "model.{ @embed layers.N.{ {?!hybrid mamba.{ @mamba2 } input_layernorm.weight[E] } {?hybrid "
     "linear.weight[E,E] mamba_decoder.{ mamba.{ @mamba2 } input_layernorm.weight[E] } "
     "shared_transformer.{?ordinal<blocks|!tied self_attn.{ q_proj.weight[H*D,wide] "
     "k_proj.weight[K*D,wide] v_proj.weight[K*D,wide] o_proj.weight[E,H*D] {?adapted "
     "linear_q_adapter_list.N.N.weight[rank,wide]*uses "
     "linear_q_adapter_list.N.N.weight[wide,rank]*uses "
     "linear_k_adapter_list.N.N.weight[rank,wide]*uses "
     "linear_k_adapter_list.N.N.weight[wide,rank]*uses "
     "linear_v_adapter_list.N.N.weight[rank,wide]*uses "
     "linear_v_adapter_list.N.N.weight[wide,rank]*uses } } feed_forward.{ "
     "gate_up_proj.weight[2*I,E] gate_up_proj.bias[2*I]?mlp_bias down_proj.weight[E,I] "
     "down_proj.bias[E]?mlp_bias gate_up_proj_adapter_list.N.N.weight[rank,E]*uses "
     "gate_up_proj_adapter_list.N.N.weight[2*I,rank]*uses } input_layernorm.weight[wide] "
     "pre_ff_layernorm.weight[E] } } } final_layernorm.weight[E] } @head"},
};

}  // namespace

std::span<const WeightFamily> recurrent_families() { return kFamilies; }

}  // namespace kvf::input
