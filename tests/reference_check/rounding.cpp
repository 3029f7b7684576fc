// Rows of the list `rounding`: which heads stay full at a sparsity.
#include <numeric>

#include "models/head_masks.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

std::int64_t sum(const std::vector<std::uint8_t>& mask) {
  return std::accumulate(mask.begin(), mask.end(), std::int64_t{0});
}

}  // namespace

void check_rounding(Row& row) {
  const Node& node = row.node();
  const double sparsity = number(get(node, "sparsity"));
  std::vector<double> scores;
  for (const Node& layer : get(node, "values")) {
    for (const Node& score : layer) scores.push_back(number(score));
  }
  const auto heads = static_cast<std::int64_t>(scores.size());
  if (heads != integer(get(node, "layers")) * integer(get(node, "kv_heads"))) {
    throw BadRow("'values' is not layers x kv_heads");
  }
  const auto compare_mask = [&](std::string_view field, const std::vector<std::uint8_t>& mask) {
    const Node* want = find(node, field);
    if (want == nullptr) return;  // decided by noise in the published code
    const std::size_t columns =
        mask.size() / static_cast<std::size_t>(integer(get(node, "layers")));
    std::size_t layer = 0;
    for (const Node& of_layer : *want) {
      const auto begin = mask.begin() + static_cast<std::ptrdiff_t>(layer * columns);
      row.compare(field, of_layer, {begin, begin + static_cast<std::ptrdiff_t>(columns)});
      ++layer;
    }
  };
  const std::vector<std::uint8_t> prulong = full_head_mask(Rounding::prulong, scores, sparsity);
  const std::vector<std::uint8_t> duo = full_head_mask(Rounding::duo, scores, sparsity);
  compare_mask("prulong_round_keep_mask", prulong);
  compare_mask("duo_keep_mask", duo);
  row.compare("prulong_kept", get(node, "prulong_kept"), sum(prulong));
  row.compare("duo_kept", get(node, "duo_kept"), sum(duo));
  if (const Node* formula = find(node, "prulong_formula_int(N*(1-t))")) {
    row.compare("prulong_formula", *formula, full_head_count(Rounding::prulong, heads, sparsity));
  }
}

}  // namespace kvf::reference
