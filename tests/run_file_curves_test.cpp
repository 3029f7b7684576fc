// Run files with curves over time and of recordings: what is written comes back, and files without
// them have no table for them.
#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/export.h"
#include "timeline/run_file.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

namespace {

template <class Export>
std::string exported(const fs::path& file, Export&& write) {
  std::string text;
  write(RunFileReader(file), [&](std::string_view piece) { text += piece; });
  return text;
}

void write_small(const fs::path& file) {
  RunFileWriter writer(file, {});
  writer.write_run({}, {});
  RunInfo info;
  info.label = "a, b";
  info.recorded = RecordedInfo{"host", {}};
  Timeline timeline;
  timeline.curves = {{{"live", "cpu"}, {{0, 5}, {1'500, 0}}},
                     {{"passes", "", TrackUnit::passes}, {}}};
  writer.write_run(info, timeline);
  writer.finish();
}

}  // namespace

TEST_CASE("a run file gives back the curves and the origin that were written", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file, Sample::recorded);
  const Contents contents = read_all(file);
  CHECK(contents.meta == sample_meta());
  CHECK(contents.runs[0].second == sample_timeline());
  CHECK_FALSE(contents.runs[0].first.recorded);
  CHECK(contents.runs[1].second.curves == sample_curves());
  CHECK(contents.runs[1].first.recorded == sample_recorded());

  const RunFileReader reader(file);
  const std::vector<StoredCurveChunk> chunks = reader.chunks(reader.curves().front());
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[1].first_point == 4096);
  CHECK(chunks[1].points == 904);
  CHECK(chunks[0].columns == std::array<MinMax, 2>{{{0, 40'950}, {0, 2}}});
}

TEST_CASE("a run file without curves has no tables for them", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path plain = folder.path / "plain.kvf";
  const fs::path abandoned = folder.path / "abandoned.kvf";
  write_sample(plain);
  {
    RunFileWriter writer(abandoned, sample_meta());
    writer.append_points(writer.add_curve({}), sample_curves()[0].points);
    writer.abandon_run();
    writer.write_run(sample_info(), sample_timeline());
    writer.write_run(bare_info(), {});
    writer.finish();
  }
  for (const fs::path& file : {plain, abandoned}) {
    const std::string bytes = read_file(file);
    CHECK(bytes.find("curve") == std::string::npos);
    CHECK(bytes.find("recordings") == std::string::npos);
    CHECK(read_all(file) == read_all(plain));
  }
}

TEST_CASE("a recorded run may be abandoned before and after others", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  RunFileWriter writer(file, {});
  RunInfo info;
  info.recorded = sample_recorded();
  RunInfo wrong = info;
  wrong.footprint.footprint = -1;
  Timeline timeline;
  timeline.curves = sample_curves();
  const auto fail = [&] {
    CHECK_THROWS_AS(writer.write_run(wrong, timeline), std::invalid_argument);
    writer.abandon_run();
  };
  fail();
  writer.write_run(info, timeline);
  fail();
  writer.write_run({}, {});
  writer.write_run(info, timeline);
  writer.finish();
  const Contents contents = read_all(file);
  REQUIRE(contents.runs.size() == 3);
  for (const std::size_t recorded : {0U, 2U}) {
    CHECK(contents.runs[recorded].first.recorded == sample_recorded());
    CHECK(contents.runs[recorded].second == timeline);
  }
  CHECK_FALSE(contents.runs[1].first.recorded);
  CHECK(contents.runs[1].second.curves.empty());
}

TEST_CASE("a curve that goes back in time or below 0 is refused", "[run_file]") {
  const TemporaryFolder folder;
  RunFileWriter writer(folder.path / "a.kvf", {});
  const auto refused = [&](std::vector<CurvePoint> points, const char* words) {
    const std::int64_t curve = writer.add_curve({});
    CHECK_THROWS_WITH(writer.append_points(curve, points), words);
    writer.abandon_run();
  };
  refused({{5, 1}, {4, 1}}, "run file: a curve goes back in time, to 4 ns");
  refused({{-1, 1}}, "run file: a curve goes back in time, to -1 ns");
  refused({{5, 1}, {5, -2}}, "run file: a curve is -2 at 5 ns");
  CHECK_THROWS_AS(writer.append_points(1, std::vector<CurvePoint>{{0, 0}}), std::logic_error);
}

TEST_CASE("curves are exported", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_small(file);
  CHECK(exported(file, export_curves_csv) ==
        "run_id,label,task,curve_id,curve,device,unit,time_ns,value\n"
        "2,\"a, b\",,1,live,cpu,bytes,0,5\n"
        "2,\"a, b\",,1,live,cpu,bytes,1500,0\n");
  const std::string json = exported(file, export_curves_json);
  CHECK(
      json.find(R"("curve_id":1,"run_id":2,"name":"live","device":"cpu","unit":"bytes","points":2,)"
                R"("columns":["time_ns","value"],"data":[
    [0,5],
    [1500,0]]})") != std::string::npos);
  CHECK(json.find(R"("unit":"passes","points":0,"columns":["time_ns","value"],"data":[]})") !=
        std::string::npos);
  CHECK(json.find(R"("recorded":{"source":"host","unmatched_free":0)") != std::string::npos);
  CHECK(json.find(R"("recorded":null)") != std::string::npos);
  const std::string trace = exported(
      file, [](const auto& from, const auto& sink) { export_perfetto(from, TimeAxis::row, sink); });
  CHECK(
      trace.find(R"({"name":"cpu live_bytes","ph":"C","ts":1.500,"pid":-2,"args":{"bytes":0}})") !=
      std::string::npos);
}
