// Rows with `policy`: what the published caches really held.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "tests/reference_check/played.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

LlmShape shape_of(const Node& arguments, std::int64_t layers) {
  LlmShape shape;
  shape.name = "reference";
  shape.layers = layers;
  shape.kv_heads = integer(get(arguments, "kvh"));
  shape.query_heads = integer(get(arguments, "heads"));
  return shape;
}

Workload workload_of(const Node& arguments) {
  Workload workload{tokens(arguments, "prompt"), tokens(arguments, "new"), std::nullopt};
  if (const auto chunk = maybe_integer(arguments, "chunk")) workload.chunk = Tokens(*chunk);
  return workload;
}

// One group a layer: its value at a pass, layer by layer.
using Value = std::int64_t (Played::*)(std::uint32_t, std::size_t) const;
std::vector<std::int64_t> per_layer(const Played& played, std::size_t pass, Value value) {
  std::vector<std::int64_t> values;
  for (const Group& group : played.schedule.groups) {
    values.push_back((played.*value)(group.rule, pass));
  }
  return values;
}

void compare_call(Row& row, const std::string& name, const Node& call, const Played& played,
                  std::size_t pass) {
  if (pass >= played.passes.size()) {
    row.different(name, "a call", "no such pass");
    return;
  }
  row.compare(name + ".new_tokens", get(call, "new_tokens"), played.new_tokens(pass));
  row.compare(name + ".attended_kv", get(call, "attended_kv"),
              per_layer(played, pass, &Played::attended));
  row.compare(name + ".cache_after", get(call, "cache_after"),
              per_layer(played, pass, &Played::cached));
  const Group& group = played.schedule.groups.front();
  row.compare(name + ".cache_heads", get(call, "cache_heads"), group.heads.count() * group.copies);
}

void check_generate(Row& row, const PolicySpec& policy) {
  const Node& node = row.node();
  const Node& arguments = get(node, "arguments");
  const Played played(plan(policy, shape_of(arguments, integer(get(arguments, "layers"))),
                           workload_of(arguments), Accounting::implementation, Convention::eval));
  if (closed_form(played.schedule) != played.result) {
    row.different("closed form", "the simulation's figures", "others");
  }
  const Node* error = find(node, "error");
  // A call without rows is not a pass: it is where the published code crashes.
  std::size_t pass = 0;
  for (const Node& call : get(node, "prefill_calls")) {
    if (error != nullptr && integer(get(call, "new_tokens")) == 0) continue;
    compare_call(row, fmt::format("prefill_calls[{}]", pass), call, played, pass);
    ++pass;
  }
  if (error == nullptr && pass != played.prefill_passes()) {
    row.different("prefill_calls", std::to_string(pass), std::to_string(played.prefill_passes()));
  }
  if (const Node* steps = find(node, "cache_after_post_step")) {
    std::size_t i = 0;
    for (const Node& step : *steps) {
      const std::string name = fmt::format("cache_after_post_step[{}]", i);
      const bool with_budget = step.kind == Kind::map;  // locret's
      if (i >= played.passes.size()) {
        row.different(name, "a step", "no such pass");
        break;
      }
      row.compare(name, with_budget ? get(step, "cache") : step,
                  per_layer(played, i, &Played::left));
      if (with_budget) {
        const auto& rule = std::get<Locret::Rule>(played.schedule.rules[0].v);
        row.compare(name + ".budget", get(step, "budget"),
                    rule.budget(played.passes[i].position + played.passes[i].rows).count());
      }
      ++i;
    }
  }
  if (const Node* want = find(node, "cache_after_prefill")) {
    row.compare("cache_after_prefill", *want, layers_after(played, true));
  }
  if (const Node* call = find(node, "decode_first")) {
    compare_call(row, "decode_first", *call, played, played.prefill_passes());
  }
  if (const Node* want = find(node, "cache_after_decode")) {
    row.compare("cache_after_decode", *want, layers_after(played, false));
  }
  if (error != nullptr) row.recorded_exception(answer(played));
}

ChunkedEvictionMembers chunked_members(const Node& arguments) {
  ChunkedEvictionMembers members;
  members.window = tokens(arguments, "window");
  members.kv = boolean(get(arguments, "group")) ? KvCopies::kv_head : KvCopies::query_head;
  members.eviction = !find(arguments, "chunk")          ? Eviction::post_fill
                     : boolean(get(arguments, "patch")) ? Eviction::patched
                                                        : Eviction::naive;
  if (const Node* sparsity = find(arguments, "sparsity")) {
    members.sparsity = number(*sparsity);
  } else {
    members.capacity = tokens(arguments, "cap");
  }
  return members;
}

// --- one update of a cluster

Tokens capacity(const Node& arguments) {
  const auto override_capacity = maybe_integer(arguments, "override");
  return override_capacity ? Tokens(*override_capacity) : tokens(arguments, "cap");
}

void check_snapkv_update(Row& row) {
  const Node& a = get(row.node(), "arguments");
  const SnapKv::Cluster cluster{tokens(a, "window")};
  row.compare("kept", get(row.node(), "kept"),
              cluster.kept(tokens(a, "q_len"), capacity(a)).count());
}

void check_pyramidkv_update(Row& row) {
  const Node& a = get(row.node(), "arguments");
  PyramidKv::Cluster cluster{tokens(a, "window"), integer(get(a, "beta")), 0,
                             integer(get(a, "layers"))};
  std::vector<std::int64_t> kept;
  for (; cluster.layer < cluster.layers; ++cluster.layer) {
    kept.push_back(cluster.kept(tokens(a, "q_len"), capacity(a)).count());
  }
  row.compare("kept_per_layer", get(row.node(), "kept_per_layer"), kept);
}

void check_streaming_update(Row& row) {
  const Node& a = get(row.node(), "arguments");
  const Streaming::PerChunkRule rule{capacity(a)};
  row.compare("kept", get(row.node(), "kept"),
              rule.kept(Phase::prefill, tokens(a, "q_len")).count());
}

// --- DuoAttention

HeadRoles duo_roles(const Node& arguments) {
  HeadRoles roles;
  for (const Node& layer : get(arguments, "full_heads")) {
    ++roles.heads.layers;
    roles.heads.heads = 0;
    for (const Node& head : layer) {
      ++roles.heads.heads;
      roles.heads.values.push_back(static_cast<double>(integer(head)));
    }
  }
  roles.sinks = tokens(arguments, "sink");
  roles.window = tokens(arguments, "recent");
  return roles;
}

// Both kinds of head, in one layer with one of each: what their caches hold does not depend on how
// many there are, and the published cache has both arrays even if one has no heads.
Played play_both_kinds(HeadRoles roles, const Workload& workload, Convention convention) {
  roles.heads = {"", 1, 2, {1, 0}};
  LlmShape shape;
  shape.name = "one head of each kind";
  shape.kv_heads = 2;
  shape.query_heads = 2;
  return Played(plan(spec(roles), shape, workload, Accounting::implementation, convention));
}

struct DuoHeads {
  std::int64_t full = 0, streaming = 0;
};
std::vector<DuoHeads> heads_per_layer(const Schedule& schedule) {
  std::vector<DuoHeads> heads(static_cast<std::size_t>(schedule.shape.layers));
  for (const Group& group : schedule.groups) {
    DuoHeads& layer = heads[static_cast<std::size_t>(group.layer)];
    (group.role == Role::streaming ? layer.streaming : layer.full) = group.heads.count();
  }
  return heads;
}

// Key lengths of a layer's attention calls: full heads, then streaming ones. The first pass is one
// dense call for all heads.
std::vector<std::int64_t> duo_attended(const Played& kinds, const DuoHeads& heads,
                                       std::size_t pass) {
  if (pass == 0) return {kinds.attended(0, pass)};
  std::vector<std::int64_t> lengths;
  if (heads.full > 0) lengths.push_back(kinds.attended(0, pass));
  if (heads.streaming > 0) lengths.push_back(kinds.attended(1, pass));
  return lengths;
}

void check_duo_tuple(Row& row) {
  const Node& node = row.node();
  const Node& arguments = get(node, "arguments");
  const HeadRoles roles = duo_roles(arguments);
  const Workload workload = workload_of(arguments);
  const Schedule schedule = plan(spec(roles), shape_of(arguments, roles.heads.layers), workload,
                                 Accounting::implementation, Convention::eval);
  const std::vector<DuoHeads> heads = heads_per_layer(schedule);
  const Played kinds = play_both_kinds(roles, workload, Convention::eval);

  const auto compare_pass = [&](const std::string& name, const Node& call, std::size_t pass) {
    if (pass >= kinds.passes.size()) {
      row.different(name, "a call", "no such pass");
      return;
    }
    row.compare(name + ".new_tokens", get(call, "new_tokens"), kinds.new_tokens(pass));
    std::size_t layer = 0;
    for (const Node& want : get(call, "attended_kv")) {
      row.compare(name + ".attended_kv", want, duo_attended(kinds, heads.at(layer++), pass));
    }
    for (const Node& want : get(call, "cache_after")) {
      row.compare(name + ".cache_after", want, {kinds.left(0, pass), kinds.left(1, pass)});
    }
    layer = 0;
    for (const Node& want : get(call, "heads_full_stream")) {
      row.compare(name + ".heads", want, {heads.at(layer).full, heads.at(layer).streaming});
      ++layer;
    }
  };
  const auto compare_end = [&](std::string_view name, bool prefill) {
    const Node* want = find(node, name);
    if (want == nullptr) return;
    for (const Node& layer : *want) row.compare(name, layer, layers_after(kinds, prefill));
  };
  std::size_t pass = 0;
  for (const Node& call : get(node, "prefill_calls")) {
    compare_pass(fmt::format("prefill_calls[{}]", pass), call, pass);
    ++pass;
  }
  const Node* error = find(node, "error");
  if (error == nullptr && pass != kinds.prefill_passes()) {
    row.different("prefill_calls", std::to_string(pass), std::to_string(kinds.prefill_passes()));
  }
  compare_end("cache_after_prefill", true);
  if (const Node* call = find(node, "decode_first")) {
    compare_pass("decode_first", *call, kinds.prefill_passes());
  }
  compare_end("cache_after_decode", false);
  if (error != nullptr) row.recorded_exception(answer(kinds));
}

void check_duo_static(Row& row) {
  const Node& node = row.node();
  const Node& arguments = get(node, "arguments");
  const HeadRoles roles = duo_roles(arguments);
  const Workload workload = workload_of(arguments);
  const Schedule schedule = plan(spec(roles), shape_of(arguments, roles.heads.layers), workload,
                                 Accounting::implementation, Convention::duo_static);
  const std::vector<DuoHeads> heads = heads_per_layer(schedule);
  const Played kinds = play_both_kinds(roles, workload, Convention::duo_static);

  const auto compare_pass = [&](const std::string& name, const Node& call, std::size_t pass) {
    if (pass >= kinds.passes.size()) {
      row.different(name, "a call", "no such pass");
      return;
    }
    row.compare(name + ".new_tokens", get(call, "new_tokens"), kinds.new_tokens(pass));
    std::vector<std::int64_t> attended;
    for (const DuoHeads& layer : heads) {
      const auto of_layer = duo_attended(kinds, layer, pass);
      attended.insert(attended.end(), of_layer.begin(), of_layer.end());
    }
    row.compare(name + ".attended_kv", get(call, "attended_kv"), attended);
    const auto layers = static_cast<std::size_t>(schedule.shape.layers);
    row.compare(name + ".full_len", get(call, "full_len"),
                std::vector<std::int64_t>(layers, kinds.left(0, pass)));
    row.compare(name + ".streaming_len", get(call, "streaming_len"),
                std::vector<std::int64_t>(layers, kinds.left(1, pass)));
  };
  std::size_t pass = 0;
  for (const Node& call : get(node, "prefill_calls")) {
    compare_pass(fmt::format("prefill_calls[{}]", pass), call, pass);
    ++pass;
  }
  if (const Node* call = find(node, "after_decode")) {
    compare_pass("after_decode", *call, kinds.passes.size() - 1);
  }
  row.compare("allocated_kv_entries", get(node, "allocated_kv_entries_all_layers_heads"),
              reserved_entries(schedule).value().count());
}

}  // namespace

void check_budget(Row& row) {
  const Node& arguments = get(row.node(), "arguments");
  std::string policy = text(get(row.node(), "policy"));
  if (policy == "eval.generate.paper_scale") {
    policy = "eval.generate." + text(get(arguments, "method"));
  }
  if (policy == "minference.SnapKVCluster.update_kv") return check_snapkv_update(row);
  if (policy == "minference.PyramidKVCluster.update_kv") return check_pyramidkv_update(row);
  if (policy == "minference.StreamingLLMKVCluster.update_kv") return check_streaming_update(row);
  if (policy == "eval.generate.snapkv") {
    return check_generate(row, spec(SnapKv{chunked_members(arguments)}));
  }
  if (policy == "eval.generate.pyramidkv") {
    return check_generate(row, spec(PyramidKv{chunked_members(arguments), 20}));
  }
  if (policy == "eval.generate.locret") {
    return check_generate(
        row, spec(Locret{number(get(arguments, "sparsity")), tokens(arguments, "local_len"),
                         tokens(arguments, "stabilizers")}));
  }
  if (policy == "eval.generate.streamingllm") {
    return check_generate(row,
                          spec(Streaming{tokens(arguments, "sink"), tokens(arguments, "recent"),
                                         Streaming::Variant::minference}));
  }
  if (policy == "eval.generate.l2") {
    return check_generate(row, spec(Knorm{std::nullopt, Knorm::Variant::minference}));
  }
  if (policy == "duo.tuple") return check_duo_tuple(row);
  if (policy == "duo.static") return check_duo_static(row);
  if (policy.starts_with("kvpress.")) return check_kvpress(row);
  throw BadRow("unknown policy '" + policy + "'");
}

}  // namespace kvf::reference
