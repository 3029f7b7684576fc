// The JSON of Kineto traces: ends of values, escapes, numbers without a lost digit.
#include <cmath>
#include <random>

#include "profiler/import/import_error.h"
#include "profiler/import/kineto/json_text.h"
#include "profiler/import/kineto/json_value.h"
#include "profiler/import/kineto/number.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::traces;

namespace {

// The end of the first value, one byte after another.
std::size_t plain_end(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return ValueEnd::npos;
}

std::size_t scanned_end(std::string text) {
  const std::size_t size = text.size();
  text.append(2 * ValueEnd::kBlock, ' ');
  ValueEnd scan;
  for (std::size_t i = 0; i < size; i += ValueEnd::kBlock) {
    const std::size_t found = scan.next(text.data() + i);
    if (found != ValueEnd::npos) return i + found;
  }
  return ValueEnd::npos;
}

std::string decoded(std::string_view raw) {
  std::string storage;
  return std::string(unescaped(raw, storage));
}

// Text with room behind it, as JsonCursor wants.
std::string padded(std::string text) { return text.append(ValueEnd::kBlock, ' '); }

}  // namespace

TEST_CASE("the end of a value is found as one byte after another would", "[json]") {
  std::mt19937 random(7);
  const auto any_of = [&](std::string_view alphabet) {
    return alphabet[random() % alphabet.size()];
  };
  int found = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = "{";
    for (auto tokens = random() % 40; tokens > 0; --tokens) {
      if (random() % 2 == 0) {
        text += any_of("{}[],: 7");
        continue;
      }
      text += '"';
      for (auto size = random() % 20; size > 0; --size) {
        const char c = any_of("{}[],a\\\\");
        text += c;
        if (c == '\\') text += any_of("\\\"n{}");
      }
      if (random() % 50 == 0) break;  // a string without an end
      text += '"';
    }
    const std::size_t expected = plain_end(text);
    if (expected != ValueEnd::npos) ++found;
    if (scanned_end(text) != expected) FAIL(text);
  }
  CHECK(found > 50000);
}

TEST_CASE("a backslash at the edge of a block escapes the first byte of the next", "[json]") {
  for (int length = 50; length < 80; ++length) {
    for (int slashes = 0; slashes < 5; ++slashes) {
      const std::string text = "{\"" + std::string(static_cast<std::size_t>(length), 'x') +
                               std::string(static_cast<std::size_t>(slashes), '\\') + "\"}\"}";
      CHECK(scanned_end(text) == plain_end(text));
    }
  }
}

TEST_CASE("numbers keep every digit", "[json]") {
  const auto micro = [](std::string_view text) { return scaled(text, 3).value_or(-1); };
  CHECK(micro("1428625746340.715") == 1428625746340715);
  CHECK(micro("1751410836000123.456") == 1751410836000123456);  // a double has no digit for it
  CHECK(micro("1751410836000123") == 1751410836000123000);
  CHECK(micro("0.001") == 1);
  CHECK(micro("136.871") == 136871);
  CHECK(micro("5.5") == 5500);
  CHECK(micro("1.0004") == 1000);
  CHECK(micro("1.0005") == 1001);
  CHECK(micro("1.00049999999999999999999999999999999") == 1000);
  CHECK(micro("0") == 0);
  CHECK(micro("0.0") == 0);
  CHECK(micro("1e3") == 1000000);
  CHECK(micro("1.5E-3") == 2);  // rounded up from 1.5 ns
  CHECK(micro("12.5e1") == 125000);
  CHECK(micro("0.00001e5") == 1000);
  CHECK(scaled("-17", 3) == -17000);
  CHECK(scaled("-0.5", 3) == -500);
  CHECK(scaled("9223372036854775807") == INT64_MAX);
  CHECK_FALSE(scaled("9223372036854775808"));
  CHECK_FALSE(scaled("9223372036854775.808", 3));
  CHECK(scaled("9223372036854775.8074", 3) == INT64_MAX);
  CHECK_FALSE(scaled("9223372036854775.8075", 3));
  CHECK(scaled("18317312.0") == 18317312);
  CHECK(scaled("1.8317312e7") == 18317312);
  for (const std::string_view bad : {"", "-", ".", "1.", ".5", "1e", "1e+", "e5", "1..2", "1.2.3",
                                     "0x10", "NaN", "1e999999999999", "1 2", "--1", "+1", "1.5"}) {
    CAPTURE(bad);
    CHECK_FALSE(scaled(bad));
  }
  CHECK(unsigned_number("18446744073709551615") == UINT64_MAX);
  CHECK_FALSE(unsigned_number("18446744073709551616"));
  CHECK_FALSE(unsigned_number("-1"));
  CHECK(unsigned_number("1e3") == 1000u);
}

TEST_CASE("escapes", "[json]") {
  CHECK(decoded(R"([memory])") == "[memory]");
  CHECK(decoded(R"(\u005bmem\u006Fry\u005D)") == "[memory]");
  CHECK(decoded(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
  CHECK(decoded(R"(\u00e4\u20ac\ud83d\ude00)") == "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(decoded(R"(\ud83dx)") == "\xEF\xBF\xBDx");
  CHECK(decoded(R"(\ude00)") == "\xEF\xBF\xBD");
  CHECK(decoded(R"(\ud83d\u0041)") ==
        "\xEF\xBF\xBD"
        "A");
  CHECK_THROWS_AS(decoded(R"(\x)"), JsonError);
  CHECK_THROWS_AS(decoded(R"(\u12)"), JsonError);
  CHECK_THROWS_AS(decoded(R"(\u12g4)"), JsonError);
}

TEST_CASE("a cursor takes values one by one", "[json]") {
  const std::string text =
      padded(R"( { "a" : [1, {"b": "]"}] , "c": "}\"", "d": -1.5e3 ,"e":null} )");
  JsonCursor cursor(std::string_view(text).substr(0, text.size() - ValueEnd::kBlock));
  std::vector<std::string> seen;
  cursor.expect('{');
  for (bool begin = true; cursor.another('}', begin); begin = false) {
    std::string storage;
    seen.emplace_back(cursor.string(storage));
    cursor.expect(':');
    seen.emplace_back(cursor.value());
  }
  CHECK(seen == std::vector<std::string>{"a", R"([1, {"b": "]"}])", "c", R"("}\"")", "d", "-1.5e3",
                                         "e", "null"});
  CHECK(cursor.peek() == '\0');
}

TEST_CASE("a text that streams by gives the same values in any window", "[json]") {
  const std::string long_string(300 << 10, 'x');  // longer than a window
  const std::string text =
      "\xEF\xBB\xBF [ {\"a\":\"" + long_string + "\"}, 12 , \"" + long_string + "\\\"\", [[]] ]";
  ByteSource source = ByteSource::over(text);
  JsonText stream(source);
  stream.expect('[');
  CHECK(stream.value() == "{\"a\":\"" + long_string + "\"}");
  CHECK(stream.another(']', false));
  CHECK(stream.value() == "12");
  CHECK(stream.another(']', false));
  CHECK(stream.string() == long_string + "\"");
  CHECK(stream.another(']', false));
  stream.skip();
  CHECK_FALSE(stream.another(']', false));
  CHECK(stream.peek() == '\0');
}

TEST_CASE("what is too long, or ends too early, is said", "[json]") {
  const std::string text = "[\"" + std::string(JsonText::kLongestValue + (1 << 20), 'x') + "\"]";
  ByteSource source = ByteSource::over(text);
  JsonText stream(source);
  CHECK_THROWS_WITH(stream.value(), test::contains("a value of more than 16777216 bytes"));
  ByteSource again = ByteSource::over(text);
  JsonText skipped(again);
  skipped.skip();  // of any length
  CHECK(skipped.peek() == '\0');
  for (const std::string_view open : {"[1", "{\"a", "\"abc", "\"abc\\", "[\"]"}) {
    ByteSource ends = ByteSource::over(open);
    JsonText part(ends);
    CHECK_THROWS_AS(part.skip(), JsonText::End);
  }
}
