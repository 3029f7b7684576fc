// How long a picture of the viewer takes at 1920 x 1080: lines, a stack, the cursor, a what-if change.
//
// Promised (medians, on an idle machine): one run of 10 million points 4 ms, 8 overlaid 6 ms, 8
// components stacked 8 ms, a move of the cursor 1 ms, a change of what-if until it is drawn 16 ms.
#include <benchmark/benchmark.h>

#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gui/render/overlay.h"
#include "gui/render/render.h"
#include "gui/whatif/model.h"

namespace kvf::gui {
namespace {

constexpr QSize kScreen(1920, 1080);
constexpr std::int64_t kPoints = 10'000'000;

using Xs = std::shared_ptr<const Ascending>;

// Moments some microseconds apart, not evenly.
const Xs& moments() {
  static const Xs xs = [] {
    std::mt19937_64 random(1);
    std::vector<std::int64_t> values(kPoints);
    std::int64_t now = 0;
    for (auto& x : values) x = now += 1 + static_cast<std::int64_t>(random() % 2000);
    return std::make_shared<const Ascending>(std::move(values));
  }();
  return xs;
}

Series series(const std::string& name, unsigned seed, std::int64_t most) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> values(kPoints);
  std::int64_t held = most / 2;
  for (auto& value : values) {
    held += static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
    value = held = std::clamp<std::int64_t>(held, 0, most);
  }
  values[kPoints / 3] = most;  // one sample
  Series one;
  one.name = name;
  one.unit = TrackUnit::bytes;
  one.peak = most;
  auto on = std::make_shared<SeriesOnAxis>();
  on->begin = moments()->front();
  on->end = moments()->back() + 1000;
  on->steps =
      StepSeries(moments(), std::make_shared<const MinMaxPyramid>(std::move(values)), on->end);
  one.on[static_cast<std::size_t>(Axis::second)] = std::move(on);
  return one;
}

// `count` runs of one series each, or one run with that many parts and their total.
Document runs(std::size_t count) {
  Document document;
  for (std::size_t i = 0; i < count; ++i) {
    auto run = std::make_shared<Run>();
    run->id = std::to_string(i);
    run->label = "run " + run->id;
    run->series.push_back(series("cache", static_cast<unsigned>(i), 80LL << 30));
    document.runs.push_back(std::move(run));
  }
  return document;
}

Document stacked() {
  auto run = std::make_shared<Run>();
  run->id = "0";
  std::int64_t most = 0;
  for (const char* name : {"held", "cache", "reserved", "device"}) {
    run->series.push_back(series(name, 7, most += 15LL << 30));
  }
  for (const char* name : {"weights", "activations", "cuda_graphs", "non_torch", "context"}) {
    run->series.push_back(series(name, 3, 3LL << 30));
    run->series.back().role = "beside";
  }
  Document document;
  document.runs.push_back(std::move(run));
  return document;
}

ViewState view_of(const Document& document, LaneKind kind, const std::string& name) {
  ViewState view;
  view.axis = Axis::second;
  Lane lane;
  lane.kind = kind;
  lane.series = name;
  for (const auto& run : document.runs) lane.runs.push_back(run->id);
  view.lanes.push_back(std::move(lane));
  return view;
}

// The whole, a tenth and a thousandth of it, as `state.range(0)` says.
void zoom(const benchmark::State& state, const Document& document, ViewState& view) {
  const Interval all = full_range(document, view);
  const double width = all.width() / static_cast<double>(state.range(0));
  view.range = {all.begin + all.width() / 3 - width / 3, 0};
  view.range.end = view.range.begin + width;
}

void draw(benchmark::State& state, const Document& document, ViewState view) {
  zoom(state, document, view);
  QImage image(kScreen, QImage::Format_RGB32);
  for (auto _ : state) {
    QPainter painter(&image);
    render_lanes(painter, document, view, kScreen);
  }
}

void frame_one_run(benchmark::State& state) {
  static const Document document = runs(1);
  draw(state, document, view_of(document, LaneKind::lines, "cache"));
}
BENCHMARK(frame_one_run)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

void frame_eight_runs(benchmark::State& state) {
  static const Document document = runs(8);
  draw(state, document, view_of(document, LaneKind::lines, "cache"));
}
BENCHMARK(frame_eight_runs)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

void frame_eight_parts(benchmark::State& state) {
  static const Document document = stacked();
  draw(state, document, view_of(document, LaneKind::stack, "device"));
}
BENCHMARK(frame_eight_parts)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

// The picture of the lanes is kept; where what lies over it has changed it is drawn anew.
void frame_cursor(benchmark::State& state) {
  static const Document document = runs(8);
  ViewState view = view_of(document, LaneKind::lines, "cache");
  zoom(state, document, view);
  QImage lanes(kScreen, QImage::Format_RGB32);
  {
    QPainter painter(&lanes);
    render_lanes(painter, document, view, kScreen);
  }
  QImage screen = lanes.copy();
  Overlay before;
  double share = 0;
  for (auto _ : state) {
    share = share > 0.9 ? 0.1 : share + 0.01;
    view.cursor = view.range.begin + share * view.range.width();
    Overlay now = overlay_of(document, view, kScreen);
    QPainter painter(&screen);
    painter.setClipRegion(changed(before, now));
    painter.drawImage(0, 0, lanes);
    paint_overlay(painter, now);
    before = std::move(now);
  }
}
BENCHMARK(frame_cursor)->Arg(1)->Unit(benchmark::kMillisecond);

// From a moved slider to the picture: figures, curve, two runs drawn.
void frame_what_if(benchmark::State& state) {
  WhatIf asked = first_what_if();
  Document document;
  QImage image(kScreen, QImage::Format_RGB32);
  std::int64_t moved = 0;
  for (auto _ : state) {
    asked.workload.prompt = Tokens(131072 + ++moved % 1000);
    const WhatIfResult result = evaluate(asked);
    if (result.run == nullptr) {
      state.SkipWithError(result.error.c_str());
      break;
    }
    document.runs = {result.run};
    ViewState view = first_view(document);
    QPainter painter(&image);
    render_lanes(painter, document, view, kScreen);
  }
}
BENCHMARK(frame_what_if)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf::gui

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QGuiApplication application(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
