// Prints what-ifs as JSON, one a line, with their texts and figures, for whatif_commands.py.
#include <fmt/format.h>

#include <array>

#include "gui/whatif/fits.h"
#include "gui/whatif/model.h"
#include "gui/whatif/texts.h"
#include "sim/input/policy.h"
#include "timeline/json_text.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

WhatIf what_if(std::string_view policy, Tokens prompt, Tokens output, std::optional<Tokens> chunk) {
  WhatIf what = first_what_if();
  what.policy = input::parse_policy(policy);
  what.workload = {prompt, output, chunk, {}};
  return what;
}

std::vector<WhatIf> cases() {
  std::vector<WhatIf> cases{first_what_if()};
  cases.push_back(what_if("full", Tokens(1000), Tokens(10), {}));
  cases.push_back(what_if("streaming", Tokens(104000), Tokens(75), Tokens(32768)));
  cases.back().accounting = Accounting::paper;
  cases.push_back(what_if("prulong:streaming_heads=0.7,other_heads=(snapkv:sparsity=0.5)",
                          Tokens(20000), Tokens(100), Tokens(4096)));
  cases.back().kv_dtype = "fp8";
  cases.push_back(what_if("topk:ratio=[0.5]", Tokens(3000), Tokens(20), Tokens(512)));
  cases.back().convention = Convention::kvpress_8bb29b9;
  cases.back().batch = 6;
  return cases;
}

std::string json_of(const WhatIf& what) {
  constexpr std::string_view kGpu = "h100-80gb";
  const WhatIfFigures f = evaluate(what).figures.value();
  return fmt::format(
      R"({{"command":{},"yaml":{},"plan":{},"footprint":"{:.2f} %","peak_entries":{},)"
      R"("layerwise_entries":{},"peak_bytes":{},"layerwise_bytes":{},"held_after_prefill":{},)"
      R"("held_after_decode":{},"requests":{}}})",
      json_string(command_line(what).text), json_string(scenario_yaml(what).text),
      json_string(plan_command_line(what, kGpu, 1).text), 100 * f.footprint.footprint.value(),
      f.footprint.peak_entries.count(), f.footprint.peak_layerwise_entries.count(),
      f.peak.all_layers.count(), f.peak.layerwise.count(), f.footprint.held_after_prefill.count(),
      f.footprint.held_after_decode.count(), capacity_of(plan_options(what, kGpu, 1)).requests.mid);
}

}  // namespace

int main() {
  for (const WhatIf& what : cases()) fmt::print("{}\n", json_of(what));
}
