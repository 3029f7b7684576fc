// The tensors of the model types, as a table: facts of transformers 5.23.0.
#pragma once

#include <string_view>

namespace kvf::input {

struct WeightFamily {
  std::string_view model_type;
  // Words SYMBOL=KEY:DEFAULT, as symbols.h explains them, beside kCommonSymbols. One that begins with _ is of a
  // key that the class ignores.
  std::string_view symbols;
  // Words, as tensors.h explains them.
  std::string_view tensors;
};

// nullptr if the tensors of the model type are not known.
const WeightFamily* find_weight_family(std::string_view model_type);

// The key that a symbol of the family is read from, "" if it has none of its own: "I" ->
// "intermediate_size".
std::string_view key_of_symbol(const WeightFamily& family, std::string_view symbol);

// The parts that families share; "" if there is no such part.
std::string_view tensor_macro(std::string_view name);

// Symbols of every family that does not define them itself.
inline constexpr std::string_view kCommonSymbols =
    "V=vocab_size I=intermediate_size M=max_position_embeddings tied=tie_word_embeddings:0 "
    "qkv_bias=:0 o_bias=:0 mlp_bias=:0 norm_bias=:0 gated=:1 X=:0 Im=:0 Is=:0 active=:0 rotary=:D "
    "shares=:0 out_bias=:proj_bias In=:Ic";

// A key that says nothing about the cache, but may say something about the parameters.
bool may_change_parameters(std::string_view key);

}  // namespace kvf::input
