// Policies with several parameter sets each: every branch of every rule, small enough that short
// prompts reach it. A rule that is not here is not under law: add it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/policy.h"

namespace kvf::test {

struct LawCase {
  std::string label;
  PolicySpec policy;
  std::optional<Convention> convention = std::nullopt;
  Accounting accounting = Accounting::implementation;
};

inline PolicySpec spec(auto policy) { return {policy, policy.name}; }

inline std::vector<LawCase> law_cases() {
  std::vector<LawCase> cases;
  const auto add = [&](std::string label, auto policy,
                       std::optional<Convention> convention = std::nullopt) {
    cases.push_back({std::move(label), spec(std::move(policy)), convention});
  };
  const auto add_paper = [&](std::string label, auto policy) {
    cases.push_back(
        {"paper " + std::move(label), spec(std::move(policy)), std::nullopt, Accounting::paper});
  };

  add("full", Full{});
  add("full eval", Full{}, Convention::eval);
  add("full duo-static", Full{}, Convention::duo_static);
  add_paper("full", Full{});

  for (const auto& [sink, window] : {std::pair{0, 0}, {0, 1}, {1, 0}, {2, 5}, {4, 16}, {30, 30}}) {
    Streaming streaming{Tokens(sink), Tokens(window)};
    add("streaming duo", streaming);
    add_paper("streaming", streaming);
    streaming.variant = Streaming::Variant::minference;
    add("streaming minference", streaming);
  }

  for (const double sparsity : {0.0, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0}) {
    for (const int window : {0, 1, 3, 8}) {
      for (const Eviction eviction : {Eviction::post_fill, Eviction::naive, Eviction::patched}) {
        ChunkedEvictionMembers members;
        members.sparsity = sparsity;
        members.window = Tokens(window);
        members.eviction = eviction;
        add("snapkv", SnapKv{members});
        add("pyramidkv beta 20", PyramidKv{members, 20});
        add("pyramidkv beta 2", PyramidKv{members, 2});
        if (window == 3) {
          add_paper("snapkv", SnapKv{members});
          add_paper("pyramidkv", PyramidKv{members, 20});
        }
      }
    }
  }
  for (const int capacity : {0, 5, 24}) {
    ChunkedEvictionMembers members;
    members.capacity = Tokens(capacity);
    members.window = Tokens(4);
    members.kv = KvCopies::kv_head;
    add("snapkv capacity", SnapKv{members});
    add("pyramidkv capacity", PyramidKv{members, 3});
  }

  for (const double sparsity : {0.0, 0.4, 0.9, 1.0}) {
    for (const auto& [local, stabilizers] : {std::pair{0, 0}, {3, 0}, {5, 10}, {100, 30}}) {
      const Locret locret{sparsity, Tokens(local), Tokens(stabilizers)};
      add("locret", locret);
      add_paper("locret", locret);
    }
  }

  for (const Convention convention : {Convention::kvpress, Convention::kvpress_8bb29b9}) {
    for (const double ratio : {0.0, 0.3, 0.9, 1.0}) {
      add("topk", TopK{{ratio}, {}, {}}, convention);
      add("topk in pieces", TopK{{ratio}, {}, Tokens(7)}, convention);
    }
    add("topk per layer", TopK{{0.5, 0.1, 1.0}, {}, {}}, convention);
    add("topk budget", TopK{{}, Tokens(6), {}}, convention);
    add("topk budget 0", TopK{{}, Tokens(0), {}}, convention);
  }
  add("knorm", Knorm{0.4});
  add("knorm minference", Knorm{std::nullopt, Knorm::Variant::minference}, Convention::eval);

  using Sparse = SparseRead::Sparse;
  for (const Sparse phase : {Sparse::prefill, Sparse::decode, Sparse::both}) {
    add("sparse-read tokens", SparseRead{Tokens(7), std::nullopt, phase});
    add("sparse-read share", SparseRead{std::nullopt, 0.25, phase});
    add_paper("sparse-read tokens", SparseRead{Tokens(7), std::nullopt, phase});
  }

  for (const Rounding rounding : {Rounding::duo, Rounding::prulong, Rounding::nominal}) {
    for (const double share : {0.0, 0.4, 0.7, 1.0}) {
      HeadRoles roles;
      roles.streaming_heads = share;
      roles.rounding = rounding;
      roles.sinks = Tokens(1);
      roles.window = Tokens(6);
      add("head-roles", roles);
      add("head-roles duo-static", roles, Convention::duo_static);
      add_paper("head-roles", roles);
      ChunkedEvictionMembers members;
      members.sparsity = 0.5;
      members.window = Tokens(3);
      members.eviction = Eviction::naive;
      roles.other = PolicyBox(spec(SnapKv{members}));
      add("head-roles, others snapkv", roles);
      add_paper("head-roles, others snapkv", roles);
      roles.other = PolicyBox(spec(PyramidKv{members, 20}));
      add("head-roles, others pyramidkv", roles);
      roles.other = PolicyBox(spec(Locret{0.6, Tokens(4), Tokens(5)}));
      add("head-roles, others locret", roles);
    }
  }

  add("compose", Compose{{spec(TopK{{0.3}, {}, {}}), spec(TopK{{0.5}, {}, Tokens(4)})}});
  add("compose with streaming",
      Compose{{spec(TopK{{0.3}, {}, {}}), spec(Streaming{Tokens(2), Tokens(6)})}});
  for (const int target : {0, 1, 9}) {
    add("decoding-press", DecodingPress{3, Tokens(target), std::nullopt, {}});
    add("decoding-press after topk",
        DecodingPress{4, Tokens(target), std::nullopt, PolicyBox(spec(TopK{{0.6}, {}, {}}))});
  }
  add("decoding-press ratio", DecodingPress{2, std::nullopt, 0.8, {}});
  return cases;
}

}  // namespace kvf::test
