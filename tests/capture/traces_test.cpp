// Predictions laid over recorded traces of real programs, where KVF_REFERENCE_DATA names their
// folder. What was recorded is in FACTS.json beside each trace.
#include <cstdlib>
#include <filesystem>

#include "profiler/import/read_recording.h"
#include "sim/prediction.h"
#include "tests/catch.h"
#include "timeline/comparison.h"
#include "timeline/recorded_timeline.h"

using namespace kvf;

namespace {

std::optional<std::filesystem::path> folder_of_traces() {
  const char* folder = std::getenv("KVF_REFERENCE_DATA");
  if (folder == nullptr) return {};
  return std::filesystem::path(folder) / "traces";
}

Timeline predicted(const std::string& model, const std::string& policy, std::int64_t prompt,
                   const std::string& implementation) {
  const input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: {" + model +
          ", num_hidden_layers: 2, num_key_value_heads: 3, num_attention_heads: 6, head_dim: 20, "
          "vocab_size: 300, hidden_size: 120, intermediate_size: 240, torch_dtype: float32}\n"
          "implementation: " +
          implementation + "\nprompt_tokens: " + std::to_string(prompt) +
          "\noutput_tokens: 32\npolicies: [" + policy + "]\n",
      "a.yaml");
  return predict(scenario, scenario.tasks.front(), scenario.policies.front(), ScoreModel{});
}

ComparisonOptions of_trace() {
  ComparisonOptions options;
  options.moments = Moments::between;
  options.subtract_base = true;
  return options;
}

}  // namespace

TEST_CASE("decode loops of transformers and kvpress hold what is predicted, to the byte") {
  const auto folder = folder_of_traces();
  if (!folder) KVF_SKIP("KVF_REFERENCE_DATA is not set");
  struct Loop {
    const char* trace;
    const char* model;
    const char* policy;
    std::int64_t prompt;
    const char* implementation;
  };
  const std::vector<Loop> loops{
      {"decode32-full", "model_type: llama", "full", 150, "transformers"},
      {"decode32-sliding", "model_type: mistral, sliding_window: 64", "full", 150, "transformers"},
      {"decode32-snapkv", "model_type: llama",
       "{name: snapkv, sparsity: 0.6, window_tokens: 16, variant: kvpress, kv: kv-head}", 150,
       "kvpress"},
      {"decode32-decodingpress", "model_type: llama",
       "{name: decoding-press, interval_passes: 8, target_tokens: 40}", 60, "kvpress"}};
  for (const Loop& recorded : loops) {
    const Timeline found =
        timeline_of(traces::read_recording(*folder / recorded.trace / "trace.json.gz"));
    for (const Loop& guess : loops) {
      CAPTURE(recorded.trace, guess.trace);
      const Comparison comparison =
          compare(predicted(guess.model, guess.policy, guess.prompt, guess.implementation), found,
                  of_trace());
      REQUIRE(comparison.tracks.size() == 1);
      CHECK(comparison.tracks[0].passes == 33);
      CHECK(comparison.phases.empty());
      CHECK(comparison.passes() == (recorded.trace == guess.trace));
    }
  }
}

TEST_CASE("a prefill on a GPU grows by what full attention keeps of a layer") {
  const auto folder = folder_of_traces();
  if (!folder) KVF_SKIP("KVF_REFERENCE_DATA is not set");
  const input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: {layers: 24, kv_heads: 16, head_dim: 64, dtype: bf16}\n"
      "implementation: transformers\ntasks: [{name: t, sequences: [{prompt_tokens: 559, "
      "output_tokens: 0, count: 16}]}]\npolicies: [full]\n",
      "a.yaml");
  const Timeline timeline =
      predict(scenario, scenario.tasks.front(), scenario.policies.front(), ScoreModel{});
  std::int64_t held = 0;
  for (const Track& track : timeline.tracks) {
    if (track.info.name == "held") held = track.columns.held_after.front();
  }
  CHECK(held == 879'230'976);
  const std::string name = "aten::_flash_attention_forward";
  const Recording recording = traces::read_recording(
      *folder / "qwen15-h100-prefill" / "Qwen_Qwen1.5-0.5B-Chat__1016005.json.gz", {{name}});
  const auto gpu = std::find_if(recording.devices.begin(), recording.devices.end(),
                                [](const DeviceRecording& d) { return d.device == "cuda:0"; });
  REQUIRE(gpu != recording.devices.end());
  const std::vector<std::int64_t> live = live_at_begin(*gpu, recording.operators);
  REQUIRE(live.size() == 24);
  // Between the first two calls a buffer of the layer comes beside its keys and values.
  std::int64_t equal = 0;
  for (std::size_t layer = 1; layer < live.size(); ++layer) {
    if (live[layer] - live[layer - 1] == held / 24) ++equal;
  }
  CHECK(equal == 22);
  // What is live at the peak, part by part: what was there, keys and values of 24 layers and four
  // hidden states, three tensors of the MLP, rotary tables and a mask. Read off the trace, not
  // predicted.
  const std::int64_t tensor = held / 48;
  CHECK(live_peak(*gpu).bytes ==
        gpu->base_bytes + (2 * 24 + 4) * tensor + 3 * 16 * 559 * 2816 * 2 + 2 * 71'680 + 4'608);
}
