// Files as bytes: plain and packed.
#include "profiler/import/bytes.h"
#include "tests/catch.h"
#include "tests/import/made_traces.h"

using namespace kvf;
using namespace kvf::test;
using traces::ByteSource;

namespace {

struct Content {
  std::string text;
  bool cut_short = false;
};

Content content(std::string_view bytes, std::size_t first = 0, std::size_t step = 1000) {
  ByteSource source = ByteSource::over(bytes);
  source.first(first);
  Content result;
  std::string part(step, '\0');
  while (const std::size_t n = source.read(part.data(), part.size())) {
    result.text.append(part, 0, n);
  }
  result.cut_short = source.cut_short();
  return result;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += std::to_string(i * 7919 % 10007) + ",";
  return text;
}

}  // namespace

TEST_CASE("packed bytes read as plain ones do", "[gzip]") {
  const std::string text = long_text();
  for (const std::size_t first : std::initializer_list<std::size_t>{0, 1, 2, 3, 16, 5000}) {
    CHECK(content(text, first).text == text);
    CHECK(content(gzip(text), first).text == text);
  }
  CHECK(content("").text.empty());
  CHECK(content("x", 10).text == "x");
  CHECK(content("\x1f").text == "\x1f");
  ByteSource source = ByteSource::over(text);
  CHECK(source.first(5) == text.substr(0, 5));
  CHECK(source.first(2) == text.substr(0, 2));
}

TEST_CASE("packed files may be joined, and filled up with zeros", "[gzip]") {
  const std::string both = gzip("one ") + gzip("") + gzip("two");
  CHECK(content(both).text == "one two");
  CHECK(content(both + std::string(300000, '\0')).text == "one two");
  CHECK_FALSE(content(both + std::string(3, '\0')).cut_short);
  CHECK_THROWS_WITH(content(both + "x"), "has other bytes behind its compressed data");
}

TEST_CASE("packed bytes that end too early are seen at every length", "[gzip]") {
  const std::string packed = gzip(long_text());
  for (std::size_t size = 2; size < packed.size(); size += size < 40 ? 1 : packed.size() / 97) {
    CHECK(content(packed.substr(0, size)).cut_short);
  }
  for (std::size_t missing = 1; missing < 20; ++missing) {
    CHECK(content(packed.substr(0, packed.size() - missing)).cut_short);
  }
  CHECK_FALSE(content(packed).cut_short);
}

TEST_CASE("damaged packed bytes are refused", "[gzip]") {
  const std::string packed = gzip(long_text());
  int refused = 0;
  for (std::size_t at = 10; at < packed.size(); at += 1009) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    try {
      if (content(damaged).cut_short) ++refused;
    } catch (const traces::ImportError& error) {
      CHECK_THAT(error.what(), test::contains("has damaged compressed data"));
      ++refused;
    }
  }
  CHECK(refused == static_cast<int>((packed.size() - 10 + 1008) / 1009));
}
