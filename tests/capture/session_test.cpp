// Captures on the host against the prediction of the same case: real allocations, no residual; and
// with a mistake planted, one at its pass.
#include <map>

#include "profiler/capture/session/ledger.h"
#include "profiler/capture/session/session.h"
#include "sim/prediction.h"
#include "tests/catch.h"
#include "timeline/comparison.h"

using namespace kvf;
using namespace kvf::capture;

namespace {

constexpr const char* kShape = "{layers: 3, kv_heads: 2, query_heads: 4, head_dim: 8, dtype: fp32}";

input::Scenario scenario_of(const std::string& policy, const std::string& blocks,
                            const std::string& shape = kShape, std::int64_t prompt = 70) {
  return input::parse_scenario("kvfootprint-scenario: 1\nmodel: " + shape +
                                   "\nprompt_tokens: " + std::to_string(prompt) +
                                   "\noutput_tokens: 40\nprefill_chunk_tokens: 32\npolicies: [" +
                                   policy + "]\nmemory: {blocks: {" + blocks + "}}\n",
                               "a.yaml");
}

Timeline predicted(const input::Scenario& scenario, const ScoreModel& scores = {}) {
  return predict(scenario, scenario.tasks.front(), scenario.policies.front(), scores);
}

std::vector<CurvePoint> curve(const Captured& captured, const std::string& name) {
  for (const Curve& curve : captured.timeline.curves) {
    if (curve.info.name == name) return curve.points;
  }
  throw std::runtime_error("no curve " + name);
}

struct Rows {
  records::Batch all;
  void operator()(const records::Batch& batch) { append(all, batch); }
};

Captured captured(const input::Scenario& scenario, SessionOptions options = {},
                  Rows* rows = nullptr) {
  const auto device = open_host();
  Rows ignored;
  Rows& heard = rows == nullptr ? ignored : *rows;
  HostRecorder recorder([&](const records::Batch& batch) { heard(batch); });
  options.tables = scenario.blocks()->tables;
  const std::vector<BatchMember> members =
      input::members_of(scenario, scenario.tasks.front(), scenario.policies.front());
  return run_session(members, options, *device, recorder);
}

// Everything that was predicted was captured too, with no residual at any moment.
void check_no_residual(const input::Scenario& scenario, const Captured& found,
                       const ScoreModel& scores = {}) {
  const Comparison comparison = compare(predicted(scenario, scores), found.timeline, {});
  for (const TrackComparison& track : comparison.tracks) {
    CAPTURE(track.info.name, track.worst_phase, track.worst_moment, track.largest_residual);
    CHECK(track.largest_residual == 0);
  }
  CHECK(comparison.only_expected.empty());
  CHECK(comparison.passes());
  CHECK(found.counters == RecordingCounters{});
}

}  // namespace

TEST_CASE("a capture on the host is as predicted, for every policy, table and backend") {
  const std::string policy = GENERATE(
      as<std::string>(), "full", "{name: streaming, sink_tokens: 4, window_tokens: 30}",
      "{name: prulong, streaming_heads: 0.5, sink_tokens: 4, window_tokens: 20}",
      "{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: naive}",
      "{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: patched, kv: kv-head}",
      "{name: snapkv, sparsity: 0.1, window_tokens: 16, eviction: patched, kv: kv-head}",
      "{name: locret, sparsity: 0.7, local_tokens: 10, stabilizer_tokens: 20}",
      "{name: adakv, ratio: 0.5}", "{name: pyramidkv, sparsity: 0.5, window_tokens: 8}",
      "{name: decoding-press, interval_passes: 7, target_tokens: 40}", "{name: h2o, ratio: 0.5}");
  const std::string table = GENERATE(as<std::string>(), "sequence", "layer", "head");
  const std::string backend = GENERATE(as<std::string>(), "host-mmap", "host-reserve", "host-pool");
  const input::Scenario scenario =
      scenario_of(policy, "block_tokens: 5, compaction: true, table: " + table);
  CAPTURE(policy, table, backend);
  SessionOptions options;
  options.backend = backend;
  check_no_residual(scenario, captured(scenario, options));
}

TEST_CASE("blocks that nothing compacts are pinned in a capture as predicted") {
  const std::string policy =
      GENERATE(as<std::string>(), "{name: streaming, sink_tokens: 4, window_tokens: 30}",
               "{name: prulong, streaming_heads: 0.5, sink_tokens: 4, window_tokens: 20}",
               "{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: naive}",
               "{name: locret, sparsity: 0.7, local_tokens: 10, stabilizer_tokens: 20}",
               "{name: h2o, ratio: 0.8}");
  const std::string table = GENERATE(as<std::string>(), "sequence", "layer", "head");
  const input::Scenario scenario = scenario_of(policy, "block_tokens: 4, table: " + table);
  CAPTURE(policy, table);
  const Comparison comparison = compare(predicted(scenario), captured(scenario).timeline, {});
  for (const TrackComparison& track : comparison.tracks) {
    CAPTURE(track.info.name, track.worst_phase, track.worst_moment);
    CHECK(track.largest_residual == 0);
  }
  CHECK(comparison.passes());
}

TEST_CASE("which entries the scores keep is known to a prediction of blocks with holes") {
  ScoreModel::Synthetic synthetic;
  synthetic.seed = 7;
  synthetic.heavy_hitters = 0.2;
  SessionOptions options;
  options.scores = ScoreModel(synthetic);
  const input::Scenario scenario =
      scenario_of("{name: h2o, ratio: 0.6}", "block_tokens: 4, table: head");
  const Captured found = captured(scenario, options);
  check_no_residual(scenario, found, options.scores);
  CHECK_FALSE(compare(predicted(scenario), found.timeline, {}).passes());  // other scores
}

TEST_CASE("layers of other kinds are captured") {
  const std::string shape = GENERATE(
      as<std::string>(),
      "{model_type: gemma2, num_hidden_layers: 4, num_key_value_heads: 2, num_attention_heads: 4, "
      "head_dim: 8, sliding_window: 24, torch_dtype: float16, vocab_size: 300, hidden_size: 120, "
      "intermediate_size: 240}",
      "{layers: 2, kv_heads: 1, query_heads: 8, head_dim: 20, dtype: bf16}");
  const input::Scenario scenario = scenario_of("{name: snapkv, sparsity: 0.6, window_tokens: 16}",
                                               "compaction: true, table: layer", shape);
  check_no_residual(scenario, captured(scenario));
}

TEST_CASE("layers whose heads differ in number and width are captured") {
  const std::string table = GENERATE(as<std::string>(), "sequence", "layer", "head");
  const std::string policy =
      GENERATE(as<std::string>(), "full", "{name: streaming, sink_tokens: 4, window_tokens: 30}");
  const input::Scenario scenario =
      scenario_of(policy, "block_tokens: 4, compaction: true, table: " + table,
                  "{model_type: gemma4_text, num_hidden_layers: 6, num_attention_heads: 4, "
                  "num_key_value_heads: 2, head_dim: 8, global_head_dim: 24, "
                  "num_global_key_value_heads: 1, attention_k_eq_v: true, sliding_window: 24, "
                  "torch_dtype: float16}");
  REQUIRE(scenario.shape.all_runs().size() == 2);
  CAPTURE(policy, table);
  check_no_residual(scenario, captured(scenario));
}

namespace {

input::Scenario batch_of(const std::string& policy, const std::string& blocks,
                         const std::string& sequences) {
  return input::parse_scenario(std::string("kvfootprint-scenario: 1\nmodel: ") + kShape +
                                   "\nprefill_chunk_tokens: 16\npolicies: [" + policy +
                                   "]\ntasks: [{name: t, sequences: [" + sequences +
                                   "]}]\nmemory: {blocks: {" + blocks + "}}\n",
                               "a.yaml");
}

constexpr const char* kUnequal =
    "{prompt_tokens: 70, output_tokens: 30}, {prompt_tokens: 20, output_tokens: 9, count: 2}, "
    "{prompt_tokens: 33, output_tokens: 0}, {prompt_tokens: 1, output_tokens: 40}";

}  // namespace

TEST_CASE("a batch is captured as predicted: who waits, and who has finished") {
  const std::string policy =
      GENERATE(as<std::string>(), "full", "{name: streaming, sink_tokens: 4, window_tokens: 12}",
               "{name: prulong, streaming_heads: 0.5, sink_tokens: 4, window_tokens: 10}",
               "{name: snapkv, sparsity: 0.6, window_tokens: 8, eviction: naive}",
               "{name: h2o, ratio: 0.5}");
  const std::string table = GENERATE(as<std::string>(), "sequence", "layer", "head");
  const std::string compaction = GENERATE(as<std::string>(), "true", "false");
  const std::string sequences =
      GENERATE(as<std::string>(), kUnequal, "{prompt_tokens: 40, output_tokens: 12, count: 3}",
               // The first one waits.
               "{prompt_tokens: 20, output_tokens: 9}, {prompt_tokens: 70, output_tokens: 12}");
  const input::Scenario scenario = batch_of(
      policy, "block_tokens: 5, compaction: " + compaction + ", table: " + table, sequences);
  CAPTURE(policy, table, compaction, sequences);
  check_no_residual(scenario, captured(scenario));
}

TEST_CASE("a sequence of a batch is freed before the pass after its last") {
  // Chunks of 16: one sequence prefills in passes 0 and 1 and decodes in 2, 3, 4; the other prefills
  // in pass 0, waits, and decodes in 2. One layer of one head; blocks of 8.
  input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 1, head_dim: 8, dtype: fp32}\n"
      "prefill_chunk_tokens: 16\npolicies: [{name: full, implementation: kvpress}]\n"
      "tasks: [{name: t, sequences: [{prompt_tokens: 32, output_tokens: 3}, {prompt_tokens: 16, "
      "output_tokens: 1}]}]\nmemory: {blocks: {block_tokens: 8}}\n",
      "a.yaml");
  Rows rows;
  const Captured found = captured(scenario, {}, &rows);
  for (const Track& track : found.timeline.tracks) {
    if (track.info.name != "blocks") continue;
    CHECK(track.columns.past == std::vector<std::int64_t>{0, 4, 6, 5, 5});
    CHECK(track.columns.held_during == std::vector<std::int64_t>{4, 6, 8, 5, 5});
    CHECK(track.columns.held_after == std::vector<std::int64_t>{4, 6, 8, 5, 5});
    CHECK(track.columns.rows == std::vector<std::int64_t>{16, 16, 1, 1, 1});
    CHECK(track.columns.first_row == std::vector<std::int64_t>{0, 16, 32, 33, 34});
  }
  // Of the second sequence three blocks, no number twice, and given back with pass 2.
  std::map<std::int64_t, int> events;
  for (const records::ApplicationEvent& event : rows.all.application) {
    ++events[event.block];
    if (event.sequence == 1 && event.operation == records::MemoryOperation::deallocation) {
      CHECK(event.pass == 2);
    }
  }
  CHECK(events.size() == 8);
  for (const auto& [block, count] : events) CHECK(count == 2);
  check_no_residual(scenario, found);
}

TEST_CASE("turns of a conversation are captured") {
  const input::Scenario scenario = input::parse_scenario(
      std::string("kvfootprint-scenario: 1\nmodel: ") + kShape +
          "\ntasks: [{name: t, turns: [{prompt_tokens: 20, output_tokens: 5}, {prompt_tokens: 30, "
          "output_tokens: 6}]}]\npolicies: [full]\nmemory: {blocks: {block_tokens: 4}}\n",
      "a.yaml");
  Rows rows;
  const Captured found = captured(scenario, {}, &rows);
  check_no_residual(scenario, found);
  // Passes are numbered in their turn; the clock counts all of them.
  std::vector<std::string> names;
  for (const records::Range& range : rows.all.ranges) names.push_back(range.text);
  std::vector<std::string> want{"prefill 0"};
  for (int i = 0; i < 5; ++i) want.push_back("decode " + std::to_string(i));
  want.push_back("prefill 0");
  for (int i = 0; i < 6; ++i) want.push_back("decode " + std::to_string(i));
  CHECK(names == want);
  std::vector<std::int64_t> clock;
  for (const CurvePoint& point : curve(found, "passes")) clock.push_back(point.value);
  CHECK(clock == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13});
}

TEST_CASE("a planted mistake is a residual at its pass") {
  struct Case {
    Plant kind;
    const char* track;
    std::int64_t residual;  // the first
  };
  const auto c =
      GENERATE(Case{Plant::leak, "blocks", 1}, Case{Plant::late_free, "blocks", 1},
               Case{Plant::double_free, "blocks", -1}, Case{Plant::keep_one_more, "total", 1});
  const std::string backend = GENERATE(as<std::string>(), "host-mmap", "host-reserve", "host-pool");
  // A window that slides gives a block back every few passes.
  const input::Scenario scenario =
      scenario_of("{name: streaming, sink_tokens: 4, window_tokens: 30}",
                  "block_tokens: 4, compaction: false, table: head");
  const Captured good = captured(scenario);
  // The first pass from 10 on that gives something back.
  const std::int64_t planted = 10;
  SessionOptions options;
  options.backend = backend;
  options.fault = {c.kind, planted};
  const Captured found = captured(scenario, options);
  const Comparison comparison = compare(predicted(scenario), found.timeline, {});
  CHECK_FALSE(comparison.passes());
  std::int64_t first = -1;
  std::int64_t residual = 0;
  for (const Track& track : good.timeline.tracks) {
    if (track.info.name != c.track) continue;
    for (const Track& other : found.timeline.tracks) {
      if (other.info.name != c.track) continue;
      for (std::size_t pass = 0; pass < track.columns.passes() && first < 0; ++pass) {
        residual = other.columns.held_after[pass] - track.columns.held_after[pass];
        if (residual != 0) first = static_cast<std::int64_t>(pass);
      }
    }
  }
  CHECK(first >= planted);
  CHECK(first < planted + 4);
  CHECK(residual == c.residual);
  CHECK((found.counters.unmatched_free == 1) == (c.kind == Plant::double_free));
  for (const TrackComparison& track : comparison.tracks) {
    if (track.info.name == c.track) {
      CHECK(track.largest_residual == c.residual);
      CHECK(track.worst_pass == first);
    }
  }
}

TEST_CASE("the ledgers of a capture agree") {
  const std::string backend = GENERATE(as<std::string>(), "host-mmap", "host-reserve", "host-pool");
  const input::Scenario scenario = scenario_of(
      "{name: streaming, sink_tokens: 4, window_tokens: 30}", "block_tokens: 128, table: layer",
      "{layers: 4, kv_heads: 2, query_heads: 4, head_dim: 16, dtype: fp32}", 300);
  SessionOptions options;
  options.backend = backend;
  Rows rows;
  const Captured found = captured(scenario, options, &rows);
  std::map<std::string, const TrackColumns*> tracks;
  for (const Track& track : found.timeline.tracks) tracks[track.info.name] = &track.columns;
  CHECK(tracks["allocator"]->held_during == tracks["cache"]->held_during);
  CHECK(tracks["allocator"]->held_after == tracks["cache"]->held_after);
  // Blocks are whole pages here (32 KiB), so that the system's figure is that of the blocks. A pool
  // keeps what is freed.
  if (backend != "host-pool") {
    CHECK(tracks["resident"]->held_after == tracks["cache"]->held_after);
  } else {
    for (std::size_t pass = 0; pass < tracks["cache"]->passes(); ++pass) {
      CHECK(tracks["resident"]->held_after[pass] >= tracks["cache"]->held_after[pass]);
    }
  }
  // As records: each block twice, each pass a range with a sample.
  std::int64_t live = 0;
  std::int64_t most = 0;
  for (const records::ApplicationEvent& event : rows.all.application) {
    live += event.operation == records::MemoryOperation::allocation ? event.bytes : -event.bytes;
    most = std::max(most, live);
  }
  CHECK(live == 0);
  CHECK(most == *std::max_element(tracks["cache"]->held_during.begin(),
                                  tracks["cache"]->held_during.end()));
  CHECK(rows.all.memory.size() == rows.all.application.size());
  CHECK(rows.all.ranges.size() == tracks["cache"]->passes());
  CHECK(rows.all.ranges.front().text == "prefill 0");
  CHECK(rows.all.ranges.back().text == "decode 39");
  CHECK(rows.all.samples.size() == tracks["cache"]->passes() + 1);
  for (const records::DeviceSample& sample : rows.all.samples) CHECK(sample.source == "smaps");
  for (const records::MemoryUsage& usage : rows.all.memory) {
    CHECK(usage.kind == records::MemoryKind::pageable);
  }
  // Over time: up to the same peak, and down when the window slides.
  const std::vector<CurvePoint> live_curve = curve(found, "live");
  std::int64_t peak = 0;
  std::int64_t falls = 0;
  for (std::size_t i = 0; i < live_curve.size(); ++i) {
    peak = std::max(peak, live_curve[i].value);
    if (i > 0 && live_curve[i].value < live_curve[i - 1].value) ++falls;
  }
  CHECK(peak == most);
  CHECK(falls > 0);
  CHECK(live_curve.back().value == tracks["cache"]->held_after.back());
}

TEST_CASE("the log says whose each block is") {
  Rows rows;
  captured(scenario_of("full", "block_tokens: 70, table: head"), {}, &rows);
  std::map<std::pair<std::int64_t, std::int64_t>, int> taken;  // by layer, head
  for (const records::ApplicationEvent& event : rows.all.application) {
    if (event.operation == records::MemoryOperation::allocation) {
      ++taken[{event.layer, event.head_group}];
    }
  }
  // 109 entries each.
  CHECK(taken == std::map<std::pair<std::int64_t, std::int64_t>, int>{
                     {{0, 0}, 2}, {{0, 1}, 2}, {{1, 0}, 2}, {{1, 1}, 2}, {{2, 0}, 2}, {{2, 1}, 2}});
}

TEST_CASE("what cannot be captured is said") {
  const auto refused = [](const std::string& policy, const std::string& blocks,
                          const std::string& shape = kShape) {
    try {
      captured(scenario_of(policy, blocks, shape));
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using kvf::test::contains;
  CHECK_THAT(refused("{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: patched}",
                     "block_tokens: 4"),
             contains("expected 'compaction: true'"));
  CHECK_THAT(refused("full", "block_tokens: 4", "deepseek-v2-lite"), contains("latent"));
  CHECK_THAT(refused("{name: think, ratio: 0.5}", "block_tokens: 4"), contains("channels"));
  CHECK_THAT(refused("{name: think, ratio: 0.5, channels: zeroed}", "block_tokens: 4"),
             Catch::Matchers::Equals(""));
  CHECK_THAT(refused("full", "block_tokens: 4",
                     "{layers: 2, kv_heads: 2, query_heads: 4, head_dim: 8, dtype: fp8}"),
             contains("fp32"));
}

TEST_CASE("a capture without a pass is refused, and a mistake that has no chance") {
  const auto refused = [](const std::string& policy, const std::string& prompt,
                          const std::string& output, PlantedFault fault) {
    SessionOptions options;
    options.fault = fault;
    try {
      captured(input::parse_scenario(std::string("kvfootprint-scenario: 1\nmodel: ") + kShape +
                                         "\nprompt_tokens: " + prompt +
                                         "\noutput_tokens: " + output + "\npolicies: [" + policy +
                                         "]\nmemory: {blocks: {block_tokens: 4, table: head}}\n",
                                     "a.yaml"),
               options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using kvf::test::contains;
  CHECK_THAT(refused("{name: full, implementation: eval}", "1", "0", {}), contains("no pass"));
  CHECK_THAT(refused("{name: full, implementation: eval}", "0", "0", {}), contains("no pass"));
  CHECK(refused("{name: full, implementation: eval}", "1", "1", {}).empty());
  const std::string slides = "{name: streaming, sink_tokens: 0, window_tokens: 4}";
  CHECK(refused(slides, "9", "8", {Plant::leak, 3}).empty());
  CHECK_THAT(refused(slides, "9", "8", {Plant::leak, 99999}), contains("leak@99999"));
  // Only the end gives something back, which is in no pass.
  for (const Plant kind :
       {Plant::leak, Plant::double_free, Plant::late_free, Plant::keep_one_more}) {
    CHECK_THAT(refused("full", "9", "8", {kind, 0}), contains("no chance"));
  }
}

TEST_CASE("a mistake in the last pass is a residual there") {
  const auto kind =
      GENERATE(Plant::leak, Plant::double_free, Plant::late_free, Plant::keep_one_more);
  // One token a block: each pass gives one back.
  const input::Scenario scenario =
      scenario_of("{name: streaming, sink_tokens: 4, window_tokens: 30}",
                  "block_tokens: 1, compaction: false, table: head");
  const Timeline expected = predicted(scenario);
  const std::int64_t last = std::ssize(expected.tracks.front().columns.rows) - 1;
  SessionOptions options;
  options.fault = {kind, last};
  const Comparison comparison = compare(expected, captured(scenario, options).timeline, {});
  for (const TrackComparison& track : comparison.tracks) {
    if (track.info.name != (kind == Plant::keep_one_more ? "total" : "blocks")) continue;
    CHECK(track.largest_residual == (kind == Plant::double_free ? -1 : 1));
    CHECK(track.worst_pass == last);
  }
}

TEST_CASE("the ledger counts a block that is taken or given back twice") {
  const input::Scenario scenario = scenario_of("full", "block_tokens: 4");
  const std::vector<BatchMember> members =
      input::members_of(scenario, scenario.tasks.front(), scenario.policies.front());
  Ledger ledger(members.front().schedule, false);
  BlockEvent event;
  event.bytes = Bytes(100);
  ledger.begin_pass("prefill", {}, Tokens(1), 0);
  ledger.see(event, 1);
  CHECK(ledger.counters() == RecordingCounters{});
  ledger.see(event, 2);
  CHECK(ledger.counters().double_allocation == 1);
  event.taken = false;
  ledger.see(event, 3);
  ledger.see(event, 4);
  CHECK(ledger.counters().double_allocation == 1);
  CHECK(ledger.counters().unmatched_free == 1);
}

TEST_CASE("a cache that is too large for its room is refused by the backend, in words") {
  const input::Scenario scenario = scenario_of("full", "block_tokens: 4, table: head");
  SessionOptions options;
  options.capacity = Bytes(20'000);
  CHECK_THROWS_AS(captured(scenario, options), OutOfMemory);
}
