// Lines of the batch interface.
#include <string>

#include "sim/input/case.h"
#include "sim/input/model.h"
#include "sim/input/problems.h"
#include "tests/catch.h"

using namespace kvf;
using kvf::input::Case;
using kvf::input::CaseReader;
using kvf::input::InputError;

namespace {

constexpr const char* kShort = R"({"prompt_tokens":0,"output_tokens":0,"policy":{"name":"full"}})";
constexpr const char* kLong =
    R"({"model":"llama-3.1-8b","implementation":"duo-static","accounting":"paper",)"
    R"("policy":{"streaming_heads":0.7,"name":"duoattention","other_heads":{"name":"snapkv",)"
    R"("sparsity":0.5}},"prefill_chunk_tokens":32768,"output_tokens":1000,)"
    R"("prompt_tokens":131072})";

}  // namespace

TEST_CASE("a case has defaults for what is absent", "[input]") {
  CaseReader reader("cases.jsonl");
  const Case& read = reader.read(kShort, 1);
  CHECK(read.policy == PolicySpec{});
  CHECK(read.shape == LlmShape{});
  CHECK(read.shape.cells() == Cells(1));
  CHECK(read.workload.prompt == Tokens(0));
  CHECK(read.workload.output == Tokens(0));
  CHECK_FALSE(read.workload.chunk);
  CHECK(read.accounting == Accounting::implementation);
  CHECK_FALSE(read.convention);
}

TEST_CASE("a case has all that is written, in any order", "[input]") {
  CaseReader reader("cases.jsonl");
  const Case& read = reader.read(kLong, 1);
  CHECK(read.policy.name == "duoattention");
  const auto& roles = std::get<HeadRoles>(read.policy.v);
  CHECK(roles.streaming_heads == 0.7);
  CHECK(roles.rounding == Rounding::duo);
  REQUIRE(roles.other.get() != nullptr);
  CHECK(roles.other.get()->name == "snapkv");
  CHECK(read.shape == kvf::input::parse_model("llama-3.1-8b").shape);
  CHECK(read.workload.prompt == Tokens(131072));
  CHECK(read.workload.output == Tokens(1000));
  CHECK(read.workload.chunk == Tokens(32768));
  CHECK(read.accounting == Accounting::paper);
  CHECK(read.convention == Convention::duo_static);
}

TEST_CASE("an inline model has defaults too", "[input]") {
  CaseReader reader("cases.jsonl");
  const auto shape = [&](const std::string& model) {
    std::string line = kShort;
    line.insert(1, "\"model\":" + model + ",");
    return reader.read(line, 1).shape;
  };
  CHECK(shape(R"({"layers":4,"kv_heads":2})") == LlmShape{"", 4, 2, 2, 128, "bf16"});
  CHECK(shape(R"({"dtype":"fp8","head_dim":64,"query_heads":8,"kv_heads":2,"layers":4})") ==
        LlmShape{"", 4, 2, 8, 64, "fp8"});
  CHECK(shape(R"("Llama-3.1-8B")") == kvf::input::parse_model("llama-3.1-8b-instruct").shape);
}

TEST_CASE("a line leaves nothing behind for the next", "[input]") {
  CaseReader reader("cases.jsonl");
  reader.read(kLong, 1);
  CHECK_THROWS_AS(reader.read(R"({"prompt_tokens":7,"model":{"layers":9,"kv_heads":9}})", 2),
                  InputError);
  const Case& read = reader.read(kShort, 3);
  CHECK(read.policy == PolicySpec{});
  CHECK(read.shape == LlmShape{});
  CHECK(read.workload.prompt == Tokens(0));
  CHECK_FALSE(read.workload.chunk);
  CHECK(read.accounting == Accounting::implementation);
  CHECK_FALSE(read.convention);
}

TEST_CASE("a case tells its line, and all that is wrong with it", "[input]") {
  CaseReader reader("cases.jsonl");
  try {
    reader.read(R"({"prompt_tokens":-1,"policy":{"name":"ful"}})", 12);
    FAIL("accepted");
  } catch (const InputError& error) {
    REQUIRE(error.problems().size() == 3);
    CHECK(error.problems()[0].line() == "cases.jsonl:12:1: error: the case has no 'output_tokens'");
    CHECK(error.problems()[1].line() ==
          "cases.jsonl:12:18: error: 'prompt_tokens' is -1; expected 0 or more");
    CHECK_THAT(error.problems()[2].line(), kvf::test::contains("12:38: error: unknown policy"));
  }
}

TEST_CASE("a byte order mark and the line ends of another system", "[input]") {
  CaseReader reader("cases.jsonl");
  CHECK_NOTHROW(reader.read(std::string("\xEF\xBB\xBF") + kShort + "\r", 1));
  CHECK_THROWS_AS(reader.read(std::string("\xEF\xBB\xBF") + kShort, 2), InputError);
}
