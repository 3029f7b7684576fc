#include "sim/simulate.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "models/peaks.h"

namespace kvf {
namespace {

constexpr std::int64_t kBlock = 512;

// One rule in play.
struct Player {
  const Rule& rule;
  RuleState state;
  Tokens past;
  CellTotals totals;
};

// Plays `count` passes of one rule, from `pass` on.
template <class R>
void play(const R& rule, typename R::State& state, Pass pass, std::int64_t count, Player& player,
          std::int64_t* past_out, std::int64_t* after_out) {
  Tokens past = player.past;
  const Tokens added = pass.rows + pass.appended;
  Tokens most;
  std::int64_t sum_of_past = 0;  // cannot overflow: kBlock * 2^51 at most
  bool lawful = true;
  for (std::int64_t i = 0; i < count; ++i) {
    const Tokens size = past + added;
    const Tokens after = rule.keep(state, pass, size);
    lawful &= after >= Tokens{} && after <= size;
    past_out[i] = past.count();
    after_out[i] = after.count();
    sum_of_past += past.count();
    most = std::max(most, size);
    past = after;
    ++pass.index;
    pass.position += pass.rows;
  }
  if (!lawful) throw std::logic_error("a rule keeps less than nothing, or more than there is");
  player.past = past;
  player.totals.peak = std::max(player.totals.peak, most);
  player.totals.active_entries += Area(static_cast<Int128>(pass.rows.count()) * sum_of_past +
                                       triangle(pass.rows.count()) * count);
}

// What a sparse policy reads in the passes just played, row by row.
void count_reads(const ActiveRead& active, const PassRun& run, std::span<const std::int64_t> past,
                 CellTotals& totals) {
  for (const std::int64_t held : past) {
    totals.readable += causal_area(run.rows, Tokens(held));
    if (active.tokens) totals.read += active.read(run.rows, Tokens(held));
  }
}

template <class Value>
Result play_all(const Schedule& schedule, const std::function<void(const PlayedBlock&)>& watch) {
  PeakFinder<Value> peaks(schedule);
  std::vector<Player> players;
  for (const Rule& rule : schedule.rules) players.push_back({rule, initial_state(rule), {}, {}});
  std::vector<std::int64_t> past(players.size() * kBlock);
  std::vector<std::int64_t> after(players.size() * kBlock);

  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t done = 0; done < run.count; done += kBlock) {
      const std::int64_t count = std::min(kBlock, run.count - done);
      const Pass pass = schedule.plan.pass(run, done);
      for (std::size_t r = 0; r < players.size(); ++r) {
        Player& player = players[r];
        std::int64_t* const past_out = past.data() + r * kBlock;
        std::visit(
            [&]<class R>(const R& rule) {
              play(rule, std::get<typename R::State>(player.state.v), pass, count, player, past_out,
                   after.data() + r * kBlock);
            },
            player.rule.v);
        if (schedule.reads_sparsely(r) && schedule.active_read->applies(run.phase)) {
          count_reads(*schedule.active_read, run, {past_out, static_cast<std::size_t>(count)},
                      player.totals);
        }
      }
      peaks.see_block(pass.index, count, (run.rows + run.appended).count(), past.data(),
                      after.data(), kBlock);
      if (watch) {
        watch({run, pass.index, count, pass.position, past.data(), after.data(), kBlock});
      }
    }
    for (Player& player : players) {
      if (run.phase == Phase::prefill) player.totals.after_prefill = player.past;
      player.totals.after_decode = player.past;
    }
  }
  std::vector<CellTotals> totals;
  for (const Player& player : players) totals.push_back(player.totals);
  return make_result(schedule, std::move(totals), peaks);
}

}  // namespace

Result simulate(const Schedule& schedule, const std::function<void(const PlayedBlock&)>& watch) {
  return schedule.nominal_streaming ? play_all<double>(schedule, watch)
                                    : play_all<std::int64_t>(schedule, watch);
}

}  // namespace kvf
