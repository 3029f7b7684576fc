// The grid of kvfootprint plan --what-if, as a table, CSV or JSON.
#pragma once

#include <string>
#include <vector>

#include "sim/planning/capacity.h"

namespace kvf::cli {

// Each of `what_if` is an axis: "chunk=2K,8K,32K". The exit status.
int print_what_if(const PlanOptions& base, const std::vector<std::string>& what_if, bool csv,
                  bool json);

// Members of an object: low_bytes, mid_bytes, high_bytes.
std::string json_bytes(const Estimate& estimate);
// With two decimals.
std::string gib(Bytes bytes);

}  // namespace kvf::cli
