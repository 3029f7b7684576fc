// Passes on an axis of integers (rows, passes, nanoseconds), and which of them a column of pixels shows.
#pragma once

#include <cstdint>
#include <vector>

namespace kvf {

// The passes [first, end) that a column shows; none where first == end.
struct PassColumn {
  std::int64_t first = 0;
  std::int64_t end = 0;
  friend bool operator==(const PassColumn&, const PassColumn&) = default;
};

// When each pass begins; it lasts until the next one begins. Immutable.
class PassAxis {
 public:
  // An axis that counts passes.
  explicit PassAxis(std::int64_t passes = 0) : end_(passes), passes_(passes) {}
  // Passes may begin together: then all but the last have no width. Throws std::invalid_argument for
  // begins that descend, or an end before the last of them.
  PassAxis(std::vector<std::int64_t> begins, std::int64_t end);

  std::int64_t passes() const { return passes_; }
  // x of a pass; of passes() the end of the axis.
  std::int64_t begin(std::int64_t pass) const;
  std::int64_t end() const { return end_; }

  // The pass that x is in, of several that begin there the last; -1 before the first and from the end.
  std::int64_t pass_at(double x) const;
  // What each of `count` equal columns of [begin, end) shows: the pass that it enters with and all
  // that begin in it. No pass is between two columns; those of no width at the axis' end are in the
  // column that reaches it.
  std::vector<PassColumn> columns(double begin, double end, std::int64_t count) const;

 private:
  std::int64_t first_from(double x) const;  // the first pass that begins at or after x

  std::vector<std::int64_t> begins_;  // none: pass p begins at p
  std::int64_t end_ = 0;
  std::int64_t passes_ = 0;
};

}  // namespace kvf
