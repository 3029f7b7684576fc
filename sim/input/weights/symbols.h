// What the symbols of a family's tensors stand for, in one config.json and one layer of it.
//
// A family's symbols are words SYMBOL=KEY:DEFAULT. The value is that of the key, else the default,
// an expression of other symbols; without a default the key must be there. true is 1, false and
// null are 0, but null is the default where that is an expression of symbols. Kinds of KEY:
//   (none)     no key: SYMBOL=:EXPRESSION
//   KEY[]      a list with a number for each layer, or one number for all
//   KEY@       a list of numbers: whether the layer's is among them
//   KEY/WORD   a list with a word for each layer: whether the layer's is WORD
//   KEY%       a real number, times a million
//   MAP.KEY    a key of a map inside
// Symbols of every layer: i (its number, from 0), L layers, E hidden_size, H, K, D, DV (heads, KV
// heads, widths of key and value), R, P (MLA's latent and rotary part), indexer (its key width),
// Ic, kernel (a convolution's), Hs, dim1, dim2 (a recurrent state's), attention, window, state,
// hybrid, nothing, experts, shared (flags), ordinal and alike (layers of its type below it, and in
// all), hybrids (hybrid layers in all).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/shape.h"
#include "sim/input/config/layers.h"
#include "sim/input/config/values.h"
#include "sim/input/weights/family.h"

namespace kvf::input {

// A layer as the shape knows it, before it leaves its entries to another one.
struct WeightLayer {
  LayerType type = LayerType::full;
  LayerRun run;
  bool shared = false;
};

class Symbols {
 public:
  // All must outlive this. Mistakes in the file are added to the problems of `values`.
  Symbols(ConfigValues& values, const WeightFamily& family, const std::vector<WeightLayer>& layers);

  // The layer that symbols speak of from now on; outside of layers it is the first.
  void enter(std::size_t layer);
  // Throws ExpressionError for an unknown symbol.
  std::int64_t operator()(std::string_view symbol);
  std::size_t layers() const { return layers_.size(); }

 private:
  struct Word {
    std::string_view key;
    std::string_view fallback;
    bool has_fallback = false;
  };
  void define(std::string_view words);
  std::int64_t of_layer(std::string_view symbol);
  std::int64_t of_word(const Word& word);
  std::int64_t fallback(const Word& word);
  std::int64_t of_list(const Node& list, std::string_view key, char kind, std::string_view text);
  std::int64_t of_scalar(const Node& node, const Word& word);
  const Node* node_of(std::string_view key);

  ConfigValues& values_;
  const std::vector<WeightLayer>& layers_;
  std::map<std::string_view, Word> words_;
  std::map<std::string_view, std::int64_t> known_;  // of the layer
  std::size_t layer_ = 0;
  int depth_ = 0;
};

}  // namespace kvf::input
