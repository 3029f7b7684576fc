// The passes of a schedule as a timeline has them.
#pragma once

#include <vector>

#include "models/pass.h"
#include "timeline/timeline.h"

namespace kvf {

// "prefill" and "decode", one after another; a conversation has several of each.
std::vector<PhaseSpan> phases_of(const PassPlan& plan);

// `first_row` and `rows` of each pass; the other columns are empty.
TrackColumns rows_of(const PassPlan& plan);

}  // namespace kvf
