#include "sim/input/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/input/bind.h"

namespace kvf::input {
namespace {

// Reads one parameter into its slot, or adds a problem.
class ParameterReader {
 public:
  ParameterReader(const Node& node, const ParameterInfo& info, HeadFiles& files, Problems& problems)
      : node_(node), info_(info), files_(files), problems_(problems) {}

  void operator()(Tokens* slot) const { put(tokens(), slot); }
  void operator()(std::optional<Tokens>* slot) const { put(tokens(), slot); }
  void operator()(std::int64_t* slot) const {
    put(read_integer(node_, info_.name, info_.range, problems_), slot);
  }
  void operator()(double* slot) const { put(number(node_), slot); }
  void operator()(std::optional<double>* slot) const { put(number(node_), slot); }
  void operator()(std::vector<double>* slot) const {
    slot->clear();
    const auto add = [&](const Node& node) {
      if (const auto value = number(node)) slot->push_back(*value);
    };
    if (node_.kind != Kind::list) return add(node_);
    for (const Node& node : node_) add(node);
    refuse_empty("a number for each layer");
  }
  void operator()(ChoiceRef slot) const {
    put(read_word(node_, info_.name, slot.words, problems_), &slot.choice->index);
  }
  void operator()(HeadScores* slot) const {
    const auto path = read_text(node_, info_.name, problems_);
    if (!path) return;
    try {
      *slot = files_.read(*path);
    } catch (const InputError& error) {
      for (const Problem& problem : error.problems()) add_of_file(problem);
    }
  }
  void operator()(PolicyBox* slot) const {
    if (auto policy = read_policy(node_, files_, problems_)) *slot = PolicyBox(*std::move(policy));
  }
  void operator()(std::vector<PolicySpec>* slot) const {
    slot->clear();
    if (!expect_kind(node_, Kind::list, in_quotes(info_.name), problems_)) return;
    for (const Node& node : node_) {
      if (auto policy = read_policy(node, files_, problems_)) slot->push_back(*std::move(policy));
    }
    refuse_empty("at least one policy");
  }

 private:
  template <class Value, class Slot>
  static void put(const std::optional<Value>& value, Slot* slot) {
    if (value) *slot = *value;
  }
  std::optional<Tokens> tokens() const {
    return read_tokens(node_, info_.name, info_.range, problems_);
  }
  std::optional<double> number(const Node& node) const {
    return read_number(node, info_.name, info_.range, problems_);
  }
  void refuse_empty(std::string_view expected) const {
    if (node_.has_members()) return;
    problems_.add(node_.at,
                  fmt::format("'{}' is an empty list; expected {}", info_.name, expected));
  }
  // A problem of the file that this parameter names.
  void add_of_file(const Problem& problem) const {
    const Position at = problem.at;
    const std::string place = at.line == 0 ? "" : fmt::format(":{}:{}", at.line, at.column);
    problems_.add(node_.at,
                  fmt::format("'{}': {}{}: {}", info_.name, problem.file, place, problem.text));
  }

  const Node& node_;
  const ParameterInfo& info_;
  HeadFiles& files_;
  Problems& problems_;
};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const Node* first_member(const Node& map, std::string_view key) {
  for (const Node& member : map) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

void add_unknown_key(const Node& member, PolicySpec& policy,
                     std::span<const std::string_view> beside, Problems& problems) {
  std::vector<std::string_view> keys{"name"};
  for_each_parameter(policy, [&](const ParameterRef& ref) { keys.push_back(ref.info->name); });
  keys.insert(keys.end(), beside.begin(), beside.end());
  problems.add(member.key_at, fmt::format("unknown key {} in policy '{}'{}", in_quotes(member.key),
                                          policy.name, suggestion(member.key, keys)));
}

std::optional<PolicySpec> make_named(const Node& name, Problems& problems) {
  if (!expect_kind(name, Kind::text, "'name'", problems)) return std::nullopt;
  auto policy = make_policy(name.text);
  if (policy) return policy;
  // "topk:ratio=0.5" where a name is expected.
  const std::string_view before = name.text.substr(0, name.text.find(':'));
  if (before != name.text && make_policy(before)) {
    problems.add(name.at, fmt::format("{} is a short form; expected {{name: {}, ...}}, or on the "
                                      "command line the form in parentheses",
                                      in_quotes(name.text), before));
    return std::nullopt;
  }
  problems.add(name.at, fmt::format("unknown policy {}{}", in_quotes(name.text),
                                    suggestion(name.text, policy_names())));
  return std::nullopt;
}

// What was published beside head scores stands for parameters that the map leaves out.
void take_published(const Node& map, PolicySpec& policy) {
  std::vector<std::pair<std::string, Tokens>> published;
  for_each_parameter(policy, [&](const ParameterRef& ref) {
    const auto* scores = std::get_if<HeadScores*>(&ref.slot);
    if (scores != nullptr) published = (*scores)->beside;
  });
  for (const auto& [name, value] : published) {
    const auto parameter = find_parameter(policy, name);
    if (!parameter || first_member(map, name) != nullptr) continue;
    if (Tokens* const* slot = std::get_if<Tokens*>(&parameter->slot)) **slot = value;
  }
}

// All but the name. True if no problem was added.
bool read_parameters(const Node& map, PolicySpec& policy, HeadFiles& files, Problems& problems,
                     std::span<const std::string_view> beside) {
  const std::size_t before = problems.size();
  for (const Node& member : map) {
    const auto parameter = find_parameter(policy, member.key);
    if (!parameter && member.key != "name" && !contains(beside, member.key)) {
      add_unknown_key(member, policy, beside, problems);
      continue;
    }
    const Node& first = *first_member(map, member.key);
    if (&first != &member) {
      add_duplicate(member, first, problems);
    } else if (parameter) {
      std::visit(ParameterReader(member, *parameter->info, files, problems), parameter->slot);
    }
  }
  take_published(map, policy);
  return problems.size() == before;
}

}  // namespace

std::string words(const PolicySpec& policy, const PolicyError& error) {
  if (error.parameter.empty()) return error.what();  // it names the policy itself
  return fmt::format("policy '{}': {}", policy.name, error.what());
}

Position position_of(const Node& policy, const PolicyError& error) {
  if (policy.kind != Kind::map) return policy.at;
  const Node* member = first_member(policy, error.parameter);
  return member != nullptr ? member->key_at : policy.at;
}

std::optional<PolicySpec> read_policy(const Node& node, HeadFiles& files, Problems& problems,
                                      std::span<const std::string_view> beside) {
  const bool name_only = node.kind == Kind::text && node.plain;
  if (!name_only && node.kind != Kind::map) {
    problems.add(
        node.at,
        fmt::format("the policy {}; expected a map with its 'name' and parameters", found(node)));
    return std::nullopt;
  }
  const Node* name = name_only ? &node : first_member(node, "name");
  if (name == nullptr) {
    problems.add(node.at, "the policy has no 'name'");
    return std::nullopt;
  }
  auto policy = make_named(*name, problems);
  if (!policy) return std::nullopt;
  if (!name_only && !read_parameters(node, *policy, files, problems, beside)) return std::nullopt;
  try {
    check(*policy);
  } catch (const PolicyError& error) {
    problems.add(position_of(node, error), words(*policy, error));
    return std::nullopt;
  }
  return policy;
}

}  // namespace kvf::input
