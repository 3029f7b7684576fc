// The clock of a simulated run in its file, and the areas that a report says.
#include "sim/play.h"
#include "tests/catch.h"
#include "tests/run_file_sample.h"

using namespace kvf;

namespace {

struct PlayedFile {
  test::TemporaryFolder folder;
  input::Scenario scenario;
  std::vector<PlayedCase> cases;

  PlayedFile(const std::string& memory, const std::string& task)
      : scenario(input::parse_scenario("kvfootprint-scenario: 1\nmodel: llama-3.1-8b\n" + task +
                                           "\nmemory: " + memory +
                                           "\npolicies: [full, {name: streaming, sink_tokens: 16, "
                                           "window_tokens: 100}]\n",
                                       "file.yaml")) {
    RunFileWriter writer(file(), {});
    cases = play(scenario, {}, writer);
    writer.finish();
  }
  std::filesystem::path file() const { return folder.path / "run.kvf"; }
};

}  // namespace

TEST_CASE("a run on a GPU has a clock, and each track of bytes an area over it", "[run_file]") {
  const PlayedFile played(
      GENERATE(as<std::string>{}, "{cache: contiguous, gpu: rtx-4090}",
               "{cache: paged, gpu: rtx-4090}"),
      GENERATE(
          as<std::string>{}, "prompt_tokens: 3000\noutput_tokens: 40\nprefill_chunk_tokens: 512",
          "tasks: [{name: t, sequences: [{prompt_tokens: 900, output_tokens: 6, count: 5}]}]"));
  const RunFileReader reader(played.file());
  const std::vector<StoredRun> runs = reader.runs();
  REQUIRE(runs.size() == 2);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Timeline timeline = reader.timeline(runs[r]);
    REQUIRE(timeline.curves.size() == 1);
    CHECK(timeline.curves[0].info == CurveInfo{"passes", "", TrackUnit::passes});
    const std::vector<CurvePoint>& points = timeline.curves[0].points;
    const std::int64_t passes = std::ssize(timeline.tracks.back().columns.rows);
    REQUIRE(std::ssize(points) == passes + 1);
    CHECK(points.front() == CurvePoint{0, 1});
    CHECK(points.back().value == passes);
    CHECK(points.back().time_ns > points[points.size() - 2].time_ns);

    const RunSeconds& seconds = played.cases[r].seconds.value();
    CHECK(points.back().time_ns == seconds.prefill_ns + seconds.decode_ns);
    const auto decode = static_cast<std::size_t>(timeline.phases.back().first_pass);
    CHECK(points[decode].time_ns == seconds.prefill_ns);
    std::size_t area = 0;
    for (const Track& track : timeline.tracks) {
      if (track.info.unit != TrackUnit::bytes) continue;
      Area sum;
      for (std::size_t p = 0; p < track.columns.held_during.size(); ++p) {
        sum += Area(track.columns.held_during[p]).times(points[p + 1].time_ns - points[p].time_ns);
      }
      REQUIRE(area < seconds.byte_ns.size());
      CHECK(seconds.byte_ns[area].first == track.info.name);
      CHECK(seconds.byte_ns[area].second == sum);
      ++area;
    }
    CHECK(area == seconds.byte_ns.size());
  }
}

TEST_CASE("a run without seconds has no clock", "[run_file]") {
  const PlayedFile played(
      GENERATE(as<std::string>{}, "{cache: paged}", "{cache: paged, gpu: 24GiB}"),
      "prompt_tokens: 300\noutput_tokens: 4");
  CHECK(RunFileReader(played.file()).curves().empty());
  for (const PlayedCase& c : played.cases) CHECK_FALSE(c.seconds.has_value());
}
