// JSON and YAML become the same tree, with the place of every value.
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/input/json.h"
#include "sim/input/yaml.h"
#include "tests/catch.h"

using namespace kvf::input;

namespace {

// The tree as one line: kinds, keys and texts, without places.
std::string shape(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return node.boolean ? "true" : "false";
    case Kind::integer:
      return "i" + std::to_string(node.integer);
    case Kind::real:
      return "r" + std::string(node.text);
    case Kind::text:
      return "'" + std::string(node.text) + "'";
    case Kind::list:
      for (const Node& member : node) text += (text.empty() ? "" : " ") + shape(member);
      return "[" + text + "]";
    case Kind::map:
      for (const Node& member : node) {
        text += (text.empty() ? "" : " ") + std::string(member.key) + ":" + shape(member);
      }
      return "{" + text + "}";
  }
  return "?";
}

// All nodes as LINE:COLUMN, of a member KEY@LINE:COLUMN=LINE:COLUMN.
std::string places(const Node& node) {
  const auto place = [](Position at) {
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  std::string text;
  if (!node.key.empty()) text = std::string(node.key) + "@" + place(node.key_at) + "=";
  text += place(node.at);
  if (node.kind != Kind::list && node.kind != Kind::map) return text;
  for (const Node& member : node) text += " " + places(member);
  return text;
}

struct Json {
  explicit Json(std::string json) : text(std::move(json)) { parser.parse(text, tree, problems); }
  std::string text;
  JsonParser parser;
  Problems problems{"text"};
  Tree tree;
};
struct Yaml {
  explicit Yaml(const std::string& text) { parse_yaml(text, tree, problems); }
  Problems problems{"text"};
  Tree tree;
};

}  // namespace

TEST_CASE("JSON becomes a tree that keeps duplicates and order", "[input]") {
  const Json json(R"({"b":1,"a":[true,false,null,-2.5e3,"x"],"b":{},"":[]})");
  CHECK(shape(json.tree.root()) == "{b:i1 a:[true false null r-2.5e3 'x'] b:{} :[]}");
}

TEST_CASE("escapes in JSON texts and keys", "[input]") {
  const Json json(R"( {"k\u0065y\"" : "a\\b\/\n\u00e9\ud83d\ude00" , "z":"" , "\\":2} )");
  CHECK(shape(json.tree.root()) == "{key\":'a\\b/\n\xC3\xA9\xF0\x9F\x98\x80' z:'' \\:i2}");
}

TEST_CASE("a long JSON text with many escapes comes in parts", "[input]") {
  std::string written;
  std::string meant;
  for (int i = 0; i < 3000; ++i) {
    written += "\\u0041bc\\n";
    meant += "Abc\n";
  }
  const Json json("{\"" + written + "\":[\"" + written + "\",7]}");
  const Node& list = *json.tree.root().begin();
  CHECK(list.key == meant);
  CHECK(list.begin()->text == meant);
  CHECK(places(json.tree.root()).ends_with(":" + std::to_string(written.size() * 2 + 9)));
}

TEST_CASE("places in JSON", "[input]") {
  const Json json("{\"a\": 1,\n  \"b\" :[true, \"x\\\"y\",\n null], \"c\":\t{\"d\":-1.5}}\n");
  CHECK(places(json.tree.root()) == "1:1 a@1:2=1:7 b@2:3=2:8 2:9 2:15 3:2 c@3:9=3:14 d@3:15=3:19");
}

TEST_CASE("places in YAML", "[input]") {
  const Yaml yaml("a: 1\nb:\n  - true\n  - {d: -1.5, e: \"x\"}\nc:\n# end\n");
  CHECK(places(yaml.tree.root()) ==
        "1:1 a@1:1=1:4 b@2:1=3:3 3:5 4:5 d@4:6=4:9 e@4:15=4:18 c@5:1=5:1");
}

TEST_CASE("line ends of another system change no place", "[input]") {
  const std::string unix_text = "a: 1\nb:\n  - two\n  - {d: x}\n";
  std::string dos_text;
  for (const char c : unix_text) dos_text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(places(Yaml(unix_text).tree.root()) == places(Yaml(dos_text).tree.root()));
  CHECK(shape(Yaml(unix_text).tree.root()) == shape(Yaml(dos_text).tree.root()));
}

TEST_CASE("a tree is the same from JSON and from the same text as YAML", "[input]") {
  for (const std::string text :
       {R"({"a":1,"b":[1.5,true,null,"x"],"a":{"c":{}}})", R"([])", R"([[[-0]],"1",{"":1}])",
        R"({"name":"head-roles","streaming_heads":0.7,"other_heads":{"name":"full"}})"}) {
    INFO(text);
    CHECK(shape(Json(text).tree.root()) == shape(Yaml(text).tree.root()));
    CHECK(places(Json(text).tree.root()) == places(Yaml(text).tree.root()));
  }
}

TEST_CASE("words without quotes are read strictly", "[input]") {
  const Yaml yaml(
      "[0, -7, 9223372036854775807, 9223372036854775808, -9223372036854775809, 1.5, -0.0, 1e3, "
      "true, null, ~, 010, 0x10, 0o7, 1_000, +1, .5, 1., 1e, yes, True, .inf, .nan, 32K, "
      "'5', \"true\", 2001-01-01, 1:30, -]");
  CHECK(shape(yaml.tree.root()) ==
        "[i0 i-7 i9223372036854775807 r9223372036854775808 r-9223372036854775809 r1.5 r-0.0 r1e3 "
        "true null null '010' '0x10' '0o7' '1_000' '+1' '.5' '1.' '1e' 'yes' 'True' '.inf' "
        "'.nan' '32K' '5' 'true' '2001-01-01' '1:30' '-']");
}

TEST_CASE("a number is the double nearest to its text", "[input]") {
  for (const std::string text :
       {"0.7", "0.1", "0.29999999999999999", "1e23", "8.5e-1", "2.2250738585072011e-308",
        "179769313486231570000000000000000000000.0e270", "0.50000000000000011102230246251565",
        "9007199254740993.0", "123456789012345678901234567890", "4.9e-324"}) {
    INFO(text);
    CHECK(Json("[" + text + "]").tree.root().begin()->real == std::strtod(text.c_str(), nullptr));
  }
}

TEST_CASE("numbers past the range of a double", "[input]") {
  const Json json("[1e400,-1e400,1e-400]");
  std::vector<double> values;
  for (const Node& node : json.tree.root()) values.push_back(node.real);
  REQUIRE(values.size() == 3);
  CHECK(values[0] > 1e308);
  CHECK(values[1] < -1e308);
  CHECK(values[2] == 0);
}

TEST_CASE("a parser and a tree serve again after a mistake", "[input]") {
  JsonParser parser;
  Tree tree;
  Problems problems("text");
  for (const std::string bad : {"{\"a\\u0041", "[1,", "\"abc", "{\"a\":tru", "[[[", ""}) {
    CHECK_THROWS_AS(parser.parse(bad, tree, problems), InputError);
    problems.clear();
    parser.parse(R"({"k":["v"]})", tree, problems);
    CHECK(shape(tree.root()) == "{k:['v']}");
  }
}

TEST_CASE("JSON may be as deep as a tree may", "[input]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK_NOTHROW(Json(nested(Tree::kMaxDepth)));
  CHECK_THROWS_AS(Json(nested(Tree::kMaxDepth + 1)), InputError);
  CHECK_NOTHROW(Yaml(nested(Tree::kMaxDepth)));
  CHECK_THROWS_AS(Yaml(nested(Tree::kMaxDepth + 1)), InputError);
}

TEST_CASE("a YAML text that would fill the memory is refused at once", "[input]") {
  const auto refusal = [](const std::string& text) {
    Problems problems("big.yaml");
    Tree tree;
    try {
      parse_yaml(text, tree, problems);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(refusal(std::string(kMaxYamlBytes + 1, '[')) ==
        "big.yaml: error: is larger than 1 MiB; expected a smaller YAML text");
  CHECK(refusal(std::string(kMaxYamlBytes, '[')) != "accepted");
  CHECK(refusal("a: b" + std::string(kMaxYamlBytes - 4, ' ')) == "accepted");
}

TEST_CASE("YAML that a scenario may use", "[input]") {
  CHECK(shape(Yaml("---\na: >-\n  two\n  words\n...\n").tree.root()) == "{a:'two words'}");
  CHECK(shape(Yaml("a: 'it''s'\n\"b c\": |\n  x\n").tree.root()) == "{a:'it's' b c:'x\n'}");
  CHECK(shape(Yaml("a: b # c\n# d\n").tree.root()) == "{a:'b'}");
  CHECK(shape(Yaml("? a\n: b\n").tree.root()) == "{a:'b'}");
  CHECK(shape(Yaml("1: 2").tree.root()) == "{1:i2}");
}
