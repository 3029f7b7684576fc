// The critical KV footprint: the smallest at which a method keeps enough of full attention's score
// (arXiv 2506.17121); and the methods that no other beats in both footprint and score.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kvf {

// One measured point. Footprints are in any one unit: shares, percent, bytes.
struct Score {
  std::string method;
  std::string task;
  double footprint = 0;
  double score = 0;
  double full_score = 0;  // of full attention on the task
  friend bool operator==(const Score&, const Score&) = default;
};

enum class Bound { equal, below, above };
std::string_view symbol(Bound bound);  // "=", "<", ">"

struct CriticalFootprint {
  std::string method;
  std::string task;
  double footprint = 0;
  Bound bound = Bound::equal;
  friend bool operator==(const CriticalFootprint&, const CriticalFootprint&) = default;
};

// For each method and task, in the order in which they come first. Its points are sorted by
// footprint; of equal footprints the best score counts. From the largest down, between the first
// neighbours of which one reaches `fraction` of the full score and the next does not, the score is
// taken as linear. All reach it: below the smallest footprint. The largest misses it: above it.
// Numbers must be finite, no footprint below 0, and magnitudes at most 1e300: differences are taken.
std::vector<CriticalFootprint> critical_footprints(std::span<const Score> scores, double fraction);

// The points of each task that no other point of the task beats: none has at most its footprint and
// at least its score, and one of the two better. Tasks in the order in which they come first, points
// by footprint; equal points all stay.
std::vector<Score> pareto_front(std::span<const Score> scores);

}  // namespace kvf
