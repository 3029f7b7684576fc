// Where the picture of critical footprints has its panels.
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "gui/plots/critical_parts.h"
#include "gui/plots/critical_plot.h"
#include "gui/render/theme.h"

namespace kvf::gui {
namespace {

using namespace critical;

// The columns that make the panels largest, for panels are rather wide than high.
int columns_for(int panels, QSizeF area) {
  int best = 1;
  double largest = 0;
  for (int columns = 1; columns <= panels; ++columns) {
    const double rows = std::ceil(1.0 * panels / columns);
    const double size = std::min(area.width() / columns / 1.5, area.height() / rows);
    if (size > largest * 1.001) {
      largest = size;
      best = columns;
    }
  }
  return best;
}

bool names_fit(const CriticalFigure& figure, QSizeF panel) {
  double widest = 0;
  for (const std::string& method : figure.methods) widest = std::max(widest, name_width(method));
  std::size_t most = 0;
  for (const CriticalPanel& p : figure.panels) most = std::max(most, p.curves.size());
  return widest <= 0.3 * panel.width() &&
         static_cast<double>(most) * kLine <= panel.height() - kTitle - kAxis;
}

double widest_entry(const CriticalFigure& figure) {
  double widest = 1;
  for (const std::string& method : figure.methods) widest = std::max(widest, entry_width(method));
  return widest;
}

Interval scores_of(const CriticalPanel& panel) {
  const double span = panel.most > panel.least ? panel.most - panel.least : 1;
  return {panel.least - 0.06 * span, panel.most + 0.08 * span};
}

Interval footprints_of(const CriticalFigure& figure) {
  // Shares are of full attention's, at 1; but for those of a method that stays far below.
  const double end = figure.shares && figure.most_footprint > 0.5 ? 1 : figure.most_footprint;
  return {0, end > 0 ? 1.04 * end : 1};
}

// What lies left and right of a plot, the same in all panels.
std::pair<double, double> margins(const CriticalFigure& figure, double height, bool direct) {
  double left = 0, right = 14;  // half of the last label
  for (const CriticalPanel& panel : figure.panels) {
    for (const Tick& tick : score_ticks(scores_of(panel), height).major) {
      left = std::max(left, text_width(tick.label));
    }
    for (const ScoreCurve& curve : panel.curves) {
      if (direct) right = std::max(right, name_width(figure.methods[curve.method]));
    }
  }
  return {left + 10, right};
}

// Panels row by row.
struct Grid {
  int columns = 1, rows = 1;
  QRectF area;
  QSizeF cell;

  QRectF at(int number) const {
    const int column = number % columns, row = number / columns;
    return {area.topLeft() + QPointF(column * (cell.width() + kGap), row * (cell.height() + kGap)),
            cell};
  }
};

Grid grid_in(const QRectF& area, int panels) {
  Grid grid;
  grid.area = area;
  grid.columns = columns_for(panels, area.size());
  grid.rows = (panels + grid.columns - 1) / grid.columns;
  grid.cell = {(area.width() - (grid.columns - 1) * kGap) / grid.columns,
               (area.height() - (grid.rows - 1) * kGap) / grid.rows};
  return grid;
}

}  // namespace

QPointF CriticalLayout::Panel::at(double footprint, double score) const {
  return {plot.left() + (footprint - footprints.begin) / footprints.width() * plot.width(),
          plot.bottom() - (score - scores.begin) / scores.width() * plot.height()};
}

CriticalLayout critical_layout(const CriticalFigure& figure, QSize size) {
  CriticalLayout layout;
  const auto panels = static_cast<int>(figure.panels.size());
  const auto methods = static_cast<double>(figure.methods.size());
  QRectF area = QRectF({}, QSizeF(size)).adjusted(kMargin + kLine, kHeader, -kMargin, -kMargin);
  area.setBottom(area.bottom() - kLine);  // the axis' name
  Grid grid = grid_in(area, panels);
  layout.direct = names_fit(figure, grid.cell);
  if (!layout.direct && panels < grid.columns * grid.rows &&
      (methods + 1) * kLine < grid.cell.height() && legend_columns(figure, grid.cell.width()) > 0) {
    // Where a panel would be.
    layout.legend = grid.at(panels).adjusted(2 * kGap, kTitle, 0, 0);
    layout.legend.setSize({widest_entry(figure), methods * kLine});
  } else if (!layout.direct) {
    const double columns = std::max(1, legend_columns(figure, area.width()));
    const double height = std::ceil(methods / columns) * kLine;
    layout.legend = QRectF(area.left(), area.bottom() + kLine - height, area.width(), height);
    area.setBottom(area.bottom() - height - 4);
    grid = grid_in(area, panels);
  }
  const double height = std::max(1.0, grid.cell.height() - kTitle - kAxis);
  const auto [left, right] = margins(figure, height, layout.direct);
  for (int i = 0; i < panels; ++i) {
    CriticalLayout::Panel panel;
    panel.frame = grid.at(i);
    // In the middle of pixels, so that its axes are crisp.
    panel.plot = QRectF(std::floor(panel.frame.left() + left) + 0.5,
                        std::floor(panel.frame.top() + kTitle) + 0.5,
                        std::max(1.0, std::floor(panel.frame.width() - left - right - 1)),
                        std::max(1.0, std::floor(height - 1)));
    panel.scores = scores_of(figure.panels[static_cast<std::size_t>(i)]);
    panel.footprints = footprints_of(figure);
    layout.panels.push_back(panel);
  }
  return layout;
}

bool has_room(const CriticalLayout& layout) {
  constexpr double kNarrowest = 80, kLowest = 40;
  return std::all_of(layout.panels.begin(), layout.panels.end(),
                     [](const CriticalLayout::Panel& panel) {
                       return panel.plot.width() >= kNarrowest && panel.plot.height() >= kLowest;
                     });
}

int legend_columns(const CriticalFigure& figure, double width) {
  return static_cast<int>(width / widest_entry(figure));
}

}  // namespace kvf::gui
