#include "sim/lives.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace kvf {
namespace {

std::int64_t number_of(const Schedule& schedule, const CellRef& cell) {
  const Group& group = schedule.groups.at(cell.group);
  if (cell.head < 0 || cell.head >= group.heads.count()) {
    throw std::out_of_range("the group has no such head");
  }
  std::int64_t number = cell.head;
  for (std::size_t g = 0; g < cell.group; ++g) number += schedule.groups[g].heads.count();
  return number;
}

// How many of the entries a row could attend it reads.
std::int64_t reads_of(const Schedule& schedule, Phase phase, std::int64_t entries) {
  const auto& active = schedule.active_read;
  if (!active || !active->applies(phase)) return entries;
  if (active->tokens) return std::min(active->tokens->count(), entries);
  return static_cast<std::int64_t>(active->share * static_cast<double>(entries));
}

// Fills in what a row reads: itself, then the best-scored of what it could attend.
void mark_active(std::string& line, const std::vector<std::int64_t>& readable, std::int64_t reads,
                 const ScoreModel& scores, std::int64_t cell, std::int64_t row) {
  std::vector<std::int64_t> best = readable;
  std::stable_sort(best.begin(), best.end(), [&](std::int64_t a, std::int64_t b) {
    if (a == row || b == row) return a == row && b != row;
    return scores.score(cell, a, row + 1) > scores.score(cell, b, row + 1);
  });
  for (const std::int64_t key : readable) line[static_cast<std::size_t>(key)] = 'o';
  for (std::int64_t i = 0; i < reads; ++i) {
    line[static_cast<std::size_t>(best[static_cast<std::size_t>(i)])] = '#';
  }
}

}  // namespace

CellRef find_cell(const Schedule& schedule, std::int64_t layer, std::int64_t head) {
  std::int64_t heads = 0;
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    const Group& group = schedule.groups[g];
    if (group.layer != layer) continue;
    if (head >= heads && head < heads + group.heads.count()) return {g, head - heads};
    heads += group.heads.count();
  }
  if (heads == 0) {
    throw std::out_of_range(
        fmt::format("there is no layer {}; expected 0 to {}", layer, schedule.shape.layers - 1));
  }
  throw std::out_of_range(
      fmt::format("layer {} has no head {}; expected 0 to {}", layer, head, heads - 1));
}

std::int64_t head_in_layer(const Schedule& schedule, const CellRef& cell) {
  std::int64_t head = cell.head;
  for (std::size_t g = 0; g < cell.group; ++g) {
    if (schedule.groups[g].layer == schedule.groups[cell.group].layer) {
      head += schedule.groups[g].heads.count();
    }
  }
  return head;
}

void play_lives(const Schedule& schedule, const CellRef& cell, const ScoreModel& scores,
                const LifeTracker::Sink& sink,
                const std::function<void(const Pass&, const std::vector<std::int64_t>&)>& watch) {
  LifeTracker tracker(scores, number_of(schedule, cell), sink);
  const Rule& rule = schedule.rules[schedule.groups[cell.group].rule];
  RuleState state = initial_state(rule);
  Tokens held;
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      if (watch) watch(pass, tracker.alive());
      held = keep(rule, state, pass, held + pass.rows + pass.appended);
      // Appended tokens that stay have no life: no more rows can live than there are.
      const Tokens alive(static_cast<std::int64_t>(tracker.alive().size()));
      tracker.play(pass, retention(rule, pass), std::min(held, alive + pass.rows));
    }
  }
  tracker.finish();
}

std::string attention_map(const Schedule& schedule, const CellRef& cell, const ScoreModel& scores) {
  const auto keys = static_cast<std::size_t>(schedule.plan.rows().count());
  const std::int64_t number = number_of(schedule, cell);
  std::string map;
  play_lives(
      schedule, cell, scores, [](const Life&) {},
      [&](const Pass& pass, const std::vector<std::int64_t>& alive) {
        std::vector<std::int64_t> readable = alive;
        for (std::int64_t i = 0; i < pass.rows.count(); ++i) {
          const std::int64_t row = pass.position.count() + i;
          readable.push_back(row);
          std::string line(static_cast<std::size_t>(row), '.');
          line.resize(keys, ' ');
          mark_active(line, readable,
                      reads_of(schedule, pass.phase, static_cast<std::int64_t>(readable.size())),
                      scores, number, row);
          const bool first = i == 0;
          map += fmt::format("{:>7} {:>5} |{}|\n",
                             first ? (pass.phase == Phase::prefill ? "prefill" : "decode") : "",
                             row, line);
        }
      });
  return map;
}

}  // namespace kvf
