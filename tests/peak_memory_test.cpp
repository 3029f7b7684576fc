// Peaks of GPU memory against those that others measured.
#include "sim/memory/peak_memory.h"

#include "models/engines/estimate.h"
#include "tests/catch.h"
#include "tests/paper_peaks.h"

namespace kvf {
namespace {

Schedule planned(const std::string& policy, const LlmShape& shape, std::int64_t prompt,
                 std::int64_t output) {
  return plan(input::parse_policy(policy), shape, {Tokens(prompt), Tokens(output)},
              Accounting::implementation, Convention::kvpress);
}

}  // namespace

TEST_CASE("weights of a decoder", "[peak-memory]") {
  CHECK(weight_bytes({4096, 14336, 128256, false}, input::parse_model("llama-3.1-8b").shape) ==
        Bytes(2 * 8'030'261'248));
  CHECK_THROWS_AS(
      weight_bytes({}, make_shape("", {LayerRun{1, LayerKind::full, 0, 1, 1, 1, 8, 8},
                                       LayerRun{1, LayerKind::sliding, 4, 1, 1, 1, 8, 8}})),
      std::invalid_argument);
}

TEST_CASE("the prefill peak of real runs, to the byte", "[peak-memory]") {
  // Two layers in fp32 on a CPU: a prompt of 150 tokens (transformers 5.2.0).
  LlmShape small;
  small.layers = 2;
  small.kv_heads = 3;
  small.query_heads = 6;
  small.head_dim = 20;
  small.dtype = "fp32";
  const Schedule cpu = planned("full", small, 150, 0);
  const PeakMemory on_cpu = peak_memory({120, 240, 300, false}, cpu, transformers_code(), {});
  CHECK(on_cpu.total() == Bytes(889'200));
  CHECK(on_cpu.place == "mlp");
  CHECK(on_cpu.layer == 1);
  CHECK(activation_peak({120, 240, 300, false}, small, transformers_code(), Tokens(150)) ==
        on_cpu.hidden + on_cpu.feed_forward);
  CHECK(activation_peak({120, 1, 300, false}, small, transformers_code(), Tokens(150)) ==
        on_cpu.hidden - Bytes(120 * 150 * 4) + Bytes(2 * 120 * 150 * 4));
  CHECK(activation_peak({120, 1, 300'000, false}, small, transformers_code(), Tokens(150)) ==
        on_cpu.hidden - Bytes(3 * 120 * 150 * 4) + Bytes(300'000 * 4));

  // Qwen1.5-0.5B-Chat on an H100: a batch of 16 with 559 tokens each, in blocks of 512 B.
  LlmShape qwen;
  qwen.layers = 24;
  qwen.kv_heads = qwen.query_heads = 16;
  qwen.head_dim = 64;
  RunningCode code = transformers_code();
  code.batch = 16;
  code.block = Bytes(512);
  const PeakMemory on_gpu = peak_memory({1024, 2816, 151936, true}, planned("full", qwen, 559, 0),
                                        code, Bytes(984'742'400));
  CHECK(on_gpu.total() == Bytes(2'088'508'416));
  CHECK(on_gpu.cache == Bytes(879'230'976));
}

// kvpress' notebook speed_and_memory on an A100, digitised to about 0.1 GiB: Llama-3.1-8B, the whole
// prompt in one pass. Nothing of these figures was used to make the formula.
TEST_CASE("the peak of kvpress on an A100", "[peak-memory]") {
  const DecoderWidths widths{4096, 14336, 128256, false};
  const LlmShape llama = input::parse_model("llama-3.1-8b").shape;
  struct Measured {
    std::int64_t prompt;
    double full, half;  // GiB, nothing and half of the cache evicted
  };
  for (const Measured& row : {Measured{8'000, 16.85, 16.32}, Measured{16'000, 18.72, 17.74},
                              Measured{64'000, 29.87, 26.04}}) {
    const auto peak = [&](const char* policy) {
      return in_gib(peak_memory(widths, planned(policy, llama, row.prompt, 0), transformers_code(),
                                weight_bytes(widths, llama))
                        .total());
    };
    CHECK(peak("full") == Approx(row.full).margin(0.25));
    CHECK(peak("knorm:ratio=0.5") == Approx(row.half).margin(0.25));
  }
}

TEST_CASE("the peaks that the paper measured on an H100", "[peak-memory]") {
  const std::vector<test::PeakDataset> recall{{91'000, 100}, {117'000, 50}};
  const std::vector<test::PeakDataset> rag{
      {121'000, 20}, {121'000, 20}, {113'000, 20}, {121'000, 20}};
  struct Cell {
    const char* method;
    double recall, rag;  // GiB
  };
  for (const Cell& cell : {Cell{"DuoAttention", 26.6, 28.8}, Cell{"PruLong", 26.3, 28.6},
                           Cell{"PyramidKV", 43.8, 46.4}, Cell{"PyramidKV+C", 33.7, 34.5},
                           Cell{"PyramidKV+P", 43.8, 46.4}, Cell{"PyramidKV+P+C", 33.7, 34.6},
                           Cell{"SnapKV", 43.7, 46.4}, Cell{"SnapKV+C", 33.7, 34.5},
                           Cell{"SnapKV+P", 43.8, 46.4}, Cell{"SnapKV+P+C", 33.7, 34.6}}) {
    INFO(cell.method);
    const test::PeakRange of_recall = test::peak_range(cell.method, recall);
    const test::PeakRange of_rag = test::peak_range(cell.method, rag);
    CHECK(of_recall.inside(cell.recall));
    CHECK(of_rag.agrees(cell.rag));
    // Far closer than what is asked: 1 % of what was measured stays unexplained, at most.
    CHECK(std::abs(of_rag.residual(cell.rag)) < 0.01 * cell.rag);
  }
}

TEST_CASE("each cause of a peak adds what it says", "[peak-memory]") {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 2;
  shape.query_heads = 4;
  shape.head_dim = 8;
  const DecoderWidths widths{32, 48, 5000, false};
  const Schedule chunks =
      plan(input::parse_policy("full"), shape, {Tokens(40), Tokens(3), Tokens(16)},
           Accounting::implementation, Convention::transformers);
  const Bytes token(shape.layers * 2 * shape.kv_heads * shape.head_dim * 2);
  const auto peak = [&](const RunningCode& code) { return peak_memory(widths, chunks, code, {}); };

  RunningCode logits;
  logits.logits_of_all_rows = true;
  CHECK(peak(logits).place == "head");
  CHECK(peak(logits).pass == 1);  // the last chunk has 8 rows
  CHECK(peak(logits).logits == Bytes(16 * 5000 * 2));
  logits.keeps_logits = true;
  CHECK(peak(logits).old_logits == Bytes(16 * 5000 * 2));

  RunningCode tuple;
  tuple.whole_cache_twice = true;
  tuple.keeps_prefilled_cache = true;
  // While it prefills, the caller holds no other cache.
  const PeakMemory prefill = peak_memory({320, 480, 1, false}, chunks, tuple, {});
  CHECK(prefill.pass == 1);
  CHECK(prefill.cache == token.times(32));
  CHECK(prefill.old_cache == token.times(16));
  CHECK(prefill.prefilled_cache == Bytes{});
  // It does when it decodes, from the second pass on.
  const Schedule prompt =
      plan(input::parse_policy("full"), shape, {Tokens(40), Tokens(3), Tokens(1)},
           Accounting::implementation, Convention::transformers);
  const PeakMemory one_by_one = peak_memory({1, 1, 1, false}, prompt, tuple, {});
  CHECK(one_by_one.pass == 42);
  CHECK(one_by_one.prefilled_cache == token.times(40));
  CHECK(one_by_one.old_cache == token.times(42));

  RunningCode repeats;
  repeats.repeats_kv = true;
  const PeakMemory attention = peak_memory({1, 1, 1, false}, chunks, repeats, {});
  const PeakMemory without = peak_memory({1, 1, 1, false}, chunks, {}, {});
  CHECK(attention.place == "attention");
  CHECK(attention.total() > without.total());

  RunningCode batch;
  batch.batch = 2;
  CHECK(peak(batch).cache == peak({}).cache.times(2));
  CHECK(peak(batch).feed_forward == peak({}).feed_forward.times(2));
}

}  // namespace kvf
