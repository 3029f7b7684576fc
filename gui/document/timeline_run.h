// A timeline that is in memory (a trace, a prediction, a what-if) as a run of a document.
#pragma once

#include "gui/document/document.h"
#include "timeline/timeline.h"

namespace kvf::gui {

// `run`: what it is called; series, phases and markers are filled in, all of them complete. Throws
// OverflowError for times or rows past 64 bits, std::invalid_argument for what is no timeline.
Run with_timeline(Run run, const Timeline& timeline);

}  // namespace kvf::gui
