#include "sim/input/weights/tensors.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/input/weights/expression.h"
#include "sim/input/weights/family.h"

namespace kvf::input {
namespace {

// All parts written out.
std::string expand(std::string_view text) {
  std::string result;
  for_each_word(text, [&](std::string_view word) {
    if (!result.empty()) result += ' ';
    if (word.front() != '@') {
      result += word;
      return;
    }
    const std::size_t condition = std::min(word.find('?'), word.size());
    const std::string_view part = tensor_macro(word.substr(1, condition - 1));
    if (part.empty()) throw ExpressionError(std::string(word) + " is no part");
    const std::string inside = expand(part);
    result += condition == word.size()
                  ? inside
                  : "{" + std::string(word.substr(condition)) + " " + inside + " }";
  });
  return result;
}

class Reader {
 public:
  Reader(Symbols& symbols, LlmWeights& weights)
      : lookup_([&symbols](std::string_view symbol) { return symbols(symbol); }),
        symbols_(symbols),
        weights_(weights) {}

  void read(std::string_view text) { group(text, "", true); }

 private:
  // Takes the next word.
  static std::string_view next(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
  }
  // The words up to the brace that closes; takes it, too.
  static std::string_view inside(std::string_view& text) {
    const std::string_view all = text;
    int depth = 1;
    while (!text.empty()) {
      const std::string_view word = next(text);
      if (word.find('{') != std::string_view::npos) ++depth;
      if (word == "}" && --depth == 0) {
        return all.substr(0, static_cast<std::size_t>(word.data() - all.data()));
      }
    }
    throw ExpressionError("a brace is not closed");
  }

  void group(std::string_view text, const std::string& prefix, bool wanted) {
    while (!text.empty()) {
      const std::string_view word = next(text);
      if (word.empty()) continue;
      const std::size_t brace = word.find('{');
      if (brace == std::string_view::npos) {
        if (wanted) tensor(word, prefix);
        continue;
      }
      const std::string_view body = inside(text);
      const std::string name = prefix + std::string(word.substr(0, brace));
      const bool is_layers = !in_layer_ && word.substr(0, brace).ends_with("N.");
      if (is_layers) {
        layers(body, name);
        continue;
      }
      const bool condition =
          wanted && (brace + 2 > word.size() || evaluate(word.substr(brace + 2), lookup_) != 0);
      if (condition) group(body, name, true);
    }
  }

  void layers(std::string_view body, const std::string& prefix) {
    flush();
    in_layer_ = true;
    for (std::size_t i = 0; i < symbols_.layers(); ++i) {
      symbols_.enter(i);
      group(body, prefix, true);
      flush();
    }
    in_layer_ = false;
    symbols_.enter(0);
  }

  void tensor(std::string_view word, const std::string& prefix) {
    const std::size_t condition = word.find('?');
    if (condition != std::string_view::npos) {
      if (evaluate(word.substr(condition + 1), lookup_) == 0) return;
      word = word.substr(0, condition);
    }
    const bool buffer = word.front() == '&';
    if (buffer) word.remove_prefix(1);
    const std::size_t open = word.find('[');
    const std::size_t close = word.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos) {
      throw ExpressionError("'" + std::string(word) + "' is no tensor");
    }
    Tensor tensor;
    tensor.name = prefix + std::string(word.substr(0, open));
    std::string_view shape = word.substr(open + 1, close - open - 1);
    while (!shape.empty()) {
      const std::size_t end = std::min(find_outside(shape, ','), shape.size());
      tensor.shape.push_back(dimension(shape.substr(0, end), lookup_));
      shape.remove_prefix(std::min(end + 1, shape.size()));
    }
    if (word.substr(close + 1).starts_with('*')) {
      tensor.count = evaluate(word.substr(close + 2), lookup_);
    }
    if (tensor.count > 0) (buffer ? buffers_ : tensors_).tensors.push_back(std::move(tensor));
  }

  void flush() {
    tensors_.is_layer = buffers_.is_layer = in_layer_;
    append(weights_.runs, std::exchange(tensors_, {}));
    append(weights_.buffers, std::exchange(buffers_, {}));
  }

 public:
  void finish() { flush(); }

 private:
  Lookup lookup_;
  Symbols& symbols_;
  LlmWeights& weights_;
  TensorRun tensors_;
  TensorRun buffers_;
  bool in_layer_ = false;
};

}  // namespace

void read_tensors(std::string_view text, Symbols& symbols, LlmWeights& weights) {
  symbols.enter(0);
  Reader reader(symbols, weights);
  reader.read(expand(text));
  reader.finish();
}

}  // namespace kvf::input
