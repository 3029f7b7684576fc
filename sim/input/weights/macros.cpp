// The parts that families share, and the search in their tables.
#include <algorithm>
#include <array>

#include "sim/input/config/family.h"
#include "sim/input/weights/family.h"
#include "sim/input/weights/family_tables.h"

namespace kvf::input {
namespace {

struct Macro {
  std::string_view name, text;
};

constexpr Macro kMacros[] = {
    // Attention: rows of heads, and columns of them on the way out.
    {"q", "q_proj.weight[H*D,E] q_proj.bias[H*D]?qkv_bias"},
    {"kv",
     "k_proj.weight[K*D,E] k_proj.bias[K*D]?qkv_bias v_proj.weight[K*DV,E] "
     "v_proj.bias[K*DV]?qkv_bias"},
    {"o", "o_proj.weight[E,H*DV] o_proj.bias[E]?o_bias"},
    {"qkvo", "@q @kv @o"},
    {"attention", "self_attn.{ @qkvo }"},
    {"head_norms", "q_norm.weight[D] k_norm.weight[D]"},
    {"row_norms", "q_norm.weight[H*D] k_norm.weight[K*D]"},
    // Latent attention; q_rank 0: queries from the hidden state directly.
    {"latent",
     "q_proj.weight[H*D,E]?!q_rank {?q_rank q_a_proj.weight[q_rank,E] "
     "q_a_proj.bias[q_rank]?qkv_bias q_a_layernorm.weight[q_rank] q_b_proj.weight[H*D,q_rank] } "
     "kv_a_proj_with_mqa.weight[R+P,E] kv_a_proj_with_mqa.bias[R+P]?qkv_bias "
     "kv_a_layernorm.weight[R] kv_b_proj.weight[H*(D-P+DV),R] @o"},
    {"indexer",
     "indexer.{?indexer wq_b.weight[index_heads*indexer,q_rank] wk.weight[indexer,E] "
     "k_norm.weight[indexer] k_norm.bias[indexer] weights_proj.weight[index_heads,E] }"},
    // MLPs of I columns.
    {"gated",
     "gate_proj.weight[I,E] gate_proj.bias[I]?mlp_bias up_proj.weight[I,E] "
     "up_proj.bias[I]?mlp_bias down_proj.weight[E,I] down_proj.bias[E]?mlp_bias"},
    {"two_matrices",
     "up_proj.weight[I,E] up_proj.bias[I]?mlp_bias down_proj.weight[E,I] "
     "down_proj.bias[E]?mlp_bias"},
    // Experts of Im columns; those that every token visits have Is together.
    {"experts", "experts.gate_up_proj[X,2*Im,E] experts.down_proj[X,E,Im]"},
    {"shared",
     "gate_proj.weight[Is,E] gate_proj.bias[Is]?mlp_bias up_proj.weight[Is,E] "
     "up_proj.bias[Is]?mlp_bias down_proj.weight[E,Is] down_proj.bias[E]?mlp_bias"},
    {"correction", "&gate.e_score_correction_bias[X]"},
    // Dense or sparse, as `sparse` says.
    {"moe_with_shared",
     "mlp.{?!sparse @gated } mlp.{?sparse @experts gate.weight[X,E] shared_experts.{?Is @shared } "
     "@correction }"},
    {"qwen_moe",
     "mlp.{?!sparse @gated } mlp.{?sparse gate.weight[X,E] @experts shared_expert.{?Is @shared } "
     "shared_expert_gate.weight[1,E]?Is }"},
    // Norms of a layer.
    {"norms", "input_layernorm.weight[E] post_attention_layernorm.weight[E]"},
    {"biased_norms",
     "input_layernorm.weight[E] input_layernorm.bias[E] post_attention_layernorm.weight[E] "
     "post_attention_layernorm.bias[E]"},
    {"norms_after", "post_attention_layernorm.weight[E] post_feedforward_layernorm.weight[E]"},
    {"four_norms",
     "@norms pre_feedforward_layernorm.weight[E] post_feedforward_layernorm.weight[E]"},
    // Before and after the layers.
    {"embed", "embed_tokens.weight[V,E]"},
    {"norm", "norm.weight[E]"},
    {"head", "lm_head.weight[V,E]?!tied"},
    {"llama", "model.{ @embed layers.N.{ @attention mlp.{ @gated } @norms } @norm } @head"},
    // Mamba: a state of dim2 numbers for each of Ic channels.
    {"mamba",
     "A_log[In,dim2] D[In] conv1d.weight[In,1,kernel] conv1d.bias[In]?conv_bias "
     "in_proj.weight[2*In,E] in_proj.bias[2*In]?proj_bias x_proj.weight[dt_rank+2*dim2,In] "
     "dt_proj.weight[In,dt_rank] dt_proj.bias[In] out_proj.weight[E,In] out_proj.bias[E]?out_bias"},
    // Mamba 2: Hs heads of dim1; the convolution has groups of states beside them.
    {"mamba2",
     "dt_bias[Hs] A_log[Hs] D[Hs] conv1d.weight[Ic,1,kernel] conv1d.bias[Ic]?conv_bias "
     "in_proj.weight[Hs*dim1+Ic+Hs,E] in_proj.bias[Hs*dim1+Ic+Hs]?proj_bias "
     "norm.weight[Hs*dim1]?state_norm out_proj.weight[E,Hs*dim1] out_proj.bias[E]?out_bias"},
    {"zamba_mamba",
     "x_proj_weight[Hs,dt_rank+2*dim2,dim1] dt_proj_weight[Hs,dim1,dt_rank] dt_proj_bias[Hs,dim1] "
     "A_log[Hs,dim1,dim2] D[Hs,dim1] conv1d.weight[Ic,1,kernel] conv1d.bias[Ic]?conv_bias "
     "in_proj.weight[2*Ic,E] in_proj.bias[2*Ic]?proj_bias out_proj.weight[E,Ic] "
     "out_proj.bias[E]?out_bias"},
    {"mamba_model",
     "backbone.{ embeddings.weight[V,E] layers.N.{ norm.weight[E] mixer.{ @mamba } } "
     "norm_f.weight[E] } @head"},
    // Gated delta rule: Hs value heads of dim2 numbers.
    {"delta_rest",
     "dt_bias[Hs] A_log[Hs] conv1d.weight[Ic,1,kernel] norm.weight[dim2] "
     "out_proj.weight[E,Hs*dim2]"},
    {"gated_attention",
     "self_attn.{?attention q_proj.weight[2*H*D,E] q_proj.bias[2*H*D]?qkv_bias @kv @o @head_norms "
     "}"},
};

}  // namespace

std::string_view tensor_macro(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kMacros), std::end(kMacros),
                                         [name](const Macro& macro) { return macro.name == name; });
  return found == std::end(kMacros) ? std::string_view() : found->text;
}

std::string_view key_of_symbol(const WeightFamily& family, std::string_view symbol) {
  std::string_view key;
  for (const std::string_view words : {kCommonSymbols, family.symbols}) {
    for_each_word(words, [&](std::string_view word) {
      const std::size_t equals = word.find('=');
      if (word.substr(0, equals) != symbol) return;
      const std::string_view right = word.substr(equals + 1);
      key = right.substr(0, right.find_first_of(":/[@%"));
    });
  }
  return key;
}

const WeightFamily* find_weight_family(std::string_view model_type) {
  for (const std::span<const WeightFamily> table :
       {dense_families(), early_families(), expert_families(), latent_families(),
        recurrent_families(), gemma_families()}) {
    for (const WeightFamily& family : table) {
      if (family.model_type == model_type) return &family;
    }
  }
  return nullptr;
}

}  // namespace kvf::input
