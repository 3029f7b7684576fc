// The format of run files: old files stay readable, and the documentation tells the truth.
#include <cstdio>
#include <cstdlib>

#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/run_file.h"

using namespace kvf;
using namespace kvf::test;

namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  REQUIRE(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("a file of version 1 is read for ever", "[run_file]") {
  // Written by the hidden test below, once. Never write it again: it stands for the files that
  // people have.
  const Contents contents = read_all(KVF_TESTS_DIR "/data/version-1.kvf");
  CHECK(contents.complete);
  CHECK(contents.meta == RunFileMeta{{"producer", "kvfootprint 1.0.0"}, {"scenario", "one: 1\n"}});
  REQUIRE(contents.runs.size() == 2);

  const auto& [info, timeline] = contents.runs[0];
  CHECK(info.label == "streaming");
  CHECK(info.policy == R"({"name":"streaming","sink_tokens":4,"window_tokens":60})");
  CHECK(info.task == "recall");
  CHECK(info.prompt == Tokens(100));
  CHECK(info.output == Tokens(10));
  CHECK(info.prefill_chunk == Tokens(32));
  CHECK(info.model == "llama-3.1-8b");
  CHECK(info.accounting == "implementation");
  CHECK(info.implementation == "eval");
  const Footprint& footprint = info.footprint;
  CHECK(to_string(footprint.active_entries) == "9000000000000000000007");
  CHECK(footprint.full_entries == Area(12));
  CHECK(footprint.peak_entries == Entries(704));
  CHECK(footprint.peak_layerwise_entries == Entries(702));
  CHECK(footprint.full_peak_entries == Entries(880));
  CHECK(footprint.peak_pass == 3);
  CHECK(footprint.peak_layerwise_pass == 2);
  CHECK(footprint.held_after_prefill == Entries(700));
  CHECK(footprint.held_after_decode == Entries(701));
  CHECK(footprint.footprint == 0.30000000000000004);
  CHECK(footprint.peak == 0.8);
  CHECK(footprint.active_share == 0.25);
  CHECK(footprint.weighted == std::nullopt);
  CHECK(info.peak_bytes == Bytes(2816));
  CHECK(info.closed_form_agrees == true);

  REQUIRE(timeline.tracks.size() == 3);
  CHECK(timeline.tracks[0].info == TrackInfo{"total", "", -1, 8});
  CHECK(timeline.tracks[0].columns == TrackColumns{{0, 32, 64, 96, 100, 101},
                                                   {32, 32, 32, 4, 1, 1},
                                                   {0, 256, 512, 512, 512, 512},
                                                   {256, 512, 768, 544, 520, 520},
                                                   {256, 512, 512, 512, 512, 512}});
  CHECK(timeline.tracks[1].info ==
        TrackInfo{"layer 1 streaming", "streaming", 1, 4, 0, 0.3, TrackUnit::bytes});
  CHECK(timeline.tracks[1].columns == TrackColumns{{5}, {4}, {3}, {2}, {1}});
  CHECK(timeline.tracks[2].info == TrackInfo{"long", "full", 0, 1, -1, 1, TrackUnit::blocks});
  CHECK(timeline.tracks[2].columns.passes() == 5001);
  CHECK(timeline.tracks[2].columns.held_during[5000] == 5100);
  CHECK(timeline.phases == std::vector<PhaseSpan>{{"prefill", 0, 4}, {"decode", 4, 2}});
  CHECK(timeline.markers == std::vector<Marker>{{2, "evicts for the first time"}});

  const auto& [bare, nothing] = contents.runs[1];
  CHECK(bare.footprint.weighted == Footprint::Weighted{0.5, 1, 2.25, 3, 1e300});
  CHECK(bare.footprint.active_share == std::nullopt);
  CHECK(bare.prefill_chunk == std::nullopt);
  CHECK(bare.peak_bytes == std::nullopt);
  CHECK(bare.closed_form_agrees == std::nullopt);
  CHECK(nothing == Timeline{});
}

TEST_CASE("write version-1.kvf into the current folder", "[.write-version-1]") {
  RunFileWriter writer("version-1.kvf",
                       {{"producer", "kvfootprint 1.0.0"}, {"scenario", "one: 1\n"}});
  writer.write_run(
      sample_info(),
      {{{{"total", "", -1, 8}, played(100, 32, 2, 8, 64)},
        {{"layer 1 streaming", "streaming", 1, 4, 0, 0.3, TrackUnit::bytes},
         {{5}, {4}, {3}, {2}, {1}}},
        {{"long", "full", 0, 1, -1, 1, TrackUnit::blocks}, played(100, 100, 5000, 1, 1 << 20)}},
       {{"prefill", 0, 4}, {"decode", 4, 2}},
       {{2, "evicts for the first time"}}});
  writer.write_run(bare_info(), {});
  writer.finish();
}

TEST_CASE("the Python example of the documentation prints a track", "[run_file]") {
  if (std::system("python3 -c 'import sqlite3' 2>/dev/null") != 0) {
    KVF_SKIP("no python3 with sqlite3");
  }
  const TemporaryFolder folder;
  const std::string page = read_file(KVF_TESTS_DIR "/../docs/run-file.md");
  const std::string open = "```python\n";
  const auto begin = page.find(open);
  REQUIRE(begin != std::string::npos);
  const auto end = page.find("```", begin + open.size());
  write_file(folder.path / "example.py",
             page.substr(begin + open.size(), end - begin - open.size()));
  write_sample(folder.path / "sample.kvf");

  std::string expected = "streaming, recall: total, entries\n";
  const TrackColumns track = sample_timeline().tracks[0].columns;
  for (std::size_t pass = 0; pass < track.passes(); ++pass) {
    expected += std::to_string(pass) + " " + std::to_string(track.held_during[pass]) + "\n";
  }
  CHECK(output_of("cd '" + folder.path.string() + "' && python3 example.py sample.kvf") ==
        expected);
}
