// Counts that the presses of kvpress really left, typed as facts: these run everywhere.
//
// Obtained by running kvpress 0.5.5 over real transformers models with random weights, and commit
// 8bb29b9 over random tensors, on the CPU.
#include <numeric>
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "models/head_masks.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using Counts = std::vector<std::int64_t>;
using test::spec;

struct Fact {
  std::string label;
  int layers, heads;
  int prompt, output;
  PolicySpec policy;
  Counts held;               // of a head, layer by layer, after the prefill
  Counts live = {};          // not masked, of all heads of a layer; one number: of all layers
  Counts after_decode = {};  // of a head, layer by layer
  Convention convention = Convention::kvpress;
};

constexpr Convention kOld = Convention::kvpress_8bb29b9;

SnapKv snapkv(double ratio) {
  SnapKv policy;
  policy.sparsity = ratio;
  policy.variant = EvictionVariant::kvpress;
  return policy;
}
PyramidKv pyramidkv(double ratio, int window, int beta) {
  PyramidKv policy;
  policy.sparsity = ratio;
  policy.window = Tokens(window);
  policy.beta = beta;
  policy.variant = EvictionVariant::kvpress;
  return policy;
}
DecodingPress cam(int interval, int target) {
  return {interval, Tokens(target), std::nullopt, {}, DecodingPress::Firing::when_larger};
}
HeadRoles duo(HeadScores heads, int sinks, int window) {
  HeadRoles policy;
  policy.heads = std::move(heads);
  policy.sinks = Tokens(sinks);
  policy.window = Tokens(window);
  policy.variant = Streaming::Variant::kvpress;
  return policy;
}

const HeadScores kRoles{"", 2, 4, {1, 1, 0, 0, 0, 0, 0, 0}};
const HeadScores kPrune{"", 3, 2, {0.458055, 0.30835, 0.231487, 0.277425, 0.817235, 0.111347}};

constexpr auto kLayer = KvZip::Scope::layer;
constexpr auto kModel = KvZip::Scope::model;
constexpr auto kStructured = KvCompose::Layout::structured;
constexpr auto kUnstructured = KvCompose::Layout::unstructured;
constexpr auto kShort = ChunkKv::ShortChunk::kept;

// clang-format off
const std::vector<Fact> kFacts{
    // a share of the first call: truncated, at least one; pieces; a delimiter less
    {"TOVA", 3, 2, 1000, 5, spec(TopK{{0.3}, {}, {}}), {700, 700, 700}, {}, {705, 705, 705}},
    {"LagKV", 2, 2, 2000, 0, spec(TopK{{0.3}, {}, {}}), {1400, 1400}, {}, {}, kOld},
    {"Cap", 2, 2, 64, 0, spec(TopK{{0.99}, {}, {}}), {1, 1}},
    {"Chunk", 2, 2, 12, 2, spec(TopK{{0.99}, {}, Tokens(7)}), {2, 2}, {}, {4, 4}},
    {"SnapKV", 3, 2, 35, 5, spec(snapkv(0.5)), {17, 17, 17}, {}, {22, 22, 22}},
    {"Finch", 2, 2, 333, 3, spec(Finch{0.7, {}}), {99, 99}, {}, {102, 102}},
    {"Finch in pieces", 2, 2, 64, 3, spec(Finch{0.05, Tokens(16)}), {59, 59}, {}, {62, 62}},
    // whole chunks: below one, the short one out and in, none short
    {"ChunkKV", 1, 2, 35, 0, spec(ChunkKv{0.95, Tokens(64)}), {1}},
    {"ChunkKV", 2, 2, 12, 0, spec(ChunkKv{0.05, Tokens(5)}), {10, 10}},
    {"ChunkKV", 2, 2, 1024, 0, spec(ChunkKv{0.5, Tokens(10)}), {510, 510}},
    {"ChunkKV", 2, 2, 1024, 0, spec(ChunkKv{0.5, Tokens(10), kShort}), {504, 504}},
    {"ChunkKV", 2, 2, 2000, 0, spec(ChunkKv{0.9, Tokens(10), kShort}), {190, 190}},
    // the pyramid in real numbers, capped, below its window, in one layer
    {"PyramidKV", 3, 2, 333, 5, spec(pyramidkv(0.3, 16, 20)), {317, 233, 149}, {}, {322, 238, 154}},
    {"PyramidKV", 4, 2, 333, 0, spec(pyramidkv(0.5, 4, 2)), {250, 194, 139, 83}},
    {"PyramidKV", 2, 2, 35, 0, spec(pyramidkv(0.9, 1, 2)), {5, 2}},
    {"PyramidKV", 2, 2, 35, 5, spec(pyramidkv(0.9, 16, 20)), {3, 3}, {}, {8, 8}},
    {"PyramidKV", 1, 2, 333, 20, spec(pyramidkv(0.5, 8, 20)), {325}, {}, {345}},
    {"PyramidKV", 2, 2, 1024, 0, spec(pyramidkv(0.1, 8, 20)), {1016, 827}, {}, {}, kOld},
    {"PyramidKV", 2, 2, 250, 0, spec(pyramidkv(0.8, 64, 20)), {50, 50}, {}, {}, kOld},
    // one budget for the heads of a layer, or of the model; masked
    {"AdaKV", 3, 2, 20, 2, spec(AdaKv{{0.97}, 0.2, {}}), {20, 20, 20}, {2, 2, 2}, {22, 22, 22}},
    {"AdaKV", 2, 2, 125, 0, spec(AdaKv{{0.25}, 0.5, {}}), {125, 125}, {186, 186}, {}, kOld},
    {"KVzip", 3, 2, 333, 3, spec(KvZip{0.05, kLayer}), {333, 333, 333}, {633, 633, 633}, {336, 336, 336}},
    {"KVzip", 2, 2, 333, 0, spec(KvZip{0.99, kLayer}), {333, 333}, {7, 7}},
    {"KVgrad", 3, 2, 333, 0, spec(KvZip{0.3, kModel}), {333, 333, 333}, {1399}},
    {"KVgrad", 2, 2, 64, 0, spec(KvZip{0.2, kModel}), {64, 64}, {205}},
    {"RestoreKV", 4, 2, 64, 0, spec(KvZip{0.6, kModel, Tokens(4)}), {68, 68, 68, 68}, {205}},
    {"RestoreKV", 4, 2, 64, 0, spec(KvZip{0.2, kLayer, Tokens(8)}), {72, 72, 72, 72}, {103, 103, 103, 103}},
    {"LU-KV", 3, 2, 35, 0, spec(LuKv{kPrune}), {35, 35, 35}, {43, 52, 37}},
    {"KVCompose", 2, 2, 100, 0, spec(KvCompose{0.3, kStructured}), {70, 70}},
    {"KVCompose", 3, 2, 333, 0, spec(KvCompose{0.4, kStructured}), {200, 200, 199}},
    {"KVCompose", 3, 2, 100, 0, spec(KvCompose{0.05, kUnstructured}), {200, 200, 200}, {1170}},
    {"KVCompose", 3, 2, 64, 0, spec(KvCompose{0.99, kUnstructured}), {128, 128, 128}, {387}},
    // masked by age: all that left the window, in the prefill alone or while decoding too; none
    {"DMS", 2, 2, 129, 0, spec(Dms{Tokens(64), 1, Dms::Masking::prefill}), {129, 129}, {128, 128}},
    {"DMS", 2, 2, 129, 40, spec(Dms{Tokens(64), 1, Dms::Masking::both}), {129, 129}, {128, 128}, {169, 169}},
    {"DMS", 2, 2, 35, 0, spec(Dms{Tokens(128), 1, Dms::Masking::both}), {35, 35}, {70, 70}},
    {"DMS", 2, 2, 100, 5, spec(Dms{Tokens(16), 0, Dms::Masking::prefill}), {100, 100}, {200, 200}, {105, 105}},
    // some heads stream, some layers are lazy
    {"DuoAttention", 2, 4, 711, 0, spec(duo(kRoles, 16, 256)), {711, 711}, {1966, 1088}, {}, kOld},
    {"SimLayerKV", 3, 2, 2000, 0, spec(SimLayerKv{{1}}), {1027, 1027, 1027}, {}, {}, kOld},
    {"SimLayerKV", 3, 2, 1029, 0, spec(SimLayerKv{{1}}), {1029, 1029, 1029}, {}, {}, kOld},
    // while decoding: fires on the count, waits for a larger cache
    {"Decoding", 2, 2, 64, 40, spec(DecodingPress{8, Tokens(2), {}, {}}), {64, 64}, {}, {2, 2}},
    {"CompressionRatioDecoding", 3, 2, 1, 10, spec(DecodingPress{8, {}, 0.9, {}}), {1, 1, 1}, {}, {1, 1, 1}},
    {"PrefillDecoding", 3, 2, 200, 30, spec(DecodingPress{8, Tokens(16), {}, PolicyBox(spec(TopK{{0.99}, {}, {}}))}), {2, 2, 2}, {}, {22, 22, 22}},
    {"CAM", 2, 2, 10, 30, spec(cam(8, 32)), {10, 10}, {}, {39, 39}},
    {"CAM", 3, 2, 64, 30, spec(cam(8, 64)), {64, 64, 64}, {}, {70, 70, 70}},
    {"CAM", 1, 2, 200, 1, spec(cam(1, 100)), {200}, {}, {100}},
};
// clang-format on

struct Layers {
  Counts held, live, after_decode;
};

Layers layers_of(const Fact& fact) {
  LlmShape shape;
  shape.layers = fact.layers;
  shape.kv_heads = fact.heads;
  shape.query_heads = fact.heads;
  const Workload workload{Tokens(fact.prompt), Tokens(fact.output), std::nullopt};
  const Schedule schedule =
      plan(fact.policy, shape, workload, Accounting::implementation, fact.convention);
  const Result result = closed_form(schedule);
  Layers layers{Counts(static_cast<std::size_t>(fact.layers)), {}, {}};
  layers.live = layers.after_decode = layers.held;
  for (const Group& group : schedule.groups) {
    const CellTotals& cell = result.rules[group.rule];
    const auto layer = static_cast<std::size_t>(group.layer);
    layers.held[layer] = cell.after_prefill.count();
    layers.live[layer] += cell.live_after_prefill.count() * group.heads.count();
    layers.after_decode[layer] = cell.after_decode.count();
  }
  return layers;
}

TEST_CASE("presses of kvpress leave what was counted", "[reference]") {
  for (const Fact& fact : kFacts) {
    INFO(fact.label << " of " << fact.prompt << " tokens");
    const Layers layers = layers_of(fact);
    CHECK(layers.held == fact.held);
    if (!fact.after_decode.empty()) CHECK(layers.after_decode == fact.after_decode);
    if (fact.live.empty()) continue;
    const bool together = fact.live.size() == 1;
    const std::int64_t all =
        std::accumulate(layers.live.begin(), layers.live.end(), std::int64_t{0});
    CHECK((together ? Counts{all} : layers.live) == fact.live);
  }
}

TEST_CASE("what a head keeps, and what it cannot fall below", "[reference]") {
  const auto budgets = [](std::vector<double> ratios, int k) {
    Counts counts;
    for (const Tokens budget : head_budgets(ratios, Tokens(k))) counts.push_back(budget.count());
    return counts;
  };
  CHECK(budgets({0.65359, 0.115007}, 1000) == Counts{346, 885});
  CHECK(budgets({0.647691, 0.996914, 0.518803, 0.658113}, 1024) == Counts{361, 3, 493, 350});
  CHECK(budgets({1, 1}, 9) == Counts{1, 1});

  const AdaKv policy{{0.97}, 0.2, {}};
  CHECK(policy.safe(Tokens(1), Convention::kvpress) == Tokens(1));
  CHECK(policy.safe(Tokens(1), kOld) == Tokens(0));
  CHECK(policy.safe(Tokens(35), kOld) == Tokens(7));
  CHECK(AdaKv{{0.97}, 0, {}}.safe(Tokens(35), Convention::kvpress) == Tokens(0));

  // DuoAttentionPress: streaming heads of 16
  CHECK(16 - full_head_count(Rounding::kvpress, 16, 0.1) == 2);
  CHECK(16 - full_head_count(Rounding::kvpress, 16, 0.3) == 5);
  CHECK(16 - full_head_count(Rounding::kvpress, 16, 0.9) == 14);
}

// Not of reference rows: the arithmetic of the definition.
TEST_CASE("the remainder of a budget goes to the lowest-numbered heads", "[models]") {
  LlmShape shape;
  shape.layers = 2;
  shape.kv_heads = 3;
  shape.query_heads = 3;
  // 6 heads x 10 entries, int(60 x 0.27) = 16 masked, 44 stay: 8, 8, 7, 7, 7, 7
  const Schedule schedule = plan(spec(KvZip{0.27}), shape, {Tokens(10), Tokens(0), {}});
  REQUIRE(schedule.groups.size() == 3);
  CHECK(schedule.groups[0].heads == Cells(2));
  CHECK(schedule.groups[1].heads == Cells(1));
  CHECK(schedule.groups[1].rule == schedule.groups[2].rule);
  CHECK(schedule.heads_assumed);
  const Result result = closed_form(schedule);
  CHECK(result.rules[schedule.groups[0].rule].live_after_prefill == Tokens(8));
  CHECK(result.rules[schedule.groups[1].rule].live_after_prefill == Tokens(7));
}

TEST_CASE("key channels that are not stored shrink an entry", "[models]") {
  LlmShape shape;
  shape.head_dim = 80;
  const Workload workload{Tokens(10), Tokens(0), {}};
  // int(80 x 0.3) = 24 of 160 numbers of 2 bytes
  CHECK(plan(spec(Think{0.3}), shape, workload).groups.front().bytes == BytesPerEntry(272));
  const Think zeroed{0.3, Think::Channels::zeroed};
  CHECK(plan(spec(zeroed), shape, workload).groups.front().bytes == BytesPerEntry(320));
}

TEST_CASE("a window for each head, fixed or growing with the prompt", "[models]") {
  LlmShape shape;
  shape.kv_heads = 3;
  shape.query_heads = 3;
  const HeadScores alphas{"", 1, 3, {10, 10, 2.9}};
  const Moa policy{Tokens(0), 0.1, alphas, {}, Tokens(4)};
  const Schedule schedule = plan(spec(policy), shape, {Tokens(55), Tokens(3), {}});
  const Result result = closed_form(schedule);
  REQUIRE(schedule.groups.size() == 2);
  CHECK(result.rules[0].after_prefill == Tokens(4 + 15));
  CHECK(result.rules[1].after_prefill == Tokens(4 + 8));
}

TEST_CASE("a policy that masks cannot stand where entries must go", "[models]") {
  const PolicySpec inner = spec(AdaKv{{0.5}, 0.2, {}});
  const Workload workload{Tokens(9), Tokens(2), {}};
  CHECK_THROWS_AS(plan(spec(Compose{{inner}}), {}, workload), PolicyError);
  CHECK_THROWS_AS(plan(spec(DecodingPress{2, Tokens(3), {}, PolicyBox(inner)}), {}, workload),
                  PolicyError);
  CHECK_THROWS_AS(plan(spec(Compose{{spec(KvZip{0.5})}}), {}, workload), PolicyError);
}

}  // namespace
}  // namespace kvf
