#include "sim/alloc/lifespans.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace kvf {

namespace {

constexpr std::size_t kSampled = 64;  // one in so many

// What a selection looks at: the lowest scores, all of them, and at least `count`. A sample says up
// to which they are (Floyd and Rivest, 1975): the many above it are only counted past.
void lowest_of(const std::vector<double>& scores, std::size_t count, std::vector<double>& lowest) {
  lowest.clear();
  for (std::size_t i = 0; i < scores.size(); i += kSampled) lowest.push_back(scores[i]);
  const double share = static_cast<double>(count) / static_cast<double>(scores.size());
  const double expected = share * static_cast<double>(lowest.size());
  const auto rank = static_cast<std::size_t>(expected + 4 * std::sqrt(expected) + 1);
  if (rank < lowest.size()) {
    const auto at = lowest.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(lowest.begin(), at, lowest.end());
    const double limit = *at;
    lowest.clear();
    std::copy_if(scores.begin(), scores.end(), std::back_inserter(lowest),
                 [&](double score) { return score <= limit; });
    if (lowest.size() >= count) return;
  }
  lowest = scores;
}

}  // namespace

Selection select(Tokens past, Tokens rows, const Retention& retention, Tokens stays) {
  const auto size = static_cast<std::size_t>((past + rows).count());
  const auto stay = static_cast<std::size_t>(stays.count());
  if (stays < Tokens{} || stay > size) throw std::logic_error("more entries stay than there are");
  const std::size_t count = size - stay;
  if (count == 0) return {};

  // The scope [begin, size) and in it, between what is protected, [low, high).
  const std::size_t begin =
      retention.new_rows_only ? static_cast<std::size_t>(past.count()) : std::size_t{0};
  const std::size_t scope = size - begin;
  const std::size_t last = std::min(static_cast<std::size_t>(retention.last.count()), scope);
  const std::size_t first =
      std::min(static_cast<std::size_t>(retention.first.count()), scope - last);
  const std::size_t low = begin + first;
  const std::size_t high = size - last;
  if (count < high - low) return {low, high, count, true};
  // All between go; then the protected: the oldest of the last, the newest of the first; then
  // what lies before the scope, newest first.
  const std::size_t more = count - (high - low);
  const std::size_t of_last = std::min(more, last);
  const std::size_t before_them = more - of_last;  // of the first, then before the scope
  return {low - before_them, high + of_last, count, false};
}

void LifeTracker::play(const Pass& pass, const Retention& retention, Tokens stays) {
  const Tokens past(static_cast<std::int64_t>(alive_.size()));
  births_.push_back({pass.position.count(), pass.index});
  for (std::int64_t row = 0; row < pass.rows.count(); ++row) {
    alive_.push_back(pass.position.count() + row);
  }
  if (!tastes_.empty()) {
    tastes_.resize(alive_.size(), std::numeric_limits<double>::quiet_NaN());
  }
  before_first_victim_ = alive_.size();
  const Selection selection = select(past, pass.rows, retention, stays);
  if (selection.count == 0) return;
  if (selection.by_score) {
    evict_by_score(selection.first, selection.end, selection.count,
                   (pass.position + pass.rows).count());
  } else {
    const auto first = static_cast<std::ptrdiff_t>(selection.first);
    const auto end = static_cast<std::ptrdiff_t>(selection.end);
    victims_.assign(alive_.begin() + first, alive_.begin() + end);
    alive_.erase(alive_.begin() + first, alive_.begin() + end);
    if (!tastes_.empty()) tastes_.erase(tastes_.begin() + first, tastes_.begin() + end);
    before_first_victim_ = selection.first;
  }
  tell(victims_, pass.index);
  if (births_.size() > 2 * alive_.size() + 64) forget_births();
}

// Of the entries [low, high) the `count` lowest scores go.
void LifeTracker::evict_by_score(std::size_t low, std::size_t high, std::size_t count,
                                 std::int64_t now) {
  tastes_.resize(alive_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = low; i < high; ++i) {
    if (std::isnan(tastes_[i])) tastes_[i] = scores_.taste(cell_, alive_[i]);
  }
  const auto at = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  pass_scores_.assign(tastes_.begin() + at(low), tastes_.begin() + at(high));
  // Newest first, until there is none.
  for (std::size_t i = high; i-- > low;) {
    const double bonus = scores_.recency(alive_[i], now);
    if (bonus == 0) break;
    pass_scores_[i - low] += bonus;
  }
  lowest_of(pass_scores_, count, lowest_);
  const auto middle = lowest_.begin() + at(count - 1);
  std::nth_element(lowest_.begin(), middle, lowest_.end());
  const double limit = *middle;  // the highest score that goes
  const auto below = std::count_if(lowest_.begin(), middle, [&](double s) { return s < limit; });
  std::size_t equal = count - static_cast<std::size_t>(below);  // of those at the limit, so many

  victims_.clear();
  std::size_t to = low;
  for (std::size_t i = low; i < high; ++i) {
    const double score = pass_scores_[i - low];
    const bool at_limit = score == limit && equal > 0;
    if (at_limit) --equal;
    if (score < limit || at_limit) {
      if (victims_.empty()) before_first_victim_ = i;
      victims_.push_back(alive_[i]);
    } else {
      alive_[to] = alive_[i];
      tastes_[to++] = tastes_[i];
    }
  }
  alive_.erase(alive_.begin() + at(to), alive_.begin() + at(high));
  tastes_.erase(tastes_.begin() + at(to), tastes_.begin() + at(high));
}

void LifeTracker::finish() { tell(alive_, Life::kNever); }

std::size_t LifeTracker::birth_of(std::int64_t position) const {
  const auto after = std::upper_bound(
      births_.begin(), births_.end(), position,
      [](std::int64_t wanted, const Birth& birth) { return wanted < birth.position; });
  return static_cast<std::size_t>(after - births_.begin()) - 1;
}

// Leaves the births of what is alive.
void LifeTracker::forget_births() {
  std::vector<Birth> kept;
  for (const std::int64_t position : alive_) {
    const Birth& birth = births_[birth_of(position)];
    if (kept.empty() || kept.back().pass != birth.pass) kept.push_back(birth);
  }
  births_ = std::move(kept);
}

void LifeTracker::tell(const std::vector<std::int64_t>& positions, std::int64_t evicted) {
  std::size_t birth = 0;
  std::int64_t next_birth = 0;  // no position is below it
  for (std::size_t i = 0; i < positions.size();) {
    if (positions[i] >= next_birth) {
      birth = birth_of(positions[i]);
      next_birth = birth + 1 < births_.size() ? births_[birth + 1].position : positions.back() + 1;
    }
    std::size_t end = i + 1;
    while (end < positions.size() && positions[end] == positions[end - 1] + 1 &&
           positions[end] < next_birth) {
      ++end;
    }
    sink_({positions[i], positions[end - 1], births_[birth].pass, evicted});
    i = end;
  }
}

Area area_of(const std::vector<Life>& lives, const PassPlan& plan) {
  // rows_before[p]: query rows of the passes before p.
  std::vector<std::int64_t> rows_before{0};
  for (const PassRun& run : plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      rows_before.push_back(rows_before.back() + run.rows.count());
    }
  }
  Int128 sum = 0;
  for (const Life& life : lives) {
    const std::int64_t last_pass = life.evicted == Life::kNever ? plan.passes() - 1 : life.evicted;
    // An entry is read from its own row on, to the last row of its last pass.
    const Int128 end = rows_before[static_cast<std::size_t>(last_pass) + 1];
    const Int128 n = life.last - life.first + 1;
    sum += n * end - (static_cast<Int128>(life.first) + life.last) * n / 2;
  }
  return Area(sum);
}

}  // namespace kvf
