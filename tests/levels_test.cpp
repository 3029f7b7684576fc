// The five levels of memory: by hand, as laws of every policy, and against the ledger of an engine.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "sim/input/policy.h"
#include "sim/memory/buffer_levels.h"
#include "sim/memory/held_levels.h"
#include "sim/memory/levels.h"
#include "sim/memory/peak_memory.h"
#include "sim/planning/capacity.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

using namespace kvf;
using input::AllocatorKind;
using input::CacheKind;

namespace {

using Numbers = std::vector<std::int64_t>;

const LlmShape kShape{"", 2, 3, 6, 20, "fp32"};
constexpr std::int64_t kBytes = 3 * 20 * 4;  // of a token in one tensor of one layer

// The last layer slides.
LlmShape with_window(const LlmShape& shape, std::int64_t window) {
  std::vector<LayerRun> runs = shape.all_runs();
  runs.front().count = shape.layers - 1;
  runs.push_back(runs.front());
  runs.back().count = 1;
  runs.back().kind = LayerKind::sliding;
  runs.back().window = window;
  return make_shape("", runs, shape.dtype);
}

Numbers times(Numbers numbers, std::int64_t by) {
  for (std::int64_t& number : numbers) number *= by;
  return numbers;
}
bool is(const LevelColumn& column, const Numbers& past, const Numbers& during, const Numbers& after,
        std::int64_t by) {
  return column == LevelColumn{times(past, by), times(during, by), times(after, by)};
}

Schedule schedule_of(const std::string& policy, std::int64_t prompt, std::int64_t output) {
  return plan(input::parse_policy(policy), kShape, {Tokens(prompt), Tokens(output)},
              Accounting::implementation, Convention::kvpress);
}
HeldLevels held_of(const Schedule& schedule, bool all_layers) {
  return held_levels(std::vector<BatchMember>{{schedule, 1}}, all_layers);
}

// "" or what is wrong: no number of `low` is above that of `high`, and passes follow one another.
std::string order(const LevelColumn& low, const LevelColumn& high) {
  if (low.during.size() != high.during.size()) return "other passes";
  for (std::size_t i = 0; i < low.during.size(); ++i) {
    if (low.past[i] > high.past[i] || low.during[i] > high.during[i] ||
        low.after[i] > high.after[i]) {
      return "pass " + std::to_string(i);
    }
    if (i > 0 && high.past[i] != high.after[i - 1]) return "a break at " + std::to_string(i);
    if (high.during[i] < std::max(high.past[i], high.after[i])) return "no peak";
  }
  return "";
}

input::Scenario scenario_of(const std::string& memory, const std::string& task,
                            const std::string& policies = "[full]",
                            const std::string& model = "llama-3.1-8b") {
  return input::parse_scenario("kvfootprint-scenario: 1\nmodel: " + model + "\n" + task +
                                   "\nmemory: " + memory + "\npolicies: " + policies + "\n",
                               "levels.yaml");
}
std::vector<BatchMember> members_of(const input::Scenario& scenario) {
  return {{plan(scenario.policies[0].spec, scenario.shape, scenario.tasks[0].workload,
                scenario.accounting, scenario.policies[0].convention),
           1}};
}
Bytes part(const Beside& beside, std::string_view name) {
  for (const LedgerPart& p : beside.parts) {
    if (p.name == name) return p.size.mid;
  }
  return {};
}

}  // namespace

TEST_CASE("eviction copies what it keeps: the peak with and without", "[levels]") {
  const Schedule schedule = schedule_of("topk:ratio=0.5", 8, 1);
  Below driver{AllocatorKind::driver, Bytes(1), {}};
  const BufferLevels levels = buffer_levels(schedule, 1, CacheKind::contiguous, driver);
  CHECK(is(held_of(schedule, false).held, {0, 16}, {24, 20}, {16, 20}, kBytes));
  CHECK(is(held_of(schedule, true).held, {0, 16}, {32, 20}, {16, 20}, kBytes));
  CHECK(is(levels.without_copies, {0, 16}, {24, 20}, {16, 20}, kBytes));
  CHECK(is(levels.cache, {0, 16}, {32, 24}, {16, 20}, kBytes));
  CHECK(levels.reserved == levels.cache);
  CHECK(levels.peak_pass == 0);
  CHECK(levels.fits);

  driver.granularity = Bytes(1000);  // a tensor of 4 entries takes 1 of it, of 5 and 8 entries 2
  CHECK(is(buffer_levels(schedule, 1, CacheKind::contiguous, driver).reserved, {0, 4}, {8, 9},
           {4, 8}, 1000));
  const BufferLevels three = buffer_levels(schedule, 3, CacheKind::contiguous, {});
  CHECK(cache_level(schedule, 3, CacheKind::contiguous) == three.cache);
  CHECK(is(three.cache, {0, 16}, {32, 24}, {16, 20}, 3 * kBytes));
  CHECK(is(three.reserved, {0, 1}, {1, 1}, {1, 1}, 2 << 20));  // a segment of small blocks
}

TEST_CASE("what is masked is held, but not live", "[levels]") {
  const HeldLevels levels = held_of(schedule_of("kvzip:ratio=0.5", 8, 2), true);
  for (std::size_t pass = 1; pass < levels.held.during.size(); ++pass) {
    const std::int64_t masked = levels.held.past[pass] - levels.live.past[pass];
    CHECK(masked > 0);
    CHECK(levels.held.during[pass] - levels.live.during[pass] == masked);
  }
}

TEST_CASE("a static cache takes all its tensors in the first pass", "[levels]") {
  const Below driver{AllocatorKind::driver, Bytes(1), {}};
  const Schedule schedule = schedule_of("full", 5, 3);
  const BufferLevels levels = buffer_levels(schedule, 1, CacheKind::static_length, driver);
  CHECK(is(levels.cache, {0, 32, 32, 32}, {32, 32, 32, 32}, {32, 32, 32, 32}, kBytes));
  CHECK(levels.without_copies == levels.cache);
  CHECK_THROWS_AS(check_static(schedule_of("topk:ratio=0.5", 8, 1)), std::invalid_argument);
}

TEST_CASE("no more is reserved than there is room", "[levels]") {
  const Schedule schedule = schedule_of("topk:ratio=0.5", 8, 1);
  Below below{AllocatorKind::driver, Bytes(1), Bytes(32 * kBytes)};
  CHECK(buffer_levels(schedule, 1, CacheKind::contiguous, below).fits);
  below.room = Bytes(32 * kBytes - 1);
  const BufferLevels too_much = buffer_levels(schedule, 1, CacheKind::contiguous, below);
  CHECK_FALSE(too_much.fits);
  CHECK(too_much.reserved.peak() == 32 * kBytes);

  // The caching allocator keeps what it has until there is no room: then it gives back.
  const Schedule grows =
      plan(input::parse_policy("full"), kShape, {Tokens(400'000), Tokens(3), Tokens(100'000)});
  const BufferLevels endless = buffer_levels(grows, 1, CacheKind::contiguous, {});
  CHECK(endless.given_back == 0);
  below = {AllocatorKind::caching, Bytes(2 << 20), Bytes(endless.reserved.peak() - 1)};
  const BufferLevels within = buffer_levels(grows, 1, CacheKind::contiguous, below);
  CHECK(within.fits);
  CHECK(within.given_back > 0);
  CHECK(within.reserved.peak() < endless.reserved.peak());
  CHECK(within.cache == endless.cache);
  CHECK(reserved_for(Bytes((10 << 20) + 1), {}) == Bytes(12 << 20));
  CHECK(reserved_for(Bytes{}, {}) == Bytes{});
}

TEST_CASE("a cache needs less than its allocator keeps", "[levels]") {
  const Schedule grows =
      plan(input::parse_policy("full"), kShape, {Tokens(400'000), Tokens(3), Tokens(100'000)});
  const Bytes keeps(buffer_levels(grows, 1, CacheKind::contiguous, {}).reserved.peak());
  const Bytes step = Below{}.granularity;
  const auto in = [&](Bytes room) {
    return buffer_levels(grows, 1, CacheKind::contiguous, {AllocatorKind::caching, step, room});
  };
  const BufferLevels much = in(keeps.times(2));
  CHECK(much.reserved.peak() == keeps.count());
  CHECK(much.needed < keeps);
  CHECK(much.needed >= Bytes(much.cache.peak()));
  CHECK(much.needed_within == Bytes{});
  CHECK(in(much.needed).fits);
  const BufferLevels little = in(much.needed - step);
  CHECK_FALSE(little.fits);
  CHECK(little.needed == much.needed);
  CHECK(in(much.needed).needed == much.needed);

  const Below driver{AllocatorKind::driver, Bytes(1000), Bytes(10)};
  const BufferLevels whole =
      buffer_levels(schedule_of("topk:ratio=0.5", 8, 1), 1, CacheKind::contiguous, driver);
  CHECK_FALSE(whole.fits);
  CHECK(whole.needed == Bytes(9000));
}

TEST_CASE("live <= held <= tensors <= reserved, of every policy", "[levels][laws]") {
  std::vector<std::string> wrong;
  int cases = 0;
  int ahead = 0;
  for (const test::LawCase& law : test::law_cases()) {
    for (const auto& [window, chunk] : {std::pair{0, 0}, {0, 7}, {5, 0}, {5, 7}}) {
      LlmShape shape = kShape;
      if (law.heads > 0) shape.kv_heads = shape.query_heads = law.heads;
      if (window > 0) shape = with_window(shape, window);
      Workload workload{Tokens(43), Tokens(9)};
      if (chunk > 0) workload.chunk = Tokens(chunk);
      Schedule schedule;
      try {
        schedule = plan(law.policy, shape, workload, law.accounting, law.convention);
      } catch (const std::invalid_argument&) {
        continue;  // of other layers
      }
      if (schedule.nominal_streaming) continue;
      ++cases;
      const auto fails = [&](const std::string& what, const std::string& why) {
        if (!why.empty()) wrong.push_back(law.label + ": " + what + ": " + why);
      };
      const auto same = [](auto a, auto b) { return a == b ? "" : "differ"; };
      const HeldLevels held = held_of(schedule, false);
      const PeakBytes bytes = peak_bytes(schedule);
      const Footprint footprint = closed_form(schedule).footprint;
      fails("bytes", same(held.held.peak(), bytes.layerwise.count()));
      fails("entries", same(held.entries.peak(), footprint.peak_layerwise_entries.count()));
      const HeldLevels at_once = held_of(schedule, true);
      fails("bytes of all layers", same(at_once.held.peak(), bytes.all_layers.count()));
      fails("entries of all layers", same(at_once.entries.peak(), footprint.peak_entries.count()));
      fails("live and held", order(held.live, held.held));
      for (const AllocatorKind allocator : {AllocatorKind::caching, AllocatorKind::driver}) {
        const BufferLevels levels =
            buffer_levels(schedule, 1, CacheKind::contiguous, {allocator, Bytes(512), {}});
        fails("held and tensors", order(held.held, levels.without_copies));
        if (window == 0) {
          fails("what stays", same(held.held.after, levels.without_copies.after));
          fails("no window", same(held.held.during, levels.without_copies.during));
        }
        fails("copies", order(levels.without_copies, levels.cache));
        fails("after copies", same(levels.without_copies.after, levels.cache.after));
        fails("tensors and reserved", order(levels.cache, levels.reserved));
        fails("sums alone", same(levels.cache, cache_level(schedule, 1, CacheKind::contiguous)));
      }
      try {
        check_static(schedule);
      } catch (const std::invalid_argument&) {
        continue;  // it evicts
      }
      ++ahead;
      const BufferLevels levels = buffer_levels(schedule, 1, CacheKind::static_length, {});
      fails("static: held", order(held.held, levels.without_copies));
      fails("static: sums alone",
            same(levels.cache, cache_level(schedule, 1, CacheKind::static_length)));
      fails("static: copies", order(levels.without_copies, levels.cache));
      fails("static: reserved", order(levels.cache, levels.reserved));
    }
  }
  CHECK(wrong == std::vector<std::string>{});
  CHECK(cases > 100);
  CHECK(ahead > 10);
}

TEST_CASE("held <= blocks <= the pool, under every kind of table", "[levels][laws]") {
  for (const std::string table : {"sequence", "layer", "head"}) {
    for (const std::string policy :
         {"full", "{name: streaming, window_tokens: 20}",
          "{name: snapkv, sparsity: 0.5, eviction: patched}", "{name: h2o, ratio: 0.4}"}) {
      const input::Scenario scenario =
          scenario_of("{blocks: {table: " + table + "}}",
                      "prompt_tokens: 90\noutput_tokens: 20\nprefill_chunk_tokens: 40",
                      "[" + policy + "]", "{layers: 3, kv_heads: 2, query_heads: 4}");
      const std::vector<BatchMember> members = members_of(scenario);
      PagingOptions options;
      options.tables = scenario.blocks()->tables;
      const Paging paging = page(members, options);
      const Levels levels = levels_of(scenario, scenario.policies[0].spec, members, &paging);
      INFO(table << ", " << policy);
      CHECK(order(levels.live, levels.held) == "");
      CHECK(levels.held == held_levels(members, table == "sequence").held);
      CHECK(order(levels.held, levels.cache) == "");
      CHECK(levels.cache.peak() == paging.peak.in_use.count());
      CHECK(levels.peak.reserved == reserved_for(paging.peak.in_use, {}));
      CHECK(levels.end.reserved == levels.peak.reserved);
      CHECK(std::all_of(levels.reserved.past.begin(), levels.reserved.past.end(),
                        [&](std::int64_t past) { return past == levels.peak.reserved.count(); }));
      CHECK_FALSE(levels.peak.device.has_value());
    }
  }
}

TEST_CASE("the device is what the cache reserves, and all that is beside it", "[levels]") {
  const std::string task = "prompt_tokens: 4K\noutput_tokens: 16\nprefill_chunk_tokens: 2K";
  const input::Scenario scenario =
      scenario_of("{cache: contiguous, gpu: rtx-4090}", task, "[{name: knorm, ratio: 0.5}]");
  const std::vector<BatchMember> members = members_of(scenario);
  const Levels levels = levels_of(scenario, scenario.policies[0].spec, members, nullptr);
  CHECK(levels.held == held_levels(members, false).held);  // layers one after another
  const Beside& beside = *levels.beside;
  CHECK(part(beside, "weights") > kGiB.times(14));
  CHECK(part(beside, "weights") + part(beside, "activations") + part(beside, "non_torch") +
            part(beside, "context") ==
        beside.sum.mid);
  CHECK(part(beside, "cuda_graphs") == Bytes{});  // tensors move
  CHECK(levels.peak.device->mid == beside.sum.mid + levels.peak.reserved);
  CHECK(levels.needed <= levels.peak.reserved);
  CHECK(levels.needed >= levels.peak.cache);
  CHECK(levels.left(*scenario.memory) + levels.needed + beside.sum.mid ==
        scenario.memory->gpu->device.memory);
  const LlmShape shape = scenario.model->shape;
  CHECK(beside.pytorch_activations);
  CHECK(part(beside, "activations") ==
        activation_peak({4096, 14336, 128256, false}, shape, transformers_code(), Tokens(2048)));
  CHECK(levels.device.peak() == levels.peak.device->mid.count());
  CHECK(order(levels.reserved, levels.device) == "");
  CHECK(levels.fits);

  const input::Scenario ahead = scenario_of("{cache: static, gpu: rtx-4090}", task);
  CHECK(part(beside_cache(ahead, members_of(ahead)), "cuda_graphs") > Bytes{});
  const input::Scenario small = scenario_of("{cache: contiguous, gpu: 16GiB}", task);
  const Levels none = levels_of(small, small.policies[0].spec, members_of(small), nullptr);
  CHECK_FALSE(none.fits);
  CHECK(none.left(*small.memory) < Bytes{});
}

TEST_CASE("what lies beside adds up to the device, part by part", "[levels][laws]") {
  const std::string task = "prompt_tokens: 2K\noutput_tokens: 4";
  for (const std::string memory :
       {"{cache: contiguous, gpu: rtx-4090}", "{cache: static, gpu: l4, tp: 2}",
        "{cache: paged, gpu: rtx-4090, allocator: caching}", "{cache: paged, gpu: rtx-4090}",
        "{cache: paged, gpu: 6GiB, engine: vllm@0.9.0}"}) {  // of which non-torch is below 0
    INFO(memory);
    const input::Scenario scenario = scenario_of(memory, task);
    const std::vector<BatchMember> members = members_of(scenario);
    std::optional<Paging> paging;
    if (scenario.blocks() != nullptr)
      paging = page(members, {scenario.blocks()->tables, {}, {}, {}, 1});
    const Levels levels =
        levels_of(scenario, scenario.policies[0].spec, members, paging ? &*paging : nullptr);
    LevelColumn sum = levels.reserved;
    const auto columns = levels.beside_columns();
    CHECK(columns.size() >= 3);
    for (const auto& [name, column] : columns) {
      for (std::size_t i = 0; i < sum.during.size(); ++i) {
        CHECK(column.past[i] >= 0);
        sum.past[i] += column.past[i];
        sum.during[i] += column.during[i];
        sum.after[i] += column.after[i];
      }
    }
    CHECK(sum == levels.device);
  }
}

TEST_CASE("layers that slide have tables of their own in an engine's pool", "[levels]") {
  const std::string task =
      "prompt_tokens: 98304\noutput_tokens: 0\nprefill_chunk_tokens: 8K\nimplementation: kvpress";
  const auto paged = [&](const std::string& engine, const std::string& model,
                         const std::string& blocks = "{}") {
    const input::Scenario scenario = scenario_of(
        "{cache: paged, gpu: h100-80gb, engine: " + engine + ", blocks: " + blocks + "}", task,
        "[full]", model);
    const std::vector<BatchMember> members = members_of(scenario);
    Tables tables = tables_of(scenario, members);
    PagingOptions options;
    options.tables = tables.tables;
    options.groups = tables.groups;
    Paging paging = page(members, options);
    const Levels levels = levels_of(scenario, scenario.policies[0].spec, members, &paging);
    CHECK(order(levels.held, levels.cache) == "");
    return paging;
  };
  // gemma-3-27b: 10 layers see all, 52 slide in 6 groups of up to 10, with a window of 1024.
  const Paging gemma = paged("vllm@0.19.0", "gemma-3-27b");
  const std::int64_t full = 98304 / 16;
  const std::int64_t sliding = (1023 + 8192) / 16 + 1;  // plan charges one more, for any alignment
  CHECK(gemma.groups == 7);
  CHECK(gemma.peak.blocks == Blocks(full + 6 * sliding));
  const std::int64_t slot = 2 * 16 * 128 * 2;  // of a layer
  CHECK(gemma.peak.in_use == Bytes(gemma.peak.blocks.count() * 16 * 10 * slot));
  CHECK(gemma.peak.padding == Bytes(sliding * 16 * 8 * slot));
  CHECK(gemma.peak.holes() < Bytes(6 * 16 * 10 * slot));

  // Capacity planning charges a block more for each group that slides.
  PlanOptions options;
  options.model = std::make_shared<const input::Model>(input::parse_model("gemma-3-27b"));
  options.gpu = *find_device("h100-80gb");
  options.prompt = Tokens(98304);
  const Capacity capacity = capacity_of(options);
  CHECK(capacity.needs.block_bytes ==
        gemma.peak.in_use + Bytes(6 * capacity.ledger.block_bytes.count()));

  // Larger blocks, and survivors moved together: the last block of each group may be partly empty.
  const Paging moved = paged("vllm@0.19.0", "gemma-3-27b", "{block_tokens: 32, compaction: true}");
  CHECK(moved.peak.blocks == Blocks(full / 2 + 6 * ((1023 + 8192) / 32 + 1)));
  CHECK(moved.peak.padding == Bytes(288 * 32 * 8 * slot));
  // Before windows saved anything, all layers were one group, and it keeps what slides.
  const Paging older = paged("vllm@0.9.0", "gemma-2-9b");
  CHECK(older.groups == 1);
  CHECK(older.peak.blocks == Blocks(full));
  const Paging windows = paged("vllm@0.9.0", "mistral-7b-v0.1");
  CHECK(windows.peak.blocks == Blocks(full));
  CHECK(windows.after_decode.blocks == Blocks(full));
}

TEST_CASE("an empty pool says why", "[levels]") {
  const input::Scenario scenario =
      scenario_of("{cache: paged, gpu: rtx-3070}", "prompt_tokens: 1K\noutput_tokens: 1");
  const Beside beside = beside_cache(scenario, members_of(scenario));
  CHECK(beside.pool->mid == Bytes{});
  CHECK_THAT(beside.no_pool, test::contains("nothing is left for the KV cache"));
}

TEST_CASE("an engine's pool is what its budget leaves", "[levels]") {
  const input::Scenario scenario =
      scenario_of("{cache: paged, gpu: rtx-4090, engine: vllm@0.19.0}",
                  "prompt_tokens: 4K\noutput_tokens: 16\nprefill_chunk_tokens: 2K");
  const std::vector<BatchMember> members = members_of(scenario);
  const Paging paging = page(members, {scenario.blocks()->tables, {}, {}, {}, 1});
  const Levels levels = levels_of(scenario, scenario.policies[0].spec, members, &paging);
  const Beside& beside = *levels.beside;
  const Bytes memory = scenario.memory->gpu->device.memory;
  const Bytes in_budget = part(beside, "weights") + part(beside, "activations") +
                          part(beside, "non_torch") + beside.pool->mid;
  const Bytes budget = gibibytes(0.9 * in_gib(memory));
  CHECK(in_budget <= budget);
  CHECK(in_budget > budget - kMiB.times(3));  // a block of 16 tokens is 2 MiB
  CHECK(levels.peak.reserved == beside.pool->mid);
  CHECK(levels.peak.device->mid ==
        in_budget + part(beside, "context") + part(beside, "cuda_graphs"));
  CHECK(levels.left(*scenario.memory) == beside.pool->mid - paging.peak.in_use);
}

TEST_CASE("a rank holds its part of the heads", "[levels]") {
  const std::string task = "prompt_tokens: 1K\noutput_tokens: 4";
  const auto levels = [&](const std::string& memory) {
    const input::Scenario scenario = scenario_of(memory, task);
    return levels_of(scenario, scenario.policies[0].spec, members_of(scenario), nullptr);
  };
  const Levels one = levels("{cache: contiguous, gpu: h100-80gb}");
  const Levels four = levels("{cache: contiguous, gpu: h100-80gb, tp: 4}");
  CHECK(four.peak.held.times(4) == one.peak.held);
  CHECK(four.peak.cache.times(4) == one.peak.cache);
  CHECK(part(*four.beside, "weights") < part(*one.beside, "weights"));
}
