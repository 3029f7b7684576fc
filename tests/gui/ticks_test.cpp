// Ticks: typed axes, and the law that labels never overlap and places are whole steps.
#include "gui/render/ticks.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace kvf::gui {
namespace {

// Letters of 7 pixels.
double width(std::string_view text) { return 7 * static_cast<double>(text.size()); }

std::vector<std::string> labels(TickKind kind, double begin, double end, double length) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks_that_fit(kind, begin, end, length, width).major) {
    out.push_back(tick.label);
  }
  return out;
}

using Labels = std::vector<std::string>;

TEST_CASE("Ticks of typed axes", "[gui]") {
  CHECK(labels(TickKind::count, 0, 131072, 300) == Labels{"0", "50,000", "100,000"});
  CHECK(labels(TickKind::count, 0, 131072, 600) ==
        Labels{"0", "20,000", "40,000", "60,000", "80,000", "100,000", "120,000"});
  // Whole numbers stay whole however near one looks.
  CHECK(labels(TickKind::count, 6.5, 8.5, 1000) == Labels{"7", "8"});
  CHECK(labels(TickKind::count, 0, 1.2e9, 300) == Labels{"0", "500 M", "1,000 M"});
  CHECK(labels(TickKind::count, 0, 9.9e8, 250) == Labels{"0", "500,000,000"});
  CHECK(labels(TickKind::count, 0, 2.1e15, 150) == Labels{"0", "1,000 T", "2,000 T"});
  CHECK(labels(TickKind::count, 2e9, 2e9 + 20, 300) ==
        Labels{"2,000,000,000", "2,000,000,010", "2,000,000,020"});
  const double gib = 0x1p30;
  CHECK(labels(TickKind::bytes, 0, 80 * gib, 450) ==
        Labels{"0", "16 GiB", "32 GiB", "48 GiB", "64 GiB", "80 GiB"});
  CHECK(labels(TickKind::bytes, 0, 1.1 * gib, 600) ==
        Labels{"0", "0.25 GiB", "0.50 GiB", "0.75 GiB", "1.00 GiB"});
  CHECK(labels(TickKind::bytes, -2048, 2048, 300) ==
        Labels{"-2 KiB", "-1 KiB", "0", "1 KiB", "2 KiB"});
  CHECK(labels(TickKind::bytes, 0, 3, 300) == Labels{"0", "1 bytes", "2 bytes", "3 bytes"});
  CHECK(labels(TickKind::time, 0, 2e9, 300) == Labels{"0", "0.5 s", "1.0 s", "1.5 s", "2.0 s"});
  CHECK(labels(TickKind::time, 0, 4e6, 300) == Labels{"0", "1 ms", "2 ms", "3 ms", "4 ms"});
  CHECK(labels(TickKind::time, 12.3e9, 12.3e9 + 1000, 300) ==
        Labels{"12,300,000.0 µs", "12,300,000.5 µs", "12,300,001.0 µs"});
  CHECK(labels(TickKind::percent, 0, 1, 400) ==
        Labels{"0", "20 %", "40 %", "60 %", "80 %", "100 %"});
  CHECK(labels(TickKind::percent, 0.991, 1, 300) ==
        Labels{"99.2 %", "99.4 %", "99.6 %", "99.8 %", "100.0 %"});
  CHECK(labels(TickKind::number, -0.3, 0.3, 400) ==
        Labels{"-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3"});
  CHECK(labels(TickKind::number, 41.2, 58.9, 100) == Labels{"45", "50", "55"});
}

TEST_CASE("Minor ticks lie between the major ones, whole where those are", "[gui]") {
  const Ticks tokens = ticks_that_fit(TickKind::count, 0, 10, 100, width);
  CHECK(tokens.minor == std::vector<double>{1, 2, 3, 4, 6, 7, 8, 9});
  const Ticks bytes = ticks_that_fit(TickKind::bytes, 0, 8, 300, width);
  CHECK(bytes.major[1].at == 2);
  CHECK(bytes.minor == std::vector<double>{1, 3, 5, 7});
  // Too near one another: none.
  CHECK(ticks_that_fit(TickKind::count, 0, 1000, 9, width).minor.empty());
}

TEST_CASE("An axis without a width has no ticks", "[gui]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const auto& [begin, end, length] : {std::tuple{1.0, 1.0, 100.0},
                                           {2.0, 1.0, 100.0},
                                           {0.0, 1.0, 0.0},
                                           {0.0, inf, 100.0},
                                           {-inf, 1.0, 100.0},
                                           {0.0, std::nan(""), 100.0},
                                           {0.0, 1.0, std::nan("")}}) {
    CHECK(ticks_that_fit(TickKind::number, begin, end, length, width) == Ticks{});
  }
}

TEST_CASE("Labels never overlap, and every tick is in the range", "[gui]") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-6, 18), share(0, 1);
  std::string wrong;
  int one_or_none = 0;
  constexpr int kCases = 20000;
  for (int i = 0; i < kCases; ++i) {
    const auto kind = static_cast<TickKind>(i % 5);
    const double span = std::pow(10, exponent(random));
    const double begin = (2 * share(random) - 1) * span * std::pow(10, 6 * share(random) - 3);
    const double end = begin + span;
    const double length = 20 + 1900 * share(random);
    const Ticks ticks = ticks_that_fit(kind, begin, end, length, width, 8);
    const double slack = 1e-9 * span;
    double taken = -1e300;
    for (const Tick& tick : ticks.major) {
      const double at = (tick.at - begin) / span * length;
      const double half = width(tick.label) / 2;
      if (tick.at < begin - slack || tick.at > end + slack) wrong = "outside: " + tick.label;
      if (at - half < taken - 1e-6 * length) wrong = "overlaps: " + tick.label;
      if (kind != TickKind::number && kind != TickKind::percent && tick.at != std::round(tick.at)) {
        wrong = "not whole: " + tick.label;
      }
      taken = at + half + 8;
    }
    if (ticks.major.size() < 2 && length > 900 && span > 1e4) ++one_or_none;
  }
  CHECK(wrong == "");
  CHECK(one_or_none == 0);
}

}  // namespace
}  // namespace kvf::gui
