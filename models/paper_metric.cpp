#include "models/paper_metric.h"

#include "models/policy.h"

namespace kvf::paper_metric {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;  // clang 14 does not deduce it

constexpr Streaming::Rule kEndless{Tokens::max()};

}  // namespace

std::optional<AnyRule> rule(const PolicySpec& policy) {
  const auto share = [](const ChunkedEvictionMembers& p) {
    if (!p.sparsity) throw PolicyError("capacity_tokens", "the paper's metric needs 'sparsity'");
    return ShareRule{*p.sparsity, p.window};
  };
  return std::visit(
      Overloaded{[](const Full&) -> std::optional<AnyRule> { return kEndless; },
                 [](const SparseRead&) -> std::optional<AnyRule> { return kEndless; },
                 [](const Streaming& p) -> std::optional<AnyRule> {
                   return Streaming::Rule{p.sinks + p.window, p.sinks};
                 },
                 [&](const SnapKv& p) -> std::optional<AnyRule> { return share(p); },
                 [&](const PyramidKv& p) -> std::optional<AnyRule> { return share(p); },
                 [](const Locret& p) -> std::optional<AnyRule> {
                   return ShareRule{p.sparsity, p.stabilizers};
                 },
                 [](const auto&) -> std::optional<AnyRule> { return std::nullopt; }},
      policy.v);
}

void passes(const PolicySpec& policy, const PlanContext& context, PassPlan& plan) {
  const auto chunked = [&](const ChunkedEvictionMembers& p) {
    if (p.eviction == Eviction::post_fill) {
      plan.add(1, context.prefill, Phase::prefill);
    } else {
      plan.add_chunks(context.prefill, context.chunk());
    }
  };
  // By their own types: for their common base the last of these would be the better match.
  std::visit(
      Overloaded{[&](const SnapKv& p) { chunked(p); }, [&](const PyramidKv& p) { chunked(p); },
                 [&](const Locret& p) { p.passes(context, plan); },
                 [&](const auto&) { plan.add_chunks(context.prefill, context.chunk()); }},
      policy.v);
}

}  // namespace kvf::paper_metric
