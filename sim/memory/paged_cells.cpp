#include "sim/memory/paged_cells.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/alloc/lifespans.h"

namespace kvf {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// One rule by number alone, pass by pass. Entries of rows and of appended tokens are told apart as
// LifeTracker does: no more rows can be alive than there are.
class Counts {
 public:
  explicit Counts(const Rule& rule) : rule_(rule), state_(initial_state(rule)) {}

  // What stays of the rows. Before it, `rows_alive` are alive.
  Tokens play(const Pass& pass) {
    held_ = keep(rule_, state_, pass, held_ + pass.rows + pass.appended);
    rows_ = std::min(held_, rows_ + pass.rows);
    return rows_;
  }
  Tokens rows_alive() const { return rows_; }
  Tokens appended_alive() const { return held_ - rows_; }

 private:
  const Rule& rule_;
  RuleState state_;
  Tokens held_;
  Tokens rows_;
};

template <class See>
void for_each_pass(const PassPlan& plan, See&& see) {
  for (const PassRun& run : plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) see(plan.pass(run, i));
  }
}

// By pass: whether a rule keeps some of what is appended.
std::vector<bool> keeps_appended(const Schedule& schedule) {
  std::vector<bool> keeps(at(schedule.plan.passes()), false);
  if (std::all_of(schedule.plan.runs.begin(), schedule.plan.runs.end(),
                  [](const PassRun& run) { return run.appended == Tokens{}; })) {
    return keeps;
  }
  for (const Rule& rule : schedule.rules) {
    Counts counts(rule);
    for_each_pass(schedule.plan, [&](const Pass& pass) {
      const Tokens before = counts.appended_alive();
      counts.play(pass);
      if (counts.appended_alive() > before) keeps[at(pass.index)] = true;
    });
  }
  return keeps;
}

// Where the appended tokens of a cell are that are alive. The newest go first.
class AppendedSlots {
 public:
  // After a pass `alive` of them are.
  void play(const Write& write, std::int64_t rows, std::int64_t alive, SlotEnds& ends) {
    while (std::ssize(alive_) > alive) {
      ends.last[at(alive_.back())] = write.pass;
      alive_.pop_back();
    }
    for (std::int64_t slot = write.first + rows; slot < write.end; ++slot) {
      if (std::ssize(alive_) < alive) {
        alive_.push_back(slot);
      } else {
        ends.last[at(slot)] = write.pass;
      }
    }
  }

 private:
  std::vector<std::int64_t> alive_;
};

}  // namespace

Slots slots_of(const Schedule& schedule, const std::function<std::int64_t(std::int64_t)>& pass_of) {
  const std::int64_t passes = schedule.plan.passes();
  if (schedule.plan.rows().count() > kMostPaged || passes > kMostPaged) {
    throw std::invalid_argument(
        fmt::format("{} tokens in {} passes are too many to follow the blocks of each; expected "
                    "at most {} of both",
                    schedule.plan.rows().count(), passes, kMostPaged));
  }
  const std::vector<bool> keeps = keeps_appended(schedule);
  Slots slots;
  slots.writes.reserve(at(passes));
  std::int64_t next = 0;
  for_each_pass(schedule.plan, [&](const Pass& pass) {
    const bool stay = keeps[at(pass.index)];
    const std::int64_t end = next + (pass.rows + (stay ? pass.appended : Tokens{})).count();
    slots.add({static_cast<PassNumber>(pass_of(pass.index)), next, end,
               stay ? 0 : pass.appended.count(), next - pass.position.count()});
    next = end;
  });
  return slots;
}

std::int64_t scored_entries(const Schedule& schedule, std::size_t rule) {
  Counts counts(schedule.rules[rule]);
  std::int64_t scored = 0;
  for_each_pass(schedule.plan, [&](const Pass& pass) {
    const Tokens past = counts.rows_alive();
    const Tokens stays = counts.play(pass);
    const Selection selection =
        select(past, pass.rows, retention(schedule.rules[rule], pass), stays);
    if (selection.by_score) scored += static_cast<std::int64_t>(selection.end - selection.first);
  });
  return scored;
}

CellPages play_pages(const Schedule& schedule, const Slots& slots, std::size_t rule,
                     std::int64_t cell, const ScoreModel& scores) {
  CellPages pages{SlotEnds(slots.born.size())};
  LifeTracker tracker(scores, cell, [&](const Life& life) {
    const auto first = pages.ends.last.begin() + (life.first + slots.writes[at(life.born)].shift);
    std::fill(first, first + (life.last - life.first + 1), slots.writes[at(life.evicted)].pass);
  });
  Counts counts(schedule.rules[rule]);
  AppendedSlots appended;
  for_each_pass(schedule.plan, [&](const Pass& pass) {
    const Tokens stays = counts.play(pass);
    tracker.play(pass, retention(schedule.rules[rule], pass), stays);
    appended.play(slots.writes[at(pass.index)], pass.rows.count(), counts.appended_alive().count(),
                  pages.ends);
    // Where a row goes no appended token stays (Counts), so that only rows can move.
    pages.moved +=
        std::ssize(tracker.alive()) - static_cast<std::int64_t>(tracker.before_first_victim());
  });
  return pages;
}

}  // namespace kvf
