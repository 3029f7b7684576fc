#include "sim/input/weights/symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/input/bind.h"
#include "sim/input/weights/expression.h"

namespace kvf::input {
namespace {

constexpr Range kNumber{0, 1 << 26};
// -1 is the last layer.
constexpr std::string_view kFromTheEnd = "moe_layer_end_index";
constexpr int kMaxDepth = 32;  // of symbols that stand for each other

bool has_symbols(std::string_view expression) {
  return expression.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") !=
         std::string_view::npos;
}

}  // namespace

Symbols::Symbols(ConfigValues& values, const WeightFamily& family,
                 const std::vector<WeightLayer>& layers)
    : values_(values), layers_(layers) {
  define(kCommonSymbols);
  define(family.symbols);
  // What a model of this kind may not need is no mistake.
  for (const auto& [symbol, word] : words_) {
    const std::size_t end = word.key.find_first_of("./[@%");
    if (!word.key.empty()) (void)values_.given(word.key.substr(0, end));
  }
}

void Symbols::define(std::string_view words) {
  for_each_word(words, [&](std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view right = word.substr(equals + 1);
    const std::size_t colon = right.find(':');
    Word& slot = words_[word.substr(0, equals)];
    slot.key = right.substr(0, colon);
    slot.has_fallback = colon != std::string_view::npos;
    slot.fallback = slot.has_fallback ? right.substr(colon + 1) : std::string_view();
  });
}

void Symbols::enter(std::size_t layer) {
  layer_ = layer;
  known_.clear();
}

std::int64_t Symbols::operator()(std::string_view symbol) {
  const auto known = known_.find(symbol);
  if (known != known_.end()) return known->second;
  const auto word = words_.find(symbol);
  if (++depth_ > kMaxDepth) throw ExpressionError(fmt::format("'{}' stands for itself", symbol));
  const std::int64_t value = word != words_.end() ? of_word(word->second) : of_layer(symbol);
  --depth_;
  if (word != words_.end()) known_[word->first] = value;
  return value;
}

std::int64_t Symbols::of_layer(std::string_view symbol) {
  const WeightLayer& layer = layers_[layer_];
  const LayerRun& run = layer.run;
  const auto is = [&](LayerType type) { return layer.type == type ? 1 : 0; };
  const bool of_heads = run.recurrent[2] > 0;
  if (symbol == "i") return static_cast<std::int64_t>(layer_);
  if (symbol == "L") return static_cast<std::int64_t>(layers_.size());
  if (symbol == "E") return values_.size("hidden_size");
  if (symbol == "H") return run.query_heads;
  if (symbol == "K") return run.kv_heads;
  if (symbol == "D") return run.key_width;
  if (symbol == "DV") return run.value_width;
  if (symbol == "R") return run.latent;
  if (symbol == "P") return run.rope;
  if (symbol == "indexer") return run.indexer;
  if (symbol == "Ic") return run.conv[0];
  if (symbol == "kernel") return run.conv[1];
  if (symbol == "Hs") return of_heads ? run.recurrent[0] : 1;
  if (symbol == "dim1") return run.recurrent[of_heads ? 1 : 0];
  if (symbol == "dim2") return run.recurrent[of_heads ? 2 : 1];
  if (symbol == "hybrid") return is(LayerType::hybrid);
  if (symbol == "state") return is(LayerType::linear) + is(LayerType::hybrid);
  if (symbol == "nothing") return is(LayerType::nothing);
  if (symbol == "window") return is(LayerType::sliding) + is(LayerType::chunked);
  if (symbol == "attention") return run.query_heads > 0 ? 1 : 0;
  if (symbol == "shared") return layer.shared ? 1 : 0;
  if (symbol == "experts") return is(LayerType::experts);
  if (symbol == "hybrids") {
    return std::count_if(layers_.begin(), layers_.end(),
                         [](const WeightLayer& other) { return other.type == LayerType::hybrid; });
  }
  if (symbol == "ordinal" || symbol == "alike") {
    const auto end =
        symbol == "alike" ? layers_.end() : layers_.begin() + static_cast<std::ptrdiff_t>(layer_);
    return std::count_if(layers_.begin(), end,
                         [&](const WeightLayer& other) { return other.type == layer.type; });
  }
  throw ExpressionError(fmt::format("'{}' is no symbol", symbol));
}

const Node* Symbols::node_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return values_.given(key);
  const Node* map = values_.map(key.substr(0, dot));
  if (map == nullptr) return nullptr;
  for (const Node& member : *map) {
    if (member.key == key.substr(dot + 1)) return &member;
  }
  return nullptr;
}

std::int64_t Symbols::fallback(const Word& word) {
  return evaluate(word.fallback, [this](std::string_view symbol) { return (*this)(symbol); });
}

std::int64_t Symbols::of_word(const Word& word) {
  if (word.key.empty()) return fallback(word);
  std::string_view key = word.key;
  std::string_view text;
  char kind = ' ';
  if (const std::size_t slash = key.find('/'); slash != std::string_view::npos) {
    kind = '/';
    text = key.substr(slash + 1);
    key = key.substr(0, slash);
  } else if (key.ends_with("[]")) {
    kind = '[';
    key.remove_suffix(2);
  } else if (key.ends_with('@') || key.ends_with('%')) {
    kind = key.back();
    key.remove_suffix(1);
  }
  const Node* node = node_of(key);
  if (node != nullptr && node->kind == Kind::list && kind != ' ') {
    return of_list(*node, key, kind, text);
  }
  if (node == nullptr ||
      (node->kind == Kind::null && (kind != ' ' || has_symbols(word.fallback)))) {
    if (word.has_fallback) return fallback(word);
    values_.problem(
        key, fmt::format("there is no '{}', and the class of '{}' has no default for it", key,
                         values_.family().model_type));
    return 1;
  }
  if (kind == '%' && node->is_number()) {
    return static_cast<std::int64_t>(std::llround(node->real * 1e6));
  }
  if (kind == '[' || kind == ' ') return of_scalar(*node, word);
  values_.problem(key, fmt::format("'{}' {}; expected a list", key, found(*node)));
  return 0;
}

std::int64_t Symbols::of_scalar(const Node& node, const Word& word) {
  if (node.kind == Kind::null) return 0;
  if (node.kind == Kind::boolean) return node.boolean ? 1 : 0;
  if (node.kind == Kind::text && word.has_fallback && node.text == "auto") return fallback(word);
  const Range range{word.key == kFromTheEnd ? -1 : kNumber.low, kNumber.high};
  return read_integer(node, node.key, range, values_.problems()).value_or(1);
}

std::int64_t Symbols::of_list(const Node& list, std::string_view key, char kind,
                              std::string_view text) {
  std::size_t size = 0;
  std::int64_t value = 0;
  for (const Node& item : list) {
    if (kind == '@') {
      const bool is_it =
          item.kind == Kind::integer && item.integer == static_cast<std::int64_t>(layer_);
      if (is_it) value = 1;
    } else if (size == layer_ && kind == '/') {
      value = item.kind == Kind::text && item.text == text ? 1 : 0;
    } else if (size == layer_) {
      value = read_integer(item, key, kNumber, values_.problems()).value_or(1);
    }
    ++size;
  }
  if (kind != '@' && size != layers_.size()) {
    values_.problem(key,
                    fmt::format("'{}' has {} entries for {} layers", key, size, layers_.size()));
  }
  return value;
}

}  // namespace kvf::input
