// Two timelines laid over each other: what was expected, and what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "timeline/timeline.h"

namespace kvf {

// Which moments of a pass are compared. A recording of everything that a program allocates says at
// the peak of a pass what attention took too, which a prediction of the cache leaves out; between
// passes only what is kept lives.
enum class Moments { between, all };

// A residual is tolerated up to `amount`, or up to `share` of the expected peak of the track.
struct Tolerance {
  std::int64_t amount = 0;
  double share = 0;
  std::int64_t of(std::int64_t expected_peak) const;
};

struct ComparisonOptions {
  Moments moments = Moments::all;
  Tolerance tolerance;
  // Takes what was found before the first pass beyond what was expected off the whole track: it lay
  // there already, and is not of the cache.
  bool subtract_base = false;
};

// One track in the passes that both timelines have. Residuals are found - expected, in its unit.
struct TrackComparison {
  TrackInfo info;           // as expected
  std::int64_t base = 0;    // taken off what was found
  std::int64_t passes = 0;  // compared
  std::int64_t expected_peak = 0;
  std::int64_t found_peak = 0;
  // (found - expected) / expected, sums over passes; 0 if they are equal, nothing if only the
  // expected one is 0.
  std::optional<double> area_error = 0;
  std::int64_t largest_residual = 0;  // signed, the first of greatest magnitude
  std::int64_t worst_pass = 0;        // where that is, as the expected timeline counts
  std::string worst_moment;           // "before", "during", "after" the pass; empty without passes
  std::string worst_phase;            // the phase of that pass, and its number in it: "decode 3"
  std::int64_t tolerated = 0;
  bool within = false;  // and something was compared

  std::int64_t peak_error() const { return found_peak - expected_peak; }
};

// A phase of which the timelines have different numbers of passes.
struct PhaseDifference {
  std::string name;
  std::int64_t expected = 0;
  std::int64_t found = 0;
  friend bool operator==(const PhaseDifference&, const PhaseDifference&) = default;
};

struct Comparison {
  std::vector<TrackComparison> tracks;
  std::vector<PhaseDifference> phases;     // empty in a good comparison
  std::vector<std::string> only_expected;  // names of tracks that the other one lacks
  std::vector<std::string> only_found;
  // For a viewer: of each track what was found above the expectation, and below it, by pass.
  Timeline residual;

  // Whether something was compared, all of it is within its tolerance, and the passes are the same.
  bool passes() const;
};

// Passes that stand beside each other: [expected, expected + passes) and as many from `found`.
struct AlignedPasses {
  std::int64_t expected = 0;
  std::int64_t found = 0;
  std::int64_t passes = 0;
  std::string phase;
};
struct PassAlignment {
  std::vector<AlignedPasses> aligned;  // in the order of the expected ones
  std::vector<PhaseDifference> differences;
};
// How compare() aligns passes, of which there are so many.
PassAlignment align_passes(std::span<const PhaseSpan> expected, std::int64_t expected_passes,
                           std::span<const PhaseSpan> found, std::int64_t found_passes);

// Passes are aligned by phase: the first of the expected decode is the first of the found decode,
// whatever came before. Where one of them names no phases, by number. Tracks are matched by name and
// unit. Throws std::invalid_argument for columns that require_valid() refuses, and OverflowError.
Comparison compare(const Timeline& expected, const Timeline& found,
                   const ComparisonOptions& options);

// Two curves in the time that both cover, once the found one is moved by `offset_ns`.
struct CurveComparison {
  std::int64_t offset_ns = 0;  // added to the times of the found one
  std::int64_t base = 0;       // taken off what was found
  std::int64_t expected_peak = 0;
  std::int64_t found_peak = 0;
  std::optional<double> area_error = 0;  // byte-ns
  std::int64_t largest_residual = 0;
  std::int64_t worst_time_ns = 0;  // as the expected one counts
  std::int64_t tolerated = 0;
  // The peaks, and the means over time: moments of two runs differ by jitter, so that the largest
  // residual decides nothing.
  bool within = false;

  std::int64_t peak_error() const { return found_peak - expected_peak; }
};

// The offset is the one of those which lay the first, the highest or the last point of one curve
// upon that of the other that leaves the least area between them. Outside of its points a curve has
// its first and its last value. `options.moments` does not matter here.
CurveComparison compare(const Curve& expected, const Curve& found,
                        const ComparisonOptions& options);

}  // namespace kvf
