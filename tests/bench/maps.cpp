// Occupancy maps: what it costs to build one, and to ask for a whole picture of it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "timeline/occupancy.h"

namespace kvf {
namespace {

// One token a pass; each leaves at random, or when a window has passed it, or never.
std::vector<Life> at_random(std::int64_t tokens, std::int64_t passes) {
  std::mt19937_64 random(1);
  std::vector<Life> lives;
  for (std::int64_t token = 0; token < tokens; ++token) {
    const std::int64_t born = token * passes / tokens;
    const auto left = static_cast<std::uint64_t>(passes - born);
    lives.push_back({token, token, born, born + static_cast<std::int64_t>(random() % left)});
  }
  return lives;
}
std::vector<Life> in_a_window(std::int64_t tokens, std::int64_t window) {
  std::vector<Life> lives;
  for (std::int64_t token = 0; token < tokens; ++token) {
    const std::int64_t gone = token + window;
    lives.push_back({token, token, token, token < 4 || gone >= tokens ? Life::kNever : gone});
  }
  return lives;
}

// All columns of as many rows as the picture has, of the share of the passes that begins at a third.
void show(benchmark::State& state, const OccupancyMap& map, double share, std::int64_t width,
          std::int64_t height) {
  const auto passes = static_cast<double>(map.passes());
  const PassAxis axis(map.passes());
  const std::size_t level = map.level_for(height);
  std::vector<CellRun> runs;
  std::int64_t cells = 0;
  for (auto _ : state) {
    const double begin = share < 1 ? passes / 3 : 0;
    const std::vector<PassColumn> columns = axis.columns(begin, begin + passes * share, width);
    cells = 0;
    for (std::int64_t row = 0; row < map.rows(level); ++row) {
      map.row(level, row, columns, runs);
      cells += static_cast<std::int64_t>(runs.size());
    }
    benchmark::DoNotOptimize(runs.data());
  }
  state.counters["rows"] = static_cast<double>(map.rows(level));
  state.counters["runs"] = static_cast<double>(cells);
  state.counters["MiB"] = static_cast<double>(map.bytes()) / (1 << 20);
}

// 1024 blocks over 65,536 passes: all of them, a tenth, a thousandth.
void show_1024_rows(benchmark::State& state) {
  const OccupancyMap map(at_random(16'384, 65'536), 16, 65'536);
  show(state, map, 1 / static_cast<double>(state.range(0)), 1920, 1024);
}
BENCHMARK(show_1024_rows)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

// A million tokens, each with a pass of its own, and 62,500 blocks.
constexpr std::int64_t kMillion = 1'000'000;
void show_a_million(benchmark::State& state) {
  const OccupancyMap map(
      state.range(1) != 0 ? at_random(kMillion, kMillion) : in_a_window(kMillion, 8192), 16,
      kMillion);
  show(state, map, 1 / static_cast<double>(state.range(0)), 1920, 1000);
}
BENCHMARK(show_a_million)
    ->ArgsProduct({{1, 10, 1000}, {0, 1}})
    ->ArgNames({"share", "random"})
    ->Unit(benchmark::kMillisecond);

void build_a_million(benchmark::State& state) {
  const std::vector<Life> lives =
      state.range(0) != 0 ? at_random(kMillion, kMillion) : in_a_window(kMillion, 8192);
  for (auto _ : state) benchmark::DoNotOptimize(OccupancyMap(lives, 16, kMillion).blocks());
}
BENCHMARK(build_a_million)->ArgName("random")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf
