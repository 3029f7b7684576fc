#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gui/render/map_image.h"
#include "gui/render/maps.h"
#include "gui/render/words.h"

namespace kvf::gui {
namespace {

constexpr std::int64_t kNothing = -1;

// The columns that lie in [begin, end) of x, of `count` over the range.
template <class Each>
void for_columns(Interval range, int count, double begin, double end, Each&& each) {
  const double scale = count / range.width();
  const int first =
      std::clamp(static_cast<int>(std::floor((begin - range.begin) * scale)), 0, count);
  const int last =
      std::clamp(static_cast<int>(std::ceil((end - range.begin) * scale)), first, count);
  for (int x = first; x < last; ++x) each(x);
}

// Raises `held` to what one head of the row holds in each column.
void raise(std::vector<std::int64_t>& held, const HeadRow& row, Interval range,
           const std::vector<std::int64_t>& edges, std::vector<StepColumn>& columns) {
  const auto count = static_cast<int>(held.size());
  const auto put = [&](int x, std::int64_t entries) {
    std::int64_t& most = held[static_cast<std::size_t>(x)];
    most = std::max(most, entries / row.cells);
  };
  if (row.on->steps.empty()) {  // not read yet: of each piece the most is known
    for (const OutlinePiece& piece : row.on->outline) {
      for_columns(range, count, static_cast<double>(piece.begin), static_cast<double>(piece.end),
                  [&](int x) { put(x, piece.max); });
    }
    return;
  }
  row.on->steps.columns(edges, columns);
  for (int x = 0; x < count; ++x) {
    const StepColumn& column = columns[static_cast<std::size_t>(x)];
    if (!column.empty) put(x, column.max);
  }
}

std::size_t row_at(const QRectF& plot, const HeadRows& heads, double y) {
  const auto rows = static_cast<double>(heads.rows.size());
  const double row = (y - plot.top()) / plot.height() * rows;
  return static_cast<std::size_t>(std::clamp(row, 0.0, rows - 1));
}

std::string layer_name(std::int64_t layer) { return fmt::format("layer {}", layer); }

// What the rows of a layer are, from the top, as their names say it: "full", "streaming".
std::vector<std::string> roles_of(const HeadRows& heads) {
  std::vector<std::string> roles;
  for (const HeadRow& row : heads.rows) {
    const std::string before = layer_name(row.layer) + " ";
    if (!row.label.starts_with(before)) continue;
    const std::string role = row.label.substr(before.size());
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  }
  return roles;
}

}  // namespace

void paint_heads(QPainter& painter, const QRectF& plot, const HeadRows& heads, Interval range,
                 Theme theme) {
  if (heads.rows.empty() || plot.isEmpty() || range.width() <= 0) return;
  MapImage image(painter, plot);
  const int width = image.width();
  const int height = image.height();
  std::vector<std::int64_t> edges;
  for (int x = 0; x <= width; ++x) {
    edges.push_back(static_cast<std::int64_t>(std::floor(range.begin + range.width() * x / width)));
  }
  std::vector<StepColumn> columns(static_cast<std::size_t>(width));
  std::vector<std::int64_t> held(columns.size());
  constexpr std::size_t kShades = 256;
  std::array<QRgb, kShades> shades;
  for (std::size_t i = 0; i < kShades; ++i) {
    shades[i] = share_colour(static_cast<double>(i) / (kShades - 1));
  }
  const double shades_per_entry =
      heads.most > 0 ? (kShades - 1) / static_cast<double>(heads.most) : 0;
  const QRgb lane = palette(theme).lane.rgb();

  // Each row of the map has as many of the image as any other, or shares one with its neighbours.
  const auto rows = static_cast<std::int64_t>(heads.rows.size());
  std::int64_t next = 0;
  for (int y = 0; y < height; ++y) {
    const std::int64_t until = std::max<std::int64_t>((y + 1) * rows / height, 0);
    const std::int64_t first = y * rows / height;
    if (y == 0 || first >= next) {
      std::fill(held.begin(), held.end(), kNothing);
      for (next = first; next < std::max(until, first + 1); ++next) {
        raise(held, heads.rows[static_cast<std::size_t>(next)], range, edges, columns);
      }
    }
    QRgb* line = image.line(y);
    for (int x = 0; x < width; ++x) {
      const std::int64_t entries = std::min(held[static_cast<std::size_t>(x)], heads.most);
      line[x] = entries == kNothing ? lane
                                    : shades[static_cast<std::size_t>(std::lround(
                                          static_cast<double>(entries) * shades_per_entry))];
    }
  }
  image.draw();

  // Where there is room, a line between layers.
  if (plot.height() / static_cast<double>(rows) < 8) return;
  painter.save();
  painter.setPen(QPen(palette(theme).lane, 1));
  for (std::size_t i = 1; i < heads.rows.size(); ++i) {
    if (heads.rows[i].layer == heads.rows[i - 1].layer) continue;
    const double y =
        std::round(plot.top() + plot.height() * static_cast<double>(i) / static_cast<double>(rows));
    painter.drawLine(QPointF(plot.left(), y - 0.5), QPointF(plot.right(), y - 0.5));
  }
  painter.restore();
}

void paint_head_names(QPainter& painter, const QRectF& plot, double left, double right,
                      const HeadRows& heads, Theme theme) {
  if (heads.rows.empty()) return;
  painter.save();
  painter.setFont(letters(Letters::small));
  painter.setPen(palette(theme).text);
  const QFontMetricsF metrics(painter.font());
  const double height = metrics.height();
  const double row = plot.height() / static_cast<double>(heads.rows.size());
  // A name a row where all of them have room; else one a layer, and the legend says what its rows are.
  const bool fit =
      row >= height && std::all_of(heads.rows.begin(), heads.rows.end(), [&](const HeadRow& one) {
        return metrics.horizontalAdvance(QString::fromStdString(one.label)) <= right - left;
      });
  double free_from = plot.top() - height;
  for (std::size_t first = 0, last = 0; first < heads.rows.size(); first = last) {
    const std::int64_t layer = heads.rows[first].layer;
    last = first + 1;
    while (!fit && last < heads.rows.size() && heads.rows[last].layer == layer) ++last;
    const double middle = plot.top() + row * static_cast<double>(first + last) / 2;
    const double top =
        std::clamp(middle - height / 2, plot.top(), std::max(plot.top(), plot.bottom() - height));
    if (top < free_from) continue;
    const std::string name = fit ? heads.rows[first].label : layer_name(layer);
    painter.drawText(
        QRectF(left, top, right - left, height), Qt::AlignRight | Qt::AlignVCenter,
        metrics.elidedText(QString::fromStdString(name), Qt::ElideRight, right - left));
    free_from = top + height;
  }
  painter.restore();
}

void paint_heads_legend(QPainter& painter, QPointF from, double width, const HeadRows& heads,
                        Theme theme) {
  LegendLine legend(painter, from, width, theme);
  legend.scale("entries a head: 0", QString::fromStdString(grouped(heads.most)));
  const std::vector<std::string> roles = roles_of(heads);
  if (roles.size() < 2) return;
  constexpr std::size_t kMostRoles = 4;  // that a line has room for
  std::string words;
  for (const std::string& role : roles) words += (words.empty() ? "" : ", ") + role;
  if (roles.size() > kMostRoles) words = "its groups of heads";
  legend.words(QString::fromStdString("rows of a layer: " + words));
}

std::string heads_readout(const QRectF& plot, const HeadRows& heads, Interval range, QPointF at) {
  if (heads.rows.empty() || !plot.contains(at)) return "";
  const HeadRow& row = heads.rows[row_at(plot, heads, at.y())];
  const double x = range.begin + range.width() * (at.x() - plot.left()) / plot.width();
  const StepSeries& steps = row.on->steps;
  const auto place = static_cast<std::int64_t>(std::floor(x));
  const std::int64_t point = steps.empty() ? -1 : steps.point_at(place);
  if (point < 0 || place >= steps.end()) return "";
  return fmt::format("{}: {} of at most {} entries a head", row.label,
                     grouped(steps.value(point) / row.cells), grouped(heads.most));
}

}  // namespace kvf::gui
