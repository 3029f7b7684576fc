#include "gui/render/legend.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "gui/render/stack.h"
#include "gui/render/words.h"
#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

constexpr double kSample = 24;
constexpr double kSpace = 14;
constexpr double kRow = 17;  // of a legend, below the first

// Nothing where all is well.
QString badge_of(const std::vector<const Run*>& runs) {
  std::vector<std::string> problems;
  for (const Run* run : runs) {
    for (const std::string& problem : run->problems) {
      if (std::find(problems.begin(), problems.end(), problem) == problems.end()) {
        problems.push_back(problem);
      }
    }
  }
  if (problems.empty()) return {};
  std::string words = problems.front();
  if (problems.size() > 1) words += " and " + std::to_string(problems.size() - 1) + " more";
  return QStringLiteral("! ") + qt(words);
}

// Where the parts of a header lie.
struct HeaderPlaces {
  QRectF badge;                 // empty: none
  std::vector<QRectF> entries;  // of those that fit; one more for the number of the others, if any
  std::size_t rows = 1;
};

HeaderPlaces places_of(const Header& header, const QString& badge, const QRectF& rect,
                       std::size_t most_rows) {
  const QFontMetricsF bold(letters(Letters::small, true)), metrics(letters(Letters::small));
  HeaderPlaces places;
  QRectF row(rect.left(), rect.top(), rect.width(), kHeader);
  if (!badge.isEmpty()) {
    const double width = std::min(bold.horizontalAdvance(badge) + 12.0, row.width() * 0.6);
    places.badge = {row.right() - width, row.top() + 1, width, row.height() - 4};
    row.setRight(places.badge.left() - kSpace);
  }
  row.setLeft(row.left() + bold.horizontalAdvance(qt(header.title)) + kSpace);
  const double more = metrics.horizontalAdvance(QStringLiteral("+99"));
  for (std::size_t i = 0; i < header.entries.size(); ++i) {
    const double width = kSample + 5 + metrics.horizontalAdvance(qt(header.entries[i].text));
    const bool last = i + 1 == header.entries.size();
    if (places.rows < most_rows && row.left() + width > row.right()) {
      row = {rect.left(), row.bottom(), rect.width(), kRow};
      ++places.rows;
    }
    const double beside = last || places.rows < most_rows ? 0 : more + kSpace;
    if (row.left() + width + beside > row.right()) {
      places.entries.push_back(row);
      break;
    }
    places.entries.emplace_back(row.left(), row.top(), width, row.height());
    row.setLeft(row.left() + width + kSpace);
  }
  return places;
}

// How the series add up layers.
Layers layers_of(const LaneSeries& one) { return one.series->layers; }
std::string words_of(Layers layers) {
  return std::string(kLayersWords[static_cast<std::size_t>(layers)]);
}
std::string layers_words(const std::vector<LaneSeries>& shown) {
  return words_of(usual(shown, layers_of).value_or(Layers::unknown));
}
std::string layers_words(const LaneSeries& one, const std::vector<LaneSeries>& shown) {
  return layers_of(one) == usual(shown, layers_of) ? "" : words_of(layers_of(one));
}
std::string with_words(const std::string& name, const std::string& words) {
  return words.empty() ? name : name + ", " + words;
}

void paint_sample(QPainter& painter, const QRectF& box, const LegendEntry& entry) {
  if (entry.filled) {
    QPainterPath path;
    path.addRect(box.adjusted(6, 4, -6, -4));
    fill(painter, path, entry.mark);
    painter.setPen(entry.mark.line);
    painter.drawPath(path);
  } else {
    painter.setPen(entry.mark.pen());
    painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()));
  }
}

}  // namespace

std::string subject_of(const Document& document, const ViewState& view, const Lane& lane) {
  const std::vector<const Run*> runs = runs_of(document, lane);
  if (runs.empty()) return "";
  const auto shared = [&](auto Run::*member) {
    return usual(runs, [&](const Run* run) { return run->*member; }).value_or("");
  };
  const auto several = [&](auto Run::*member) {
    const auto other = [&](const auto& run) {
      return run->kind != RunKind::difference && (*run).*member != runs.front()->*member;
    };
    return std::any_of(document.runs.begin(), document.runs.end(), other);
  };
  const std::string task = shared(&Run::task), model = shared(&Run::model);
  const bool once = !view.lanes.empty() && lane == view.lanes.front();
  std::string words;
  if (!task.empty() && (!model.empty() || several(&Run::task))) words = task;
  if (!model.empty() && (once || several(&Run::model))) {
    words += (words.empty() ? "" : ", ") + model;
  }
  return words;
}

Header header_of(const Document& document, const ViewState& view, const Lane& lane) {
  if (lane.kind != LaneKind::lines && lane.kind != LaneKind::stack) return {};
  const std::vector<LaneSeries> shown = drawn_series(document, view.axis, lane);
  if (shown.empty()) return {lane.series, {}};
  const std::vector<const Run*> runs = runs_of(document, lane);
  if (lane.kind == LaneKind::stack) {
    const LaneSeries& one = shown.front();
    const Stack stack = stack_of(*one.run, *one.series, view.axis);
    if (stack.total != nullptr) {
      Header header{
          with_words(lane.series + " of " + name_of(*one.run, {one.run}), layers_words(shown)), {}};
      header.title = with_words(header.title, subject_of(document, view, lane));
      for (const StackPart& part : stack.parts) {
        header.entries.push_back({mark(part.component, view.theme), true, part.name});
      }
      header.entries.push_back({{}, true, "other"});
      return header;
    }
  }
  const TrackUnit unit = shown.front().series->unit;
  Header header{lane.series, {}};
  if (lane.series != unit_in_words(unit)) header.title += ", " + std::string(unit_in_words(unit));
  header.title = with_words(header.title, layers_words(shown));
  header.title = with_words(header.title, subject_of(document, view, lane));
  for (const LaneSeries& one : shown) {
    header.entries.push_back({mark(mark_number(document, runs, *one.run), view.theme), false,
                              with_words(name_of(*one.run, runs), layers_words(one, shown))});
  }
  return header;
}

double header_height(const Document& document, const ViewState& view, const Lane& lane,
                     double width, double most) {
  if (!view.legend) return kHeader;
  const Header header = header_of(document, view, lane);
  if (header.entries.empty()) return kHeader;
  const auto rows = 1 + static_cast<std::size_t>(std::max(0.0, (most - kHeader) / kRow));
  const HeaderPlaces places =
      places_of(header, badge_of(runs_behind(document, lane)), {0, 0, width, most}, rows);
  return kHeader + kRow * static_cast<double>(places.rows - 1);
}

void paint_header(QPainter& painter, const Frame& frame, const std::string& title,
                  const std::vector<LegendEntry>& entries) {
  const Header header{title, frame.view.legend ? entries : std::vector<LegendEntry>{}};
  const QString badge = badge_of(runs_behind(frame.document, frame.lane));
  const double high = frame.plot.top() - frame.rect.top();
  const auto rows = 1 + static_cast<std::size_t>(std::lround((high - kHeader) / kRow));
  const HeaderPlaces places = places_of(header, badge, frame.rect, rows);

  painter.setFont(letters(Letters::small, true));
  QRectF row(frame.rect.left(), frame.rect.top(), frame.rect.width(), kHeader);
  if (!badge.isEmpty()) {
    painter.fillRect(places.badge, frame.colours().warning);
    painter.setPen(frame.colours().background);
    text_in(painter, places.badge.adjusted(6, 0, -6, 0), Qt::AlignVCenter | Qt::AlignLeft, badge);
    row.setRight(places.badge.left() - kSpace);
  }
  painter.setPen(frame.colours().text);
  text_in(painter, row, Qt::AlignVCenter | Qt::AlignLeft, qt(title));

  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  for (std::size_t i = 0; i < places.entries.size(); ++i) {
    const QRectF& box = places.entries[i];
    const QString text = qt(entries[i].text);
    // The last of them may be the place for what does not fit.
    const bool fits = kSample + 5 + metrics.horizontalAdvance(text) <= box.width() + 0.5;
    const bool the_rest = i + 1 == places.entries.size() && (i + 1 < entries.size() || !fits);
    if (the_rest) {
      painter.setPen(frame.colours().faint);
      text_in(painter, box, Qt::AlignVCenter | Qt::AlignLeft,
              QStringLiteral("+%1").arg(entries.size() - i));
      return;
    }
    paint_sample(painter, {box.left(), box.top(), kSample, box.height()}, entries[i]);
    painter.setPen(frame.colours().text);
    text_in(painter, box.adjusted(kSample + 5, 0, 1, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
  }
}

std::size_t mark_number(const Document& document, const std::vector<const Run*>& among,
                        const Run& run) {
  const auto same = [](const std::string& label) {
    return [&label](const auto& other) { return other->label == label; };
  };
  const bool alike = std::any_of(among.begin(), among.end(), [&](const Run* other) {
    return std::count_if(among.begin(), among.end(), same(other->label)) > 1;
  });
  if (alike) {
    return static_cast<std::size_t>(std::find(among.begin(), among.end(), &run) - among.begin());
  }
  std::size_t number = 0;
  for (auto other = document.runs.begin(); other != document.runs.end(); ++other) {
    if ((*other)->label == run.label) break;
    if (std::none_of(document.runs.begin(), other, same((*other)->label))) ++number;
  }
  return number;
}

Mark mark_in_lanes(const Document& document, const ViewState& view, const Run& run) {
  for (const Lane& lane : view.lanes) {
    if (lane.kind != LaneKind::lines) continue;
    const std::vector<const Run*> runs = runs_of(document, lane);
    if (std::find(runs.begin(), runs.end(), &run) == runs.end()) continue;
    return mark(mark_number(document, runs, run), view.theme);
  }
  return mark(mark_number(document, {&run}, run), view.theme);
}

}  // namespace kvf::gui
