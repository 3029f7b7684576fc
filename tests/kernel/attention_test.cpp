// The attention kernel against float64. The bounds are those of docs/attention.md.
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "profiler/capture/attention/host.h"
#include "tests/catch.h"
#include "tests/kernel/attention_case.h"
#include "tests/kernel/block_of_threads.h"

namespace kvf::capture::test {
namespace {

// Rounding of the output to `number`, half of its last place, and the kernel's own error, which is
// that of fp32. The smallest fp16 is 2^-24; outputs here are far above.
double bound(Number number, double fp32) {
  const double rounding = number == Number::fp32 ? 0 : number == Number::fp16 ? 0x1p-11 : 0x1p-8;
  return rounding + fp32 * (1 + rounding);
}

double error_of(const Shape& shape) {
  const Case one(shape);
  attend_on_host(one.pass(), 1);
  return one.error();
}

const std::vector<Number> kNumbers{Number::fp32, Number::fp16, Number::bf16};

TEST_CASE("attention: random shapes are within the bound") {
  std::mt19937 random(7);
  const auto from = [&](std::initializer_list<int> choices) {
    return *(choices.begin() + random() % choices.size());
  };
  double worst = 0;
  std::string where;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Shape shape;
    shape.seed = seed;
    shape.number = kNumbers[seed % 3];
    shape.kv_heads = from({1, 2, 3});
    shape.query_heads = shape.kv_heads * from({1, 2, 3, 4, 5, 6, 7, 8});
    shape.head_dim = from({1, 7, 16, 20, 64, 80, 96, 112, 128, 192, 256});
    shape.block_tokens = from({1, 2, 5, 16, 32, 100, 128, 1000});
    shape.rows = from({1, 1, 2, 7, 33});
    shape.past = from({0, 1, 2, 127, 128, 129, 300, 700});
    shape.kept = from({0, 1, 2}) / 2.0;
    shape.empty = from({0, 0, 1}) / 2.0;
    shape.mask.sinks = from({0, 0, 1, 4, 200});
    shape.mask.window = from({kNoWindow, kNoWindow, 1, 2, 64, 128, 500});
    const double share = error_of(shape) / bound(shape.number, 1e-6);
    if (!(share <= worst)) {
      worst = share;
      where = "seed " + std::to_string(seed);
    }
  }
  INFO(where);
  CHECK(worst <= 1);
}

TEST_CASE("attention: at most 1e-6 in fp32 up to 4,096 keys") {
  for (const int dim : {16, 64, 80, 128, 256}) {
    Shape shape;
    shape.past = 4095;
    shape.head_dim = dim;
    shape.query_heads = 8;
    shape.kv_heads = 2;
    shape.rows = 1;
    for (shape.seed = 1; shape.seed <= 4; ++shape.seed) CHECK(error_of(shape) <= 1e-6);
  }
}

TEST_CASE("attention: at most 4e-6 in fp32 up to 131,072 keys") {
  Shape shape;
  shape.past = 131071;
  shape.head_dim = 64;
  shape.block_tokens = 128;
  shape.query_heads = 2;
  CHECK(error_of(shape) <= 4e-6);
}

// The figures of docs/attention.md: kvf_kernel_tests "[.errors]".
TEST_CASE("attention: errors as measured", "[.errors]") {
  for (const Number number : kNumbers) {
    for (const int keys : {1, 128, 1024, 4096, 32768, 131072}) {
      double worst = 0;
      for (unsigned seed = 1; seed <= (keys > 10000 ? 3U : 20U); ++seed) {
        Shape shape;
        shape.number = number;
        shape.past = keys - 1;
        shape.head_dim = 128;
        shape.query_heads = 4;
        shape.seed = seed;
        worst = std::max(worst, error_of(shape));
      }
      std::printf("%s %6d keys: %.2e\n", std::string(to_string(number)).c_str(), keys, worst);
    }
  }
}

TEST_CASE("attention: one key is its value, whatever the score") {
  for (const Number number : kNumbers) {
    Shape shape;
    shape.number = number;
    shape.past = 0;
    shape.rows = 1;
    shape.magnitude = number == Number::fp16 ? 1e3 : 1e18;
    CHECK(error_of(shape) == 0);
  }
}

TEST_CASE("attention: a row whose mask lets nothing through is zero") {
  Shape shape;
  shape.past = 300;
  shape.mask.window = 0;  // not even its own entry
  Case one(shape);
  attend_on_host(one.pass());
  for (const double x : one.output()) CHECK(x == 0);
}

TEST_CASE("attention: tiles without a visible entry, before, between and after") {
  Shape shape;
  shape.shuffled = false;
  shape.past = 1000;
  shape.rows = 3;
  for (const HeadMask mask : {HeadMask{0, 20}, HeadMask{4, 20}, HeadMask{4, 0}, HeadMask{1, 1}}) {
    shape.mask = mask;
    CHECK(error_of(shape) <= 1e-6);
  }
}

TEST_CASE("attention: large scores do not overflow, their rounding is bounded") {
  for (const double magnitude : {10.0, 100.0, 1e4, 1e8}) {
    Shape shape;
    shape.past = 500;
    shape.head_dim = 64;
    shape.magnitude = magnitude;
    const Case one(shape);
    attend_on_host(one.pass());
    INFO(magnitude);
    CHECK(one.error() <= 1e-6 + one.score_error());
  }
}

TEST_CASE("attention: equal scores of any size weigh equally") {
  // All keys are the same, so that rounding of scores is, too.
  Shape shape;
  shape.past = 999;
  shape.magnitude = 1e6;
  shape.shuffled = false;
  shape.block_tokens = 1000;
  Case one(shape);
  const auto key = static_cast<std::size_t>(shape.head_dim) * sizeof(float);
  std::byte* block = one.heads()[0].blocks[0];
  for (std::size_t s = 1; s < 1000; ++s) std::copy(block, block + key, block + s * key);
  attend_on_host(one.pass());
  const Eigen::VectorXd mean = one.heads()[0].values.colwise().mean();
  const std::vector<double> got = one.output();
  for (Eigen::Index d = 0; d < mean.size(); ++d) {
    CHECK(got[static_cast<std::size_t>(d)] == Approx(mean(d)).margin(1e-7));
  }
}

TEST_CASE("attention: the number of threads changes no bit") {
  Shape shape;
  shape.rows = 9;
  shape.query_heads = 6;
  shape.kv_heads = 3;
  shape.past = 200;
  Case one(shape);
  attend_on_host(one.pass(), 1);
  const std::vector<double> alone = one.output();
  attend_on_host(one.pass(), 4);
  CHECK(one.output() == alone);
}

TEST_CASE("attention: a block of threads computes the same") {
  Shape shape;
  shape.past = 290;  // three tiles, the last not full
  shape.rows = 2;
  shape.query_heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = 24;
  shape.mask = {4, 100};
  shape.empty = 0.25;
  for (const int threads : {2, 5, 16}) {
    for (const Number number : kNumbers) {
      shape.number = number;
      const Case one(shape);
      const auto run = [&](auto number_type) {
        attend_with_threads<decltype(number_type)>(one.pass(), threads);
      };
      if (number == Number::fp32) run(0.0F);
      if (number == Number::fp16) run(Half{});
      if (number == Number::bf16) run(BFloat{});
      CHECK(one.error() <= bound(number, 1e-6));
    }
  }
}

TEST_CASE("attention: what cannot be is refused with its name") {
  const Case one(Shape{});
  const auto refused = [&](auto change, const char* words) {
    AttentionPass pass = one.pass();
    change(pass);
    CHECK_THROWS_WITH(attend_on_host(pass), kvf::test::contains(words));
  };
  refused([](AttentionPass& p) { p.rows = 0; }, "rows are from 1");
  refused([](AttentionPass& p) { p.first_position = -1; }, "positions are from 0");
  refused([](AttentionPass& p) { p.first_position = kMostPositions, p.rows = 1; },
          "those of the rows too, not 1073741824");
  refused([](AttentionPass& p) { p.kv_heads = 0; }, "at least one KV head");
  refused([](AttentionPass& p) { p.query_heads = 3, p.kv_heads = 2; }, "a multiple of the 2 KV");
  refused([](AttentionPass& p) { p.head_dim = 1025; }, "head_dim is from 1 to 1024, not 1025");
  refused([](AttentionPass& p) { p.block_tokens = 0; }, "block_tokens is from 1");
  refused([](AttentionPass& p) { p.query = nullptr; }, "must not be null");
  CHECK_THROWS_WITH(number_of("fp8"), kvf::test::contains("fp32, fp16 and bf16, not in 'fp8'"));
  for (const Number number : kNumbers) CHECK(number_of(to_string(number)) == number);
}

}  // namespace
}  // namespace kvf::capture::test
