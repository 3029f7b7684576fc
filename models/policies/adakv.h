// adakv: the heads of a layer share one budget, so that heads with high scores keep more.
//
//   n = what the inner policy would leave in each head, or n(k, r) of the call, see first_call.h
//   a layer of H heads keeps H n entries; no head fewer than
//   s = int(n alpha), at least 1 if alpha > 0 and n > 0                       kvpress 0.5.5
//   s = int(n alpha)                                                          kvpress 8bb29b9
// The rest is masked, the cache stays as long as it was. How the budget is split over the heads is
// a matter of scores: here evenly ("assumed"). Source: kvpress 0.5.5, adakv_press.py and
// criticalkv_press.py; Ada-KV, arXiv 2407.11550.
// Reference rows: kvpress.AdaKVPress, CriticalAdaKVPress.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/parameter.h"
#include "models/policies/first_call.h"
#include "models/policies/masked.h"

namespace kvf {

struct AdaKv {
  std::vector<double> ratio;  // as topk
  double alpha = 0.2;
  PolicyBox inner;

  static constexpr std::string_view name = "adakv";
  static constexpr std::string_view family = "post-fill per head";
  static constexpr std::string_view summary = "the heads of a layer share one budget; masked";
  static constexpr std::string_view formula =
      "kept = past + rows; live = kv_heads * n per layer, n = max(1, int(rows * (1 - ratio))) of "
      "the first call, split evenly";
  static constexpr std::string_view source =
      "Ada-KV, arXiv 2407.11550; as in kvpress 0.5.5, adakv_press.py (and commit 8bb29b9)";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr std::array presets{
      Preset{"critical-adakv", "scores: with the norm of the projected values, arXiv 2502.03805"},
  };
  static constexpr auto parameters() {
    return std::tuple{
        parameter("ratio", &AdaKv::ratio, kShare, "share",
                  "share of entries masked: a number, or a list with one a layer"),
        parameter("alpha", &AdaKv::alpha, kShare, "share",
                  "share of the even split that every head keeps"),
        parameter("inner", &AdaKv::inner,
                  "policy that says how many entries a head keeps, instead of a ratio")};
  }
  void preset(std::string_view) {}  // the name differs in what is scored only
  void check() const;
  bool assumed() const { return true; }

  // What no head falls below when the even split leaves it `kept` entries of the first call.
  Tokens safe(Tokens kept, Convention version) const {
    const Tokens share = truncated_share(alpha, kept);
    const bool at_least_one =
        version != Convention::kvpress_8bb29b9 && alpha > 0 && kept > Tokens{};
    return at_least_one ? std::max(Tokens(1), share) : share;
  }
  MaskedRule rule(const PlanContext& context, std::int64_t layer) const;
  friend bool operator==(const AdaKv&, const AdaKv&) = default;
};

}  // namespace kvf
