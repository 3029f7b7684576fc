// Exports of a run file: every figure is there, and a damaged file gives no wrong one. What other
// programs make of them is for tests/exports.py.
#include <random>
#include <sstream>

#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/export.h"
#include "timeline/json_text.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

namespace {

std::string exported(const fs::path& file, const std::string& format) {
  const RunFileReader reader(file);
  std::string text;
  const TextSink sink = [&](std::string_view piece) { text += piece; };
  if (format == "csv") export_csv(reader, sink);
  if (format == "json") export_json(reader, sink);
  if (format == "row") export_perfetto(reader, TimeAxis::row, sink);
  if (format == "pass") export_perfetto(reader, TimeAxis::pass, sink);
  return text;
}

// A file of one run, a track in each unit.
void write_small(const fs::path& file) {
  RunFileWriter writer(file, {});
  RunInfo info;
  info.label = "snapkv, \"70 %\"";
  info.policy = "no JSON";
  info.task = "caf\xE9";
  const TrackColumns two{{0, 3}, {3, 1}, {0, 3}, {3, 4}, {3, 4}};
  writer.write_run(info, {{{{"total", ""}, two},
                           {{"layer 0", "full", 0, 2, 1, 0.3, TrackUnit::bytes}, two},
                           {{"nothing", ""}, {}}},
                          {{"prefill", 0, 1}, {"decode", 1, 1}},
                          {{1, "evicts"}}});
  writer.finish();
}

}  // namespace

TEST_CASE("an export to CSV", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_small(file);
  CHECK(exported(file, "csv") ==
        "run_id,label,task,track_id,track,role,layer,cells,sequence,weight,phase,pass,"
        "first_row_tokens,rows_tokens,past_entries,held_during_entries,held_after_entries,"
        "past_bytes,held_during_bytes,held_after_bytes\n"
        "1,\"snapkv, \"\"70 %\"\"\",caf\xEF\xBF\xBD,1,total,,-1,0,-1,1,prefill,0,0,3,0,3,3,,,\n"
        "1,\"snapkv, \"\"70 %\"\"\",caf\xEF\xBF\xBD,1,total,,-1,0,-1,1,decode,1,3,1,3,4,4,,,\n"
        "1,\"snapkv, \"\"70 %\"\"\",caf\xEF\xBF\xBD,2,layer 0,full,0,2,1,0.3,prefill,0,0,3,,,,"
        "0,3,3\n"
        "1,\"snapkv, \"\"70 %\"\"\",caf\xEF\xBF\xBD,2,layer 0,full,0,2,1,0.3,decode,1,3,1,,,,"
        "3,4,4\n");
}

TEST_CASE("an export to JSON", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_small(file);
  const std::string text = exported(file, "json");
  CHECK_THAT(text, contains(R"("policy":"no JSON","task":"caf)"
                            "\xEF\xBF\xBD\""));
  CHECK_THAT(text, contains(R"("phases":[{"name":"prefill","first_pass":0,"passes":1},)"
                            R"({"name":"decode","first_pass":1,"passes":1}],)"
                            R"("markers":[{"pass":1,"text":"evicts"}])"));
  CHECK_THAT(text, contains(R"("weight":0.3,"unit":"bytes","passes":2,"columns":["pass",)"
                            R"("first_row_tokens","rows_tokens","past_bytes","held_during_bytes",)"
                            R"("held_after_bytes"],"data":[)"
                            "\n    [0,0,3,0,3,3],\n    [1,3,1,3,4,4]]}"));
}

TEST_CASE("an export to a trace, over rows and over passes", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_small(file);
  const std::string rows = exported(file, "row");
  CHECK_THAT(rows, contains(R"("time_axis":"row","time_unit":"1 us = 1 row")"));
  CHECK_THAT(rows, contains(R"({"name":"decode","ph":"X","ts":3,"dur":1,"pid":1,"tid":1})"));
  CHECK_THAT(rows, contains(R"({"name":"evicts","ph":"i","s":"p","ts":3,"pid":1,"tid":1})"));
  CHECK_THAT(rows, contains(R"({"name":"layer 0 held_during_bytes","ph":"C","ts":3,"pid":1,)"
                            R"("args":{"bytes":4}})"));
  CHECK_THAT(rows, contains(R"({"name":"total held_after_entries","ph":"C","ts":4,"pid":1,)"
                            R"("args":{"entries":4}})"));
  const std::string passes = exported(file, "pass");
  CHECK_THAT(passes, contains(R"("time_axis":"pass","time_unit":"1 us = 1 pass")"));
  CHECK_THAT(passes, contains(R"({"name":"decode","ph":"X","ts":1,"dur":1,"pid":1,"tid":1})"));
  CHECK_THAT(passes, contains(R"({"name":"total held_during_entries","ph":"C","ts":1,"pid":1,)"
                              R"("args":{"entries":4}})"));
}

TEST_CASE("figures and phases as large as they can be do no harm", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  {
    RunFileWriter writer(file, {});
    const TrackColumns one{{kMost}, {kMost}, {kMost}, {kMost}, {kMost}};
    writer.write_run({},
                     {{{{"total", ""}, one}}, {{"all", 0, kMost}, {"never", kMost, kMost}}, {}});
    writer.write_run({}, {{}, {{"without a track", 3, 4}}, {{kMost, "end"}}});
    writer.finish();
  }
  CHECK_THAT(exported(file, "row"), contains(R"("name":"all","ph":"X","ts":9223372036854775807)"));
  CHECK_THAT(exported(file, "pass"),
             contains(R"("name":"without a track","ph":"X","ts":3,"dur":4)"));
  CHECK_THAT(exported(file, "csv"), contains("1,,,1,total,,-1,0,-1,1,all,0,9223372036854775807,"));
}

TEST_CASE("the peak of a stored track is found without reading it all", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file);
  const RunFileReader reader(file);
  const StoredRun run = reader.runs().front();
  for (const StoredTrack& track : reader.tracks(run)) {
    CHECK(reader.peak(track) == peak(reader.columns(track)));
  }
}

TEST_CASE("an export of a damaged file is refused or as before", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file);
  const std::string whole = read_file(file);
  const std::string format = GENERATE("csv", "json", "row");
  const std::string expected = exported(file, format);
  std::mt19937 random(3);
  int refused = 0;
  const auto check = [&](const std::string& content) {
    write_file(file, content);
    bool wrong = false;
    try {
      wrong = exported(file, format) != expected;
    } catch (const RunFileError&) {
      ++refused;
    }
    CHECK_FALSE(wrong);
  };
  for (int round = 0; round < 200; ++round) check(whole.substr(0, random() % whole.size()));
  CHECK(refused == 200);
  for (int round = 0; round < 200; ++round) {
    std::string changed = whole;
    changed[random() % changed.size()] = static_cast<char>(random());
    check(changed);
  }
  std::string changed = whole;
  for (int bytes = 0; bytes < 200; ++bytes) {
    changed[random() % changed.size()] = static_cast<char>(random());
  }
  check(changed);
}
