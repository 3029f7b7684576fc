// Labels at the highest points of what a lane shows.
#pragma once

#include <QPainter>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gui/render/frame.h"

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
  std::string text;  // lines below one another
  Mark mark;
};
// A diamond at each, and its text beside it, where it covers no other label and nothing that is in
// `taken`: the highest first.
void paint_peaks(QPainter& painter, const Frame& frame, const Scale& scale,
                 std::vector<PeakLabel> peaks, std::vector<QRectF> taken);

}  // namespace kvf::gui
