#include "gui/whatif/fits.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "models/engines/vllm_ledger.h"

namespace kvf::gui {
namespace {

GpuFit fit_on(const WhatIf& what, const Device& gpu, std::int64_t gpus) {
  GpuFit fit;
  fit.gpu = &gpu;
  try {
    const Capacity capacity = capacity_of(plan_options(what, gpu.name, gpus));
    fit.requests = capacity.requests;
    fit.words = "limited by " + limited_by(capacity);
    fit.fit = fit.requests.mid == 0           ? Fit::none
              : fit.requests.mid < what.batch ? Fit::too_few
                                              : Fit::fits;
  } catch (...) {
    fit.words = words_of_exception(what.policy);
  }
  return fit;
}

}  // namespace

PlanOptions plan_options(const WhatIf& what, std::string_view gpu, std::int64_t gpus) {
  const Device* device = find_device(gpu);
  if (device == nullptr) throw std::invalid_argument("no such GPU");
  if (what.model == nullptr) throw std::invalid_argument("no model is chosen");
  PlanOptions options;
  options.model = what.model;
  options.gpu = *device;
  options.tensor_parallel = gpus;
  options.kv_dtype = what.kv_dtype;
  options.prompt = what.workload.prompt;
  options.output = what.workload.output;
  for (const Turn& turn : what.workload.turns) *options.prompt += turn.prompt + turn.output;
  options.max_model_len = std::max(Tokens(1), *options.prompt + options.output);
  options.policy = what.policy;
  const Tokens chunk = std::max(Tokens(1), what.workload.chunk.value_or(*options.prompt));
  options.chunk = std::min(chunk, std::max(Tokens(1), *options.prompt));
  const vllm::Gpu engine{device->memory, device->sm_count, device->compute_major,
                         device->name.starts_with("a100")};
  const bool v0 = vllm::runs_v0(options.version, engine);
  const Tokens usual = vllm::default_max_num_batched_tokens(v0, engine, *options.max_model_len);
  if (*options.chunk > usual) options.max_num_batched_tokens = options.chunk;
  return options;
}

std::vector<GpuFit> fits_on(const WhatIf& what, std::int64_t gpus) {
  std::vector<GpuFit> fits;
  for (const Device& gpu : devices()) fits.push_back(fit_on(what, gpu, gpus));
  std::stable_sort(fits.begin(), fits.end(), [](const GpuFit& a, const GpuFit& b) {
    const bool a_fits = a.fit == Fit::fits, b_fits = b.fit == Fit::fits;
    return a_fits != b_fits ? a_fits : a.gpu->memory < b.gpu->memory;
  });
  return fits;
}

std::string word_of(const GpuFit& fit, std::int64_t batch) {
  switch (fit.fit) {
    case Fit::fits:
      return "fits";
    case Fit::too_few:
      return fmt::format("{} of {}", fit.requests.mid, batch);
    case Fit::none:
      return "does not fit";
    case Fit::unknown:
      break;
  }
  return "cannot be told";
}

}  // namespace kvf::gui
