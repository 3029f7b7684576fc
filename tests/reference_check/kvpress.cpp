// Rows `kvpress.X`: what the presses of kvpress really left.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "tests/reference_check/kvpress_press.h"
#include "tests/reference_check/played.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

using Counts = std::vector<std::int64_t>;

std::int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

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

// The library's answers to a row: usually one. Where scores or a layer's kind decide, each layer
// follows one of them.
class Answers {
 public:
  Answers(Row& row, const Press& press) : node_(row.node()) {
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

  const Played& first() const { return answers_.front(); }
  const Played& last() const { return answers_.back(); }
  std::size_t layers() const { return chosen_.size(); }
  void choose(std::size_t layer, std::size_t answer) { chosen_.at(layer) = answer; }
  // The answer that holds `want` in a layer after the prefill; the first if none does.
  void choose_by_held(std::size_t layer, std::int64_t want) {
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      if (cell(answers_[i], layer).after_prefill.count() == want) return choose(layer, i);
    }
  }

  Counts attended(std::size_t pass) const {
    Counts counts;
    for (std::size_t l = 0; l < layers(); ++l) counts.push_back(attended(l, pass));
    return counts;
  }
  std::int64_t attended(std::size_t layer, std::size_t pass) const {
    return of(layer).attended(groups(of(layer), layer).front().rule, pass);
  }
  std::int64_t left(std::size_t layer, std::size_t pass) const {
    return of(layer).left(groups(of(layer), layer).front().rule, pass);
  }
  Counts left(std::size_t pass) const {
    Counts counts;
    for (std::size_t l = 0; l < layers(); ++l) counts.push_back(left(l, pass));
    return counts;
  }
  Counts held(Tokens CellTotals::*when) const {
    Counts counts;
    for (std::size_t l = 0; l < layers(); ++l) counts.push_back((cell(of(l), l).*when).count());
    return counts;
  }
  // Head by head, in the order of `streaming` if the row names roles.
  Counts live(std::size_t layer, Tokens CellTotals::*when) const {
    return live_of(of(layer), layer, when);
  }
  Counts live_of(const Played& played, std::size_t layer, Tokens CellTotals::*when) const {
    Counts counts;
    std::map<Role, std::int64_t> of_role;
    for (const Group& group : groups(played, layer)) {
      of_role[group.role] = (played.result.rules[group.rule].*when).count();
      counts.insert(counts.end(), static_cast<std::size_t>(group.heads.count()),
                    of_role[group.role]);
    }
    if (const Node* mask = find(node_, "streaming_mask")) {
      counts.clear();
      for (const std::int64_t streams : counts_of(item(*mask, layer))) {
        counts.push_back(of_role[streams != 0 ? Role::streaming : Role::full]);
      }
    }
    return counts;
  }

 private:
  const Played& of(std::size_t layer) const { return answers_[chosen_[layer]]; }
  static std::vector<Group> groups(const Played& played, std::size_t layer) {
    std::vector<Group> groups;
    for (const Group& group : played.schedule.groups) {
      if (group.layer == static_cast<std::int64_t>(layer)) groups.push_back(group);
    }
    return groups;
  }
  // All heads of a layer hold the same, masked entries included.
  static const CellTotals& cell(const Played& played, std::size_t layer) {
    return played.result.rules[groups(played, layer).front().rule];
  }

  const Node& node_;
  std::vector<Played> answers_;
  std::vector<std::size_t> chosen_;  // of each layer
};

class Comparison {
 public:
  explicit Comparison(Row& row) : row_(row), press_(press_of(row.node())), answers_(row, press_) {
    choose();
  }

  void compare() {
    const Node& node = row_.node();
    compare_calls();
    compare_held("physical_per_layer", &CellTotals::after_prefill);
    compare_live("kept_per_layer_head", &CellTotals::live_after_prefill, Tokens{});
    compare_totals();
    compare_held("after_decode_physical", &CellTotals::after_decode);
    const Tokens output = answers_.first().schedule.workload.output;
    compare_live("after_decode_kept_per_layer_head", &CellTotals::live_after_decode, output);
    if (press_.held == Split::exact) {
      compare_trace("decode_trace_layer0", [&](std::size_t p) { return answers_.left(0, p); });
    }
    compare_trace("decode_attended_layer0", [&](std::size_t p) { return answers_.attended(0, p); });
    if (find(node, "error") != nullptr) row_.recorded_exception(answer(answers_.first()));
  }

 private:
  using Split = Press::Split;
  using When = Tokens CellTotals::*;

  // Inputs of the row: which layers slide, which of two lengths the scores chose.
  void choose() {
    const Node& arguments = get(row_.node(), "arguments");
    if (const Node* types = find(arguments, "layer_types")) {
      for (std::size_t l = 0; l < answers_.layers(); ++l) {
        answers_.choose(l, text(item(*types, l)) == "sliding_attention" ? 1 : 0);
      }
    } else if (const Node* held = find(row_.node(), "physical_per_layer")) {
      for (std::size_t l = 0; l < answers_.layers(); ++l) {
        answers_.choose_by_held(l, integer(item(*held, l)));
      }
    }
  }

  void compare_calls() {
    const Played& played = answers_.first();
    std::size_t calls = 0;
    for ([[maybe_unused]] const Node& call : get(row_.node(), "prefill")) ++calls;
    std::size_t i = 0;
    for (const Node& call : get(row_.node(), "prefill")) {
      const std::string name = fmt::format("prefill[{}]", i);
      if (i >= played.prefill_passes()) return row_.different(name, "a call", "no such pass");
      row_.compare(name + ".new_tokens", get(call, "new_tokens"), played.new_tokens(i));
      row_.compare(name + ".attended_kv", get(call, "attended_kv"), answers_.attended(i));
      // A press that feeds more of its own does so before the last call returns.
      const bool last = ++i == calls;
      const std::size_t pass = last ? played.prefill_passes() - 1 : i - 1;
      compare_layers(name + ".cache_after", get(call, "cache_after"), answers_.left(pass));
    }
  }

  // One count a layer of what is held.
  void compare_layers(const std::string& name, const Node& want, const Counts& got) {
    if (press_.held == Split::exact) return row_.compare(name, want, got);
    const Counts wanted = counts_of(want);
    const auto& policy = std::get<KvCompose>(press_.answers.front().v);
    const Schedule& schedule = answers_.first().schedule;
    const Tokens floor = policy.floor(
        {schedule.shape, schedule.workload, schedule.convention, schedule.plan.prompt});
    const bool at_floor = std::any_of(wanted.begin(), wanted.end(),
                                      [&](std::int64_t layer) { return layer <= floor.count(); });
    if (at_floor) return at_least(name, wanted, floor.count());
    compare_sum(name, wanted, sum(got));
  }

  void compare_held(const std::string& name, When when) {
    if (const Node* want = find(row_.node(), name)) {
      // After decoding, a layer's floor no longer tells: only how much decoding added.
      if (press_.held == Split::exact || when == &CellTotals::after_prefill) {
        compare_layers(name, *want, answers_.held(when));
      }
    }
  }

  void compare_live(const std::string& name, When when, Tokens decoded) {
    const Node* want = find(row_.node(), name);
    if (want == nullptr || press_.held != Split::exact) return;
    Counts all_wanted;
    std::int64_t all_got = 0;
    for (std::size_t l = 0; l < answers_.layers(); ++l) {
      const std::string layer = fmt::format("{}[{}]", name, l);
      const Counts got = answers_.live(l, when);
      if (press_.live == Split::exact) {
        row_.compare(layer, item(*want, l), got);
        continue;
      }
      const Counts wanted = counts_of(item(*want, l));
      all_wanted.insert(all_wanted.end(), wanted.begin(), wanted.end());
      all_got += sum(got);
      if (press_.live == Split::per_layer) {
        compare_sum(layer, wanted, sum(got));
        at_least(layer, wanted, (floor_of_head(l) + decoded).count());
      }
      if (press_.live == Split::bounds) {
        between(layer, wanted, answers_.live_of(answers_.first(), l, when),
                answers_.live_of(answers_.last(), l, when));
      }
    }
    if (press_.live == Split::whole_model) compare_sum(name, all_wanted, all_got);
  }

  // Of a layer's heads together.
  void compare_totals() {
    const std::string name = "kept_total_per_layer";
    const Node* want = find(row_.node(), name);
    if (want == nullptr || press_.held != Split::exact) return;
    Counts got;
    for (std::size_t l = 0; l < answers_.layers(); ++l) {
      got.push_back(sum(answers_.live(l, &CellTotals::live_after_prefill)));
    }
    if (press_.live == Split::whole_model) return compare_sum(name, counts_of(*want), sum(got));
    if (press_.live != Split::bounds) row_.compare(name, *want, got);
  }

  template <class Value>
  void compare_trace(const std::string& name, Value&& value) {
    const Node* want = find(row_.node(), name);
    if (want == nullptr || press_.held != Split::exact) return;
    const Played& played = answers_.first();
    Counts got;
    for (std::size_t p = played.prefill_passes(); p < played.passes.size(); ++p) {
      got.push_back(value(p));
    }
    row_.compare(name, *want, got);
  }

  Tokens floor_of_head(std::size_t layer) const {
    const auto* policy = std::get_if<AdaKv>(&press_.answers.front().v);
    if (policy == nullptr) return Tokens{};
    const Counts even = answers_.live(layer, &CellTotals::live_after_prefill);
    return policy->safe(Tokens(even.front()), answers_.first().schedule.convention);
  }

  void compare_sum(const std::string& name, const Counts& want, std::int64_t got) {
    row_.compare(name + " in all", sum(want), got);
  }
  void at_least(const std::string& name, const Counts& want, std::int64_t low) {
    between(name, want, Counts(want.size(), low), want);
  }
  void between(const std::string& name, const Counts& want, const Counts& low, const Counts& high) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (i < low.size() && i < high.size() && want[i] >= low[i] && want[i] <= high[i]) continue;
      row_.different(name, std::to_string(want[i]), "another range");
    }
  }

  Row& row_;
  Press press_;
  Answers answers_;
};

}  // namespace

void check_kvpress(Row& row) { Comparison(row).compare(); }

}  // namespace kvf::reference
