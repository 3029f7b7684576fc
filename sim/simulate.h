// Plays a schedule pass by pass.
//
// The only loop over passes. A chunk of one token makes it token by token. The loop owns what each
// cell holds; the rule only says what stays. It gives the same Result as closed_form(), to the
// integer: that is tested for every rule.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "models/footprint.h"
#include "models/schedule.h"

namespace kvf {

// Some passes of one run, played. past(r)[i] and after(r)[i] are of one cell of rule r.
struct PlayedBlock {
  const PassRun& run;
  std::int64_t first = 0;  // index of the first pass
  std::int64_t count = 0;
  Tokens position;  // of its first row
  const std::int64_t* past_of_all;
  const std::int64_t* after_of_all;
  std::size_t stride = 0;

  std::span<const std::int64_t> past(std::size_t rule) const {
    return {past_of_all + rule * stride, static_cast<std::size_t>(count)};
  }
  std::span<const std::int64_t> after(std::size_t rule) const {
    return {after_of_all + rule * stride, static_cast<std::size_t>(count)};
  }
};

// `watch`, if given, sees every pass once, in order. Time: a few ns a pass and rule; memory: does
// not depend on the number of passes.
Result simulate(const Schedule& schedule,
                const std::function<void(const PlayedBlock&)>& watch = {});

}  // namespace kvf
