// sparse-read: every entry is stored, a pass reads a part of them. The KV footprint stays 1; what
// shrinks is the traffic, reported as the active share.
//
//   active_tokens A: a row that could attend n entries reads min(A, n)
//   active_share x:  it reads x * n
// The active share is the entries read over the entries held, summed over the rows of the phases
// in which the method is sparse. Source: arXiv 2506.17121, section 3 (active and inactive entries).
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "models/parameter.h"
#include "models/policies/full.h"

namespace kvf {

struct SparsePhaseWords {
  static constexpr std::array<std::string_view, 3> values{"prefill", "decode", "both"};
};

// What a pass reads of what it could attend.
struct ActiveRead {
  std::optional<Tokens> tokens;
  double share = 1;
  bool prefill = false;
  bool decode = false;

  bool applies(Phase phase) const { return phase == Phase::prefill ? prefill : decode; }

  // Entry-rows that `rows` rows over `past` entries read, when `tokens` is set: the sum of
  // min(tokens, past + i) for i = 1 .. rows.
  Area read(Tokens rows, Tokens past) const {
    const std::int64_t ramp = std::clamp((*tokens - past).count(), std::int64_t{0}, rows.count());
    return Area(static_cast<Int128>(ramp) * past.count() + triangle(ramp) +
                static_cast<Int128>(rows.count() - ramp) * tokens->count());
  }
  friend bool operator==(const ActiveRead&, const ActiveRead&) = default;
};

struct SparseRead {
  enum class Sparse { prefill, decode, both };

  std::optional<Tokens> active;
  std::optional<double> share;
  Choice<Sparse, SparsePhaseWords> phase = Sparse::decode;

  static constexpr std::string_view name = "sparse-read";
  static constexpr std::string_view family = "dynamic sparsity";
  static constexpr std::string_view summary = "stores all entries, reads some";
  static constexpr std::string_view formula =
      "kept = past + rows; a row that could attend n entries reads min(active_tokens, n), "
      "or active_share * n";
  static constexpr std::string_view source = "arXiv 2506.17121, section 3 and its table 1";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr std::array presets{
      Preset{"quest", "sparse while decoding, arXiv 2406.10774"},
      Preset{"tokenbutler", "sparse while decoding, arXiv 2503.07518"},
      Preset{"nsa", "sparse in prefill and decoding, arXiv 2502.11089"},
      Preset{"moba", "sparse in prefill and decoding, arXiv 2502.13189"},
      Preset{"minference", "sparse in prefill, arXiv 2407.02490"},
      Preset{"ftp", "sparse in prefill, arXiv 2502.02770"},
  };
  static constexpr auto parameters() {
    return std::tuple{parameter("active_tokens", &SparseRead::active, kAnyCount, "tokens",
                                "entries that a row reads at most"),
                      parameter("active_share", &SparseRead::share, kShare, "share",
                                "share of the entries that a row reads"),
                      parameter("phase", &SparseRead::phase, "when the method is sparse")};
  }
  void preset(std::string_view preset_name) {
    if (preset_name == "nsa" || preset_name == "moba") phase = Sparse::both;
    if (preset_name == "minference" || preset_name == "ftp") phase = Sparse::prefill;
  }

  void check() const {
    if (active.has_value() == share.has_value()) {
      throw PolicyError(active ? "active_share" : "active_tokens",
                        active ? "give 'active_tokens' or 'active_share', not both"
                               : "needs 'active_tokens' or 'active_share'");
    }
  }
  ActiveRead active_read() const {
    return {active, share.value_or(1), phase != Sparse::decode, phase != Sparse::prefill};
  }
  Full::Rule rule(const PlanContext&) const { return {}; }
  friend bool operator==(const SparseRead&, const SparseRead&) = default;
};

}  // namespace kvf
