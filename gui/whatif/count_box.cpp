#include "gui/whatif/count_box.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "gui/render/words.h"

namespace kvf::gui {
namespace {

constexpr double kMostCount = 9007199254740992.0;  // 2^53
constexpr int kEighths = 8;

// The number of a text like "131,072", "128K", "1.5M"; nothing if it is none.
std::optional<double> read(QString text) {
  text.remove(',');
  text.remove(' ');
  double unit = 1;
  if (text.endsWith('K', Qt::CaseInsensitive)) unit = 1 << 10;
  if (text.endsWith('M', Qt::CaseInsensitive)) unit = 1 << 20;
  if (unit > 1) text.chop(1);
  bool is_number = false;
  const double number = QLocale::c().toDouble(text, &is_number) * unit;
  if (!is_number || !std::isfinite(number) || number != std::floor(number)) return std::nullopt;
  return number;
}

}  // namespace

std::int64_t count_at(int place) {
  if (place < kEighths) return place;
  const int octave = place / kEighths - 1;
  return std::int64_t{kEighths + place % kEighths} << octave;
}

int place_of(std::int64_t count) {
  if (count < kEighths) return static_cast<int>(std::max<std::int64_t>(count, 0));
  const auto octave = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) - 4;
  return std::min(kCountPlaces, kEighths * octave + static_cast<int>(count >> octave));
}

CountBox::CountBox(QWidget* parent) : QDoubleSpinBox(parent) {
  setDecimals(0);
  setRange(0, kMostCount);
  setAlignment(Qt::AlignRight);
  setKeyboardTracking(false);
  setMinimumWidth(fontMetrics().horizontalAdvance("10,000,000") + 36);
}

QString CountBox::textFromValue(double value) const {
  return QString::fromStdString(grouped(static_cast<std::int64_t>(value)));
}

double CountBox::valueFromText(const QString& text) const {
  return std::clamp(read(text).value_or(value()), minimum(), maximum());
}

QValidator::State CountBox::validate(QString& text, int&) const {
  const auto number = read(text);
  if (number) return *number <= maximum() ? QValidator::Acceptable : QValidator::Invalid;
  for (const QChar c : text) {
    if (!c.isDigit() && !QString(",. KkMm").contains(c)) return QValidator::Invalid;
  }
  return QValidator::Intermediate;
}

void CountBox::stepBy(int steps) {
  const std::int64_t now = count();
  int place = place_of(now) + steps;
  // From between two places, down is the one below.
  if (steps < 0 && count_at(place_of(now)) < now) ++place;
  setValue(static_cast<double>(count_at(std::clamp(place, 0, kCountPlaces))));
}

}  // namespace kvf::gui
