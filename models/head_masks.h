// Which KV heads are full, which stream: how published code rounds a share to whole heads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "models/shape.h"

namespace kvf {

enum class Rounding { duo, prulong, nominal, kvpress };

// Full heads of `heads` when a share `streaming` of them shall stream.
//   prulong  int(heads * (1 - streaming))                    PruLong ff22598, save_prulong_masks.py
//   duo      heads - ceil(streaming * (heads - 1)); 0 and 1 are exact   duo-attention fe93c31
//   kvpress  heads - round(streaming * heads)                kvpress 0.5.5, duo_attention_press.py
std::int64_t full_head_count(Rounding rounding, std::int64_t heads, double streaming);

// `count` heads over `layers` layers: layer l has floor((l+1) count / layers) - floor(l count /
// layers).
std::vector<std::int64_t> spread_evenly(std::int64_t count, std::int64_t layers);

// 1 for a full head. `scores` are row-major, a high score wants a full head.
//   prulong  the int(N (1 - streaming)) best; ties in the order of torch.rand under seed 42
//   duo      scores >= numpy's quantile(scores, streaming), linear. With equal scores the published
//            code adds noise and lets that decide; here the lowest-numbered of them are full, and
//            as many as there.
//   kvpress  all but the round(N streaming) lowest; of equal ones the lowest-numbered are full
// Without a share: score > 0.5.
std::vector<std::uint8_t> full_head_mask(Rounding rounding, std::span<const double> scores,
                                         std::optional<double> streaming);

// Throws PolicyError for a table that is not as large as the model.
void expect_shape(std::string_view parameter, const HeadScores& table, const LlmShape& shape);

// Entries that each head of a layer keeps of `k` under its prune ratio, as policies/lukv.h says.
std::vector<Tokens> head_budgets(std::span<const double> prune_ratios, Tokens k);

std::vector<std::int64_t> count_per_layer(std::span<const std::uint8_t> mask, std::int64_t layers);

}  // namespace kvf
