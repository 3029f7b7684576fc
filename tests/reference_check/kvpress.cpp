// Rows `kvpress.X`: what the presses of kvpress really left.
#include <algorithm>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "tests/reference_check/kvpress_answers.h"

namespace kvf::reference {
namespace {

std::int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

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
    compare_split(name, counts_of(want), sum(got));
  }

  void compare_held(const std::string& name, When when) {
    if (const Node* want = find(row_.node(), name)) {
      compare_layers(name, *want, answers_.held(when));
    }
  }

  // Counts of which only the sum is a function of the arguments; and that not if a layer was raised
  // to its floor.
  void compare_split(const std::string& name, const Counts& want, std::int64_t got) {
    const std::int64_t floor = floor_of_layer();
    const Node* held =
        press_.held == Split::exact ? nullptr : find(row_.node(), "physical_per_layer");
    const Counts layers = held == nullptr ? Counts{} : counts_of(*held);
    const auto raised = [&](std::int64_t layer) { return layer <= floor; };
    if (std::any_of(layers.begin(), layers.end(), raised)) return at_least(name, want, floor);
    compare_sum(name, want, got);
  }

  void compare_live(const std::string& name, When when, Tokens decoded) {
    const Node* want = find(row_.node(), name);
    if (want == nullptr) return;
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
    if (press_.live == Split::whole_model) compare_split(name, all_wanted, all_got);
  }

  // Of a layer's heads together.
  void compare_totals() {
    const std::string name = "kept_total_per_layer";
    const Node* want = find(row_.node(), name);
    if (want == nullptr) return;
    const When when = &CellTotals::live_after_prefill;
    Counts got;
    Counts low;
    Counts high;
    for (std::size_t l = 0; l < answers_.layers(); ++l) {
      got.push_back(sum(answers_.live(l, when)));
      low.push_back(sum(answers_.live_of(answers_.first(), l, when)));
      high.push_back(sum(answers_.live_of(answers_.last(), l, when)));
    }
    if (press_.live == Split::bounds) return between(name, counts_of(*want), low, high);
    if (press_.live == Split::whole_model) return compare_split(name, counts_of(*want), sum(got));
    row_.compare(name, *want, got);
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

  std::int64_t floor_of_layer() const {
    const auto* policy = std::get_if<KvCompose>(&press_.answers.front().v);
    if (policy == nullptr) return 0;
    const Schedule& schedule = answers_.first().schedule;
    return policy
        ->floor({schedule.shape, schedule.workload, schedule.convention, schedule.plan.prompt})
        .count();
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
