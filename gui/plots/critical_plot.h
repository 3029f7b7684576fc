// The picture of critical footprints, for a screen and for files.
#pragma once

#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QSize>
#include <vector>

#include "gui/plots/critical_figure.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

void paint_critical(QPainter& painter, const CriticalFigure& figure, Theme theme, QSize size);

// Where things are.
struct CriticalLayout {
  struct Panel {
    QRectF frame;  // all of it: title, axes, labels
    QRectF plot;
    Interval footprints, scores;  // that the plot spans
    QPointF at(double footprint, double score) const;
  };
  std::vector<Panel> panels;
  bool direct = false;  // methods are named at the ends of their curves; else in the legend
  QRectF legend;
};
CriticalLayout critical_layout(const CriticalFigure& figure, QSize size);
// Whether a curve can be read in each of its plots.
bool has_room(const CriticalLayout& layout);
// How many entries of the legend lie beside one another.
int legend_columns(const CriticalFigure& figure, double width);

}  // namespace kvf::gui
