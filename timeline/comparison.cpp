#include "timeline/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <utility>

namespace kvf {
namespace {

std::int64_t difference(std::int64_t found, std::int64_t expected) {
  std::int64_t residual = 0;
  if (__builtin_sub_overflow(found, expected, &residual)) throw OverflowError("a residual");
  return residual;
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw OverflowError("a moved time");
  return result;
}

std::optional<double> relative(Int128 found, Int128 expected) {
  if (found == expected) return 0;
  if (expected == 0) return {};
  return static_cast<double>(found - expected) / static_cast<double>(expected);
}

// Greatest magnitude first, without the overflow of abs().
bool larger(std::int64_t a, std::int64_t b) {
  const auto magnitude = [](std::int64_t v) { return v < 0 ? v : -v; };
  return magnitude(a) < magnitude(b);
}

std::int64_t passes_of(const Timeline& timeline) {
  std::int64_t passes = 0;
  for (const Track& track : timeline.tracks) {
    passes = std::max(passes, static_cast<std::int64_t>(track.columns.passes()));
  }
  return passes;
}

struct Moment {
  std::string_view name;
  std::vector<std::int64_t> TrackColumns::*values;
};
constexpr std::array<Moment, 3> kMoments{{
    {"before", &TrackColumns::past},
    {"during", &TrackColumns::held_during},
    {"after", &TrackColumns::held_after},
}};

// The residuals of one track, as two tracks: what is above, and what is below.
struct Residual {
  Track above, below;
  Residual(const TrackInfo& info) {
    above.info = below.info = info;
    above.info.name += " above";
    below.info.name += " below";
  }
  void add_pass(const TrackColumns& expected, std::size_t pass) {
    for (Track* track : {&above, &below}) {
      track->columns.first_row.push_back(expected.first_row[pass]);
      track->columns.rows.push_back(expected.rows[pass]);
    }
  }
  void add(const Moment& moment, std::int64_t residual) {
    (above.columns.*moment.values).push_back(std::max<std::int64_t>(residual, 0));
    (below.columns.*moment.values).push_back(residual < 0 ? difference(0, residual) : 0);
  }
};

TrackComparison compare_tracks(const Track& expected, const Track& found,
                               const std::vector<AlignedPasses>& aligned,
                               const ComparisonOptions& options, Timeline& residuals) {
  require_valid(expected.columns);
  require_valid(found.columns);
  TrackComparison result;
  result.info = expected.info;
  Residual residual(expected.info);
  Int128 expected_sum = 0;
  Int128 found_sum = 0;
  bool first = true;
  for (const AlignedPasses& part : aligned) {
    // A track may be shorter than its timeline: a sequence that has finished.
    const auto limit =
        std::min({part.passes, static_cast<std::int64_t>(expected.columns.passes()) - part.expected,
                  static_cast<std::int64_t>(found.columns.passes()) - part.found});
    for (std::int64_t i = 0; i < limit; ++i) {
      const auto e = static_cast<std::size_t>(part.expected + i);
      const auto f = static_cast<std::size_t>(part.found + i);
      if (std::exchange(first, false) && options.subtract_base) {
        result.base = difference(found.columns.past[f], expected.columns.past[e]);
      }
      ++result.passes;
      residual.add_pass(expected.columns, e);
      for (const Moment& moment : kMoments) {
        const std::int64_t want = (expected.columns.*moment.values)[e];
        const std::int64_t got = difference((found.columns.*moment.values)[f], result.base);
        const bool counts =
            options.moments == Moments::all || moment.values != &TrackColumns::held_during;
        residual.add(moment, counts ? difference(got, want) : 0);
        if (!counts) continue;
        result.expected_peak = std::max(result.expected_peak, want);
        result.found_peak = std::max(result.found_peak, got);
        expected_sum += want;
        found_sum += got;
        if (larger(difference(got, want), result.largest_residual)) {
          result.largest_residual = difference(got, want);
          result.worst_pass = part.expected + i;
          result.worst_moment = moment.name;
          result.worst_phase = fmt::format("{} {}", part.phase.empty() ? "pass" : part.phase, i);
        }
      }
    }
  }
  result.area_error = relative(found_sum, expected_sum);
  result.tolerated = options.tolerance.of(result.expected_peak);
  result.within = result.passes > 0 && !larger(result.largest_residual, result.tolerated);
  residuals.tracks.push_back(std::move(residual.above));
  residuals.tracks.push_back(std::move(residual.below));
  return result;
}

const Track* same_track(const Timeline& in, const TrackInfo& info) {
  for (const Track& track : in.tracks) {
    if (track.info.name == info.name && track.info.unit == info.unit) return &track;
  }
  return nullptr;
}

// A curve to walk along: its value at any time.
class Walk {
 public:
  explicit Walk(const std::vector<CurvePoint>& points, std::int64_t offset, std::int64_t base)
      : points_(points), offset_(offset), base_(base) {}
  // Times must not go back. Before the first point the curve has its first value.
  std::int64_t at(std::int64_t time) {
    while (next_ < points_.size() && sum(points_[next_].time_ns, offset_) <= time) ++next_;
    return difference(points_[next_ == 0 ? 0 : next_ - 1].value, base_);
  }
  // When it changes next, or `end`.
  std::int64_t change(std::int64_t end) const {
    return next_ < points_.size() ? std::min(sum(points_[next_].time_ns, offset_), end) : end;
  }

 private:
  const std::vector<CurvePoint>& points_;
  std::int64_t offset_, base_;
  std::size_t next_ = 0;
};

// Calls see(begin, end, expected, found) for each stretch of time in which neither changes, until
// both have ended.
template <class See>
void for_each_stretch(const Curve& expected, const Curve& found, std::int64_t offset,
                      std::int64_t base, See&& see) {
  Walk e(expected.points, 0, 0);
  Walk f(found.points, offset, base);
  std::int64_t now =
      std::min(expected.points.front().time_ns, sum(found.points.front().time_ns, offset));
  const std::int64_t end =
      std::max(expected.points.back().time_ns, sum(found.points.back().time_ns, offset));
  for (;;) {
    const std::int64_t want = e.at(now);
    const std::int64_t got = f.at(now);
    const std::int64_t until = std::min(e.change(end), f.change(end));
    see(now, until, want, got);
    if (now == end) return;
    now = until;
  }
}

std::int64_t time_of_peak(const Curve& curve) {
  return std::max_element(
             curve.points.begin(), curve.points.end(),
             [](const CurvePoint& a, const CurvePoint& b) { return a.value < b.value; })
      ->time_ns;
}

}  // namespace

std::int64_t Tolerance::of(std::int64_t expected_peak) const {
  return std::max(amount, static_cast<std::int64_t>(share * static_cast<double>(expected_peak)));
}

bool Comparison::passes() const {
  return !tracks.empty() && phases.empty() &&
         std::all_of(tracks.begin(), tracks.end(), [](const auto& track) { return track.within; });
}

PassAlignment align_passes(std::span<const PhaseSpan> expected, std::int64_t expected_passes,
                           std::span<const PhaseSpan> found, std::int64_t found_passes) {
  PassAlignment result;
  if (expected.empty() || found.empty()) {
    result.aligned.push_back({0, 0, std::min(expected_passes, found_passes), ""});
    if (expected_passes != found_passes) {
      result.differences.push_back({"passes", expected_passes, found_passes});
    }
    return result;
  }
  // The second prefill of a conversation is beside the second one.
  std::map<std::string, std::vector<const PhaseSpan*>> left;
  for (const PhaseSpan& phase : found) left[phase.name].push_back(&phase);
  for (const PhaseSpan& phase : expected) {
    auto& same = left[phase.name];
    const PhaseSpan* other = same.empty() ? nullptr : same.front();
    if (other != nullptr) {
      same.erase(same.begin());
      result.aligned.push_back(
          {phase.first_pass, other->first_pass, std::min(phase.passes, other->passes), phase.name});
    }
    const std::int64_t passes = other == nullptr ? 0 : other->passes;
    if (passes != phase.passes) result.differences.push_back({phase.name, phase.passes, passes});
  }
  for (const auto& [name, phases] : left) {
    for (const PhaseSpan* phase : phases) {
      result.differences.push_back({name, 0, phase->passes});
    }
  }
  return result;
}

Comparison compare(const Timeline& expected, const Timeline& found,
                   const ComparisonOptions& options) {
  Comparison result;
  PassAlignment alignment =
      align_passes(expected.phases, passes_of(expected), found.phases, passes_of(found));
  const std::vector<AlignedPasses>& aligned = alignment.aligned;
  result.phases = std::move(alignment.differences);
  for (const Track& track : expected.tracks) {
    if (const Track* other = same_track(found, track.info)) {
      result.tracks.push_back(compare_tracks(track, *other, aligned, options, result.residual));
    } else {
      result.only_expected.push_back(track.info.name);
    }
  }
  for (const Track& track : found.tracks) {
    if (same_track(expected, track.info) == nullptr) result.only_found.push_back(track.info.name);
  }
  std::int64_t pass = 0;
  for (const AlignedPasses& part : aligned) {
    if (!part.phase.empty() && part.passes > 0) {
      result.residual.phases.push_back({part.phase, pass, part.passes});
    }
    pass += part.passes;
  }
  return result;
}

CurveComparison compare(const Curve& expected, const Curve& found,
                        const ComparisonOptions& options) {
  CurveComparison result;
  if (expected.points.empty() || found.points.empty()) return result;
  if (options.subtract_base) {
    result.base = difference(found.points.front().value, expected.points.front().value);
  }
  const std::array offsets{
      difference(expected.points.front().time_ns, found.points.front().time_ns),
      difference(time_of_peak(expected), time_of_peak(found)),
      difference(expected.points.back().time_ns, found.points.back().time_ns)};
  Int128 least = -1;
  for (const std::int64_t offset : offsets) {
    Int128 between = 0;
    for_each_stretch(
        expected, found, offset, result.base,
        [&](std::int64_t begin, std::int64_t end, std::int64_t want, std::int64_t got) {
          const Int128 residual = static_cast<Int128>(got) - want;
          between += (residual < 0 ? -residual : residual) * (end - begin);
        });
    if (least >= 0 && between >= least) continue;
    least = between;
    result.offset_ns = offset;
  }
  Int128 duration = 0;
  Int128 expected_area = 0;
  Int128 found_area = 0;
  for_each_stretch(expected, found, result.offset_ns, result.base,
                   [&](std::int64_t begin, std::int64_t end, std::int64_t want, std::int64_t got) {
                     result.expected_peak = std::max(result.expected_peak, want);
                     result.found_peak = std::max(result.found_peak, got);
                     duration += end - begin;
                     expected_area += static_cast<Int128>(want) * (end - begin);
                     found_area += static_cast<Int128>(got) * (end - begin);
                     if (larger(difference(got, want), result.largest_residual)) {
                       result.largest_residual = difference(got, want);
                       result.worst_time_ns = begin;
                     }
                   });
  result.area_error = relative(found_area, expected_area);
  result.tolerated = options.tolerance.of(result.expected_peak);
  // Moments of two runs differ by jitter; what they took at most and on the whole does not.
  const Int128 area =
      found_area > expected_area ? found_area - expected_area : expected_area - found_area;
  result.within = !larger(result.peak_error(), result.tolerated) &&
                  area <= static_cast<Int128>(result.tolerated) * duration;
  return result;
}

}  // namespace kvf
