// plan(): from what a user wrote to passes, rules and groups.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/groups.h"
#include "models/schedule.h"

namespace kvf {
namespace {

// KV sets that a layer stores for each KV head before any policy.
std::int64_t copies_of(const LayerRun& run, const Schedule& schedule) {
  const bool as_transformers = schedule.accounting == Accounting::implementation &&
                               schedule.convention == Convention::transformers;
  return as_transformers && !run.is_latent() ? run.cached_heads / run.kv_heads : 1;
}

// Bytes of an entry of one cell under a policy, keys being as wide as values.
BytesPerEntry bytes_under(const PolicySpec& policy, const LlmShape& shape) {
  return std::visit(
      [&](const auto& p) {
        if constexpr (requires { p.bytes_per_entry(shape); }) return p.bytes_per_entry(shape);
        return shape.bytes_per_entry();
      },
      policy.v);
}

// What a policy says of the whole schedule.
void ask(const PolicySpec& policy, Schedule& schedule) {
  std::visit(
      [&](const auto& p) {
        if constexpr (requires { p.assumed(); }) schedule.heads_assumed = p.assumed();
        if constexpr (requires { p.active_read(); }) schedule.active_read = p.active_read();
        if constexpr (requires { p.nominal_share(); }) {
          schedule.nominal_streaming = p.nominal_share();
        }
      },
      policy.v);
}

// Plans the layers with full attention, numbered from 0.
void add_groups(const PolicySpec& policy, const LlmShape& shape, Groups& out) {
  if (shape.layers == 0) return;  // nothing for the policy to do
  std::visit(
      [&](const auto& p) {
        if constexpr (requires { p.groups(shape, out); }) {
          p.groups(shape, out);
        } else {
          const auto kind = out.kind(policy, Role::all);
          for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
            out.add(layer, shape.kv_heads, kind);
          }
        }
      },
      policy.v);
}

// The passes of one turn: its prefill as the policy cuts it, then its decode passes.
void add_turn(const PolicySpec& policy, const PlanContext& context, Schedule& schedule) {
  PassPlan& plan = schedule.plan;
  const std::size_t before = plan.runs.size();
  Book(schedule.accounting, context).cut(policy, plan);
  if (plan.runs.size() > before) plan.end_prefill();
  plan.add(context.workload.output.count(), Tokens(1), Phase::decode);
}

// Gives the layers with full attention their own numbers and bytes, and puts those with windows
// between them. `view`: what the policy saw.
void place_in_model(const LlmShape& view, Schedule& schedule) {
  const std::vector<Group> full = std::exchange(schedule.groups, {});
  auto next = full.begin();
  std::int64_t layer = 0;
  std::int64_t full_layer = 0;
  for (const LayerRun& run : schedule.shape.runs) {
    const BytesPerEntry bytes = bytes_per_entry(run, schedule.shape.dtype);
    for (const std::int64_t end = layer + run.count; layer < end; ++layer) {
      if (run.kind == LayerKind::full) {
        for (; next != full.end() && next->layer == full_layer; ++next) {
          Group group = *next;
          group.layer = layer;
          group.bytes = bytes - (view.bytes_per_entry() - group.bytes);  // what the policy saves
          schedule.groups.push_back(group);
        }
        ++full_layer;
      } else if (run.holds_entries()) {
        const std::uint32_t rule = index_of(schedule, Rule{WindowRule{Tokens(run.window - 1)}});
        schedule.groups.push_back(
            {layer, Cells(run.cells()), rule, Role::window, copies_of(run, schedule), bytes});
      }
    }
  }
}

// A policy of heads, or of what a key is made of, needs keys of heads; a share of heads needs them in
// every layer.
void check_heads(const PolicySpec& policy, const Schedule& schedule) {
  const bool needs_heads = std::visit(
      []<class P>(const P&) {
        return requires { P::needs_heads; };
      },
      policy.v);
  if (!needs_heads) return;
  for (const LayerRun& run : schedule.shape.runs) {
    if (run.kind == LayerKind::full && run.is_latent()) {
      throw PolicyError("", "'" + std::string(policy.name) +
                                "' needs KV heads; the latent attention of this model stores one "
                                "entry for all heads of a layer");
    }
    if (schedule.nominal_streaming) {
      throw PolicyError("rounding",
                        "rounding 'nominal' weighs whole models; this one has layers of several "
                        "kinds");
    }
  }
}

void check(const Workload& workload) {
  const auto in_range = [](std::string_view name, Tokens value, Tokens low) {
    if (value < low || value > kMaxTokens) {
      throw std::invalid_argument(
          "'" + std::string(name) + "' is " + std::to_string(value.count()) + "; expected " +
          std::to_string(low.count()) + " to " + std::to_string(kMaxTokens.count()));
    }
  };
  in_range("prompt_tokens", workload.prompt, Tokens{});
  in_range("output_tokens", workload.output, Tokens{});
  for (const Turn& turn : workload.turns) {
    in_range("prompt_tokens", turn.prompt, Tokens{});
    in_range("output_tokens", turn.output, Tokens{});
  }
  if (workload.chunk) in_range("prefill_chunk_tokens", *workload.chunk, Tokens(1));
}

}  // namespace

Schedule plan(const PolicySpec& policy, const LlmShape& shape, const Workload& workload,
              Accounting accounting, std::optional<Convention> convention) {
  check(shape);
  check(workload);
  check(policy);
  Schedule schedule;
  schedule.shape = shape;
  schedule.workload = workload;
  schedule.accounting = accounting;
  schedule.convention = convention.value_or(describe(policy).convention);

  const bool holds_back_one =
      accounting == Accounting::implementation && schedule.convention == Convention::eval;
  const Tokens prefill =
      holds_back_one ? std::max(workload.prompt - Tokens(1), Tokens{}) : workload.prompt;
  const bool uniform = schedule.shape.uniform();
  std::optional<LlmShape> view;
  if (!uniform) view = schedule.shape.full_attention();
  const LlmShape& policy_shape = uniform ? schedule.shape : *view;
  const PlanContext context{policy_shape, workload, schedule.convention, prefill};
  std::int64_t copies = 1;  // the most of any layer
  std::int64_t full_copies = 1;
  for (const LayerRun& run : schedule.shape.runs) {
    if (!run.holds_entries()) continue;
    copies = std::max(copies, copies_of(run, schedule));
    if (run.kind == LayerKind::full) full_copies = copies_of(run, schedule);
  }
  ask(policy, schedule);
  schedule.heads_assumed &= policy_shape.layers > 0;
  if (!uniform) check_heads(policy, schedule);
  schedule.plan.prompt = prefill;
  schedule.plan.runs.reserve(4);
  schedule.groups.reserve(static_cast<std::size_t>(shape.layers) * 2);
  schedule.rules.reserve(2);

  Groups groups(Book(accounting, context), accounting == Accounting::paper ? 1 : full_copies,
                bytes_under(policy, policy_shape), schedule);
  add_groups(policy, policy_shape, groups);
  if (!uniform) place_in_model(policy_shape, schedule);
  count_cells(schedule);
  add_turn(policy, context, schedule);
  for (const Turn& turn : workload.turns) {
    // Its first row is the last token generated, which nothing has been fed yet; with `eval` the
    // last of its own tokens is the first decode pass, as ever: as many rows as it has tokens.
    const Workload of_turn{turn.prompt, turn.output, workload.chunk};
    add_turn(policy, {policy_shape, of_turn, schedule.convention, turn.prompt}, schedule);
  }

  // Once, so that the sums over cells below need no check each: nothing holds more than this.
  Tokens most = workload.tokens();
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  (void)(schedule.shape.cells() * most)
      .times(2 * std::max(copies, shape.query_heads / shape.kv_heads));
  return schedule;
}

}  // namespace kvf
