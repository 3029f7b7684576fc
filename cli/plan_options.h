// What `kvfootprint plan` is asked, as words: flags and values of --what-if are read alike.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/planning/what_if.h"

namespace kvf::cli {

// Keys: model gpu engine tp pp dtype kv-dtype quantization max-model-len max-num-seqs
// max-num-batched-tokens gpu-memory-utilization prompt output chunk policy.
struct PlanKey {
  std::string_view name;
  std::string_view help;
};
std::vector<PlanKey> plan_keys();

// Sets one of them. Throws UsageError or InputError that names the flag.
void set_plan_option(PlanOptions& options, std::string_view key, std::string_view value);

// "chunk=2K,8K,32K": commas inside parentheses and brackets, and those before PARAMETER=, belong to
// a value.
Axis parse_axis(std::string_view text);

}  // namespace kvf::cli
