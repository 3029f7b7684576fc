// Documents made by hand, for tests of the viewer.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gui/document/document.h"

namespace kvf::test {

// A series with the value ys[i] from xs[i] on, until `end`.
inline gui::Series series(std::string name, std::vector<std::int64_t> xs,
                          std::vector<std::int64_t> ys, std::int64_t end,
                          gui::Axis axis = gui::Axis::row, TrackUnit unit = TrackUnit::bytes) {
  gui::Series result;
  result.name = std::move(name);
  result.unit = unit;
  auto on = std::make_shared<gui::SeriesOnAxis>();
  on->steps = StepSeries(std::move(xs), std::move(ys), end);
  on->begin = on->steps.begin();
  on->end = end;
  const std::int64_t peak = on->steps.max_point(0, on->steps.points());
  if (peak >= 0) result.peak = on->steps.value(peak);
  result.on[static_cast<std::size_t>(axis)] = std::move(on);
  return result;
}

inline std::shared_ptr<gui::Run> run(std::string file, int number, std::string label,
                                     std::string task, std::vector<gui::Series> series) {
  auto result = std::make_shared<gui::Run>();
  result->id = file + "#" + std::to_string(number);
  result->file = std::move(file);
  result->label = std::move(label);
  result->task = std::move(task);
  result->series = std::move(series);
  return result;
}

// Two policies on two tasks: rows 0 to 1000, or 2000; peaks at 300 and 700 (run 2: 500), phases
// that begin at 0, 400 and 800. Only the first has layers; the passes of the first are an axis too.
inline gui::Document sample_document() {
  gui::Document document;
  const auto add = [&](int number, const char* label, const char* task, std::int64_t length,
                       std::vector<std::int64_t> xs, std::vector<std::int64_t> ys) {
    auto one = run("a.kvf", number, label, task, {});
    std::vector<std::int64_t> entries = ys;
    for (std::int64_t& y : entries) y /= 4;
    one->series.push_back(series("total", xs, entries, length, gui::Axis::row, TrackUnit::entries));
    one->series.push_back(series("cache", xs, ys, length));
    if (number == 1) {
      gui::Series layer =
          series("layer 0 full", xs, entries, length, gui::Axis::row, TrackUnit::entries);
      layer.role = "full";
      layer.layer = 0;
      one->series.push_back(std::move(layer));
      gui::Series by_pass = series("total", {0, 1, 2}, {10, 20, 30}, 3, gui::Axis::pass);
      one->series[0].on[1] = by_pass.on[1];
      one->series[1].on[1] = by_pass.on[1];
    }
    one->phases[0] = {{"prefill", 0, 400}, {"decode", 400, 800}, {"turn 2", 800, length}};
    document.runs.push_back(std::move(one));
  };
  add(1, "full", "recall", 1000, {0, 100, 300, 320, 700, 710}, {40, 80, 400, 100, 240, 60});
  add(2, "streaming", "recall", 1000, {0, 500, 510}, {20, 160, 40});
  add(3, "full", "rag", 2000, {0, 1000, 1010}, {80, 800, 120});
  add(4, "streaming", "rag", 2000, {0, 1500, 1510}, {24, 180, 44});
  return document;
}

}  // namespace kvf::test
