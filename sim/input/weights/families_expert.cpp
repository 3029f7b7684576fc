// Families with a mixture of experts, and attention of heads.
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name. `sparse`: whether a layer has experts.
constexpr WeightFamily kFamilies[] = {
    {"afmoe",
     "V=vocab_size:200192 I=intermediate_size:6144 M=max_position_embeddings:16384 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_experts:64 "
     "Im=moe_intermediate_size:1408 Is=:Im*shared_experts shared_experts=num_shared_experts:2 "
     "active=num_experts_per_tok:6 sparse=:!(i<dense) dense=num_dense_layers:1",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms gate_proj.weight[H*D,E] } @norms "
     "pre_mlp_layernorm.weight[E] post_mlp_layernorm.weight[E] mlp.{?!sparse @gated } mlp.{?sparse "
     "expert_bias[X] router.gate.weight[X,E] shared_experts.{?Is @shared } @experts } } @norm } "
     "@head"},
    // The columns of all experts lie one after another.
    {"dbrx",
     "V=vocab_size:32000 I=ffn_config.ffn_hidden_size:3584 M=max_seq_len:2048 "
     "X=ffn_config.moe_num_experts:4 Im=:I active=ffn_config.moe_top_k:1",
     "transformer.{ wte.weight[V,E] blocks.N.{ norm_attn_norm.{ norm_1.weight[E] attn.{ "
     "Wqkv.weight[H*D+K*D+K*D,E] out_proj.weight[E,H*D] } norm_2.weight[E] } ffn.{ "
     "router.layer.weight[X,E] experts.mlp.{ w1[X*Im,E] v1[X*Im,E] w2[X*Im,E] } } } "
     "norm_f.weight[E] } @head"},
    {"dots1",
     "V=vocab_size:152064 I=intermediate_size:10944 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=n_routed_experts:0 "
     "Im=moe_intermediate_size:1408 Is=:Im*shared_experts shared_experts=n_shared_experts:0 "
     "active=num_experts_per_tok:0 sparse=:!(i<dense) dense=first_k_dense_replace:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } @moe_with_shared @norms } @norm } "
     "@head"},
    // A layer of its list of -1 is the last one.
    {"ernie4_5_moe",
     "V=vocab_size:103424 I=intermediate_size:12288 M=max_position_embeddings:131072 "
     "tied=tie_word_embeddings:1 qkv_bias=use_bias:0 o_bias=use_bias:0 mlp_bias=use_bias:0 "
     "X=moe_num_experts:64 Im=moe_intermediate_size:1536 Is=:Im*shared_experts "
     "shared_experts=moe_num_shared_experts:2 active=moe_k:6 begin=moe_layer_start_index:1 "
     "end=moe_layer_end_index:L-1 every=moe_layer_interval:1 "
     "sparse=:!(i<begin)&(end<0|i<end+1)&(i+1)%every=0",
     "model.{ @embed layers.N.{ @attention mlp.{?!sparse @gated } @norms mlp.{?sparse "
     "gate.weight[X,E] gate.moe_statics.e_score_correction_bias[1,X] @experts shared_experts.{?Is "
     "@shared } } } @norm } @head lm_head.bias[V]?mlp_bias"},
    {"exaone_moe",
     "V=vocab_size:102400 I=intermediate_size:16384 M=max_position_embeddings:2048 "
     "X=num_experts:64 Im=moe_intermediate_size:1024 Is=:Im*shared_experts "
     "shared_experts=num_shared_experts:1 active=num_experts_per_tok:8 "
     "dense=first_k_dense_replace:1 sparse=mlp_layer_types/sparse:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } @moe_with_shared @norms } @norm } "
     "@head"},
    {"glm4_moe",
     "V=vocab_size:151552 I=intermediate_size:10944 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:0 qk_norm=use_qk_norm:0 X=n_routed_experts:128 "
     "Im=moe_intermediate_size:1408 Is=:Im*shared_experts shared_experts=n_shared_experts:1 "
     "active=num_experts_per_tok:8 dense=first_k_dense_replace:1 sparse=:!(i<dense) "
     "part=partial_rotary_factor%:500000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo {?qk_norm @head_norms } } @moe_with_shared "
     "@norms } @norm } @head"},
    // Experts are stored the other way round, with biases.
    {"gpt_oss",
     "V=vocab_size:201088 I=intermediate_size:2880 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:1 o_bias=attention_bias:1 X=num_local_experts:128 Im=:I "
     "active=num_experts_per_tok:4",
     "model.{ @embed layers.N.{ self_attn.{ sinks[H] @qkvo } mlp.{ router.weight[X,E] "
     "router.bias[X] experts.{ gate_up_proj[X,E,2*Im] gate_up_proj_bias[X,2*Im] down_proj[X,Im,E] "
     "down_proj_bias[X,E] } } @norms } @norm } @head"},
    {"granitemoe",
     "V=vocab_size:32000 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_local_experts:8 Im=:I "
     "active=num_experts_per_tok:2",
     "model.{ @embed layers.N.{ @attention @norms block_sparse_moe.{ router.weight[X,E] @experts } "
     "} @norm } @head"},
    // Queries and outputs have experts, too.
    {"jetmoe",
     "V=vocab_size:32000 I=intermediate_size:5632 M=max_position_embeddings:4096 "
     "tied=tie_word_embeddings:1 X=num_local_experts:8 Im=:I active=num_experts_per_tok:2",
     "model.{ @embed layers.N.{ mlp.{ bias[E] input_linear.weight[X,2*Im,E] "
     "output_linear.weight[X,E,Im] router.layer.weight[X,E] } @norms self_attention.{ "
     "experts.bias[E] experts.input_linear.weight[X,K*D,E] experts.output_linear.weight[X,E,K*D] "
     "experts.router.layer.weight[X,E] kv_proj.weight[2*K*D,E] } } @norm } @head"},
    {"llama4_text",
     "V=vocab_size:202048 I=intermediate_size_mlp:16384 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_local_experts:16 "
     "Im=intermediate_size:8192 Is=:Im active=num_experts_per_tok:1 "
     "every=interleave_moe_layer_step:1 sparse=moe_layers@:(i+1)%every=0",
     "model.{ @embed layers.N.{ @attention feed_forward.{?!sparse @gated } feed_forward.{?sparse "
     "experts.gate_up_proj[X,E,2*Im] experts.down_proj[X,Im,E] router.weight[X,E] shared_expert.{ "
     "@shared } } @norms } @norm } @head"},
    // Layers with a window have twice the KV heads, and may have sinks.
    {"mimo_v2_flash",
     "V=vocab_size:152576 I=intermediate_size:16384 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:0 sinks=add_swa_attention_sink_bias:1 "
     "full_sinks=add_full_attention_sink_bias:0 X=n_routed_experts:256 "
     "Im=moe_intermediate_size:2048 active=num_experts_per_tok:8 "
     "sparse=mlp_layer_types/sparse:!(i<1)",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo } mlp.{?!sparse @gated } @norms "
     "{?(window&sinks)|(!window&full_sinks) self_attn.sinks[H] } mlp.{?sparse @experts "
     "gate.weight[X,E] @correction } } @norm } @head"},
    {"mixtral",
     "V=vocab_size:32000 I=intermediate_size:14336 M=max_position_embeddings:131072 "
     "X=num_local_experts:8 Im=:I active=num_experts_per_tok:2",
     "model.{ @embed layers.N.{ @attention mlp.{ gate.weight[X,E] @experts } @norms } @norm } "
     "@head"},
    {"olmoe",
     "V=vocab_size:50304 I=intermediate_size:2048 M=max_position_embeddings:4096 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_experts:64 Im=:I "
     "active=num_experts_per_tok:8",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @row_norms } mlp.{ gate.weight[X,E] @experts } "
     "@norms } @norm } @head"},
    {"phimoe",
     "V=vocab_size:32064 I=intermediate_size:6400 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 head_bias=lm_head_bias:0 "
     "X=num_local_experts:16 Im=:I active=num_experts_per_tok:2",
     "model.{ @embed layers.N.{ @attention mlp.{ router.weight[X,E] @experts } @biased_norms } "
     "norm.weight[E] norm.bias[E] } @head lm_head.bias[V]?head_bias"},
    {"qwen2_moe",
     "V=vocab_size:151936 I=intermediate_size:5632 M=max_position_embeddings:32768 "
     "qkv_bias=qkv_bias:1 X=num_experts:60 Im=moe_intermediate_size:1408 "
     "Is=shared_expert_intermediate_size:5632 active=num_experts_per_tok:4 "
     "every=decoder_sparse_step:1 dense=mlp_only_layers@:0 sparse=:X>0&!dense&(i+1)%every=0",
     "model.{ @embed layers.N.{ @attention @qwen_moe @norms } @norm } @head"},
    {"qwen3_moe",
     "V=vocab_size:151936 I=intermediate_size:6144 M=max_position_embeddings:32768 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 X=num_experts:local "
     "local=num_local_experts:128 Im=moe_intermediate_size:768 active=num_experts_per_tok:8 "
     "every=decoder_sparse_step:1 dense=mlp_only_layers@:0 sparse=:X>0&!dense&(i+1)%every=0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } mlp.{?!sparse @gated } @norms "
     "mlp.{?sparse @experts gate.weight[X,E] } } @norm } @head"},
};

}  // namespace

std::span<const WeightFamily> expert_families() { return kFamilies; }

}  // namespace kvf::input
