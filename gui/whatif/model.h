// A question of the what-if panel and its answer: a model, a policy with its parameters and a workload
// -> footprint, peaks and a curve, from the closed form.
//
// No Qt, and no exceptions: what cannot be answered is told in words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gui/document/document.h"
#include "models/footprint.h"
#include "models/peak_bytes.h"
#include "models/policy.h"
#include "models/workload.h"
#include "sim/input/model.h"
#include "sim/input/scenario.h"

namespace kvf::gui {

struct WhatIf {
  std::string model_name;                     // of the catalogue, or a path; "": only described
  std::shared_ptr<const input::Model> model;  // see choose_model()
  PolicySpec policy;
  Workload workload;
  std::int64_t batch = 1;  // equal sequences
  // That of a scenario, where the case comes from one: it is of this task as long as it has its workload.
  struct Task {
    std::string name;
    Workload workload;
    std::int64_t batch = 1;
  };
  std::optional<Task> task{};
  std::string kv_dtype;  // of the cache; "": the model's
  Accounting accounting = Accounting::implementation;
  std::optional<Convention> convention{};  // absent: the policy's own
};

// What a user sees first: streaming heads on a long prompt.
WhatIf first_what_if();

// Takes the model of that name. Returns what is wrong with it, "" if nothing; then it is as it was.
std::string choose_model(WhatIf& what, std::string_view name);
// The policy of that name, with what it cannot do without where that is known; nothing if there is none.
std::optional<PolicySpec> usual_policy(std::string_view name);
// Takes that policy.
void choose_policy(WhatIf& what, std::string_view name);

struct WhatIfFigures {
  Footprint footprint;  // of the batch
  PeakBytes peak;
  PeakBytes full_peak;  // of full attention
  // Bytes of entries, copies of heads included, without states.
  Bytes held_after_prefill;
  Bytes held_after_decode;
  Bytes states;  // of all sequences; in the peaks
  std::int64_t passes = 0;
  friend bool operator==(const WhatIfFigures&, const WhatIfFigures&) = default;
};

struct WhatIfResult {
  std::optional<WhatIfFigures> figures;
  std::string error;               // why there are none
  std::vector<std::string> notes;  // what would surprise
  std::shared_ptr<const Run>
      run;  // series `total` (entries) and `held` (bytes), on rows and passes
};

// `id`: of the run.
WhatIfResult evaluate(const WhatIf& what, std::string id = "what-if#1");

// What differs, first what matters most: "-52.3 % KV footprint".
std::vector<std::string> differences(const WhatIfFigures& now, const WhatIfFigures& baseline);

// The case as a scenario of one task and one policy, as sim/ takes it. Throws std::invalid_argument.
input::Scenario scenario_of(const WhatIf& what);

// What an exception of sim/ and models/ says to a user; of the one that is being handled.
std::string words_of_exception(const PolicySpec& policy);

}  // namespace kvf::gui
