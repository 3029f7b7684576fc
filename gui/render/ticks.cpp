#include "gui/render/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "gui/render/words.h"

namespace kvf::gui {
namespace {

constexpr double kMinorGap = 5;
// An axis of integers: doubles beyond this are not told apart.
constexpr double kMostCounted = 9e15;

// The steps from fine to coarse, numbered: 1, 2, 5, 10 ... are 0, 1, 2, 3 ...; powers of two are
// numbered by their exponent.
class Steps {
 public:
  explicit Steps(TickKind kind) : kind_(kind) {}

  bool whole() const { return kind_ == TickKind::count || kind_ == TickKind::time || binary(); }

  int first_above(double least) const {
    const double scale = std::log10(least);
    int number = binary() ? static_cast<int>(std::floor(std::log2(least)))
                          : 3 * static_cast<int>(std::floor(scale));
    if (whole()) number = std::max(number, 0);
    while (place(number, 1) < least) ++number;
    return number;
  }

  // The place of tick `k` with steps of that number.
  double place(int number, double k) const {
    if (binary()) return std::ldexp(k, number);
    const int exponent = decade(number);
    const double mantissa = k * kMantissas[static_cast<std::size_t>(number - 3 * exponent)];
    // A division: 3 / 10 is the double next to 0.3, 3 * 0.1 is not.
    return exponent >= 0 ? mantissa * std::pow(10, exponent) : mantissa / std::pow(10, -exponent);
  }

  // Digits after the point that the places need.
  int decimals(int number) const { return binary() ? 0 : std::max(0, -decade(number)); }

  // Into how many parts a step may be cut.
  int parts(int number) const {
    const double step = place(number, 1);
    const int wanted = binary() ? 4 : number - 3 * decade(number) == 1 ? 4 : 5;
    for (const int parts : {wanted, 2}) {
      if (!whole() || std::fmod(step, parts) == 0) return parts;
    }
    return 1;
  }

 private:
  static constexpr std::array<double, 3> kMantissas{1, 2, 5};

  bool binary() const { return kind_ == TickKind::bytes; }
  static int decade(int number) { return number >= 0 ? number / 3 : -((2 - number) / 3); }

  TickKind kind_;
};

struct Unit {
  std::string_view name;
  double size;
  double finest;  // the least step that is labelled in it
};

constexpr std::array<Unit, 4> kTimes{
    {{"s", 1e9, 1e6}, {"ms", 1e6, 1e3}, {"µs", 1e3, 1}, {"ns", 1, 1}}};
constexpr std::array<Unit, 5> kSizes{{{"TiB", 0x1p40, 0x1p37},
                                      {"GiB", 0x1p30, 0x1p27},
                                      {"MiB", 0x1p20, 0x1p17},
                                      {"KiB", 0x1p10, 0x1p7},
                                      {"bytes", 1, 1}}};

// The greatest unit that the axis reaches and in which its steps need no more than three digits.
template <std::size_t n>
const Unit& unit_for(const std::array<Unit, n>& units, double most, double step) {
  for (const Unit& unit : units) {
    if (most >= unit.size && step >= unit.finest) return unit;
  }
  return units.back();
}

// Counts that would be too long: in millions, or millions of them.
struct Count {
  double size = 1;
  std::string_view name;
};
Count count_for(double most) {
  if (most >= 1e15) return {1e12, " T"};
  if (most >= 1e9) return {1e6, " M"};
  return {};
}

// Digits after the point that multiples of `step` need.
int decimals_of(double step) {
  int decimals = 0;
  for (; decimals < 3 && std::fmod(step, 1) != 0; ++decimals) step = std::round(step * 1e4) / 1e3;
  return decimals;
}

std::string fixed(double value, int decimals) {
  if (std::abs(value) >= kMostCounted || decimals > 9) return fmt::format("{:.6g}", value);
  const std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  return (value < 0 ? "-" : "") + grouped(std::stoll(digits.substr(0, point))) +
         digits.substr(point);
}

std::string label_of(TickKind kind, double at, double step, int decimals, double most) {
  const auto in = [&](const Unit& unit) {
    return fmt::format("{} {}", fixed(at / unit.size, decimals_of(step / unit.size)), unit.name);
  };
  if (at == 0) return "0";
  switch (kind) {
    case TickKind::time:
      return in(unit_for(kTimes, most, step));
    case TickKind::bytes:
      return in(unit_for(kSizes, most, step));
    case TickKind::percent:
      return fixed(at, decimals) + " %";
    case TickKind::count: {
      const Count unit = count_for(most);
      if (std::fmod(step, unit.size) != 0) break;  // all digits count
      return fmt::format("{}{}", fixed(at / unit.size, 0), unit.name);
    }
    case TickKind::number:
      break;
  }
  return fixed(at, decimals);
}

bool fits(const std::vector<Tick>& ticks, double scale, const LabelSize& size, double gap) {
  double taken = -INFINITY;
  for (const Tick& tick : ticks) {
    const double half = size(tick.label) / 2;
    if (tick.at * scale - half < taken) return false;
    taken = tick.at * scale + half + gap;
  }
  return true;
}

}  // namespace

Ticks ticks_that_fit(TickKind kind, double begin, double end, double length, const LabelSize& size,
                     double gap) {
  if (!(begin < end) || !(length > 0) || !std::isfinite(end - begin)) return {};
  const double percent = kind == TickKind::percent ? 100 : 1;
  begin *= percent;
  end *= percent;
  const double scale = length / (end - begin);
  const double most = std::max(std::abs(begin), std::abs(end));
  const double slack = 1e-9 * (end - begin);  // a tick at the very end is not lost to rounding
  const Steps steps(kind);

  Ticks ticks;
  // No two labels are less than a pixel and the gap apart.
  int number = steps.first_above(std::max((gap + 1) / scale, most * 1e-15));
  for (;; ++number) {
    const double step = steps.place(number, 1);
    ticks.major.clear();
    for (double k = std::ceil((begin - slack) / step); k * step <= end + slack; ++k) {
      const double at = steps.place(number, k);
      ticks.major.push_back({at, label_of(kind, at, step, steps.decimals(number), most)});
    }
    if (fits(ticks.major, scale, size, gap)) break;
  }

  const int parts = steps.parts(number);
  const double minor = steps.place(number, 1) / parts;
  if (parts > 1 && minor * scale >= kMinorGap) {
    for (double k = std::ceil((begin - slack) / minor); k * minor <= end + slack; ++k) {
      if (std::fmod(k, parts) != 0) ticks.minor.push_back(k * minor / percent);
    }
  }
  for (Tick& tick : ticks.major) tick.at /= percent;
  return ticks;
}

}  // namespace kvf::gui
