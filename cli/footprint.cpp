// kvfootprint footprint: the figures of one case, or of many (JSON lines in, JSON lines out).
#include <cstdio>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "cli/command.h"
#include "models/closed_form.h"
#include "sim/input/case.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/simulate.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string cases;
  std::string method = "closed";
  bool detail = false;
  bool trace = false;
  bool json = false;
  std::int64_t prompt = 0;
  std::int64_t output = 0;
  std::int64_t chunk = 0;
  std::string policy = "full";
  std::string model;
  std::string accounting = "implementation";
  std::string implementation;
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
  return fmt::format(R"(,"groups":[{}],"held_after_prefill":{},"held_after_decode":{})", groups,
                     held(&CellTotals::after_prefill), held(&CellTotals::after_decode));
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

std::string answer(const input::Case& c, const Options& options) {
  const Schedule schedule = plan(c.policy, c.shape, c.workload, c.accounting, c.convention);
  const Result result = options.method == "closed" ? closed_form(schedule) : simulate(schedule);
  std::string out = "{" + json_figures(result.footprint);
  if (schedule.heads_assumed) out += R"(,"heads":"assumed")";
  if (options.detail) out += detail(schedule, result);
  if (options.trace) out += trace(schedule);
  return out + "}";
}

// Where an exception came from is clear to the user: a case is one line.
std::string text_of(const std::exception& error, const input::InputError* input) {
  if (input == nullptr) return error.what();
  std::string text;
  for (const input::Problem& problem : input->problems()) {
    text += (text.empty() ? "" : "; ") + problem.text;
  }
  return text;
}

int run_cases(const Options& options) {
  std::ifstream file;
  if (options.cases != "-") {
    if (std::filesystem::is_directory(options.cases)) {
      throw UsageError(options.cases + ": is a folder; expected a file of JSON lines");
    }
    file.open(options.cases);
    if (!file) throw UsageError(options.cases + ": cannot be opened");
  }
  std::istream& in = options.cases == "-" ? std::cin : file;
  input::CaseReader reader(options.cases);
  std::string line;
  std::string out;
  int number = 0;
  bool all_good = true;
  while (std::getline(in, line)) {
    ++number;
    try {
      out += answer(reader.read(line, number), options);
    } catch (const input::InputError& error) {
      all_good = false;
      out += "{\"error\":" + json_string(text_of(error, &error)) + "}";
    } catch (const std::exception& error) {
      all_good = false;
      out += "{\"error\":" + json_string(text_of(error, nullptr)) + "}";
    }
    out += '\n';
    if (out.size() > 1 << 16) {
      std::fwrite(out.data(), 1, out.size(), stdout);
      out.clear();
    }
  }
  if (in.bad()) throw UsageError(options.cases + ": cannot be read");
  std::fwrite(out.data(), 1, out.size(), stdout);
  if (std::fflush(stdout) != 0) throw std::runtime_error("the output cannot be written");
  return all_good ? 0 : 1;
}

int run_one(const Options& options) {
  input::Case c;
  c.policy = input::parse_policy(options.policy);
  c.shape = LlmShape{};
  if (!options.model.empty()) c.shape = input::parse_model(options.model).shape;
  c.workload = {Tokens(options.prompt), Tokens(options.output), std::nullopt};
  if (options.chunk > 0) c.workload.chunk = Tokens(options.chunk);
  c.accounting = *parse_accounting(options.accounting);
  if (!options.implementation.empty()) c.convention = parse_convention(options.implementation);
  if (options.json || options.detail || options.trace) {
    fmt::print("{}\n", answer(c, options));
    return 0;
  }
  const Schedule schedule = plan(c.policy, c.shape, c.workload, c.accounting, c.convention);
  const Footprint f =
      (options.method == "closed" ? closed_form(schedule) : simulate(schedule)).footprint;
  const auto percent = [](std::optional<double> share) {
    return share ? fmt::format("{:.2f} %", 100 * *share) : std::string("undefined");
  };
  fmt::print("KV footprint             {}\n", percent(f.footprint));
  if (f.against_all_causal != f.footprint) {
    fmt::print("against all-causal       {}\n", percent(f.against_all_causal));
  }
  fmt::print("peak KV                  {}\n", percent(f.peak));
  fmt::print("peak entries             {} (pass {})\n", f.peak_entries.count(), f.peak_pass);
  fmt::print("peak entries, layerwise  {}\n", f.peak_layerwise_entries.count());
  fmt::print("active entries           {}\n", to_string(f.active_entries));
  fmt::print("held after prefill       {} entries\n", f.held_after_prefill.count());
  fmt::print("held after decoding      {} entries\n", f.held_after_decode.count());
  if (schedule.active_read) fmt::print("active share             {}\n", percent(f.active_share));
  if (schedule.heads_assumed) fmt::print("note: which heads stream is assumed\n");
  return 0;
}

}  // namespace

void add_footprint(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("footprint", "The KV footprint of one case, or of many");
  command->add_option("--prompt", options->prompt, "prompt tokens")
      ->check(CLI::NonNegativeNumber)
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--output", options->output, "output tokens")
      ->check(CLI::NonNegativeNumber)
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--chunk", options->chunk, "rows of a prefill pass; absent: one pass")
      ->check(CLI::PositiveNumber)
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--policy", options->policy, "NAME:PARAMETER=VALUE,...");
  command->add_option("--model", options->model,
                      "a name, or a config.json; absent: one layer, one head");
  command->add_option("--accounting", options->accounting, "whose rules count")
      ->check(CLI::IsMember(accounting_names()));
  command->add_option("--implementation", options->implementation, "whose implementation")
      ->check(CLI::IsMember(convention_names()));
  command->add_option("--cases", options->cases,
                      "a file of JSON lines, one case each; - for stdin");
  command->add_option("--method", options->method, "closed or simulate")
      ->check(CLI::IsMember({"closed", "simulate"}));
  command->add_flag("--detail", options->detail, "groups and what they hold (JSON)");
  command->add_flag("--trace", options->trace, "every pass (JSON)");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer(
      "Example:\n  kvfootprint footprint --model llama-3.1-8b --prompt 128K --output 1K "
      "--chunk 32K \\\n    --policy prulong:streaming_heads=0.7");
  command->callback([options, &action] {
    action = [options] { return options->cases.empty() ? run_one(*options) : run_cases(*options); };
  });
}

}  // namespace kvf::cli
