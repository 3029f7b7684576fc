// Families whose layers are all alike and have one MLP of two or three matrices.
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name.
constexpr WeightFamily kFamilies[] = {
    {"apertus",
     "V=vocab_size:131072 I=intermediate_size:14336 M=max_position_embeddings:65536 gated=:0 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } mlp.{ @two_matrices "
     "act_fn.alpha_p[1] act_fn.alpha_n[1] &act_fn.beta[] &act_fn.eps[] } "
     "attention_layernorm.weight[E] feedforward_layernorm.weight[E] } @norm } @head"},
    {"bitnet",
     "V=vocab_size:128256 I=intermediate_size:6912 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo attn_sub_norm.weight[E] } mlp.{ @gated "
     "ffn_sub_norm.weight[I] } @norms } @norm } @head"},
    {"cohere",
     "V=vocab_size:256000 I=intermediate_size:22528 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0 "
     "qk_norm=use_qk_norm:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo q_norm.weight[H,D]?qk_norm "
     "k_norm.weight[K,D]?qk_norm } mlp.{ @gated } input_layernorm.weight[E] } @norm } @head"},
    {"cohere2",
     "V=vocab_size:256000 I=intermediate_size:22528 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ @attention mlp.{ @gated } input_layernorm.weight[E] } @norm } "
     "@head"},
    {"cwm",
     "V=vocab_size:128256 I=intermediate_size:21504 M=max_position_embeddings:131072 "
     "mlp_bias=mlp_bias:0",
     "@llama"},
    {"diffllama",
     "V=vocab_size:32000 I=intermediate_size:8192 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ lambda_q1[D] lambda_k1[D] lambda_q2[D] lambda_k2[D] "
     "@qkvo } mlp.{ @gated } @norms } @norm } @head"},
    {"ernie4_5",
     "V=vocab_size:103424 I=intermediate_size:3072 M=max_position_embeddings:131072 "
     "tied=tie_word_embeddings:1 qkv_bias=use_bias:0 o_bias=use_bias:0 mlp_bias=use_bias:0",
     "@llama"},
    {"exaone4", "V=vocab_size:102400 I=intermediate_size:16384 M=max_position_embeddings:2048",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } mlp.{ @gated } @norms_after } "
     "@norm } @head"},
    {"glm",
     "V=vocab_size:151552 I=intermediate_size:13696 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:1",
     "model.{ @embed layers.N.{ @attention mlp.{ gate_up_proj.weight[2*I,E] down_proj.weight[E,I] "
     "} @norms } @norm } @head"},
    {"glm4",
     "V=vocab_size:151552 I=intermediate_size:13696 M=max_position_embeddings:131072 "
     "qkv_bias=attention_bias:1",
     "model.{ @embed layers.N.{ @attention mlp.{ gate_up_proj.weight[2*I,E] down_proj.weight[E,I] "
     "} @norms post_self_attn_layernorm.weight[E] post_mlp_layernorm.weight[E] } @norm } @head"},
    {"granite",
     "V=vocab_size:32000 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0",
     "@llama"},
    {"hunyuan_v1_dense",
     "V=vocab_size:290943 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo query_layernorm.weight[D] "
     "key_layernorm.weight[D] } mlp.{ @gated } @norms } @norm } @head"},
    {"internlm3",
     "V=vocab_size:128512 I=intermediate_size:10240 M=max_position_embeddings:32768 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0",
     "@llama"},
    {"llama",
     "V=vocab_size:32000 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0",
     "@llama"},
    {"ministral", "V=vocab_size:32000 I=intermediate_size:14336 M=max_position_embeddings:131072",
     "@llama"},
    {"mistral", "V=vocab_size:32000 I=intermediate_size:14336 M=max_position_embeddings:131072",
     "@llama"},
    {"modernbert-decoder",
     "V=vocab_size:50368 I=intermediate_size:1152 M=max_position_embeddings:8192 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0 "
     "mlp_bias=mlp_bias:0 norm_bias=norm_bias:0 dense_bias=classifier_bias:0 "
     "head_bias=decoder_bias:1",
     "model.{ embeddings.{ tok_embeddings.weight[V,E] norm.weight[E] norm.bias[E]?norm_bias } "
     "layers.N.{ attn.{ @q @kv Wo.weight[E,H*D] Wo.bias[E]?o_bias } mlp_norm.weight[E] "
     "mlp_norm.bias[E]?norm_bias mlp.{ Wi.weight[2*I,E] Wi.bias[2*I]?mlp_bias Wo.weight[E,I] "
     "Wo.bias[E]?mlp_bias } {?i attn_norm.weight[E] attn_norm.bias[E]?norm_bias } } "
     "final_norm.weight[E] final_norm.bias[E]?norm_bias } lm_head.{ dense.weight[E,E] "
     "dense.bias[E]?dense_bias norm.weight[E] norm.bias[E]?norm_bias } "
     "decoder.weight[V,E]?!tied decoder.bias[V]?head_bias"},
    {"nanochat",
     "V=vocab_size:50304 I=intermediate_size:8192 M=max_position_embeddings:2048 gated=:0 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ @attention mlp.{ fc1.weight[I,E] fc2.weight[E,I] } } } @head"},
    {"nemotron",
     "V=vocab_size:256000 I=intermediate_size:24576 M=max_position_embeddings:4096 gated=:0 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0 mlp_bias=mlp_bias:0 "
     "part=partial_rotary_factor%:500000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ @attention mlp.{ @two_matrices } @biased_norms } norm.weight[E] "
     "norm.bias[E] } @head"},
    {"olmo",
     "V=vocab_size:50304 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ @attention mlp.{ @gated } } } @head"},
    {"olmo2",
     "V=vocab_size:50304 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @row_norms } mlp.{ @gated } @norms_after } "
     "@norm } @head"},
    {"olmo3",
     "V=vocab_size:50304 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @row_norms } mlp.{ @gated } @norms_after } "
     "@norm } @head"},
    {"phi3",
     "V=vocab_size:32064 I=intermediate_size:8192 M=max_position_embeddings:4096 "
     "part=partial_rotary_factor%:1000000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ self_attn.{ o_proj.weight[E,H*D] qkv_proj.weight[H*D+K*D+K*D,E] } "
     "mlp.{ gate_up_proj.weight[2*I,E] down_proj.weight[E,I] } @norms } @norm } @head"},
    {"qwen2",
     "V=vocab_size:151936 I=intermediate_size:22016 M=max_position_embeddings:32768 qkv_bias=:1",
     "@llama"},
    {"qwen3",
     "V=vocab_size:151936 I=intermediate_size:22016 M=max_position_embeddings:32768 "
     "qkv_bias=attention_bias:0 o_bias=attention_bias:0",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo @head_norms } mlp.{ @gated } @norms } @norm } "
     "@head"},
    {"seed_oss",
     "V=vocab_size:155136 I=intermediate_size:27648 M=max_position_embeddings:524288 "
     "qkv_bias=attention_bias:1 o_bias=attention_out_bias:0 mlp_bias=mlp_bias:0",
     "@llama"},
    {"smollm3",
     "V=vocab_size:128256 I=intermediate_size:11008 M=max_position_embeddings:32768 "
     "tied=tie_word_embeddings:1 qkv_bias=attention_bias:0 o_bias=attention_bias:0 "
     "mlp_bias=mlp_bias:0",
     "@llama"},
    {"stablelm",
     "V=vocab_size:50304 I=intermediate_size:6912 M=max_position_embeddings:4096 "
     "qkv_bias=use_qkv_bias:0 qk_norm=qk_layernorm:0 parallel=use_parallel_residual:0 "
     "part=partial_rotary_factor%:250000 rotary=:D*part/1000000",
     "model.{ @embed layers.N.{ self_attn.{ @qkvo q_layernorm.norms.N.weight[D]*H?qk_norm "
     "k_layernorm.norms.N.weight[D]*K?qk_norm } mlp.{ @gated } input_layernorm.weight[E] "
     "input_layernorm.bias[E] post_attention_layernorm.weight[E]?!parallel "
     "post_attention_layernorm.bias[E]?!parallel } norm.weight[E] norm.bias[E] } @head"},
};

}  // namespace

std::span<const WeightFamily> dense_families() { return kFamilies; }

}  // namespace kvf::input
