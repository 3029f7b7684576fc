// What SnapKV and PyramidKV share: when they evict, and how large the budget of a chunk is.
//
//   post-fill  one eviction over the whole prompt, in one pass, whatever the chunk size. The
//              capacity is roundup64(max(int((1 - s) * prompt), window)), or capacity_tokens; of a
//              later turn that turn's tokens are the prompt.
//   naive      each prefill chunk of q rows is cut to int((1 - s) * q) when it has attended.
//   patched    as naive, but the last `window` tokens of the prompt are appended to every chunk
//              except the last, so that it is scored by the real end of the prompt; they are
//              forced to stay, and are dropped afterwards.
// A chunk is never looked at again once it has been cut; decoding appends.
//
// The published code crashes on an unpatched chunk of at most `window` rows with s > 0 (it scores
// the rows before the window, of which there are none); here such a chunk is kept whole.
//
// Variant kvpress: the first call is cut to a share of it, see first_call.h; KV heads are not
// copied. The published code asserts a call longer than the window; the count does not depend on
// it. Best with `implementation: kvpress`, which prefills the whole prompt.
// Source: PruLong ff22598, eval/model_utils.py and MInference/minference/modules.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/policies/first_call.h"
#include "models/retention.h"

namespace kvf {

enum class Eviction { post_fill, naive, patched };
struct EvictionWords {
  static constexpr std::array<std::string_view, 3> values{"post-fill", "naive", "patched"};
};
using EvictionChoice = Choice<Eviction, EvictionWords>;

enum class EvictionVariant { minference, kvpress };
struct EvictionVariantWords {
  static constexpr std::array<std::string_view, 2> values{"minference", "kvpress"};
};

enum class KvCopies { query_head, kv_head };
struct KvCopiesWords {
  static constexpr std::array<std::string_view, 2> values{"query-head", "kv-head"};
};
using KvCopiesChoice = Choice<KvCopies, KvCopiesWords>;

// The capacity of one update of `rows` rows plus `appended` ones.
struct ChunkBudget {
  // A share of the chunk; a number that was given; or a share of the turn's tokens, but at least
  // `tokens` of them, in whole 64s (post-fill).
  enum class Kind : std::uint8_t { chunk, given, turn };
  Kind kind = Kind::chunk;
  double sparsity = 0;
  Tokens tokens;
  Tokens held_back;  // of the first turn's tokens: the first decode pass feeds them

  Tokens of(Tokens rows, Tokens appended, Tokens position) const {
    if (kind == Kind::given) return tokens;
    if (kind == Kind::chunk) return truncated_keep(sparsity, rows) + appended;
    const Tokens turn = position == Tokens{} ? rows + held_back : rows;
    return round_up(std::max(truncated_keep(sparsity, turn), tokens), Tokens(64));
  }
  friend bool operator==(const ChunkBudget&, const ChunkBudget&) = default;
};

// The members that both policies declare.
struct ChunkedEvictionMembers {
  std::optional<double> sparsity;
  std::optional<Tokens> capacity;
  Tokens window{64};
  EvictionChoice eviction = Eviction::post_fill;
  KvCopiesChoice kv = KvCopies::query_head;
  Choice<EvictionVariant, EvictionVariantWords> variant = EvictionVariant::minference;
  friend bool operator==(const ChunkedEvictionMembers&, const ChunkedEvictionMembers&) = default;

  bool as_kvpress() const { return variant == EvictionVariant::kvpress; }
  bool cuts_passes() const { return !as_kvpress(); }
  bool appends_tokens() const { return eviction == Eviction::patched; }

  void check() const {
    if (as_kvpress() && !sparsity) {
      throw PolicyError("sparsity", "variant 'kvpress' needs 'sparsity'");
    }
    if (as_kvpress() && eviction != Eviction::post_fill) {
      throw PolicyError("eviction", "variant 'kvpress' evicts post-fill");
    }
    if (sparsity.has_value() == capacity.has_value()) {
      throw PolicyError(sparsity ? "capacity_tokens" : "sparsity",
                        sparsity ? "give 'sparsity' or 'capacity_tokens', not both"
                                 : "needs 'sparsity' or 'capacity_tokens'");
    }
    if (capacity && eviction != Eviction::post_fill) {
      throw PolicyError("capacity_tokens",
                        "'capacity_tokens' has a meaning only for post-fill eviction; a chunk's "
                        "budget is a share of it, give 'sparsity'");
    }
  }

  ChunkBudget budget(const PlanContext& context) const {
    using Kind = ChunkBudget::Kind;
    if (capacity) return {Kind::given, 0, *capacity, {}};
    if (eviction != Eviction::post_fill) return {Kind::chunk, *sparsity, {}, {}};
    return {Kind::turn, *sparsity, window, context.workload.prompt - context.prefill};
  }

  void passes(const PlanContext& context, PassPlan& plan) const {
    if (as_kvpress()) {
      plan.add_chunks(context.prefill, context.chunk());
    } else if (eviction == Eviction::post_fill) {
      plan.add(1, context.prefill, Phase::prefill);
    } else {
      const Tokens appended = eviction == Eviction::patched ? window : Tokens{};
      plan.add_chunks(context.prefill, context.chunk(), appended);
    }
  }

  // KV sets stored for each KV head.
  std::int64_t copies(const LlmShape& shape) const {
    return kv == KvCopies::query_head && !as_kvpress() ? shape.query_heads / shape.kv_heads : 1;
  }
};

// The rule both share, given Cluster::kept(q, capacity): what one update of q entries keeps.
template <class Cluster>
struct ChunkedEvictionRule {
  struct State {};
  ChunkBudget budget;
  Cluster cluster;

  // The window is the end of the chunk; where tokens are appended, they are it.
  Retention retention(const Pass& pass) const {
    return {Tokens{}, std::max(cluster.window - pass.appended, Tokens{}), true};
  }
  // Of the chunk alone, the appended tokens included.
  Tokens kept(Phase phase, Tokens rows, Tokens appended, Tokens position) const {
    if (phase == Phase::decode) return rows;
    return cluster.kept(rows + appended, budget.of(rows, appended, position));
  }
  // What the cache holds before the appended tokens are dropped.
  Tokens before_drop(const Pass& pass, Tokens size) const {
    return size - pass.rows - pass.appended +
           kept(pass.phase, pass.rows, pass.appended, pass.position);
  }
  Tokens keep(State&, const Pass& pass, Tokens size) const {
    const Tokens existing = before_drop(pass, size);
    // The drop leaves at least one entry.
    return existing - std::min(std::max(existing - Tokens(1), Tokens{}), pass.appended);
  }
  template <class Sink>
  void segments(const PassPlan& plan, Sink&& sink) const {
    Tokens held;
    for (PassRun run : plan.runs) {
      const Tokens stays = kept(run.phase, run.rows, run.appended, run.position) - run.appended;
      if (run.appended > Tokens{} && held == Tokens{} && stays == Tokens{}) {
        // The first drop would empty the cache, and leaves one entry instead.
        sink(Segment{run.first, 1, run.rows, run.appended, held, {}, Tokens(1), {}});
        held = Tokens(1);
        run = rest_of(run, 1);
      }
      held = add_each_pass(run, held, stays, sink);
    }
  }
  friend bool operator==(const ChunkedEvictionRule&, const ChunkedEvictionRule&) = default;
};

}  // namespace kvf
