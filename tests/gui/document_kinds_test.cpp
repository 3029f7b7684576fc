// Files of each kind as documents, and what is wrong with them.
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "gui/document/load.h"
#include "gui/view/statistics.h"
#include "sim/play.h"
#include "tests/catch.h"
#include "tests/gui/document_files.h"
#include "tests/import/made_traces.h"
#include "timeline/sqlite.h"

using namespace kvf;
using namespace kvf::gui;
using namespace kvf::test;
namespace fs = std::filesystem;

TEST_CASE("what is wrong with a recording is said in words") {
  RecordingCounters counters;
  counters.dropped = 3;
  counters.unmatched_free = 1;
  RunInfo differs = sample_info();
  differs.closed_form_agrees = false;
  const Written file({{recorded("cuda", counters), {}},
                      {recorded("kineto"), {}},
                      {differs, {}},
                      {sample_info(), {}}});
  const Document document = load_outline({file.file});
  REQUIRE(document.runs.size() == 4);
  CHECK(document.complete);
  CHECK(document.runs[0]->kind == RunKind::captured);
  CHECK(document.runs[0]->source == "cuda");
  CHECK(document.runs[0]->problems ==
        std::vector<std::string>{"1 release of memory that was not allocated",
                                 "3 records lost by the recorder"});
  CHECK(document.runs[1]->kind == RunKind::trace);
  CHECK(document.runs[1]->problems.empty());
  CHECK(document.runs[2]->kind == RunKind::simulated);
  CHECK(document.runs[2]->problems ==
        std::vector<std::string>{"closed form and simulation differ"});
  CHECK(document.runs[3]->problems.empty());
  CHECK(document.runs[3]->id == file.file + "#4");
  CHECK(document.runs[3]->footprint == sample_info().footprint.footprint);
  CHECK(document.runs[3]->peak == sample_info().footprint.peak);
  CHECK_FALSE(document.runs[0]->footprint);  // of what was recorded it is not known
  CHECK_FALSE(document.runs[0]->peak);
  CHECK(document.find(file.file + "#2") == document.runs[1].get());
  CHECK(document.find("no") == nullptr);
}

TEST_CASE("the GPU of the scenario in a run file is its limit") {
  const std::string scenario =
      "kvfootprint-scenario: 1\nmodel: llama-3.1-8b-instruct\nprompt_tokens: 100\noutput_tokens: "
      "10\nmemory: {cache: contiguous, gpu: h100-80gb}\npolicies: [full]\n";
  const Written good({{sample_info(), {}}}, {{"scenario", scenario}});
  const Document document = load_outline({good.file});
  CHECK(document.runs.at(0)->device_limit > std::int64_t{70} << 30);
  CHECK(document.runs[0]->device_name == "NVIDIA H100 SXM5 80GB");
  // A scenario that this program does not understand is no error of the file.
  const Written odd({{sample_info(), {}}}, {{"scenario", "kvfootprint-scenario: 99\n"}});
  const Document other = load_outline({odd.file});
  CHECK(other.errors.empty());
  CHECK_FALSE(other.runs.at(0)->device_limit.has_value());
}

TEST_CASE("a trace is opened with its curves and its passes") {
  std::vector<std::string> events;
  for (const MadeMemory& memory : made_memory(40)) events.push_back(event(memory));
  events.push_back(annotation("prefill", "101", "20"));
  events.push_back(annotation("decode 1", "125", "10"));
  events.push_back(annotation("decode 2", "140", "10"));
  const std::string text = trace(events);
  const TemporaryFile file(GENERATE(false, true) ? gzip(text) : text);
  const Document outline = load_outline({string(file.path())});
  CHECK(outline.runs.empty());
  CHECK(outline.unread == std::vector<std::string>{string(file.path())});
  CHECK_FALSE(outline.complete);
  const Document document = complete(outline);
  CHECK(document.errors.empty());
  CHECK(document.complete);
  CHECK(document.unread.empty());
  REQUIRE(document.runs.size() == 1);
  const Run& run = *document.runs[0];
  CHECK(run.kind == RunKind::trace);
  CHECK(run.source == "kineto");
  CHECK(run.label == file.path().filename().string());
  REQUIRE(run.find("live") != nullptr);
  REQUIRE(run.find("reserved") != nullptr);
  REQUIRE(run.find("allocated") != nullptr);
  CHECK(run.find("live")->device == "cuda:0");
  CHECK(run.find("live")->at(Axis::second)->steps.points() == 81);
  const Series& allocated = *run.find("allocated");
  CHECK(allocated.at(Axis::row) == nullptr);
  CHECK(allocated.at(Axis::pass)->steps.points() == 6);
  CHECK(allocated.at(Axis::second)->begin == 1000);
  REQUIRE(run.phases[2].size() == 2);
  CHECK(run.phases[2][1].name == "decode");
  CHECK(run.phases[2][1].begin == 25000);
}

// The same curve from a trace and from a run file.
TEST_CASE("what the last event of a trace allocates is in the figures") {
  constexpr std::int64_t kPeak = std::int64_t{64} << 20;
  std::vector<MadeMemory> memory = made_memory(4);
  MadeMemory last = memory.back();
  last.ts = "1700000000123456.789";
  last.address = 0xabcdef000;
  last.bytes = kPeak;
  last.total += kPeak;
  last.reserved += kPeak;
  memory.push_back(last);
  const TemporaryFile trace_file(trace(memory), "json");
  Timeline timeline;
  timeline.curves = {{{"live", "cuda:0"}, {{0, 5}, {1'000'000'007, kPeak}}}};
  const Written stored({{recorded("kineto"), timeline}});
  for (const std::string& file : {string(trace_file.path()), stored.file}) {
    const Document document = complete(load_outline({file}));
    REQUIRE(document.errors.empty());
    ViewState view;
    view.axis = Axis::second;
    view.lanes = {{LaneKind::lines, {document.runs.at(0)->id}, "live", 1, false}};
    const auto rows = statistics(document, view, full_range(document, view), true);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].max >= kPeak);
    CHECK(rows[0].end == rows[0].max);
    CHECK(rows[0].max_at == rows[0].series->at(Axis::second)->end);
    CHECK(rows[0].delta() > 0);
  }
}

TEST_CASE("a batch has a total") {
  TemporaryFolder folder;
  const std::string file = string(folder.path / "batch.kvf");
  const std::string text =
      "kvfootprint-scenario: 1\nmodel: {layers: 2, kv_heads: 2, head_dim: 4, dtype: bf16}\n"
      "prefill_chunk_tokens: 4\naccounting: implementation\n"
      "tasks:\n  - {name: equal, sequences: [{prompt_tokens: 9, output_tokens: 3, count: 4}]}\n"
      "  - {name: other, sequences: [{prompt_tokens: 20, output_tokens: 1}, "
      "{prompt_tokens: 5, output_tokens: 6, count: 3}]}\n"
      "policies:\n  - full\n  - {name: streaming, sink_tokens: 1, window_tokens: 2}\n";
  const input::Scenario scenario = input::parse_scenario(text, "s.yaml");
  std::vector<std::int64_t> peaks;
  {
    RunFileWriter writer(file, {});
    for (const PlayedCase& one : play(scenario, {}, writer)) {
      peaks.push_back(one.footprint.peak_entries.count());
    }
    writer.finish();
  }
  const Document document = complete(load_outline({file}));
  REQUIRE(document.errors.empty());
  REQUIRE(document.runs.size() == 4);
  // What is predicted of it has the same figures.
  const std::string yaml = string(folder.path / "batch.yaml");
  write_file(yaml, text);
  const Document predicted = complete(load_outline({yaml}));
  REQUIRE(predicted.runs.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    REQUIRE(document.runs[i]->footprint);
    CHECK(predicted.runs[i]->footprint == document.runs[i]->footprint);
    CHECK(predicted.runs[i]->peak == document.runs[i]->peak);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Series* total = document.runs[i]->find("total");
    REQUIRE(total != nullptr);
    CHECK(total->peak == peaks[i]);
    CHECK(total->layers == Layers::at_once);
    const StepSeries& steps = total->at(Axis::row)->steps;
    bool adds_up = true;
    for (std::int64_t point = 0; point < steps.points(); ++point) {
      std::int64_t sum = 0;
      for (const Series& series : document.runs[i]->series) {
        if (series.sequence >= 0) sum += series.at(Axis::row)->steps.value(point);
      }
      adds_up = adds_up && sum == steps.value(point);
    }
    CHECK(adds_up);
  }
  const ViewState view = first_view(document);
  CHECK(std::any_of(view.lanes.begin(), view.lanes.end(), [](const Lane& lane) {
    return lane.series == "total" && lane.runs.size() == 4;
  }));
}

TEST_CASE("how bytes are added up over layers is known from the scenario") {
  const std::string start =
      "kvfootprint-scenario: 1\nmodel: {layers: 2, kv_heads: 2, head_dim: 4, dtype: bf16}\n"
      "prompt_tokens: 9\noutput_tokens: 2\npolicies: [full]\nmemory: ";
  const auto layers_with = [&](const std::string& memory, bool stored) {
    TemporaryFolder folder;
    const std::string file = string(folder.path / "run.kvf");
    const input::Scenario scenario = input::parse_scenario(start + memory, "s.yaml");
    {
      RunFileWriter writer(file, {{"scenario", stored ? start + memory : "not one"}});
      play(scenario, {}, writer);
      writer.finish();
    }
    const Document document = complete(load_outline({file}));
    REQUIRE(document.runs.size() == 1);
    CHECK(document.runs[0]->find("total")->layers == Layers::at_once);
    const Document detail = load_detail(load_outline({file}), Axis::pass, 0, 5);
    CHECK(detail.runs.at(0)->find("held")->layers == document.runs[0]->find("held")->layers);
    return document.runs[0]->find("held")->layers;
  };
  CHECK(layers_with("{cache: contiguous}\n", true) == Layers::in_turn);
  CHECK(layers_with("{blocks: {block_tokens: 2, table: sequence}}\n", true) == Layers::at_once);
  CHECK(layers_with("{blocks: {block_tokens: 2, table: layer}}\n", true) == Layers::in_turn);
  CHECK(layers_with("{cache: contiguous}\n", false) == Layers::unknown);
}

TEST_CASE("a scenario is opened as predictions") {
  TemporaryFolder folder;
  const std::string file = string(folder.path / "small.yaml");
  write_file(file,
             "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 2, head_dim: 4}\n"
             "prompt_tokens: 6\noutput_tokens: 2\nprefill_chunk_tokens: 3\npolicies:\n"
             "  - full\n  - {name: streaming, sink_tokens: 1, window_tokens: 2}\n"
             "  - {name: prulong, streaming_heads: 0.4, rounding: nominal, sink_tokens: 1, "
             "window_tokens: 2}\n");
  const Document document = complete(load_outline({file}));
  CHECK(document.errors.empty());
  REQUIRE(document.runs.size() == 3);
  const Run& run = *document.runs[1];
  CHECK(run.id == file + "#2");
  CHECK(run.kind == RunKind::predicted);
  CHECK(run.label == "streaming");
  CHECK(xs_of(run.find("total")->at(Axis::row)->steps) == Numbers{0, 3, 3, 5, 5, 6, 6, 7});
  CHECK(run.find("total")->peak == 10);
  CHECK(document.runs[0]->footprint == 1.0);
  CHECK(run.footprint < 1.0);
  CHECK(run.peak == 10.0 / 14);
  CHECK(run.find("held")->unit == TrackUnit::bytes);
  CHECK(run.find("total")->layers == Layers::in_turn);
  CHECK(run.find("blocks") == nullptr);
  CHECK(document.runs[2]->series.empty());
  CHECK(document.runs[2]->problems ==
        std::vector<std::string>{"not predicted: a nominal share of heads is held by no program"});
  // Beside a capture it is predicted as one: in blocks.
  const std::string other = string(folder.path / "other.yaml");
  const std::string text = read_file(file);
  write_file(other, text.substr(0, text.find("  - {name: prulong")));
  const Written capture({{recorded("host"), {}}});
  const Document both = complete(load_outline({other, capture.file}));
  REQUIRE(both.runs.size() == 3);
  CHECK(both.runs[0]->find("blocks") != nullptr);
  CHECK(both.runs[2]->kind == RunKind::captured);  // in the order of the files
}

TEST_CASE("files that cannot be opened say why, and the others are opened") {
  TemporaryFolder folder;
  const std::string good = string(folder.path / "good.kvf");
  write_sample(good);
  const std::string bad = string(folder.path / "bad.kvf");
  const std::string bytes = read_file(good);
  const auto reason = [&] {
    const Document document = complete(load_outline({bad, good}));
    CHECK(document.runs.size() == 2);
    REQUIRE(document.errors.size() == 1);
    CHECK(document.errors[0].file == bad);
    return document.errors[0].words;
  };
  write_file(bad, bytes.substr(0, bytes.size() / 2));
  CHECK_THAT(reason(), contains("bad.kvf is cut short: it has "));
  write_file(bad, std::string(bytes).replace(60, 4, std::string("\0\0\0\x63", 4)));
  CHECK_THAT(reason(), contains("was written by a newer kvfootprint: file format 99"));
  write_file(bad, "neither");
  CHECK_THAT(reason(), contains("bad.kvf is in no format that is known"));
  CHECK_THAT(reason(), contains("; the viewer opens run files, traces and scenarios"));
  write_file(bad, "method,task,footprint,score,full_score\na,b,0.5,1,2\n");
  CHECK_THAT(reason(), contains("it is a table of scores: kvfootprint plot --kind critical"));
  write_file(bad, "[1, 2]");
  CHECK(reason() == bad + ": there are no memory events in it");
  write_file(bad, "[1, 2");
  CHECK(reason() == bad + ": there are no memory events in it; 1 file that ends before its end");
  write_file(bad, "kvfootprint-scenario: 1\nmodel: 7\n");
  CHECK_THAT(reason(), contains("bad.kvf:2:8: error: "));
  fs::remove(bad);
  CHECK_THAT(reason(), contains("bad.kvf: error: there is no such file"));
  // Nobody writes to it: whoever opened it would wait for ever.
  REQUIRE(::mkfifo(bad.c_str(), 0600) == 0);
  CHECK_THAT(reason(), contains("bad.kvf: error: is a pipe; expected a file"));
}

TEST_CASE("damage in the columns is found when they are read, and the outline stays") {
  const Written file({{sample_info(), long_timeline(6000, 1)}, {sample_info(), sample_timeline()}});
  {
    const sqlite::Database database(file.file, SQLITE_OPEN_READWRITE, 1 << 26);
    database.execute("UPDATE chunk_columns SET held_during = held_after WHERE chunk_id = 2");
  }
  const Document outline = load_outline({file.file});
  CHECK(outline.errors.empty());
  const Document document = complete(outline);
  REQUIRE(document.errors.size() == 1);
  CHECK_THAT(document.errors[0].words, contains("is damaged: a checksum is wrong"));
  REQUIRE(document.runs.size() == 2);
  CHECK(document.runs[0]->problems == std::vector<std::string>{document.errors[0].words});
  const auto& series = document.runs[0]->series;
  CHECK(series[0].at(Axis::pass)->complete());
  CHECK_FALSE(series[1].at(Axis::pass)->complete());
  CHECK(document.runs[1]->series[0].at(Axis::pass)->complete());
  CHECK(document.runs[1]->problems.empty());
  // Whoever looks at it again is not told again.
  const Document looked = load_detail(outline, Axis::pass, 0, 10);
  CHECK(looked.errors.size() == 1);
  CHECK(load_detail(looked, Axis::pass, 5, 20).errors.size() == 1);
}

TEST_CASE("an incomplete file is opened up to its last run, and says so") {
  TemporaryFolder folder;
  const std::string file = string(folder.path / "run.kvf");
  std::string partial;
  std::string text;
  {
    RunFileWriter writer(file, {});
    writer.write_run(sample_info(), sample_timeline());
    for (const std::string& name : names_in(folder.path)) {
      if (name.find("partial") != std::string::npos && !name.ends_with("-journal")) partial = name;
    }
    REQUIRE_FALSE(partial.empty());
    text = read_file(folder.path / partial);
  }
  write_file(file, text);
  const Document document = complete(load_outline({file}));
  CHECK(document.errors.empty());
  REQUIRE(document.runs.size() == 1);
  CHECK(document.runs[0]->problems ==
        std::vector<std::string>{"the file is incomplete: its writer did not come to its end"});
  CHECK(document.runs[0]->series[0].at(Axis::pass)->complete());
}

TEST_CASE("the same file twice is opened once") {
  const Written file({{sample_info(), sample_timeline()}});
  const Document document = load_outline({file.file, file.file});
  CHECK(document.runs.size() == 1);
  CHECK(document.files.size() == 1);
  const fs::path path(file.file);
  const std::string other = string(path.parent_path() / "." / path.filename());
  REQUIRE(other != file.file);
  CHECK(load_outline({file.file, other}).files == std::vector<std::string>{file.file});
}
