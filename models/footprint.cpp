#include "models/footprint.h"

#include <cmath>
#include <numeric>

#include "models/peaks.h"

namespace kvf {
namespace {

// a / b, rounded once also where the integers are too large for a double.
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

std::optional<double> ratio(Entries a, Entries b) {
  return ratio(Area(a.count()), Area(b.count()));
}

// Sums over the cells of a role. When the share is nominal every role has all cells.
struct RoleSums {
  Area active;
  Area full;
  std::int64_t after_prefill = 0;
  std::int64_t after_decode = 0;
};

}  // namespace

template <class Finder>
Result make_result(const Schedule& schedule, std::vector<CellTotals> rules, const Finder& peaks) {
  const Tokens rows = schedule.plan.rows();
  const Area full_cell(triangle(rows.count()));
  RoleSums sums[2];
  Area read;
  Area readable;
  for (const Group& group : schedule.groups) {
    const bool streams = schedule.nominal_streaming && group.role == Role::streaming;
    RoleSums& sum = sums[streams ? 1 : 0];
    const CellTotals& cell = rules[group.rule];
    const std::int64_t heads = group.heads.count();
    sum.active += cell.active_entries.times(heads);
    sum.full += full_cell.times(heads);
    sum.after_prefill += cell.after_prefill.count() * heads * group.copies;
    sum.after_decode += cell.after_decode.count() * heads * group.copies;
    read += cell.read.times(heads);
    readable += cell.readable.times(heads);
  }

  Result result;
  Footprint& f = result.footprint;
  f.full_entries = sums[0].full;
  f.full_peak_entries = schedule.shape.cells() * rows;
  f.peak_pass = peaks.peak().pass;
  f.peak_layerwise_pass = peaks.layerwise().pass;
  if (!schedule.nominal_streaming) {
    f.active_entries = sums[0].active;
    f.peak_entries = Entries(static_cast<std::int64_t>(peaks.peak().value));
    f.peak_layerwise_entries = Entries(static_cast<std::int64_t>(peaks.layerwise().value));
    f.held_after_prefill = Entries(sums[0].after_prefill);
    f.held_after_decode = Entries(sums[0].after_decode);
    f.footprint = ratio(f.active_entries, f.full_entries);
    f.peak = ratio(f.peak_entries, f.full_peak_entries);
  } else {
    const double share = *schedule.nominal_streaming;
    const auto weigh = [share](double streaming, double others) {
      return share * streaming + (1 - share) * others;
    };
    Footprint::Weighted w;
    w.active_entries = weigh(sums[1].active.to_double(), sums[0].active.to_double());
    const double peak = static_cast<double>(peaks.peak().value);
    w.peak_entries = peak * static_cast<double>(peaks.scale());
    w.peak_layerwise_entries = static_cast<double>(peaks.layerwise().value);
    w.held_after_prefill = weigh(static_cast<double>(sums[1].after_prefill),
                                 static_cast<double>(sums[0].after_prefill));
    w.held_after_decode = weigh(static_cast<double>(sums[1].after_decode),
                                static_cast<double>(sums[0].after_decode));
    const auto streaming = ratio(sums[1].active, f.full_entries);
    const auto others = ratio(sums[0].active, f.full_entries);
    if (streaming && others) {
      f.footprint = *streaming * share + *others * (1 - share);
      f.peak = peak / static_cast<double>(f.full_peak_entries.count() / peaks.scale());
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
