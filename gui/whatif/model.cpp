#include "gui/whatif/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "gui/whatif/curve.h"
#include "models/closed_form.h"
#include "sim/input/catalogue/catalogue.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"
#include "sim/report.h"

namespace kvf::gui {
namespace {

LlmShape shape_of(const WhatIf& what) {
  if (what.model == nullptr) throw std::invalid_argument("no model is chosen");
  LlmShape shape = what.model->shape;
  if (what.kv_dtype.empty()) return shape;
  for (const LayerRun& run : shape.all_runs()) {
    if (!run.has_state()) continue;
    throw std::invalid_argument(
        "another dtype of the cache with a model that has recurrent states; expected the model's");
  }
  shape.dtype = what.kv_dtype;
  check(shape);
  return shape;
}

// Of all cells and sequences, copies included.
Bytes held(const std::vector<BatchMember>& members, const std::vector<Result>& results,
           Tokens CellTotals::*when) {
  Bytes sum;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const Schedule& schedule = members[m].schedule;
    HeldSum held;
    for (const Group& group : schedule.groups) {
      const std::int64_t entries = (results[m].rules[group.rule].*when).count();
      held += schedule.of(group, per_entry(group, Unit::bytes) * entries);
    }
    sum += Bytes(schedule.rounded(held)).times(members[m].count);
  }
  return sum;
}

std::vector<std::string> notes_of(const WhatIf& what, const Schedule& schedule) {
  std::vector<std::string> notes;
  if (schedule.heads_assumed) notes.emplace_back("which heads or layers keep most is assumed");
  if (idle(what.policy, schedule)) notes.emplace_back(kIdlePolicy);
  if (std::any_of(schedule.groups.begin(), schedule.groups.end(),
                  [](const Group& group) { return group.copies > 1; })) {
    notes.emplace_back("KV heads are stored in copies, which count as bytes, not as entries");
  }
  if (schedule.nominal_streaming) {
    notes.emplace_back("a share of heads that is not rounded is held by no program");
  }
  if (!what.workload.turns.empty()) {
    notes.push_back(fmt::format("{} later turns follow", what.workload.turns.size()));
  }
  if (!what.model->note.empty()) notes.push_back(what.model->note);
  return notes;
}

WhatIfFigures figures_of(const input::Scenario& scenario, const std::vector<BatchMember>& members) {
  const input::ScenarioTask& task = scenario.tasks.front();
  const Schedule& schedule = members.front().schedule;
  WhatIfFigures figures;
  std::vector<Result> results;
  for (const BatchMember& member : members) results.push_back(closed_form(member.schedule));
  if (task.sequences.empty()) {
    const Schedule full =
        plan(PolicySpec{}, scenario.shape, task.workload, schedule.accounting, schedule.convention);
    figures.footprint = results.front().footprint;
    figures.peak = peak_bytes(schedule);
    figures.full_peak = peak_bytes(full);
  } else {
    const input::ScenarioPolicy& policy = scenario.policies.front();
    const Batch batch = plan_batch(policy.spec, scenario.shape, task.sequences, scenario.accounting,
                                   policy.convention);
    figures.footprint = closed_form(batch);
    figures.peak = peak_bytes(batch);
    figures.full_peak = peak_bytes(Batch{batch.full, batch.full});
  }
  figures.held_after_prefill = held(members, results, &CellTotals::after_prefill);
  figures.held_after_decode = held(members, results, &CellTotals::after_decode);
  figures.states = scenario.shape.state_bytes().times(members.front().count);
  figures.passes = schedule.plan.passes();
  return figures;
}

// "-52.3 %", "+0.4 %"; "" for no difference that would show.
std::string change(double now, double before) {
  if (now == before || before == 0) return "";
  const double percent = 100 * (now / before - 1);
  return std::abs(percent) < 0.05 ? "" : fmt::format("{:+.1f} %", percent);
}

std::string change_in_gib(Bytes now, Bytes before) {
  const double gib = static_cast<double>((now - before).count()) / (1 << 30);
  return fmt::format("{:+.2f} GiB", gib);
}

}  // namespace

WhatIf first_what_if() {
  WhatIf what;
  choose_model(what, "llama-3.1-8b");
  choose_policy(what, "prulong");
  what.workload = {Tokens(128 << 10), Tokens(1 << 10), Tokens(32 << 10), {}};
  return what;
}

std::string choose_model(WhatIf& what, std::string_view name) {
  try {
    what.model = std::make_shared<const input::Model>(input::parse_model(name, "the model"));
    const input::CatalogueEntry* entry = input::find_model(name);
    what.model_name = entry != nullptr ? entry->name : name;
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::optional<PolicySpec> usual_policy(std::string_view name) {
  std::optional<PolicySpec> policy = input::make_usual_policy(name);
  return policy ? policy : make_policy(name);
}

void choose_policy(WhatIf& what, std::string_view name) {
  if (std::optional<PolicySpec> policy = usual_policy(name)) what.policy = *std::move(policy);
}

std::string words_of_exception(const PolicySpec& policy) {
  try {
    throw;
  } catch (const PolicyError& error) {
    return input::words(policy, error);
  } catch (const std::exception& error) {
    return error.what();
  }
}

input::Scenario scenario_of(const WhatIf& what) {
  input::Scenario scenario;
  scenario.file = "what-if";
  scenario.shape = shape_of(what);
  scenario.model = what.model;
  scenario.model_title = what.model->title;
  scenario.model_note = what.model->note;
  scenario.accounting = what.accounting;
  input::ScenarioTask task{"", what.workload, {}, {}};
  if (what.batch != 1) {
    if (!what.workload.turns.empty()) {
      throw std::invalid_argument(
          "a batch of conversations is not modelled; expected one sequence");
    }
    task.sequences.push_back({what.workload, what.batch});
  }
  scenario.tasks.push_back(std::move(task));
  scenario.policies.push_back(
      {std::string(what.policy.name), what.policy, what.convention, {}, {}});
  return scenario;
}

WhatIfResult evaluate(const WhatIf& what, std::string id) {
  WhatIfResult result;
  try {
    const input::Scenario scenario = scenario_of(what);
    check(what.policy);
    const std::vector<BatchMember> members =
        input::members_of(scenario, scenario.tasks.front(), scenario.policies.front());
    result.figures = figures_of(scenario, members);
    result.notes = notes_of(what, members.front().schedule);
    result.run =
        run_of_closed_form(what, members.front(), result.figures->footprint, std::move(id));
  } catch (...) {
    result = {};
    result.error = words_of_exception(what.policy);
  }
  return result;
}

std::vector<std::string> differences(const WhatIfFigures& now, const WhatIfFigures& baseline) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& change, std::string_view of) {
    if (!change.empty()) words.push_back(fmt::format("{} {}", change, of));
  };
  add(change(now.footprint.footprint.value_or(0), baseline.footprint.footprint.value_or(0)),
      "KV footprint");
  const auto add_bytes = [&](Bytes after, Bytes before, std::string_view of) {
    const std::string share =
        change(static_cast<double>(after.count()), static_cast<double>(before.count()));
    if (!share.empty()) add(share, fmt::format("{} ({})", of, change_in_gib(after, before)));
  };
  add_bytes(now.peak.all_layers, baseline.peak.all_layers, "peak");
  add_bytes(now.held_after_decode, baseline.held_after_decode, "held at the end");
  if (words.empty()) words.emplace_back("as the baseline");
  return words;
}

}  // namespace kvf::gui
