#include "models/head_masks.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

#include "models/numeric.h"

namespace kvf {
namespace {

std::vector<std::size_t> order_of(std::size_t size) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

std::vector<std::uint8_t> first_of(std::span<const std::size_t> order, std::int64_t count) {
  std::vector<std::uint8_t> mask(order.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) mask[order[static_cast<std::size_t>(i)]] = 1;
  return mask;
}

std::vector<std::uint8_t> prulong_mask(std::span<const double> scores, double streaming) {
  // torch.rand on the CPU: the low 24 bits of each mt19937 output, over 2^24.
  std::mt19937 generator(42);
  std::vector<std::uint32_t> random(scores.size());
  for (std::uint32_t& value : random) {
    value = static_cast<std::uint32_t>(generator()) & 0xFFFFFFU;
  }
  std::vector<std::size_t> order = order_of(scores.size());
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return random[a] < random[b]; });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return first_of(order, full_head_count(Rounding::prulong,
                                         static_cast<std::int64_t>(scores.size()), streaming));
}

// numpy.quantile(sorted, share), method "linear", in the order it computes: from the nearer end.
double quantile(std::span<const double> sorted, double share) {
  const double position = static_cast<double>(sorted.size() - 1) * share;
  const double below = std::floor(position);
  const double t = position - below;
  const auto index = static_cast<std::size_t>(below);
  const double a = sorted[index];
  const double b = sorted[std::min(index + 1, sorted.size() - 1)];
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

// The `count` heads of the highest scores; of equal ones the lowest-numbered.
std::vector<std::uint8_t> best_of(std::span<const double> scores, std::int64_t count) {
  std::vector<std::size_t> order = order_of(scores.size());
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return first_of(order, count);
}

std::vector<std::uint8_t> duo_mask(std::span<const double> scores, double streaming) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end());
  const bool ties = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  std::int64_t count =
      full_head_count(Rounding::duo, static_cast<std::int64_t>(scores.size()), streaming);
  if (!ties && streaming > 0 && streaming < 1) {
    const double threshold = quantile(sorted, streaming);
    count = std::count_if(sorted.begin(), sorted.end(),
                          [&](double score) { return score >= threshold; });
  }
  return best_of(scores, count);
}

}  // namespace

std::int64_t full_head_count(Rounding rounding, std::int64_t heads, double streaming) {
  if (rounding == Rounding::prulong) return truncated_keep(streaming, Tokens(heads)).count();
  if (rounding == Rounding::kvpress) {
    return heads - std::llrint(static_cast<double>(heads) * streaming);
  }
  if (streaming >= 1) return 0;
  if (streaming <= 0) return heads;
  return heads - static_cast<std::int64_t>(std::ceil(streaming * static_cast<double>(heads - 1)));
}

std::vector<std::int64_t> spread_evenly(std::int64_t count, std::int64_t layers) {
  std::vector<std::int64_t> per_layer(static_cast<std::size_t>(layers));
  // Layer l of L has floor((l + 1) n / L) - floor(l n / L), found without a division each.
  std::int64_t rest = 0;
  for (std::int64_t& here : per_layer) {
    here = count / layers;
    rest += count % layers;
    if (rest >= layers) {
      rest -= layers;
      ++here;
    }
  }
  return per_layer;
}

std::vector<std::uint8_t> full_head_mask(Rounding rounding, std::span<const double> scores,
                                         std::optional<double> streaming) {
  if (scores.empty()) return {};
  if (streaming && rounding == Rounding::prulong) return prulong_mask(scores, *streaming);
  if (streaming && rounding == Rounding::kvpress) {
    return best_of(scores,
                   full_head_count(rounding, static_cast<std::int64_t>(scores.size()), *streaming));
  }
  if (streaming) return duo_mask(scores, *streaming);
  std::vector<std::uint8_t> mask(scores.size());
  std::transform(scores.begin(), scores.end(), mask.begin(),
                 [](double score) { return static_cast<std::uint8_t>(score > 0.5); });
  return mask;
}

void expect_shape(std::string_view parameter, const HeadScores& table, const LlmShape& shape) {
  if (table.layers == shape.layers && table.heads == shape.kv_heads) return;
  throw PolicyError(parameter,
                    "'" + std::string(parameter) + "' has " + std::to_string(table.layers) + " x " +
                        std::to_string(table.heads) + " heads; the model has " +
                        std::to_string(shape.layers) + " x " + std::to_string(shape.kv_heads));
}

std::vector<Tokens> head_budgets(std::span<const double> prune_ratios, Tokens k) {
  const auto heads = static_cast<std::int64_t>(prune_ratios.size());
  std::vector<float> fractions;
  std::vector<Tokens> budgets;
  float sum = 0;
  std::int64_t floors = 0;
  for (const double ratio : prune_ratios) {
    const float rate = std::clamp(1.0F - static_cast<float>(ratio), 0.0F, 1.0F);
    const float ideal = rate * static_cast<float>(k.count());
    const float whole = std::floor(ideal);
    fractions.push_back(ideal - whole);
    budgets.emplace_back(static_cast<std::int64_t>(whole));
    sum += ideal;
    floors += budgets.back().count();
  }
  const auto rounded = static_cast<std::int64_t>(std::nearbyint(sum));
  const std::int64_t rest = std::max(heads, std::min(heads * k.count(), rounded)) - floors;
  std::vector<std::size_t> order = order_of(prune_ratios.size());
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fractions[a] > fractions[b]; });
  for (std::int64_t i = 0; i < std::min(rest, heads); ++i) {
    budgets[order[static_cast<std::size_t>(i)]] += Tokens(1);
  }
  for (Tokens& budget : budgets) budget = std::min(std::max(budget, Tokens(1)), k);
  return budgets;
}

std::vector<std::int64_t> count_per_layer(std::span<const std::uint8_t> mask, std::int64_t layers) {
  const std::size_t heads = mask.size() / static_cast<std::size_t>(layers);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(layers), 0);
  for (std::size_t i = 0; i < mask.size(); ++i) counts[i / heads] += mask[i];
  return counts;
}

}  // namespace kvf
