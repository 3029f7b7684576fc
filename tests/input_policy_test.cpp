// Policies as maps, as short forms, and back: generic over the parameter tables.
#include <random>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "sim/input/json.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"
#include "sim/input/yaml.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;

namespace {

PolicySpec from(const Tree& tree, Problems& problems) {
  HeadFiles files;
  const auto policy = read_policy(tree.root(), files, problems);
  problems.throw_if_any();
  return policy.value();
}
PolicySpec from_json(const std::string& text) {
  Problems problems("text");
  Tree tree;
  JsonParser().parse(text, tree, problems);
  return from(tree, problems);
}
PolicySpec from_yaml(const std::string& text) {
  Problems problems("text");
  Tree tree;
  parse_yaml(text, tree, problems);
  return from(tree, problems);
}

// Policies at random: some parameters of some policy, whatever they are.
class RandomPolicies {
 public:
  // Valid, nested at most `depth` deep.
  PolicySpec next(int depth) {
    while (true) {
      PolicySpec policy = any(depth);
      try {
        check(policy);
        return policy;
      } catch (const PolicyError&) {  // a combination without a meaning
      }
    }
  }

 private:
  PolicySpec any(int depth) {
    const std::vector<std::string_view> names = policy_names();
    PolicySpec policy = make_policy(names[random_() % names.size()]).value();
    for_each_parameter(policy, [&](const ParameterRef& ref) {
      if (random_() % 2 == 0) std::visit([&](auto slot) { set(slot, *ref.info, depth); }, ref.slot);
    });
    return policy;
  }
  double share(Range range) {
    const double unit = std::uniform_real_distribution<double>(0, 1)(random_);
    return range.low + unit * (std::min(range.high, 1e6) - range.low);
  }
  std::int64_t count(Range range) {
    const auto low = static_cast<std::int64_t>(range.low);
    const auto high = static_cast<std::int64_t>(range.high);
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  void set(Tokens* slot, const ParameterInfo& info, int) { *slot = Tokens(count(info.range)); }
  void set(std::int64_t* slot, const ParameterInfo& info, int) { *slot = count(info.range); }
  void set(double* slot, const ParameterInfo& info, int) { *slot = share(info.range); }
  void set(std::optional<Tokens>* slot, const ParameterInfo& info, int) {
    *slot = Tokens(count(info.range));
  }
  void set(std::optional<double>* slot, const ParameterInfo& info, int) {
    *slot = share(info.range);
  }
  void set(std::vector<double>* slot, const ParameterInfo& info, int) {
    slot->resize(1 + random_() % 3);
    for (double& value : *slot) value = share(info.range);
  }
  void set(ChoiceRef slot, const ParameterInfo&, int) {
    slot.choice->index = static_cast<int>(random_() % slot.words.size());
  }
  static void set(HeadScores* slot, const ParameterInfo&, int) {
    *slot = read_head_scores(KVF_TESTS_DIR "/data/heads-2x3.tsv");
  }
  void set(PolicyBox* slot, const ParameterInfo&, int depth) {
    if (depth > 0) *slot = PolicyBox(next(depth - 1));
  }
  void set(std::vector<PolicySpec>* slot, const ParameterInfo&, int depth) {
    if (depth == 0) return;
    slot->clear();
    for (std::uint64_t i = random_() % 3 + 1; i > 0; --i) slot->push_back(next(depth - 1));
  }

  std::mt19937_64 random_{20250618};
};

}  // namespace

TEST_CASE("a policy written and read again is the same, in each of its forms", "[input]") {
  RandomPolicies policies;
  std::size_t failures = 0;
  std::size_t nested = 0;
  for (int i = 0; i < 5000; ++i) {
    const PolicySpec policy = policies.next(2);
    const std::string text = to_json(policy);
    nested += text.find('{', 1) != std::string::npos ? 1U : 0U;
    // The last one too: JSON is YAML.
    const bool equal = from_json(text) == policy && to_json(from_json(text)) == text &&
                       from_yaml(text) == policy && from_yaml(to_yaml(policy)) == policy &&
                       parse_policy(to_short_form(policy)) == policy;
    if (!equal) WARN(text);
    failures += equal ? 0U : 1U;
  }
  CHECK(failures == 0);
  CHECK(nested > 100);
}

TEST_CASE("a name alone is a policy with its defaults", "[input]") {
  for (const std::string_view name : policy_names()) {
    INFO(name);
    const std::string json = R"({"name":")" + std::string(name) + R"("})";
    CHECK(to_json(make_policy(name).value()) == json);
    // Many a policy needs more than its name.
    bool valid = true;
    try {
      check(make_policy(name).value());
    } catch (const PolicyError&) {
      valid = false;
    }
    if (!valid) {
      CHECK_THROWS_AS(from_json(json), InputError);
      continue;
    }
    CHECK(from_json(json) == make_policy(name));
    CHECK(from_yaml(std::string(name)) == make_policy(name));
    CHECK(parse_policy(name) == make_policy(name));
  }
}

TEST_CASE("what JSON cannot say no parameter has for its default", "[input]") {
  const auto is_absent = [](auto slot) {
    using Slot = std::remove_pointer_t<decltype(slot)>;
    if constexpr (std::is_same_v<Slot, std::optional<Tokens>> ||
                  std::is_same_v<Slot, std::optional<double>>) {
      return !slot->has_value();
    } else if constexpr (std::is_same_v<Slot, std::vector<double>> ||
                         std::is_same_v<Slot, std::vector<PolicySpec>>) {
      return slot->empty();
    } else if constexpr (std::is_same_v<Slot, PolicyBox>) {
      return slot->get() == nullptr;
    } else if constexpr (std::is_same_v<Slot, HeadScores>) {
      return slot->values.empty();
    } else {
      return true;
    }
  };
  for (const std::string_view name : policy_names()) {
    PolicySpec policy = make_policy(name).value();
    for_each_parameter(policy, [&](const ParameterRef& ref) {
      INFO(name << " " << ref.info->name);
      CHECK(std::visit(is_absent, ref.slot));
    });
  }
}

TEST_CASE("forms are as short as a user writes them", "[input]") {
  const PolicySpec policy = parse_policy(
      "prulong:streaming_heads=0.70,sink_tokens=128,"
      "other_heads=(compose:policies=[full,(topk:ratio=[0.5,0.25])])");
  CHECK(to_short_form(policy) ==
        "prulong:streaming_heads=0.7,other_heads=(compose:policies=[(full),(topk:ratio=[0.5,0.25])]"
        ")");
  CHECK(
      to_yaml(policy) ==
      "{name: prulong, streaming_heads: 0.7, other_heads: {name: compose, policies: [{name: full}, "
      "{name: topk, ratio: [0.5, 0.25]}]}}");
  CHECK(to_short_form(PolicySpec{}) == "full");
}

TEST_CASE("what is published beside scores does not take the place of a default", "[input]") {
  PolicySpec policy = make_policy("head-roles").value();
  const HeadScores scores{
      KVF_TESTS_DIR "/data/heads-2x3.tsv", 1, 1, {1}, {{"sink_tokens", Tokens(64)}}};
  *std::get<HeadScores*>(find_parameter(policy, "heads_file")->slot) = scores;
  // 128, the default: without it the reader would take 64.
  CHECK(to_json(policy).find(R"("sink_tokens":128)") != std::string::npos);
  CHECK(to_json(policy).find("window_tokens") == std::string::npos);
}

TEST_CASE("a file name that the short form cannot hold is refused", "[input]") {
  PolicySpec policy = make_policy("head-roles").value();
  for (const char* name : {"a,b", "a)", "[a"}) {
    *std::get<HeadScores*>(find_parameter(policy, "heads_file")->slot) = {name, 1, 1, {1}};
    CHECK_THROWS_AS(to_short_form(policy), std::invalid_argument);
    CHECK(to_json(policy).find(name) != std::string::npos);
  }
}

TEST_CASE("a policy has a usual form if one parameter makes it whole", "[input]") {
  const auto usual = [](std::string_view name) {
    const auto policy = make_usual_policy(name);
    return policy ? to_short_form(*policy) : "";
  };
  CHECK(usual("full") == "full");
  CHECK(usual("streaming") == "streaming");
  CHECK(usual("snapkv") == "snapkv:sparsity=0.7");
  CHECK(usual("prulong") == "prulong:streaming_heads=0.7");
  CHECK(usual("h2o") == "h2o:ratio=0.7");
  CHECK(usual("lukv").empty());  // wants a file
  CHECK(usual("no such").empty());
  for (const std::string_view name : policy_names()) {
    INFO(name);
    const auto policy = make_usual_policy(name);
    if (policy) CHECK_NOTHROW(check(*policy));
  }
}

TEST_CASE("no parameter takes a key that readers use", "[input]") {
  for (const std::string_view name : policy_names()) {
    PolicySpec policy = make_policy(name).value();
    for (const std::string_view key : {"name", "label", "implementation"}) {
      CHECK_FALSE(find_parameter(policy, key));
    }
  }
}

TEST_CASE("short forms", "[input]") {
  const auto same = [](std::string_view text, const std::string& json) {
    INFO(text);
    CHECK(to_json(parse_policy(text)) == json);
  };
  same("full", R"({"name":"full"})");
  same("streaming:sink_tokens=0,window_tokens=1M",
       R"({"name":"streaming","sink_tokens":0,"window_tokens":1048576})");
  same("prulong:streaming_heads=0.7,window_tokens=2K",
       R"({"name":"prulong","streaming_heads":0.7,"window_tokens":2048})");
  same("head-roles:streaming_heads=1,other_heads=streaming,rounding=duo",
       R"({"name":"head-roles","streaming_heads":1,"rounding":"duo",)"
       R"("other_heads":{"name":"streaming"}})");
  same("prulong:streaming_heads=0.7,other_heads=(snapkv:sparsity=0.7,eviction=naive)",
       R"({"name":"prulong","streaming_heads":0.7,)"
       R"("other_heads":{"name":"snapkv","sparsity":0.7,"eviction":"naive"}})");
  same("topk:ratio=[0.5,0.25,1]", R"({"name":"topk","ratio":[0.5,0.25,1]})");
  same("compose:policies=[(topk:ratio=0.5),full,(h2o:budget_tokens=1K)]",
       R"({"name":"compose","policies":[{"name":"topk","ratio":0.5},{"name":"full"},)"
       R"({"name":"h2o","budget_tokens":1024}]})");
  same("head-roles:heads_file=" KVF_TESTS_DIR "/data/heads-2x3.tsv",
       R"({"name":"head-roles","heads_file":")" KVF_TESTS_DIR R"(/data/heads-2x3.tsv"})");
}

TEST_CASE("a folder of head scores brings its sinks and window", "[input]") {
  const auto tokens = [](const std::string& text, std::string_view parameter) {
    PolicySpec policy = parse_policy(text);
    return **std::get_if<Tokens*>(&find_parameter(policy, parameter)->slot);
  };
  const std::string folder = "head-roles:heads_file=" KVF_TESTS_DIR "/data/duo-2x3";
  CHECK(tokens(folder, "sink_tokens") == Tokens(64));
  CHECK(tokens(folder, "window_tokens") == Tokens(512));  // to deploy with
  CHECK(tokens(folder + ",window_tokens=100", "window_tokens") == Tokens(100));
  CHECK(tokens("head-roles:heads_file=" KVF_TESTS_DIR "/data/heads-2x3.tsv", "sink_tokens") ==
        Tokens(128));
  // What it means is kept.
  const PolicySpec policy = parse_policy(folder);
  CHECK(from_json(to_json(policy)) == policy);
}

TEST_CASE("mistakes in short forms", "[input]") {
  const auto fails = [](std::string_view text, const std::string& message) {
    INFO(text);
    CHECK_THROWS_WITH(parse_policy(text), kvf::test::contains("--policy:" + message));
  };
  fails("", "1:1: error: the text ends; expected a word or a number");
  fails("ful", "1:1: error: unknown policy 'ful'; did you mean 'full'?");
  fails("4", "1:1: error: 'name' is 4; expected a text");
  fails("full:", "1:6: error: the text ends; expected '=' and a value");
  fails("full)", "1:5: error: ')'; expected the end");
  fails("streaming:sink_tokens", "1:22: error: the text ends; expected '=' and a value");
  fails("streaming:sink_tokens=", "1:23: error: the text ends; expected a word or a number");
  fails("streaming:sink_tokens=4,", "1:25: error: the text ends; expected '=' and a value");
  fails("streaming:sink=4", "1:11: error: unknown key 'sink' in policy 'streaming'");
  fails("streaming:sink_tokens=4K,sink_tokens=4K",
        "1:26: error: 'sink_tokens' is given twice (first at 1:11)");
  fails("streaming:sink_tokens=1.5", "1:23: error: 'sink_tokens' is 1.5; expected a whole number");
  fails("head-roles:streaming_heads=2", "1:28: error: 'streaming_heads' is 2; expected 0 to 1");
  fails("head-roles:streaming_heads=1,other_heads=(snapkv",
        "1:49: error: the text ends; expected ')'");
  fails("topk:ratio=[0.5", "1:16: error: the text ends; expected ']'");
  fails("topk:ratio=[]", "1:13: error: ']'; expected a word or a number");
  fails("topk:ratio=(0.5)", "1:13: error: 'ratio' is a map; expected a number from 0 to 1");
  std::string deep = "topk:ratio=";
  deep.append(100, '[');
  fails(deep, "1:44: error: '[[[[");
}

TEST_CASE("scores without a file have no text", "[input]") {
  PolicySpec policy = make_policy("head-roles").value();
  std::get<HeadRoles>(policy.v).heads = {"", 1, 1, {1}};
  CHECK_THROWS_AS(to_json(policy), std::invalid_argument);
}
