// A small run file for tests, and all that can be read from one.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "timeline/run_file.h"

namespace kvf::test {

// A new folder that goes away with the value.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kvf-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

// Prefill in chunks, then decode, in `cells` cells that keep at most `capacity` entries each.
inline TrackColumns played(std::int64_t prompt, std::int64_t chunk, std::int64_t output,
                           std::int64_t cells, std::int64_t capacity) {
  TrackColumns track;
  std::int64_t position = 0;
  std::int64_t past = 0;
  const auto play = [&](std::int64_t rows) {
    track.first_row.push_back(position);
    track.rows.push_back(rows);
    track.past.push_back(past * cells);
    track.held_during.push_back((past + rows) * cells);
    past = std::min(past + rows, capacity);
    track.held_after.push_back(past * cells);
    position += rows;
  };
  while (position < prompt) play(std::min(chunk, prompt - position));
  for (std::int64_t i = 0; i < output; ++i) play(1);
  return track;
}

// Values without any order, below `limit`.
inline TrackColumns noise(std::size_t passes, std::uint64_t limit, unsigned seed) {
  std::mt19937_64 random(seed);
  TrackColumns track;
  for (const auto& column : kTrackColumns) {
    for (std::size_t i = 0; i < passes; ++i) {
      (track.*column.values).push_back(static_cast<std::int64_t>(random() % limit));
    }
  }
  return track;
}

inline TrackColumns slice(const TrackColumns& track, std::size_t from, std::size_t passes) {
  TrackColumns part;
  for (const auto& column : kTrackColumns) {
    const auto begin = (track.*column.values).begin() + static_cast<std::ptrdiff_t>(from);
    (part.*column.values).assign(begin, begin + static_cast<std::ptrdiff_t>(passes));
  }
  return part;
}

inline RunInfo sample_info() {
  RunInfo info;
  info.label = "streaming";
  info.policy = R"({"name":"streaming","sink_tokens":4,"window_tokens":60})";
  info.task = "recall";
  info.prompt = Tokens(100);
  info.output = Tokens(10);
  info.prefill_chunk = Tokens(32);
  info.model = "llama-3.1-8b";
  info.accounting = "implementation";
  info.implementation = "eval";
  info.footprint.active_entries = Area(static_cast<Int128>(9'000'000'000'000'000'000) * 1000 + 7);
  info.footprint.full_entries = Area(12);
  info.footprint.peak_entries = Entries(704);
  info.footprint.peak_layerwise_entries = Entries(702);
  info.footprint.full_peak_entries = Entries(880);
  info.footprint.peak_pass = 3;
  info.footprint.peak_layerwise_pass = 2;
  info.footprint.held_after_prefill = Entries(700);
  info.footprint.held_after_decode = Entries(701);
  info.footprint.footprint = 0.1 + 0.2;
  info.footprint.peak = 0.8;
  info.footprint.active_share = 0.25;
  info.peak_bytes = Bytes(2816);
  info.closed_form_agrees = true;
  return info;
}

// Nothing that can be left out, and the fractions of a nominal share of heads.
inline RunInfo bare_info() {
  RunInfo info;
  info.footprint.active_share.reset();
  info.footprint.weighted = Footprint::Weighted{0.5, 1, 2.25, 3, 1e300};
  return info;
}

inline Timeline sample_timeline() {
  return {{{{"total", "", -1, 8}, played(100, 32, 10, 8, 64)},
           {{"layer 1 full", "full", 1, 4, 0}, played(100, 32, 5000, 4, 1 << 30)},
           {{"layer 1 streaming", "streaming", 1, 4, 0, 0.3, TrackUnit::bytes}, noise(50, 1000, 1)},
           {{"nothing", "full", 2, 4}, {}}},
          {{"prefill", 0, 4}, {"decode", 4, 10}},
          {{2, "evicts for the first time"}}};
}

inline RunFileMeta sample_meta() {
  return {{"producer", "kvfootprint 1.0.0"}, {"scenario", "# \xC3\xBC\n"}, {"command_line", ""}};
}

struct CellLives {
  LifespanInfo info;
  std::vector<Life> lives;
  friend bool operator==(const CellLives&, const CellLives&) = default;
};

// Of more than a chunk in some order, without order, and none.
inline std::vector<CellLives> sample_lives() {
  std::vector<Life> window;
  for (std::int64_t i = 0; i < 5000; ++i) window.push_back({4 + i, 4 + i, i / 2, i + 60});
  window.push_back({0, 3, 0});
  std::vector<Life> scattered;
  std::mt19937 random(4);
  const auto below = [&](unsigned limit) { return static_cast<std::int64_t>(random() % limit); };
  for (int i = 0; i < 300; ++i) {
    const std::int64_t first = below(1000);
    const std::int64_t born = below(100);
    scattered.push_back({first, first + below(10), born, born + below(100)});
  }
  std::vector<CellLives> cells(3);
  cells[0].info = {"streaming", 1, 2, -1};
  cells[0].lives = std::move(window);
  cells[1].info = {"full", 0, 0, 3};
  cells[1].lives = std::move(scattered);
  cells[2].info.layer = 7;
  return cells;
}

// Of more than a chunk at equal steps, without order, and none.
inline std::vector<Curve> sample_curves() {
  std::vector<CurvePoint> steady;
  for (std::int64_t i = 0; i < 5000; ++i) steady.push_back({10 * i, i % 3});
  std::vector<CurvePoint> events;
  std::mt19937_64 random(5);
  std::int64_t now = 0;
  for (int i = 0; i < 300; ++i) {
    now += static_cast<std::int64_t>(random() % 1000);
    events.push_back({now, static_cast<std::int64_t>(random() % (1ULL << 40))});
  }
  return {{{"passes", "", TrackUnit::passes}, std::move(steady)},
          {{"live", "cuda:0"}, std::move(events)},
          {{"reserved", "cuda:0"}, {}}};
}

inline RecordedInfo sample_recorded() { return {"kineto", {1, 2, 3, 4, 5, 6, 7, 8}}; }

// `recorded`: with lives, and the second run is a recording.
enum class Sample { tracks, with_lives, recorded };

inline void write_sample(const std::filesystem::path& file, Sample what = Sample::tracks) {
  RunFileWriter writer(file, sample_meta());
  if (what != Sample::tracks) {
    for (const CellLives& cell : sample_lives()) {
      writer.append_lives(writer.add_lifespan(cell.info), cell.lives);
    }
  }
  writer.write_run(sample_info(), sample_timeline());
  RunInfo bare = bare_info();
  Timeline timeline;
  if (what == Sample::recorded) {
    bare.recorded = sample_recorded();
    timeline.curves = sample_curves();
  }
  writer.write_run(bare, timeline);
  writer.finish();
}

// All that is in a file, whichever way it is read.
struct Contents {
  RunFileMeta meta;
  bool complete = false;
  std::vector<std::pair<RunInfo, Timeline>> runs;
  std::vector<std::pair<std::int64_t, CellLives>> lives;  // with the id of the run
  friend bool operator==(const Contents&, const Contents&) = default;
};

inline Contents read_all(const std::filesystem::path& file) {
  const RunFileReader reader(file);
  Contents contents{reader.meta(), reader.complete(), {}, {}};
  for (const StoredRun& run : reader.runs()) {
    contents.runs.emplace_back(run.info, reader.timeline(run));
  }
  for (const StoredLifespan& lifespan : reader.lifespans()) {
    auto& [run, cell] = contents.lives.emplace_back();
    run = lifespan.run_id;
    cell.info = lifespan.info;
    for (const StoredLifeChunk& chunk : reader.chunks(lifespan)) {
      for (const Life& life : reader.lives(chunk)) cell.lives.push_back(life);
    }
  }
  return contents;
}

}  // namespace kvf::test
