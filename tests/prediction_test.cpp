// What a program should hold pass by pass: against what real programs were seen to hold, and blocks
// by arithmetic against blocks by their entries.
#include "sim/prediction.h"
#include "models/closed_form.h"
#include "sim/memory/paging.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

using Numbers = std::vector<std::int64_t>;

// Two layers of three KV heads of 20 numbers in fp32: 960 bytes a token.
std::string model(const std::string& more = "model_type: llama") {
  return "{" + more +
         ", num_hidden_layers: 2, num_key_value_heads: 3, num_attention_heads: 6, head_dim: 20, "
         "vocab_size: 300, hidden_size: 120, intermediate_size: 240, torch_dtype: float32}";
}

Timeline predicted(const std::string& model, const std::string& policy, std::int64_t prompt,
                   std::int64_t output, const std::string& more = "") {
  const input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: " + model + "\nprompt_tokens: " + std::to_string(prompt) +
          "\noutput_tokens: " + std::to_string(output) + "\npolicies: [" + policy + "]\n" + more,
      "a.yaml");
  return predict(scenario, scenario.tasks.front(), scenario.policies.front(), ScoreModel{});
}

TrackColumns track(const Timeline& timeline, const std::string& name) {
  for (const Track& track : timeline.tracks) {
    if (track.info.name == name) return track.columns;
  }
  throw std::runtime_error("no track " + name);
}

}  // namespace

// torch 2.11.0 and transformers 5.2.0 on a CPU: the running sum of its memory events between passes.
TEST_CASE("tensors of DynamicCache between passes are those of a profiled decode loop") {
  const TrackColumns full =
      track(predicted(model(), "{name: full, implementation: transformers}", 150, 32), "allocated");
  REQUIRE(full.passes() == 33);
  for (std::int64_t i = 0; i < 33; ++i) {
    CHECK(full.held_after[static_cast<std::size_t>(i)] == 144'008 + 960 * i);
  }
  CHECK(full.past.front() == 0);

  // A layer that slides holds the whole prompt as a view until the first step, then its window.
  const TrackColumns sliding =
      track(predicted(model("model_type: mistral, sliding_window: 64"),
                      "{name: full, implementation: transformers}", 150, 32),
            "allocated");
  Numbers want(33, 61'448);
  want[0] = 144'008;
  CHECK(sliding.held_after == want);
}

TEST_CASE("ids of next tokens are of each sequence, and held while a pass runs") {
  const TrackColumns one =
      track(predicted(model(), "{name: full, implementation: transformers}", 150, 3), "allocated");
  const input::Scenario batch = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: " + model() +
          "\ntasks: [{name: t, sequences: [{prompt_tokens: 150, output_tokens: 3, count: 5}]}]\n"
          "policies: [{name: full, implementation: transformers}]\n",
      "a.yaml");
  const TrackColumns five =
      track(predict(batch, batch.tasks.front(), batch.policies.front(), ScoreModel{}), "allocated");
  for (const auto column :
       {&TrackColumns::past, &TrackColumns::held_during, &TrackColumns::held_after}) {
    for (std::size_t pass = 0; pass < 4; ++pass) {
      CHECK((five.*column)[pass] == 5 * (one.*column)[pass]);
    }
  }
  CHECK(five.held_after[0] == 5 * 144'008);
  CHECK(one.past == Numbers{0, 144'008, 144'968, 145'928});
  // The last of four tensors is there twice while it grows by 240 bytes, as the others have, and the
  // ids of one token are there.
  CHECK(one.held_during == Numbers{144'008, 144'000 + 3 * 240 + 36'240 + 8,
                                   144'960 + 3 * 240 + 36'480 + 8, 145'920 + 3 * 240 + 36'720 + 8});
}

// The same with kvpress 0.5.5.
TEST_CASE("tensors between passes under kvpress are those of a profiled decode loop") {
  const TrackColumns snapkv =
      track(predicted(model(),
                      "{name: snapkv, variant: kvpress, implementation: kvpress, sparsity: 0.6, "
                      "window_tokens: 16, kv: kv-head}",
                      150, 32),
            "allocated");
  for (std::int64_t i = 0; i < 33; ++i) {
    CHECK(snapkv.held_after[static_cast<std::size_t>(i)] == 57'608 + 960 * i);
  }
  // 960 bytes of cache and 960 of hidden states a step, until it fires.
  const TrackColumns decoding = track(
      predicted(model(), "{name: decoding-press, interval_passes: 8, target_tokens: 40}", 60, 32),
      "allocated");
  Numbers want;
  for (std::int64_t i = 0; i < 8; ++i) want.push_back(57'608 + 1920 * i);
  for (std::int64_t i = 0; i < 25; ++i) want.push_back(38'408 + 1920 * (i % 8));
  CHECK(decoding.held_after == want);
  // In the pass in which it fires: 68 tokens of the first layer and the 40 that it keeps, 67 of the second
  // one, which is not reached yet, and all that has waited.
  CHECK(decoding.held_during[8] == 480 * (68 + 40 + 67) + 7 * 960 + 8);
}

TEST_CASE("hidden states of a press wait up to 256 steps") {
  const TrackColumns waiting = track(
      predicted(model(), "{name: decoding-press, interval_passes: 1000, target_tokens: 4}", 1, 300),
      "allocated");
  CHECK(waiting.held_after[256] - waiting.held_after[255] == 1920);
  CHECK(waiting.held_after[257] - waiting.held_after[256] == 960);
}

TEST_CASE("what is not predicted is said") {
  const std::string bare = "{layers: 2, kv_heads: 3, head_dim: 20}";
  CHECK_THROWS_WITH(
      predicted(bare, "{name: decoding-press, interval_passes: 8, target_tokens: 40}", 60, 32),
      kvf::test::contains("how wide they are is not known"));
  CHECK_THROWS_WITH(
      predicted(bare, "{name: prulong, streaming_heads: 0.5, rounding: nominal}", 60, 3),
      kvf::test::contains("nominal"));
}

TEST_CASE("packed blocks are those of an allocator that compacts", "[laws]") {
  const std::string policy =
      GENERATE(as<std::string>(), "full", "{name: streaming, sink_tokens: 4, window_tokens: 30}",
               "{name: prulong, streaming_heads: 0.5, sink_tokens: 4, window_tokens: 20}",
               "{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: naive}",
               "{name: snapkv, sparsity: 0.6, window_tokens: 16, eviction: patched}",
               "{name: locret, sparsity: 0.7, local_tokens: 10, stabilizer_tokens: 20}",
               "{name: adakv, ratio: 0.5}", "{name: pyramidkv, sparsity: 0.5, window_tokens: 8}",
               "{name: decoding-press, interval_passes: 7, target_tokens: 40}");
  const TableOf of = GENERATE(TableOf::sequence, TableOf::layer, TableOf::head);
  const std::int64_t block = GENERATE(1, 3, 16);
  const std::string shape = GENERATE(
      as<std::string>(), "{layers: 3, kv_heads: 4, query_heads: 8, head_dim: 8}",
      "{model_type: gemma2, num_hidden_layers: 4, num_key_value_heads: 2, num_attention_heads: 4, "
      "head_dim: 8, sliding_window: 24, vocab_size: 300, hidden_size: 120, intermediate_size: "
      "240}");
  const std::string sequences = GENERATE(
      as<std::string>(), "{prompt_tokens: 130, output_tokens: 40}",
      "{prompt_tokens: 130, output_tokens: 10}, {prompt_tokens: 20, output_tokens: 30, count: 3}, "
      "{prompt_tokens: 50, output_tokens: 0}");
  const std::string text = "kvfootprint-scenario: 1\nmodel: " + shape +
                           "\nprefill_chunk_tokens: 48\ntasks: [{name: t, sequences: [" +
                           sequences + "]}]\npolicies: [" + policy +
                           "]\nmemory: {blocks: {block_tokens: " + std::to_string(block) +
                           ", table: " + std::string(to_string(of)) + ", compaction: true}}\n";
  CAPTURE(text);
  const input::Scenario scenario = input::parse_scenario(text, "a.yaml");
  const Timeline timeline =
      predict(scenario, scenario.tasks.front(), scenario.policies.front(), ScoreModel{});
  PagingOptions options;
  options.tables = scenario.blocks()->tables;
  const Paging paging =
      page(input::members_of(scenario, scenario.tasks.front(), scenario.policies.front()), options);
  const auto is = [&](const std::string& name, const LevelColumn& want) {
    const TrackColumns got = track(timeline, name);
    return LevelColumn{got.past, got.held_during, got.held_after} == want;
  };
  CHECK(is("blocks", paging.blocks));
  CHECK(is("cache", paging.in_use));
  CHECK(track(timeline, "total").passes() == paging.blocks.past.size());
}
