// The peaks of GPU memory that the paper measured (arXiv 2506.17121, Tables 7 and 8), and what the
// library says of a cell: one set of rules for all of them.
//
// A cell is judged so: over the datasets of its family (Table 4) the prediction spans a range; the
// measured value lies inside it, as far as its digits tell, or within 10 % of its middle.
#pragma once

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/memory/peak_memory.h"

namespace kvf::test {

struct PeakDataset {
  std::int64_t prompt = 0;
  std::int64_t output = 0;
};

struct PeakRange {
  double low = 0;  // GiB
  double high = 0;
  PeakMemory highest;  // of the dataset that reaches `high`

  double middle() const { return (low + high) / 2; }
  // What remains unexplained: over the range, or below it; 0 inside.
  double residual(double measured) const {
    return measured > high ? measured - high : std::min(measured - low, 0.0);
  }
  bool inside(double measured) const { return std::abs(residual(measured)) <= 0.05; }
  bool agrees(double measured) const {
    return inside(measured) || std::abs(measured / middle() - 1) <= 0.1;
  }
};

// `method` as in the tables: "+P" for patched chunks, "+C" for one KV set a query group.
inline PeakRange peak_range(const std::string& method, const std::vector<PeakDataset>& datasets) {
  const auto has = [&](const char* part) { return method.find(part) != std::string::npos; };
  const bool snapkv = method.rfind("SnapKV", 0) == 0;
  std::string policy;
  if (snapkv || method.rfind("PyramidKV", 0) == 0) {
    policy = std::string(snapkv ? "snapkv" : "pyramidkv") + ":sparsity=0.7,window_tokens=64" +
             ",eviction=" + (has("+P") ? "patched" : "naive") +
             ",kv=" + (has("+C") ? "kv-head" : "query-head");
  } else if (method == "DuoAttention" || method == "PruLong") {
    policy = std::string(method == "PruLong" ? "prulong" : "duoattention") +
             ":streaming_heads=0.7,sink_tokens=128,window_tokens=1024";
  } else {
    throw std::invalid_argument("unknown method " + method);
  }
  const bool heads = has("Duo") || has("PruLong");
  const RunningCode code = heads ? duo_tuple_code() : minference_code();
  const DecoderWidths widths{4096, 14336, 128256, false};  // Llama-3.1-8B
  const LlmShape shape = input::parse_model("llama-3.1-8b").shape;
  PeakRange range;
  for (const PeakDataset& dataset : datasets) {
    const Schedule schedule =
        plan(input::parse_policy(policy), shape,
             {Tokens(dataset.prompt), Tokens(dataset.output), Tokens(32'768)});
    const PeakMemory peak = peak_memory(widths, schedule, code, weight_bytes(widths, shape));
    const double gib = static_cast<double>(peak.total().count()) / static_cast<double>(1 << 30);
    range.low = range.low == 0 ? gib : std::min(range.low, gib);
    if (gib > range.high) range.highest = peak;
    range.high = std::max(range.high, gib);
  }
  return range;
}

}  // namespace kvf::test
