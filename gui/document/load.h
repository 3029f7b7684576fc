// Files -> Document, coarse level first: run files, anything profiler/import reads, and scenarios (as
// predictions). What a file is, its content says.
//
// No Qt. Nothing here throws for a file that cannot be read: its reader's words go to Document::errors
// and the others are opened.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "gui/document/document.h"

namespace kvf::gui {

struct LoadOptions {
  // How many points are read of run files, all together. What goes beyond keeps its outline, and
  // load_detail() reads what is looked at.
  std::int64_t most_points = 64'000'000;
};

// Which file it is, however its name is written: what two names of one file have in common.
std::string path_of(const std::string& file);

// What the indexes of run files say; of a file that is named twice, once. Traces and scenarios are left for complete().
Document load_outline(const std::vector<std::string>& files);

// Called with what is there so far, not more often than a screen can show.
using Progress = std::function<void(const Document&)>;

// Reads what is left: all totals of run files before their layers, then traces, then scenarios.
// Stops between two series (a trace is read as a whole).
Document complete(const Document& outline, const Progress& progress = {}, std::stop_token stop = {},
                  const LoadOptions& options = {});

// The same document, in which series that are outlines have the steps of those chunks that touch
// [begin, end] of this axis, and no others. A series of which that is more than `options` allows stays
// an outline.
Document load_detail(const Document& document, Axis axis, std::int64_t begin, std::int64_t end,
                     const LoadOptions& options = {});

}  // namespace kvf::gui
