// Counts that the published caches really held, typed as facts: these run everywhere. They guard
// what the laws cannot see, the count that a rule's two forms share.
//
// Obtained by running PruLong ff22598 (eval/model_utils.py, MInference), duo-attention fe93c31 and
// kvpress 8bb29b9 and 0.5.5 on the CPU with random tensors. One case of the batch interface each, and what
// one head of each group holds, layer by layer: after the prefill and after decoding.
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "sim/input/case.h"
#include "sim/simulate.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using Counts = std::vector<std::int64_t>;

struct Fact {
  int layers;
  int prompt, output;
  int chunk;  // 0: the prompt in one pass
  std::string policy;
  std::string convention;
  Counts after_prefill, after_decode;
};

const std::string kSnap = R"({"name":"snapkv","kv":"kv-head",)";
const std::string kPyramid = R"({"name":"pyramidkv","kv":"kv-head",)";

// clang-format off
const std::vector<Fact> kFacts{
    // snapkv: share below, at and above the window; post-fill rounds to 64; the drop leaves one
    {3, 1040, 0, 0, kSnap + R"("sparsity":0.4})", "eval", {640, 640, 640}, {640, 640, 640}},
    {1, 1066, 10, 0, kSnap + R"("sparsity":1.0})", "eval", {64}, {74}},
    {1, 1501, 1, 0, kSnap + R"("sparsity":0.4,"window_tokens":8})", "eval", {960}, {961}},
    {1, 3, 10, 0, kSnap + R"("sparsity":1.0})", "eval", {2}, {12}},
    {1, 2000, 10, 1000, kSnap + R"("sparsity":0.1,"eviction":"naive"})", "eval", {1799}, {1809}},
    {1, 100, 10, 4096, kSnap + R"("sparsity":0.8,"eviction":"naive"})", "eval", {64}, {74}},
    {1, 4097, 0, 4096, kSnap + R"("sparsity":0.4,"eviction":"naive"})", "eval", {2457}, {2457}},
    {1, 64, 0, 64, kSnap + R"("sparsity":0.7,"window_tokens":16,"eviction":"naive"})", "eval", {18}, {18}},
    {1, 512, 1, 256, kSnap + R"("sparsity":0.2,"eviction":"patched"})", "eval", {408}, {409}},
    {1, 301, 1, 100, kSnap + R"("sparsity":0.6,"eviction":"patched"})", "eval", {144}, {145}},
    {1, 2114, 1, 1024, kSnap + R"("sparsity":0.0,"eviction":"patched"})", "eval", {2113}, {2114}},
    // pyramidkv: its three branches, both ends of the pyramid, one layer set each
    {3, 100, 1, 128, kPyramid + R"("sparsity":0.3,"eviction":"naive"})", "eval", {74, 69, 64}, {75, 70, 65}},
    {2, 34, 1, 1024, kPyramid + R"("sparsity":0.5,"window_tokens":1,"eviction":"naive"})", "eval", {31, 1}, {32, 2}},
    {2, 512, 10, 256, kPyramid + R"("sparsity":0.5,"window_tokens":1,"eviction":"naive"})", "eval", {496, 14}, {506, 24}},
    {4, 301, 10, 100, kPyramid + R"("sparsity":0.6,"window_tokens":1,"eviction":"naive"})", "eval", {234, 159, 84, 9}, {244, 169, 94, 19}},
    {8, 901, 10, 300, kPyramid + R"("sparsity":0.7,"eviction":"naive"})", "eval", {345, 324, 303, 282, 261, 240, 219, 198}, {355, 334, 313, 292, 271, 250, 229, 208}},
    {8, 1025, 3, 1024, kPyramid + R"("sparsity":0.2,"window_tokens":16,"eviction":"naive"})", "eval", Counts(8, 819), Counts(8, 822)},
    {4, 321, 2, 0, kPyramid + R"("capacity_tokens":320})", "eval", Counts(4, 320), Counts(4, 322)},
    {8, 1040, 3, 0, kPyramid + R"("sparsity":0.9})", "eval", {189, 172, 155, 138, 121, 104, 87, 70}, {192, 175, 158, 141, 124, 107, 90, 73}},
    {2, 1090, 3, 512, kPyramid + R"("sparsity":0.9,"window_tokens":16,"eviction":"patched"})", "eval", {216, 20}, {219, 23}},
    {2, 168, 1, 64, kPyramid + R"("sparsity":0.7,"window_tokens":32,"eviction":"patched"})", "eval", {108, 33}, {109, 34}},
    {8, 322, 1, 128, kPyramid + R"("sparsity":0.4,"eviction":"patched"})", "eval", {320, 292, 264, 236, 208, 180, 152, 124}, {321, 293, 265, 237, 209, 181, 153, 125}},
    // locret: the budget grows, is rounded to 64, has its floor, and old entries go
    {2, 109, 0, 64, R"({"name":"locret","sparsity":0.8,"local_tokens":100,"stabilizer_tokens":10})", "eval", {64, 64}, {64, 64}},
    {1, 401, 1, 100, R"({"name":"locret","sparsity":0.7,"local_tokens":100,"stabilizer_tokens":100})", "eval", {128}, {129}},
    {1, 2050, 5, 1000, R"({"name":"locret","sparsity":0.2,"local_tokens":100,"stabilizer_tokens":10})", "eval", {1664}, {1669}},
    {1, 1074, 0, 512, R"({"name":"locret","sparsity":1.0,"local_tokens":1,"stabilizer_tokens":100})", "eval", {100}, {100}},
    {1, 562, 1, 256, R"({"name":"locret","sparsity":0.2,"local_tokens":64,"stabilizer_tokens":0})", "eval", {448}, {449}},
    {1, 2, 5, 64, R"({"name":"locret","sparsity":0.5,"local_tokens":500,"stabilizer_tokens":64})", "eval", {1}, {6}},
    // streaming: per chunk, and for a whole cache
    {1, 100, 0, 64, R"({"name":"streaming","variant":"minference","sink_tokens":4,"window_tokens":16})", "eval", {40}, {40}},
    {1, 77, 0, 64, R"({"name":"streaming","variant":"minference","sink_tokens":16,"window_tokens":64})", "eval", {76}, {76}},
    {1, 999, 4, 100, R"({"name":"streaming","variant":"minference","sink_tokens":4,"window_tokens":64})", "eval", {680}, {684}},
    {1, 176, 5, 32, R"({"name":"streaming","sink_tokens":16,"window_tokens":64})", "eval", {80}, {80}},
    {1, 13, 20, 0, R"({"name":"streaming","sink_tokens":4,"window_tokens":16})", "eval", {12}, {20}},
    // knorm as the harness runs it: two layers keep all
    {4, 6000, 0, 4096, R"({"name":"knorm","variant":"minference"})", "eval", {5999, 5999, 4160, 4160}, {5999, 5999, 4160, 4160}},
    {4, 4100, 3, 512, R"({"name":"knorm","variant":"minference"})", "eval", Counts(4, 4099), Counts(4, 4102)},
    // kvpress: truncation, pieces, layers, one after another; only the first call is pressed
    {2, 500, 0, 0, R"({"name":"knorm","ratio":0.75})", "kvpress-8bb29b9", {125, 125}, {125, 125}},
    {1, 100, 0, 0, R"({"name":"topk","ratio":0.99})", "kvpress-8bb29b9", {1}, {1}},
    {1, 3000, 0, 0, R"({"name":"topk","ratio":0.99,"chunk_tokens":1024})", "kvpress-8bb29b9", {29}, {29}},
    {1, 32, 0, 0, R"({"name":"topk","ratio":0.7,"chunk_tokens":64})", "kvpress-8bb29b9", {9}, {9}},
    {1, 128, 0, 0, R"({"name":"topk","ratio":0.1,"chunk_tokens":1})", "kvpress-8bb29b9", {128}, {128}},
    {3, 3000, 0, 0, R"({"name":"topk","ratio":[0.8,0.25,0.5]})", "kvpress-8bb29b9", {599, 2250, 1500}, {599, 2250, 1500}},
    {3, 12, 0, 0, R"({"name":"topk","ratio":[0.99,0.05,0.25]})", "kvpress-8bb29b9", {0, 11, 9}, {0, 11, 9}},
    {3, 12, 0, 0, R"({"name":"topk","ratio":[0.99,0.05,0.25]})", "kvpress", {1, 11, 9}, {1, 11, 9}},
    {1, 250, 0, 100, R"({"name":"topk","ratio":0.5})", "kvpress-8bb29b9", {200}, {200}},
    {1, 128, 0, 0, R"({"name":"compose","policies":[{"name":"topk","ratio":0.2},{"name":"topk","ratio":0.7}]})", "kvpress-8bb29b9", {30}, {30}},
    {1, 333, 0, 0, R"({"name":"compose","policies":[{"name":"topk","ratio":0.25},{"name":"topk","ratio":0.75}]})", "kvpress-8bb29b9", {62}, {62}},
    {3, 20, 0, 0, R"({"name":"compose","policies":[{"name":"topk","ratio":0.9},{"name":"topk","ratio":0.9}]})", "kvpress", {1, 1, 1}, {1, 1, 1}},
    // while decoding: the interval, the target, the share of the tokens seen, a prefill policy
    {1, 10, 40, 0, R"({"name":"decoding-press","interval_passes":2,"target_tokens":8})", "kvpress-8bb29b9", {10}, {8}},
    {1, 100, 1, 0, R"({"name":"decoding-press","interval_passes":16,"target_tokens":8})", "kvpress-8bb29b9", {100}, {101}},
    {1, 30, 10, 0, R"({"name":"decoding-press","interval_passes":8,"target_tokens":20})", "kvpress-8bb29b9", {30}, {22}},
    {1, 30, 40, 0, R"({"name":"decoding-press","interval_passes":1,"target_ratio":0.3})", "kvpress-8bb29b9", {30}, {49}},
    {1, 30, 10, 0, R"({"name":"decoding-press","interval_passes":8,"target_ratio":0.1})", "kvpress-8bb29b9", {30}, {36}},
    {1, 100, 30, 0, R"({"name":"decoding-press","interval_passes":5,"target_tokens":32,"prefill":{"name":"topk","ratio":0.3}})", "kvpress-8bb29b9", {70}, {32}},
};
// clang-format on

Counts of_layers(const Schedule& schedule, const Result& result, Tokens CellTotals::*when) {
  Counts counts;
  for (const Group& group : schedule.groups) {
    counts.push_back((result.rules[group.rule].*when).count());
  }
  return counts;
}

TEST_CASE("published caches hold what was counted", "[reference]") {
  input::CaseReader reader("facts");
  for (const Fact& fact : kFacts) {
    const std::string chunk =
        fact.chunk > 0 ? ",\"prefill_chunk_tokens\":" + std::to_string(fact.chunk) : "";
    const std::string line =
        "{\"prompt_tokens\":" + std::to_string(fact.prompt) +
        ",\"output_tokens\":" + std::to_string(fact.output) + chunk + ",\"policy\":" + fact.policy +
        ",\"implementation\":\"" + fact.convention +
        "\",\"model\":{\"kv_heads\":1,\"layers\":" + std::to_string(fact.layers) + "}}";
    INFO(line);
    const input::Case& c = reader.read(line, 1);
    const Schedule schedule = plan(c.policy, c.shape, c.workload, c.accounting, c.convention);
    for (const Result& result : {closed_form(schedule), simulate(schedule)}) {
      CHECK(of_layers(schedule, result, &CellTotals::after_prefill) == fact.after_prefill);
      CHECK(of_layers(schedule, result, &CellTotals::after_decode) == fact.after_decode);
    }
  }
}

}  // namespace
}  // namespace kvf
