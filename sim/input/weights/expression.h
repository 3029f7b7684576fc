// The little language in which the tensors of a family are written down: whole numbers, and
// dimensions that say how ranks share them. docs/model.md, "Parameters", has the whole of it.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/weights.h"

namespace kvf::input {

// What a symbol stands for. Throws ExpressionError for one that it does not know.
using Lookup = std::function<std::int64_t(std::string_view)>;

// A mistake in a table of this program, or a number that does not fit in 64 bits.
struct ExpressionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Weakest first: | & (= < >) (+ -) (* / %) ! and parentheses; no blanks. True is 1, / truncates.
std::int64_t evaluate(std::string_view text, const Lookup& lookup);

// A sum of products. The first letter of a factor says how ranks share the product: V words of the
// vocabulary, H heads, K KV heads, I columns, X experts; anything else is whole.
Dimension dimension(std::string_view text, const Lookup& lookup);

// Where `wanted` stands outside of parentheses, from `from` on; npos if nowhere.
std::size_t find_outside(std::string_view text, char wanted, std::size_t from = 0);

}  // namespace kvf::input
