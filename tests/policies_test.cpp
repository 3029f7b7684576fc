// What policies say of themselves, and what plan() makes of them: by hand, and from the sources.
#include <string_view>
#include <utility>
#include <vector>

#include "models/closed_form.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

namespace kvf {
namespace {

LlmShape shape_of(std::int64_t layers, std::int64_t kv_heads, std::int64_t query_heads) {
  LlmShape shape;
  shape.layers = layers;
  shape.kv_heads = kv_heads;
  shape.query_heads = query_heads;
  return shape;
}

Workload workload(std::int64_t prompt, std::int64_t output, std::optional<Tokens> chunk = {}) {
  return {Tokens(prompt), Tokens(output), chunk};
}

ChunkedEvictionMembers post_fill(double sparsity, std::int64_t window) {
  ChunkedEvictionMembers members;
  members.sparsity = sparsity;
  members.window = Tokens(window);
  return members;
}

HeadRoles roles_of(std::vector<double> scores, std::int64_t layers) {
  HeadRoles roles;
  const auto heads = static_cast<std::int64_t>(scores.size()) / layers;
  roles.heads = {"", layers, heads, std::move(scores)};
  roles.sinks = Tokens(1);
  roles.window = Tokens(1);
  return roles;
}

// What a head of each group holds after the prefill, with its role, its layer and its heads.
struct GroupFact {
  std::int64_t layer;
  std::int64_t heads;
  Role role;
  std::int64_t after_prefill;
  friend bool operator==(const GroupFact&, const GroupFact&) = default;
};
std::vector<GroupFact> groups_of(const Schedule& schedule) {
  const Result result = closed_form(schedule);
  std::vector<GroupFact> groups;
  for (const Group& group : schedule.groups) {
    groups.push_back({group.layer, group.heads.count(), group.role,
                      result.rules[group.rule].after_prefill.count()});
  }
  return groups;
}

TEST_CASE("whose implementation counts unless told", "[models]") {
  const auto convention_of = [](std::string_view name) {
    return describe(make_policy(name).value()).convention;
  };
  for (const std::string_view name :
       {"streaming", "head-roles", "prulong", "snapkv", "pyramidkv", "locret"}) {
    INFO(name);
    CHECK(convention_of(name) == Convention::eval);
  }
  for (const std::string_view name :
       {"full", "topk", "h2o", "knorm", "quest", "compose", "decoding-press"}) {
    INFO(name);
    CHECK(convention_of(name) == Convention::kvpress);
  }
  // The harness holds back the last prompt token, kvpress does not.
  const LlmShape one = shape_of(1, 1, 1);
  const Streaming streaming{Tokens(10), Tokens(10)};
  CHECK(plan(test::spec(streaming), one, workload(9, 2)).plan.prompt == Tokens(8));
  CHECK(plan(PolicySpec{}, one, workload(9, 2)).plan.prompt == Tokens(9));
}

TEST_CASE("a preset says when a method reads sparsely", "[models]") {
  struct Fact {
    std::string_view name;
    bool prefill, decode;
  };
  for (const Fact fact : {Fact{"sparse-read", false, true},
                          {"quest", false, true},
                          {"tokenbutler", false, true},
                          {"nsa", true, true},
                          {"moba", true, true},
                          {"minference", true, false},
                          {"ftp", true, false}}) {
    INFO(fact.name);
    const ActiveRead read = std::get<SparseRead>(make_policy(fact.name).value().v).active_read();
    CHECK(read.prefill == fact.prefill);
    CHECK(read.decode == fact.decode);
  }
}

TEST_CASE("a preset says how a share becomes heads", "[models]") {
  const auto rounding_of = [](std::string_view name) -> Rounding {
    return std::get<HeadRoles>(make_policy(name).value().v).rounding;
  };
  CHECK(rounding_of("head-roles") == Rounding::prulong);
  CHECK(rounding_of("prulong") == Rounding::prulong);
  CHECK(rounding_of("duoattention") == Rounding::duo);
}

TEST_CASE("a full head keeps all, a streaming head sinks and a window", "[models]") {
  // Layer 0: one full head of three; layer 1: two. The harness prefills 9 of 10 tokens.
  HeadRoles roles = roles_of({1, 0, 0, 0, 1, 1}, 2);
  const LlmShape shape = shape_of(2, 3, 3);
  CHECK(groups_of(plan(test::spec(roles), shape, workload(10, 1))) ==
        std::vector<GroupFact>{{0, 1, Role::full, 9},
                               {0, 2, Role::streaming, 2},
                               {1, 2, Role::full, 9},
                               {1, 1, Role::streaming, 2}});
  roles.other = PolicyBox(test::spec(Streaming{Tokens(2), Tokens(3)}));
  CHECK(groups_of(plan(test::spec(roles), shape, workload(10, 1))) ==
        std::vector<GroupFact>{{0, 1, Role::other, 5},
                               {0, 2, Role::streaming, 2},
                               {1, 2, Role::other, 5},
                               {1, 1, Role::streaming, 2}});
}

TEST_CASE("KV sets are stored once per query head only where published code does so", "[models]") {
  const auto copies_of = [](const auto& policy) {
    return plan(test::spec(policy), shape_of(1, 2, 8), workload(10, 1)).groups.at(0).copies;
  };
  SnapKv snap{post_fill(0.5, 1)};
  CHECK(copies_of(snap) == 4);
  snap.kv = KvCopies::kv_head;
  CHECK(copies_of(snap) == 1);
  PyramidKv pyramid{post_fill(0.5, 1), 20};
  CHECK(copies_of(pyramid) == 4);
  pyramid.kv = KvCopies::kv_head;
  CHECK(copies_of(pyramid) == 1);
  Streaming streaming;
  CHECK(copies_of(streaming) == 1);
  streaming.variant = Streaming::Variant::minference;
  CHECK(copies_of(streaming) == 4);
  CHECK(copies_of(Locret{}) == 1);
  CHECK(copies_of(Full{}) == 1);
}

TEST_CASE("the capacity of post-fill eviction is a share of the whole prompt", "[models]") {
  // int(0.5 * 258) = 129 is rounded up to 192; of the 257 prefilled tokens it would be 128.
  const Schedule schedule =
      plan(test::spec(SnapKv{post_fill(0.5, 1)}), shape_of(1, 1, 1), workload(258, 0));
  CHECK(closed_form(schedule).footprint.held_after_prefill == Entries(192));
}

TEST_CASE("a static cache is allocated ahead", "[models]") {
  // Full attention: prompt and output in every head.
  const LlmShape shape = shape_of(2, 3, 6);
  const Workload ten = workload(10, 4);
  CHECK(reserved_entries(plan(PolicySpec{}, shape, ten)) == Entries(6 * 14));
  // DuoAttention's static cache, fe93c31: allocated_kv_entries of 3000 + 5 and of 50 + 1 tokens.
  const LlmShape four = shape_of(2, 2, 4);
  HeadRoles roles = roles_of({1, 0, 0, 1}, 2);
  roles.sinks = Tokens(0);
  roles.window = Tokens(32);
  const auto reserved = [&](std::int64_t prompt, std::int64_t output) {
    return reserved_entries(plan(test::spec(roles), four, workload(prompt, output, Tokens(1000)),
                                 Accounting::implementation, Convention::duo_static));
  };
  CHECK(reserved(3000, 5) == Entries(6074));
  roles = roles_of({0, 1, 1, 1}, 2);
  CHECK(reserved(50, 1) == Entries(155));
  // A cache that is not static has no such number.
  CHECK(reserved_entries(plan(test::spec(Locret{}), shape, ten)) == std::nullopt);

  Schedule copied = plan(PolicySpec{}, shape, ten);
  for (Group& group : copied.groups) group.copies = 2;
  CHECK(reserved_entries(copied) == Entries(2 * 6 * 14));
}

TEST_CASE("the paper's metric adds the policy's own window to a chunk", "[models]") {
  // PruLong ff22598, eval/viz/kv_footprint.py, global_mask_stats: prompt, output, chunk, sparsity,
  // kv_window, active entries, largest peak.
  struct Fact {
    int prompt, output, chunk;
    double sparsity;
    int window;
    std::int64_t active, peak;
  };
  for (const Fact& fact : {Fact{8191, 3114, 4096, 0.983, 1000, 32672881, 5254},
                           {262144, 10, 32768, 0.6, 1000, 17239455911, 131517},
                           {1000, 10000, 127, 0.5, 0, 55328528, 10504}}) {
    ChunkedEvictionMembers members = post_fill(fact.sparsity, fact.window);
    members.eviction = Eviction::naive;
    INFO("window " << fact.window);
    const Footprint f =
        closed_form(plan(test::spec(SnapKv{members}), shape_of(1, 1, 1),
                         workload(fact.prompt, fact.output, Tokens(fact.chunk)), Accounting::paper))
            .footprint;
    CHECK(f.active_entries == Area(fact.active));
    CHECK(f.peak_entries == Entries(fact.peak));
  }
}

TEST_CASE("the window of moa grows with the prompt, not with what of it is prefilled", "[models]") {
  Moa moa;
  moa.alpha = Tokens(0);
  moa.beta = 0.5;
  moa.sinks = Tokens(0);
  const Schedule schedule = plan(test::spec(moa), shape_of(1, 1, 1), workload(100, 1),
                                 Accounting::implementation, Convention::eval);
  CHECK(schedule.plan.prompt == Tokens(99));
  CHECK(closed_form(schedule).footprint.held_after_prefill == Entries(50));
}

TEST_CASE("chunkkv keeps one whole chunk, and a part of less", "[models]") {
  const auto kept = [](std::int64_t prompt) {
    const Schedule schedule =
        plan(test::spec(ChunkKv{0.5, Tokens(10)}), shape_of(1, 1, 1), workload(prompt, 0));
    return closed_form(schedule).footprint.held_after_prefill;
  };
  CHECK(kept(10) == Entries(10));
  CHECK(kept(9) == Entries(4));
}

TEST_CASE("locret lets its stabilizers go where the prefill ends", "[models]") {
  const Rule rule{Locret::Rule{0.7, Tokens(5)}};
  Pass pass;
  CHECK(retention(rule, pass) == Retention{Tokens{}, Tokens(5)});
  pass.last_prefill = true;
  CHECK(retention(rule, pass) == Retention{});
}

TEST_CASE("think narrows the keys of layers with full attention, whatever their width",
          "[models]") {
  LayerRun full;
  full.kv_heads = full.cached_heads = full.query_heads = 1;
  full.key_width = full.value_width = 8;
  LayerRun sliding = full;
  sliding.kind = LayerKind::sliding;
  sliding.window = 4;
  sliding.key_width = 16;
  Think think;
  think.ratio = 0.5;
  const Schedule schedule =
      plan(test::spec(think), make_shape("two", {sliding, full}), workload(9, 0));
  REQUIRE(schedule.groups.size() == 2);
  CHECK(schedule.groups[0].bytes == BytesPerEntry(2 * (16 + 8)));
  CHECK(schedule.groups[1].bytes == BytesPerEntry(2 * (4 + 8)));
}

}  // namespace
}  // namespace kvf
