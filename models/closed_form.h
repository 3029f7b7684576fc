// The figures of a schedule without playing it: from the segments of its rules.
#pragma once

#include <vector>

#include "models/footprint.h"
#include "models/peaks.h"
#include "models/segments.h"

namespace kvf {

// Cost: O(segments), which is a handful for every rule but those with a budget that moves.
Result closed_form(const Schedule& schedule);

// The peaks alone; a nominal share is rounded.
Peaks closed_form_peaks(const Schedule& schedule, Unit unit);

// The segments of one rule, for a curve.
std::vector<Segment> segments(const Rule& rule, const PassPlan& plan);

}  // namespace kvf
