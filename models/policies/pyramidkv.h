// pyramidkv: as snapkv, with more entries in low layers and fewer in high ones.
//
// minference: a chunk of q entries, budget K, window w, layer l of L, beta:
//   q < K: q;   q < 2(K - w): as snapkv, K in every layer;   else min(b_l, q - w) + w
//   min = (K - w) // beta,  max = 2(K - w) - min;  if max >= q - w: max = q - w,
//   min = 2(K - w) - max;  step = (max - min) // (L - 1);  b_l = max - l * step
// so a budget above about q/2 + w gives every layer the same. The published code divides by zero
// for one layer; here one layer keeps the budget itself, which is the mean over layers otherwise.
//
// kvpress: the first call of k entries, C = w + k (1 - s), in doubles:
//   min = (C - w) / beta,  max = 2(C - w) - min;  if max >= k - w: max = k - w, min = 2(C - w) - max
//   k >= max >= min >= w: round(max - l (max - min) / (L - 1));   else max(1, round(k (1 - s)))
// round() is half to even; 8bb29b9 has no max(1, ), and divides by zero for one layer.
// Reference rows: PyramidKVCluster.update_kv, eval.generate.pyramidkv, eval.generate.paper_scale,
// kvpress.PyramidKVPress.
#pragma once

#include <string_view>
#include <tuple>
#include <variant>

#include "models/policies/chunked_eviction.h"

namespace kvf {

struct PyramidKv : ChunkedEvictionMembers {
  std::int64_t beta = 20;

  static constexpr std::string_view name = "pyramidkv";
  static constexpr std::string_view family = "post-fill, chunked";
  static constexpr std::string_view summary = "as snapkv, with budgets that fall with the layer";
  static constexpr std::string_view formula =
      "a chunk of q entries with budget K keeps q if q < K, K if q < 2(K - w), "
      "else min(b_l, q - w) + w, with b_l falling linearly over the layers";
  static constexpr std::string_view source =
      "PyramidKV, arXiv 2406.02069; as in PruLong ff22598, minference/modules/pyramidkv.py";
  static constexpr Convention convention = Convention::eval;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("sparsity", &PyramidKv::sparsity, kShare, "share", "share of entries dropped"),
        parameter("capacity_tokens", &PyramidKv::capacity, kAnyCount, "tokens",
                  "mean entries kept of the prompt (post-fill), instead of a sparsity"),
        parameter("window_tokens", &PyramidKv::window, kAnyCount, "tokens",
                  "last entries of a chunk, which stay and score the others"),
        parameter("eviction", &PyramidKv::eviction, "when entries are dropped"),
        parameter("beta", &PyramidKv::beta, Range{1, 1e6}, "",
                  "how steep the pyramid is: the last layer's budget is the mean over beta"),
        parameter("kv", &PyramidKv::kv, "one KV set per query head (as published) or per KV head"),
        parameter("variant", &PyramidKv::variant, "which implementation is followed")};
  }

  struct Cluster {
    Tokens window;
    std::int64_t beta = 20;
    std::int64_t layer = 0;
    std::int64_t layers = 1;

    Tokens kept(Tokens q, Tokens capacity) const {
      if (q < capacity || q <= window) return q;
      if (capacity <= window) return window;
      const Tokens twice = (capacity - window).times(2);
      if (q < twice || layers == 1) return std::min(capacity, q);
      Tokens low{(capacity - window).count() / beta};
      Tokens high = twice - low;
      if (high >= q - window) {
        high = q - window;
        low = twice - high;
      }
      const Tokens step{(high - low).count() / (layers - 1)};
      return std::min(high - step.times(layer), q - window) + window;
    }
    friend bool operator==(const Cluster&, const Cluster&) = default;
  };
  using Rule = ChunkedEvictionRule<Cluster>;

  struct FirstCallKept {
    double sparsity = 0;
    Cluster layer;
    bool at_least_one = true;

    Tokens of(Tokens call) const {
      if (sparsity == 0) return call;
      const auto k = static_cast<double>(call.count());
      const auto w = static_cast<double>(layer.window.count());
      const double capacity = w + k * (1 - sparsity);
      double low = (capacity - w) / static_cast<double>(layer.beta);
      double high = (capacity - w) * 2 - low;
      if (high >= k - w) {
        high = k - w;
        low = (capacity - w) * 2 - high;
      }
      if (!(k >= high && high >= low && low >= w)) {
        return std::max(Tokens(at_least_one ? 1 : 0), rounded_keep(sparsity, call));
      }
      const auto gaps = static_cast<double>(std::max(layer.layers - 1, std::int64_t{1}));
      const double step = (high - low) / gaps;
      return Tokens(std::llrint(high - static_cast<double>(layer.layer) * step));
    }
    friend bool operator==(const FirstCallKept&, const FirstCallKept&) = default;
  };

  std::variant<Rule, FirstCallRule<FirstCallKept>> rule(const PlanContext& context,
                                                        std::int64_t layer) const {
    const Cluster cluster{window, beta, layer, context.shape.layers};
    if (!as_kvpress()) return Rule{budget(context), cluster};
    const bool old = is_old_kvpress(context);
    return FirstCallRule<FirstCallKept>{{*sparsity, cluster, !old}, !old};
  }
  friend bool operator==(const PyramidKv&, const PyramidKv&) = default;
};

}  // namespace kvf
