// A scenario: one model, some tasks, some policies -> values.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/batch.h"
#include "models/policy.h"
#include "models/shape.h"
#include "models/workload.h"
#include "sim/input/memory.h"
#include "sim/input/model.h"
#include "sim/input/problems.h"

namespace kvf::input {

// The version this program reads: the value of the first key, `kvfootprint-scenario`.
inline constexpr int kScenarioVersion = 1;

struct ScenarioTask {
  std::string name;
  Workload workload;                 // of the first sequence
  std::vector<Sequences> sequences;  // of a batch; empty: one sequence
  Position at;
};

struct ScenarioPolicy {
  std::string label;  // unless given: the short form's name
  PolicySpec spec;
  std::optional<Convention> convention;  // unless given: the policy's own
  Position at;
  // Where each parameter stands, for what plan() finds.
  std::vector<std::pair<std::string, Position>> parameters;
};

struct Scenario {
  std::string file;
  std::string text;
  std::string idea;                    // the comment on the first line, "" if there is none
  std::shared_ptr<const Model> model;  // as it was read
  LlmShape shape;                      // the model's, with the dtype of the cache
  std::string model_title;
  std::string model_note;  // what the shape leaves out, "" if nothing
  Accounting accounting = Accounting::implementation;
  std::vector<ScenarioTask> tasks;       // at least one; names are different
  std::vector<ScenarioPolicy> policies;  // at least one; labels are different
  std::optional<ScenarioMemory> memory;  // what is asked below entries
  ScenarioScores scores;                 // of the entries that stay

  // nullptr unless the cache is paged.
  const ScenarioBlocks* blocks() const {
    return memory && memory->blocks ? &*memory->blocks : nullptr;
  }
};

// Throws InputError with everything that is wrong with the file.
Scenario read_scenario(const std::filesystem::path& path);
// The same, of a text that is in memory. Paths in it are relative to the folder of `file`.
Scenario parse_scenario(std::string text, const std::filesystem::path& file);

// The schedules of a policy on a task: one, or one for each kind of sequence of a batch. Throws as
// plan() and plan_batch().
std::vector<BatchMember> members_of(const Scenario& scenario, const ScenarioTask& task,
                                    const ScenarioPolicy& policy);

// Plans every policy for every task. Throws InputError, at the policy or parameter to blame, for
// what only plan() can tell: head scores of another shape, a policy without the accounting asked
// for, an overflow, what cannot be kept as `memory` says.
void check_plans(const Scenario& scenario);

}  // namespace kvf::input
