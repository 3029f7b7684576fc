// What real engines logged of their memory, without the KV cache.
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "models/engines/vllm_weights.h"
#include "tests/reference_check/memory_model.h"

namespace kvf::reference {
namespace {

constexpr double kWeightsWithin = 0.012;  // GiB
// A band may be as wide as the larger of these.
constexpr double kWidestShare = 0.15;
constexpr double kWidest = 1.5;       // GiB
constexpr double kHalfDigit = 0.005;  // of what a log prints, GiB

void compare_weights(Row& row, const Node& record, double want) {
  std::string reason;
  const auto config = model_of(record, reason);
  const auto load = config ? load_of(record, reason) : std::nullopt;
  if (!config || !load) return row.refused("weights_gib", reason);
  Estimate got;
  try {
    got = vllm_weights(*config->weights, *load);
  } catch (const std::invalid_argument& error) {
    return row.refused("weights_gib", error.what());
  }
  if (got.basis == Basis::exact)
    return row.measure("weights", want, in_gib(got.mid), kWeightsWithin);
  row.banded("weights, out of scope", want, {in_gib(got.low), in_gib(got.mid), in_gib(got.high)},
             kHalfDigit, std::max(kWidestShare * in_gib(got.mid), kWidest));
}

}  // namespace

void check_memory(Row& row) {
  const Node& record = row.node();
  const std::string kind = text(get(record, "kind"));
  if (kind == "llama_compute_buffer") return compare_compute_buffer(row);
  if (!kind.starts_with("vllm")) {
    row.refused(kind, "no formula is known");
    return;
  }
  if (const Node* weights = find(record, "weights_gib")) {
    compare_weights(row, record, number(*weights));
  }
  if (find(record, "activation_peak_gib") != nullptr) compare_parts(row);
}

}  // namespace kvf::reference
