// kvfootprint run: plays every policy of a scenario on every task, and shows what it held.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/command.h"
#include "models/closed_form.h"
#include "models/shape_report.h"
#include "sim/input/policy.h"
#include "sim/input/scenario.h"
#include "sim/simulate.h"
#include "timeline/run_file.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string scenario;
  std::string output;
  std::string accounting;
  std::string tracks = "total";
  bool wide = false;
  bool json = false;
};

// One cell of the table.
struct Case {
  const input::ScenarioPolicy* policy;
  const input::ScenarioTask* task;
  Schedule schedule;
  Result result;
  bool agrees = false;

  // At the largest of the passes, all layers at once, copies of KV heads and states included. That
  // may be another pass than the one of peak_entries, where only some heads are copied.
  Bytes peak_bytes;
};

std::string with_separators(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

// The most bytes stored during a pass of the block.
Bytes peak_bytes_of(const Schedule& schedule, const std::vector<RuleBytes>& bytes,
                    const PlayedBlock& block) {
  const std::int64_t added = (block.run.rows + block.run.appended).count();
  std::int64_t peak = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
    std::int64_t streaming = 0;  // of a nominal share
    std::int64_t others = 0;
    for (std::size_t r = 0; r < schedule.cells.size(); ++r) {
      const std::int64_t held = block.past(r)[i] + added;
      streaming += bytes[r].streaming.count() * held;
      others += bytes[r].others.count() * held;
    }
    const std::int64_t stored =
        !schedule.nominal_streaming
            ? others
            : std::llrint(schedule.weight(Role::streaming) * static_cast<double>(streaming) +
                          schedule.weight(Role::full) * static_cast<double>(others));
    peak = std::max(peak, stored);
  }
  return Bytes(peak) + schedule.shape.state_bytes();
}

// Throws OverflowError if the sums above could leave 64 bits.
void check_bytes(const Schedule& schedule, const std::vector<RuleBytes>& bytes) {
  Tokens most = schedule.workload.prompt + schedule.workload.output;
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  Bytes of_token;
  for (const RuleBytes& of_rule : bytes) of_token += of_rule.others + of_rule.streaming;
  (void)of_token.times(most.count());
}

// Columns of the sum over all groups, or of one group, for a played block. Only the sum of a nominal
// share is rounded.
TrackColumns columns_of(const Schedule& schedule, const PlayedBlock& block, const Group* only) {
  struct Sum {
    std::int64_t streaming = 0;  // of a nominal share
    std::int64_t others = 0;
  };
  const auto weighed = [&](const Sum& sum) {
    if (only != nullptr || !schedule.nominal_streaming) return sum.streaming + sum.others;
    return static_cast<std::int64_t>(
        std::llrint(schedule.weight(Role::streaming) * static_cast<double>(sum.streaming) +
                    schedule.weight(Role::full) * static_cast<double>(sum.others)));
  };
  TrackColumns columns;
  const std::int64_t added = (block.run.rows + block.run.appended).count();
  for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
    Sum past;
    Sum during;
    Sum after;
    for (const Group& group : schedule.groups) {
      if (only != nullptr && only != &group) continue;
      const auto add = [&](Sum& sum, std::int64_t per_cell) {
        (schedule.weighs_apart(group.role) ? sum.streaming : sum.others) +=
            group.heads.count() * per_cell;
      };
      add(past, block.past(group.rule)[i]);
      add(during, block.past(group.rule)[i] + added);
      add(after, block.after(group.rule)[i]);
    }
    const auto row = block.position + block.run.rows.times(static_cast<std::int64_t>(i));
    columns.first_row.push_back(row.count());
    columns.rows.push_back(block.run.rows.count());
    columns.past.push_back(weighed(past));
    columns.held_during.push_back(weighed(during));
    columns.held_after.push_back(weighed(after));
  }
  return columns;
}

std::vector<PhaseSpan> phases_of(const PassPlan& plan) {
  std::vector<PhaseSpan> phases;
  for (const PassRun& run : plan.runs) {
    const std::string name = run.phase == Phase::prefill ? "prefill" : "decode";
    if (phases.empty() || phases.back().name != name) phases.push_back({name, run.first, 0});
    phases.back().passes += run.count;
  }
  return phases;
}

void play(Case& c, const Options& options, const input::Scenario& scenario, RunFileWriter& writer) {
  const Schedule& schedule = c.schedule;
  const std::int64_t total = writer.add_track({"total", "", -1, schedule.shape.cells().count()});
  std::vector<std::int64_t> tracks;
  if (options.tracks == "group") {
    for (const Group& group : schedule.groups) {
      const std::string role(to_string(group.role));
      tracks.push_back(writer.add_track(
          {fmt::format("layer {} {}", group.layer, role), role, group.layer, group.heads.count()}));
    }
  }
  const std::vector<RuleBytes> bytes = rule_bytes(schedule);
  check_bytes(schedule, bytes);
  c.result = simulate(schedule, [&](const PlayedBlock& block) {
    writer.append(total, columns_of(schedule, block, nullptr));
    c.peak_bytes = std::max(c.peak_bytes, peak_bytes_of(schedule, bytes, block));
    for (std::size_t g = 0; g < tracks.size(); ++g) {
      writer.append(tracks[g], columns_of(schedule, block, &schedule.groups[g]));
    }
  });
  c.agrees = c.result == closed_form(schedule);
  RunInfo info;
  info.label = c.policy->label;
  info.policy = input::to_json(c.policy->spec);
  info.task = c.task->name;
  info.prompt = c.task->workload.prompt;
  info.output = c.task->workload.output;
  info.prefill_chunk = c.task->workload.chunk;
  info.model = scenario.model_title;
  info.accounting = to_string(schedule.accounting);
  if (schedule.accounting == Accounting::implementation) {
    info.implementation = to_string(schedule.convention);
  }
  info.footprint = c.result.footprint;
  info.peak_bytes = c.peak_bytes;
  info.closed_form_agrees = c.agrees;
  writer.finish_run(info, phases_of(schedule.plan), {});
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f}", 100 * *share) : "-";
}

void print_json(const input::Scenario& scenario, const std::vector<Case>& cases) {
  std::string out;
  for (const Case& c : cases) {
    out += fmt::format(
        R"({}{{"policy":{},"task":{},"prompt_tokens":{},"output_tokens":{},{},"peak_bytes":{},)"
        R"("peak_pass":{},"closed_form_agrees":{}}})",
        out.empty() ? "" : ",\n ", json_string(c.policy->label), json_string(c.task->name),
        c.task->workload.prompt.count(), c.task->workload.output.count(),
        json_figures(c.result.footprint), c.peak_bytes.count(), c.result.footprint.peak_pass,
        c.agrees);
  }
  fmt::print("{{\"model\":{},\"accounting\":\"{}\",\"runs\":[\n {}]}}\n",
             json_string(scenario.model_title), to_string(scenario.accounting), out);
}

void print_table(const input::Scenario& scenario, const std::vector<Case>& cases, bool wide) {
  const LlmShape& shape = scenario.shape;
  fmt::print("{}  {}  {}   {} bytes/token\n", scenario.model_title, shape.dtype,
             layers_in_words(shape) +
                 (shape.uniform() ? fmt::format(" x {}", shape.head_dim) : std::string()),
             with_separators(shape.bytes_per_token().count()));
  fmt::print("KV footprint / peak KV, % of full attention   (accounting: {})\n",
             to_string(scenario.accounting));
  std::size_t label = 14;
  for (const auto& policy : scenario.policies) label = std::max(label, policy.label.size());
  std::vector<std::size_t> widths;
  std::vector<std::string> lengths;
  for (const auto& task : scenario.tasks) {
    lengths.push_back(fmt::format("{}/{}", with_separators(task.workload.prompt.count()),
                                  with_separators(task.workload.output.count())));
    widths.push_back(std::max({std::size_t{11}, task.name.size(), lengths.back().size()}));
  }
  fmt::print("  {:<{}}", "", label);
  for (std::size_t t = 0; t < widths.size(); ++t) {
    fmt::print("  {:<{}}", scenario.tasks[t].name, widths[t]);
  }
  fmt::print("\n  {:<{}}", "tokens in/out", label);
  for (std::size_t t = 0; t < widths.size(); ++t) fmt::print("  {:<{}}", lengths[t], widths[t]);
  fmt::print("\n");
  std::size_t at = 0;
  for (const auto& policy : scenario.policies) {
    std::string first = fmt::format("  {:<{}}", policy.label, label);
    std::string second = fmt::format("  {:<{}}", "  peak bytes at pass", label);
    std::string active;
    for (std::size_t t = 0; t < scenario.tasks.size(); ++t, ++at) {
      const Case& c = cases[at];
      const Footprint& f = c.result.footprint;
      first += fmt::format(
          "  {:<{}}", fmt::format("{:>5}/{:>5}", percent(f.footprint), percent(f.peak)), widths[t]);
      second += fmt::format(
          "  {:<{}}",
          fmt::format("{:.3f}e9 @{}", static_cast<double>(c.peak_bytes.count()) / 1e9, f.peak_pass),
          widths[t]);
      if (c.schedule.active_read) active += (active.empty() ? "" : " / ") + percent(f.active_share);
    }
    fmt::print("{}\n", first);
    if (!active.empty()) fmt::print("  {:<{}}  active share {} %\n", "", label, active);
    if (wide) fmt::print("{}\n", second);
  }
}

int run(const Options& options) {
  input::Scenario scenario = input::read_scenario(options.scenario);
  if (!options.accounting.empty()) scenario.accounting = *parse_accounting(options.accounting);
  input::check_plans(scenario);

  const auto begin = std::chrono::steady_clock::now();
  const std::string target = options.output.empty()
                                 ? std::filesystem::path(options.scenario).stem().string() + ".kvf"
                                 : options.output;
  RunFileWriter writer(target, {{"producer", "kvfootprint"},
                                {"scenario", scenario.text},
                                {"accounting", std::string(to_string(scenario.accounting))}});
  std::vector<Case> cases;
  cases.reserve(scenario.policies.size() * scenario.tasks.size());
  std::size_t agree = 0;
  for (const auto& policy : scenario.policies) {
    for (const auto& task : scenario.tasks) {
      cases.push_back(
          {&policy,
           &task,
           plan(policy.spec, scenario.shape, task.workload, scenario.accounting, policy.convention),
           {},
           false,
           {}});
      play(cases.back(), options, scenario, writer);
      if (cases.back().agrees) ++agree;
    }
  }
  writer.finish();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

  if (options.json) {
    print_json(scenario, cases);
    return agree == cases.size() ? 0 : 1;
  }
  print_table(scenario, cases, options.wide);
  fmt::print("closed form = simulation in {} of {} cases (integers)     {:.2f} s\n", agree,
             cases.size(), seconds.count());
  bool copies = false;
  bool assumed = false;
  for (const Case& c : cases) {
    assumed |= c.schedule.heads_assumed;
    for (const Group& group : c.schedule.groups) copies |= group.copies > 1;
  }
  if (copies) {
    fmt::print("note: as implemented, one KV set per query head is stored: x{} bytes\n",
               scenario.shape.query_heads / scenario.shape.kv_heads);
  }
  if (assumed) fmt::print("note: which heads stream is assumed; give a heads_file to know\n");
  fmt::print("written: {} ({} policies x {} tasks)\n", target, scenario.policies.size(),
             scenario.tasks.size());
  return agree == cases.size() ? 0 : 1;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Plays a scenario and writes a run file");
  command->add_option("SCENARIO", options->scenario, "a YAML file")->required();
  command->add_option("-o,--output", options->output, "the run file; default SCENARIO.kvf here");
  command->add_option("--accounting", options->accounting, "instead of the scenario's")
      ->check(CLI::IsMember(accounting_names()));
  command->add_option("--tracks", options->tracks, "what is written pass by pass")
      ->check(CLI::IsMember({"total", "group"}));
  command->add_flag("--wide", options->wide, "peak bytes, and the pass of the peak, too");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint run scenarios/paper-128k.yaml -o paper.kvf");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace kvf::cli
