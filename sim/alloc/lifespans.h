// The lives of a cell's entries: which are evicted, and when.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/life.h"
#include "models/pass.h"
#include "models/retention.h"
#include "models/units.h"
#include "sim/alloc/score_model.h"

namespace kvf {

// Follows one cell pass by pass. Memory: the entries that are alive.
//
// The number that stays is the rule's; Retention and the scores say which. Ties go by age: of equal
// scores the oldest goes first. Two things of published caches are told apart from the number only:
// entries that were appended to score a chunk have no life, and where dropping them leaves one
// entry although none was to stay (models/policies/chunked_eviction.h), it is the chunk's newest.
class LifeTracker {
 public:
  using Sink = std::function<void(const Life&)>;

  // `scores` must outlive this. `cell`: layer by layer, head by head.
  LifeTracker(const ScoreModel& scores, std::int64_t cell, Sink sink)
      : scores_(scores), cell_(cell), sink_(std::move(sink)) {}

  // The pass attends all that is alive and its own rows, then `stays` entries stay. Throws
  // std::logic_error if that is more than there are.
  void play(const Pass& pass, const Retention& retention, Tokens stays);
  // Tells the lives that go on. Call once, last.
  void finish();

  // Positions alive, oldest first.
  const std::vector<std::int64_t>& alive() const { return alive_; }
  // How many of them the last pass found before the first it evicted: those that a cache which
  // closes its gaps need not move.
  std::size_t before_first_victim() const { return before_first_victim_; }

 private:
  struct Birth {
    std::int64_t position;  // of the first row of the pass
    std::int64_t pass;
  };
  void evict_by_score(std::size_t low, std::size_t high, std::size_t count, std::int64_t now);
  void tell(const std::vector<std::int64_t>& positions, std::int64_t evicted);
  std::size_t birth_of(std::int64_t position) const;
  void forget_births();

  const ScoreModel& scores_;
  std::int64_t cell_;
  Sink sink_;
  std::vector<std::int64_t> alive_;
  std::vector<Birth> births_;  // of those alive, and perhaps some more
  std::vector<std::int64_t> victims_;
  std::size_t before_first_victim_ = 0;
  // Once scores have been asked for: the part of each that stays, side by side with alive_; NaN if
  // it is not known yet. Then those of a pass.
  std::vector<double> tastes_;
  std::vector<double> pass_scores_;
  std::vector<double> lowest_;
};

// What a pass does to the entries of a cell when `stays` stay of `past` and `rows` new ones. By age
// alone [first, end) go, counted from the oldest; by score, `count` of those in [first, end).
struct Selection {
  std::size_t first = 0;
  std::size_t end = 0;
  std::size_t count = 0;
  bool by_score = false;
};
// Throws std::logic_error if more stay than there are.
Selection select(Tokens past, Tokens rows, const Retention& retention, Tokens stays);

// What the lives contribute to the footprint, in entry-rows: each row of a pass reads every entry
// alive before it, and of its own pass those up to itself.
Area area_of(const std::vector<Life>& lives, const PassPlan& plan);

}  // namespace kvf
