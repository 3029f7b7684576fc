// Families of before llama: two matrices in an MLP, biases, learnt positions.
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name.
constexpr WeightFamily kFamilies[] = {
    {"bloom", "V=vocab_size:250880 I=:4*E M=:0 gated=:0 rotary=:0 tied=tie_word_embeddings:1",
     "transformer.{ word_embeddings.weight[V,E] word_embeddings_layernorm.weight[E] "
     "word_embeddings_layernorm.bias[E] h.N.{ input_layernorm.weight[E] input_layernorm.bias[E] "
     "self_attention.{ query_key_value.weight[3*H*D,E] query_key_value.bias[3*H*D] "
     "dense.weight[E,H*D] dense.bias[E] } post_attention_layernorm.weight[E] "
     "post_attention_layernorm.bias[E] mlp.{ dense_h_to_4h.weight[I,E] dense_h_to_4h.bias[I] "
     "dense_4h_to_h.weight[E,I] dense_4h_to_h.bias[E] } } ln_f.weight[E] ln_f.bias[E] } @head"},
    {"codegen", "V=vocab_size:50400 I=n_inner:4*E M=n_positions:2048 gated=:0 rotary=rotary_dim:64",
     "transformer.{ wte.weight[V,E] h.N.{ ln_1.weight[E] ln_1.bias[E] "
     "attn.{ qkv_proj.weight[3*H*D,E] out_proj.weight[E,H*D] } mlp.{ fc_in.weight[I,E] "
     "fc_in.bias[I] fc_out.weight[E,I] fc_out.bias[E] } } ln_f.weight[E] ln_f.bias[E] } @head "
     "lm_head.bias[V]"},
    {"falcon",
     "V=vocab_size:65024 I=ffn_hidden_size:4*E M=max_position_embeddings:2048 gated=:0 "
     "tied=tie_word_embeddings:1 bias=bias:0 parallel=parallel_attn:1 alibi=alibi:0 "
     "new=new_decoder_architecture:0 two=num_ln_in_parallel_attn:1+new rotary=:D*!alibi",
     "transformer.{ word_embeddings.weight[V,E] h.N.{ "
     "self_attention.{ query_key_value.weight[H*D+2*K*D,E] query_key_value.bias[H*D+2*K*D]?bias "
     "dense.weight[E,H*D] dense.bias[E]?bias } mlp.{ dense_h_to_4h.weight[I,E] "
     "dense_h_to_4h.bias[I]?bias dense_4h_to_h.weight[E,I] dense_4h_to_h.bias[E]?bias } "
     "{?parallel&two=2 ln_attn.weight[E] ln_attn.bias[E] ln_mlp.weight[E] ln_mlp.bias[E] } "
     "{?!(parallel&two=2) input_layernorm.weight[E] input_layernorm.bias[E] } "
     "{?!parallel post_attention_layernorm.weight[E] post_attention_layernorm.bias[E] } } "
     "ln_f.weight[E] ln_f.bias[E] } @head"},
    {"gpt2",
     "V=vocab_size:50257 I=n_inner:4*E M=n_positions:1024 gated=:0 rotary=:0 "
     "tied=tie_word_embeddings:1",
     "transformer.{ wte.weight[V,E] wpe.weight[M,E] h.N.{ ln_1.weight[E] ln_1.bias[E] "
     "attn.{ c_attn.weight[E,3*H*D] c_attn.bias[3*H*D] c_proj.weight[H*D,E] c_proj.bias[E] } "
     "ln_2.weight[E] ln_2.bias[E] mlp.{ c_fc.weight[E,I] c_fc.bias[I] c_proj.weight[I,E] "
     "c_proj.bias[E] } } ln_f.weight[E] ln_f.bias[E] } @head"},
    {"gpt_bigcode",
     "V=vocab_size:50257 I=n_inner:4*E M=n_positions:1024 gated=:0 rotary=:0 "
     "tied=tie_word_embeddings:1",
     "transformer.{ wte.weight[V,E] wpe.weight[M,E] h.N.{ ln_1.weight[E] ln_1.bias[E] "
     "attn.{ c_attn.weight[H*D+2*K*D,E] c_attn.bias[H*D+2*K*D] c_proj.weight[E,H*D] "
     "c_proj.bias[E] } ln_2.weight[E] ln_2.bias[E] mlp.{ c_fc.weight[I,E] c_fc.bias[I] "
     "c_proj.weight[E,I] c_proj.bias[E] } } ln_f.weight[E] ln_f.bias[E] } @head"},
    {"gpt_neo",
     "V=vocab_size:50257 I=intermediate_size:4*E M=max_position_embeddings:2048 gated=:0 rotary=:0 "
     "tied=tie_word_embeddings:1",
     "transformer.{ wte.weight[V,E] wpe.weight[M,E] h.N.{ ln_1.weight[E] ln_1.bias[E] "
     "attn.attention.{ k_proj.weight[K*D,E] v_proj.weight[K*D,E] q_proj.weight[H*D,E] "
     "out_proj.weight[E,H*D] out_proj.bias[E] } ln_2.weight[E] ln_2.bias[E] "
     "mlp.{ c_fc.weight[I,E] c_fc.bias[I] c_proj.weight[E,I] c_proj.bias[E] } } ln_f.weight[E] "
     "ln_f.bias[E] } @head"},
    {"gpt_neox",
     "V=vocab_size:50432 I=intermediate_size:24576 M=max_position_embeddings:2048 gated=:0 "
     "bias=attention_bias:1 part=rotary_pct%:250000 rotary=:D*part/1000000",
     "gpt_neox.{ embed_in.weight[V,E] layers.N.{ @biased_norms attention.{ "
     "query_key_value.weight[3*H*D,E] query_key_value.bias[3*H*D]?bias dense.weight[E,H*D] "
     "dense.bias[E]?bias } mlp.{ dense_h_to_4h.weight[I,E] dense_h_to_4h.bias[I] "
     "dense_4h_to_h.weight[E,I] dense_4h_to_h.bias[E] } } final_layer_norm.weight[E] "
     "final_layer_norm.bias[E] } @head"},
    {"gptj", "V=vocab_size:50400 I=n_inner:4*E M=n_positions:2048 gated=:0 rotary=rotary_dim:64",
     "transformer.{ wte.weight[V,E] h.N.{ ln_1.weight[E] ln_1.bias[E] "
     "attn.{ k_proj.weight[K*D,E] v_proj.weight[K*D,E] q_proj.weight[H*D,E] "
     "out_proj.weight[E,H*D] } mlp.{ fc_in.weight[I,E] fc_in.bias[I] fc_out.weight[E,I] "
     "fc_out.bias[E] } } ln_f.weight[E] ln_f.bias[E] } @head lm_head.bias[V]"},
    {"mpt",
     "V=vocab_size:50368 I=:4*E M=max_seq_len:2048 gated=:0 rotary=:0 "
     "tied=tie_word_embeddings:1",
     "transformer.{ wte.weight[V,E] blocks.N.{ norm_1.weight[E] attn.{ Wqkv.weight[3*H*D,E] "
     "out_proj.weight[E,H*D] } norm_2.weight[E] ffn.{ up_proj.weight[I,E] down_proj.weight[E,I] } "
     "} norm_f.weight[E] } @head"},
    // Positions are counted from 2. Another width of the embedding is projected, both ways.
    {"opt",
     "V=vocab_size:50272 I=ffn_dim:3072 M=max_position_embeddings:2048 gated=:0 rotary=:0 "
     "tied=tie_word_embeddings:1 width=word_embed_proj_dim:E bias=enable_bias:1 "
     "affine=layer_norm_elementwise_affine:1 before=do_layer_norm_before:1 "
     "removed=_remove_final_layer_norm:0",
     "model.decoder.{ embed_tokens.weight[V,width] embed_positions.weight[M+2,E] "
     "project_out.weight[width,E]?!(width=E) project_in.weight[E,width]?!(width=E) "
     "{?affine&before&!removed final_layer_norm.weight[E] final_layer_norm.bias[E] } layers.N.{ "
     "self_attn.{ k_proj.weight[K*D,E] k_proj.bias[K*D]?bias v_proj.weight[K*D,E] "
     "v_proj.bias[K*D]?bias q_proj.weight[H*D,E] q_proj.bias[H*D]?bias out_proj.weight[E,H*D] "
     "out_proj.bias[E]?bias } self_attn_layer_norm.weight[E]?affine "
     "self_attn_layer_norm.bias[E]?affine fc1.weight[I,E] fc1.bias[I]?bias fc2.weight[E,I] "
     "fc2.bias[E]?bias final_layer_norm.weight[E]?affine final_layer_norm.bias[E]?affine } } "
     "lm_head.weight[V,width]?!tied"},
    {"persimmon",
     "V=vocab_size:262144 I=intermediate_size:16384 M=max_position_embeddings:16384 gated=:0 "
     "qk_norm=qk_layernorm:1 part=partial_rotary_factor%:500000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ self_attn.{ query_key_value.weight[3*H*D,E] "
     "query_key_value.bias[3*H*D] dense.weight[E,H*D] dense.bias[E] {?qk_norm "
     "q_layernorm.weight[D] q_layernorm.bias[D] k_layernorm.weight[D] k_layernorm.bias[D] } } "
     "mlp.{ dense_h_to_4h.weight[I,E] dense_h_to_4h.bias[I] dense_4h_to_h.weight[E,I] "
     "dense_4h_to_h.bias[E] } @biased_norms } final_layernorm.weight[E] final_layernorm.bias[E] } "
     "@head"},
    {"phi",
     "V=vocab_size:51200 I=intermediate_size:8192 M=max_position_embeddings:2048 gated=:0 "
     "qkv_bias=:1 qk_norm=qk_layernorm:0 part=partial_rotary_factor%:500000 "
     "rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ self_attn.{ @q @kv dense.weight[E,H*D] dense.bias[E] {?qk_norm "
     "q_layernorm.weight[D] q_layernorm.bias[D] k_layernorm.weight[D] k_layernorm.bias[D] } } "
     "mlp.{ fc1.weight[I,E] fc1.bias[I] fc2.weight[E,I] fc2.bias[E] } input_layernorm.weight[E] "
     "input_layernorm.bias[E] } final_layernorm.weight[E] final_layernorm.bias[E] } @head "
     "lm_head.bias[V]"},
    {"starcoder2",
     "V=vocab_size:49152 I=intermediate_size:12288 M=max_position_embeddings:4096 gated=:0 "
     "tied=tie_word_embeddings:1 qkv_bias=use_bias:1 o_bias=use_bias:1 mlp_bias=use_bias:1",
     "model.{ @embed layers.N.{ @attention mlp.{ c_fc.weight[I,E] c_fc.bias[I]?mlp_bias "
     "c_proj.weight[E,I] c_proj.bias[E]?mlp_bias } @biased_norms } norm.weight[E] norm.bias[E] } "
     "@head"},
};

}  // namespace

std::span<const WeightFamily> early_families() { return kFamilies; }

}  // namespace kvf::input
