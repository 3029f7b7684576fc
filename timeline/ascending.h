// Numbers that ascend, and where one lies among them without looking at many.
//
// Every 16th of them is kept once more on its own, every 16th of those again, and so on: 7 % more
// memory, and a search among ten million reads what caches hold.
#pragma once

#include <cstdint>
#include <vector>

namespace kvf {

// Equal neighbours allowed. Immutable: threads and series share it.
class Ascending {
 public:
  Ascending() = default;
  // Throws std::invalid_argument for numbers that descend.
  explicit Ascending(std::vector<std::int64_t> numbers);

  std::int64_t size() const { return std::ssize(numbers_); }
  std::int64_t operator[](std::int64_t i) const { return numbers_[static_cast<std::size_t>(i)]; }
  // The same, read where few others lie if i is a multiple of 16, 256, ...
  std::int64_t coarse(std::int64_t i) const;
  std::int64_t front() const { return numbers_.front(); }
  std::int64_t back() const { return numbers_.back(); }
  auto begin() const { return numbers_.begin(); }
  auto end() const { return numbers_.end(); }

  // The place of the first one at or above x; size() if there is none. With a slack it may be a place
  // behind that: a multiple of 16, 256, ..., with no number before it above x + slack.
  std::int64_t first_from(std::int64_t x, std::int64_t slack = 0) const;

 private:
  std::vector<std::int64_t> numbers_;
  // levels_[k][i] is numbers_[i * 16^(k + 1)].
  std::vector<std::vector<std::int64_t>> levels_;
};

}  // namespace kvf
