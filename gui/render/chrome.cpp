#include "gui/render/chrome.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "gui/render/frame.h"
#include "gui/render/legend.h"
#include "gui/render/pass_marks.h"
#include "gui/render/theme.h"
#include "gui/render/ticks.h"
#include "gui/view/lane_series.h"

namespace kvf::gui {
namespace {

constexpr std::array kAxisNames{"token of the sequence", "forward pass", "time"};
constexpr double kMarkersApart = 4;  // pixels: closer ones would be a wall

// The part of a phase that is on the picture; of no width if none is.
QRectF box_of(const PhaseOnAxis& phase, const Layout& layout) {
  const double left =
      std::max(layout.plot.left(), layout.pixel_of(static_cast<double>(phase.begin)));
  const double right =
      std::min(layout.plot.right(), layout.pixel_of(static_cast<double>(phase.end)));
  return {left, layout.plot.top(), std::max(0.0, right - left), layout.plot.height()};
}

// Whether they are the same to the pixel: some policies begin to decode a token before others.
bool look_alike(const PhaseOnAxis& a, const PhaseOnAxis& b, const Layout& layout) {
  const auto near = [&](std::int64_t x, std::int64_t other) {
    return std::abs(layout.pixel_of(static_cast<double>(x)) -
                    layout.pixel_of(static_cast<double>(other))) < 1;
  };
  return a.name == b.name && near(a.begin, b.begin) && near(a.end, b.end);
}

}  // namespace

std::vector<const Run*> runs_with_phases(const Document& document, const ViewState& view) {
  const auto in = [&](const Lane& lane) {
    std::vector<const Run*> runs = runs_of(document, lane);
    std::erase_if(runs, [&](const Run* run) { return run->phases[index_of(view.axis)].empty(); });
    return runs;
  };
  if (view.focus < view.lanes.size()) {
    if (auto runs = in(view.lanes[view.focus]); !runs.empty()) return runs;
  }
  for (const Lane& lane : view.lanes) {
    if (auto runs = in(lane); !runs.empty()) return runs;
  }
  return {};
}

void paint_phase_bands(QPainter& painter, const Frame& frame) {
  if (!frame.view.phases) return;
  const std::size_t axis = index_of(frame.view.axis);
  const std::vector<PhaseOnAxis>* phases = nullptr;
  const std::vector<MarkerOnAxis>* markers = nullptr;
  bool agreed = true;
  std::size_t alike = 0;  // phases of all runs, from the first
  for (const Run* run : frame.runs()) {
    if (const auto& own = run->phases[axis]; !own.empty()) {
      if (phases == nullptr) alike = own.size();
      if (phases == nullptr) phases = &own;
      const auto [end, other] = std::mismatch(
          phases->begin(), phases->end(), own.begin(), own.end(),
          [&](const auto& a, const auto& b) { return look_alike(a, b, frame.layout); });
      alike = std::min(alike, static_cast<std::size_t>(end - phases->begin()));
    }
    if (const auto& own = run->markers[axis]; !own.empty()) {
      if (markers == nullptr) markers = &own;
      agreed = agreed && *markers == own;
    }
  }
  const QRectF& plot = frame.plot;
  for (std::size_t i = 1; i < alike; i += 2) {
    const QRectF box = box_of((*phases)[i], frame.layout);
    painter.fillRect(QRectF(box.left(), plot.top(), box.width(), plot.height()),
                     frame.colours().phase);
  }
  if (markers == nullptr || !agreed) return;
  double last = plot.left() - kMarkersApart;
  for (const MarkerOnAxis& marker : *markers) {
    const double x = std::round(frame.layout.pixel_of(static_cast<double>(marker.x)));
    if (x < last + kMarkersApart || x > plot.right()) continue;
    painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), frame.colours().grid);
    last = x;
  }
}

void paint_phases(QPainter& painter, const Document& document, const ViewState& view,
                  const Layout& layout) {
  if (!view.phases) return;
  const std::vector<const Run*> runs = runs_with_phases(document, view);
  if (runs.empty()) return;
  paint_pass_marks(painter, pass_marks(runs, view.axis, layout), layout, view.theme);
  const Run* run = runs.front();
  const Palette& colours = palette(view.theme);
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const double top = layout.plot.top() - kPassMarks - metrics.height() - 2;
  double free_from = layout.plot.left();
  const std::vector<PhaseOnAxis>& phases = run->phases[index_of(view.axis)];
  const bool agreed = std::all_of(runs.begin(), runs.end(), [&](const Run* other) {
    const std::vector<PhaseOnAxis>& own = other->phases[index_of(view.axis)];
    return std::equal(own.begin(), own.end(), phases.begin(), phases.end(),
                      [&](const auto& a, const auto& b) { return look_alike(a, b, layout); });
  });
  QString of = agreed ? QString() : QStringLiteral(" of %1").arg(qt(name_of(*run, runs)));
  for (const PhaseOnAxis& phase : phases) {
    const QRectF box = box_of(phase, layout);
    if (box.isEmpty() && phase.end > phase.begin) continue;
    painter.fillRect(QRectF(std::round(box.left()), top, 1, metrics.height()), colours.axis);
    // A narrow phase has its name beside it, if no other name is there.
    const QString name = qt(phase.name) + of;
    const double width = metrics.horizontalAdvance(name);
    double left = box.left() + 4;
    if (left < free_from && free_from + width < box.right()) left = free_from;
    if (left + width > layout.plot.right()) left = box.left() - 4 - width;
    if (left < free_from) continue;
    painter.setPen(colours.text);
    painter.drawText(QPointF(left, top + metrics.ascent()), name);
    free_from = left + width + 8;
    of.clear();
  }
  free_from = std::max(free_from, layout.plot.left());
  for (const MarkerOnAxis& marker : run->markers[index_of(view.axis)]) {
    const double x = layout.pixel_of(static_cast<double>(marker.x));
    const QString text = qt(marker.text);
    const double width = metrics.horizontalAdvance(text);
    if (x < free_from || x + 12 + width > layout.plot.right()) continue;
    QPainterPath triangle;
    triangle.addPolygon(QPolygonF({{x - 4, top + 4}, {x + 4, top + 4}, {x, top + 12}}));
    painter.fillPath(triangle, colours.axis);
    painter.setPen(colours.faint);
    painter.drawText(QPointF(x + 8, top + metrics.ascent()), text);
    free_from = x + 8 + width + 8;
  }
}

void paint_axis(QPainter& painter, const ViewState& view, const Layout& layout, QSize size) {
  const Palette& colours = palette(view.theme);
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const auto width = [&](std::string_view text) {
    return metrics.horizontalAdvance(QString::fromUtf8(text.data(), std::ssize(text)));
  };
  const Ticks ticks =
      ticks_that_fit(view.axis == Axis::second ? TickKind::time : TickKind::count,
                     layout.range.begin, layout.range.end, layout.plot.width(), width);
  const double top = layout.ruler.top();
  painter.fillRect(
      QRectF(layout.plot.left(), top, size.width() - layout.plot.left(), size.height() - top),
      colours.background);
  painter.fillRect(QRectF(layout.plot.left(), top, layout.plot.width(), 1), colours.axis);
  for (const double x : ticks.minor) {
    painter.fillRect(QRectF(std::round(layout.pixel_of(x)), top, 1, 3), colours.axis);
  }
  painter.setPen(colours.text);
  for (const Tick& tick : ticks.major) {
    const double x = std::round(layout.pixel_of(tick.at));
    painter.fillRect(QRectF(x, top, 1, 6), colours.axis);
    const double left = std::min(x - width(tick.label) / 2, size.width() - width(tick.label) - 1);
    painter.drawText(QPointF(left, top + 8 + metrics.ascent()), qt(tick.label));
  }
  painter.setPen(colours.faint);
  const QRectF name(layout.plot.left(), top + 10 + metrics.height(), layout.plot.width(),
                    metrics.height() + 2);
  text_in(painter, name, Qt::AlignHCenter | Qt::AlignTop,
          QString::fromLatin1(kAxisNames[index_of(view.axis)]));
}

}  // namespace kvf::gui
