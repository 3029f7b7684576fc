#include "gui/document/passes.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/units.h"

namespace kvf::gui {
namespace {

std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw OverflowError("rows are past 64 bits");
  return result;
}

// Where the points of passes are: each begins at its edge, and what stays is at the next.
std::vector<std::int64_t> points_of(const Edges& edges, std::size_t passes) {
  std::vector<std::int64_t> xs;
  xs.reserve(2 * passes);
  for (std::size_t p = 0; p < passes; ++p) {
    xs.push_back(edges[p]);
    xs.push_back(edges[p + 1]);
  }
  return xs;
}

// Where the second value of a pass is less than the first.
std::vector<PassSpan> evictions_in(std::span<const std::int64_t> values) {
  std::vector<PassSpan> spans;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    if (values[i + 1] >= values[i]) continue;
    const auto pass = static_cast<std::int64_t>(i / 2);
    if (!spans.empty() && spans.back().last == pass) {
      ++spans.back().last;
    } else {
      spans.push_back({pass, pass + 1});
    }
  }
  return spans;
}

}  // namespace

void PassScale::add(std::int64_t pass, std::int64_t x) {
  passes.push_back(pass);
  xs.push_back(x);
}

void PassScale::insert(std::int64_t pass, std::int64_t x) {
  const auto at = std::lower_bound(passes.begin(), passes.end(), pass);
  if (at != passes.end() && *at == pass) return;
  xs.insert(xs.begin() + (at - passes.begin()), x);
  passes.insert(at, pass);
}

std::int64_t PassScale::at_or_before(std::int64_t pass) const {
  const auto next = std::upper_bound(passes.begin(), passes.end(), pass);
  const auto i = next == passes.begin() ? 0 : next - passes.begin() - 1;
  return xs[static_cast<std::size_t>(i)];
}

std::int64_t PassScale::at_or_after(std::int64_t pass) const {
  const auto at = std::lower_bound(passes.begin(), passes.end(), pass);
  return at == passes.end() ? xs.back() : xs[static_cast<std::size_t>(at - passes.begin())];
}

Edges pass_edges(std::int64_t first_pass, std::int64_t passes) {
  Edges edges(static_cast<std::size_t>(passes) + 1);
  std::iota(edges.begin(), edges.end(), first_pass);
  return edges;
}

Edges row_edges(std::span<const std::int64_t> first_row, std::span<const std::int64_t> rows) {
  Edges edges;
  if (rows.empty()) return edges;
  edges.reserve(rows.size() + 1);
  for (const std::int64_t row : first_row) {
    edges.push_back(edges.empty() ? row : std::max(edges.back(), row));
  }
  edges.push_back(std::max(edges.back(), sum(first_row.back(), rows.back())));
  return edges;
}

Edges batch_row_edges(std::int64_t begin, std::span<const std::int64_t> rows) {
  if (rows.empty()) return {};
  Edges edges{begin};
  edges.reserve(rows.size() + 1);
  for (const std::int64_t count : rows) edges.push_back(sum(edges.back(), count));
  return edges;
}

Edges second_edges(std::span<const CurvePoint> clock, std::int64_t first_pass, std::int64_t passes,
                   std::int64_t end_ns) {
  Edges edges;
  auto next = clock.begin();
  for (std::int64_t pass = first_pass; pass <= first_pass + passes; ++pass) {
    while (next != clock.end() && next->value <= pass) ++next;
    if (next == clock.end()) break;
    edges.push_back(next->time_ns);
  }
  if (edges.empty() || passes == 0) return {};
  if (std::ssize(edges) <= passes) edges.push_back(std::max(edges.back(), end_ns));
  return edges;
}

Passes::Passes(std::array<Edges, 3> edges) : edges_(std::move(edges)) {
  for (std::size_t axis = 0; axis < edges_.size(); ++axis) {
    if (edges_[axis].size() < 2) continue;
    xs_[axis] = std::make_shared<const Ascending>(points_of(edges_[axis], edges_[axis].size() - 1));
  }
}

std::array<std::shared_ptr<SeriesOnAxis>, 3> Passes::lay(std::vector<std::int64_t> values) const {
  std::array<std::shared_ptr<SeriesOnAxis>, 3> on;
  const auto evictions = std::make_shared<const std::vector<PassSpan>>(evictions_in(values));
  const auto whole = std::make_shared<const MinMaxPyramid>(std::move(values));
  const auto of_track = static_cast<std::size_t>(whole->size() / 2);
  for (std::size_t axis = 0; axis < on.size(); ++axis) {
    if (xs_[axis] == nullptr || of_track == 0) continue;
    const Edges& edges = edges_[axis];
    const std::size_t passes = std::min(of_track, edges.size() - 1);
    StepSeries::Xs xs = xs_[axis];
    if (passes < edges.size() - 1) {
      xs = std::make_shared<const Ascending>(points_of(edges, passes));
    }
    StepSeries::Values shown = whole;
    if (passes < of_track) {
      std::vector<std::int64_t> known;
      for (std::int64_t i = 0; i < xs->size(); ++i) known.push_back((*whole)[i]);
      shown = std::make_shared<const MinMaxPyramid>(std::move(known));
    }
    auto laid = std::make_shared<SeriesOnAxis>();
    laid->begin = edges.front();
    laid->end = edges[passes];
    laid->steps = StepSeries(std::move(xs), std::move(shown), laid->end);
    laid->evictions = evictions;
    on[axis] = std::move(laid);
  }
  return on;
}

std::vector<std::int64_t> named_passes(std::span<const PhaseSpan> phases,
                                       std::span<const Marker> markers) {
  std::vector<std::int64_t> named;
  for (const PhaseSpan& phase : phases) {
    named.push_back(phase.first_pass);
    named.push_back(phase.first_pass + phase.passes);
  }
  for (const Marker& marker : markers) named.push_back(marker.pass);
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  return named;
}

PassScales scales_of(const Passes& passes, std::span<const std::int64_t> named) {
  PassScales scales;
  for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
    const Edges& edges = passes.edges(axis);
    if (edges.empty()) continue;
    PassScale& scale = scales[index_of(axis)];
    const std::int64_t last = std::ssize(edges) - 1;
    for (const std::int64_t pass : named) {
      if (pass < last) scale.add(pass, edges[static_cast<std::size_t>(pass)]);
    }
    scale.add(last, edges.back());
  }
  return scales;
}

void place_phases(Run& run, std::span<const PhaseSpan> phases, std::span<const Marker> markers,
                  const PassScales& scales) {
  for (std::size_t axis = 0; axis < scales.size(); ++axis) {
    const PassScale& scale = scales[axis];
    run.phases[axis].clear();
    run.markers[axis].clear();
    if (scale.empty()) continue;
    const std::int64_t known = scale.passes.back();
    for (const PhaseSpan& phase : phases) {
      if (phase.first_pass >= known) continue;
      run.phases[axis].push_back({phase.name, scale.at_or_before(phase.first_pass),
                                  scale.at_or_after(phase.first_pass + phase.passes)});
    }
    for (const Marker& marker : markers) {
      if (marker.pass > known) continue;
      run.markers[axis].push_back({marker.text, scale.at_or_before(marker.pass)});
    }
  }
}

}  // namespace kvf::gui
