// Capacity planning: what a request needs under a policy, and how many fit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/engines/ledger.h"
#include "models/policy.h"
#include "models/shape.h"
#include "models/time_model.h"
#include "models/workload.h"

namespace kvf {

struct Request {
  PolicySpec policy;
  Workload workload;
  std::optional<Convention> convention{};
};

// How a model is shared out.
struct Gpus {
  std::int64_t ranks = 1;   // tensor parallel
  std::int64_t stages = 1;  // pipeline parallel
};

// Of one GPU, the one that holds the most. Bytes are of the cache, copies of KV heads included, and of recurrent states.
struct RequestNeeds {
  std::optional<double> footprint;  // of full attention
  Bytes peak;                       // all layers at once
  Bytes layerwise_peak;             // layers one after another
  Bytes block_bytes;  // the peak, with the last block of each table filled up: a table a KV head
  Bytes after_prefill;
  Bytes after_decode;
  RunTime time;  // estimated
  bool heads_assumed = false;
};

// `block`: tokens of a block. Throws PolicyError, std::invalid_argument, OverflowError.
RequestNeeds needs_of(const LlmShape& shape, const Request& request, const Gpus& gpus, Tokens block,
                      const TimeModel& time);

// Requests at once in a pool.
//   low   all of them are at their peak, in the low end of the pool: nothing is lowered by what is
//         evicted after a prefill
//   mid   the same in the middle of the pool, last blocks filled up
//   high  one is at its layerwise peak, the others hold what they hold after the prefill or at the end
Band<std::int64_t> requests_at_once(const Estimate& pool, const RequestNeeds& needs);

// The last of 0 to `most` that fits, where all below one that fits do; 0 if none.
Tokens last_that(Tokens most, const std::function<bool(Tokens)>& fits);

// The longest prompt of which one request fits, all else being equal: up to `most`.
Tokens longest_prompt(const LlmShape& shape, const Request& request, const Gpus& gpus, Tokens block,
                      Bytes pool, Tokens most);

}  // namespace kvf
