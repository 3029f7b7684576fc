// Scenarios: what becomes of a file that is right.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "sim/input/model.h"
#include "sim/input/scenario.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;
namespace fs = std::filesystem;

namespace {

const fs::path kScenarios = fs::path(KVF_TESTS_DIR).parent_path() / "scenarios";

Scenario parse(const std::string& text) { return parse_scenario(text, "s.yaml"); }

// Footprint and peak in tenths of a percent.
std::pair<long, long> figures(const Scenario& scenario, std::size_t policy, std::size_t task) {
  const ScenarioPolicy& p = scenario.policies[policy];
  const Footprint f = closed_form(plan(p.spec, scenario.shape, scenario.tasks[task].workload,
                                       scenario.accounting, p.convention))
                          .footprint;
  const auto tenths = [](double share) { return std::lround(share * 1000); };
  return {tenths(f.footprint.value()), tenths(f.peak.value())};
}

}  // namespace

TEST_CASE("every scenario of the repository can be planned and says its idea", "[input]") {
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kScenarios)) {
    if (!entry.is_regular_file()) continue;  // tables that scenarios read
    INFO(entry.path().filename().string());
    REQUIRE_NOTHROW(check_plans(read_scenario(entry.path())));
    CHECK_FALSE(read_scenario(entry.path()).idea.empty());
    ++count;
  }
  CHECK(count >= 2);
}

TEST_CASE("the scenario of the paper has its figures", "[input]") {
  const Scenario scenario = read_scenario(kScenarios / "paper-128k.yaml");
  CHECK(scenario.model_title == "Llama-3.1-8B-Instruct");
  CHECK(scenario.accounting == Accounting::paper);
  CHECK(scenario.policies.size() == 11);
  CHECK(scenario.tasks.size() == 8);
  for (const ScenarioTask& task : scenario.tasks) CHECK(task.workload.chunk == Tokens(32768));
  CHECK(scenario.policies[3].label == "head-roles 70 %");
  // streaming, head-roles, snapkv post-fill, snapkv patched on recall and html_to_tsv
  CHECK(figures(scenario, 2, 0) == std::pair<long, long>(316, 326));
  CHECK(figures(scenario, 3, 0) == std::pair<long, long>(521, 512));
  CHECK(figures(scenario, 4, 0) == std::pair<long, long>(999, 999));
  CHECK(figures(scenario, 6, 0) == std::pair<long, long>(512, 505));
  CHECK(figures(scenario, 3, 6) == std::pair<long, long>(804, 841));
}

TEST_CASE("the worked example is as its comment says", "[input]") {
  const Scenario scenario = read_scenario(kScenarios / "tiny.yaml");
  CHECK(figures(scenario, 0, 0) == std::pair<long, long>(1000, 1000));
  CHECK(figures(scenario, 1, 0) == std::pair<long, long>(806, 750));
  CHECK(figures(scenario, 2, 0) == std::pair<long, long>(903, 750));
}

TEST_CASE("a single task, defaults, and what a policy says for itself", "[input]") {
  const Scenario scenario = parse(
      "# One idea.\n\nkvfootprint-scenario: 1\nmodel: {layers: 2, kv_heads: 3}\n"
      "prompt_tokens: 1K\noutput_tokens: 7\nimplementation: kvpress\n"
      "policies:\n  - full\n  - {name: streaming, implementation: eval, label: 7}\n");
  CHECK(scenario.idea == "One idea.");
  CHECK(scenario.file == "s.yaml");
  CHECK(scenario.shape == LlmShape{"", 2, 3, 3, 128, "bf16"});
  CHECK(scenario.model_title == "inline model");
  CHECK(scenario.accounting == Accounting::implementation);
  REQUIRE(scenario.tasks.size() == 1);
  CHECK(scenario.tasks[0].name.empty());
  CHECK(scenario.tasks[0].workload.prompt == Tokens(1024));
  CHECK(scenario.tasks[0].workload.output == Tokens(7));
  CHECK_FALSE(scenario.tasks[0].workload.chunk);
  REQUIRE(scenario.policies.size() == 2);
  CHECK(scenario.policies[0].label == "full");
  CHECK(scenario.policies[0].convention == Convention::kvpress);
  CHECK(scenario.policies[1].label == "7");
  CHECK(scenario.policies[1].convention == Convention::eval);
  CHECK(scenario.policies[1].at == Position{10, 5});
}

TEST_CASE("a task may have a chunk of its own", "[input]") {
  const Scenario scenario = parse(
      "kvfootprint-scenario: 1\nmodel: stories260k\nprefill_chunk_tokens: 4K\ntasks:\n"
      "  - {name: a, prompt_tokens: 0, output_tokens: 0}\n"
      "  - {name: b, prompt_tokens: 1, output_tokens: 1, prefill_chunk_tokens: 8}\n"
      "policies: [full]\n");
  CHECK(scenario.tasks[0].workload.chunk == Tokens(4096));
  CHECK(scenario.tasks[1].workload.chunk == Tokens(8));
  CHECK_FALSE(scenario.policies[0].convention);
}

TEST_CASE("files of scores are beside the scenario", "[input]") {
  const std::string text =
      "kvfootprint-scenario: 1\nmodel: {layers: 2, kv_heads: 3}\nprompt_tokens: 9\n"
      "output_tokens: 1\npolicies: [{name: head-roles, heads_file: data/heads-2x3.tsv}]\n";
  const Scenario scenario = parse_scenario(text, fs::path(KVF_TESTS_DIR) / "s.yaml");
  CHECK(std::get<HeadRoles>(scenario.policies[0].spec.v).heads.layers == 2);
  CHECK_NOTHROW(check_plans(scenario));
  CHECK_THROWS_AS(parse_scenario(text, "nowhere/s.yaml"), InputError);
}

TEST_CASE("a workload that overflows is reported at its task", "[input]") {
  const Scenario scenario = parse(
      "kvfootprint-scenario: 1\nmodel: {layers: 1048576, kv_heads: 1048576}\ntasks:\n"
      "  - {name: small, prompt_tokens: 1, output_tokens: 1}\n"
      "  - {name: large, prompt_tokens: 1073741824M, output_tokens: 1}\npolicies: [full]\n");
  CHECK_THROWS_WITH(check_plans(scenario),
                    kvf::test::contains("s.yaml:5:5: error: task 'large' with policy 'full':"));
}

TEST_CASE("a model on the command line", "[input]") {
  CHECK(parse_model("LLAMA-3.1-8b").title == "Llama-3.1-8B-Instruct");
  CHECK_THROWS_WITH(parse_model("llama-3.1-9b"),
                    kvf::test::contains("--model: error: unknown model 'llama-3.1-9b'; did you"));
  CHECK_THROWS_WITH(parse_model("m/config.json"), kvf::test::contains("there is no such file"));
  CHECK(title_of(LlmShape{}) == "inline model");
}

TEST_CASE("a scenario may ask for blocks, and say how scores are drawn", "[input]") {
  const std::string head =
      "kvfootprint-scenario: 1\nmodel: llama-3.1-8b\nprompt_tokens: 8\noutput_tokens: 1\n"
      "policies: [full]\n";
  CHECK_FALSE(parse(head).memory.has_value());
  const Scenario defaults = parse(head + "memory: {blocks: {}}\n");
  CHECK(defaults.blocks()->tables == BlockTables{Tokens(16), TableOf::sequence, false});
  CHECK_FALSE(defaults.blocks()->sweep);
  CHECK_FALSE(defaults.scores.seed.has_value());
  const Scenario all =
      parse(head +
            "memory:\n  blocks: {block_tokens: 1K, table: layer, compaction: true, sweep: true}\n"
            "scores: {seed: 7, sink_tokens: 0, half_life_tokens: 2K, heavy_hitters: 0.5}\n");
  CHECK(all.blocks()->tables == BlockTables{Tokens(1024), TableOf::layer, true});
  CHECK(all.blocks()->sweep);
  CHECK(all.scores.seed == 7);
  CHECK(all.scores.sinks == 0);
  CHECK(all.scores.half_life == 2048);
  CHECK(all.scores.heavy_hitters == 0.5);
}

TEST_CASE("a scenario may say how the cache is kept, and where", "[input]") {
  const std::string head =
      "kvfootprint-scenario: 1\nmodel: llama-3.1-8b\nprompt_tokens: 8\noutput_tokens: 1\n"
      "policies: [full]\nmemory: ";
  const auto memory = [&](const std::string& text) { return *parse(head + text + "\n").memory; };
  const ScenarioMemory tensors = memory("{cache: contiguous}");
  CHECK(tensors.cache == CacheKind::contiguous);
  CHECK(tensors.allocator == AllocatorKind::caching);
  CHECK_FALSE(tensors.blocks.has_value());
  CHECK_FALSE(tensors.gpu.has_value());
  CHECK(tensors.ranks() == 1);
  CHECK(memory("{blocks: {}}").cache == CacheKind::paged);
  CHECK(memory("{cache: paged}").blocks->tables == BlockTables{});
  const ScenarioMemory all =
      memory("{cache: static, allocator: driver, granularity: 64KiB, gpu: l4, tp: 2}");
  CHECK(all.cache == CacheKind::static_length);
  CHECK(all.granularity == Bytes(64 << 10));
  CHECK(all.gpu->device.name == "l4");
  CHECK(all.ranks() == 2);
  CHECK(all.gpu->ranks_at.has_value());
  CHECK_FALSE(all.gpu->engine_at.has_value());
  CHECK_FALSE(memory("{cache: static, gpu: l4, engine: vllm}").engine_pool());
  // What is the default means the same when it is written.
  CHECK(memory("{cache: paged, gpu: l4}").engine_pool());
  CHECK_FALSE(memory("{cache: paged, gpu: l4, allocator: caching}").engine_pool());
  CHECK_FALSE(memory("{cache: paged}").engine_pool());
  const ScenarioMemory pool = memory("{cache: paged, gpu: 24GiB, engine: vllm-v0@0.8.5}");
  CHECK(pool.engine_pool());
  CHECK(pool.gpu->device.memory == Bytes(24LL << 30));
  CHECK(pool.gpu->engine.version == EngineVersion{{0, 8, 5}});
  CHECK(pool.gpu->engine.v0 == true);
}

TEST_CASE("no GPU is smaller than 1 GiB", "[input]") {
  CHECK(parse_gpu("1GiB")->memory == kGiB);
  CHECK_FALSE(parse_gpu("1023MiB").has_value());
  CHECK_FALSE(parse_gpu("24").has_value());
}

TEST_CASE("sizes in bytes are whole, with a unit or without", "[input]") {
  CHECK(parse_size("512") == Bytes(512));
  CHECK(parse_size("2MiB") == Bytes(2 << 20));
  CHECK(parse_size("1023KiB") == Bytes(1023 << 10));
  CHECK(parse_size("1048575GiB") == Bytes(1048575LL << 30));
  for (const char* bad : {"", "0", "-1", "2MB", "2 MiB", "1.5GiB", "MiB", "1048576GiB",
                          "99999999999999999999", "0x10"}) {
    INFO(bad);
    CHECK_FALSE(parse_size(bad).has_value());
  }
}
