// Labels at the highest points of what a lane shows.
#pragma once

#include <QPainter>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gui/render/frame.h"
#include "gui/render/labels.h"

namespace kvf::gui {

// The highest point of a series within the range, the first of several.
struct PeakInView {
  std::int64_t point = 0;  // kNotRead: only the outline tells of it
  std::int64_t x = 0;
  std::int64_t value = 0;
  std::string text;  // its value
};
// Nothing where no point lies in the range and nothing is held when it begins, and where it is not
// known yet in which of the picture's columns it lies.
std::optional<PeakInView> peak_of(const SeriesOnAxis& on, const Interval& range, TrackUnit unit,
                                  std::size_t columns);

struct PeakLabel {
  std::int64_t x = 0;
  std::int64_t value = 0;
  std::string who;   // may be empty
  std::string text;  // lines below one another
  Mark mark;
};
// The highest first. Those at one place become one, which says so: "snapkv and quest", "snapkv and 3 more".
std::vector<PeakLabel> together(std::vector<PeakLabel> peaks);
// A diamond at each, and its text near it, the highest first, rather where nothing is drawn; not where it
// would cover another label or diamond.
void paint_peaks(QPainter& painter, const Frame& frame, const Scale& scale,
                 std::vector<PeakLabel> peaks, LabelPlacer labels);

}  // namespace kvf::gui
