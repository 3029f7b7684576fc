#include "sim/input/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "models/dtype.h"
#include "sim/input/bind.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/input/text_file.h"
#include "sim/input/yaml.h"

namespace kvf::input {
namespace {

constexpr std::string_view kFirstKey = "kvfootprint-scenario";
constexpr std::array<std::string_view, 12> kKeys{
    kFirstKey,       "model",          "kv_dtype",
    "accounting",    "implementation", "prefill_chunk_tokens",
    "prompt_tokens", "output_tokens",  "tasks",
    "policies",      "memory",         "scores"};
constexpr std::array<std::string_view, 6> kTaskKeys{
    "name", "prompt_tokens", "output_tokens", "prefill_chunk_tokens", "sequences", "turns"};
constexpr std::array<std::string_view, 2> kTurnKeys{"prompt_tokens", "output_tokens"};
constexpr std::array<std::string_view, 3> kSequenceKeys{"prompt_tokens", "output_tokens", "count"};
// Beside a policy's own parameters.
constexpr std::array<std::string_view, 2> kPolicyKeys{"label", "implementation"};

class ScenarioReader {
 public:
  ScenarioReader(Scenario& scenario, HeadFiles& files, ModelReader& models, Problems& problems)
      : scenario_(scenario), files_(files), models_(models), problems_(problems) {}

  void read(const Node& root) {
    read_version(root);
    const Fields fields(root, kKeys, "the scenario", problems_);
    if (const Node* model = fields.require("model")) {
      if (const Model* read = models_.read(*model, problems_)) {
        scenario_.model = std::make_shared<const Model>(*read);
        scenario_.shape = read->shape;
        scenario_.model_title = read->title;
        scenario_.model_note = read->note;
      }
    }
    if (const Node* node = fields.find("kv_dtype")) read_dtype(*node);
    if (const Node* node = fields.find("accounting")) {
      scenario_.accounting = read_accounting(*node, problems_).value_or(scenario_.accounting);
    }
    if (const Node* node = fields.find("implementation")) {
      convention_ = read_convention(*node, problems_);
    }
    if (const Node* node = fields.find("prefill_chunk_tokens")) {
      chunk_ = read_chunk(*node, problems_);
    }
    read_tasks(root, fields);
    if (const Node* policies = fields.require("policies")) read_policies(*policies);
    if (const Node* memory = fields.find("memory")) {
      scenario_.memory = read_memory(*memory, problems_);
    }
    if (const Node* scores = fields.find("scores")) {
      scenario_.scores = read_synthetic_scores(*scores, problems_);
    }
  }

 private:
  // A file of another kind, or of a newer program, is refused before its keys are looked at.
  void read_version(const Node& root) {
    if (!expect_kind(root, Kind::map, "the scenario", problems_)) problems_.throw_if_any();
    if (!root.has_members() || root.begin()->key != kFirstKey) {
      problems_.add(root.has_members() ? root.begin()->key_at : root.at,
                    fmt::format("the first key is {}; expected '{}: {}'",
                                root.has_members() ? in_quotes(root.begin()->key) : "missing",
                                kFirstKey, kScenarioVersion));
      problems_.throw_if_any();
    }
    const Node& version = *root.begin();
    if (version.kind == Kind::integer && version.integer == kScenarioVersion) return;
    if (version.kind == Kind::integer && version.integer > kScenarioVersion) {
      problems_.add(version.at, fmt::format("a scenario of version {}; this program reads version "
                                            "{}, a newer one is needed",
                                            version.integer, kScenarioVersion));
    } else {
      read_integer(version, kFirstKey, {kScenarioVersion, kScenarioVersion}, problems_);
    }
    problems_.throw_if_any();
  }

  // Instead of the model's own. States would change with it, but are in another dtype anyway.
  void read_dtype(const Node& node) {
    const std::vector<std::string_view> names = dtype_names();
    const auto index = read_word(node, "kv_dtype", names, problems_);
    if (!index) return;
    const LlmShape& shape = scenario_.shape;
    if (std::any_of(shape.runs.begin(), shape.runs.end(),
                    [](const LayerRun& run) { return run.has_state(); })) {
      problems_.add(node.key_at,
                    "'kv_dtype' with a model that has recurrent states; expected to "
                    "leave it out");
      return;
    }
    scenario_.shape.dtype = names[static_cast<std::size_t>(*index)];
    try {
      check(scenario_.shape);
    } catch (const std::invalid_argument& error) {
      problems_.add(node.at, error.what());
    }
  }

  Workload read_workload(const Fields& fields) {
    Workload workload;
    if (const Node* node = fields.require("prompt_tokens")) {
      workload.prompt =
          read_tokens(*node, "prompt_tokens", kAnyCount, problems_).value_or(Tokens{});
    }
    if (const Node* node = fields.require("output_tokens")) {
      workload.output =
          read_tokens(*node, "output_tokens", kAnyCount, problems_).value_or(Tokens{});
    }
    workload.chunk = chunk_;
    return workload;
  }

  void read_tasks(const Node& root, const Fields& fields) {
    const Node* tasks = fields.find("tasks");
    const Node* prompt = fields.find("prompt_tokens");
    const Node* output = fields.find("output_tokens");
    if (tasks == nullptr) {
      if (prompt == nullptr && output == nullptr) {
        problems_.add(root.at,
                      "the scenario has no 'tasks'; expected them, or 'prompt_tokens' and "
                      "'output_tokens'");
        return;
      }
      scenario_.tasks.push_back(
          {"", read_workload(fields), {}, prompt != nullptr ? prompt->key_at : root.at});
      return;
    }
    refuse_beside("tasks", {prompt, output});
    if (!expect_list(*tasks, "'tasks'")) return;
    for (const Node& task : *tasks) read_task(task);
  }

  void read_task(const Node& node) {
    if (!expect_kind(node, Kind::map, "the task", problems_)) return;
    const Fields fields(node, kTaskKeys, "the task", problems_);
    ScenarioTask task;
    task.at = node.at;
    if (const Node* name = fields.require("name")) {
      task.name = read_name(*name, "name");
      refuse_second(scenario_.tasks, task.name, &ScenarioTask::name, *name);
    }
    const Node* chunk = fields.find("prefill_chunk_tokens");
    const std::optional<Tokens> chunk_of_all = chunk_;
    if (chunk != nullptr) chunk_ = read_chunk(*chunk, problems_);
    if (const Node* sequences = fields.find("sequences")) {
      refuse_beside("sequences", {fields.find("prompt_tokens"), fields.find("output_tokens")});
      read_sequences(*sequences, task);
      refuse_beside("sequences", {fields.find("turns")});
    } else if (const Node* turns = fields.find("turns")) {
      refuse_beside("turns", {fields.find("prompt_tokens"), fields.find("output_tokens")});
      read_turns(*turns, task);
    } else {
      task.workload = read_workload(fields);
    }
    chunk_ = chunk_of_all;
    scenario_.tasks.push_back(std::move(task));
  }

  void read_sequences(const Node& list, ScenarioTask& task) {
    if (!expect_list(list, "'sequences'")) return;
    for (const Node& node : list) {
      if (!expect_kind(node, Kind::map, "the sequence", problems_)) continue;
      const Fields fields(node, kSequenceKeys, "the sequence", problems_);
      Sequences sequences{read_workload(fields), 1};
      if (const Node* count = fields.find("count")) {
        sequences.count = read_integer(*count, "count", {1, 1 << 20}, problems_).value_or(1);
      }
      task.sequences.push_back(sequences);
    }
    if (!task.sequences.empty()) task.workload = task.sequences.front().workload;
  }

  void read_turns(const Node& list, ScenarioTask& task) {
    if (!expect_list(list, "'turns'")) return;
    bool first = true;
    for (const Node& node : list) {
      if (!expect_kind(node, Kind::map, "the turn", problems_)) continue;
      const Workload turn = read_workload(Fields(node, kTurnKeys, "the turn", problems_));
      if (first) {
        task.workload = turn;
      } else {
        task.workload.turns.push_back({turn.prompt, turn.output});
      }
      first = false;
    }
  }

  void refuse_beside(std::string_view key, std::initializer_list<const Node*> nodes) {
    for (const Node* node : nodes) {
      if (node == nullptr) continue;
      problems_.add(node->key_at,
                    fmt::format("'{}' beside '{}'; expected one of the two", node->key, key));
    }
  }

  void read_policies(const Node& policies) {
    if (!expect_list(policies, "'policies'")) return;
    for (const Node& node : policies) {
      ScenarioPolicy policy;
      policy.at = node.at;
      policy.convention = convention_;
      const Node* label = nullptr;
      if (node.kind == Kind::map) {
        for (const Node& member : node) {
          if (member.key == "label" && label == nullptr) label = &member;
          if (member.key == "implementation") {
            policy.convention = read_convention(member, problems_);
          }
          policy.parameters.emplace_back(member.key, member.key_at);
        }
      }
      if (label != nullptr) policy.label = read_name(*label, "label");
      auto spec = read_policy(node, files_, problems_, kPolicyKeys);
      if (!spec) continue;
      policy.spec = *std::move(spec);
      if (policy.label.empty()) policy.label = policy.spec.name;
      refuse_second(scenario_.policies, policy.label, &ScenarioPolicy::label,
                    label != nullptr ? *label : node);
      scenario_.policies.push_back(std::move(policy));
    }
  }

  // A text that is shown on a terminal.
  std::string read_name(const Node& node, std::string_view key) {
    const std::string_view name = read_text(node, key, problems_).value_or("");
    const bool shows = std::none_of(name.begin(), name.end(),
                                    [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (shows) return std::string(name);
    problems_.add(
        node.at, fmt::format("'{}' {}; expected one without control characters", key, found(node)));
    return "";
  }

  bool expect_list(const Node& node, std::string_view what) {
    if (!expect_kind(node, Kind::list, what, problems_)) return false;
    if (node.has_members()) return true;
    problems_.add(node.at, fmt::format("{} is empty; expected at least one", what));
    return false;
  }

  template <class Item>
  void refuse_second(const std::vector<Item>& items, const std::string& name,
                     std::string Item::*member, const Node& node) {
    for (const Item& item : items) {
      if (item.*member != name || name.empty()) continue;
      problems_.add(node.at, fmt::format("a second {} (first at {}:{}); expected a name of its own",
                                         in_quotes(name), item.at.line, item.at.column));
      return;
    }
  }

  Scenario& scenario_;
  HeadFiles& files_;
  ModelReader& models_;
  Problems& problems_;
  std::optional<Tokens> chunk_;
  std::optional<Convention> convention_;
};

// The text of a comment on the first line.
std::string idea_of(std::string_view text) {
  if (!text.starts_with('#')) return "";
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  line.remove_prefix(std::min(line.find_first_not_of("# "), line.size()));
  return std::string(line);
}

Position place_of(const ScenarioPolicy& policy, std::string_view parameter) {
  for (const auto& [name, at] : policy.parameters) {
    if (name == parameter) return at;
  }
  return policy.at;
}

}  // namespace

Scenario parse_scenario(std::string text, const std::filesystem::path& file) {
  Scenario scenario;
  scenario.file = file.string();
  scenario.text = std::move(text);
  scenario.idea = idea_of(scenario.text);
  Problems problems(scenario.file);
  Tree tree;
  parse_yaml(scenario.text, tree, problems);
  HeadFiles files(file.parent_path());
  ModelReader models(file.parent_path());
  ScenarioReader(scenario, files, models, problems).read(tree.root());
  problems.throw_if_any();
  return scenario;
}

Scenario read_scenario(const std::filesystem::path& path) {
  return parse_scenario(read_text_file(path), path);
}

std::vector<BatchMember> members_of(const Scenario& scenario, const ScenarioTask& task,
                                    const ScenarioPolicy& policy) {
  if (!task.sequences.empty()) {
    return plan_batch(policy.spec, scenario.shape, task.sequences, scenario.accounting,
                      policy.convention)
        .members;
  }
  std::vector<BatchMember> members;
  members.push_back(
      {plan(policy.spec, scenario.shape, task.workload, scenario.accounting, policy.convention),
       1});
  return members;
}

void check_plans(const Scenario& scenario) {
  Problems problems(scenario.file);
  for (const ScenarioPolicy& policy : scenario.policies) {
    for (const ScenarioTask& task : scenario.tasks) {
      try {
        const std::vector<BatchMember> members = members_of(scenario, task, policy);
        if (scenario.memory) check_memory(*scenario.memory, members);
        continue;
      } catch (const PolicyError& error) {
        problems.add(place_of(policy, error.parameter), words(policy.spec, error));
      } catch (const std::exception& error) {  // an overflow
        problems.add(task.at, fmt::format("task {} with policy '{}': {}", in_quotes(task.name),
                                          policy.label, error.what()));
      }
      break;  // the other tasks would say the same
    }
  }
  problems.throw_if_any();
}

}  // namespace kvf::input
