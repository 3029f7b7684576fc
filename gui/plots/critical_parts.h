// Measures and texts that the layout of the picture of critical footprints and its painting share.
#pragma once

#include <QFontMetricsF>
#include <QString>
#include <string>
#include <string_view>

#include "gui/render/theme.h"
#include "gui/render/ticks.h"
#include "gui/view/view_state.h"

namespace kvf::gui::critical {

// In pixels.
inline constexpr double kMargin = 16;
inline constexpr double kHeader = 66;  // title and subtitle
inline constexpr double kTitle = 26;   // of a panel
inline constexpr double kAxis = 24;    // labels below a panel
inline constexpr double kGap = 18;     // between panels
inline constexpr double kLine = 18;    // of text
inline constexpr double kSample = 34;  // a piece of a curve before its method's name

inline QString text_of(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline double text_width(std::string_view text) {
  return QFontMetricsF(letters(Letters::small)).horizontalAdvance(text_of(text));
}
// A method's name in so much room.
inline QString name_of(const std::string& method, double room) {
  return QFontMetricsF(letters(Letters::small)).elidedText(text_of(method), Qt::ElideRight, room);
}
// The room that a curve's sample and the method's name need beside a plot.
inline double name_width(const std::string& method) { return kSample + 12 + text_width(method); }
inline double entry_width(const std::string& method) { return name_width(method) + 14; }

inline Ticks score_ticks(const Interval& scores, double height) {
  const double line = QFontMetricsF(letters(Letters::small)).height();
  return ticks_that_fit(
      TickKind::number, scores.begin, scores.end, height, [line](std::string_view) { return line; },
      line);
}

}  // namespace kvf::gui::critical
