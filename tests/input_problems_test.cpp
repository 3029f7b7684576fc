// Messages: what they quote, how they are sorted, what they suggest.
#include <array>
#include <string>
#include <string_view>

#include "sim/input/bind.h"
#include "sim/input/problems.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;

TEST_CASE("quoted text is valid, short, and on one line", "[input]") {
  CHECK(in_quotes("abc") == "'abc'");
  CHECK(in_quotes("") == "''");
  CHECK(in_quotes("a\tb\nc\x01\x7F") == "'a\\tb\\nc\\x01\\x7f'");
  CHECK(in_quotes("caf\xE9!") == "'caf\xEF\xBF\xBD!'");
  CHECK(in_quotes("caf\xC3\xA9!") == "'caf\xC3\xA9!'");
  CHECK(in_quotes(std::string(60, 'x')) == "'" + std::string(60, 'x') + "'");
  CHECK(in_quotes(std::string(61, 'x')) == "'" + std::string(60, 'x') + "...'");
  // Not cut inside a character.
  CHECK(in_quotes(std::string(59, 'x') + "\xC3\xA9y") ==
        "'" + std::string(59, 'x') + "\xC3\xA9...'");
}

TEST_CASE("UTF-8 as the standard has it", "[input]") {
  const auto valid = [](std::string_view text) {
    return find_invalid_utf8(text) == std::string_view::npos;
  };
  CHECK(valid(
      "a\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  for (const std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x28\xA1"}) {
    CHECK(find_invalid_utf8(bad) == 0);
    CHECK(valid(valid_utf8(bad)));
  }
  CHECK(find_invalid_utf8("abc\xFFxyz") == 3);
  CHECK(valid_utf8("a\xFF\xFEz") == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST_CASE("problems come in the order of the text", "[input]") {
  Problems problems("f.yaml");
  CHECK_NOTHROW(problems.throw_if_any());
  problems.add({7, 2}, "late");
  problems.add({3, 9}, "right");
  problems.add({3, 1}, "left");
  problems.add({}, "whole");
  try {
    problems.throw_if_any();
    FAIL("nothing thrown");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) ==
          "f.yaml: error: whole\nf.yaml:3:1: error: left\nf.yaml:3:9: error: right\n"
          "f.yaml:7:2: error: late");
    CHECK(error.problems().size() == 4);
  }
}

TEST_CASE("a line of a problem holds nothing that breaks it", "[input]") {
  const Problem problem{"a\nb\xFF", {1, 2}, std::string("x\0y\r", 4)};
  CHECK(problem.line() == "a?b\xEF\xBF\xBD:1:2: error: x?y?");
}

TEST_CASE("the nearest name is near", "[input]") {
  constexpr std::array<std::string_view, 6> kNames{"sink_tokens", "window_tokens", "full",
                                                   "snapkv",      "h2o",           "kv"};
  CHECK(nearest("sink_token", kNames) == "sink_tokens");
  CHECK(nearest("skin_tokens", kNames) == "sink_tokens");
  CHECK(nearest("WINDOW_TOKENS", kNames) == "window_tokens");
  CHECK(nearest("window-tokens", kNames) == "window_tokens");
  CHECK(nearest("snapvk", kNames) == "snapkv");
  CHECK(nearest("h20", kNames) == "h2o");
  CHECK(nearest("ful", kNames) == "full");
  for (const std::string_view far : {"", "x", "nope", "tokens", "quest", "sink"}) {
    CHECK(nearest(far, kNames).empty());
  }
  CHECK(nearest(std::string(100000, 'x'), kNames).empty());
}

TEST_CASE("tokens carry units only where they may", "[input]") {
  const auto read = [](std::string_view text, bool plain) {
    Node node;
    if (plain) {
      set_plain_scalar(node, text);
    } else {
      node.kind = Kind::text;
      node.text = text;
    }
    Problems problems("text");
    const auto tokens = read_tokens(node, "x", kAnyCount, problems);
    CHECK(tokens.has_value() == problems.empty());
    return tokens ? tokens->count() : -1;
  };
  CHECK(read("0", true) == 0);
  CHECK(read("-0", true) == 0);
  CHECK(read("4096", true) == 4096);
  CHECK(read("0K", true) == 0);
  CHECK(read("32K", true) == 32768);
  CHECK(read("1M", true) == 1048576);
  CHECK(read("1125899906842624", true) == kMaxTokens.count());
  CHECK(read("1099511627776K", true) == kMaxTokens.count());
  CHECK(read("1073741824M", true) == kMaxTokens.count());
  CHECK(read("1073741825M", true) == -1);
  CHECK(read("1125899906842625", true) == -1);
  for (const std::string_view bad : {"-1", "-1K", "32k", "1G", "K", "032K", "1.5K", "1KK", "1 K",
                                     "1e3", "1.0", "4096 ", "99999999999999999999K", ""}) {
    INFO(bad);
    CHECK(read(bad, true) == -1);
  }
  CHECK(read("32K", false) == -1);
  CHECK(read("4096", false) == -1);
}
