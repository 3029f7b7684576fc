#include "sim/alloc/lifespans.h"

#include <algorithm>
#include <stdexcept>

namespace kvf {

void LifeTracker::play(const Pass& pass, const Retention& retention, Tokens stays) {
  const std::size_t past = alive_.size();
  births_.push_back({pass.position.count(), pass.index});
  for (std::int64_t row = 0; row < pass.rows.count(); ++row) {
    alive_.push_back(pass.position.count() + row);
  }
  const std::size_t size = alive_.size();
  const auto stay = static_cast<std::size_t>(stays.count());
  if (stays < Tokens{} || stay > size) throw std::logic_error("more entries stay than there are");
  std::size_t count = size - stay;
  if (count == 0) return;
  victims_.clear();

  // The scope [begin, size) and in it, between what is protected, [low, high).
  const std::size_t begin = retention.new_rows_only ? past : 0;
  const std::size_t scope = size - begin;
  const std::size_t last = std::min(static_cast<std::size_t>(retention.last.count()), scope);
  const std::size_t first =
      std::min(static_cast<std::size_t>(retention.first.count()), scope - last);
  const std::size_t low = begin + first;
  const std::size_t high = size - last;

  if (count < high - low) {
    const std::int64_t now = (pass.position + pass.rows).count();
    struct Candidate {
      double score;
      std::int64_t position;
      bool operator<(const Candidate& other) const {
        return score != other.score ? score < other.score : position < other.position;
      }
    };
    std::vector<Candidate> candidates;
    candidates.reserve(high - low);
    for (std::size_t i = low; i < high; ++i) {
      candidates.push_back({scores_.score(cell_, alive_[i], now), alive_[i]});
    }
    const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(candidates.begin(), middle, candidates.end());
    for (auto c = candidates.begin(); c != middle; ++c) victims_.push_back(c->position);
    std::sort(victims_.begin(), victims_.end());
  } else {
    // All between go; then the protected: the oldest of the last, the newest of the first; then
    // what lies before the scope, newest first.
    const std::size_t more = count - (high - low);
    const std::size_t of_last = std::min(more, last);
    const std::size_t before_them = more - of_last;  // of the first, then before the scope
    for (std::size_t i = low - before_them; i < high + of_last; ++i) {
      victims_.push_back(alive_[i]);
    }
  }
  std::vector<std::int64_t> left;
  left.reserve(stay);
  std::set_difference(alive_.begin(), alive_.end(), victims_.begin(), victims_.end(),
                      std::back_inserter(left));
  alive_ = std::move(left);
  tell(victims_, pass.index);
  if (births_.size() > 2 * alive_.size() + 64) forget_births();
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
  for (std::size_t i = 0; i < positions.size();) {
    const std::size_t birth = birth_of(positions[i]);
    const std::int64_t next_birth =
        birth + 1 < births_.size() ? births_[birth + 1].position : positions.back() + 1;
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
