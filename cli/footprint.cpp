// kvfootprint footprint: the figures of one case, or of many (JSON lines in, JSON lines out).
#include <algorithm>

#include <fmt/format.h>

#include "cli/cases.h"
#include "cli/command.h"
#include "cli/map.h"
#include "models/closed_form.h"
#include "models/dtype.h"
#include "models/peak_bytes.h"
#include "sim/footprint_json.h"
#include "sim/input/bind.h"
#include "sim/input/case.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/report.h"
#include "sim/simulate.h"
#include "sim/simulate_batch.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string cases;
  std::string method = "closed";
  bool detail = false;
  bool trace = false;
  bool json = false;
  std::string prompt;
  std::string output = "0";
  std::string chunk;
  std::string policy = "full";
  std::string model;
  std::string accounting = "implementation";
  std::string implementation;
  std::string kv_dtype;
  std::int64_t batch = 1;
  MapOptions map;
};

// One number for each group, listed by layer: [[1,2],[],[1,2]].
template <class Value>
std::string per_layer(const Schedule& schedule, Value&& value) {
  std::string out = "[";
  std::int64_t layer = -1;
  const auto open_up_to = [&](std::int64_t last) {
    for (; layer < last; ++layer) out += layer < 0 ? "[" : "],[";
  };
  for (const Group& group : schedule.groups) {
    if (group.layer == layer) out += ',';
    open_up_to(group.layer);
    out += value(group);
  }
  open_up_to(schedule.shape.layers - 1);
  return out + "]]";
}

// Entries of all heads of a group, copies included; a nominal share weighs them.
std::string of_group(const Schedule& schedule, const Group& group, std::int64_t per_cell) {
  const std::int64_t sum = per_cell * group.heads.count() * group.copies;
  if (!schedule.nominal_streaming) return std::to_string(sum);
  return fmt::format("{}", schedule.weight(group.role) * static_cast<double>(sum));
}

bool masks_any(const Schedule& schedule) {
  return std::any_of(schedule.rules.begin(), schedule.rules.end(), masks);
}

// Over all cells, copies included.
std::int64_t sum_of(const Schedule& schedule, const Result& result, Tokens CellTotals::*figure) {
  std::int64_t sum = 0;
  for (const Group& group : schedule.groups) {
    sum += (result.rules[group.rule].*figure).count() * group.heads.count() * group.copies;
  }
  return sum;
}

std::string detail(const Schedule& schedule, const Result& result) {
  std::string groups;
  for (const Group& group : schedule.groups) {
    const CellTotals& cell = result.rules[group.rule];
    groups += fmt::format(
        R"({}{{"role":"{}","layer":{},"heads":{},"active_entries":{},"peak_entries":{}}})",
        groups.empty() ? "" : ",", to_string(group.role), group.layer, of_group(schedule, group, 1),
        to_string(cell.active_entries), cell.peak.count());
  }
  const auto held = [&](Tokens CellTotals::*when) {
    return per_layer(schedule, [&](const Group& group) {
      return of_group(schedule, group, (result.rules[group.rule].*when).count());
    });
  };
  std::string out =
      fmt::format(R"(,"groups":[{}],"held_after_prefill":{},"held_after_decode":{})", groups,
                  held(&CellTotals::after_prefill), held(&CellTotals::after_decode));
  if (masks_any(schedule)) {
    out += fmt::format(R"(,"live_after_prefill":{},"live_after_decode":{})",
                       held(&CellTotals::live_after_prefill), held(&CellTotals::live_after_decode));
  }
  return out;
}

std::string trace(const Schedule& schedule) {
  std::string passes;
  simulate(schedule, [&](const PlayedBlock& block) {
    const std::int64_t added = (block.run.rows + block.run.appended).count();
    for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
      const auto past = [&](const Group& group) { return block.past(group.rule)[i]; };
      passes += fmt::format(
          R"({}{{"rows":{},"attended":{},"held_during":{},"held_after":{}}})",
          passes.empty() ? "" : ",", block.run.rows.count(),
          per_layer(schedule, [&](const Group& g) { return std::to_string(past(g) + added); }),
          per_layer(schedule,
                    [&](const Group& g) { return of_group(schedule, g, past(g) + added); }),
          per_layer(schedule,
                    [&](const Group& g) { return of_group(schedule, g, block.after(g.rule)[i]); }));
    }
  });
  return fmt::format(R"(,"passes":[{}])", passes);
}

// One sequence; the footprint is that of its batch.
struct Counted {
  Schedule schedule;
  Result result;
};

Batch batch_of(const input::Case& c, const Options& options) {
  const Sequences equal{c.workload, options.batch};
  return plan_batch(c.policy, c.shape, {&equal, 1}, c.accounting, c.convention);
}

Counted count_case(const input::Case& c, const Options& options) {
  const bool closed = options.method == "closed";
  Counted counted{plan(c.policy, c.shape, c.workload, c.accounting, c.convention), {}};
  counted.result = closed ? closed_form(counted.schedule) : simulate(counted.schedule);
  if (options.batch > 1) {
    const Batch batch = batch_of(c, options);
    counted.result.footprint = closed ? closed_form(batch) : simulate(batch);
  }
  return counted;
}

std::string answer(const input::Case& c, const Options& options) {
  const auto [schedule, result] = count_case(c, options);
  std::string out = "{" + json_figures(result.footprint);
  if (schedule.heads_assumed) out += R"(,"heads":"assumed")";
  if (options.detail) {
    if (schedule.allocates_ahead()) {
      if (const auto reserved = reserved_entries(schedule)) {
        out += fmt::format(R"(,"reserved_entries":{})", reserved->count());
      }
    }
    out += detail(schedule, result);
  }
  if (options.trace) out += trace(schedule);
  if (!c.model_note.empty()) out += ",\"note\":" + json_string(c.model_note);
  return out + "}";
}

int run_cases(const Options& options) {
  input::CaseReader reader(options.cases);
  return answer_cases(options.cases, [&](std::string_view line, int number, std::string& out) {
    out += answer(reader.read(line, number), options);
  });
}

// "pass 3, decode": passes count from 0.
std::string pass_in_words(const Schedule& schedule, std::int64_t pass) {
  for (const PassRun& run : schedule.plan.runs) {
    if (pass >= run.first + run.count) continue;
    return fmt::format("pass {}, {}", pass, run.phase == Phase::prefill ? "prefill" : "decode");
  }
  return "no pass";
}

void print_table(const input::Case& c, const Counted& counted, const Options& options) {
  const Schedule& schedule = counted.schedule;
  const Result& result = counted.result;
  const Footprint& f = result.footprint;
  const auto percent = [](std::optional<double> share) {
    return share ? fmt::format("{:.2f} %", 100 * *share) : std::string("undefined");
  };
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("{:<24} {}\n", name, value);
  };
  const auto count = [](std::int64_t value) { return with_separators(value); };
  line("KV footprint", percent(f.footprint));
  if (f.against_all_causal != f.footprint) {
    line("against all-causal", percent(f.against_all_causal));
  }
  line("peak KV", percent(f.peak));
  line("peak entries",
       fmt::format("{} ({})", count(f.peak_entries.count()), pass_in_words(schedule, f.peak_pass)));
  line("peak entries, layerwise", fmt::format("{} ({})", count(f.peak_layerwise_entries.count()),
                                              pass_in_words(schedule, f.peak_layerwise_pass)));
  if (!options.model.empty()) {  // it is a real one, so that bytes mean something
    const PeakBytes peak =
        options.batch == 1 ? peak_bytes(schedule) : peak_bytes(batch_of(c, options));
    line("peak bytes", fmt::format("{}, layerwise {}", count(peak.all_layers.count()),
                                   count(peak.layerwise.count())));
  }
  line("active entries", to_string(f.active_entries));
  line("held after prefill", count(f.held_after_prefill.count()) + " entries");
  line("held after decoding", count(f.held_after_decode.count()) + " entries");
  if (masks_any(schedule)) {
    line("  of these not masked",
         fmt::format("{} and {}",
                     options.batch * sum_of(schedule, result, &CellTotals::live_after_prefill),
                     options.batch * sum_of(schedule, result, &CellTotals::live_after_decode)));
  }
  if (schedule.allocates_ahead()) {
    if (const auto reserved = reserved_entries(schedule)) {
      line("allocated ahead", count(reserved->times(options.batch).count()) + " entries");
    }
  }
  if (schedule.active_read) line("active share", percent(f.active_share));
  if (schedule.heads_assumed) fmt::print("note: which cells keep most is assumed\n");
  if (idle(c.policy, schedule)) fmt::print("note: {}\n", kIdlePolicy);
  if (!c.model_note.empty()) fmt::print("note: {}\n", c.model_note);
}

// States are in another dtype than the cache, and would not follow.
void set_dtype(LlmShape& shape, const std::string& name) {
  if (shape.state_bytes() > Bytes{}) {
    throw UsageError("--kv-dtype is not for models that have recurrent states");
  }
  shape.dtype = name;
  check(shape);
}

int run_one(const Options& options) {
  input::Case c;
  c.policy = input::parse_policy(options.policy);
  c.shape = LlmShape{};
  input::Model model;
  if (!options.model.empty()) {
    model = input::parse_model(options.model);
    c.shape = model.shape;
    c.model_note = model.note;
  }
  if (options.prompt.empty()) throw UsageError("--prompt is required, unless --cases is given");
  const auto tokens = input::parse_tokens;
  c.workload.prompt = tokens(options.prompt, "prompt_tokens", kAnyCount, "--prompt");
  c.workload.output = tokens(options.output, "output_tokens", kAnyCount, "--output");
  if (!options.chunk.empty()) {
    c.workload.chunk = tokens(options.chunk, "prefill_chunk_tokens", kAtLeastOne, "--chunk");
  }
  c.accounting = *parse_accounting(options.accounting);
  if (!options.implementation.empty()) c.convention = parse_convention(options.implementation);
  if (!options.kv_dtype.empty()) set_dtype(c.shape, options.kv_dtype);
  if (options.batch > 1 && (options.detail || options.trace || options.map.wanted)) {
    throw UsageError("--detail, --trace and --map are of one sequence, not of a --batch");
  }
  if (options.json || options.detail || options.trace) {
    fmt::print("{}\n", answer(c, options));
    return 0;
  }
  if (options.map.wanted) {
    return print_map(plan(c.policy, c.shape, c.workload, c.accounting, c.convention), options.map);
  }
  print_table(c, count_case(c, options), options);
  return 0;
}

}  // namespace

void add_footprint(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("footprint", "The KV footprint of one case, or of many");
  CLI::Option* cases = command->add_option(
      "--cases", options->cases, "a file of JSON lines, one case each; - for standard input");
  command->add_option("--prompt", options->prompt, "prompt tokens; K and M are 1024 and 1024 K");
  command->add_option("--output", options->output, "output tokens; absent: none");
  command->add_option("--chunk", options->chunk, "rows of a prefill pass; absent: one pass");
  command->add_option("--policy", options->policy, "NAME:PARAMETER=VALUE,...; absent: full");
  command->add_option("--model", options->model,
                      "a name, or a config.json; absent: one layer, one head");
  command
      ->add_option("--accounting", options->accounting, "whose rules count; absent: implementation")
      ->check(CLI::IsMember(accounting_names()));
  command
      ->add_option("--implementation", options->implementation,
                   "whose implementation; absent: the policy's own")
      ->check(CLI::IsMember(convention_names()));
  command->add_option("--batch", options->batch, "equal sequences at once; absent: 1")
      ->check(CLI::Range(1, 1 << 20));
  command->add_option("--kv-dtype", options->kv_dtype, "of the cache; absent: the model's")
      ->check(CLI::IsMember(dtype_names()));
  command->add_option("--method", options->method, "closed form or simulation; absent: closed")
      ->check(CLI::IsMember({"closed", "simulate"}));
  command->add_flag("--detail", options->detail, "groups and what they hold (JSON)");
  command->add_flag("--trace", options->trace, "every pass (JSON)");
  command->add_flag("--json", options->json, "JSON instead of a table");
  options->map.add_to(*command);
  // A case says these for itself.
  for (const char* name : {"--prompt", "--output", "--chunk", "--policy", "--model", "--accounting",
                           "--implementation", "--batch", "--kv-dtype", "--json", "--map"}) {
    cases->excludes(name);
  }
  command->footer(
      "Example:\n  kvfootprint footprint --model llama-3.1-8b --prompt 128K --output 1K "
      "--chunk 32K \\\n    --policy prulong:streaming_heads=0.7");
  command->callback([options, &action] {
    action = [options] { return options->cases.empty() ? run_one(*options) : run_cases(*options); };
  });
}

}  // namespace kvf::cli
