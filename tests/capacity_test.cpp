// What `kvfootprint plan` answers, and grids of its answers.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/planning/capacity.h"
#include "sim/planning/what_if.h"
#include "tests/catch.h"

namespace kvf {
namespace {

PlanOptions options_of(std::string_view model, std::string_view gpu = "h100-80gb") {
  PlanOptions options;
  options.model = std::make_shared<const input::Model>(input::parse_model(model));
  options.gpu = *find_device(gpu);
  return options;
}

Bytes weights(const PlanOptions& options) {
  return capacity_of(options).ledger.find("weights")->size.mid;
}

}  // namespace

TEST_CASE("plan: what is not said takes the engine's defaults", "[planner]") {
  PlanOptions options = options_of("llama-3.1-8b");
  const Capacity given_nothing = capacity_of(options);
  CHECK_FALSE(given_nothing.settings.v0);
  CHECK(given_nothing.settings.max_model_len == Tokens(131'072));
  CHECK(given_nothing.settings.max_num_seqs == 1024);
  CHECK(given_nothing.settings.max_num_batched_tokens == Tokens(8192));
  CHECK(given_nothing.request.workload.prompt == Tokens(131'072));
  CHECK(given_nothing.request.workload.chunk == Tokens(8192));
  CHECK(given_nothing.requests.mid ==
        given_nothing.ledger.available_kv.mid / given_nothing.needs.block_bytes);
  CHECK_FALSE(given_nothing.cost.has_value());
  // A shorter prompt leaves the length that the model allows, a longer one stretches it.
  options.prompt = Tokens(1000);
  options.output = Tokens(100);
  CHECK(capacity_of(options).settings.max_model_len == Tokens(131'072));
  options.prompt = Tokens(200'000);
  CHECK(capacity_of(options).settings.max_model_len == Tokens(200'100));
  options.prompt = Tokens(2000);
  options.max_model_len = Tokens(4096);
  CHECK(capacity_of(options).settings.max_model_len == Tokens(4096));
}

TEST_CASE("plan: dtypes, ranks and quantisation of the weights", "[planner]") {
  PlanOptions options = options_of("llama-3.1-8b");
  const Bytes plain = weights(options);
  const Bytes request = capacity_of(options).needs.after_prefill;
  options.kv_dtype = "fp8";
  CHECK(weights(options) == plain);
  CHECK(capacity_of(options).needs.after_prefill.times(2) == request);
  options.kv_dtype = "";
  options.dtype = "fp32";
  CHECK(capacity_of(options).needs.after_prefill == request.times(2));
  CHECK(in_gib(weights(options)) == Approx(2 * in_gib(plain)).epsilon(0.001));
  options.dtype = "";
  options.tensor_parallel = 2;
  CHECK(capacity_of(options).needs.after_prefill.times(2) == request);
  CHECK(in_gib(weights(options)) == Approx(in_gib(plain) / 2).epsilon(0.01));
}

TEST_CASE("plan: what limits, what helps, what it costs", "[planner]") {
  PlanOptions options = options_of("llama-3.1-8b");
  options.prompt = Tokens(100'000);
  options.output = Tokens(1000);
  options.price = 3.6;
  const Capacity capacity = capacity_of(options);
  CHECK(limited_by(capacity).starts_with("KV pool: "));
  // 0.001 a second, of the share of the pool that the request holds.
  const double pool = static_cast<double>(capacity.ledger.available_kv.mid.count());
  CHECK(*capacity.cost == Approx(0.001 * capacity.needs.time.held_byte_seconds / pool));
  std::int64_t before = capacity.requests.mid * 100;
  for (const Advice& a : advice(options, capacity)) {
    CHECK(a.requests > capacity.requests.mid);
    CHECK(a.requests <= before);
    before = a.requests;
  }
  const Tokens longest = longest_prompt(options, capacity);
  CHECK(longest >= Tokens(100'000));
  CHECK(longest + options.output <= capacity.settings.max_model_len);

  options.prompt = Tokens(10);
  options.output = Tokens(1);
  CHECK(limited_by(capacity_of(options)).starts_with("max_num_seqs: 1024 requests"));

  // 131 GiB of weights do not fit on one or two GPUs of 80 GB.
  PlanOptions large = options_of("llama-3.1-70b");
  large.prompt = Tokens(8192);
  CHECK(limited_by(capacity_of(large)).starts_with("weights: "));
  CHECK(capacity_of(large).requests.mid == 0);
  CHECK(gpus_for(large, 1)->ranks == 2);
  CHECK(gpus_for(large, 40)->gpus() == 4);
}

TEST_CASE("plan: ranks share the arithmetic", "[planner]") {
  PlanOptions options = options_of("llama-3.1-8b");
  options.prompt = Tokens(8192);
  const double alone = capacity_of(options).needs.time.prefill_seconds;
  options.tensor_parallel = 2;
  CHECK(capacity_of(options).needs.time.prefill_seconds == Approx(alone / 2));
}

// Of 60 experts 4 are active: rows cost what goes through these.
TEST_CASE("plan: experts that are idle take no time", "[planner]") {
  PlanOptions options = options_of("qwen1.5-moe-a2.7b");
  options.prompt = Tokens(8192);
  const LlmWeights& all = *options.model->weights;
  const Architecture& model = all.architecture;
  const double idle = 56.0 / 60 * 3 * static_cast<double>(model.layers * 60) *
                      static_cast<double>(model.hidden * model.moe_intermediate);
  const double flops = 2 * (static_cast<double>(all.total()) - idle) * 8192 +
                       4.0 * static_cast<double>(model.head_dim * model.query_heads) *
                           static_cast<double>(model.layers) * 8192.0 * 8193 / 2;
  CHECK(capacity_of(options).needs.time.prefill_seconds ==
        Approx(flops / options.gpu.fp16_rate).epsilon(0.001));
}

TEST_CASE("what-if: every combination, the last axis first", "[planner]") {
  const auto axis =
      [](std::vector<std::pair<std::string, std::function<void(PlanOptions&)>>> list) {
        Axis result;
        for (auto& [name, apply] : list) result.values.push_back({name, apply});
        return result;
      };
  const std::vector<Axis> axes{
      axis({{"1", [](PlanOptions& o) { o.tensor_parallel = 1; }},
            {"2", [](PlanOptions& o) { o.tensor_parallel = 2; }},
            {"3", [](PlanOptions& o) { o.tensor_parallel = 3; }}}),
      axis({{"full", [](PlanOptions& o) { o.policy = input::parse_policy("full"); }},
            {"half", [](PlanOptions& o) {
               o.policy = input::parse_policy("prulong:streaming_heads=0.5");
             }}})};
  PlanOptions base = options_of("llama-3.1-8b");
  base.prompt = Tokens(32'768);
  CHECK(grid_size(axes) == 6);
  const std::vector<GridPoint> points = evaluate_grid(base, axes, nullptr);
  REQUIRE(points.size() == 6);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(points[i].at == std::vector<std::size_t>{i / 2, i % 2});
    REQUIRE(points[i].capacity.has_value());
    CHECK(points[i].capacity->settings.tensor_parallel == static_cast<std::int64_t>(i / 2 + 1));
  }
  // 32 heads over 3 ranks: a point without an answer says why.
  CHECK_FALSE(points[4].capacity.has_value());
  CHECK_FALSE(points[4].error.empty());
  CHECK(points[1].capacity->requests.mid > points[0].capacity->requests.mid);
  CHECK(points[2].capacity->requests.mid > points[0].capacity->requests.mid);
  CHECK(points[0].gpus == 1);
  CHECK(points[3].gpus == 2);
  // One GPU with half, two with half for more requests, one with full for its footprint, and so on.
  CHECK(pareto_front(points) == std::vector<std::size_t>{0, 1, 2, 3});
  // Were GPUs no matter, the two of one would be beaten by those of two.
  std::vector<GridPoint> alike = points;
  for (GridPoint& point : alike) point.gpus = 1;
  CHECK(pareto_front(alike) == std::vector<std::size_t>{2, 3});
}

}  // namespace kvf
