#include "gui/plots/critical_plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gui/plots/critical_parts.h"
#include "gui/render/labels.h"
#include "gui/render/theme.h"

namespace kvf::gui {
namespace {

using namespace critical;

constexpr double kPoint = 9;  // a measured point, across
constexpr double kRing = 7;   // a critical point, its radius

// The middle of a pixel, for level and upright lines.
double crisp(double at) { return std::floor(at) + 0.5; }

class PanelPainter {
 public:
  PanelPainter(QPainter& painter, const CriticalFigure& figure, const CriticalPanel& panel,
               const CriticalLayout::Panel& place, Theme theme)
      : painter_(painter),
        figure_(figure),
        panel_(panel),
        place_(place),
        theme_(theme),
        colours_(palette(theme)),
        labels_(place.plot) {}

  void paint(bool direct) {
    title();
    axes();
    front();
    levels();
    if (direct) names();
    for (const ScoreCurve& curve : panel_.curves) line(curve);
    for (const ScoreCurve& curve : panel_.curves) arrow(curve);  // its tie ends below the points
    for (const ScoreCurve& curve : panel_.curves) points(curve);
    for (const ScoreCurve& curve : panel_.curves) ring(curve);
    level_names();
    for (const ScoreCurve& curve : panel_.curves) critical_value(curve);
  }

 private:
  Mark mark_of(const ScoreCurve& curve) const { return mark(curve.method, theme_); }
  QPointF at(const Score& point) const { return place_.at(point.footprint, point.score); }
  QPointF critical_point(const ScoreCurve& curve) const {
    return place_.at(curve.critical.footprint, panel_.wanted);
  }
  QSizeF size_of(const QString& text) const {
    return QFontMetricsF(letters(Letters::small)).size(0, text) + QSizeF(4, 0);
  }

  // On the lane's colour, so that it is read over a curve.
  void text(const QRectF& rect, const QString& words, const QColor& colour) {
    painter_.fillRect(rect, colours_.lane);
    painter_.setPen(colour);
    painter_.setFont(letters(Letters::small));
    painter_.drawText(rect, Qt::AlignCenter, words);
  }

  void title() {
    const QFont font = letters(Letters::normal, true);
    painter_.setFont(font);
    painter_.setPen(colours_.text);
    const QRectF rect(place_.plot.left(), place_.frame.top(), place_.plot.width(), kTitle - 6);
    painter_.drawText(
        rect, Qt::AlignLeft | Qt::AlignBottom,
        QFontMetricsF(font).elidedText(text_of(panel_.task), Qt::ElideRight, rect.width()));
  }

  void axes() {
    const QRectF& plot = place_.plot;
    const Ticks x = ticks_that_fit(figure_.shares ? TickKind::percent : TickKind::number,
                                   place_.footprints.begin, place_.footprints.end, plot.width(),
                                   text_width, 24);
    const Ticks y = score_ticks(place_.scores, plot.height());
    painter_.fillRect(plot, colours_.lane);
    const auto level_at = [&](double score) { return crisp(place_.at(0, score).y()); };
    const auto upright_at = [&](double footprint) { return crisp(place_.at(footprint, 0).x()); };
    painter_.setPen(QPen(colours_.grid, 1));
    for (const Tick& t : y.major) {
      painter_.drawLine(QPointF(plot.left(), level_at(t.at)), {plot.right(), level_at(t.at)});
    }
    for (const Tick& t : x.major) {
      painter_.drawLine(QPointF(upright_at(t.at), plot.top()), {upright_at(t.at), plot.bottom()});
    }
    painter_.setPen(QPen(colours_.axis, 1));
    painter_.drawLine(plot.topLeft(), plot.bottomLeft());
    painter_.drawLine(plot.bottomLeft(), plot.bottomRight());
    for (const double footprint : x.minor) {
      painter_.drawLine(QPointF(upright_at(footprint), plot.bottom()),
                        {upright_at(footprint), plot.bottom() + 3});
    }
    painter_.setFont(letters(Letters::small));
    painter_.setPen(colours_.text);
    constexpr double kWide = 200, kHigh = 20;
    for (const Tick& t : x.major) {
      painter_.drawText(QRectF(upright_at(t.at) - kWide / 2, plot.bottom() + 5, kWide, kHigh),
                        Qt::AlignHCenter | Qt::AlignTop, text_of(t.label));
    }
    for (const Tick& t : y.major) {
      painter_.drawText(QRectF(plot.left() - kWide - 6, level_at(t.at) - kHigh / 2, kWide, kHigh),
                        Qt::AlignRight | Qt::AlignVCenter, text_of(t.label));
    }
  }

  void front() {
    if (panel_.front.empty()) return;
    QPolygonF line;
    for (const Score& point : panel_.front) line << at(point);
    painter_.setPen(QPen(colours_.grid, 9, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter_.drawPolyline(line);
    if (line.size() == 1) painter_.drawPoint(line.front());
  }

  // Full attention's score, and the part of it that is wanted.
  void levels() {
    for (const double score : {panel_.full_score, panel_.wanted}) {
      const double y = crisp(place_.at(0, score).y());
      QPen pen(colours_.text, 1);
      if (score == panel_.wanted) pen.setDashPattern({5, 4});
      painter_.setPen(pen);
      painter_.drawLine(QPointF(place_.plot.left(), y), {place_.plot.right(), y});
    }
  }

  // And what of the curve, its points and its ring no label may hide.
  void line(const ScoreCurve& curve) {
    QPolygonF line;
    for (const Score& point : curve.points) line << at(point);
    labels_.avoid(line);
    for (const QPointF point : line) labels_.avoid(QRectF(point - QPointF(5, 5), QSizeF(10, 10)));
    if (curve.critical.bound == Bound::equal) labels_.avoid_point(critical_point(curve), kRing);
    painter_.setPen(mark_of(curve).pen());
    painter_.drawPolyline(line);
  }

  void points(const ScoreCurve& curve) {
    for (const Score& point : curve.points) {
      draw_shape(painter_, at(point), kPoint, mark_of(curve), colours_.lane);
    }
  }

  void ring(const ScoreCurve& curve) {
    if (curve.critical.bound != Bound::equal) return;
    painter_.setPen(QPen(mark_of(curve).line, 2.5));
    painter_.setBrush(colours_.lane);
    painter_.drawEllipse(critical_point(curve), kRing, kRing);
  }

  void critical_value(const ScoreCurve& curve) {
    if (curve.critical.bound != Bound::equal) return;
    const QPointF centre = critical_point(curve);
    const QString words = text_of(footprint_text(figure_, curve.critical.footprint));
    const auto rect = labels_.place_beside(size_of(words), centre, kRing);
    if (!rect) return;
    const QLineF leader(centre, nearest(*rect, centre));
    if (leader.length() > kRing + 8) {
      painter_.setPen(QPen(mark_of(curve).line, 1));
      painter_.drawLine(leader.pointAt(kRing / leader.length()), leader.p2());
    }
    text(*rect, words, colours_.text);
  }

  // A critical footprint that is less than the least that was measured, or more than the most: from there on,
  // along the line of the wanted score or near it, and tied to both.
  void arrow(const ScoreCurve& curve) {
    const Bound bound = curve.critical.bound;
    if (bound == Bound::equal) return;
    const bool left = bound == Bound::below;
    const double outward = left ? -1 : 1;
    constexpr double kLong = 20, kHead = 9, kRow = 18, kBeside = 6;
    const QRectF& plot = place_.plot;
    const QPointF measured = at(left ? curve.points.front() : curve.points.back());
    const double line = crisp(place_.at(0, panel_.wanted).y());
    const double edge = left ? plot.left() + 1 : plot.right() - 1;
    const double tail = crisp(measured.x());
    const double tip = tail + outward * std::clamp(outward * (edge - tail), kHead, kLong);
    const QString words = text_of(std::string(symbol(bound)) + " " +
                                  footprint_text(figure_, curve.critical.footprint));
    const double width = size_of(words).width();
    const QSizeF size(std::abs(tip - tail) + kBeside + width, kRow - 2);
    const double x = left ? tip : tip - size.width();
    std::vector<QPointF> places;
    for (double away = 0; away < 5 * kRow; away += kRow / 2) {
      places.emplace_back(x, line - size.height() / 2 + outward * away);
      places.emplace_back(x, line - size.height() / 2 - outward * away);
    }
    const QRectF rect = labels_.place(size, places).value_or(QRectF(places.front(), size));
    const double y = rect.center().y();
    const QColor colour = mark_of(curve).line;
    painter_.setPen(QPen(colour, 1));
    const auto [top, bottom] = std::minmax({measured.y(), line, y});
    painter_.drawLine(QPointF(tail, top), {tail, bottom});
    text(QRectF(left ? tail + kBeside : tail - kBeside - width, rect.top(), width, rect.height()),
         words, colours_.text);
    painter_.setPen(QPen(colour, 2.5));
    painter_.drawLine(QPointF(tail, y), {tip - outward * 4, y});
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(colour);
    painter_.drawPolygon(
        QPolygonF({{tip, y}, {tip - outward * kHead, y - 5}, {tip - outward * kHead, y + 5}}));
  }

  void level_names() {
    const auto name = [&](double score, const std::string& words) {
      const QString shown = text_of(words);
      const QSizeF size = size_of(shown);
      const double y = place_.at(0, score).y();
      std::vector<QPointF> places;
      constexpr double kOff = 2;  // the line
      for (const double above : {size.height() + kOff, -kOff}) {
        for (double x = place_.plot.left() + 8; x < place_.plot.right(); x += 24) {
          places.emplace_back(x, y - above);
        }
      }
      if (const auto rect = labels_.place(size, places)) {
        text(*rect, shown, colours_.faint);
      }
    };
    name(panel_.full_score, fmt::format("full attention: {:.4g}", panel_.full_score));
    if (figure_.fraction < 1) {
      name(panel_.wanted, fmt::format("{:.4g} %: {:.4g}", 100 * figure_.fraction, panel_.wanted));
    }
  }

  // At the ends of the curves, apart from one another.
  void names() {
    std::vector<double> wanted;
    for (const ScoreCurve& curve : panel_.curves) {
      wanted.push_back(at(curve.points.back()).y() - kLine / 2);
    }
    const std::vector<double> tops =
        spread(wanted, kLine, place_.plot.top() - 6, place_.plot.bottom() + 6);
    for (std::size_t i = 0; i < tops.size(); ++i) {
      const ScoreCurve& curve = panel_.curves[i];
      const double y = tops[i] + kLine / 2;
      const double x = place_.plot.right() + 10;
      const QPolygonF leader{at(curve.points.back()) + QPointF(kPoint / 2 + 2, 0), {x - 2, y}};
      labels_.avoid(leader);
      // Not like a curve, which ends here.
      QPen pen(colours_.faint, 1);
      pen.setDashPattern({1, 3});
      painter_.setPen(pen);
      painter_.drawPolyline(leader);
      sample(painter_, {x, y}, place_.frame.right() - x, curve.method,
             figure_.methods[curve.method], theme_);
    }
  }

 public:
  // A piece of the method's curve, and its name, in so much room.
  static void sample(QPainter& painter, QPointF left, double room, std::size_t number,
                     const std::string& method, Theme theme) {
    const Mark look = mark(number, theme);
    constexpr double kLong = kSample - 8;
    painter.setPen(look.pen());
    painter.drawLine(left, left + QPointF(kLong, 0));
    draw_shape(painter, left + QPointF(kLong / 2, 0), kPoint, look, palette(theme).background);
    painter.setPen(palette(theme).text);
    painter.setFont(letters(Letters::small));
    const double beside = kSample - 2;
    painter.drawText(QRectF(left.x() + beside, left.y() - kLine / 2, room - beside, kLine),
                     Qt::AlignLeft | Qt::AlignVCenter, name_of(method, room - beside));
  }

 private:
  QPainter& painter_;
  const CriticalFigure& figure_;
  const CriticalPanel& panel_;
  const CriticalLayout::Panel& place_;
  Theme theme_;
  const Palette& colours_;
  LabelPlacer labels_;
};

void header(QPainter& painter, const CriticalFigure& figure, const Palette& colours, double width) {
  painter.setPen(colours.text);
  painter.setFont(letters(Letters::title, true));
  painter.drawText(QRectF(kMargin, 10, width, 24), Qt::AlignLeft | Qt::AlignVCenter,
                   "Score against KV footprint");
  painter.setPen(colours.faint);
  const std::string words = fmt::format(
      "Rings: critical KV footprint, the least that keeps {:.4g} % of full attention's score. "
      "Arrows: beyond what was measured.{}",
      100 * figure.fraction, figure.pareto ? " Grey: points that no other beats." : "");
  // In smaller letters and two lines where it is too long for one.
  const bool one =
      QFontMetricsF(letters(Letters::normal)).horizontalAdvance(text_of(words)) <= width;
  painter.setFont(letters(one ? Letters::normal : Letters::small));
  painter.drawText(QRectF(kMargin, one ? 34 : 33, width, one ? 20 : 32),
                   Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text_of(words));
}

void axis_names(QPainter& painter, const CriticalFigure& figure, const CriticalLayout& layout,
                const Palette& colours) {
  double bottom = 0, left = 1e9, right = 0, top = 1e9;
  for (const CriticalLayout::Panel& panel : layout.panels) {
    bottom = std::max(bottom, panel.frame.bottom());
    top = std::min(top, panel.frame.top());
    left = std::min(left, panel.plot.left());
    right = std::max(right, panel.plot.right());
  }
  painter.setPen(colours.text);
  painter.setFont(letters(Letters::normal));
  painter.drawText(QRectF(left, bottom, right - left, kLine), Qt::AlignCenter,
                   figure.shares ? "KV footprint, share of full attention's" : "KV footprint");
  painter.save();
  painter.translate(kMargin + kLine / 2, (top + bottom) / 2);
  painter.rotate(-90);
  painter.drawText(QRectF(-100, -kLine / 2, 200, kLine), Qt::AlignCenter, "score");
  painter.restore();
}

void legend(QPainter& painter, const CriticalFigure& figure, const QRectF& rect, Theme theme) {
  const int columns = std::max(1, legend_columns(figure, rect.width()));
  for (int i = 0; i < static_cast<int>(figure.methods.size()); ++i) {
    const QPointF cell(i % columns * rect.width() / columns, (i / columns + 0.5) * kLine);
    const auto number = static_cast<std::size_t>(i);
    PanelPainter::sample(painter, rect.topLeft() + cell, rect.width() / columns, number,
                         figure.methods[number], theme);
  }
}

}  // namespace

void paint_critical(QPainter& painter, const CriticalFigure& figure, Theme theme, QSize size) {
  const Palette& colours = palette(theme);
  const CriticalLayout layout = critical_layout(figure, size);
  painter.fillRect(QRectF({}, QSizeF(size)), colours.background);
  painter.setRenderHint(QPainter::Antialiasing);
  header(painter, figure, colours, size.width() - 2 * kMargin);
  for (std::size_t i = 0; i < layout.panels.size(); ++i) {
    PanelPainter(painter, figure, figure.panels[i], layout.panels[i], theme).paint(layout.direct);
  }
  axis_names(painter, figure, layout, colours);
  if (!layout.direct) legend(painter, figure, layout.legend, theme);
}

}  // namespace kvf::gui
