// Collects the groups of the layers with full attention, for plan(): what a policy means for each
// cell, by its implementation or by the paper's metric; equal rules become one.
#pragma once

#include <algorithm>
#include <optional>

#include "models/schedule.h"

namespace kvf {

// What a policy means under an accounting.
class Book {
 public:
  Book(Accounting accounting, const PlanContext& context)
      : paper_(accounting == Accounting::paper), context_(context) {}

  Rule rule(const PolicySpec& policy, std::int64_t layer, std::int64_t head) const;
  bool same_in_every_layer(const PolicySpec& policy) const;
  bool differs_by_head(const PolicySpec& policy) const;
  // KV sets that a policy stores for each KV head.
  std::int64_t copies(const PolicySpec& policy) const;
  // Cuts the prefill into passes.
  void cut(const PolicySpec& policy, PassPlan& plan) const;

 private:
  bool paper_;
  const PlanContext& context_;
};

class Groups {
 public:
  // Heads that follow one policy.
  struct Kind {
    const PolicySpec& policy;
    Role role;
    std::int64_t copies;
    std::optional<std::uint32_t> rule;  // if it is the same in every layer
  };

  // `copies`: of the model; `bytes`: of an entry of one cell.
  Groups(Book book, std::int64_t copies, BytesPerEntry bytes, Schedule& schedule)
      : book_(book), copies_(copies), bytes_(bytes), schedule_(schedule) {}

  Kind kind(const PolicySpec& policy, Role role);
  // Heads of a layer; layers come in order.
  void add(std::int64_t layer, std::int64_t heads, const Kind& kind) {
    if (heads == 0) return;
    if (kind.rule) return add_group(layer, heads, *kind.rule, kind);
    add_of_layer(layer, heads, kind);
  }

 private:
  void add_of_layer(std::int64_t layer, std::int64_t heads, const Kind& kind);
  void add_group(std::int64_t layer, std::int64_t heads, std::uint32_t rule, const Kind& kind) {
    schedule_.groups.push_back({layer, Cells(heads), rule, kind.role, kind.copies, bytes_});
  }
  Book book_;
  std::int64_t copies_;
  BytesPerEntry bytes_;
  Schedule& schedule_;
};

// The index of a rule in a schedule, which is added unless it is there.
std::uint32_t index_of(Schedule& schedule, Rule rule);

}  // namespace kvf
