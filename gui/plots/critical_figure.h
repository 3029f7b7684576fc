// What the picture of critical footprints shows: score against KV footprint, a panel a task, a curve a
// method (arXiv 2506.17121, figure 4). The numbers; critical_plot.h draws them.
//
// No Qt.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/critical.h"

namespace kvf::gui {

struct CriticalOptions {
  double fraction = 0.9;            // of full attention's score; above 0, at most 1
  std::optional<std::string> task;  // only this one
  bool pareto = false;              // also the points that no other beats
};

struct ScoreCurve {
  std::size_t method = 0;     // of CriticalFigure::methods
  std::vector<Score> points;  // by footprint, each footprint once: its best score
  CriticalFootprint critical;
};

struct CriticalPanel {
  std::string task;
  double full_score = 0;
  double wanted = 0;  // the fraction of it
  std::vector<ScoreCurve> curves;
  std::vector<Score> front;    // by footprint; empty unless asked for
  double least = 0, most = 0;  // scores that the panel spans, its lines among them
};

struct CriticalFigure {
  double fraction = 0;
  std::vector<std::string> methods;  // in the order in which they come first, of all tasks
  std::vector<CriticalPanel> panels;
  double most_footprint = 0;
  bool pareto = false;
  bool shares = false;  // footprints are shares of full attention's: none is above 1
};

// Throws std::invalid_argument, in words for a user, for a fraction out of range and for a task that
// the scores do not have. `scores` are not empty, as read_scores() gives them.
CriticalFigure critical_figure(std::span<const Score> scores, const CriticalOptions& options);

// What is shown, a line a point: CSV with a header.
std::string csv_of(const CriticalFigure& figure);

// A footprint as the picture writes it: "46.0 %" of a share, else "46.0".
std::string footprint_text(const CriticalFigure& figure, double footprint);

}  // namespace kvf::gui
