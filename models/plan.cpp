// plan(): from what a user wrote to passes, rules and groups.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "models/paper_metric.h"
#include "models/schedule.h"

namespace kvf {
namespace {

constexpr std::array<std::string_view, 2> kAccountings{"paper", "implementation"};
constexpr std::array<std::string_view, 5> kConventions{"eval", "kvpress", "kvpress-8bb29b9",
                                                       "duo-static", "transformers"};
constexpr std::array<std::string_view, 5> kRoles{"all", "full", "streaming", "other", "window"};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

// What a policy means for a cell: by its implementation ...
class ImplementationBook {
 public:
  explicit ImplementationBook(const PlanContext& context) : context_(context) {}
  Rule rule(const PolicySpec& policy, std::int64_t layer, std::int64_t head) const {
    return rule_of(policy, context_, layer, head);
  }
  static bool same_in_every_layer(const PolicySpec& policy) {
    return std::visit([]<class P>(const P&) { return detail::HasOneRule<P>; }, policy.v);
  }
  static bool differs_by_head(const PolicySpec& policy) {
    return std::visit([]<class P>(const P&) { return detail::HasRulePerHead<P>; }, policy.v);
  }
  std::int64_t copies(const PolicySpec& policy) const {
    return std::visit(
        [&](const auto& p) -> std::int64_t {
          if constexpr (requires { p.copies(context_.shape); }) return p.copies(context_.shape);
          return 1;
        },
        policy.v);
  }
  void passes(const PolicySpec& policy, PassPlan& plan) const {
    std::visit(
        [&](const auto& p) {
          if constexpr (requires { p.passes(context_, plan); }) {
            p.passes(context_, plan);
          } else {
            plan.add_chunks(context_.prefill, context_.chunk());
          }
        },
        policy.v);
  }

 private:
  const PlanContext& context_;
};

// ... or by the paper's metric.
class PaperBook {
 public:
  explicit PaperBook(const PlanContext& context) : context_(context) {}
  Rule rule(const PolicySpec& policy, std::int64_t /*layer*/, std::int64_t /*head*/) const {
    const auto found = paper_metric::rule(policy);
    if (!found) {
      throw PolicyError("", "'" + std::string(policy.name) + "' has no accounting in the paper");
    }
    return std::visit([](const auto& r) { return Rule{r}; }, *found);
  }
  static bool same_in_every_layer(const PolicySpec&) { return true; }
  static bool differs_by_head(const PolicySpec&) { return false; }
  static std::int64_t copies(const PolicySpec&) { return 1; }
  void passes(const PolicySpec& policy, PassPlan& plan) const {
    paper_metric::passes(policy, context_, plan);
  }

 private:
  const PlanContext& context_;
};

// The index of a rule, which is added unless it is there.
std::uint32_t index_of(Schedule& schedule, Rule rule) {
  std::vector<Rule>& rules = schedule.rules;
  const auto found = std::find(rules.rbegin(), rules.rend(), rule);
  if (found != rules.rend()) return static_cast<std::uint32_t>(rules.rend() - found - 1);
  rules.push_back(std::move(rule));
  schedule.cells.emplace_back();
  return static_cast<std::uint32_t>(rules.size() - 1);
}

// Collects the groups of the layers with full attention; equal rules become one.
template <class Book>
class Groups {
 public:
  // Heads that follow one policy.
  struct Kind {
    const PolicySpec& policy;
    Role role;
    std::int64_t copies;
    std::optional<std::uint32_t> rule;  // if it is the same in every layer
  };

  Groups(const Book& book, Schedule& schedule, std::int64_t model_copies)
      : book_(book), schedule_(schedule), model_copies_(model_copies) {}

  Kind kind(const PolicySpec& policy, Role role) {
    Kind kind{policy, role, std::max(book_.copies(policy), model_copies_), std::nullopt};
    if (book_.same_in_every_layer(policy)) {
      kind.rule = index_of(schedule_, book_.rule(policy, 0, 0));
    }
    return kind;
  }
  void add(std::int64_t layer, std::int64_t heads, const Kind& kind) {
    if (heads == 0) return;
    if (!kind.rule) return add_of_layer(layer, heads, kind);
    add_group(layer, heads, *kind.rule, kind);
  }

 private:
  // Rules that depend on the layer, or on the head too: neighbours of equal rules are one group.
  void add_of_layer(std::int64_t layer, std::int64_t heads, const Kind& kind) {
    const auto rule_of_head = [&](std::int64_t head) {
      return index_of(schedule_, book_.rule(kind.policy, layer, head));
    };
    std::uint32_t rule = rule_of_head(0);
    if (!book_.differs_by_head(kind.policy)) return add_group(layer, heads, rule, kind);
    std::int64_t first = 0;
    for (std::int64_t head = 1; head < heads; ++head) {
      const std::uint32_t next = rule_of_head(head);
      if (next == rule) continue;
      add_group(layer, head - first, rule, kind);
      first = head;
      rule = next;
    }
    add_group(layer, heads - first, rule, kind);
  }
  void add_group(std::int64_t layer, std::int64_t heads, std::uint32_t rule, const Kind& kind) {
    schedule_.groups.push_back({layer, Cells(heads), rule, kind.role, kind.copies});
    RuleCells& cells = schedule_.cells[rule];
    const bool apart = schedule_.weighs_apart(kind.role);
    (apart ? cells.streaming : cells.others) += heads;
    (apart ? cells.stored_streaming : cells.stored_others) += heads * kind.copies;
  }
  const Book& book_;
  Schedule& schedule_;
  std::int64_t model_copies_;
};

// KV sets that a layer stores for each KV head before any policy.
std::int64_t copies_of(const LayerRun& run, const Schedule& schedule) {
  const bool as_transformers = schedule.accounting == Accounting::implementation &&
                               schedule.convention == Convention::transformers;
  return as_transformers && !run.is_latent() ? run.cached_heads / run.kv_heads : 1;
}

// Plans the layers with full attention, numbered from 0.
template <class Book>
void plan_with(const PolicySpec& policy, const LlmShape& shape, std::int64_t model_copies,
               const Book& book, Schedule& schedule) {
  const auto* const roles = std::get_if<HeadRoles>(&policy.v);
  if (shape.layers == 0) return;  // nothing for the policy to do
  Groups out(book, schedule, model_copies);
  std::visit(
      [&](const auto& p) {
        if constexpr (requires { p.assumed(); }) schedule.heads_assumed = p.assumed();
        if constexpr (requires { p.bytes_per_entry(shape); }) {
          schedule.bytes_per_entry = p.bytes_per_entry(shape);
        }
      },
      policy.v);
  if (roles != nullptr) {
    if (roles->nominal()) schedule.nominal_streaming = roles->streaming_heads;
    const PolicySpec others = roles->other_policy();
    roles->groups(shape, roles->streaming_policy(), others, out);
    return;
  }
  const auto kind = out.kind(policy, Role::all);
  for (std::int64_t layer = 0; layer < shape.layers; ++layer) out.add(layer, shape.kv_heads, kind);
}

// The passes of one turn: its prefill as the policy cuts it, then its decode passes.
void add_turn(const PolicySpec& cuts, const PlanContext& context, Schedule& schedule) {
  PassPlan& plan = schedule.plan;
  const std::size_t before = plan.runs.size();
  if (schedule.accounting == Accounting::paper) {
    PaperBook(context).passes(cuts, plan);
  } else {
    ImplementationBook(context).passes(cuts, plan);
  }
  if (plan.runs.size() > before) plan.end_prefill();
  plan.add(context.workload.output.count(), Tokens(1), Phase::decode);
}

// Gives the layers with full attention their own numbers, and puts those with windows between them.
void place_in_model(Schedule& schedule) {
  const std::vector<Group> full = std::exchange(schedule.groups, {});
  auto next = full.begin();
  std::int64_t layer = 0;
  std::int64_t full_layer = 0;
  for (const LayerRun& run : schedule.shape.runs) {
    for (const std::int64_t end = layer + run.count; layer < end; ++layer) {
      if (run.kind == LayerKind::full) {
        for (; next != full.end() && next->layer == full_layer; ++next) {
          Group group = *next;
          group.layer = layer;
          schedule.groups.push_back(group);
        }
        ++full_layer;
      } else if (run.holds_entries()) {
        const std::uint32_t rule = index_of(schedule, Rule{WindowRule{Tokens(run.window - 1)}});
        const std::int64_t copies = copies_of(run, schedule);
        schedule.cells[rule].others += run.cells();
        schedule.cells[rule].stored_others += run.cells() * copies;
        schedule.groups.push_back({layer, Cells(run.cells()), rule, Role::window, copies});
      }
    }
  }
}

// A policy of heads, or of what a key is made of, needs keys of heads; a share of heads needs them in
// every layer.
void check_heads(const PolicySpec& policy, const LlmShape& shape, bool nominal) {
  const bool needs_heads = std::visit(
      []<class P>(const P&) {
        return requires { P::needs_heads; };
      },
      policy.v);
  if (!needs_heads) return;
  for (const LayerRun& run : shape.runs) {
    if (run.kind == LayerKind::full && run.is_latent()) {
      throw PolicyError("", "'" + std::string(policy.name) +
                                "' needs KV heads; the latent attention of this model stores one "
                                "entry for all heads of a layer");
    }
    if (nominal) {
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
  schedule.bytes_per_entry = shape.bytes_per_entry();  // as if uniform
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
  const auto* roles = std::get_if<HeadRoles>(&policy.v);
  if (!uniform) check_heads(policy, shape, roles != nullptr && roles->nominal());
  schedule.plan.prompt = prefill;
  schedule.plan.runs.reserve(4);
  schedule.groups.reserve(static_cast<std::size_t>(shape.layers) * 2);

  if (accounting == Accounting::paper) {
    plan_with(policy, policy_shape, 1, PaperBook(context), schedule);
  } else {
    plan_with(policy, policy_shape, full_copies, ImplementationBook(context), schedule);
  }
  if (!uniform) place_in_model(schedule);
  // Where some heads stream, the policy of the others cuts the prefill.
  const std::optional<PolicySpec> others =
      roles != nullptr ? std::optional(roles->other_policy()) : std::nullopt;
  const PolicySpec& cuts = others ? *others : policy;
  add_turn(cuts, context, schedule);
  for (const Turn& turn : workload.turns) {
    // Its first row is the last token generated, which nothing has been fed yet; with `eval` the
    // last of its own tokens is the first decode pass, as ever: as many rows as it has tokens.
    const Workload of_turn{turn.prompt, turn.output, workload.chunk};
    add_turn(cuts, {policy_shape, of_turn, schedule.convention, turn.prompt}, schedule);
  }

  if (const auto* sparse = std::get_if<SparseRead>(&policy.v)) {
    schedule.active_read = sparse->active_read();
  }
  // Once, so that the sums over cells below need no check each: nothing holds more than this.
  Tokens most = workload.tokens();
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  (void)(schedule.shape.cells() * most)
      .times(2 * std::max(copies, shape.query_heads / shape.kv_heads));
  return schedule;
}

std::vector<BytesPerEntry> bytes_of_groups(const Schedule& schedule) {
  const LlmShape& shape = schedule.shape;
  if (shape.uniform()) return std::vector(schedule.groups.size(), schedule.bytes_per_entry);
  const BytesPerEntry saved = shape.bytes_per_entry() - schedule.bytes_per_entry;  // by the policy
  std::vector<BytesPerEntry> bytes;
  auto run = shape.runs.begin();
  std::int64_t end = run->count;  // of the run's layers
  for (const Group& group : schedule.groups) {
    while (group.layer >= end) end += (++run)->count;
    const BytesPerEntry of_model = bytes_per_entry(*run, shape.dtype);
    bytes.push_back(run->kind == LayerKind::full ? of_model - saved : of_model);
  }
  return bytes;
}

std::optional<Entries> reserved_entries(const Schedule& schedule) {
  const PlanContext context{schedule.shape, schedule.workload, schedule.convention,
                            schedule.plan.prompt};
  Entries sum;
  for (const Group& group : schedule.groups) {
    const auto of_cell = reserved(schedule.rules[group.rule], context);
    if (!of_cell) return std::nullopt;
    sum += group.heads.times(group.copies) * *of_cell;
  }
  return sum;
}

std::string_view to_string(Accounting accounting) {
  return kAccountings[static_cast<std::size_t>(accounting)];
}
std::string_view to_string(Convention convention) {
  return kConventions[static_cast<std::size_t>(convention)];
}
std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<Accounting> parse_accounting(std::string_view word) {
  return parse<Accounting>(kAccountings, word);
}
std::optional<Convention> parse_convention(std::string_view word) {
  return parse<Convention>(kConventions, word);
}
std::vector<std::string_view> accounting_names() {
  return {kAccountings.begin(), kAccountings.end()};
}
std::vector<std::string_view> convention_names() {
  return {kConventions.begin(), kConventions.end()};
}

}  // namespace kvf
