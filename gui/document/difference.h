// Two runs laid over each other, as a run of its own: "B - A".
#pragma once

#include "gui/document/document.h"

namespace kvf::gui {

// B less A, of series with equal name, device and unit in both, on each axis on which both are complete.
Run difference_run(const Run& a, const Run& b);

// What was found less what was expected, track by track. Passes are aligned by phase, as `kvfootprint
// compare` does it: the first of a decode is beside the first of the other; they lie where the expected
// ones do, on each axis of these. Passes of which one has more are its problems; where no pass was found
// is a gap. Of a trace, only what it holds between passes counts beside an expectation that is none, less
// what was there before. Runs without a track in common: difference_run().
Run residual_run(const Run& expected, const Run& found);

}  // namespace kvf::gui
