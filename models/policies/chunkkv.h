// chunkkv: whole chunks of entries stay or go.
//
// Of k entries in chunks of c, the last one shorter if c does not divide k:
//   k < c: n(k, r);   else N = max(1, int(ceil(k / c) * (1 - r))) chunks stay, which hold
//   N c entries, or (N - 1) c + k % c if the short one is among them
// Whether it is, is a matter of scores: `short_chunk` says which is assumed. Where N is all
// chunks, all k stay. Source: kvpress 0.5.5, chunkkv_press.py; ChunkKV, arXiv 2502.00299.
// Reference rows: kvpress.ChunkKVPress.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>

#include "models/parameter.h"
#include "models/policies/first_call.h"

namespace kvf {

struct ShortChunkWords {
  static constexpr std::array<std::string_view, 2> values{"evicted", "kept"};
};

struct ChunkKv {
  enum class ShortChunk { evicted, kept };

  double ratio = 0.5;
  Tokens chunk{20};
  Choice<ShortChunk, ShortChunkWords> short_chunk = ShortChunk::evicted;

  static constexpr std::string_view name = "chunkkv";
  static constexpr std::string_view family = "post-fill";
  static constexpr std::string_view summary = "whole chunks of entries stay or go";
  static constexpr std::string_view formula =
      "kept = N * chunk_tokens, N = max(1, int(ceil(rows / chunk_tokens) * (1 - ratio)))";
  static constexpr std::string_view source =
      "ChunkKV, arXiv 2502.00299; as in kvpress 0.5.5, chunkkv_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("ratio", &ChunkKv::ratio, kShare, "share", "share of chunks dropped"),
        parameter("chunk_tokens", &ChunkKv::chunk, kAtLeastOne, "tokens", "entries of a chunk"),
        parameter("short_chunk", &ChunkKv::short_chunk,
                  "what becomes of the last chunk if it is shorter")};
  }
  bool assumed() const { return true; }

  struct Kept {
    KeptByRatio share;
    Tokens chunk;
    bool keep_short = false;

    Tokens of(Tokens k) const {
      if (share.ratio == 0 || k < chunk) return share.of(k);
      const Tokens rest = k % chunk;
      const std::int64_t chunks = k / chunk + (rest > Tokens{} ? 1 : 0);
      const std::int64_t stay =
          std::max(std::int64_t{1}, truncated_keep(share.ratio, Tokens(chunks)).count());
      const bool with_short = rest > Tokens{} && (keep_short || stay == chunks);
      return with_short ? chunk.times(stay - 1) + rest : chunk.times(stay);
    }
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  using Rule = FirstCallRule<Kept>;

  Rule rule(const PlanContext& context) const {
    const bool old = is_old_kvpress(context);
    return {{{ratio, !old}, chunk, short_chunk == ShortChunk::kept}, !old};
  }
  friend bool operator==(const ChunkKv&, const ChunkKv&) = default;
};

}  // namespace kvf
