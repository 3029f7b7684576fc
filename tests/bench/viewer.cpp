// What the viewer waits for: series of ten million points, and run files of as many.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "gui/document/load.h"
#include "timeline/run_file.h"
#include "timeline/step_series.h"

namespace kvf {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t kPoints = 10'000'000;
constexpr std::int64_t kSeries = 8;

// Times that are not regular, and a walk that is not either: nothing of it is in stretches.
void jittered(std::int64_t points, unsigned seed, Numbers& xs, Numbers& values) {
  std::mt19937_64 random(seed);
  std::int64_t x = 0;
  std::int64_t value = std::int64_t{40} << 30;
  for (std::int64_t i = 0; i < points; ++i) {
    x += 1 + static_cast<std::int64_t>(random() % 20'000);
    value += static_cast<std::int64_t>(random() % (2 << 20)) - (1 << 20);
    value = std::max<std::int64_t>(value, 0);
    xs.push_back(x);
    values.push_back(value);
  }
}

void build_step_series(benchmark::State& state) {
  Numbers xs;
  Numbers values;
  jittered(kPoints, 1, xs, values);
  for (auto _ : state) {
    state.PauseTiming();
    Numbers x = xs;
    Numbers v = values;
    state.ResumeTiming();
    benchmark::DoNotOptimize(StepSeries(std::move(x), std::move(v), xs.back()));
  }
}
BENCHMARK(build_step_series)->Unit(benchmark::kMillisecond);

// The argument: thousandths of the series that are shown.
void query_columns(benchmark::State& state) {
  Numbers xs;
  Numbers values;
  jittered(kPoints, 1, xs, values);
  const std::int64_t end = xs.back();
  const StepSeries series(std::move(xs), std::move(values), end);
  const std::int64_t width = end * state.range(0) / 1000;
  const std::int64_t begin = (end - width) / 3;
  constexpr std::int64_t kColumns = 1850;
  Numbers edges;
  for (std::int64_t i = 0; i <= kColumns; ++i) edges.push_back(begin + width * i / kColumns);
  std::vector<StepColumn> columns(kColumns);
  for (auto _ : state) {
    series.columns(edges, columns);
    benchmark::DoNotOptimize(columns.data());
  }
}
BENCHMARK(query_columns)->Arg(1000)->Arg(100)->Arg(1)->Unit(benchmark::kMicrosecond);

enum Kind : std::int64_t { kTracks, kCurves };

// Ten million points in eight tracks or curves.
class LongFile {
 public:
  explicit LongFile(Kind kind)
      : path_(fs::temp_directory_path() /
              ("kvf-bench-" + std::to_string(getpid()) + "-" + std::to_string(kind) + ".kvf")) {
    RunFileWriter writer(path_, {});
    for (unsigned s = 0; s < kSeries; ++s) {
      Numbers xs;
      Numbers values;
      jittered(kPoints / kSeries, s, xs, values);
      if (kind == kCurves) {
        std::vector<CurvePoint> points;
        for (std::size_t i = 0; i < xs.size(); ++i) points.push_back({xs[i], values[i]});
        writer.append_points(writer.add_curve({"live", std::to_string(s), TrackUnit::bytes}),
                             points);
        continue;
      }
      TrackColumns columns;
      for (std::size_t i = 0; i < values.size(); ++i) {
        columns.first_row.push_back(static_cast<std::int64_t>(i));
        columns.rows.push_back(1);
        columns.past.push_back(i == 0 ? 0 : values[i - 1]);
        columns.held_during.push_back(values[i] + xs[i] % 1000);
        columns.held_after.push_back(values[i]);
      }
      TrackInfo info;
      info.name = "track " + std::to_string(s);
      info.unit = TrackUnit::bytes;
      writer.append(writer.add_track(info), columns);
    }
    writer.finish_run({}, {}, {});
    writer.finish();
  }
  ~LongFile() { fs::remove(path_); }
  LongFile(const LongFile&) = delete;
  LongFile& operator=(const LongFile&) = delete;
  std::string name() const { return path_.string(); }

 private:
  fs::path path_;
};

const LongFile& long_file(Kind kind) {
  static const LongFile tracks(kTracks);
  static const LongFile curves(kCurves);
  return kind == kTracks ? tracks : curves;
}

// Megabytes of this process that are in memory, now and at most so far.
double memory_now(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::atof(line.c_str() + key.size()) / 1e3;
  }
  return 0;
}

void open_outline(benchmark::State& state) {
  const LongFile& file = long_file(static_cast<Kind>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(gui::load_outline({file.name()}));
}
BENCHMARK(open_outline)->Arg(kTracks)->Arg(kCurves)->Unit(benchmark::kMillisecond);

void open_complete(benchmark::State& state) {
  const auto kind = static_cast<Kind>(state.range(0));
  const LongFile& file = long_file(kind);
  double most = 0;
  double kept = 0;
  for (auto _ : state) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const double before = memory_now("VmRSS:");
    const gui::Document document = gui::complete(gui::load_outline({file.name()}));
    benchmark::DoNotOptimize(document);
    kept = memory_now("VmRSS:") - before;
    most = memory_now("VmHWM:") - before;
  }
  const double columns = static_cast<double>(kPoints) * 8e-6 * (kind == kTracks ? 5 : 2);
  state.counters["columns_MB"] = columns;
  state.counters["kept_MB"] = kept;
  state.counters["most_MB"] = most;
}
BENCHMARK(open_complete)->Arg(kTracks)->Arg(kCurves)->Unit(benchmark::kMillisecond);

// What a view of one hundredth reads of a file that stays outlined.
void open_detail(benchmark::State& state) {
  const LongFile& file = long_file(static_cast<Kind>(state.range(0)));
  const gui::Axis axis = state.range(0) == kTracks ? gui::Axis::pass : gui::Axis::second;
  const gui::Document outline = gui::load_outline({file.name()});
  const std::int64_t end = outline.runs.front()->series.front().at(axis)->end;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gui::load_detail(outline, axis, end / 2, end / 2 + end / 100));
  }
}
BENCHMARK(open_detail)->Arg(kTracks)->Arg(kCurves)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf
