#include "gui/render/pass_marks.h"

#include <QFontMetricsF>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

#include "gui/render/columns.h"
#include "gui/render/frame.h"
#include "gui/render/theme.h"

namespace kvf::gui {
namespace {

constexpr double kApart = 8;  // pixels, from mark to mark

// Passes of a track: points 2 p and 2 p + 1 are those of pass p.
std::int64_t pass_that_begins_from(const StepSeries& steps, std::int64_t x) {
  return (steps.first_point_from(x) + 1) / 2;
}
std::int64_t pass_that_ends_from(const StepSeries& steps, std::int64_t x) {
  return steps.first_point_from(x) / 2;
}

class Finder {
 public:
  Finder(const SeriesOnAxis& on, const Layout& layout, PassMarks& marks)
      : on_(on), layout_(layout), marks_(marks) {
    const std::vector<std::int64_t> edges = column_edges(layout.range, 1);
    begin_ = edges[0];
    end_ = edges[1];
  }

  void chunks(const PhaseOnAxis& phase) {
    const std::int64_t first = pass_that_begins_from(on_.steps, std::max(phase.begin + 1, begin_));
    const std::int64_t last = pass_that_begins_from(on_.steps, std::min(phase.end, end_));
    if (last <= first) return;
    const double left = begin_of(first), right = begin_of(last - 1);
    if (right - left < kApart * static_cast<double>(last - first - 1)) return;
    for (std::int64_t pass = first; pass < last; ++pass) marks_.chunks.push_back(begin_of(pass));
  }

  void evictions(const PhaseOnAxis& phase) {
    if (on_.evictions == nullptr) return;
    // The passes that end in this phase, and in the picture.
    std::int64_t from = pass_that_ends_from(on_.steps, std::max(phase.begin + 1, begin_));
    const std::int64_t to = pass_that_ends_from(on_.steps, std::min(phase.end, end_) + 1);
    const std::vector<PassSpan>& spans = *on_.evictions;
    for (;;) {
      const auto span =
          std::upper_bound(spans.begin(), spans.end(), from,
                           [](std::int64_t pass, const PassSpan& one) { return pass < one.last; });
      if (span == spans.end()) break;
      const std::int64_t first = std::max(span->first, from);
      if (first >= to) break;
      const std::int64_t last = std::min(span->last, to);
      const double left = end_of(first), right = end_of(last - 1);
      if (right - left < kApart * static_cast<double>(last - first - 1)) {
        marks_.steady.push_back({left, right});
      } else {
        for (std::int64_t pass = first; pass < last; ++pass) {
          marks_.evictions.push_back(end_of(pass));
        }
      }
      // What follows within a mark's width is not looked at: there may be millions.
      const auto next = static_cast<std::int64_t>(std::ceil(layout_.x_of(right + kApart)));
      from = std::max(last, pass_that_ends_from(on_.steps, next));
    }
  }

 private:
  double begin_of(std::int64_t pass) const { return pixel_of(2 * pass); }
  double end_of(std::int64_t pass) const { return pixel_of(2 * pass + 1); }
  double pixel_of(std::int64_t point) const {
    return layout_.pixel_of(static_cast<double>(on_.steps.x(point)));
  }

  const SeriesOnAxis& on_;
  const Layout& layout_;
  PassMarks& marks_;
  std::int64_t begin_ = 0, end_ = 0;  // x that is shown
};

// In order, without those that are too close to the one before.
void thin(std::vector<double>& places) {
  std::sort(places.begin(), places.end());
  std::vector<double> kept;
  for (const double place : places) {
    if (kept.empty() || place >= kept.back() + kApart) kept.push_back(place);
  }
  places = std::move(kept);
}

void paint_chunk(QPainter& painter, double x, double bottom, const QColor& colour) {
  painter.fillRect(QRectF(std::round(x), bottom - kPassMarks, 1, kPassMarks), colour);
}

void paint_eviction(QPainter& painter, double x, double bottom, const QColor& colour) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  const double middle = std::round(x) + 0.5;
  painter.drawPolygon(
      QPolygonF({{middle - 3.5, bottom - 6}, {middle + 3.5, bottom - 6}, {middle, bottom}}));
  painter.restore();
}

}  // namespace

PassMarks pass_marks(const std::vector<const Run*>& runs, Axis axis, const Layout& layout) {
  PassMarks marks;
  for (const Run* run : runs) {
    const Series* total = run->find("total");
    const SeriesOnAxis* on = total == nullptr ? nullptr : total->at(axis);
    // Of what is no track the points are not those of passes.
    if (on == nullptr || on->evictions == nullptr || on->steps.empty()) continue;
    Finder finder(*on, layout, marks);
    for (const PhaseOnAxis& phase : run->phases[index_of(axis)]) {
      if (phase.name != "decode") finder.chunks(phase);
      finder.evictions(phase);
    }
  }
  thin(marks.chunks);
  thin(marks.evictions);
  // On a bar a mark of another run says nothing more.
  std::erase_if(marks.evictions, [&](double x) {
    return std::any_of(marks.steady.begin(), marks.steady.end(), [&](const PassMarks::Bar& bar) {
      return bar.left - kApart < x && x < bar.right + kApart;
    });
  });
  return marks;
}

void paint_pass_marks(QPainter& painter, const PassMarks& marks, const Layout& layout,
                      Theme theme) {
  const Palette& colours = palette(theme);
  const double bottom = layout.plot.top() - 1;
  for (const double x : marks.chunks) paint_chunk(painter, x, bottom, colours.axis);
  for (const PassMarks::Bar& bar : marks.steady) {
    painter.fillRect(QRectF(bar.left, bottom - 4, std::max(2.0, bar.right - bar.left), 3),
                     colours.text);
  }
  for (const double x : marks.evictions) paint_eviction(painter, x, bottom, colours.text);

  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  double foot = layout.plot.top() - 3;
  const auto say = [&](const QString& words) {
    painter.setPen(colours.faint);
    text_in(painter, QRectF(0, foot - metrics.height(), layout.plot.left() - 20, metrics.height()),
            Qt::AlignRight | Qt::AlignVCenter, words);
    foot -= metrics.height() + 1;
  };
  const double beside = layout.plot.left() - 12;
  if (!marks.evictions.empty() || !marks.steady.empty()) {
    paint_eviction(painter, beside, foot - 4, colours.text);
    say(QStringLiteral("evicts"));
  }
  if (!marks.chunks.empty()) {
    paint_chunk(painter, beside, foot - 1, colours.axis);
    say(QStringLiteral("chunk"));
  }
}

}  // namespace kvf::gui
