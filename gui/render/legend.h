// The head of a lane: what it shows, which mark is whose, what is wrong with the data.
#pragma once

#include <QPainter>
#include <string>
#include <vector>

#include "gui/document/run_names.h"
#include "gui/render/frame.h"

namespace kvf::gui {

struct LegendEntry {
  Mark mark;
  bool filled = false;  // a part of a stack: a box; else a piece of a line
  std::string text;
};

struct Header {
  std::string title;
  std::vector<LegendEntry> entries;
};

// Of a lane of lines what its header says; of a stack what it may say, for what is shown of it decides.
// Empty for other lanes, whose headers are one row.
Header header_of(const Document& document, const ViewState& view, const Lane& lane);

// What the runs of a lane have in common and a title should say: "recall, llama-3.1-8b". The task where
// there are others or a model is known; the model where there are others, else once, in the first lane.
std::string subject_of(const Document& document, const ViewState& view, const Lane& lane);

// What a lane that is so wide needs for it, at most `most` unless that is less than a row.
double header_height(const Document& document, const ViewState& view, const Lane& lane,
                     double width, double most);

// Title to the left, entries after it and in as many rows as the frame has for them ("+3" says how many
// are left), problems as a badge to the right. The legend is left away where the view says so.
void paint_header(QPainter& painter, const Frame& frame, const std::string& title,
                  const std::vector<LegendEntry>& entries);

// Which mark is a run's: one of its label, so that a policy looks the same in every lane and on every task;
// where runs of one label lie over each other, one of its place in the lane.
std::size_t mark_number(const Document& document, const std::vector<const Run*>& among,
                        const Run& run);

// The mark that the first lane of lines has for the run; of a run in none, the one that it would have.
Mark mark_in_lanes(const Document& document, const ViewState& view, const Run& run);

}  // namespace kvf::gui
