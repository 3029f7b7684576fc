// On which GPUs a what-if fits, and how many requests at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gui/whatif/model.h"
#include "models/devices.h"
#include "sim/planning/capacity.h"

namespace kvf::gui {

enum class Fit : std::uint8_t { fits, too_few, none, unknown };

struct GpuFit {
  const Device* gpu = nullptr;
  Fit fit = Fit::unknown;
  Band<std::int64_t> requests;  // at once; of a GPU, or of so many together
  std::string words;            // what limits them, or why it cannot be told
};

// What `kvfootprint plan` is asked: requests as the what-if, none longer, in its own prefill passes;
// the engine takes as many rows a pass if its default is fewer. Counted by implementation, whatever
// the accounting. Throws std::invalid_argument.
PlanOptions plan_options(const WhatIf& what, std::string_view gpu, std::int64_t gpus);

// All GPUs of models/devices, each with `gpus` of them side by side: those on which it fits by memory,
// then the others in the same way. What fits is at least the batch. Never throws.
std::vector<GpuFit> fits_on(const WhatIf& what, std::int64_t gpus = 1);

// One word, or two: "fits", "2 of 8", "does not fit", "cannot be told".
std::string word_of(const GpuFit& fit, std::int64_t batch);

}  // namespace kvf::gui
