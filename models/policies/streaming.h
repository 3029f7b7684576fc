// streaming: attention sinks and a recent window, for every head.
//
//   duo         a pass attends what is cached and its own rows; then at most sink + window entries
//               stay. The paper's metric counts the same. DuoAttention (arXiv 2410.10819), commit
//               fe93c31, duo_attn/patch/llama.py; PruLong ff22598, eval/viz/kv_footprint.py.
//   minference  each prefill chunk alone is cut to sink + window, and never looked at again, so
//               that a chunked prompt grows without bound. PruLong ff22598,
//               MInference/minference/modules/kvcompression.py, StreamingLLMKVCluster. That code
//               refuses sink + window < window, which cannot be written here.
//   kvpress     a streaming head of DuoAttentionPress: the entries between sinks and window are
//               masked by the first call, nothing is dropped, and decoding never masks more. With
//               a window of 0 nothing is masked. kvpress 0.5.5, duo_attention_press.py.
// Reference rows: duo.tuple, duo.static, kvpress.DuoAttentionPress, eval.generate.streamingllm, StreamingLLMKVCluster.
#pragma once

#include <string_view>
#include <tuple>
#include <variant>

#include "models/parameter.h"
#include "models/policies/masked.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct StreamingVariants {
  static constexpr std::array<std::string_view, 3> values{"duo", "minference", "kvpress"};
};

struct Streaming {
  enum class Variant { duo, minference, kvpress };

  Tokens sinks{128};
  Tokens window{1024};
  Choice<Variant, StreamingVariants> variant = Variant::duo;

  static constexpr std::string_view name = "streaming";
  static constexpr std::string_view family = "recency";
  static constexpr std::string_view summary = "attention sinks and a recent window";
  static constexpr std::string_view formula =
      "duo: kept = min(past + rows, sink + window); "
      "minference: kept = past + min(rows, sink + window) per prefill chunk";
  static constexpr std::string_view source =
      "StreamingLLM, arXiv 2309.17453; as in duo-attention fe93c31 and PruLong ff22598";
  static constexpr Convention convention = Convention::eval;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("sink_tokens", &Streaming::sinks, kAnyCount, "tokens",
                  "first entries, which always stay"),
        parameter("window_tokens", &Streaming::window, kAnyCount, "tokens",
                  "last entries, which stay"),
        parameter("variant", &Streaming::variant, "which implementation is followed")};
  }

  struct Rule {
    struct State {};
    Tokens capacity;  // sink + window

    Tokens keep(State&, const Pass&, Tokens size) const { return std::min(size, capacity); }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      for (const PassRun& run : plan.runs) held = cap_each_pass(run, held, capacity, sink);
    }
    Tokens reserved(const PlanContext&) const { return capacity; }
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  struct PerChunkRule {
    struct State {};
    Tokens capacity;

    Tokens kept(Phase phase, Tokens rows) const {
      return phase == Phase::prefill ? std::min(rows, capacity) : rows;
    }
    Tokens keep(State&, const Pass& pass, Tokens size) const {
      return size - pass.rows + kept(pass.phase, pass.rows);
    }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      for (const PassRun& run : plan.runs) {
        held = add_each_pass(run, held, kept(run.phase, run.rows), sink);
      }
    }
    friend bool operator==(const PerChunkRule&, const PerChunkRule&) = default;
  };

  std::variant<Rule, PerChunkRule, MaskedRule> rule(const PlanContext& context) const {
    if (variant == Variant::kvpress) {
      const Tokens between = context.first_call() - sinks - window;
      return MaskedRule{window > Tokens{} ? std::max(between, Tokens{}) : Tokens{}, false};
    }
    if (variant == Variant::minference) return PerChunkRule{sinks + window};
    return Rule{sinks + window};
  }
  // KV sets stored for each KV head: the harness repeats heads before it caches them.
  std::int64_t copies(const LlmShape& shape) const {
    return variant == Variant::minference ? shape.query_heads / shape.kv_heads : 1;
  }
  friend bool operator==(const Streaming&, const Streaming&) = default;
};

}  // namespace kvf
