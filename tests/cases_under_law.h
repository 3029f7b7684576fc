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
  std::int64_t heads = 0;  // KV heads the policy's tables are made for; 0: any
};

inline PolicySpec spec(auto policy) { return {policy, policy.name}; }

// What differs between the two versions of kvpress.
template <class Add>
void add_kvpress(Add&& add, Convention convention) {
  for (const double ratio : {0.0, 0.3, 0.97, 1.0}) {
    ChunkedEvictionMembers members;
    members.sparsity = ratio;
    members.window = Tokens(3);
    members.variant = EvictionVariant::kvpress;
    add("snapkv kvpress", SnapKv{members}, convention);
    add("pyramidkv kvpress", PyramidKv{members, 20}, convention);
    members.window = Tokens(0);
    add("pyramidkv kvpress, beta 2", PyramidKv{members, 2}, convention);
    add("finch", Finch{ratio, std::nullopt}, convention);
    add("finch in pieces", Finch{ratio, Tokens(5)}, convention);
    for (const ChunkKv::ShortChunk last :
         {ChunkKv::ShortChunk::evicted, ChunkKv::ShortChunk::kept}) {
      add("chunkkv", ChunkKv{ratio, Tokens(6), last}, convention);
    }
    add("adakv", AdaKv{{ratio}, 0.2, {}}, convention);
    for (const int lower_bound : {0, 4, 100}) {
      add("kvcompose structured",
          KvCompose{ratio, KvCompose::Layout::structured, Tokens(lower_bound)}, convention);
    }
    add("kvcompose unstructured", KvCompose{ratio, KvCompose::Layout::unstructured}, convention);
  }
  ChunkedEvictionMembers pyramid;
  pyramid.sparsity = 0.4;
  pyramid.window = Tokens(2);
  pyramid.variant = EvictionVariant::kvpress;
  const PolicySpec inner = spec(PyramidKv{pyramid, 3});
  add("adakv over pyramidkv", AdaKv{{}, 0.5, PolicyBox(inner)}, convention);
  add("compose with pyramidkv", Compose{{inner, spec(TopK{{0.5}, {}, {}})}}, convention);
  add("adakv over a budget", AdaKv{{}, 1, PolicyBox(spec(TopK{{}, Tokens(6), {}}))}, convention);
  add("simlayerkv", SimLayerKv{{1, 0, 1}, Tokens(0), Tokens(1)}, convention);
}

// What is the same in both.
template <class Add>
void add_kvpress(Add&& add) {
  for (const double ratio : {0.0, 0.3, 0.97, 1.0}) {
    for (const KvZip::Scope scope : {KvZip::Scope::model, KvZip::Scope::layer}) {
      add("kvzip", KvZip{ratio, scope, Tokens(0)});
      add("restorekv", KvZip{ratio, scope, Tokens(3)});
    }
    add("simlayerkv share", SimLayerKv{{ratio}, Tokens(2), Tokens(6)});
    for (const Dms::Masking phase : {Dms::Masking::prefill, Dms::Masking::both}) {
      add("dms", Dms{Tokens(5), ratio, phase});
    }
    add("think", Think{ratio});
  }
}

inline std::vector<LawCase> law_cases() {
  std::vector<LawCase> cases;
  const auto add = [&](std::string label, auto policy,
                       std::optional<Convention> convention = std::nullopt) {
    cases.push_back(
        {std::move(label), spec(std::move(policy)), convention, Accounting::implementation, 0});
  };
  const auto add_paper = [&](std::string label, auto policy) {
    cases.push_back(
        {"paper " + std::move(label), spec(std::move(policy)), std::nullopt, Accounting::paper, 0});
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
    streaming.variant = Streaming::Variant::kvpress;
    add("streaming kvpress", streaming);
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
    add_kvpress(add, convention);
  }
  add_kvpress(add);
  const HeadScores table{"", 3, 2, {0.1, 0.93, 0.5, 1, 0, 0.7}};
  const HeadScores windows{"", 3, 2, {3, 0, 9.5, 2, 2, 40}};
  add("lukv", LuKv{table});
  add("moa", Moa{Tokens(3), 0.2, {}, {}, Tokens(1)});
  add("moa of tables", Moa{Tokens(0), 0, windows, table, Tokens(2)});
  for (auto& c : cases) {
    if (c.label == "lukv" || c.label == "moa of tables") c.heads = 2;
  }
  add("knorm", Knorm{0.4});
  add("knorm minference", Knorm{std::nullopt, Knorm::Variant::minference}, Convention::eval);

  using Sparse = SparseRead::Sparse;
  for (const Sparse phase : {Sparse::prefill, Sparse::decode, Sparse::both}) {
    add("sparse-read tokens", SparseRead{Tokens(7), std::nullopt, phase});
    add("sparse-read share", SparseRead{std::nullopt, 0.25, phase});
    add_paper("sparse-read tokens", SparseRead{Tokens(7), std::nullopt, phase});
  }

  for (const Rounding rounding :
       {Rounding::duo, Rounding::prulong, Rounding::nominal, Rounding::kvpress}) {
    for (const double share : {0.0, 0.4, 0.7, 1.0}) {
      HeadRoles roles;
      roles.streaming_heads = share;
      roles.rounding = rounding;
      roles.sinks = Tokens(1);
      roles.window = Tokens(6);
      add("head-roles", roles);
      add("head-roles duo-static", roles, Convention::duo_static);
      if (rounding == Rounding::kvpress) {
        roles.variant = Streaming::Variant::kvpress;
        add("head-roles kvpress", roles, Convention::kvpress);
        roles.variant = Streaming::Variant::duo;
      }
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
    add("cam",
        DecodingPress{3, Tokens(target), std::nullopt, {}, DecodingPress::Firing::when_larger});
  }
  add("decoding-press ratio", DecodingPress{2, std::nullopt, 0.8, {}});
  return cases;
}

}  // namespace kvf::test
