#include "models/critical.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kvf {
namespace {

using Points = std::vector<const Score*>;

// The points in groups of equal keys, in the order in which these come first.
template <class KeyOf>
std::vector<Points> grouped(std::span<const Score> scores, KeyOf key_of) {
  std::map<decltype(key_of(scores.front())), std::size_t> index;
  std::vector<Points> groups;
  for (const Score& score : scores) {
    const auto [at, is_new] = index.try_emplace(key_of(score), groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(&score);
  }
  return groups;
}

// By footprint; of equal footprints the best score first.
void sort(Points& points) {
  std::stable_sort(points.begin(), points.end(), [](const Score* a, const Score* b) {
    return a->footprint != b->footprint ? a->footprint < b->footprint : a->score > b->score;
  });
}

// Where the line through two points takes the value `wanted`; exactly `high` where that has it.
double crossing(const Score& low, const Score& high, double wanted) {
  const double share = (high.score - wanted) / (high.score - low.score);
  return high.footprint - share * (high.footprint - low.footprint);
}

CriticalFootprint critical_footprint(Points points, double fraction) {
  sort(points);
  const auto same = [](const Score* a, const Score* b) { return a->footprint == b->footprint; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());

  const double wanted = fraction * points.front()->full_score;
  CriticalFootprint result{points.front()->method, points.front()->task, 0, Bound::equal};
  const auto missed = std::find_if(points.rbegin(), points.rend(),
                                   [&](const Score* point) { return point->score < wanted; });
  if (missed == points.rbegin()) {
    result.footprint = points.back()->footprint;
    result.bound = Bound::above;
  } else if (missed == points.rend()) {
    result.footprint = points.front()->footprint;
    result.bound = Bound::below;
  } else {
    result.footprint = crossing(**missed, **std::prev(missed), wanted);
  }
  return result;
}

}  // namespace

std::string_view symbol(Bound bound) {
  return bound == Bound::equal ? "=" : bound == Bound::below ? "<" : ">";
}

std::vector<CriticalFootprint> critical_footprints(std::span<const Score> scores, double fraction) {
  std::vector<CriticalFootprint> results;
  const auto method_and_task = [](const Score& score) {
    return std::pair(std::string_view(score.method), std::string_view(score.task));
  };
  for (Points& points : grouped(scores, method_and_task)) {
    results.push_back(critical_footprint(std::move(points), fraction));
  }
  return results;
}

std::vector<Score> pareto_front(std::span<const Score> scores) {
  std::vector<Score> front;
  for (Points& points : grouped(scores, [](const Score& s) { return std::string_view(s.task); })) {
    sort(points);
    const Score* best = nullptr;
    for (const Score* point : points) {
      const bool equal =
          best != nullptr && point->score == best->score && point->footprint == best->footprint;
      if (best != nullptr && point->score <= best->score && !equal) continue;
      best = point;
      front.push_back(*point);
    }
  }
  return front;
}

}  // namespace kvf
