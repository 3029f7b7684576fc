// Rows with `function`: the paper's own script.
#include <array>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "sim/simulate.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

LlmShape one_cell() {
  LlmShape shape;
  shape.name = "one cell";
  return shape;
}

SnapKv share_per_chunk(double sparsity, Tokens window) {
  ChunkedEvictionMembers members;
  members.sparsity = sparsity;
  members.window = window;
  members.eviction = Eviction::naive;
  return {members};
}

// Both methods' figures.
struct Figures {
  Figures(const Node& arguments, const PolicySpec& policy, std::string_view prompt,
          std::string_view output)
      : schedule(plan(policy, one_cell(),
                      {tokens(arguments, prompt), tokens(arguments, output),
                       tokens(arguments, "prefill_chunk_size")},
                      Accounting::paper)),
        results{closed_form(schedule), simulate(schedule)} {}

  Schedule schedule;
  std::array<Result, 2> results;
  static constexpr std::array<std::string_view, 2> kMethods{"closed", "simulate"};
};

void compare_cell(Row& row, const Node& want, std::string_view name, const Result& result,
                  std::size_t rule, std::string_view method) {
  if (const Node* error = find(want, "error")) {
    row.recorded_exception(fmt::format("{} records {}; active entries {}", name, error->text,
                                       to_string(result.rules[rule].active_entries)));
    return;
  }
  row.compare(fmt::format("{}active_entries ({})", name, method), get(want, "active_entries"),
              result.rules[rule].active_entries);
  row.compare(fmt::format("{}peak_max ({})", name, method), get(want, "peak_max"),
              result.rules[rule].peak.count());
}

void check_stats(Row& row, const PolicySpec& policy, std::string_view prompt,
                 std::string_view output) {
  const Figures figures(get(row.node(), "arguments"), policy, prompt, output);
  for (std::size_t m = 0; m < figures.results.size(); ++m) {
    compare_cell(row, row.node(), "", figures.results[m], 0, Figures::kMethods[m]);
  }
}

void check_footprint(Row& row, const PolicySpec& policy) {
  const Node& node = row.node();
  const Figures figures(get(node, "arguments"), policy, "prompt_len", "response_len");
  for (std::size_t m = 0; m < figures.results.size(); ++m) {
    const std::string_view method = Figures::kMethods[m];
    const Result& result = figures.results[m];
    const Footprint& f = result.footprint;
    row.compare(fmt::format("full_active_entries ({})", method), get(node, "full_active_entries"),
                f.full_entries);
    row.compare(fmt::format("full_peak ({})", method), get(node, "full_peak"),
                f.full_peak_entries.count());
    for (const Group& group : figures.schedule.groups) {
      const bool streams = group.role == Role::streaming;
      if (const Node* part = find(node, streams ? "streaming" : "global")) {
        compare_cell(row, *part, streams ? "streaming." : "global.", result, group.rule, method);
      }
    }
    if (const Node* want = find(node, "kv_footprint")) {
      row.compare_hex(fmt::format("kv_footprint ({})", method), get(*want, "hex"), f.footprint);
      row.compare_hex(fmt::format("kv_peak ({})", method), get(get(node, "kv_peak"), "hex"),
                      f.peak);
    }
    if (const Node* error = find(node, "error")) {
      row.recorded_exception(
          fmt::format("records {}; footprint {}", error->text,
                      f.footprint ? fmt::format("{}", *f.footprint) : "undefined"));
    }
  }
}

}  // namespace

void check_paper(Row& row) {
  const Node& node = row.node();
  const std::string function = text(get(node, "function"));
  const Node& arguments = get(node, "arguments");
  const auto spec = [](auto policy) { return PolicySpec{policy, policy.name}; };
  const auto locret = [&] {
    return spec(Locret{number(get(arguments, "locret_sparsity")),
                       tokens(arguments, "locret_local_len"),
                       tokens(arguments, "locret_stabilizers")});
  };
  if (function == "streaming_mask_stats") {
    check_stats(row,
                spec(Streaming{tokens(arguments, "sink_token_size"),
                               tokens(arguments, "local_window_size")}),
                "input_len", "output_len");
  } else if (function == "global_mask_stats") {
    check_stats(row,
                spec(share_per_chunk(number(get(arguments, "kv_sparsity")),
                                     tokens(arguments, "kv_window"))),
                "input_len", "output_len");
  } else if (function == "global_mask_stats_locret") {
    check_stats(row, locret(), "input_len", "output_len");
  } else if (function == "get_kv_footprint") {
    HeadRoles roles;
    roles.streaming_heads = number(get(arguments, "head_sparsity"));
    roles.rounding = Rounding::nominal;
    roles.sinks = tokens(arguments, "sink_tokens");
    roles.window = tokens(arguments, "local_window_size");
    roles.other =
        PolicyBox(spec(share_per_chunk(number(get(arguments, "kv_sparsity")), Tokens(64))));
    check_footprint(row, spec(roles));
  } else if (function == "get_kv_footprint_locret") {
    check_footprint(row, locret());
  } else if (function == "streaming_mask_stats_locret") {
    row.recorded_exception("the paper's script never calls this function");
  } else {
    throw BadRow("unknown function '" + function + "'");
  }
}

}  // namespace kvf::reference
