// Families with multi-head latent attention (MLA).
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

// By name. q_rank: of the latent that queries come from; the bias is of what makes latents.
constexpr WeightFamily kFamilies[] = {
    {"axk1",
     "V=vocab_size:163840 I=intermediate_size:18432 M=max_position_embeddings:32768 "
     "q_rank=q_lora_rank:1536 qkv_bias=attention_bias:0 o_bias=attention_bias:0 rotary=:P "
     "X=n_routed_experts:192 Im=moe_intermediate_size:2048 Is=:Im*shared_experts "
     "shared_experts=n_shared_experts:1 active=num_experts_per_tok:8 "
     "sparse=mlp_layer_types/sparse:!(i<1)",
     "model.{ @embed layers.N.{ self_attn.{ @latent } @moe_with_shared @norms "
     "mlp.post_mlp_layernorm.weight[E]?sparse } @norm } @head"},
    {"deepseek_v2",
     "V=vocab_size:102400 I=intermediate_size:11008 M=max_position_embeddings:2048 "
     "q_rank=q_lora_rank:1536 qkv_bias=attention_bias:0 o_bias=attention_bias:0 "
     "mlp_bias=mlp_bias:0 rotary=:P X=n_routed_experts:64 Im=moe_intermediate_size:1407 "
     "Is=:Im*shared_experts shared_experts=n_shared_experts:2 active=num_experts_per_tok:0 "
     "dense=first_k_dense_replace:0 sparse=:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{ @latent } mlp.{?!sparse @gated } mlp.{?sparse @experts "
     "gate.weight[X,E] shared_experts.{?Is @shared } } @norms } @norm } @head"},
    {"deepseek_v3",
     "V=vocab_size:129280 I=intermediate_size:18432 M=max_position_embeddings:4096 "
     "q_rank=q_lora_rank:1536 qkv_bias=attention_bias:0 o_bias=attention_bias:0 rotary=:P "
     "X=n_routed_experts:256 Im=moe_intermediate_size:2048 Is=:Im*shared_experts "
     "shared_experts=n_shared_experts:1 active=num_experts_per_tok:8 dense=first_k_dense_replace:3 "
     "sparse=:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{ @latent } @moe_with_shared @norms } @norm } @head"},
    {"deepseek_v32",
     "V=vocab_size:129280 I=intermediate_size:18432 M=max_position_embeddings:163840 "
     "q_rank=q_lora_rank:1536 qkv_bias=attention_bias:0 o_bias=attention_bias:0 _mlp=mlp_bias:0 "
     "rotary=:P index_heads=index_n_heads:64 X=n_routed_experts:256 Im=moe_intermediate_size:2048 "
     "Is=:Im*shared_experts shared_experts=n_shared_experts:1 active=num_experts_per_tok:8 "
     "dense=first_k_dense_replace:3 sparse=mlp_layer_types/sparse:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{ @latent @indexer } @moe_with_shared @norms } @norm } "
     "@head"},
    // Hyper-connections: `streams` copies of the hidden state, mixed before and after each part.
    {"deepseek_v4",
     "V=vocab_size:129280 I=:Im M=max_position_embeddings:1048576 q_rank=q_lora_rank:1024 "
     "groups=o_groups:8 o_rank=o_lora_rank:1024 streams=hc_mult:4 mixes=:streams*(streams+2) "
     "rotary=:64 index_heads=index_n_heads:64 index_dim=index_head_dim:128 "
     "sparse_rate=compress_rates.compressed_sparse_attention:4 "
     "heavy_rate=compress_rates.heavily_compressed_attention:128 "
     "csa=layer_types/compressed_sparse_attention:i>1&i%2=1 "
     "hca=layer_types/heavily_compressed_attention:!csa hash=mlp_layer_types/hash_moe:i<3 "
     "X=n_routed_experts:256 Im=moe_intermediate_size:2048 Is=:Im _shared=n_shared_experts:1 "
     "_attention=attention_bias:0 mlp_bias=mlp_bias:0 active=num_experts_per_tok:6",
     "model.{ @embed layers.N.{ self_attn.{ sinks[H] q_a_proj.weight[q_rank,E] "
     "q_a_norm.weight[q_rank] q_b_proj.weight[H*D,q_rank] kv_proj.weight[D,E] kv_norm.weight[D] "
     "o_a_proj.weight[groups*o_rank,H*D/groups] o_b_proj.weight[E,groups*o_rank] compressor.{?hca "
     "position_bias[heavy_rate,D] kv_proj.weight[D,E] gate_proj.weight[D,E] kv_norm.weight[D] } "
     "compressor.{?csa position_bias[sparse_rate,2*D] kv_proj.weight[2*D,E] "
     "gate_proj.weight[2*D,E] kv_norm.weight[D] indexer.{ position_bias[sparse_rate,2*index_dim] "
     "kv_proj.weight[2*index_dim,E] gate_proj.weight[2*index_dim,E] kv_norm.weight[index_dim] "
     "q_b_proj.weight[index_heads*index_dim,q_rank] scorer.weights_proj.weight[index_heads,E] } } "
     "} mlp.{ gate.weight[X,E] @experts shared_experts.{?Is @shared } &gate.tid2eid[V,active]?hash "
     "{?!hash @correction } } @norms attn_hc.{ fn[mixes,streams*E] base[mixes] scale[3] } ffn_hc.{ "
     "fn[mixes,streams*E] base[mixes] scale[3] } } @norm hc_head.{ hc_fn[streams,streams*E] "
     "hc_base[streams] hc_scale[1] } } @head"},
    {"glm4_moe_lite",
     "V=vocab_size:154880 I=intermediate_size:10240 M=max_position_embeddings:202752 "
     "q_rank=q_lora_rank:768 qkv_bias=attention_bias:0 o_bias=attention_bias:0 rotary=:P "
     "X=n_routed_experts:64 Im=moe_intermediate_size:1536 Is=:Im*shared_experts "
     "shared_experts=n_shared_experts:1 active=num_experts_per_tok:4 "
     "sparse=mlp_layer_types/sparse:!(i<1)",
     "model.{ @embed layers.N.{ self_attn.{ @latent } @moe_with_shared @norms } @norm } @head"},
    {"glm_moe_dsa",
     "V=vocab_size:154880 I=intermediate_size:12288 M=max_position_embeddings:202752 "
     "q_rank=q_lora_rank:2048 qkv_bias=attention_bias:0 o_bias=attention_bias:0 _mlp=mlp_bias:0 "
     "rotary=:P index_heads=index_n_heads:32 X=n_routed_experts:256 Im=moe_intermediate_size:2048 "
     "Is=:Im*shared_experts shared_experts=n_shared_experts:1 active=num_experts_per_tok:8 "
     "dense=first_k_dense_replace:3 sparse=mlp_layer_types/sparse:!(i<dense)",
     "model.{ @embed layers.N.{ self_attn.{ @latent @indexer } @moe_with_shared @norms } @norm } "
     "@head"},
    // A layer is two of attention and dense MLP, with one mixture of experts across; some experts
    // only hand on, and have no second matrix.
    {"longcat_flash",
     "V=vocab_size:131072 I=ffn_hidden_size:12288 M=max_position_embeddings:131072 "
     "q_rank=q_lora_rank:1536 qkv_bias=attention_bias:0 o_bias=attention_bias:0 rotary=:P "
     "X=n_routed_experts:512 Xzero=zero_expert_num:256 Im=expert_ffn_hidden_size:2048 "
     "active=moe_topk:12 router_bias=router_bias:0",
     "model.{ @embed layers.N.{ mlp.{ experts.gate_up_proj[X+Xzero,2*Im,E] "
     "experts.down_proj[X,E,Im] router.classifier.weight[X+Xzero,E] "
     "router.classifier.bias[X+Xzero]?router_bias &router.e_score_correction_bias[X+Xzero] } "
     "self_attn.N.{ q_proj.weight[H*D,E]*2?!q_rank {?q_rank q_a_proj.weight[q_rank,E]*2 "
     "q_a_proj.bias[q_rank]*2?qkv_bias q_a_layernorm.weight[q_rank]*2 "
     "q_b_proj.weight[H*D,q_rank]*2 } kv_a_proj_with_mqa.weight[R+P,E]*2 "
     "kv_a_proj_with_mqa.bias[R+P]*2?qkv_bias kv_a_layernorm.weight[R]*2 "
     "kv_b_proj.weight[H*(D-P+DV),R]*2 o_proj.weight[E,H*DV]*2 o_proj.bias[E]*2?o_bias } mlps.N.{ "
     "gate_proj.weight[I,E]*2 up_proj.weight[I,E]*2 down_proj.weight[E,I]*2 } "
     "input_layernorm.N.weight[E]*2 post_attention_layernorm.N.weight[E]*2 } @norm } @head"},
    {"minicpm3",
     "V=vocab_size:73448 I=intermediate_size:6400 M=max_position_embeddings:32768 "
     "tied=tie_word_embeddings:1 q_rank=q_lora_rank:768 qkv_bias=attention_bias:0 "
     "o_bias=attention_bias:0 mlp_bias=mlp_bias:0 rotary=:P",
     "model.{ @embed layers.N.{ self_attn.{ @latent } mlp.{ @gated } @norms } @norm } @head"},
};

}  // namespace

std::span<const WeightFamily> latent_families() { return kFamilies; }

}  // namespace kvf::input
