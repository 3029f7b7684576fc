// How the usual kinds of rule become segments. A rule's own file says which of these it is.
//
// Each function takes what the cell holds before the first pass and returns what it holds after
// the last; `sink(const Segment&)` receives the segments in order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "models/pass.h"

namespace kvf {

// Every pass adds `kept` entries to what is there.
template <class Sink>
Tokens add_each_pass(const PassRun& run, Tokens past, Tokens kept, Sink&& sink) {
  if (run.count == 0) return past;
  sink(Segment{run.first, run.count, run.rows, run.appended, past, kept, past + kept, kept});
  return past + kept.times(run.count);
}

// The part of `run` from pass `skip` on.
inline PassRun rest_of(PassRun run, std::int64_t skip) {
  run.first += skip;
  run.count -= skip;
  run.position += run.rows.times(skip);
  return run;
}

// Every pass keeps all, but no more than `capacity` entries stay.
template <class Sink>
Tokens cap_each_pass(PassRun run, Tokens past, Tokens capacity, Sink&& sink) {
  const std::int64_t room = past < capacity ? (capacity - past) / run.rows : 0;
  const std::int64_t grows = std::min(room, run.count);
  if (grows > 0) {
    PassRun growing = run;
    growing.count = grows;
    past = add_each_pass(growing, past, run.rows, sink);
    run = rest_of(run, grows);
  }
  if (run.count > 0 && past != capacity) {
    sink(Segment{run.first, 1, run.rows, run.appended, past, {}, capacity, {}});
    past = capacity;
    run = rest_of(run, 1);
  }
  if (run.count > 0) {
    sink(Segment{run.first, run.count, run.rows, run.appended, past, {}, past, {}});
  }
  return past;
}

// Some passes of one run, played: pass first + i finds past[i] entries in the cell and leaves
// after[i].
struct PlayedPasses {
  const PassRun& run;
  std::int64_t first = 0;
  std::span<const std::int64_t> past;
  std::span<const std::int64_t> after;
};

// Passes that continue a line become one segment.
template <class Sink>
void join_passes(const PlayedPasses& played, Sink&& sink) {
  const PassRun& run = played.run;
  Segment open{played.first, 0, run.rows, run.appended, {}, {}, {}, {}};
  for (std::size_t i = 0; i < played.past.size(); ++i) {
    const Tokens past{played.past[i]};
    const Tokens after{played.after[i]};
    if (open.count == 1) {
      open.past_step = past - open.past;
      open.after_step = after - open.after;
      open.count = 2;
    } else if (open.count >= 2 && past == open.past_at(open.count) &&
               after == open.after_at(open.count)) {
      ++open.count;
    } else {
      if (open.count > 0) sink(open);
      open = {played.first + static_cast<std::int64_t>(i),
              1,
              run.rows,
              run.appended,
              past,
              {},
              after,
              {}};
    }
  }
  if (open.count > 0) sink(open);
}

// No closed form: plays the rule's keep(). O(passes). A sink that takes PlayedPasses receives them
// as they are, another one as segments.
template <class Rule, class Sink>
Tokens play_each_pass(const Rule& rule, typename Rule::State& state, const PassPlan& plan,
                      const PassRun& run, Tokens past, Sink&& sink) {
  constexpr std::int64_t kBlock = 256;
  std::array<std::int64_t, kBlock> before;
  std::array<std::int64_t, kBlock> after;
  Pass pass = plan.pass(run, 0);
  for (std::int64_t done = 0; done < run.count; done += kBlock) {
    const auto count = static_cast<std::size_t>(std::min(kBlock, run.count - done));
    const std::int64_t first = pass.index;
    for (std::size_t i = 0; i < count; ++i) {
      before[i] = past.count();
      past = rule.keep(state, pass, past + run.rows + run.appended);
      after[i] = past.count();
      ++pass.index;
      pass.position += run.rows;
    }
    const PlayedPasses played{run, first, {before.data(), count}, {after.data(), count}};
    if constexpr (requires { sink(played); }) {
      sink(played);
    } else {
      join_passes(played, sink);
    }
  }
  return past;
}

// The same for all runs of a plan.
template <class Rule, class Sink>
void play_plan(const Rule& rule, const PassPlan& plan, Sink&& sink) {
  Tokens held;
  typename Rule::State state;
  for (const PassRun& run : plan.runs) {
    held = play_each_pass(rule, state, plan, run, held, sink);
  }
}

}  // namespace kvf
