#include "models/closed_form.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "models/peaks.h"
#include "models/stretches.h"

namespace kvf {
namespace {

// Sums one rule's segments.
class CellSum {
 public:
  CellSum(const Schedule& schedule, std::size_t rule)
      : schedule_(schedule), reads_sparsely_(schedule.reads_sparsely(rule)) {}

  void add(const PlayedPasses& played) {
    const PassRun& run = played.run;
    Int128 sum_of_past = 0;
    std::int64_t most = 0;
    for (const std::int64_t past : played.past) {
      sum_of_past += past;
      most = std::max(most, past);
    }
    const auto count = static_cast<std::int64_t>(played.past.size());
    add(run.phase, Tokens(most) + run.rows + run.appended,
        Area(sum_of_past * run.rows.count() + triangle(run.rows.count()) * count),
        Tokens(played.after.back()));
    assert(!reads_sparsely_);  // a policy that reads sparsely evicts nothing
  }
  void add(const Segment& s) {
    const Int128 n = s.count;
    const Area held =
        Area(n * s.rows.count() * s.past.count() +
             static_cast<Int128>(s.rows.count()) * s.past_step.count() * (n * (n - 1) / 2) +
             n * triangle(s.rows.count()));
    const Phase phase = phase_of(s.first);
    const Tokens most = std::max(s.past, s.past_at(s.count - 1));
    add(phase, most + s.rows + s.appended, held, s.after_at(s.count - 1));
    if (reads_sparsely_ && schedule_.active_read->applies(phase)) {
      totals_.readable += held;
      // Nothing is evicted, so the segment's rows follow each other.
      if (schedule_.active_read->tokens) {
        totals_.read += schedule_.active_read->read(s.rows.times(s.count), s.past);
      }
    }
  }
  CellTotals totals() const { return totals_; }

 private:
  void add(Phase phase, Tokens peak, Area held, Tokens after) {
    totals_.active_entries += held;
    totals_.peak = std::max(totals_.peak, peak);
    if (phase == Phase::prefill) totals_.after_prefill = after;
    totals_.after_decode = after;
  }
  // Segments come in order, so the run of a pass is the one seen last or a later one.
  Phase phase_of(std::int64_t pass) {
    const std::vector<PassRun>& runs = schedule_.plan.runs;
    while (runs[run_].first + runs[run_].count <= pass) ++run_;
    return runs[run_].phase;
  }
  const Schedule& schedule_;
  bool reads_sparsely_;
  std::size_t run_ = 0;
  CellTotals totals_;
};

template <class Sink>
void for_each_segment(const Rule& rule, const PassPlan& plan, Sink&& sink) {
  std::visit([&](const auto& r) { r.segments(plan, sink); }, rule.v);
}

// Sums each rule, and shows the finder both ends of every stretch in which all rules are affine.
template <class Value>
std::vector<CellTotals> solve(const Schedule& schedule, PeakFinder<Value>& peaks) {
  std::vector<CellTotals> totals;
  const std::size_t rules = schedule.rules.size();
  totals.reserve(rules);

  if (rules == 0) return totals;
  if (rules == 1) {  // nothing to merge: no need to store the segments
    CellSum sum(schedule, 0);
    struct Sink {
      CellSum& sum;
      PeakFinder<Value>& peaks;
      void operator()(const Segment& s) const {
        sum.add(s);
        look(s, 0);
        if (s.count > 1) look(s, s.count - 1);
      }
      void look(const Segment& s, std::int64_t i) const {
        const std::int64_t past = s.past_at(i).count();
        const std::int64_t after = s.after_at(i).count();
        peaks.see(s.first + i, (s.rows + s.appended).count(), {&past, 1}, {&after, 1});
      }
      void operator()(const PlayedPasses& played) const {
        sum.add(played);
        peaks.see_block(played.first, static_cast<std::int64_t>(played.past.size()),
                        (played.run.rows + played.run.appended).count(), played.past.data(),
                        played.after.data(), played.past.size());
      }
    };
    for_each_segment(schedule.rules[0], schedule.plan, Sink{sum, peaks});
    totals.push_back(sum.totals());
    return totals;
  }

  std::vector<Segment> all;
  std::vector<std::size_t> first_of(rules);
  std::vector<std::int64_t> past(rules);
  std::vector<std::int64_t> after(rules);
  all.reserve(rules * 4);
  for (std::size_t r = 0; r < rules; ++r) {
    first_of[r] = all.size();
    CellSum sum(schedule, r);
    for_each_segment(schedule.rules[r], schedule.plan, [&](const Segment& s) {
      sum.add(s);
      all.push_back(s);
    });
    totals.push_back(sum.totals());
  }
  for_each_stretch(all, first_of, schedule.plan.passes(),
                   [&](std::int64_t begin, std::int64_t end, auto at) {
                     const std::int64_t added = (at[0]->rows + at[0]->appended).count();
                     const auto look = [&](std::int64_t pass) {
                       for (std::size_t r = 0; r < rules; ++r) {
                         const Segment& s = *at[r];
                         past[r] = s.past_at(pass - s.first).count();
                         after[r] = s.after_at(pass - s.first).count();
                       }
                       peaks.see(pass, added, past, after);
                     };
                     look(begin);
                     if (end - begin > 1) look(end - 1);
                   });
  return totals;
}

template <class Value>
Result solve(const Schedule& schedule) {
  PeakFinder<Value> peaks(schedule);
  std::vector<CellTotals> totals = solve(schedule, peaks);
  return make_result(schedule, std::move(totals), peaks);
}

std::int64_t whole(std::int64_t value) { return value; }
std::int64_t whole(double value) { return std::llrint(value); }

template <class Value>
Peaks peaks_of(const Schedule& schedule, Unit unit) {
  PeakFinder<Value> peaks(schedule, unit);
  solve(schedule, peaks);
  return {{whole(peaks.peak().value * static_cast<Value>(peaks.scale())), peaks.peak().pass},
          {whole(peaks.layerwise().value), peaks.layerwise().pass}};
}

}  // namespace

Result closed_form(const Schedule& schedule) {
  return schedule.nominal_streaming ? solve<double>(schedule) : solve<std::int64_t>(schedule);
}

Peaks closed_form_peaks(const Schedule& schedule, Unit unit) {
  return schedule.nominal_streaming ? peaks_of<double>(schedule, unit)
                                    : peaks_of<std::int64_t>(schedule, unit);
}

std::vector<Segment> segments(const Rule& rule, const PassPlan& plan) {
  std::vector<Segment> result;
  for_each_segment(rule, plan, [&](const Segment& s) { result.push_back(s); });
  return result;
}

}  // namespace kvf
