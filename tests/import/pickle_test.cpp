// Pickles as data: every protocol, and files that are made to do harm.
#include <fmt/format.h>

#include "profiler/import/snapshot/pickle.h"
#include "tests/catch.h"
#include "tests/import/made_traces.h"

using namespace kvf;
using namespace kvf::test;
using traces::Pickle;
using traces::PickleError;

namespace {

using namespace std::string_literals;

// The value in the notation of Python, containers by content.
std::string shown(const Pickle& pickle, const Pickle::Value& value, int depth = 0) {
  if (depth > 5) return "...";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "True" : "False";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* text = std::get_if<std::string_view>(&value)) return fmt::format("'{}'", *text);
  std::string list;
  if (pickle.is_dict(value)) {
    for (const auto& [key, member] : pickle.members(value)) {
      list += shown(pickle, key, depth + 1) + ": " + shown(pickle, member, depth + 1) + ", ";
    }
    return "{" + list + "}";
  }
  if (pickle.is_list(value)) {
    for (const auto& item : pickle.items(value)) list += shown(pickle, item, depth + 1) + ", ";
    return "[" + list + "]";
  }
  return "None";
}

std::string read(const std::string& bytes, const Pickle::Options& options = {}) {
  const Pickle pickle(bytes, options);
  return shown(pickle, pickle.top());
}

std::string why(const std::string& bytes, const Pickle::Options& options = {}) {
  try {
    const Pickle pickle(bytes, options);
  } catch (const PickleError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

// Made by pickle.dumps({'a': [1, -2, 300, 70000, 2**40, -2**40, True, False, None], 'b': (), 't':
// (1,), 'u': (1, 2), 'v': (1, 2, 3), 'w': (1, 2, 3, 4), 'f': 1.5, 's': 'ä€', 'big': 2**80}, n) of
// Python 3.11.
TEST_CASE("every protocol gives the same data", "[pickle]") {
  const std::string expected =
      "{'a': [1, -2, 300, 70000, 1099511627776, -1099511627776, True, False, None, ], 'b': [], "
      "'t': "
      "[1, ], 'u': [1, 2, ], 'v': [1, 2, 3, ], 'w': [1, 2, 3, 4, ], 'f': 1.5, 's': 'ä€', 'big': "
      "None, }";
  const std::vector<std::string> files{
      "(dp0\x0aVa\x0ap1\x0a(lp2\x0aI1\x0a"
      "aI-2\x0a"
      "aI300\x0a"
      "aI70000\x0a"
      "aL1099511627776L\x0a"
      "aL-1099511627776L\x0a"
      "aI01\x0a"
      "aI00\x0a"
      "aNasVb\x0ap3\x0a(tsVt\x0ap4\x0a(I1\x0atp5\x0asVu\x0ap6\x0a(I1\x0aI2\x0atp7\x0asVv\x0ap8\x0a("
      "I1\x0aI2\x0aI3\x0atp9\x0asVw\x0ap10\x0a(I1\x0aI2\x0aI3\x0aI4\x0atp11\x0asVf\x0ap12\x0a"
      "F1.5\x0asVs\x0ap13\x0aV\xe4\\u20ac\x0ap14\x0asVbig\x0ap15\x0aL1208925819614629174706176L\x0as."s,
      "}q\x00(X\x01\x00\x00\x00"
      "aq\x01]q\x02(K\x01J\xfe\xff\xff\xffM,\x01Jp\x11\x01\x00L1099511627776L\x0aL-"
      "1099511627776L\x0aI01\x0aI00\x0aNeX\x01\x00\x00\x00"
      "bq\x03)X\x01\x00\x00\x00tq\x04(K\x01tq\x05X\x01\x00\x00\x00uq\x06("
      "K\x01K\x02tq\x07X\x01\x00\x00\x00vq\x08(K\x01K\x02K\x03tq\x09X\x01\x00\x00\x00wq\x0a("
      "K\x01K\x02K\x03K\x04tq\x0bX\x01\x00\x00\x00"
      "fq\x0cG\x3f\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00sq\x0dX\x05\x00\x00\x00\xc3\xa4\xe2"
      "\x82\xacq\x0eX\x03\x00\x00\x00"
      "bigq\x0fL1208925819614629174706176L\x0au."s,
      "\x80\x02}q\x00(X\x01\x00\x00\x00"
      "aq\x01]q\x02(K\x01J\xfe\xff\xff\xffM,"
      "\x01Jp\x11\x01\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x8a\x06\x00\x00\x00\x00\x00\xff\x88\x89Ne"
      "X\x01\x00\x00\x00"
      "bq\x03)"
      "X\x01\x00\x00\x00tq\x04K\x01\x85q\x05X\x01\x00\x00\x00uq\x06K\x01K\x02\x86q\x07X\x01\x00\x00"
      "\x00vq\x08K\x01K\x02K\x03\x87q\x09X\x01\x00\x00\x00wq\x0a("
      "K\x01K\x02K\x03K\x04tq\x0bX\x01\x00\x00\x00"
      "fq\x0cG\x3f\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00sq\x0dX\x05\x00\x00\x00\xc3\xa4\xe2"
      "\x82\xacq\x0eX\x03\x00\x00\x00"
      "bigq\x0f\x8a\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01u."s,
      "\x80\x03}q\x00(X\x01\x00\x00\x00"
      "aq\x01]q\x02(K\x01J\xfe\xff\xff\xffM,"
      "\x01Jp\x11\x01\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x8a\x06\x00\x00\x00\x00\x00\xff\x88\x89Ne"
      "X\x01\x00\x00\x00"
      "bq\x03)"
      "X\x01\x00\x00\x00tq\x04K\x01\x85q\x05X\x01\x00\x00\x00uq\x06K\x01K\x02\x86q\x07X\x01\x00\x00"
      "\x00vq\x08K\x01K\x02K\x03\x87q\x09X\x01\x00\x00\x00wq\x0a("
      "K\x01K\x02K\x03K\x04tq\x0bX\x01\x00\x00\x00"
      "fq\x0cG\x3f\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00sq\x0dX\x05\x00\x00\x00\xc3\xa4\xe2"
      "\x82\xacq\x0eX\x03\x00\x00\x00"
      "bigq\x0f\x8a\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01u."s,
      "\x80\x04\x95\x8d\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01"
      "a\x94]\x94(K\x01J\xfe\xff\xff\xffM,"
      "\x01Jp\x11\x01\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x8a\x06\x00\x00\x00\x00\x00\xff\x88\x89Ne"
      "\x8c\x01"
      "b\x94)"
      "\x8c\x01t\x94K\x01\x85\x94\x8c\x01u\x94K\x01K\x02\x86\x94\x8c\x01v\x94K\x01K\x02K\x03\x87"
      "\x94\x8c\x01w\x94(K\x01K\x02K\x03K\x04t\x94\x8c\x01"
      "f\x94G\x3f\xf8\x00\x00\x00\x00\x00\x00\x8c\x01s\x94\x8c\x05\xc3\xa4\xe2\x82\xac\x94\x8c\x03"
      "big\x94\x8a\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01u."s,
      "\x80\x05\x95\x8d\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01"
      "a\x94]\x94(K\x01J\xfe\xff\xff\xffM,"
      "\x01Jp\x11\x01\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x8a\x06\x00\x00\x00\x00\x00\xff\x88\x89Ne"
      "\x8c\x01"
      "b\x94)"
      "\x8c\x01t\x94K\x01\x85\x94\x8c\x01u\x94K\x01K\x02\x86\x94\x8c\x01v\x94K\x01K\x02K\x03\x87"
      "\x94\x8c\x01w\x94(K\x01K\x02K\x03K\x04t\x94\x8c\x01"
      "f\x94G\x3f\xf8\x00\x00\x00\x00\x00\x00\x8c\x01s\x94\x8c\x05\xc3\xa4\xe2\x82\xac\x94\x8c\x03"
      "big\x94\x8a\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01u."s,
  };
  REQUIRE(files.size() == 6);
  for (const std::string& file : files) CHECK(read(file) == expected);
}

TEST_CASE("opcodes that Python's own writer seldom uses", "[pickle]") {
  CHECK(read("(I1\nI2\nl.") == "[1, 2, ]");
  CHECK(read("(S'a\\x41\\n\\''\nL12L\nd.") == "{'aA\n'': 12, }");
  CHECK(read("F2.5\n.") == "2.5");
  CHECK(read("S\"x\"\n.") == "'x'");
  CHECK(read("U\x02xy.") == "'xy'");
  CHECK(read("T\x02\0\0\0xy."s) == "'xy'");
  CHECK(read("B\x02\0\0\0xy."s) == "'xy'");
  CHECK(read("C\x02xy.") == "'xy'");
  CHECK(read("\x8d\x02\0\0\0\0\0\0\0xy."s) == "'xy'");
  CHECK(read("\x96\x02\0\0\0\0\0\0\0xy."s) == "'xy'");
  CHECK(read("\x8f(K\x01K\x02\x90.") == "[1, 2, ]");
  CHECK(read("(K\x01\x91.") == "[1, ]");
  CHECK(read("]K\x01K\x02\x86"
             "a.") == "[[1, 2, ], ]");
  CHECK(read("K\x01K\x02"
             "0.") == "1");
  CHECK(read("K\x01(K\x02K\x03"
             "1.") == "1");
  CHECK(read("K\x01(0.") == "1");  // POP takes a mark
  CHECK(read("]K\x01"
             "2\x86"
             "a.") == "[[1, 1, ], ]");
  CHECK(read("K\x05\x94K\x06\x94"
             "00h\0h\x01\x86."s) == "[5, 6, ]");  // MEMOIZE counts from 0
  CHECK(read("]p5\n0g5\n.") == "[]");
  CHECK(read("]r\x07\0\0\0"
             "0j\x07\0\0\0."s) == "[]");
  CHECK(read("\x8b\x02\0\0\0\xff\xff."s) == "-1");
  CHECK(read("\x8a\0."s) == "0");
  CHECK(read("\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\0."s) == "None");  // 2^64-1
  CHECK(read("V\\u00e4\\U0001F600\n.") == "'ä😀'");
}

TEST_CASE("what could run code is refused by name", "[pickle]") {
  const std::vector<std::pair<std::string, std::string>> programs{
      {"GLOBAL", "cos\nsystem\n(S'true'\ntR."},
      {"STACK_GLOBAL", "\x8c\x02os\x8c\x06system\x93."},
      {"REDUCE", "NNR."},
      {"BUILD", "}}b."},
      {"INST", "(ios\nsystem\n."},
      {"OBJ", "(No."},
      {"NEWOBJ", "N)\x81."},
      {"NEWOBJ_EX", "N)}\x92."},
      {"EXT1", "\x82\x01."},
      {"EXT2", "\x83\x01\x01."},
      {"EXT4", "\x84\x01\x01\x01\x01."},
      {"PERSID", "Pthing\n."},
      {"BINPERSID", "NQ."},
      {"NEXT_BUFFER", "\x97."},
      {"READONLY_BUFFER", "N\x98."}};
  for (const auto& [name, program] : programs) {
    CHECK_THAT(why(program), contains("holds more than data: " + name + " at byte"));
    CHECK_THAT(refusal("\x80\x04" + program), contains("could run code when it is loaded"));
  }
}

TEST_CASE("damaged pickles are refused with words", "[pickle]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "ends in the middle"},
      {"\x80\x04", "ends in the middle"},
      {"X\xff\xff\xff\x7fx.", "ends in the middle"},
      {"\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.", "ends in the middle"},
      {"\x8e\0\0\0\0\0\0\0\x80."s, "ends in the middle"},
      {"\x8b\xff\xff\xff\xff.", "ends in the middle"},
      {"I12", "ends in the middle"},
      {".", "takes from an empty stack"},
      {"K\x01(.", "takes from an empty stack"},
      {"0.", "takes from an empty stack"},
      {"2.", "takes from an empty stack"},
      {"q\x01.", "takes from an empty stack"},
      {"a.", "takes from an empty stack"},
      {"e.", "has no mark"},
      {"1.", "has no mark"},
      {"(e.", "takes from an empty stack"},
      {"h\x01.", "refers to what it did not remember"},
      {"K\x01K\x02"
       "a.",
       "puts something into what cannot hold it"},
      {"}K\x02"
       "a.",
       "puts something into what cannot hold it"},
      {"]K\x01K\x02s.", "puts something into what cannot hold it"},
      {"}(K\x01u.", "has a key without a value"},
      {"(K\x01"
       "d.",
       "has a key without a value"},
      {"Ix\n.", "has an integer that is none"},
      {"Fx\n.", "has a number that is none"},
      {"Sx\n.", "has a text without quotes"},
      {"V\\u12\n.", "an escape without its digits"},
      {"p-1\n.", "a number that is none"},
      {"\x80\x06N.", "is of protocol 6"},
      {"K\x01K\x02.", "has something behind its end"},
      {"K\x01.K\x02", "has something behind its end"},
      {"\xff.", "no pickle has the byte 0xff at 0"}};
  for (const auto& [bytes, words] : cases) {
    CAPTURE(bytes);
    CHECK_THAT(why(bytes), contains(words));
  }
}

TEST_CASE("depth, cycles and sharing cost nothing", "[pickle]") {
  const std::size_t depth = 3000000;
  CHECK(read(std::string(depth, ']') + std::string(depth - 1, 'a') + ".") ==
        "[[[[[[..., ], ], ], ], ], ]");
  CHECK(read("]q\x01h\x01"
             "a.") == "[[[[[[..., ], ], ], ], ], ]");  // holds itself
  // Each list holds the one before ten times: 10^40 values if it were spread out.
  std::string bomb = "]q\x00"s;
  for (char i = 0; i < 40; ++i) {
    bomb += "](" + std::string("h") + i;
    for (int n = 1; n < 10; ++n) bomb += std::string("h") + i;
    bomb += std::string("eq") + static_cast<char>(i + 1);
  }
  CHECK_THAT(why(bomb + "."), contains("has something behind its end"));
  CHECK(why("(" + bomb + "l.").empty());
}

TEST_CASE("a file that wants more memory than there may be is refused", "[pickle]") {
  const Pickle::Options options{.unwanted = {}, .most_bytes = 1 << 20};
  const auto too_much = [&](const std::string& bytes) {
    CHECK_THAT(why(bytes, options), contains("needs more than 1048576 bytes of memory"));
  };
  too_much(std::string(100000, ']'));
  too_much(std::string(100000, 'N'));
  too_much(std::string(200000, '('));
  too_much("](" + std::string(50000, 'N'));
  too_much("N" + [] {
    std::string text;
    for (int i = 0; i < 30000; ++i) text += "p" + std::to_string(i) + "\n";
    return text;
  }());
  too_much("]" + [] {  // grows one by one
    std::string text;
    for (int i = 0; i < 100000; ++i) text += "Na";
    return text;
  }());
  too_much("]" + [] {  // the same text again and again
    std::string text;
    for (int i = 0; i < 100; ++i) text += "V" + std::string(20000, 'x') + "\n0";
    return text;
  }());
  std::string memo = "N";
  for (int i = 0; i < 20; ++i) memo += "r" + std::string("\xff\xff\xff\x7f");  // one far number
  CHECK(why(memo + ".", options).empty());
}

TEST_CASE("what is not wanted takes no memory", "[pickle]") {
  std::string text = "](";
  for (int i = 0; i < 100; ++i)
    text +=
        "}(C\x06"
        "frames](" +
        std::string(2000, 'N') +
        "eC\x01"
        "aK\x07u";
  const Pickle::Options options{.unwanted = "frames", .most_bytes = 1 << 20};
  const std::string expected = "{'frames': [], 'a': 7, }, ";
  CHECK(read(text + "e.", options).substr(1, expected.size()) == expected);
  CHECK_THAT(why(text + "e.", {.unwanted = {}, .most_bytes = 1 << 20}),
             contains("needs more than"));
}
