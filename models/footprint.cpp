#include "models/footprint.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/peaks.h"

namespace kvf {
namespace {

std::optional<double> ratio(Entries a, Entries b) {
  return ratio(Area(a.count()), Area(b.count()));
}

// Sums over the cells of a role. When the share is nominal every role has all cells.
struct RoleSums {
  Area active;
  Area full;
  std::int64_t after_prefill = 0;
  std::int64_t after_decode = 0;

  // `full_cell`: what a cell has without the policy.
  void add(const CellTotals& cell, Area full_cell, std::int64_t cells, std::int64_t stored) {
    active += cell.active_entries.times(cells);
    full += full_cell.times(cells);
    after_prefill += cell.after_prefill.count() * stored;
    after_decode += cell.after_decode.count() * stored;
  }
};

// The most entries all cells hold at once without the policy. Of each run of passes the last holds
// most, for neither past nor window ever shrinks.
Entries full_peak(const Schedule& schedule) {
  const std::int64_t all = schedule.shape.cells().count();
  Entries peak;
  for (const PassRun& run : schedule.plan.runs) {
    const Tokens past = run.position + run.rows.times(run.count - 1);
    std::int64_t held = all * (past + run.rows).count();
    for (std::size_t r = 0; r < schedule.rules.size(); ++r) {
      const WindowRule* window = schedule.window(r);
      if (window == nullptr) continue;
      held -= schedule.cells[r].others * std::max(past - window->capacity, Tokens{}).count();
    }
    peak = std::max(peak, Entries(held));
  }
  return peak;
}

// What is not masked: a matter of the passes at which somebody asks.
void count_live(const Schedule& schedule, std::vector<CellTotals>& rules) {
  for (CellTotals& cell : rules) {
    cell.live_after_prefill = cell.after_prefill;
    cell.live_after_decode = cell.after_decode;
  }
  if (std::none_of(schedule.rules.begin(), schedule.rules.end(), masks)) return;
  std::optional<Pass> prefill;
  std::optional<Pass> last;
  for (const PassRun& run : schedule.plan.runs) {
    last = schedule.plan.pass(run, run.count - 1);
    if (run.phase == Phase::prefill) prefill = last;
  }
  for (std::size_t r = 0; r < rules.size(); ++r) {
    CellTotals& cell = rules[r];
    const Rule& rule = schedule.rules[r];
    if (prefill) cell.live_after_prefill = live(rule, *prefill, cell.after_prefill);
    if (last) cell.live_after_decode = live(rule, *last, cell.after_decode);
  }
}

}  // namespace

std::optional<double> ratio(Area a, Area b) {
  if (b.value() == 0) return std::nullopt;
  constexpr Int128 kExact = Int128{1} << 53;
  Int128 x = a.value();
  Int128 y = b.value();
  if (x > kExact || y > kExact) {
    Int128 u = x;
    Int128 v = y;
    while (v != 0) {
      const Int128 rest = u % v;
      u = v;
      v = rest;
    }
    x /= u;
    y /= u;
  }
  return static_cast<double>(x) / static_cast<double>(y);
}

template <class Finder>
Result make_result(const Schedule& schedule, std::vector<CellTotals> rules, const Finder& peaks) {
  count_live(schedule, rules);
  const Tokens rows = schedule.plan.rows();
  const Area full_cell(triangle(rows.count()));
  RoleSums others;
  RoleSums streaming;
  Area read;
  Area readable;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const CellTotals& cell = rules[r];
    const RuleCells& cells = schedule.cells[r];
    others.add(cell, schedule.window(r) != nullptr ? cell.active_entries : full_cell, cells.others,
               cells.stored_others);
    if (!schedule.nominal_streaming) continue;
    streaming.add(cell, full_cell, cells.streaming, cells.stored_streaming);
  }
  if (schedule.active_read) {
    for (std::size_t r = 0; r < rules.size(); ++r) {
      read += rules[r].read.times(schedule.cells[r].others);
      readable += rules[r].readable.times(schedule.cells[r].others);
    }
  }

  Result result;
  Footprint& f = result.footprint;
  f.full_entries = others.full;
  f.all_causal_entries = full_cell.times(schedule.shape.cells().count());
  f.full_peak_entries = full_peak(schedule);
  f.peak_pass = peaks.peak().pass;
  f.peak_layerwise_pass = peaks.layerwise().pass;
  if (!schedule.nominal_streaming) {
    f.active_entries = others.active;
    f.peak_entries = Entries(static_cast<std::int64_t>(peaks.peak().value));
    f.peak_layerwise_entries = Entries(static_cast<std::int64_t>(peaks.layerwise().value));
    f.held_after_prefill = Entries(others.after_prefill);
    f.held_after_decode = Entries(others.after_decode);
    f.footprint = ratio(f.active_entries, f.full_entries);
    f.peak = ratio(f.peak_entries, f.full_peak_entries);
    f.against_all_causal = ratio(f.active_entries, f.all_causal_entries);
  } else {
    const double share = *schedule.nominal_streaming;
    Footprint::Weighted w;
    w.active_entries = schedule.weighed(streaming.active.to_double(), others.active.to_double());
    const double peak = static_cast<double>(peaks.peak().value);
    w.peak_entries = peak * static_cast<double>(peaks.scale());
    w.peak_layerwise_entries = static_cast<double>(peaks.layerwise().value);
    w.held_after_prefill = schedule.weighed(static_cast<double>(streaming.after_prefill),
                                            static_cast<double>(others.after_prefill));
    w.held_after_decode = schedule.weighed(static_cast<double>(streaming.after_decode),
                                           static_cast<double>(others.after_decode));
    const auto of_streaming = ratio(streaming.active, f.full_entries);
    const auto of_others = ratio(others.active, f.full_entries);
    if (of_streaming && of_others) {
      f.footprint = *of_streaming * share + *of_others * (1 - share);
      f.peak = peak / static_cast<double>(f.full_peak_entries.count() / peaks.scale());
      f.against_all_causal = f.footprint;  // such a model has no windows
    }
    f.active_entries = Area(static_cast<Int128>(std::nearbyint(w.active_entries)));
    f.peak_entries = Entries(std::llrint(w.peak_entries));
    f.peak_layerwise_entries = Entries(std::llrint(w.peak_layerwise_entries));
    f.held_after_prefill = Entries(std::llrint(w.held_after_prefill));
    f.held_after_decode = Entries(std::llrint(w.held_after_decode));
    f.weighted = w;
  }
  if (schedule.active_read) {
    f.active_share = ratio(read, readable);
    if (!schedule.active_read->tokens && f.active_share) {
      f.active_share = schedule.active_read->share;
    }
  }
  result.rules = std::move(rules);
  return result;
}

template Result make_result(const Schedule&, std::vector<CellTotals>,
                            const PeakFinder<std::int64_t>&);
template Result make_result(const Schedule&, std::vector<CellTotals>, const PeakFinder<double>&);

}  // namespace kvf
