#include "gui/render/legend.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>

namespace kvf::gui {
namespace {

constexpr double kSample = 24;
constexpr double kSpace = 14;

// Gives what is left of the row.
QRectF paint_badge(QPainter& painter, const Frame& frame, QRectF row) {
  std::vector<std::string> problems;
  for (const Run* run : frame.runs()) {
    for (const std::string& problem : run->problems) {
      if (std::find(problems.begin(), problems.end(), problem) == problems.end()) {
        problems.push_back(problem);
      }
    }
  }
  if (problems.empty()) return row;
  std::string words = problems.front();
  if (problems.size() > 1) words += " and " + std::to_string(problems.size() - 1) + " more";
  const QString text = QStringLiteral("! ") + qt(words);
  const double width =
      std::min(painter.fontMetrics().horizontalAdvance(text) + 12.0, row.width() * 0.6);
  const QRectF badge(row.right() - width, row.top() + 1, width, row.height() - 4);
  painter.fillRect(badge, frame.colours().warning);
  painter.setPen(frame.colours().background);
  text_in(painter, badge.adjusted(6, 0, -6, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
  row.setRight(badge.left() - kSpace);
  return row;
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

void paint_header(QPainter& painter, const Frame& frame, const std::string& title,
                  const std::vector<LegendEntry>& entries) {
  QRectF row(frame.rect.left(), frame.rect.top(), frame.rect.width(), kHeader);
  painter.setFont(letters(Letters::small, true));
  row = paint_badge(painter, frame, row);
  painter.setPen(frame.colours().text);
  text_in(painter, row, Qt::AlignVCenter | Qt::AlignLeft, qt(title));
  row.setLeft(row.left() + painter.fontMetrics().horizontalAdvance(qt(title)) + kSpace);
  if (!frame.view.legend) return;

  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const double more = metrics.horizontalAdvance(QStringLiteral("+99"));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const QString text = qt(entries[i].text);
    const double width = kSample + 5 + metrics.horizontalAdvance(text);
    const bool last = i + 1 == entries.size();
    if (row.left() + width + (last ? 0 : more + kSpace) > row.right()) {
      painter.setPen(frame.colours().faint);
      text_in(painter, row, Qt::AlignVCenter | Qt::AlignLeft,
              QStringLiteral("+%1").arg(entries.size() - i));
      return;
    }
    paint_sample(painter, {row.left(), row.top(), kSample, row.height()}, entries[i]);
    painter.setPen(frame.colours().text);
    text_in(painter, row.adjusted(kSample + 5, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
    row.setLeft(row.left() + width + kSpace);
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

namespace {

std::string base(const std::string& file) { return file.substr(file.find_last_of('/') + 1); }

// The file, with as many folders as tell it from others of its name.
std::string short_file(const Run& run, const std::vector<const Run*>& among) {
  std::size_t at = run.file.size();
  while (at != 0) {
    const std::size_t slash = run.file.find_last_of('/', at - 1);
    at = slash == std::string::npos ? 0 : slash;
    const std::string tail = run.file.substr(at == 0 ? 0 : at + 1);
    const bool told = std::none_of(among.begin(), among.end(), [&](const Run* other) {
      return other->file != run.file && other->file.ends_with("/" + tail);
    });
    if (told) return tail;
  }
  return run.file;
}

}  // namespace

std::string name_of(const Run& run, const std::vector<const Run*>& among) {
  const auto differ = [&](auto Run::*member) {
    return std::any_of(among.begin(), among.end(),
                       [&](const Run* other) { return other->*member != run.*member; });
  };
  const auto twins = [&] {
    return std::count_if(among.begin(), among.end(), [&](const Run* other) {
      return other->label == run.label && other->task == run.task;
    });
  };
  std::string name = run.label;
  if (differ(&Run::task) && !run.task.empty()) name += ", " + run.task;
  if (twins() > 1)
    name = name == base(run.file) ? short_file(run, among) : name + ", " + short_file(run, among);
  if (run.kind == RunKind::predicted && differ(&Run::kind)) name += " (predicted)";
  if (run.kind == RunKind::captured) name += " (" + run.source + ")";
  return name;
}

}  // namespace kvf::gui
