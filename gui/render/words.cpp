#include "gui/render/words.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace kvf::gui {
namespace {

// Without the overflow of -INT64_MIN.
std::uint64_t magnitude(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return number < 0 ? ~bits + 1 : bits;
}

// "1234567" in groups of three from the right.
std::string in_groups(std::string digits, char separator) {
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, separator);
  }
  return digits;
}

std::string_view sign(std::int64_t number) { return number < 0 ? "-" : ""; }

}  // namespace

std::string grouped(std::int64_t number) {
  return fmt::format("{}{}", sign(number), in_groups(fmt::format("{}", magnitude(number)), ','));
}

std::string short_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (magnitude(bytes) < 1024) return counted(bytes, "byte");
  double value = static_cast<double>(magnitude(bytes));
  std::size_t unit = 0;
  // 1023.5 would be shown with four digits.
  for (value /= 1024; value >= 1023.5 && unit + 1 < kUnits.size(); value /= 1024) ++unit;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{}{:.{}f} {}", sign(bytes), value, decimals, kUnits[unit]);
}

std::string exact_bytes(std::int64_t bytes) {
  if (magnitude(bytes) < 1024) return short_bytes(bytes);
  return fmt::format("{} ({} bytes)", short_bytes(bytes), grouped(bytes));
}

std::string exact_time(std::int64_t nanoseconds) {
  struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
    std::size_t decimals;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{"s", 1'000'000'000, 9}, {"ms", 1'000'000, 6}, {"µs", 1'000, 3}, {"ns", 1, 0}}};
  const std::uint64_t time = magnitude(nanoseconds);
  if (time == 0) return "0 s";
  const Unit* unit = kUnits.data();
  while (time < unit->nanoseconds) ++unit;
  std::string text = fmt::format("{}{}", sign(nanoseconds),
                                 in_groups(fmt::format("{}", time / unit->nanoseconds), ','));
  if (const std::uint64_t rest = time % unit->nanoseconds; rest > 0) {
    std::string digits = in_groups(fmt::format("{:0{}}", rest, unit->decimals), ' ');
    while (digits.ends_with(" 000")) digits.resize(digits.size() - 4);
    text += "." + digits;
  }
  return fmt::format("{} {}", text, unit->name);
}

std::string counted(std::int64_t number, const std::string& unit) {
  if (number == 1) return "1 " + unit;
  return fmt::format("{} {}{}", grouped(number), unit, unit.ends_with('s') ? "es" : "s");
}

std::string_view unit_in_words(TrackUnit unit) {
  switch (unit) {
    case TrackUnit::entries:
      return "entries";
    case TrackUnit::bytes:
      return "bytes";
    case TrackUnit::blocks:
      return "blocks";
    case TrackUnit::passes:
      return "passes";
  }
  return "";
}

std::string value_in_words(TrackUnit unit, std::int64_t value) {
  return unit == TrackUnit::bytes ? exact_bytes(value) : value_in_short(unit, value);
}

std::string value_in_short(TrackUnit unit, std::int64_t value) {
  switch (unit) {
    case TrackUnit::bytes:
      return short_bytes(value);
    case TrackUnit::blocks:
      return counted(value, "block");
    case TrackUnit::passes:
      return counted(value, "pass");
    case TrackUnit::entries:
      break;
  }
  return value == 1 ? "1 entry" : grouped(value) + " entries";
}

std::string place_in_words(Axis axis, std::int64_t x) {
  switch (axis) {
    case Axis::row:
      return "token " + grouped(x);
    case Axis::pass:
      return "pass " + grouped(x);
    case Axis::second:
      break;
  }
  return exact_time(x);
}

std::string length_in_words(Axis axis, std::int64_t length) {
  switch (axis) {
    case Axis::row:
      return counted(length, "token");
    case Axis::pass:
      return counted(length, "pass");
    case Axis::second:
      break;
  }
  return exact_time(length);
}

}  // namespace kvf::gui
