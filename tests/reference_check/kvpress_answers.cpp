#include "tests/reference_check/kvpress_answers.h"

#include <map>
#include <optional>
#include <utility>

#include "models/closed_form.h"

namespace kvf::reference {
namespace {

// The version that the file names; a row of a real model is of 0.5.5.
Convention convention_of(const Row& row) {
  std::string version;
  if (const Node* source = find(row.file(), "source")) {
    const Node* of_library = source->kind == Kind::map ? find(*source, "kvpress") : source;
    if (of_library != nullptr) version = text(*of_library);
  }
  if (version.find("8bb29b9") != std::string::npos) return Convention::kvpress_8bb29b9;
  if (version.find("0.5.5") != std::string::npos) return Convention::kvpress;
  const bool real = find(get(row.node(), "arguments"), "model") != nullptr;
  return real ? Convention::kvpress : Convention::kvpress_8bb29b9;
}

LlmShape shape_of(const Node& node) {
  const Node& arguments = get(node, "arguments");
  LlmShape shape;
  shape.name = "reference";
  shape.layers = integer(get(arguments, "layers"));
  if (const auto heads = maybe_integer(arguments, "kv_heads")) {
    shape.kv_heads = *heads;
  } else if (const Node* layers = find(node, "kept_per_layer_head")) {
    shape.kv_heads = 0;
    for ([[maybe_unused]] const Node& head : *layers->begin()) ++shape.kv_heads;
  }
  shape.query_heads = maybe_integer(arguments, "query_heads").value_or(shape.kv_heads);
  return shape;
}

// The calls of a chunked prefill, which need not be equally long.
void set_calls(Schedule& schedule, const Node& calls) {
  PassPlan plan;
  for (const Node& rows : calls) plan.add(1, Tokens(integer(rows)), Phase::prefill);
  plan.prompt = plan.rows();
  plan.end_prefill();
  plan.add(schedule.workload.output.count(), Tokens(1), Phase::decode);
  schedule.plan = plan;
}

std::vector<Group> groups_of(const Played& played, std::size_t layer) {
  std::vector<Group> groups;
  for (const Group& group : played.schedule.groups) {
    if (group.layer == static_cast<std::int64_t>(layer)) groups.push_back(group);
  }
  return groups;
}

std::uint32_t rule_of_layer(const Played& played, std::size_t layer) {
  return groups_of(played, layer).front().rule;
}

const CellTotals& cell_of(const Played& played, std::size_t layer) {
  return played.result.rules[rule_of_layer(played, layer)];
}

// One count for each layer.
template <class Value>
Counts by_layer(std::size_t layers, Value&& value) {
  Counts counts;
  for (std::size_t layer = 0; layer < layers; ++layer) counts.push_back(value(layer));
  return counts;
}

}  // namespace

const Node& item(const Node& list, std::size_t index) {
  for (const Node& one : list) {
    if (index-- == 0) return one;
  }
  throw BadRow("a list is too short");
}

Counts counts_of(const Node& list) {
  Counts counts;
  for (const Node& item : list) counts.push_back(integer(item));
  return counts;
}

Answers::Answers(Row& row, const Press& press) : node_(row.node()) {
  const Node& arguments = get(node_, "arguments");
  const Workload workload{tokens(arguments, "prompt"),
                          Tokens(maybe_integer(arguments, "new").value_or(0)), std::nullopt};
  for (const PolicySpec& policy : press.answers) {
    Schedule schedule =
        plan(policy, shape_of(node_), workload, Accounting::implementation, convention_of(row));
    if (const Node* calls = find(arguments, "chunks")) set_calls(schedule, *calls);
    answers_.emplace_back(std::move(schedule));
    if (closed_form(answers_.back().schedule) != answers_.back().result) {
      row.different("closed form", "the simulation's figures", "others");
    }
  }
  chosen_.assign(static_cast<std::size_t>(first().schedule.shape.layers), 0);
}

void Answers::choose_by_held(std::size_t layer, std::int64_t want) {
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (cell_of(answers_[i], layer).after_prefill.count() == want) return choose(layer, i);
  }
}

std::int64_t Answers::attended(std::size_t layer, std::size_t pass) const {
  return of(layer).attended(rule_of_layer(of(layer), layer), pass);
}

std::int64_t Answers::left(std::size_t layer, std::size_t pass) const {
  return of(layer).left(rule_of_layer(of(layer), layer), pass);
}

Counts Answers::attended(std::size_t pass) const {
  return by_layer(layers(), [&](std::size_t layer) { return attended(layer, pass); });
}

Counts Answers::left(std::size_t pass) const {
  return by_layer(layers(), [&](std::size_t layer) { return left(layer, pass); });
}

Counts Answers::held(Tokens CellTotals::*when) const {
  return by_layer(layers(),
                  [&](std::size_t layer) { return (cell_of(of(layer), layer).*when).count(); });
}

Counts Answers::live_of(const Played& played, std::size_t layer, Tokens CellTotals::*when) const {
  Counts counts;
  std::map<Role, std::int64_t> of_role;
  for (const Group& group : groups_of(played, layer)) {
    of_role[group.role] = (played.result.rules[group.rule].*when).count();
    counts.insert(counts.end(), static_cast<std::size_t>(group.heads.count()), of_role[group.role]);
  }
  if (const Node* mask = find(node_, "streaming_mask")) {
    counts.clear();
    for (const std::int64_t streams : counts_of(item(*mask, layer))) {
      counts.push_back(of_role[streams != 0 ? Role::streaming : Role::full]);
    }
  }
  return counts;
}

}  // namespace kvf::reference
