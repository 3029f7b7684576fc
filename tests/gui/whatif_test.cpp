// What-ifs without a window: their figures, curves and texts.
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <sstream>

#include "gui/document/load.h"
#include "gui/whatif/cases.h"
#include "gui/whatif/fits.h"
#include "gui/whatif/model.h"
#include "gui/whatif/runner.h"
#include "gui/whatif/texts.h"
#include "models/closed_form.h"
#include "models/dtype.h"
#include "sim/input/bind.h"
#include "sim/input/catalogue/catalogue.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"
#include "sim/play.h"
#include "tests/catch.h"
#include "tests/run_file_sample.h"

using namespace kvf;
using namespace kvf::gui;
namespace fs = std::filesystem;

namespace {

const fs::path kScenarios = KVF_SCENARIOS_DIR;

WhatIf small(std::string_view policy) {
  WhatIf what = first_what_if();
  what.policy = input::parse_policy(policy);
  what.workload = {Tokens(300), Tokens(40), Tokens(64), {}};
  return what;
}

// The words of a command line, as a shell splits them.
std::vector<std::string> words(const std::string& line) {
  std::vector<std::string> words{""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// What the command would make of it: each option goes through the reader that it goes through there.
WhatIf read_back(const std::string& line) {
  const std::vector<std::string> all = words(line);
  REQUIRE(all.size() % 2 == 0);
  REQUIRE(all[0] == "kvfootprint");
  REQUIRE(all[1] == "footprint");
  WhatIf what;
  for (std::size_t i = 2; i < all.size(); i += 2) {
    const std::string& option = all[i];
    const std::string& value = all[i + 1];
    const auto tokens = [&] { return input::parse_tokens(value, option, kAnyCount, option); };
    if (option == "--model")
      REQUIRE(choose_model(what, value).empty());
    else if (option == "--prompt")
      what.workload.prompt = tokens();
    else if (option == "--output")
      what.workload.output = tokens();
    else if (option == "--chunk")
      what.workload.chunk = tokens();
    else if (option == "--batch")
      what.batch = tokens().count();
    else if (option == "--kv-dtype")
      what.kv_dtype = value;
    else if (option == "--policy")
      what.policy = input::parse_policy(value);
    else if (option == "--accounting")
      what.accounting = parse_accounting(value).value();
    else if (option == "--implementation")
      what.convention = parse_convention(value).value();
    else
      FAIL(option);
  }
  return what;
}

// Both texts of it give its figures.
void check_round_trips(const WhatIf& what) {
  const WhatIfResult result = evaluate(what);
  REQUIRE(result.error.empty());
  const Written line = command_line(what);
  REQUIRE(line.why_not.empty());
  INFO(line.text);
  CHECK(evaluate(read_back(line.text)).figures == result.figures);
  const Written yaml = scenario_yaml(what);
  REQUIRE(yaml.why_not.empty());
  INFO(yaml.text);
  const input::Scenario scenario = input::parse_scenario(yaml.text, "copied.yaml");
  REQUIRE_NOTHROW(input::check_plans(scenario));
  const Opened opened = from_scenario(scenario);
  CHECK(opened.notes.empty());
  CHECK(evaluate(opened.what).figures == result.figures);
  // The model's own dtype need not be said.
  if (what.kv_dtype != what.model->shape.dtype) {
    CHECK(scenario_yaml(opened.what).text == yaml.text);
  }
}

const StepSeries& steps_of(const WhatIfResult& result, std::string_view name, Axis axis) {
  for (const Series& series : result.run->series) {
    if (series.name == name) return series.at(axis)->steps;
  }
  FAIL(name);
  std::abort();
}

}  // namespace

TEST_CASE("what-if: the figures of the paper's streaming heads", "[whatif]") {
  WhatIf what = first_what_if();
  what.workload = {Tokens(104000), Tokens(75), Tokens(32768), {}};
  what.accounting = Accounting::paper;
  what.policy = *make_policy("streaming");
  const auto tenths = [](double share) { return std::lround(1000 * share); };
  const WhatIfResult streaming = evaluate(what);
  REQUIRE(streaming.figures);
  CHECK(tenths(streaming.figures->footprint.footprint.value()) == 316);
  CHECK(tenths(streaming.figures->footprint.peak.value()) == 326);
  // 104,075 entries in each of 256 cells, 512 bytes each.
  CHECK(streaming.figures->full_peak.all_layers == Bytes(104075LL * 256 * 512));
  CHECK(streaming.figures->held_after_decode == Bytes(1152LL * 256 * 512));
  what.policy = input::parse_policy("prulong:streaming_heads=0.7,rounding=nominal");
  const WhatIfResult nominal = evaluate(what);
  REQUIRE(nominal.figures);
  CHECK(tenths(nominal.figures->footprint.footprint.value()) == 521);
  CHECK(tenths(nominal.figures->footprint.peak.value()) == 512);
}

TEST_CASE("what-if: every policy answers, or says why not", "[whatif]") {
  std::size_t answered = 0;
  for (const std::string_view name : policy_names()) {
    INFO(name);
    WhatIf what = small("full");
    choose_policy(what, name);
    CHECK(what.policy.name == name);
    const WhatIfResult result = evaluate(what);
    CHECK(result.figures.has_value() == result.error.empty());
    CHECK((result.run != nullptr) == result.error.empty());
    if (result.figures) {
      check_round_trips(what);
      ++answered;
    } else {
      CHECK(result.error.find(name) != std::string::npos);
    }
  }
  CHECK(answered > policy_names().size() - 4);
}

TEST_CASE("what-if: every model of the catalogue answers", "[whatif]") {
  for (const input::CatalogueEntry& entry : input::catalogue()) {
    INFO(entry.name);
    WhatIf what = small("full");
    REQUIRE(choose_model(what, entry.name).empty());
    const WhatIfResult result = evaluate(what);
    REQUIRE(result.figures);
    CHECK(result.figures->footprint.footprint.value_or(1) == 1);
    check_round_trips(what);
  }
}

TEST_CASE("what-if: what is wrong is told in words", "[whatif]") {
  WhatIf what = small("full");
  const WhatIf before = what;
  CHECK(choose_model(what, "llama-9").find("unknown model 'llama-9'") != std::string::npos);
  CHECK(scenario_yaml(what).text == scenario_yaml(before).text);
  choose_policy(what, "no such policy");
  CHECK(scenario_yaml(what).text == scenario_yaml(before).text);
  what.policy = *make_policy("snapkv");
  CHECK(evaluate(what).error.find("policy 'snapkv'") != std::string::npos);
  what = small("full");
  what.workload.prompt = Tokens(-1);
  CHECK_FALSE(evaluate(what).error.empty());
  what = small("full");
  what.workload.prompt = Tokens::max();
  CHECK_FALSE(evaluate(what).error.empty());
  what = small("full");
  what.batch = 0;
  CHECK_FALSE(evaluate(what).error.empty());
  what = small("full");
  what.kv_dtype = "int3";
  CHECK_FALSE(evaluate(what).error.empty());
  what = small("full");
  REQUIRE(choose_model(what, "jamba-v0.1").empty());
  CHECK(evaluate(what).error.empty());
  what.kv_dtype = "fp8";
  CHECK(evaluate(what).error.find("recurrent states") != std::string::npos);
  CHECK(evaluate(WhatIf{}).error == "no model is chosen");
  CHECK(scenario_yaml(WhatIf{}).why_not == "no model is chosen");
  CHECK_FALSE(command_line(WhatIf{}).why_not.empty());
}

TEST_CASE("what-if: texts give the same figures for all that a panel sets", "[whatif]") {
  check_round_trips(first_what_if());
  WhatIf what =
      small("prulong:streaming_heads=0.7,other_heads=(snapkv:sparsity=0.5,eviction=naive)");
  check_round_trips(what);
  what.batch = 7;
  check_round_trips(what);
  what.batch = 1;
  what.workload.chunk.reset();
  check_round_trips(what);
  what.policy =
      input::parse_policy("compose:policies=[(topk:ratio=[0.3]),(streaming:window_tokens=8)]");
  what.convention = Convention::kvpress_8bb29b9;
  check_round_trips(what);
  what = small("locret:sparsity=0.5");
  what.accounting = Accounting::paper;
  check_round_trips(what);
  for (const std::string_view dtype : dtype_names()) {
    what.kv_dtype = dtype;
    check_round_trips(what);
  }
}

TEST_CASE("what-if: what a command line cannot say stays in the scenario", "[whatif]") {
  const std::string text =
      "kvfootprint-scenario: 1\n"
      "model: {layers: 3, kv_heads: 2, query_heads: 4, head_dim: 8, dtype: fp16}\n"
      "tasks:\n  - name: talk\n    turns:\n"
      "      - {prompt_tokens: 100, output_tokens: 10}\n"
      "      - {prompt_tokens: 50, output_tokens: 20}\n"
      "policies:\n  - {name: streaming, window_tokens: 16}\n";
  const Opened opened = from_scenario(input::parse_scenario(text, "x.yaml"));
  const WhatIfResult result = evaluate(opened.what);
  REQUIRE(result.figures);
  CHECK(command_line(opened.what).why_not.find("no name") != std::string::npos);
  const Written yaml = scenario_yaml(opened.what);
  REQUIRE(yaml.why_not.empty());
  const Opened again = from_scenario(input::parse_scenario(yaml.text, "y.yaml"));
  CHECK(evaluate(again.what).figures == result.figures);
  CHECK(again.what.workload == opened.what.workload);
}

TEST_CASE("what-if: a run opens as the case that it was simulated or predicted from", "[whatif]") {
  const test::TemporaryFolder folder;
  const std::string yaml = (kScenarios / "paper-128k.yaml").string();
  const std::string file = (folder.path / "played.kvf").string();
  const input::Scenario scenario = input::read_scenario(yaml);
  RunFileWriter writer(file, {{"scenario", scenario.text}});
  play(scenario, {}, writer);
  writer.finish();
  const Document document = complete(load_outline({file, yaml}));
  const std::size_t cases = scenario.policies.size() * scenario.tasks.size();
  REQUIRE(document.runs.size() == 2 * cases);
  for (std::size_t i = 0; i < document.runs.size(); ++i) {
    const Run& run = *document.runs[i];
    const std::size_t one = i % cases;
    const Opened expected =
        from_scenario(scenario, one / scenario.tasks.size(), one % scenario.tasks.size());
    const Opened opened = case_of(run);
    CHECK(opened.title == run.label + " on " + run.task);
    CHECK(opened.title == expected.title);
    const WhatIfResult result = evaluate(opened.what);
    REQUIRE(result.figures);
    CHECK(result.figures->footprint.footprint == run.footprint);
    CHECK(result.figures == evaluate(expected.what).figures);
  }
  // Who has chosen none sees streaming heads on the first that is shown.
  const FirstCase first = first_case({document.runs[1].get()});
  REQUIRE(first.opened);
  CHECK(first.why_not.empty());
  CHECK(first.opened->title == "prulong on rag");
  CHECK(first.opened->what.policy == first_what_if().policy);
  CHECK(first.opened->what.workload == scenario.tasks[1].workload);
  CHECK(first.opened->what.model_name == "llama-3.1-8b-instruct");
  CHECK(first.opened->what.accounting == Accounting::paper);
}

TEST_CASE("what-if: what comes from no scenario says so, and the next run is taken", "[whatif]") {
  const test::TemporaryFolder folder;
  const std::string yaml = (folder.path / "latent.yaml").string();
  test::write_file(yaml,
                   "kvfootprint-scenario: 1\nmodel: deepseek-v3\nprompt_tokens: 100\n"
                   "output_tokens: 10\npolicies: [full]\n");
  const Document document = complete(load_outline({yaml}));
  REQUIRE(document.runs.size() == 1);
  Run trace = *document.runs[0];
  trace.label = "a.json.gz";
  trace.kind = RunKind::what_if;
  CHECK_THROWS_WITH(case_of(trace), "a.json.gz is a what-if already");
  for (const RunKind kind : {RunKind::difference, RunKind::trace}) {
    trace.kind = kind;
    CHECK_THROWS_WITH(case_of(trace), "a.json.gz comes from no scenario");
  }
  Run other = *document.runs[0];
  other.label = "streaming";
  CHECK_THROWS_WITH(case_of(other), "the scenario of " + yaml + " has no streaming");
  const std::string bare = (folder.path / "bare.kvf").string();
  RunFileWriter(bare, {}).finish();
  other.kind = RunKind::simulated;
  other.file = bare;
  CHECK_THROWS_WITH(case_of(other), bare + " holds no scenario");
  other.file = (folder.path / "gone.kvf").string();
  CHECK_THROWS_AS(case_of(other), RunFileError);
  CHECK_FALSE(first_case({}).opened);
  CHECK(first_case({}).why_not.empty());
  CHECK_FALSE(first_case({&trace, &other}).opened);
  CHECK(first_case({&trace, &other}).why_not == "a.json.gz comes from no scenario");
  // One latent for all heads: no head streams, so that the case is the run's own.
  trace.file = "a.json.gz";
  const FirstCase first = first_case({&trace, document.runs[0].get()});
  REQUIRE(first.opened);
  CHECK(first.why_not.empty());
  CHECK(first.opened->title == "full");
  CHECK(first.opened->what.model_name == "deepseek-v3");
}

TEST_CASE("what-if: streaming heads are seen first where they forget something", "[whatif]") {
  const test::TemporaryFolder folder;
  const std::string yaml = (folder.path / "s.yaml").string();
  const auto title_at = [&](int prompt) {
    test::write_file(yaml,
                     "kvfootprint-scenario: 1\nmodel: llama-3.1-8b\noutput_tokens: 10\n"
                     "policies: [{name: streaming, window_tokens: 64}]\nprompt_tokens: " +
                         std::to_string(prompt) + "\n");
    const Document document = complete(load_outline({yaml}));
    return first_case({document.runs.at(0).get()}).opened->title;
  };
  CHECK(title_at(1000) == "streaming");  // of 128 sinks and a window of 1,024 nothing has left
  CHECK(title_at(2000) == "prulong");
}

TEST_CASE("what-if: files that a stored scenario names are found where it was read", "[whatif]") {
  const test::TemporaryFolder folder;
  const fs::path there = folder.path / "scenarios", here = folder.path / "runs";
  fs::create_directories(there);
  fs::create_directories(here);
  const auto write = [](const fs::path& to) {
    test::write_file(to / "heads.tsv", "0.9\t0.1\n0.2\t0.8\n");
    test::write_file(to / "config.json",
                     "{\"model_type\": \"llama\", \"num_hidden_layers\": 2, \"hidden_size\": 64, "
                     "\"num_attention_heads\": 4, \"num_key_value_heads\": 2}");
  };
  write(there);
  const std::string yaml = (there / "s.yaml").string();
  test::write_file(yaml,
                   "kvfootprint-scenario: 1\nmodel: config.json\nprompt_tokens: 2000\n"
                   "output_tokens: 10\npolicies:\n"
                   "  - {name: prulong, implementation: duo-static, heads_file: heads.tsv, "
                   "streaming_heads: 0.5}\n");
  const input::Scenario scenario = input::read_scenario(yaml);
  // Written down, a case is read from anywhere.
  const std::string model = from_scenario(read_for_what_if(fs::relative(yaml))).what.model_name;
  CHECK(fs::path(model).is_absolute());
  CHECK(fs::equivalent(model, there / "config.json"));
  const auto stored_in = [&](const fs::path& file, RunFileMeta meta) {
    meta.emplace("scenario", scenario.text);
    RunFileWriter writer(file, meta);
    play(scenario, {}, writer);
    writer.finish();
    return complete(load_outline({file.string()}));
  };
  const Document known = stored_in(here / "known.kvf", {{"scenario_file", yaml}});
  const Document unknown = stored_in(here / "unknown.kvf", {});
  REQUIRE(known.runs.size() == 1);
  Run run = *known.runs[0];
  for (const RunKind kind : {RunKind::simulated, RunKind::captured}) {
    run.kind = kind;
    CHECK(fs::path(case_of(run).what.model_name) == there / "config.json");
  }
  CHECK(evaluate(case_of(run).what).figures == evaluate(from_scenario(scenario).what).figures);
  const std::string beside = (here / "unknown.kvf").string();
  CHECK_THROWS_WITH(case_of(*unknown.runs[0]), Catch::Matchers::StartsWith(beside + ":"));
  // That folder is gone: beside the run file, from wherever one looks.
  fs::remove_all(there);
  CHECK_THROWS_WITH(case_of(run), Catch::Matchers::StartsWith((here / "known.kvf").string() + ":"));
  write(here);
  CHECK(fs::path(case_of(run).what.model_name) == here / "config.json");
  CHECK(fs::path(case_of(*unknown.runs[0]).what.model_name) == here / "config.json");
  // Streaming heads are counted as they are usually, not as this run's policy is.
  const FirstCase first = first_case({&run});
  REQUIRE(first.opened);
  CHECK(case_of(run).what.convention == Convention::duo_static);
  CHECK_FALSE(first.opened->what.convention);
}

TEST_CASE("what-if: it is of its scenario's task as long as it has its workload", "[whatif]") {
  const std::string text =
      "kvfootprint-scenario: 1\nmodel: llama-3.1-8b\ntasks:\n"
      "  - {name: one, prompt_tokens: 100, output_tokens: 10, prefill_chunk_tokens: 50}\n"
      "  - {name: equal, sequences: [{prompt_tokens: 100, output_tokens: 10, count: 3}]}\n"
      "  - {name: unequal, sequences: [{prompt_tokens: 100, output_tokens: 10}, "
      "{prompt_tokens: 50, output_tokens: 10}]}\n"
      "  - {name: talk, turns: [{prompt_tokens: 100, output_tokens: 10}, "
      "{prompt_tokens: 50, output_tokens: 20}]}\n"
      "policies: [full]\n";
  const input::Scenario scenario = input::parse_scenario(text, "x.yaml");
  const auto task_of = [](const WhatIf& what) { return evaluate(what).run->task; };
  WhatIf what = from_scenario(scenario, 0, 0).what;
  CHECK(task_of(what) == "one");
  const Workload workload = what.workload;
  what.workload.prompt = Tokens(101);
  CHECK(task_of(what) == "101 + 10 tokens");
  what.workload.prompt = Tokens(100);
  CHECK(task_of(what) == "one");
  what.workload.output = Tokens(11);
  CHECK(task_of(what) == "100 + 11 tokens");
  what.workload = workload;
  what.workload.chunk.reset();
  CHECK(task_of(what) == "100 + 10 tokens");
  what.workload = workload;
  what.batch = 2;
  CHECK(task_of(what) == "100 + 10 tokens x 2");
  CHECK(task_of(from_scenario(scenario, 0, 1).what) == "equal");
  const Opened unequal = from_scenario(scenario, 0, 2);
  CHECK(task_of(unequal.what) == "100 + 10 tokens");
  CHECK(unequal.notes.size() == 1);
  what = from_scenario(scenario, 0, 3).what;
  CHECK(task_of(what) == "talk");
  what.workload.prompt = Tokens(99);
  CHECK(task_of(what) == "99 + 10 tokens, 1 more turn");
}

TEST_CASE("what-if: every case of the repository's scenarios opens with its figures", "[whatif]") {
  std::size_t cases = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kScenarios)) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path().filename().string());
    const input::Scenario scenario = read_for_what_if(entry.path());
    for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
      for (std::size_t t = 0; t < scenario.tasks.size(); ++t) {
        if (scenario.tasks[t].sequences.size() > 1) {
          CHECK(from_scenario(scenario, p, t).notes.size() == 1);
          continue;
        }
        const auto members = input::members_of(scenario, scenario.tasks[t], scenario.policies[p]);
        const Opened opened = from_scenario(scenario, p, t);
        INFO(opened.title);
        const WhatIfResult result = evaluate(opened.what);
        REQUIRE(result.figures);
        const auto& [policy, task] = std::pair(scenario.policies[p], scenario.tasks[t]);
        if (task.sequences.empty()) {
          CHECK(result.figures->footprint == closed_form(members.front().schedule).footprint);
        } else {
          CHECK(result.figures->footprint ==
                closed_form(plan_batch(policy.spec, scenario.shape, task.sequences,
                                       scenario.accounting, policy.convention)));
        }
        const Written yaml = scenario_yaml(opened.what);
        REQUIRE(yaml.why_not.empty());
        // From any folder.
        const input::Scenario copied = input::parse_scenario(yaml.text, "/elsewhere/copied.yaml");
        CHECK(evaluate(from_scenario(copied).what).figures == result.figures);
        ++cases;
      }
    }
  }
  CHECK(cases > 100);
}

TEST_CASE("what-if: the simulation holds what the curve does, in every pass", "[whatif]") {
  for (const char* policy :
       {"full", "streaming:sink_tokens=4,window_tokens=32", "snapkv:sparsity=0.6,eviction=patched",
        "prulong:streaming_heads=0.7,window_tokens=64", "h2o:ratio=0.5", "locret:sparsity=0.5",
        "decoding-press:interval_passes=8,target_tokens=64"}) {
    for (const std::int64_t batch : {1, 3}) {
      INFO(policy << " x " << batch);
      WhatIf what = small(policy);
      what.batch = batch;
      const WhatIfResult result = evaluate(what);
      REQUIRE(result.run);
      const auto played = play_what_if(what, "what-if#1");
      REQUIRE(played);
      INFO(played->error);
      REQUIRE(played->run);
      CHECK(played->agrees == true);
      CHECK(result.run->footprint == result.figures->footprint.footprint);
      CHECK(result.run->peak == result.figures->footprint.peak);
      CHECK(played->run->footprint == result.run->footprint);
      CHECK(played->run->peak == result.run->peak);
      for (const Series& series : result.run->series) {
        const Series* same = nullptr;
        for (const Series& other : played->run->series) {
          if (other.name == series.name && other.layer == -1) same = &other;
        }
        REQUIRE(same != nullptr);
        CHECK(same->unit == series.unit);
        CHECK(same->peak == series.peak);
        for (const Axis axis : {Axis::row, Axis::pass}) {
          const StepSeries& a = series.at(axis)->steps;
          const StepSeries& b = same->at(axis)->steps;
          REQUIRE(a.points() == b.points());
          bool equal = a.end() == b.end();
          for (std::int64_t i = 0; i < a.points(); ++i) {
            equal = equal && a.x(i) == b.x(i) && a.value(i) == b.value(i);
          }
          CHECK(equal);
        }
      }
    }
  }
}

TEST_CASE("what-if: curves have their axes, phases and peaks", "[whatif]") {
  WhatIf what = small("streaming:sink_tokens=4,window_tokens=32");
  const WhatIfResult result = evaluate(what);
  REQUIRE(result.run);
  const Run& run = *result.run;
  CHECK(run.kind == RunKind::what_if);
  CHECK(run.id == "what-if#1");
  // 299 tokens prefilled in 5 passes, the last of the prompt is the first decode pass.
  const auto& phases = run.phases[static_cast<std::size_t>(Axis::pass)];
  REQUIRE(phases.size() == 2);
  CHECK(phases[0].end == 5);
  CHECK(phases[1].end == 45);
  CHECK(run.phases[static_cast<std::size_t>(Axis::row)][0].end == 299);
  CHECK(run.phases[static_cast<std::size_t>(Axis::row)][1].end == 339);
  // 36 entries stay in each of 256 cells; a chunk of 64 rows comes on top.
  CHECK(run.series[0].peak == 100 * 256);
  const StepSeries& rows = steps_of(result, "total", Axis::row);
  CHECK(rows.begin() == 0);
  CHECK(rows.end() == 339);
  CHECK(rows.value(rows.point_at(10)) == 64 * 256);
  CHECK(rows.value(rows.point_at(338)) == 37 * 256);
  CHECK(rows.value(rows.points() - 1) == 36 * 256);
  CHECK(steps_of(result, "held", Axis::pass).end() == 45);
}

TEST_CASE("what-if: a long prompt has a curve of a few thousand points", "[whatif]") {
  WhatIf what = first_what_if();
  what.workload = {Tokens(1 << 20), Tokens(1 << 20), Tokens(16), {}};
  const WhatIfResult result = evaluate(what);
  REQUIRE(result.run);
  CHECK(steps_of(result, "total", Axis::row).points() < 20000);
  CHECK(steps_of(result, "total", Axis::row).end() == (2 << 20) - 1);
}

TEST_CASE("what-if: copies of KV heads are named where bytes count them", "[whatif]") {
  const auto says_copies = [](const WhatIf& what) {
    const std::vector<std::string> notes = evaluate(what).notes;
    return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
      return note.find("copies") != std::string::npos;
    });
  };
  CHECK(says_copies(small("snapkv:sparsity=0.5")));
  CHECK_FALSE(says_copies(small("snapkv:sparsity=0.5,kv=kv-head")));
}

TEST_CASE("what-if: differences are in words", "[whatif]") {
  WhatIf what = small("full");
  const WhatIfFigures full = evaluate(what).figures.value();
  CHECK(differences(full, full) == std::vector<std::string>{"as the baseline"});
  what.policy = input::parse_policy("streaming:sink_tokens=0,window_tokens=34");
  const std::vector<std::string> less = differences(evaluate(what).figures.value(), full);
  REQUIRE(less.size() == 3);
  CHECK(less[0].starts_with("-"));
  CHECK(less[0].ends_with("% KV footprint"));
  // 34 of 340 entries.
  CHECK(less[2] == "-90.0 % held at the end (-0.04 GiB)");
  const std::vector<std::string> more = differences(full, evaluate(what).figures.value());
  CHECK(more[2].starts_with("+900.0 % held at the end"));
}

TEST_CASE("what-if: on which GPUs it fits", "[whatif]") {
  WhatIf what = first_what_if();
  choose_policy(what, "full");
  what.batch = 2;
  const std::vector<GpuFit> fits = fits_on(what);
  REQUIRE(fits.size() == devices().size());
  std::set<Fit> seen;
  std::set<std::string> words;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    INFO(fits[i].gpu->name);
    if (i > 0) {
      const bool before = fits[i - 1].fit == Fit::fits, here = fits[i].fit == Fit::fits;
      CHECK((before || !here));
      if (before == here) CHECK(fits[i - 1].gpu->memory <= fits[i].gpu->memory);
    }
    CHECK_FALSE(fits[i].words.empty());
    seen.insert(fits[i].fit);
    words.insert(word_of(fits[i], what.batch));
    // As `kvfootprint plan` of it says.
    if (fits[i].fit != Fit::unknown) {
      CHECK(capacity_of(plan_options(what, fits[i].gpu->name, 1)).requests.mid ==
            fits[i].requests.mid);
    }
  }
  CHECK(seen.contains(Fit::fits));
  CHECK(seen.contains(Fit::none));
  CHECK(words.contains("fits"));
  CHECK(words.contains("does not fit"));
  what.batch = 1 << 20;
  bool few = false;
  for (const GpuFit& fit : fits_on(what)) {
    CHECK(fit.fit != Fit::fits);
    if (fit.fit == Fit::too_few) {
      few = true;
      CHECK(word_of(fit, what.batch).ends_with(" of 1048576"));
    }
  }
  CHECK(few);
}

TEST_CASE("what-if: a batch of just as many requests as there is room for fits", "[whatif]") {
  WhatIf what = first_what_if();
  const GpuFit room = fits_on(what).front();
  REQUIRE(room.fit == Fit::fits);
  const auto fit_of = [&](std::int64_t batch) {
    what.batch = batch;
    for (const GpuFit& fit : fits_on(what)) {
      if (fit.gpu == room.gpu) return fit.fit;
    }
    return Fit::unknown;
  };
  CHECK(fit_of(room.requests.mid) == Fit::fits);
  CHECK(fit_of(room.requests.mid + 1) == Fit::too_few);
}

TEST_CASE("what-if: where it cannot be told, the list says why", "[whatif]") {
  WhatIf what = first_what_if();
  REQUIRE(choose_model(what, "jamba-v0.1").empty());
  choose_policy(what, "full");
  for (const GpuFit& fit : fits_on(what)) {
    CHECK(fit.fit == Fit::unknown);
    CHECK(fit.words.find("recurrent layers") != std::string::npos);
  }
  what.model.reset();
  CHECK(fits_on(what).front().words == "no model is chosen");
}

TEST_CASE("what-if: the runner plays the last of what it is asked", "[whatif]") {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Played> heard;
  WhatIfRunner runner([&](Played played) {
    const std::lock_guard lock(mutex);
    heard.push_back(std::move(played));
    changed.notify_all();
  });
  WhatIf what = small("streaming:window_tokens=32");
  std::uint64_t last = 0;
  for (int i = 1; i <= 20; ++i) {
    what.workload.prompt = Tokens(200000 + i);
    last = runner.ask(what, "run " + std::to_string(i));
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return !heard.empty() && heard.back().number == last; });
  CHECK(heard.back().run->id == "run 20");
  CHECK(heard.back().agrees == true);
  CHECK(heard.size() <= 20);
  for (std::size_t i = 1; i < heard.size(); ++i) CHECK(heard[i - 1].number < heard[i].number);
  const std::size_t before = heard.size();
  lock.unlock();
  runner.ask(what, "dropped");
  runner.forget();
  what.policy = *make_policy("snapkv");
  const std::uint64_t refused = runner.ask(what, "refused");
  lock.lock();
  changed.wait(lock, [&] { return heard.back().number == refused; });
  CHECK(heard.back().run == nullptr);
  CHECK(heard.back().error.find("snapkv") != std::string::npos);
  for (std::size_t i = before; i < heard.size(); ++i) {
    CHECK((heard[i].run == nullptr || heard[i].run->id != "dropped"));
  }
}

TEST_CASE("what-if: too long a run is not played, and says who does", "[whatif]") {
  WhatIf what = small("full");
  what.workload.output = Tokens(kMostPlayedPasses + 1);
  const auto played = play_what_if(what, "x");
  REQUIRE(played);
  CHECK(played->run == nullptr);
  CHECK(played->error.find("kvfootprint run") != std::string::npos);
  CHECK_FALSE(play_what_if(small("full"), "x", [] { return true; }));
}
