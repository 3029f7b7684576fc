#include "models/peaks.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace kvf {

template <class Value>
PeakFinder<Value>::PeakFinder(const Schedule& schedule, Unit unit)
    : schedule_(schedule),
      unit_(unit),
      cells_(schedule.rules.size()),
      change_(schedule.rules.size(), 0) {
  if (unit == Unit::entries) {
    for (std::size_t r = 0; r < cells_.size(); ++r) {
      cells_[r] = {schedule.cells[r].others, schedule.cells[r].streaming};
    }
  } else {
    for (const Group& group : schedule.groups) cells_[group.rule] += group_sum(group, 1);
  }
  measure_layers();
  if (schedule.nominal_streaming) {
    std::int64_t common = 0;
    for (const HeldSum& cells : cells_) {
      common = std::gcd(common, std::gcd(cells.others, cells.streaming));
    }
    scale_ = std::max(common, std::int64_t{1});
  }
  for (HeldSum& cells : cells_) {
    cells = {cells.others / scale_, cells.streaming / scale_};
    all_cells_ += cells;
  }
}

// How wide the layers are: what an entry in each of their cells is.
template <class Value>
void PeakFinder<Value>::measure_layers() {
  if (unit_ == Unit::entries && schedule_.shape.uniform()) {
    last_width_ = schedule_.shape.kv_heads;
    return;
  }
  const std::vector<Group>& groups = schedule_.groups;
  std::int64_t widest = 0;
  std::int64_t narrowest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t g = 0; g < groups.size();) {
    const std::int64_t layer = groups[g].layer;
    last_width_ = 0;
    for (; g < groups.size() && groups[g].layer == layer; ++g) {
      last_width_ += per_entry(groups[g], unit_);
    }
    widest = std::max(widest, last_width_);
    narrowest = std::min(narrowest, last_width_);
  }
  last_layer_is_widest_ = last_width_ == widest;
  one_width_ = widest == narrowest;
}

template <>
std::int64_t PeakFinder<std::int64_t>::weigh(const HeldSum& sums) const {
  return sums.others;
}
template <>
double PeakFinder<double>::weigh(const HeldSum& sums) const {
  return schedule_.weighed(sums);
}

template <class Value>
HeldSum PeakFinder<Value>::group_sum(const Group& group, std::int64_t entries) const {
  return schedule_.of(group, per_entry(group, unit_) * entries);
}

// The largest, over layers, of what the layers below have changed and the layer itself adds.
template <class Value>
HeldSum PeakFinder<Value>::worst_layer(std::int64_t added) const {
  const auto plus = [](HeldSum a, HeldSum b) {
    return HeldSum{a.others + b.others, a.streaming + b.streaming};
  };
  const std::vector<Group>& groups = schedule_.groups;
  // Where nothing shrinks, the last layer is the worst: no need to try them all.
  if (last_layer_is_widest_ &&
      std::all_of(change_.begin(), change_.end(), [](std::int64_t c) { return c >= 0; })) {
    HeldSum sums;
    for (std::size_t r = 0; r < cells_.size(); ++r) {
      sums = plus(sums, {cells_[r].others * scale_ * change_[r],
                         cells_[r].streaming * scale_ * change_[r]});
    }
    for (auto group = groups.rbegin();
         group != groups.rend() && group->layer == groups.back().layer; ++group) {
      sums = plus(sums, group_sum(*group, added - change_[group->rule]));
    }
    return sums;
  }
  HeldSum below;
  HeldSum worst;
  bool first = true;
  for (std::size_t begin = 0; begin < groups.size();) {
    HeldSum own = below;
    std::size_t end = begin;
    for (; end < groups.size() && groups[end].layer == groups[begin].layer; ++end) {
      own = plus(own, group_sum(groups[end], added));
      below = plus(below, group_sum(groups[end], change_[groups[end].rule]));
    }
    if (first || weigh(own) > weigh(worst)) worst = own;
    first = false;
    begin = end;
  }
  return worst;
}

template <class Value>
void PeakFinder<Value>::raise(PeakAt<Value>& peak, Value value, std::int64_t pass) {
  if (value > peak.value) peak = {value, pass};
}

template <class Value>
void PeakFinder<Value>::see(std::int64_t pass, std::int64_t added,
                            std::span<const std::int64_t> past,
                            std::span<const std::int64_t> after) {
  HeldSum held;
  bool same = added == added_;
  for (std::size_t r = 0; r < cells_.size(); ++r) {
    held.others += cells_[r].others * past[r];
    held.streaming += cells_[r].streaming * past[r];
    const std::int64_t change = after[r] - past[r];
    same &= change == change_[r];
    change_[r] = change;
  }
  if (!same) {
    worst_ = worst_layer(added);
    added_ = added;
  }
  look(pass, added, held);
}

template <class Value>
void PeakFinder<Value>::look(std::int64_t pass, std::int64_t added, const HeldSum& held) {
  raise(peak_,
        weigh({held.others + all_cells_.others * added,
               held.streaming + all_cells_.streaming * added}),
        pass);
  raise(layerwise_,
        weigh({held.others * scale_ + worst_.others, held.streaming * scale_ + worst_.streaming}),
        pass);
}

// All cells alike: the worst layer is the first where entries are lost, the last where they are
// gained.
template <class Value>
void PeakFinder<Value>::see_one_rule(std::int64_t first, std::int64_t count, std::int64_t added,
                                     const std::int64_t* past, const std::int64_t* after) {
  const std::int64_t cells = cells_[0].others;
  const std::int64_t below_last = cells - last_width_;
  std::int64_t most = 0;
  std::int64_t most_layerwise = 0;
  std::size_t most_at = 0;
  std::size_t most_layerwise_at = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const std::int64_t layerwise =
        cells * past[i] + std::max(below_last * (after[i] - past[i]), std::int64_t{0});
    if (past[i] > most) {
      most = past[i];
      most_at = i;
    }
    if (layerwise > most_layerwise) {
      most_layerwise = layerwise;
      most_layerwise_at = i;
    }
  }
  raise(peak_, static_cast<Value>(cells * (most + added)),
        first + static_cast<std::int64_t>(most_at));
  raise(layerwise_, static_cast<Value>(most_layerwise + last_width_ * added),
        first + static_cast<std::int64_t>(most_layerwise_at));
}

template <class Value>
void PeakFinder<Value>::see_block(std::int64_t first, std::int64_t count, std::int64_t added,
                                  const std::int64_t* past, const std::int64_t* after,
                                  std::size_t stride) {
  if (cells_.size() == 1 && one_width_ && !schedule_.nominal_streaming) {
    see_one_rule(first, count, added, past, after);
    return;
  }
  const auto n = static_cast<std::size_t>(count);
  held_.assign(n, {});
  differs_.assign(n, 0);
  for (std::size_t r = 0; r < cells_.size(); ++r) {
    const std::int64_t* p = past + r * stride;
    const std::int64_t* a = after + r * stride;
    std::int64_t before = change_[r];
    for (std::size_t i = 0; i < n; ++i) {
      held_[i].others += cells_[r].others * p[i];
      held_[i].streaming += cells_[r].streaming * p[i];
      const std::int64_t change = a[i] - p[i];
      differs_[i] |= static_cast<char>(change != before);
      before = change;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (differs_[i] != 0 || added != added_) {
      for (std::size_t r = 0; r < cells_.size(); ++r) {
        change_[r] = after[r * stride + i] - past[r * stride + i];
      }
      worst_ = worst_layer(added);
      added_ = added;
    }
    look(first + static_cast<std::int64_t>(i), added, held_[i]);
  }
}

template class PeakFinder<std::int64_t>;
template class PeakFinder<double>;

}  // namespace kvf
