// kvfootprint plan: what fits, what limits, what if.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/plan_grid.h"
#include "cli/plan_options.h"
#include "models/engines/vllm_ledger.h"
#include "sim/report.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

constexpr std::string_view kAssumedCompute =
    "only the memory of the GPU is given: compute as of an H100 80GB is assumed (--gpu-sms, "
    "--gpu-compute-capability)";

constexpr std::string_view kBeyondPositions =
    "max_model_len is above the positions that the model was made for; vLLM refuses it unless told";

struct Options {
  std::map<std::string, std::string> given;  // by key
  std::vector<std::string> what_if;
  bool enforce_eager = false;
  bool json = false;
  bool csv = false;
  std::optional<std::int64_t> requests;
  std::optional<double> price;
  std::optional<std::int64_t> sms;
  std::optional<double> compute;
};

// A model and a GPU must be known, if only by the grid.
void require(const Options& options, std::string_view key) {
  const std::string axis = std::string(key) + "=";
  const bool in_grid = std::any_of(options.what_if.begin(), options.what_if.end(),
                                   [&](const std::string& w) { return w.starts_with(axis); });
  if (!in_grid && !options.given.contains(std::string(key))) {
    throw UsageError(fmt::format("--{} is required", key));
  }
}

PlanOptions read(const Options& options) {
  require(options, "model");
  require(options, "gpu");
  PlanOptions plan;
  for (const auto& [key, value] : options.given) set_plan_option(plan, key, value);
  if (options.sms) plan.gpu.sm_count = *options.sms;
  if (options.compute) plan.gpu.compute_major = static_cast<int>(*options.compute);
  plan.enforce_eager = options.enforce_eager;
  if (options.price && !(*options.price >= 0 && *options.price <= 1e6)) {
    throw UsageError("--price is no number from 0 to 1000000");
  }
  plan.price = options.price;
  return plan;
}

std::string json_of_request(const PlanOptions& plan, const Capacity& c) {
  const RequestNeeds& n = c.needs;
  std::string out = fmt::format(
      R"("prompt_tokens":{},"output_tokens":{},"footprint":{},"peak_bytes":{},)"
      R"("peak_layerwise_bytes":{},"peak_block_bytes":{},"mean_bytes":{:.0f},"byte_seconds":{},)"
      R"("read_bytes_per_decode_pass":{:.0f},"prefill_seconds":{},"decode_seconds":{})",
      c.request.workload.prompt.count(), c.request.workload.output.count(),
      n.footprint ? fmt::format("{}", *n.footprint) : "null", n.peak.count(),
      n.layerwise_peak.count(), n.block_bytes.count(), n.time.mean_held_bytes(),
      n.time.held_byte_seconds, n.time.bytes_read_per_decode_pass(), n.time.prefill_seconds,
      n.time.decode_seconds);
  if (n.heads_assumed) out += R"(,"heads":"assumed")";
  if (c.cost) out += fmt::format(R"(,"cost":{})", *c.cost);
  return out + fmt::format(R"(,"gpus":{})", plan.gpus());
}

std::string json_of(const PlanOptions& plan, const Capacity& c) {
  std::string out = "{\"parts\":[";
  bool first = true;
  for (const LedgerPart& part : c.ledger.parts) {
    out += fmt::format(R"({}{{"name":"{}",{},"basis":"{}","cause":{}}})", first ? "" : ",",
                       part.name, json_bytes(part.size), to_string(part.size.basis),
                       json_string(part.size.cause));
    first = false;
  }
  const Ledger& l = c.ledger;
  out += fmt::format(
      R"(],"total_bytes":{},"budget_bytes":{},"available_kv":{{{}}},)"
      R"("blocks":{{"low":{},"mid":{},"high":{}}},"block_tokens":{},"block_bytes":{},)"
      R"("concurrency":{},"concurrency_low":{},"concurrency_high":{})",
      l.total.count(), l.budget.count(), json_bytes(l.available_kv), l.blocks.low.count(),
      l.blocks.mid.count(), l.blocks.high.count(), l.block.count(), l.block_bytes.count(),
      l.concurrency.mid, l.concurrency.low, l.concurrency.high);
  out += fmt::format(R"(,"max_model_len":{},"max_num_seqs":{},"max_num_batched_tokens":{})",
                     c.settings.max_model_len.count(), c.settings.max_num_seqs,
                     c.settings.max_num_batched_tokens.count());
  out += fmt::format(R"(,"request":{{{}}})", json_of_request(plan, c));
  out +=
      fmt::format(R"(,"requests":{{"low":{},"mid":{},"high":{}}},"longest_prompt_tokens":{})",
                  c.requests.low, c.requests.mid, c.requests.high, longest_prompt(plan, c).count());
  if (c.beyond_positions) out += ",\"beyond_positions\":true";
  if (plan.gpu.name == kGivenMemory) out += ",\"note\":" + json_string(kAssumedCompute);
  return out + fmt::format(R"(,"limited_by":{}}})", json_string(limited_by(c)));
}

std::string words(std::string_view part) {
  std::string text(part);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text == "kv pool" ? "KV pool" : text == "cuda graphs" ? "CUDA graphs" : text;
}

void print_part(std::string_view name, const Estimate& e, std::string_view note) {
  const bool exact = e.low == e.high;
  fmt::print("  {:<34} {:>8} {:>8} {:>8}  {}\n", name, exact ? "" : gib(e.low), gib(e.mid),
             exact ? "" : gib(e.high), note);
}

void print_request(const Capacity& c) {
  const RequestNeeds& n = c.needs;
  fmt::print("one request of {} + {} tokens, {}\n",
             with_separators(c.request.workload.prompt.count()),
             with_separators(c.request.workload.output.count()), c.request.policy.name);
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("  {:<34} {}\n", name, value);
  };
  if (n.footprint) line("KV footprint", fmt::format("{:.2f} %", 100 * *n.footprint));
  line("holds at its peak", fmt::format("{} GiB, layer by layer {} GiB, in blocks {} GiB",
                                        gib(n.peak), gib(n.layerwise_peak), gib(n.block_bytes)));
  const RunTime& t = n.time;
  line("holds on average",
       fmt::format("{:.2f} GiB, {:.4g} GiB-seconds (estimated)", t.mean_held_bytes() / (1 << 30),
                   t.held_byte_seconds / (1 << 30)));
  line("alone, it takes", fmt::format("{:.3g} s to prefill, {:.3g} s to decode (estimated)",
                                      t.prefill_seconds, t.decode_seconds));
  if (t.decode_passes > 0) {
    line("a decode pass reads",
         fmt::format("{:.3f} GiB of cache", t.bytes_read_per_decode_pass() / (1 << 30)));
  }
  if (c.cost) line("costs", fmt::format("{:.4g} (by byte-seconds)", *c.cost));
  if (n.heads_assumed) fmt::print("  note: which cells keep most is assumed\n");
}

void print_table(const PlanOptions& plan, const Capacity& c) {
  const Ledger& l = c.ledger;
  if (plan.gpu.name == kGivenMemory) fmt::print("note: {}\n", kAssumedCompute);
  fmt::print("{} on {} x {}, vLLM {}{}\n", plan.model->title, plan.gpus(), plan.gpu.title,
             to_string(plan.version), c.settings.v0 ? " (V0)" : "");
  fmt::print("{:<37}{:>8} {:>8} {:>8}\n", fmt::format("per GPU, GiB ({} in all)", gib(l.total)),
             "low", "mid", "high");
  for (const LedgerPart& part : l.parts) {
    if (part.name == "kv_pool") continue;
    std::string note(to_string(part.size.basis));
    if (!part.size.cause.empty()) note += ": " + part.size.cause;
    print_part(words(part.name), part.size, note);
  }
  print_part(fmt::format("left for KV at utilisation {:.2f}", plan.gpu_memory_utilization),
             l.available_kv, "");
  fmt::print("  {} blocks of {} tokens ({} .. {}); {:.2f} requests of {} tokens\n",
             with_separators(l.blocks.mid.count()), l.block.count(),
             with_separators(l.blocks.low.count()), with_separators(l.blocks.high.count()),
             l.concurrency.mid, with_separators(c.settings.max_model_len.count()));
  print_request(c);
  fmt::print("=> {} requests at once ({} .. {}), the longest prompt {} tokens\n", c.requests.mid,
             c.requests.low, c.requests.high, with_separators(longest_prompt(plan, c).count()));
  fmt::print("limited by {}\n", limited_by(c));
  if (c.beyond_positions) fmt::print("note: {}\n", kBeyondPositions);
  std::string help;
  for (const Advice& a : advice(plan, c)) {
    help += fmt::format("{}{} -> {}", help.empty() ? "" : ", ", a.change, a.requests);
  }
  if (!help.empty()) fmt::print("what would help most: {}\n", help);
}

// What was asked, answered in full before anything is printed.
int answer(const Options& options) {
  const PlanOptions plan = read(options);
  if (!options.what_if.empty()) {
    if (options.requests) throw UsageError("--requests is of one plan, not of a grid");
    if (options.csv && options.json) throw UsageError("--csv or --json, not both");
    return print_what_if(plan, options.what_if, options.csv, options.json);
  }
  if (options.csv) throw UsageError("--csv is of a grid: --what-if");
  const Capacity capacity = capacity_of(plan);
  std::optional<GpusFor> gpus;
  if (options.requests) gpus = gpus_for(plan, *options.requests);
  if (options.json) {
    std::string out = json_of(plan, capacity);
    if (gpus) {
      out.pop_back();
      out +=
          fmt::format(R"(,"gpus_for_requests":{{"requests":{},"gpus":{},"replicas":{},"tp":{}}}}})",
                      *options.requests, gpus->gpus(), gpus->replicas, gpus->ranks);
    }
    fmt::print("{}\n", out);
    return 0;
  }
  print_table(plan, capacity);
  if (options.requests && !gpus) fmt::print("{} requests at once: none fits\n", *options.requests);
  if (gpus) {
    fmt::print("{} requests at once: {} GPUs, {} replica{} of {}\n", *options.requests,
               gpus->gpus(), gpus->replicas, gpus->replicas == 1 ? "" : "s", gpus->ranks);
  }
  return 0;
}

int run_plan(const Options& options) {
  if (!options.json) return answer(options);
  std::string_view error = "invalid";
  std::string reason;
  try {
    return answer(options);
  } catch (const Refusal& refusal) {
    error = "refused";
    reason = refusal.what();
  } catch (const std::exception& other) {
    reason = other.what();
  }
  fmt::print("{{\"error\":\"{}\",\"reason\":{}}}\n", error, json_string(reason));
  return 2;
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("plan", "What fits on a GPU, what limits, and what if");
  for (const PlanKey& key : plan_keys()) {
    const std::string name(key.name);
    command->add_option_function<std::string>(
        "--" + name, [options, name](const std::string& value) { options->given[name] = value; },
        std::string(key.help));
  }
  command->add_flag("--enforce-eager", options->enforce_eager, "no CUDA graphs");
  command->add_option("--gpu-sms", options->sms, "multiprocessors, where --gpu is a size")
      ->check(CLI::Range(1, 4096));
  command->add_option("--gpu-compute-capability", options->compute, "X.Y, where --gpu is a size")
      ->check(CLI::Range(3.0, 99.0));
  command->add_option("--price", options->price, "of one GPU and hour: adds the cost of a request");
  command->add_option("--requests", options->requests, "also the GPUs for so many at once")
      ->check(CLI::Range(1, 1 << 30));
  command->add_option("--what-if", options->what_if,
                      "KEY=VALUE,VALUE,...: a grid over these; may be repeated");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->add_flag("--csv", options->csv, "CSV of a grid");
  command->footer(
      "Example:\n  kvfootprint plan --model llama-3.1-70b --gpu h100-80gb --tp 4 --prompt 128K "
      "--output 1K \\\n    --policy prulong:streaming_heads=0.7");
  command->callback([options, &action] { action = [options] { return run_plan(*options); }; });
}

}  // namespace kvf::cli
