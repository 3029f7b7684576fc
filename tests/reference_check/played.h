// A schedule played, with what every rule held at every pass.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/simulate.h"

namespace kvf::reference {

inline PolicySpec spec(auto policy) { return {policy, policy.name}; }

struct Played {
  Schedule schedule;
  Result result;
  std::vector<Pass> passes;
  std::vector<std::vector<std::int64_t>> past, after;  // of each rule, pass by pass

  explicit Played(Schedule s)
      : schedule(std::move(s)), past(schedule.rules.size()), after(schedule.rules.size()) {
    result = simulate(schedule, [&](const PlayedBlock& block) {
      for (std::int64_t i = 0; i < block.count; ++i) {
        passes.push_back(schedule.plan.pass(block.run, block.first + i - block.run.first));
      }
      for (std::size_t r = 0; r < schedule.rules.size(); ++r) {
        past[r].insert(past[r].end(), block.past(r).begin(), block.past(r).end());
        after[r].insert(after[r].end(), block.after(r).begin(), block.after(r).end());
      }
    });
  }

  std::int64_t attended(std::uint32_t rule, std::size_t pass) const {
    return past[rule][pass] + (passes[pass].rows + passes[pass].appended).count();
  }
  // What the cache reports when the pass returns, before a later step of the eviction.
  std::int64_t cached(std::uint32_t rule, std::size_t pass) const {
    const auto before =
        before_drop(schedule.rules[rule], passes[pass], Tokens(attended(rule, pass)));
    return before ? before->count() : after[rule][pass];
  }
  std::int64_t left(std::uint32_t rule, std::size_t pass) const { return after[rule][pass]; }
  std::size_t prefill_passes() const {
    return static_cast<std::size_t>(
        std::count_if(passes.begin(), passes.end(),
                      [](const Pass& pass) { return pass.phase == Phase::prefill; }));
  }
  std::int64_t new_tokens(std::size_t pass) const {
    return (passes[pass].rows + passes[pass].appended).count();
  }
};

// The library's answer to a row that records an exception.
inline std::string answer(const Played& played) {
  return fmt::format("holds {} entries after the prefill, {} after decoding",
                     played.result.footprint.held_after_prefill.count(),
                     played.result.footprint.held_after_decode.count());
}

// The layers of a finished prefill or decoding. No pass at all: nothing is held.
inline std::vector<std::int64_t> layers_after(const Played& played, bool prefill) {
  std::vector<std::int64_t> values;
  for (const Group& group : played.schedule.groups) {
    const CellTotals& cell = played.result.rules[group.rule];
    values.push_back((prefill ? cell.after_prefill : cell.after_decode).count());
  }
  return values;
}

}  // namespace kvf::reference
