// How the usual kinds of rule become segments. A rule's own file says which of these it is.
//
// Each function takes what the cell holds before the first pass and returns what it holds after
// the last; `sink(const Segment&)` receives the segments in order.
#pragma once

#include <algorithm>

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

// No closed form: plays the rule's keep() and joins passes that continue a line. O(passes).
template <class Rule, class Sink>
Tokens play_each_pass(const Rule& rule, typename Rule::State& state, const PassPlan& plan,
                      const PassRun& run, Tokens past, Sink&& sink) {
  Segment open{run.first, 0, run.rows, run.appended, past, {}, {}, {}};
  Pass pass = plan.pass(run, 0);
  for (std::int64_t i = 0; i < run.count; ++i) {
    const Tokens after = rule.keep(state, pass, past + run.rows + run.appended);
    if (open.count == 1) {
      open.past_step = past - open.past;
      open.after_step = after - open.after;
      open.count = 2;
    } else if (open.count >= 2 && past == open.past_at(open.count) &&
               after == open.after_at(open.count)) {
      ++open.count;
    } else {
      if (open.count > 0) sink(open);
      open = {pass.index, 1, run.rows, run.appended, past, {}, after, {}};
    }
    past = after;
    ++pass.index;
    pass.position += run.rows;
  }
  if (open.count > 0) sink(open);
  return past;
}

}  // namespace kvf
