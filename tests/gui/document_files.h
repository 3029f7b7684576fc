// Run files that tests of documents write, and what is in a series.
#pragma once

#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gui/document/document.h"
#include "tests/run_file_sample.h"
#include "timeline/run_file.h"

namespace kvf::test {

using gui::Axis;

inline constexpr std::array kAxes{Axis::row, Axis::pass, Axis::second};
using Numbers = std::vector<std::int64_t>;

inline std::string string(const std::filesystem::path& path) { return path.string(); }

inline Numbers xs_of(const StepSeries& steps) {
  Numbers xs;
  for (std::int64_t i = 0; i < steps.points(); ++i) xs.push_back(steps.x(i));
  return xs;
}

inline Numbers values_of(const StepSeries& steps) {
  Numbers values;
  for (std::int64_t i = 0; i < steps.points(); ++i) values.push_back(steps.value(i));
  return values;
}

// Passes of 1 to 9 rows and a batch of noise: nothing is regular.
inline Timeline long_timeline(std::int64_t passes, unsigned seed) {
  std::mt19937_64 random(seed);
  Timeline timeline{
      {}, {{"prefill", 0, 5000}, {"decode", 5000, passes - 5000}}, {{6001, "here"}}, {}};
  for (const char* name : {"total", "layer 0 full"}) {
    Track track;
    track.info.name = name;
    track.info.layer = timeline.tracks.empty() ? -1 : 0;
    track.columns = noise(static_cast<std::size_t>(passes), 1 << 20, seed++);
    timeline.tracks.push_back(std::move(track));
  }
  Curve clock{{"passes", "", TrackUnit::passes}, {}};
  Curve live{{"live", "cuda:0"}, {}};
  std::int64_t row = 0;
  std::int64_t time = 7;
  for (std::int64_t p = 0; p < passes; ++p) {
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 9);
    for (Track& track : timeline.tracks) {
      track.columns.first_row[static_cast<std::size_t>(p)] = row;
      track.columns.rows[static_cast<std::size_t>(p)] = rows;
    }
    row += rows;
    clock.points.push_back({time, p + 1});
    for (int i = 0; i < 3; ++i) {
      time += static_cast<std::int64_t>(random() % 50);
      live.points.push_back({time, static_cast<std::int64_t>(random() % 5000)});
    }
  }
  timeline.curves = {std::move(live), std::move(clock)};
  return timeline;
}

struct Written {
  TemporaryFolder folder;
  std::string file = string(folder.path / "run.kvf");
  Written(const std::vector<std::pair<RunInfo, Timeline>>& runs, const RunFileMeta& meta = {}) {
    RunFileWriter writer(file, meta);
    for (const auto& [info, timeline] : runs) writer.write_run(info, timeline);
    writer.finish();
  }
};

inline RunInfo recorded(const std::string& source, const RecordingCounters& counters = {}) {
  RunInfo info;
  info.label = "found";
  info.footprint.active_share.reset();
  info.recorded = RecordedInfo{source, counters};
  return info;
}

}  // namespace kvf::test
