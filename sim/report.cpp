#include "sim/report.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "models/shape_report.h"
#include "sim/footprint_json.h"
#include "sim/memory/levels_report.h"
#include "sim/memory/paging_report.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f}", 100 * *share) : "-";
}

std::string counted(std::int64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// "104,000/75", "3 turns" or "5 sequences".
std::string lengths_of(const input::ScenarioTask& task) {
  if (!task.workload.turns.empty()) {
    return counted(1 + std::ssize(task.workload.turns), "turn");
  }
  if (task.sequences.empty()) {
    return with_separators(task.workload.prompt.count()) + "/" +
           with_separators(task.workload.output.count());
  }
  std::int64_t count = 0;
  for (const Sequences& s : task.sequences) count += s.count;
  return counted(count, "sequence");
}

// What the prefill passes of the tasks have in common.
std::string chunk_of(const input::Scenario& scenario) {
  const std::optional<Tokens> chunk = scenario.tasks.front().workload.chunk;
  for (const auto& task : scenario.tasks) {
    if (task.workload.chunk != chunk) return "   chunks differ";
  }
  return chunk ? "   chunk " + with_separators(chunk->count()) : "   prefill in one pass";
}

std::string header(const input::Scenario& scenario) {
  const LlmShape& shape = scenario.shape;
  return fmt::format(
      "{}  {}  {}   {} bytes/token{}\n"
      "KV footprint / peak KV, % of full attention   (accounting: {})\n",
      scenario.model_title, shape.dtype,
      layers_in_words(shape) +
          (shape.uniform() ? fmt::format(" x {}", shape.head_dim) : std::string()),
      with_separators(shape.bytes_per_token().count()), chunk_of(scenario),
      to_string(scenario.accounting));
}

// The cells of the table, one column a task.
class Table {
 public:
  static constexpr std::string_view kPeakLabel = "  peak @ pass";

  Table(const input::Scenario& scenario, std::span<const PlayedCase> cases,
        const ReportStyle& style)
      : scenario_(scenario), cases_(cases), style_(style) {
    for (const auto& policy : scenario.policies) label_ = std::max(label_, policy.label.size());
    if (style.wide) label_ = std::max(label_, kPeakLabel.size());
    for (const auto& task : scenario.tasks) {
      lengths_.push_back(lengths_of(task));
      widths_.push_back(std::max(
          {std::size_t{style.wide ? 15U : 11U}, task.name.size(), lengths_.back().size()}));
    }
    best_.resize(scenario.tasks.size());
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const std::optional<double>& share = cases[c].footprint.footprint;
      std::optional<double>& best = best_[c % best_.size()];
      if (share && (!best || *share < *best)) best = share;
    }
  }

  std::string text() const {
    std::string out = line("", [&](std::size_t t) { return scenario_.tasks[t].name; });
    if (out == "\n") out.clear();  // one task without a name
    out += line("tokens in/out", [&](std::size_t t) { return lengths_[t]; });
    for (std::size_t p = 0; p < scenario_.policies.size(); ++p) out += rows_of(p);
    return out;
  }

 private:
  template <class Cell>
  std::string line(std::string_view first, Cell&& cell) const {
    std::string out = fmt::format("  {:<{}}", first, label_);
    for (std::size_t t = 0; t < widths_.size(); ++t) {
      out += fmt::format("  {:<{}}", std::string(cell(t)), widths_[t]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
  }
  std::string rows_of(std::size_t policy) const {
    const auto case_of = [&](std::size_t task) -> const PlayedCase& {
      return cases_[policy * widths_.size() + task];
    };
    std::string active;
    std::string out = fmt::format("  {:<{}}", scenario_.policies[policy].label, label_);
    for (std::size_t t = 0; t < widths_.size(); ++t) {
      const Footprint& f = case_of(t).footprint;
      const std::string cell = fmt::format("{:>5}/{:>5}", percent(f.footprint), percent(f.peak));
      const bool bold = style_.bold && f.footprint == best_[t];
      out += "  " + (bold ? "\x1b[1m" + cell + "\x1b[0m" : cell);
      if (t + 1 < widths_.size()) out += std::string(widths_[t] - cell.size(), ' ');
      if (case_of(t).schedule.active_read) {
        active += (active.empty() ? "" : " / ") + percent(f.active_share);
      }
    }
    out += '\n';
    if (!active.empty()) out += fmt::format("  {:<{}}  active share {} %\n", "", label_, active);
    if (style_.wide) {
      out += line(kPeakLabel, [&](std::size_t t) {
        const PlayedCase& c = case_of(t);
        return fmt::format("{} @{}", with_unit(c.peak_bytes.all_layers), c.peak_bytes.pass);
      });
    }
    return out;
  }

  const input::Scenario& scenario_;
  std::span<const PlayedCase> cases_;
  const ReportStyle& style_;
  std::size_t label_ = 14;  // width of the first column
  std::vector<std::string> lengths_;
  std::vector<std::size_t> widths_;
  std::vector<std::optional<double>> best_;  // footprint of each task
};

// How many KV sets the policy's implementation stores for each KV head; 1 where it has none.
std::int64_t copies_as_implemented(const PlayedCase& c) {
  std::int64_t copies = 1;
  try {
    const Schedule as_implemented = plan(c.policy->spec, c.schedule.shape, c.schedule.workload,
                                         Accounting::implementation, c.policy->convention);
    for (const Group& group : as_implemented.groups) copies = std::max(copies, group.copies);
  } catch (const std::exception&) {  // the paper's metric may know it, an implementation refuse it
  }
  return copies;
}

}  // namespace

bool idle(const PolicySpec& policy, const Schedule& schedule) {
  return !std::holds_alternative<Full>(policy.v) &&
         std::all_of(schedule.groups.begin(), schedule.groups.end(),
                     [](const Group& group) { return group.role == Role::window; });
}

namespace {

std::string notes(const input::Scenario& scenario, std::span<const PlayedCase> cases) {
  std::map<std::int64_t, std::string> replicated;  // labels by copies
  bool streams = false;                            // which heads stream is assumed
  bool assumed = false;                            // something else is
  bool any_idle = false;
  for (std::size_t c = 0; c < cases.size(); c += scenario.tasks.size()) {
    const std::vector<Group>& groups = cases[c].schedule.groups;
    const bool of_roles = std::any_of(groups.begin(), groups.end(), [](const Group& group) {
      return group.role == Role::streaming;
    });
    (of_roles ? streams : assumed) |= cases[c].schedule.heads_assumed;
    any_idle |= idle(cases[c].policy->spec, cases[c].schedule);
    const std::int64_t copies = copies_as_implemented(cases[c]);
    if (copies == 1) continue;
    std::string& labels = replicated[copies];
    labels += (labels.empty() ? "" : ", ") + cases[c].policy->label;
  }
  std::string out;
  const bool idealised = scenario.accounting == Accounting::paper;
  for (const auto& [copies, labels] : replicated) {
    out += fmt::format(
        "note: as implemented, one KV set per query head is stored: x{} bytes{} for {}\n", copies,
        idealised ? " (see --accounting implementation)" : "", labels);
  }
  if (streams) out += "note: which heads stream is assumed; give a heads_file to know\n";
  if (assumed) out += "note: which cells keep most is assumed\n";
  if (any_idle) out += fmt::format("note: {}\n", kIdlePolicy);
  if (const Bytes states = scenario.shape.state_bytes(); states > Bytes{}) {
    out += fmt::format("note: recurrent states, {} a sequence, are in none of these figures\n",
                       with_unit(states));
  }
  if (!scenario.model_note.empty()) out += fmt::format("note: {}\n", scenario.model_note);
  return out;
}

std::string json_lengths(Tokens prompt, Tokens output) {
  return fmt::format(R"("prompt_tokens":{},"output_tokens":{})", prompt.count(), output.count());
}

// The lengths of a task, as members of an object.
std::string json_task(const input::ScenarioTask& task) {
  std::string out;
  if (!task.workload.turns.empty()) {
    out = "\"turns\":[{" + json_lengths(task.workload.prompt, task.workload.output) + "}";
    for (const Turn& turn : task.workload.turns) {
      out += ",{" + json_lengths(turn.prompt, turn.output) + "}";
    }
    out += "]";
  } else if (task.sequences.empty()) {
    out = json_lengths(task.workload.prompt, task.workload.output);
  } else {
    for (const Sequences& s : task.sequences) {
      out += fmt::format("{}{{{},\"count\":{}}}", out.empty() ? "" : ",",
                         json_lengths(s.workload.prompt, s.workload.output), s.count);
    }
    out = "\"sequences\":[" + out + "]";
  }
  const std::optional<Tokens> chunk = task.workload.chunk;
  return out + (chunk ? fmt::format(R"(,"prefill_chunk_tokens":{})", chunk->count()) : "");
}

}  // namespace

std::string with_separators(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string with_unit(Bytes bytes) {
  constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (bytes.count() < 1024) return fmt::format("{} B", bytes.count());
  auto value = static_cast<double>(bytes.count()) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.2f} {}", value, kUnits[unit]);
}

std::string report(const input::Scenario& scenario, std::span<const PlayedCase> cases,
                   const ReportStyle& style) {
  const auto agree =
      std::count_if(cases.begin(), cases.end(), [](const PlayedCase& c) { return c.agrees; });
  const std::string_view passes =
      style.wide ? "peak @ pass: bytes stored, all layers at once; passes count from 0\n" : "";
  return header(scenario) + Table(scenario, cases, style).text() + std::string(passes) +
         fmt::format("closed form = simulation in {} of {} cases (integers)\n", agree,
                     cases.size()) +
         paging_report(scenario, cases) + levels_report(scenario, cases) + notes(scenario, cases);
}

std::string json_report(const input::Scenario& scenario, std::span<const PlayedCase> cases) {
  std::string runs;
  for (const PlayedCase& c : cases) {
    runs += fmt::format(
        R"({}{{"policy":{},"task":{},{},{},"peak_pass":{},"peak_layerwise_pass":{},"peak_bytes":{},)"
        R"("peak_bytes_pass":{},"peak_layerwise_bytes":{}{},"closed_form_agrees":{}{}}})",
        runs.empty() ? "" : ",\n ", json_string(c.policy->label), json_string(c.task->name),
        json_task(*c.task), json_figures(c.footprint), c.footprint.peak_pass,
        c.footprint.peak_layerwise_pass, c.peak_bytes.all_layers.count(), c.peak_bytes.pass,
        c.peak_bytes.layerwise.count(), json_remarks(c.schedule), c.agrees,
        paging_json(c) + levels_json(scenario, c));
  }
  const Bytes states = scenario.shape.state_bytes();
  return fmt::format(
      "{{\"model\":{},\"bytes_per_token\":{},{}\"accounting\":\"{}\",\"runs\":[\n {}]}}\n",
      json_string(scenario.model_title), scenario.shape.bytes_per_token().count(),
      states > Bytes{} ? fmt::format("\"state_bytes\":{},", states.count()) : "",
      to_string(scenario.accounting), runs);
}

}  // namespace kvf
