// A batch of sequences of unequal length under one policy.
//
// The sequences start together: pass k is everybody's chunk k. Who has prefilled waits, with what it
// holds, until the last has; then all decode in lock step. A sequence that has finished is freed
// before the next pass. (Static batching, as `generate` of transformers or a benchmark's loop does
// it; continuous batching is an engine's matter.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/footprint.h"
#include "models/peaks.h"
#include "models/schedule.h"

namespace kvf {

// Equal sequences.
struct BatchMember {
  Schedule schedule;
  std::int64_t count = 1;
};

struct Batch {
  std::vector<BatchMember> members;
  std::vector<BatchMember> full;  // the same sequences with nothing evicted
};

struct Sequences {
  Workload workload;  // of one turn
  std::int64_t count = 1;
  friend bool operator==(const Sequences&, const Sequences&) = default;
};

// Throws what plan() throws; std::invalid_argument for no sequence or a count below 1.
Batch plan_batch(const PolicySpec& policy, const LlmShape& shape,
                 std::span<const Sequences> sequences,
                 Accounting accounting = Accounting::implementation,
                 std::optional<Convention> convention = std::nullopt);

// When the passes of the members are passes of the batch.
class LockStep {
 public:
  explicit LockStep(std::span<const BatchMember> members);

  std::int64_t prefill_passes() const { return prefill_; }
  std::int64_t passes() const { return prefill_ + decode_; }
  // A pass of a member with so many prefill passes, as a pass of the batch.
  std::int64_t pass_of(std::int64_t own_pass, std::int64_t own_prefill_passes) const {
    return own_pass < own_prefill_passes ? own_pass : own_pass - own_prefill_passes + prefill_;
  }
  static std::int64_t prefill_passes_of(const PassPlan& plan);

 private:
  std::int64_t prefill_ = 0;
  std::int64_t decode_ = 0;
};

// What the cells of one rule of a member hold in a pass of the batch: while it attends, and after.
struct InPass {
  std::int64_t past = 0;
  std::int64_t added = 0;  // rows and appended tokens; 0 for one that waits
  std::int64_t after = 0;
};

// The peaks of a batch, from what every rule of every member holds at the passes it is shown.
class BatchPeaks {
 public:
  explicit BatchPeaks(std::span<const BatchMember> members, Unit unit = Unit::entries)
      : members_(members), unit_(unit) {}

  // now[m][r]: rule r of member m.
  void see(std::int64_t pass, const std::vector<std::vector<InPass>>& now);

  const PeakAt<std::int64_t>& peak() const { return peak_; }
  const PeakAt<std::int64_t>& layerwise() const { return layerwise_; }
  // Entries stored (copies included) after the pass seen last.
  Entries stored_after() const { return stored_after_; }

 private:
  std::span<const BatchMember> members_;
  Unit unit_;
  PeakAt<std::int64_t> peak_;
  PeakAt<std::int64_t> layerwise_;
  Entries stored_after_;
  std::vector<HeldSum> past_;  // by layer
  std::vector<HeldSum> during_;
  std::vector<HeldSum> after_;
};

// What a method found of a batch.
struct BatchPeaksFound {
  PeakAt<std::int64_t> peak;
  PeakAt<std::int64_t> layerwise;
  Entries stored_after_prefill;
  Entries stored_after_decode;
};

// The figures of the whole batch. full_peak_entries is what full attention would hold at its peak,
// in the same lock step; held_after_decode what is held after the last pass.
Footprint closed_form(const Batch& batch);

// The peaks of the whole batch, in closed form.
Peaks closed_form_peaks(const Batch& batch, Unit unit);

// Both methods end here. `results`: of each member's schedule by itself.
Footprint make_batch_footprint(const Batch& batch, std::span<const Result> results,
                               const BatchPeaksFound& found, Entries full_peak);

// The peaks of full attention in the same lock step, from its closed form.
Entries full_peak_of(const Batch& batch);

}  // namespace kvf
