// The Gemma families: tied, with norms on both sides of each part.
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name. Inputs of each layer: a second embedding, narrow, for all layers at once.
constexpr WeightFamily kFamilies[] = {
    {"gemma",
     "V=vocab_size:256000 I=intermediate_size:24576 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "@llama"},
    {"gemma2",
     "V=vocab_size:256000 I=intermediate_size:9216 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ @attention mlp.{ @gated } @four_norms } @norm } @head"},
    {"gemma3_text",
     "V=vocab_size:262208 I=intermediate_size:9216 M=max_position_embeddings:131072 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } mlp.{ @gated } @four_norms } @norm "
     "} @head"},
    // AltUp: `streams` copies of the hidden state; LAuReL: a narrow path beside the attention.
    {"gemma3n_text",
     "V=vocab_size:262400 I=intermediate_size[]:16384 M=max_position_embeddings:32768 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0 "
     "words=vocab_size_per_layer_input:262144 width=hidden_size_per_layer_input:256 "
     "streams=altup_num_inputs:4 laurel=laurel_rank:64 scaled=altup_correct_scale:1",
     "model.{ @embed layers.N.{ self_attn.{ @q q_norm.weight[D] {?!shared @kv k_norm.weight[D] } "
     "@o } mlp.{ @gated } @four_norms altup.{ correct_output_scale[E]?scaled "
     "correction_coefs.weight[streams,streams] prediction_coefs.weight[streams*streams,streams] "
     "modality_router.weight[streams,E] router_norm.weight[E] } laurel.{ "
     "linear_left.weight[laurel,E] linear_right.weight[E,laurel] post_laurel_norm.weight[E] } "
     "per_layer_input_gate.weight[width,E] per_layer_projection.weight[E,width] "
     "post_per_layer_input_norm.weight[E] } @norm embed_tokens_per_layer.weight[words,L*width] "
     "per_layer_model_projection.weight[L*width,E] per_layer_projection_norm.weight[width] "
     "altup_projections.N.weight[E,E]*(streams-1) "
     "altup_unembed_projections.N.weight[E,E]*(streams-1) } @head"},
    {"gemma4_text",
     "V=vocab_size:262144 I=:base*(1+shared*wide) base=intermediate_size:9216 "
     "M=max_position_embeddings:131072 tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 "
     "o_bias=attention_bias:0 words=vocab_size_per_layer_input:262144 "
     "width=hidden_size_per_layer_input:256 one=attention_k_eq_v:0 wide=use_double_wide_mlp:0 "
     "X=:moe*all moe=enable_moe_block:0 all=num_experts:0 Im=moe_intermediate_size:0 "
     "active=top_k_experts:0",
     "model.{ @embed layers.N.{ self_attn.{ @q q_norm.weight[D] {?!shared k_norm.weight[D] "
     "k_proj.weight[K*D,E] k_proj.bias[K*D]?qkv_bias {?!one|window v_proj.weight[K*DV,E] "
     "v_proj.bias[K*DV]?qkv_bias } } @o } mlp.{ @gated } @four_norms {?moe router.scale[E] "
     "router.per_expert_scale[X] router.proj.weight[X,E] @experts "
     "post_feedforward_layernorm_1.weight[E] post_feedforward_layernorm_2.weight[E] "
     "pre_feedforward_layernorm_2.weight[E] } {?width per_layer_input_gate.weight[width,E] "
     "per_layer_projection.weight[E,width] post_per_layer_input_norm.weight[E] } &layer_scalar[1] "
     "} @norm {?width embed_tokens_per_layer.weight[words,L*width] "
     "per_layer_model_projection.weight[L*width,E] per_layer_projection_norm.weight[width] } } "
     "@head"},
    {"vaultgemma",
     "V=vocab_size:256000 I=intermediate_size:9216 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ @attention mlp.{ @gated } input_layernorm.weight[E] "
     "pre_feedforward_layernorm.weight[E] } @norm } @head"},
};

}  // namespace

std::span<const WeightFamily> gemma_families() { return kFamilies; }

}  // namespace kvf::input
