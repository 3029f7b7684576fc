// The head of a lane: what it shows, which mark is whose, what is wrong with the data.
#pragma once

#include <QPainter>
#include <string>
#include <vector>

#include "gui/render/frame.h"

namespace kvf::gui {

struct LegendEntry {
  Mark mark;
  bool filled = false;  // a part of a stack: a box; else a piece of a line
  std::string text;
};

// Title to the left, entries after it as long as there is room ("+3" says how many are left), problems
// as a badge to the right. The legend is left away where the view says so.
void paint_header(QPainter& painter, const Frame& frame, const std::string& title,
                  const std::vector<LegendEntry>& entries);

// Which mark is a run's: one of its label, so that a policy looks the same in every lane and on every task;
// where runs of one label lie over each other, one of its place in the lane.
std::size_t mark_number(const Document& document, const std::vector<const Run*>& among,
                        const Run& run);

// "streaming, recall": as short as the lane's runs can be told apart by.
std::string name_of(const Run& run, const std::vector<const Run*>& among);

}  // namespace kvf::gui
