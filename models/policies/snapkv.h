// snapkv: each chunk keeps its highest-scoring entries and its last `window`.
//
//   minference  kept(q, K):  q < K: q;   K <= w: w;   else min(K - w, q - w) + w   (at most w rows: all)
//   kvpress     n(q, sparsity) of the first call, as topk
// K is the chunk's budget, see chunked_eviction.h. Reference rows: SnapKVCluster.update_kv,
// eval.generate.snapkv, eval.generate.paper_scale, kvpress.SnapKVPress.
#pragma once

#include <string_view>
#include <tuple>
#include <variant>

#include "models/policies/chunked_eviction.h"
#include "models/policies/topk.h"

namespace kvf {

struct SnapKv : ChunkedEvictionMembers {
  static constexpr std::string_view name = "snapkv";
  static constexpr std::string_view family = "post-fill, chunked";
  static constexpr std::string_view summary = "the highest-scoring entries and a recent window";
  static constexpr std::string_view formula =
      "a chunk of q entries with budget K keeps q if q < K, w if K <= w, else min(K, q)";
  static constexpr std::string_view source =
      "SnapKV, arXiv 2404.14469; as in PruLong ff22598, minference/modules/snapkv.py";
  static constexpr Convention convention = Convention::eval;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("sparsity", &SnapKv::sparsity, kShare, "share", "share of entries dropped"),
        parameter("capacity_tokens", &SnapKv::capacity, kAnyCount, "tokens",
                  "entries kept of the prompt (post-fill), instead of a sparsity"),
        parameter("window_tokens", &SnapKv::window, kAnyCount, "tokens",
                  "last entries of a chunk, which stay and score the others"),
        parameter("eviction", &SnapKv::eviction, "when entries are dropped"),
        parameter("kv", &SnapKv::kv, "one KV set per query head (as published) or per KV head"),
        parameter("variant", &SnapKv::variant, "which implementation is followed")};
  }

  struct Cluster {
    Tokens window;
    Tokens kept(Tokens q, Tokens capacity) const {
      if (q < capacity || q <= window) return q;
      if (capacity <= window) return window;
      return std::min(capacity, q);
    }
    friend bool operator==(const Cluster&, const Cluster&) = default;
  };
  using Rule = ChunkedEvictionRule<Cluster>;

  std::variant<Rule, TopK::Rule> rule(const PlanContext& context) const {
    if (as_kvpress()) return TopK{{*sparsity}, {}, {}}.rule(context, 0);
    return Rule{budget(context), {window}};
  }
  friend bool operator==(const SnapKv&, const SnapKv&) = default;
};

}  // namespace kvf
