// Run files: what is written comes back, in pieces or whole.
#include "timeline/run_file.h"

#include <algorithm>
#include <limits>
#include <random>

#include "tests/catch.h"
#include "tests/run_file_sample.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

TEST_CASE("a run file gives back what was written", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "sample.kvf";
  write_sample(file);
  CHECK(names_in(folder.path) == std::vector<std::string>{"sample.kvf"});

  const Contents contents = read_all(file);
  CHECK(contents.meta == sample_meta());
  CHECK(contents.complete);
  REQUIRE(contents.runs.size() == 2);
  CHECK(contents.runs[0].first == sample_info());
  CHECK(contents.runs[0].second == sample_timeline());
  CHECK(contents.runs[1].first == bare_info());
  CHECK(contents.runs[1].second == Timeline{});
}

TEST_CASE("the largest numbers and odd texts survive", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a file: with?a=strange name.kvf";
  const auto max = std::numeric_limits<std::int64_t>::max();
  RunInfo info;
  info.label = std::string("nul \0 and \xFF, which is no UTF-8", 30);
  info.footprint.active_entries = Area(Int128{max} * max * 2);
  info.footprint.peak_entries = Entries(max);
  info.footprint.footprint = -0.0;
  info.footprint.peak = std::numeric_limits<double>::denorm_min();
  const Timeline timeline{
      {{{"t", "", -1, max}, {{0, max}, {max, 0}, {0, max}, {max, max}, {0, 0}}}}, {}, {}};
  RunFileWriter writer(file, {{"key", std::string(300'000, 'x')}});
  writer.write_run(info, timeline);
  writer.finish();
  const Contents contents = read_all(file);
  REQUIRE(contents.runs.size() == 1);
  CHECK(contents.runs[0] == std::pair(info, timeline));
  CHECK(contents.meta.at("key").size() == 300'000);
}

TEST_CASE("a track may be appended in pieces of any size", "[run_file]") {
  const TemporaryFolder folder;
  const Timeline timeline{{{{"a", "full", 0, 8}, played(100'000, 7, 3'000, 8, 1 << 20)},
                           {{"b", "streaming", 0, 8}, played(100'000, 7, 3'000, 8, 1024)},
                           {{"c", "", -1, 16}, noise(9'000, 1 << 30, 3)}},
                          {},
                          {}};
  RunFileWriter whole(folder.path / "whole.kvf", {});
  whole.write_run(sample_info(), timeline);
  whole.finish();

  RunFileWriter pieces(folder.path / "pieces.kvf", {});
  std::mt19937 random(5);
  std::vector<std::int64_t> ids;
  for (const Track& track : timeline.tracks) ids.push_back(pieces.add_track(track.info));
  std::vector<std::size_t> done(ids.size());
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const TrackColumns& columns = timeline.tracks[i].columns;
      const std::size_t most = random() % 4 == 0 ? 9'000 : 50;
      const std::size_t part = std::min(random() % most, columns.passes() - done[i]);
      pieces.append(ids[i], slice(columns, done[i], part));
      done[i] += part;
      more = more || done[i] < columns.passes();
    }
  }
  pieces.finish_run(sample_info(), {}, {});
  pieces.finish();

  const Contents contents = read_all(folder.path / "pieces.kvf");
  CHECK(contents == read_all(folder.path / "whole.kvf"));
  CHECK(contents.runs[0].second == timeline);
}

TEST_CASE("the index tells the range of each chunk", "[run_file]") {
  const TemporaryFolder folder;
  const TrackColumns columns = noise(10'000, 1000, 8);
  RunFileWriter writer(folder.path / "a.kvf", {});
  writer.write_run({}, {{{{}, columns}}, {}, {}});
  writer.finish();

  const RunFileReader reader(folder.path / "a.kvf");
  const StoredTrack track = reader.tracks(reader.runs()[0])[0];
  CHECK(track.passes == 10'000);
  const auto chunks = reader.chunks(track);
  REQUIRE(chunks.size() == 3);
  std::int64_t first_pass = 0;
  for (const StoredChunk& chunk : chunks) {
    CHECK(chunk.first_pass == first_pass);
    CHECK(chunk.passes == std::min<std::int64_t>(4096, 10'000 - first_pass));
    const TrackColumns part = slice(columns, static_cast<std::size_t>(first_pass),
                                    static_cast<std::size_t>(chunk.passes));
    CHECK(reader.columns(chunk) == part);
    for (std::size_t i = 0; i < kTrackColumns.size(); ++i) {
      const auto& values = part.*kTrackColumns[i].values;
      const auto [min, max] = std::minmax_element(values.begin(), values.end());
      CHECK(chunk.columns[i] == MinMax{*min, *max});
    }
    first_pass += chunk.passes;
  }
}

TEST_CASE("a run that was abandoned leaves no trace", "[run_file]") {
  const TemporaryFolder folder;
  RunFileWriter writer(folder.path / "a.kvf", {});
  writer.write_run(sample_info(), sample_timeline());

  const std::int64_t track = writer.add_track({});
  writer.append(track, noise(20'000, 1 << 20, 1));
  CHECK_THROWS_WITH(writer.append(track, {{0}, {1}, {-5}, {1}, {1}}),
                    "track: past is -5 in pass 0");
  CHECK_THROWS_WITH(writer.append(track, {}), "run file: the run is lost");
  CHECK_THROWS_WITH(writer.finish_run({}, {}, {}), "run file: the run is lost");
  writer.abandon_run();

  RunInfo bad;
  bad.footprint.footprint = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(writer.finish_run(bad, {}, {}), "run file: footprint is nan");
  writer.abandon_run();
  bad.footprint.footprint.reset();
  bad.prompt = Tokens(-1);
  CHECK_THROWS_WITH(writer.finish_run(bad, {}, {}), "run file: prompt_tokens is -1");
  writer.abandon_run();
  CHECK_THROWS_WITH(writer.write_run({}, {{{{"", "", -2, 1}, {}}}, {}, {}}),
                    "run file: layer is -2");
  writer.abandon_run();

  writer.write_run(sample_info(), sample_timeline());
  writer.finish();
  const Contents contents = read_all(folder.path / "a.kvf");
  REQUIRE(contents.runs.size() == 2);
  CHECK(contents.runs[0] == contents.runs[1]);
}

TEST_CASE("calls out of order are refused", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  CHECK_THROWS_WITH(RunFileWriter(file, {{"runs", "7"}}), "run file: the key 'runs' is its own");
  RunFileWriter writer(file, {});
  CHECK_THROWS_WITH(writer.append(1, {}), "run file: track 1 is not being written");
  writer.abandon_run();
  const std::int64_t track = writer.add_track({});
  CHECK_THROWS_WITH(writer.finish(), "run file: a run is neither finished nor abandoned");
  writer.finish_run({}, {}, {});
  CHECK_THROWS_WITH(writer.append(track, {}), "run file: track 1 is not being written");
  writer.abandon_run();
  writer.finish();
  CHECK_THROWS_WITH(writer.finish(), "run file: it is finished");
  CHECK_THROWS_WITH(writer.add_track({}), "run file: it is finished");
}

TEST_CASE("the target changes only when the file is finished", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  const fs::path link = folder.path / "link.kvf";
  write_file(file, "old");
  fs::create_symlink("a.kvf", link);
  {
    RunFileWriter writer(link, {});
    writer.write_run(sample_info(), sample_timeline());
    CHECK(names_in(folder.path).size() == 3);
  }
  CHECK(names_in(folder.path).size() == 2);
  CHECK(read_file(file) == "old");

  RunFileWriter one(link, {});
  RunFileWriter two(file, {});
  two.finish();
  one.write_run(sample_info(), sample_timeline());
  one.finish();
  CHECK(fs::is_symlink(link));
  CHECK(read_all(file).runs.size() == 1);
  CHECK(names_in(folder.path).size() == 2);

  RunFileWriter late(file, {});
  fs::remove(file);
  fs::create_directory(file);
  CHECK_THROWS_WITH(late.finish(), "cannot write " + file.string() + ": Is a directory");
}
