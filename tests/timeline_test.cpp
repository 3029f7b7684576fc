// Tracks and timelines: the area, the peak, and how columns become bytes.
#include "timeline/timeline.h"

#include <algorithm>
#include <limits>
#include <random>

#include "tests/catch.h"
#include "timeline/column_codec.h"

using namespace kvf;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::vector<std::byte> encode(const std::vector<std::int64_t>& values) {
  ColumnEncoder encoder;
  encoder.append(values);
  return encoder.take();
}

std::vector<std::int64_t> decode(const std::vector<std::byte>& bytes, std::int64_t passes) {
  std::vector<std::int64_t> values;
  decode_column(bytes, passes, values);
  return values;
}

std::vector<std::byte> stretch(std::int64_t passes, std::int64_t first, std::int64_t step) {
  std::vector<std::byte> bytes;
  for (const std::int64_t value : {passes, first, step}) {
    for (int i = 0; i < 64; i += 8) {
      bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> i));
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("the area counts each row against what it sees", "[timeline]") {
  // Two cells: a chunk of 3 rows, one of 2, a wait, a decode step; entries seen, row by row.
  const TrackColumns track{
      {0, 3, 5, 5}, {3, 2, 0, 1}, {0, 6, 10, 10}, {6, 10, 10, 12}, {6, 10, 10, 12}};
  std::int64_t seen = 0;
  for (std::int64_t row = 1; row <= 6; ++row) seen += 2 * row;
  CHECK(area(track, Cells(2)) == Area(seen));
  CHECK(area({}, Cells(2)) == Area());
}

TEST_CASE("the area is exact beyond 64 bits and says when it is beyond 128", "[timeline]") {
  const TrackColumns track{{0}, {kMax}, {kMax}, {kMax}, {kMax}};
  const Int128 max = kMax;
  CHECK(area(track, Cells(0)) == Area(max * max));
  CHECK(area(track, Cells(1)) == Area(max * max + max * (max + 1) / 2));
  CHECK_THROWS_WITH(area(track, Cells(kMax)), "area: the product is too large to be counted");
}

TEST_CASE("the peak is the first pass that holds the most", "[timeline]") {
  CHECK(peak({{0, 1, 2}, {1, 1, 1}, {0, 1, 1}, {5, 7, 7}, {9, 9, 9}}) == Peak{7, 1});
  CHECK(peak({}) == std::nullopt);
}

TEST_CASE("columns of different lengths or below 0 are refused", "[timeline]") {
  CHECK_THROWS_WITH(require_valid({{0}, {1, 1}, {0, 0}, {0, 0}, {0, 0}}),
                    "track: first_row has 1 passes, rows has 2");
  CHECK_THROWS_WITH(require_valid({{0, 1}, {1, 1}, {0, 1}, {1, 2}, {1, -2}}),
                    "track: held_after is -2 in pass 1");
  CHECK_THROWS_AS(area({{}, {1}, {1}, {1}, {1}}, Cells(1)), std::invalid_argument);
  CHECK_THROWS_AS(peak({{}, {1}, {1}, {1}, {1}}), std::invalid_argument);
}

TEST_CASE("a column comes back from its bytes", "[timeline]") {
  CHECK(encode({}).empty());
  CHECK(encode({7}) == stretch(1, 7, 0));
  CHECK(encode({7, 7, 7}) == stretch(3, 7, 0));
  CHECK(encode({9, 6, 3, 0}) == stretch(4, 9, -3));
  CHECK(encode({0, kMax}) == stretch(2, 0, kMax));
  CHECK(encode({kMax, 0}) == stretch(2, kMax, -kMax));

  std::mt19937_64 random(17);
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::int64_t>(random() % limit);
  };
  bool same = true;
  bool ranges = true;
  bool small = true;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> values;
    const std::uint64_t limit = round % 3 == 0 ? static_cast<std::uint64_t>(kMax) : 20;
    for (std::int64_t length = below(40); length > 0; --length) {
      const std::int64_t first = below(limit);
      const std::int64_t step = limit == 20 ? below(3) : 0;
      for (std::int64_t i = below(5); i >= 0; --i) values.push_back(first + i * step);
    }
    ColumnEncoder encoder;
    encoder.append(std::span(values).first(values.size() / 2));
    encoder.append(std::span(values).subspan(values.size() / 2));
    if (!values.empty()) {
      const auto [min, max] = std::minmax_element(values.begin(), values.end());
      ranges = ranges && encoder.min() == *min && encoder.max() == *max;
    }
    const auto bytes = encoder.take();
    same = same && decode(bytes, std::ssize(values)) == values && encoder.take().empty();
    small = small && bytes.size() <= (values.size() + 1) / 2 * 24;
  }
  CHECK(same);
  CHECK(ranges);
  CHECK(small);
}

TEST_CASE("bytes that are no column are refused", "[timeline]") {
  auto cut = stretch(3, 7, 1);
  cut.pop_back();
  CHECK_THROWS_WITH(decode(cut, 3), "is not made of whole stretches");
  CHECK_THROWS_WITH(decode(stretch(3, 7, 1), 4), "has the wrong number of values");
  CHECK_THROWS_WITH(decode(stretch(3, 7, 1), 2), "has the wrong number of values");
  CHECK_THROWS_WITH(decode(stretch(kMax, 7, 0), 2), "has the wrong number of values");
  CHECK_THROWS_WITH(decode(stretch(0, 7, 0), 1), "has the wrong number of values");
  CHECK_THROWS_WITH(decode(stretch(-1, 7, 0), 1), "has the wrong number of values");
  CHECK_THROWS_WITH(decode({}, 1), "has the wrong number of values");
  CHECK_THROWS_WITH(decode(stretch(1, -7, 0), 1), "has a value out of range");
  CHECK_THROWS_WITH(decode(stretch(3, 3, -2), 3), "has a value out of range");
  CHECK_THROWS_WITH(decode(stretch(3, 3, kMax), 3), "has a value out of range");
  CHECK_THROWS_WITH(decode(stretch(3, kMax, 1), 3), "has a value out of range");
  CHECK_THROWS_WITH(decode(stretch(4096, 0, std::numeric_limits<std::int64_t>::min()), 4096),
                    "has a value out of range");
}
