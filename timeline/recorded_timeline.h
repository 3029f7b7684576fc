// A recording as a timeline: its passes as a track, its bytes over time as curves.
#pragma once

#include <string>

#include "timeline/recording.h"
#include "timeline/replay.h"
#include "timeline/timeline.h"

namespace kvf {

// Of each device the curves `live` and `reserved`, if they were recorded. If there are annotations
// that are passes, of each device a track `allocated` (`allocated cuda:0` where there are several):
// live bytes before, at most during, and after each pass; their phases (the name without the number
// at its end: "decode 3" is of the phase "decode"); and the clock `passes`. Times begin at 0. Bytes
// that are below 0, because allocations were lost, are 0 here. Throws OverflowError.
Timeline timeline_of(const Recording& recording, const std::string& pass_names = kPassNames);

}  // namespace kvf
