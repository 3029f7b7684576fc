// The two laws, for every rule: its segments are its keep() iterated, and the figures derived from
// them are those of the simulation. A third way, written here from the definitions alone, guards
// what the two methods share.
#include <algorithm>
#include <random>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "sim/simulate.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

namespace kvf {
namespace {

constexpr std::int64_t kEveryPass = 1 << 14;  // up to here, pass by pass below

struct Held {
  Tokens past, during, after;
};

// What one cell of a rule holds, pass by pass, by nothing but keep().
std::vector<Held> iterate(const Rule& rule, const PassPlan& plan) {
  std::vector<Held> held;
  RuleState state = initial_state(rule);
  Tokens past;
  for (const PassRun& run : plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Tokens during = past + run.rows + run.appended;
      const Tokens after = keep(rule, state, plan.pass(run, i), during);
      held.push_back({past, during, after});
      past = after;
    }
  }
  return held;
}

// The figures of DESIGN's vocabulary, straight from their definitions.
struct Defined {
  Area active, full, all_causal;
  double peak = 0, layerwise = 0, full_peak = 0;
  double after_prefill = 0, after_decode = 0;
  double bytes = 0, layerwise_bytes = 0;  // peaks, states left out
};

// With its copies.
std::int64_t bytes_of_entry(const Group& group) { return group.bytes.count() * group.copies; }

Defined define(const Schedule& schedule, const std::vector<std::vector<Held>>& of_rule) {
  Defined d;
  std::vector<PassRun> passes;
  for (const PassRun& run : schedule.plan.runs) {
    passes.insert(passes.end(), static_cast<std::size_t>(run.count), run);
  }
  Tokens seen;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    double all = 0;
    double all_bytes = 0;
    double all_of_full = 0;
    for (const Group& g : schedule.groups) {
      const Held& h = of_rule[g.rule][i];
      const double weight = schedule.weight(g.role) * static_cast<double>(g.heads.count());
      all += weight * static_cast<double>(h.during.count());
      all_bytes += weight * static_cast<double>(h.during.count() * bytes_of_entry(g));
      if (passes[i].phase == Phase::prefill) {
        if (&g == &schedule.groups.front()) d.after_prefill = 0;
        d.after_prefill += weight * static_cast<double>(h.after.count() * g.copies);
      }
      if (&g == &schedule.groups.front()) d.after_decode = 0;
      d.after_decode += weight * static_cast<double>(h.after.count() * g.copies);
      const Tokens without_policy = g.role == Role::window ? h.past : seen;
      all_of_full +=
          static_cast<double>((without_policy + passes[i].rows).count() * g.heads.count());
      if (!schedule.nominal_streaming) {
        for (std::int64_t row = 0; row < passes[i].rows.count(); ++row) {
          d.active += Area(h.past.count() + row + 1).times(g.heads.count());
          d.full += Area(without_policy.count() + row + 1).times(g.heads.count());
          d.all_causal += Area(seen.count() + row + 1).times(g.heads.count());
        }
      }
    }
    seen += passes[i].rows;
    d.peak = std::max(d.peak, all);
    d.bytes = std::max(d.bytes, all_bytes);
    d.full_peak = std::max(d.full_peak, all_of_full);
    for (std::int64_t layer = 0; layer < schedule.shape.layers; ++layer) {
      double one = 0;
      double one_bytes = 0;
      for (const Group& g : schedule.groups) {
        const Held& h = of_rule[g.rule][i];
        const Tokens held = g.layer < layer ? h.after : g.layer > layer ? h.past : h.during;
        const double entries = schedule.weight(g.role) * static_cast<double>(g.heads.count()) *
                               static_cast<double>(held.count());
        one += entries;
        one_bytes += entries * static_cast<double>(bytes_of_entry(g));
      }
      d.layerwise = std::max(d.layerwise, one);
      d.layerwise_bytes = std::max(d.layerwise_bytes, one_bytes);
    }
  }
  return d;
}

Pass pass_at(const PassPlan& plan, std::int64_t index) {
  for (const PassRun& run : plan.runs) {
    if (index < run.first + run.count) return plan.pass(run, index - run.first);
  }
  return {};
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a)); }

// "" if the case obeys every law, else which it breaks.
std::string broken_law(const test::LawCase& c, const LlmShape& shape, const Workload& workload) {
  const Schedule schedule = plan(c.policy, shape, workload, c.accounting, c.convention);
  const Result closed = closed_form(schedule);
  const Result played = simulate(schedule);
  if (closed != played) return "closed form and simulation differ";
  if (schedule.plan.passes() > kEveryPass) return "";

  std::vector<std::vector<Held>> of_rule;
  for (const Rule& rule : schedule.rules) {
    of_rule.push_back(iterate(rule, schedule.plan));
    std::size_t pass = 0;
    for (const Segment& s : segments(rule, schedule.plan)) {
      for (std::int64_t i = 0; i < s.count; ++i, ++pass) {
        if (pass >= of_rule.back().size()) return "segments are longer than the plan";
        const Held& held = of_rule.back()[pass];
        if (s.first + i != static_cast<std::int64_t>(pass) || s.past_at(i) != held.past ||
            s.after_at(i) != held.after || held.past + s.rows + s.appended != held.during) {
          return "segments differ from keep() at pass " + std::to_string(pass);
        }
        const Tokens read = live(rule, pass_at(schedule.plan, s.first + i), held.after);
        if (read < Tokens{} || read > held.after) return "more is live than held, or less than 0";
      }
    }
    if (pass != of_rule.back().size()) return "segments are shorter than the plan";
  }
  const Defined d = define(schedule, of_rule);
  const Footprint& f = closed.footprint;
  const PeakBytes bytes = peak_bytes(schedule);
  const Bytes states = shape.state_bytes();
  const auto rounded = [&](double sum) { return Bytes(std::llround(sum)) + states; };
  if (schedule.nominal_streaming) {
    // Rounded to whole bytes.
    const auto off = [](Bytes a, double b) { return std::abs(static_cast<double>(a.count()) - b); };
    if (off(bytes.all_layers, d.bytes) > 0.501 || off(bytes.layerwise, d.layerwise_bytes) > 0.501) {
      return "weighted bytes differ from their definition";
    }
    const Footprint::Weighted& w = *f.weighted;
    if (!near(w.peak_entries, d.peak) || !near(w.peak_layerwise_entries, d.layerwise) ||
        !near(w.held_after_prefill, d.after_prefill) ||
        !near(w.held_after_decode, d.after_decode)) {
      return "weighted figures differ from their definitions";
    }
    return "";
  }
  if (f.active_entries != d.active) return "active entries";
  if (f.full_entries != d.full) return "full entries";
  if (f.all_causal_entries != d.all_causal) return "all-causal entries";
  if (static_cast<double>(f.full_peak_entries.count()) != d.full_peak) return "full peak";
  if (static_cast<double>(f.peak_entries.count()) != d.peak) return "peak";
  if (static_cast<double>(f.peak_layerwise_entries.count()) != d.layerwise) return "layerwise";
  if (bytes.all_layers != rounded(d.bytes)) return "peak bytes";
  if (bytes.layerwise != rounded(d.layerwise_bytes)) return "layerwise peak bytes";
  if (static_cast<double>(f.held_after_prefill.count()) != d.after_prefill) return "after prefill";
  if (static_cast<double>(f.held_after_decode.count()) != d.after_decode) return "after decode";
  return "";
}

// Layers of every kind: windows of two widths beside full attention with other heads, states only.
LlmShape hybrid_shape() {
  LayerRun full;
  full.count = 2;
  full.kv_heads = full.cached_heads = 2;
  full.query_heads = 4;
  full.key_width = full.value_width = 8;
  LayerRun sliding = full;
  sliding.count = 1;
  sliding.kind = LayerKind::sliding;
  sliding.window = 9;
  LayerRun chunked = sliding;
  chunked.kind = LayerKind::chunked;
  chunked.window = 4;
  chunked.kv_heads = chunked.cached_heads = 4;
  LayerRun recurrent;
  recurrent.kind = LayerKind::none;
  recurrent.recurrent = {2, 8, 8};
  LayerRun last = full;
  last.count = 1;
  return make_shape("hybrid", {sliding, full, recurrent, chunked, sliding, last});
}

// Full attention only, with wide entries in the first layer.
LlmShape uneven_shape() {
  LayerRun wide;
  wide.kv_heads = wide.cached_heads = wide.query_heads = 2;
  wide.key_width = wide.value_width = 16;
  LayerRun narrow = wide;
  narrow.count = 2;
  narrow.key_width = narrow.value_width = 4;
  return make_shape("uneven", {wide, narrow});
}

// One cell a layer.
LlmShape latent_shape() {
  LayerRun latent;
  latent.count = 3;
  latent.kv_heads = latent.query_heads = latent.cached_heads = 4;
  latent.key_width = latent.value_width = 16;
  latent.latent = 32;
  latent.rope = 8;
  return make_shape("latent", {latent});
}

// Whether the policy has a meaning for such a model.
bool plans(const test::LawCase& c, const LlmShape& shape) {
  try {
    (void)plan(c.policy, shape, {}, c.accounting, c.convention);
    return true;
  } catch (const PolicyError&) {
    return false;
  }
}

LlmShape shape_of(std::int64_t layers, std::int64_t heads) {
  LlmShape shape;
  shape.name = "test";
  shape.layers = layers;
  shape.kv_heads = heads;
  shape.query_heads = heads * 2;
  return shape;
}

std::string describe_case(const test::LawCase& c, const Workload& w) {
  return c.label + ": prompt " + std::to_string(w.prompt.count()) + ", output " +
         std::to_string(w.output.count()) + ", chunk " +
         (w.chunk ? std::to_string(w.chunk->count()) : "none");
}

// Prompts, chunks and outputs in steps, so that sanitizer builds can try a part of them.
void try_all(const LlmShape& shape, std::int64_t step) {
  for (const test::LawCase& c : test::law_cases()) {
    if (!shape.uniform() && !plans(c, shape)) continue;
    std::string broken;
    for (std::int64_t prompt = 0; prompt <= 40 && broken.empty(); prompt += step) {
      for (std::int64_t chunk = 0; chunk <= 41 && broken.empty(); chunk += step) {
        for (std::int64_t output = 0; output <= 12 && broken.empty(); output += step) {
          Workload workload{Tokens(prompt), Tokens(output), std::nullopt};
          if (chunk > 0) workload.chunk = Tokens(chunk);
          broken = broken_law(c, shape, workload);
          if (!broken.empty()) broken += ", " + describe_case(c, workload);
        }
      }
    }
    CHECK(broken == "");
  }
}
void try_all(std::int64_t step) {
  for (const LlmShape& shape : {shape_of(3, 2), hybrid_shape(), latent_shape()}) {
    try_all(shape, step);
  }
}

TEST_CASE("laws: a part of the small cases", "[laws]") { try_all(5); }

// Hidden: the release build runs them by name, sanitizer builds do not.
TEST_CASE("laws: every small case", "[.exhaustive][uniform]") { try_all(shape_of(3, 2), 1); }
TEST_CASE("laws: every small case of hybrids", "[.exhaustive][others]") {
  try_all(hybrid_shape(), 1);
}
TEST_CASE("laws: every small case of latents", "[.exhaustive][others]") {
  try_all(latent_shape(), 1);
}

TEST_CASE("laws: random cases up to a million tokens", "[laws]") {
  std::mt19937_64 random(20250617);
  const auto up_to = [&](std::int64_t high) {
    // Sizes of every magnitude, not only large ones.
    const int bits = static_cast<int>(random() % 21);
    return static_cast<std::int64_t>(random() % (std::uint64_t{1} << bits)) % (high + 1);
  };
  for (const test::LawCase& c : test::law_cases()) {
    std::string broken;
    for (int i = 0; i < 6 && broken.empty(); ++i) {
      Workload workload{Tokens(up_to(1'000'000)), Tokens(up_to(20'000)), std::nullopt};
      // At most some thousand chunks: the number of passes is what costs.
      const std::int64_t least = 1 + workload.prompt.count() / 2000;
      if (i > 0) workload.chunk = Tokens(least + up_to(100'000));
      const std::int64_t any = 1 + static_cast<std::int64_t>(random() % 9);
      LlmShape shape = shape_of(3, c.heads > 0 ? c.heads : any);
      if (random() % 3 == 0 && plans(c, hybrid_shape())) shape = hybrid_shape();
      broken = broken_law(c, shape, workload);
      if (!broken.empty()) broken += ", " + describe_case(c, workload);
    }
    CHECK(broken == "");
  }
}

TEST_CASE("laws: turns of a conversation", "[laws]") {
  std::mt19937 random(3);
  const auto below = [&](std::int64_t n) {
    return Tokens(static_cast<std::int64_t>(random() % static_cast<unsigned>(n)));
  };
  for (const test::LawCase& c : test::law_cases()) {
    std::string broken;
    for (int i = 0; i < 8 && broken.empty(); ++i) {
      Workload workload{below(40), below(6), std::nullopt};
      if (i % 2 == 1) workload.chunk = Tokens(1) + below(12);
      for (int turns = 1 + i % 3; turns > 0; --turns) {
        workload.turns.push_back({below(30), below(6)});
      }
      const bool uneven = i % 3 == 2 && plans(c, uneven_shape());
      broken = broken_law(c, uneven ? uneven_shape() : shape_of(3, 2), workload);
      if (!broken.empty()) broken += ", " + describe_case(c, workload);
    }
    CHECK(broken == "");
  }
}

TEST_CASE("each turn's prefill is an event of its own", "[laws]") {
  // snapkv post-fill, s = 0.5, w = 8: turn 1 keeps roundup64(100) = 128 of 199 rows (200 tokens, one
  // held back), turn 2 roundup64(300) = 320 of 600 rows; the old entries stay as they are.
  SnapKv snapkv;
  snapkv.sparsity = 0.5;
  snapkv.window = Tokens(8);
  Workload workload{Tokens(200), Tokens(3), std::nullopt};
  workload.turns = {{Tokens(600), Tokens(2)}};
  const Schedule schedule = plan({snapkv, SnapKv::name}, LlmShape{}, workload);
  const Result result = closed_form(schedule);
  CHECK(schedule.plan.passes() == 1 + 3 + 1 + 2);
  CHECK(result.footprint.held_after_prefill == Entries(128 + 3 + 320));
  CHECK(result.footprint.held_after_decode == Entries(128 + 3 + 320 + 2));
  CHECK(result.footprint.peak_entries == Entries(128 + 3 + 600));
}

TEST_CASE("full is 100 %, and both its peaks are equal", "[laws]") {
  for (const std::int64_t chunk : {1, 7, 1000}) {
    const Workload workload{Tokens(500), Tokens(40), Tokens(chunk)};
    const Footprint f = closed_form(plan(test::spec(Full{}), shape_of(5, 3), workload)).footprint;
    CHECK(f.footprint == 1.0);
    CHECK(f.peak == 1.0);
    CHECK(f.peak_layerwise_entries == f.peak_entries);
    CHECK(f.against_all_causal == 1.0);
    const Footprint of_hybrid =
        closed_form(plan(test::spec(Full{}), hybrid_shape(), workload)).footprint;
    CHECK(of_hybrid.footprint == 1.0);
    CHECK(of_hybrid.peak == 1.0);
    CHECK(*of_hybrid.against_all_causal < 1.0);
  }
}

TEST_CASE("policies that tell heads apart are refused where there are none", "[laws]") {
  HeadRoles roles;
  roles.streaming_heads = 0.5;
  CHECK_THROWS_AS(plan(test::spec(roles), latent_shape(), {}), PolicyError);
  CHECK_NOTHROW(plan(test::spec(roles), hybrid_shape(), {}));
  roles.rounding = Rounding::nominal;
  CHECK_THROWS_AS(plan(test::spec(roles), hybrid_shape(), {}), PolicyError);
}

}  // namespace
}  // namespace kvf
