// The curve of a closed form: where it has a sample, the simulation holds the same.
#include <algorithm>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "sim/closed_form_curve.h"
#include "sim/memory/held_levels.h"
#include "sim/simulate.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"
#include "timeline/pass_columns.h"

using namespace kvf;

namespace {

constexpr std::int64_t kAllPasses = 1 << 20;

struct Planned {
  std::string label;
  Schedule schedule;
};

// Every rule, on a model with windows between the layers that policies see.
std::vector<Planned> planned(const Workload& workload) {
  const LlmShape plain{"", 3, 2, 4, 8, "bf16"};
  LayerRun full;
  full.kv_heads = 2;
  full.query_heads = full.cached_heads = 4;
  full.key_width = full.value_width = 8;
  LayerRun sliding = full;
  sliding.kind = LayerKind::sliding;
  sliding.window = 9;
  const LlmShape mixed = make_shape("", {full, sliding, full, full, sliding});
  std::vector<Planned> all;
  for (const test::LawCase& c : test::law_cases()) {
    for (const LlmShape* shape : {&plain, &mixed}) {
      try {
        all.push_back({c.label, plan(c.policy, *shape, workload, c.accounting, c.convention)});
      } catch (const PolicyError&) {  // tables of another shape
      }
    }
  }
  return all;
}

// The track `total`, as it is played.
LevelColumn total_of(const Schedule& schedule) {
  LevelColumn total;
  simulate(schedule, [&](const PlayedBlock& block) {
    const std::int64_t added = (block.run.rows + block.run.appended).count();
    for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
      const auto sum = [&](auto per_cell) {
        HeldSum held;
        for (std::size_t r = 0; r < schedule.cells.size(); ++r) {
          held +=
              {schedule.cells[r].others * per_cell(r), schedule.cells[r].streaming * per_cell(r)};
        }
        return schedule.rounded(held);
      };
      total.add(sum([&](std::size_t r) { return block.past(r)[i]; }),
                sum([&](std::size_t r) { return block.past(r)[i] + added; }),
                sum([&](std::size_t r) { return block.after(r)[i]; }));
    }
  });
  return total;
}

const std::vector<Workload> kWorkloads{
    {Tokens(0), Tokens(0)},
    {Tokens(0), Tokens(3)},
    {Tokens(1), Tokens(2)},
    {Tokens(61), Tokens(40)},
    {Tokens(61), Tokens(40), Tokens(8)},
    {Tokens(30), Tokens(5), Tokens(1)},
    {Tokens(40), Tokens(6), Tokens(9), {{Tokens(17), Tokens(8)}}}};

}  // namespace

TEST_CASE("a curve with every pass is the simulation", "[curve]") {
  std::size_t cases = 0;
  for (const Workload& workload : kWorkloads) {
    for (const auto& [label, schedule] : planned(workload)) {
      const SampledPasses curve = from_closed_form(schedule, 1, kAllPasses);
      const TrackColumns passes = rows_of(schedule.plan);
      bool same = curve.first_row == passes.first_row && curve.rows == passes.rows &&
                  curve.entries == total_of(schedule);
      if (!schedule.nominal_streaming) {
        const std::vector<BatchMember> member{{schedule, 1}};
        same = same && curve.bytes == held_levels(member, false).held;
      }
      for (std::size_t i = 0; i < curve.pass.size(); ++i) {
        same = same && curve.pass[i] == static_cast<std::int64_t>(i);
      }
      INFO(label << " " << workload.prompt.count() << "+" << workload.output.count());
      REQUIRE(same);
      ++cases;
    }
  }
  CHECK(cases > 1000);
}

TEST_CASE("a curve with few passes has its peaks, its ends and no other values", "[curve]") {
  for (const Workload& workload : kWorkloads) {
    for (const auto& [label, schedule] : planned(workload)) {
      INFO(label << " " << workload.prompt.count() << "+" << workload.output.count());
      const SampledPasses all = from_closed_form(schedule, 1, kAllPasses);
      const SampledPasses few = from_closed_form(schedule, 1, 4);
      bool same =
          few.pass.empty() == all.pass.empty() && std::is_sorted(few.pass.begin(), few.pass.end());
      for (std::size_t i = 0; i < few.pass.size(); ++i) {
        const auto p = static_cast<std::size_t>(few.pass[i]);
        same = same && few.first_row[i] == all.first_row[p] && few.rows[i] == all.rows[p] &&
               few.entries.past[i] == all.entries.past[p] &&
               few.entries.during[i] == all.entries.during[p] &&
               few.entries.after[i] == all.entries.after[p] &&
               few.bytes.during[i] == all.bytes.during[p] &&
               few.bytes.after[i] == all.bytes.after[p];
      }
      REQUIRE(same);
      const Footprint f = closed_form(schedule).footprint;
      REQUIRE(few.entries.peak() == f.peak_entries.count());
      if (!few.pass.empty()) REQUIRE(few.pass.back() == all.pass.back());
      const bool layer_by_layer = Bytes(few.bytes.peak()) == peak_bytes(schedule).layerwise;
      REQUIRE((schedule.nominal_streaming || layer_by_layer));
    }
  }
}

TEST_CASE("a curve of equal sequences is so many times the curve of one", "[curve]") {
  const Schedule schedule = plan(PolicySpec{Streaming{Tokens(2), Tokens(6)}, Streaming::name},
                                 {"", 3, 2, 4, 8, "bf16"}, {Tokens(50), Tokens(9), Tokens(16)});
  const SampledPasses one = from_closed_form(schedule);
  SampledPasses five = from_closed_form(schedule, 5);
  for (LevelColumn* column : {&five.entries, &five.bytes}) {
    for (auto part : {&LevelColumn::past, &LevelColumn::during, &LevelColumn::after}) {
      for (std::int64_t& value : column->*part) value /= 5;
    }
  }
  CHECK(five == one);
}

TEST_CASE("a curve of a long run has a few thousand points", "[curve]") {
  const LlmShape llama{"", 32, 8, 32, 128, "bf16"};
  const Workload workload{Tokens(1 << 30), Tokens(1 << 24), Tokens(4096)};
  for (const char* name : {"full", "streaming"}) {
    const SampledPasses curve = from_closed_form(plan(*make_policy(name), llama, workload));
    CHECK(curve.pass.size() > 2000);
    CHECK(curve.pass.size() < 6000);
    CHECK(curve.pass.back() == (1 << 18) + (1 << 24) - 1 + 0);
  }
}

TEST_CASE("a model that holds no entries has a curve of zeros", "[curve]") {
  LayerRun none;
  none.kind = LayerKind::none;
  const LlmShape shape = make_shape("", {none});
  const SampledPasses curve =
      from_closed_form(plan(PolicySpec{}, shape, {Tokens(100), Tokens(7), Tokens(10)}));
  REQUIRE_FALSE(curve.pass.empty());
  CHECK(curve.entries.peak() == 0);
  CHECK(curve.pass.back() ==
        plan(PolicySpec{}, shape, {Tokens(100), Tokens(7), Tokens(10)}).plan.passes() - 1);
}
