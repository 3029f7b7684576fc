// Words of values: what a user reads, typed.
#include "gui/render/words.h"

#include <limits>

#include "tests/catch.h"

namespace kvf::gui {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST_CASE("Numbers are grouped by thousands, the extremes too", "[gui]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(-999) == "-999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-131072) == "-131,072");
  CHECK(grouped(kMost) == "9,223,372,036,854,775,807");
  CHECK(grouped(kLeast) == "-9,223,372,036,854,775,808");
}

TEST_CASE("Bytes have three digits in a binary unit, and the exact number beside it", "[gui]") {
  CHECK(short_bytes(0) == "0 bytes");
  CHECK(short_bytes(1) == "1 byte");
  CHECK(short_bytes(1023) == "1,023 bytes");
  CHECK(short_bytes(1024) == "1.00 KiB");
  CHECK(short_bytes(10234) == "9.99 KiB");
  CHECK(short_bytes(10236) == "10.0 KiB");
  CHECK(short_bytes(1023 * 1024) == "1023 KiB");
  CHECK(short_bytes(1024 * 1024 - 1) == "1.00 MiB");
  CHECK(short_bytes(-1536) == "-1.50 KiB");
  CHECK(short_bytes(kLeast) == "-8.00 EiB");
  CHECK(exact_bytes(13207024435) == "12.3 GiB (13,207,024,435 bytes)");
  CHECK(exact_bytes(-96) == "-96 bytes");
}

TEST_CASE("Times have all their digits in groups of three", "[gui]") {
  CHECK(exact_time(0) == "0 s");
  CHECK(exact_time(1) == "1 ns");
  CHECK(exact_time(15'000) == "15 µs");
  CHECK(exact_time(999'999'999) == "999.999 999 ms");
  CHECK(exact_time(1'000'000'000) == "1 s");
  CHECK(exact_time(1'234'567'000) == "1.234 567 s");
  CHECK(exact_time(1'200'000'000) == "1.200 s");
  CHECK(exact_time(-1'000'000'001) == "-1.000 000 001 s");
  CHECK(exact_time(7'200'000'000'000) == "7,200 s");
  CHECK(exact_time(kLeast) == "-9,223,372,036.854 775 808 s");
}

TEST_CASE("Values and places have their unit, one of it in the singular", "[gui]") {
  CHECK(value_in_words(TrackUnit::bytes, 2048) == "2.00 KiB (2,048 bytes)");
  CHECK(value_in_short(TrackUnit::bytes, 2048) == "2.00 KiB");
  CHECK(value_in_words(TrackUnit::entries, 4194304) == "4,194,304 entries");
  CHECK(value_in_words(TrackUnit::entries, 1) == "1 entry");
  CHECK(value_in_words(TrackUnit::blocks, 2) == "2 blocks");
  CHECK(value_in_words(TrackUnit::passes, 3) == "3 passes");
  CHECK(place_in_words(Axis::row, 131072) == "token 131,072");
  CHECK(place_in_words(Axis::pass, 17) == "pass 17");
  CHECK(place_in_words(Axis::second, 1'234'567'000) == "1.234 567 s");
  CHECK(length_in_words(Axis::row, 1) == "1 token");
  CHECK(length_in_words(Axis::pass, 17) == "17 passes");
  CHECK(length_in_words(Axis::second, 20) == "20 ns");
}

}  // namespace
}  // namespace kvf::gui
