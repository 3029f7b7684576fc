// What is asked of a model: one sequence, and by whose rules it is counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/accounting.h"
#include "models/shape.h"
#include "models/units.h"

namespace kvf {

// What the heads of a group do. `all`: the policy makes no difference between heads. `window`: no
// policy at work, but the window of a sliding or chunked layer.
enum class Role : std::uint8_t { all, full, streaming, other, window };

// What follows in a conversation: tokens that are prefilled, then decode passes.
struct Turn {
  Tokens prompt;
  Tokens output;
  friend bool operator==(const Turn&, const Turn&) = default;
};

struct Workload {
  Tokens prompt;
  Tokens output;                  // decode passes
  std::optional<Tokens> chunk{};  // rows of a prefill pass; absent: the whole prompt in one
  // Later turns. Each prefill is an event of its own over that turn's tokens.
  std::vector<Turn> turns{};

  // Of all turns.
  Tokens tokens() const {
    Tokens sum = prompt + output;
    for (const Turn& turn : turns) sum += turn.prompt + turn.output;
    return sum;
  }
  friend bool operator==(const Workload&, const Workload&) = default;
};

// What a policy may look at when it plans.
struct PlanContext {
  const LlmShape& shape;  // the layers with full attention: no others are a policy's business
  Workload workload;
  Convention convention = Convention::eval;
  Tokens prefill;  // tokens prefilled under the convention

  // Rows of a prefill pass; at least 1, also for an empty prompt.
  Tokens chunk() const {
    return std::max(Tokens(1), workload.chunk.value_or(std::max(prefill, Tokens(1))));
  }
  // Rows of the first pass; of an empty prompt, that is a decode pass.
  Tokens first_call() const { return std::min(chunk(), std::max(prefill, Tokens(1))); }
};

}  // namespace kvf
