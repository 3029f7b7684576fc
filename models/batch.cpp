#include "models/batch.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/closed_form.h"

namespace kvf {
namespace {

// A rule of a member, solved: its segments in passes of the batch, waiting included. After the last
// it is freed.
std::vector<Segment> stretches(const BatchMember& member, std::size_t rule, const LockStep& steps) {
  const PassPlan& plan = member.schedule.plan;
  const std::int64_t own_prefill = LockStep::prefill_passes_of(plan);
  const std::int64_t waits = steps.prefill_passes() - own_prefill;
  std::vector<Segment> result;
  Tokens held;
  const auto wait = [&] {
    if (waits > 0) result.push_back({own_prefill, waits, {}, {}, held, {}, held, {}});
  };
  bool waited = false;
  for (Segment s : segments(member.schedule.rules[rule], plan)) {
    if (s.first >= own_prefill && !waited) {
      wait();
      waited = true;
    }
    held = s.after_at(s.count - 1);
    s.first = steps.pass_of(s.first, own_prefill);
    result.push_back(s);
  }
  if (!waited && plan.passes() == own_prefill && own_prefill > 0) wait();
  return result;
}

// Walks the passes of the batch at which something may change: both ends of every stretch.
BatchPeaksFound solve(std::span<const BatchMember> members, Unit unit) {
  const LockStep steps(members);
  BatchPeaks peaks(members, unit);
  BatchPeaksFound found;
  std::vector<std::vector<std::vector<Segment>>> all(members.size());
  std::vector<std::int64_t> ends{steps.prefill_passes(), steps.passes()};
  for (std::size_t m = 0; m < members.size(); ++m) {
    for (std::size_t r = 0; r < members[m].schedule.rules.size(); ++r) {
      all[m].push_back(stretches(members[m], r, steps));
      for (const Segment& s : all[m].back()) ends.push_back(s.first + s.count);
    }
  }
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());

  std::vector<std::vector<InPass>> now(members.size());
  std::vector<std::vector<std::size_t>> next(members.size());
  for (std::size_t m = 0; m < members.size(); ++m) {
    now[m].resize(all[m].size());
    next[m].resize(all[m].size());
  }
  const auto look = [&](std::int64_t pass) {
    for (std::size_t m = 0; m < members.size(); ++m) {
      for (std::size_t r = 0; r < all[m].size(); ++r) {
        const std::vector<Segment>& line = all[m][r];
        std::size_t& at = next[m][r];
        while (at < line.size() && line[at].first + line[at].count <= pass) ++at;
        if (at == line.size() || line[at].first > pass) {
          now[m][r] = {};
          continue;
        }
        const Segment& s = line[at];
        now[m][r] = {s.past_at(pass - s.first).count(), (s.rows + s.appended).count(),
                     s.after_at(pass - s.first).count()};
      }
    }
    peaks.see(pass, now);
    if (pass == steps.prefill_passes() - 1) found.stored_after_prefill = peaks.stored_after();
  };
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    if (end <= begin) continue;
    look(begin);
    if (end - 1 > begin) look(end - 1);
    begin = end;
  }
  found.peak = peaks.peak();
  found.layerwise = peaks.layerwise();
  found.stored_after_decode = peaks.stored_after();
  return found;
}

}  // namespace

Batch plan_batch(const PolicySpec& policy, const LlmShape& shape,
                 std::span<const Sequences> sequences, Accounting accounting,
                 std::optional<Convention> convention) {
  if (sequences.empty()) throw std::invalid_argument("a batch needs at least one sequence");
  Batch batch;
  for (const Sequences& s : sequences) {
    if (!s.workload.turns.empty()) {
      throw std::invalid_argument("a sequence of a batch has one turn");
    }
    if (s.count < 1) throw std::invalid_argument("'count' is below 1; expected 1 or more");
    batch.members.push_back({plan(policy, shape, s.workload, accounting, convention), s.count});
    // In the same passes, of which some tokens may be no part.
    const Schedule& own = batch.members.back().schedule;
    Schedule full = plan(PolicySpec{}, shape, s.workload, accounting, own.convention);
    full.plan = own.plan;
    for (PassRun& run : full.plan.runs) run.appended = {};
    batch.full.push_back({std::move(full), s.count});
    (void)own.shape.cells().times(s.count);
  }
  return batch;
}

LockStep::LockStep(std::span<const BatchMember> members) {
  for (const BatchMember& member : members) {
    const std::int64_t prefill = prefill_passes_of(member.schedule.plan);
    prefill_ = std::max(prefill_, prefill);
    decode_ = std::max(decode_, member.schedule.plan.passes() - prefill);
  }
}

std::int64_t LockStep::prefill_passes_of(const PassPlan& plan) {
  std::int64_t passes = 0;
  for (const PassRun& run : plan.runs) {
    if (run.phase == Phase::prefill) passes = run.first + run.count;
  }
  return passes;
}

void BatchPeaks::see(std::int64_t pass, const std::vector<std::vector<InPass>>& now) {
  const Schedule& first = members_.front().schedule;
  const auto layers = static_cast<std::size_t>(first.shape.layers);
  past_.assign(layers, {});
  during_.assign(layers, {});
  after_.assign(layers, {});
  HeldSum stored;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const Schedule& schedule = members_[m].schedule;
    for (const Group& group : schedule.groups) {
      const InPass& in = now[m][group.rule];
      const std::int64_t each = per_entry(group, unit_) * members_[m].count;
      const auto of = [&](std::int64_t amount) { return schedule.of(group, amount); };
      const auto layer = static_cast<std::size_t>(group.layer);
      past_[layer] += of(each * in.past);
      during_[layer] += of(each * (in.past + in.added));
      after_[layer] += of(each * in.after);
      stored += of(group.heads.count() * members_[m].count * group.copies * in.after);
    }
  }
  const auto raise = [&](PeakAt<std::int64_t>& at, const HeldSum& sum) {
    const std::int64_t value = first.rounded(sum);
    if (value > at.value) at = {value, pass};
  };
  HeldSum all;
  HeldSum others;  // the past of the layers above
  for (std::size_t l = 0; l < layers; ++l) {
    all += during_[l];
    others += past_[l];
  }
  raise(peak_, all);
  for (std::size_t l = 0; l < layers; ++l) {
    others += {-past_[l].others, -past_[l].streaming};
    HeldSum here = others;
    here += during_[l];
    raise(layerwise_, here);
    others += after_[l];
  }
  stored_after_ = Entries(first.rounded(stored));
}

Entries full_peak_of(const Batch& batch) {
  return Entries(solve(batch.full, Unit::entries).peak.value);
}

Footprint make_batch_footprint(const Batch& batch, std::span<const Result> results,
                               const BatchPeaksFound& found, Entries full_peak) {
  Footprint f;
  Area read;
  Area readable;
  for (std::size_t m = 0; m < results.size(); ++m) {
    const BatchMember& member = batch.members[m];
    const Footprint& of_one = results[m].footprint;
    f.active_entries += of_one.active_entries.times(member.count);
    f.full_entries += of_one.full_entries.times(member.count);
    f.all_causal_entries += of_one.all_causal_entries.times(member.count);
    for (std::size_t r = 0; r < results[m].rules.size(); ++r) {
      const std::int64_t cells = member.schedule.cells[r].others * member.count;
      read += results[m].rules[r].read.times(cells);
      readable += results[m].rules[r].readable.times(cells);
    }
  }
  f.peak_entries = Entries(found.peak.value);
  f.peak_pass = found.peak.pass;
  f.peak_layerwise_entries = Entries(found.layerwise.value);
  f.peak_layerwise_pass = found.layerwise.pass;
  f.full_peak_entries = full_peak;
  f.held_after_prefill = found.stored_after_prefill;
  f.held_after_decode = found.stored_after_decode;
  f.footprint = ratio(f.active_entries, f.full_entries);
  f.against_all_causal = ratio(f.active_entries, f.all_causal_entries);
  f.peak = ratio(Area(f.peak_entries.count()), Area(f.full_peak_entries.count()));
  const auto& active = batch.members.front().schedule.active_read;
  if (active) {
    f.active_share = ratio(read, readable);
    if (!active->tokens && f.active_share) f.active_share = active->share;
  }
  return f;
}

Footprint closed_form(const Batch& batch) {
  std::vector<Result> results;
  for (const BatchMember& member : batch.members) results.push_back(closed_form(member.schedule));
  return make_batch_footprint(batch, results, solve(batch.members, Unit::entries),
                              full_peak_of(batch));
}

Peaks closed_form_peaks(const Batch& batch, Unit unit) {
  const BatchPeaksFound found = solve(batch.members, unit);
  return {found.peak, found.layerwise};
}

}  // namespace kvf
