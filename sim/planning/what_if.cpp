#include "sim/planning/what_if.h"

#include <algorithm>
#include <exception>
#include <thread>

namespace kvf {
namespace {

constexpr std::size_t kBlock = 64;  // points that a thread takes at a time

GridPoint evaluate(const PlanOptions& base, const std::vector<Axis>& axes, std::size_t index) {
  GridPoint point;
  point.at.resize(axes.size());
  for (std::size_t a = axes.size(); a-- > 0;) {
    point.at[a] = index % axes[a].values.size();
    index /= axes[a].values.size();
  }
  try {
    PlanOptions options = base;
    for (std::size_t a = 0; a < axes.size(); ++a) axes[a].values[point.at[a]].apply(options);
    point.gpus = options.gpus();
    point.capacity = capacity_of(options);
  } catch (const std::exception& error) {
    point.error = error.what();
  }
  return point;
}

}  // namespace

std::size_t grid_size(const std::vector<Axis>& axes) {
  std::size_t size = 1;
  for (const Axis& axis : axes) size *= axis.values.size();
  return size;
}

std::vector<GridPoint> evaluate_grid(const PlanOptions& base, const std::vector<Axis>& axes,
                                     std::atomic<std::size_t>* done) {
  std::vector<GridPoint> points(grid_size(axes));
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t first = next.fetch_add(kBlock); first < points.size();
         first = next.fetch_add(kBlock)) {
      const std::size_t end = std::min(first + kBlock, points.size());
      for (std::size_t i = first; i < end; ++i) points[i] = evaluate(base, axes, i);
      if (done != nullptr) done->fetch_add(end - first);
    }
  };
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (std::size_t t = 1; t < std::min(cores, points.size() / kBlock + 1); ++t) {
    threads.emplace_back(work);
  }
  work();
  threads.clear();  // joins
  return points;
}

std::vector<std::size_t> pareto_front(const std::vector<GridPoint>& points) {
  struct Score {
    std::int64_t requests;
    double footprint;
    std::int64_t gpus;
    std::size_t index;
  };
  std::vector<Score> scores;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].capacity || points[i].capacity->requests.mid == 0) continue;
    const Capacity& c = *points[i].capacity;
    scores.push_back({c.requests.mid, c.needs.footprint.value_or(1), points[i].gpus, i});
  }
  // Fewest GPUs first, then most requests: a point can only be beaten by one before it.
  std::sort(scores.begin(), scores.end(), [](const Score& a, const Score& b) {
    if (a.gpus != b.gpus) return a.gpus < b.gpus;
    if (a.requests != b.requests) return a.requests > b.requests;
    if (a.footprint != b.footprint) return a.footprint > b.footprint;
    return a.index < b.index;
  });
  std::vector<Score> front;
  for (const Score& score : scores) {
    const bool beaten = std::any_of(front.begin(), front.end(), [&](const Score& other) {
      const bool equal = other.requests == score.requests && other.footprint == score.footprint &&
                         other.gpus == score.gpus;
      return !equal && other.requests >= score.requests && other.footprint >= score.footprint;
    });
    if (!beaten) front.push_back(score);
  }
  std::vector<std::size_t> indices;
  for (const Score& score : front) indices.push_back(score.index);
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace kvf
