// A schedule: everything a simulation needs, with nothing left to decide. plan() makes it.
//
//   policy, shape, workload  -- plan() -->  Schedule  --+-> closed_form()  models/closed_form.h
//                                                       +-> simulate()     sim/simulate.h
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/pass.h"
#include "models/policies/sparse_read.h"
#include "models/rule.h"

namespace kvf {

// Heads of one layer that follow one rule.
struct Group {
  std::int64_t layer = 0;
  Cells heads;  // KV heads; all of the layer when the share of streaming heads is nominal
  std::uint32_t rule = 0;  // index into Schedule::rules
  Role role = Role::all;
  std::int64_t copies = 1;  // KV sets stored for each KV head
  BytesPerEntry bytes;      // of an entry of one cell, before it is copied
  friend bool operator==(const Group&, const Group&) = default;
};
std::string_view to_string(Role role);

// What is added up over cells: entries, or the bytes that store them, copies included.
enum class Unit { entries, bytes };
// What one entry in each cell of a group adds.
inline std::int64_t per_entry(const Group& group, Unit unit) {
  return unit == Unit::entries ? group.heads.count()
                               : group.heads.count() * group.copies * group.bytes.count();
}

// How many cells follow a rule: the streaming heads of a nominal share, and all others.
struct RuleCells {
  std::int64_t others = 0;
  std::int64_t streaming = 0;
  std::int64_t stored_others = 0;  // copies included
  std::int64_t stored_streaming = 0;
  friend bool operator==(const RuleCells&, const RuleCells&) = default;
};

// A sum over the streaming heads of a nominal share, and over all others.
struct HeldSum {
  std::int64_t others = 0;
  std::int64_t streaming = 0;

  HeldSum& operator+=(const HeldSum& more) {
    others += more.others;
    streaming += more.streaming;
    return *this;
  }
};

struct Schedule {
  LlmShape shape;
  Workload workload;
  Accounting accounting = Accounting::implementation;
  Convention convention = Convention::eval;
  PassPlan plan;
  std::vector<Rule> rules;       // all different
  std::vector<Group> groups;     // by layer, of those that hold entries; then as the policy names
  std::vector<RuleCells> cells;  // of each rule, summed over the groups
  // Set when the share of streaming heads is not rounded to heads: the group `streaming` then
  // weighs so much, the other one the rest.
  std::optional<double> nominal_streaming;
  // Which cells keep how much is not known, only their sum: which heads stream, which lose most.
  bool heads_assumed = false;
  std::optional<ActiveRead> active_read;

  // Whether a rule is the model's own, not the policy's; nullptr if not.
  const WindowRule* window(std::size_t rule) const {
    return std::get_if<WindowRule>(&rules[rule].v);
  }
  // Whether the cells of a rule are read sparsely.
  bool reads_sparsely(std::size_t rule) const { return active_read && window(rule) == nullptr; }
  // Whether a group counts among the streaming heads of a nominal share.
  bool weighs_apart(Role role) const { return nominal_streaming && role == Role::streaming; }
  // The weight of a group's role: 1, or its nominal share.
  double weight(Role role) const {
    if (!nominal_streaming) return 1;
    return role == Role::streaming ? *nominal_streaming : 1 - *nominal_streaming;
  }
  // The two sums of a nominal share as one, in the order of the paper's script.
  double weighed(double streaming, double others) const {
    return *nominal_streaming * streaming + (1 - *nominal_streaming) * others;
  }
  double weighed(const HeldSum& sum) const {
    return weighed(static_cast<double>(sum.streaming), static_cast<double>(sum.others));
  }
  // The one number that a sum makes; only a nominal share is rounded.
  std::int64_t rounded(const HeldSum& sum) const {
    return nominal_streaming ? std::llrint(weighed(sum)) : sum.others;
  }
  // A sum of one group, put where it belongs.
  HeldSum of(const Group& group, std::int64_t amount) const {
    return weighs_apart(group.role) ? HeldSum{0, amount} : HeldSum{amount, 0};
  }
  // Whether the cache is a static one, whose entries are allocated ahead.
  bool allocates_ahead() const {
    return accounting == Accounting::implementation && convention == Convention::duo_static;
  }
};

// Throws PolicyError (the policy), std::invalid_argument (the rest) or OverflowError.
// `convention` defaults to the policy's own; it has no meaning for the paper's accounting.
Schedule plan(const PolicySpec& policy, const LlmShape& shape, const Workload& workload,
              Accounting accounting = Accounting::implementation,
              std::optional<Convention> convention = std::nullopt);

// Fills `cells` from the groups; plan() has done it.
void count_cells(Schedule& schedule);

// Entries that a static cache allocates ahead, copies included; nullopt if a rule has no such cache.
std::optional<Entries> reserved_entries(const Schedule& schedule);

}  // namespace kvf
