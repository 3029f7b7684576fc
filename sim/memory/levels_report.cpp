#include "sim/memory/levels_report.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/report.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

using Row = std::vector<std::string>;

std::string name_of(const PlayedCase& c) {
  return c.policy->label + (c.task->name.empty() ? "" : ", " + c.task->name);
}

std::string allocator_of(const input::ScenarioMemory& memory) {
  if (memory.engine_pool()) return "in the engine's pool";
  if (memory.allocator == input::AllocatorKind::caching) return "in PyTorch's caching allocator";
  return "from the driver in granules of " + with_unit(memory.granularity);
}

std::string gpu_of(const input::ScenarioMemory& memory) {
  if (!memory.gpu) return "";
  return fmt::format("; {}, {}{}", memory.gpu->device.title, with_unit(memory.gpu->device.memory),
                     memory.gpu->ranks > 1 ? fmt::format(", one of {}", memory.gpu->ranks) : "");
}

// "21.90 GiB", or "21.90 GiB (21.60 GiB to 22.30 GiB)"
std::string with_band(const Estimate& size) {
  if (size.low == size.high) return with_unit(size.mid);
  return fmt::format("{} ({} to {})", with_unit(size.mid), with_unit(size.low),
                     with_unit(size.high));
}

std::string verdict_of(const Levels& levels, const input::ScenarioMemory& memory) {
  if (!memory.gpu) return "";
  const Beside& beside = *levels.beside;
  if (!levels.fits && !beside.no_pool.empty()) return "does not fit: " + beside.no_pool;
  const Bytes left = levels.left(memory);
  const bool bounded = levels.needed_within > Bytes{};
  if (!levels.fits) {
    return fmt::format("does not fit: {}{} too much{}", bounded ? "at most " : "",
                       with_unit(Bytes{} - left), beside.pool ? " for the pool" : "");
  }
  const bool sure = beside.pool ? levels.needed <= beside.pool->low
                                : levels.needed + beside.sum.high <= memory.gpu->device.memory;
  return fmt::format("{}{} left{}{}", bounded ? "at least " : "", with_unit(left),
                     beside.pool ? " of the pool" : "", sure ? "" : ", may not fit");
}

// What of the entries is not masked, where some are.
std::string live_of(const LevelFigures& f) {
  return f.live < f.held ? fmt::format("{} of the bytes live", with_unit(f.live)) : "";
}

Row titles_of(const input::ScenarioMemory& memory) {
  Row row{"", "entries", "bytes"};
  if (memory.cache == input::CacheKind::paged) {
    row.emplace_back("blocks");
  } else {
    row.insert(row.end(), {"without copies", "cache"});
  }
  row.insert(row.end(), {"@ pass", "reserved", "slack"});
  if (memory.gpu) row.emplace_back("device");
  return row;
}

// `pass`: the one in which the cache takes the most; at the end there is none.
Row row_of(std::string name, const LevelFigures& f, const input::ScenarioMemory& memory,
           std::optional<std::int64_t> pass) {
  Row row{std::move(name), with_separators(f.entries.count()), with_unit(f.held),
          with_unit(f.without_copies)};
  if (memory.cache != input::CacheKind::paged) row.push_back(with_unit(f.cache));
  row.push_back(pass ? fmt::format("{}", *pass) : std::string());
  row.push_back(with_unit(f.reserved));
  row.push_back(f.reserved < f.cache ? "-" : with_unit(f.reserved - f.cache));
  if (f.device) row.push_back(with_unit(f.device->mid));
  return row;
}

std::string lines_of(const std::vector<Row>& rows, const std::vector<std::string>& remarks) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = fmt::format("  {:<{}}", rows[r][0], widths[0]);
    for (std::size_t i = 1; i < rows[r].size(); ++i) {
      line += fmt::format("  {:>{}}", rows[r][i], widths[i]);
    }
    if (!remarks[r].empty()) line += "  " + remarks[r];
    out += line + '\n';
  }
  return out;
}

std::string_view words_of(std::string_view part) {
  return part == "cuda_graphs" ? "CUDA graphs" : part == "non_torch" ? "non-torch" : part;
}

// What lies beside the cache of one or more cases.
struct BesideLine {
  std::string text;
  std::vector<std::string> cases;
};

std::string beside_of(const Beside& beside, const input::ScenarioMemory& memory) {
  std::string parts;
  for (const LedgerPart& part : beside.parts) {
    if (part.size.high == Bytes{}) continue;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", words_of(part.name),
                         with_unit(part.size.mid));
  }
  return fmt::format(": {}; {} in all, estimated as {}vLLM {} has them\n", parts,
                     with_band(beside.sum),
                     beside.pytorch_activations ? "PyTorch code (activations) and " : "",
                     to_string(memory.gpu->engine.version));
}

void add(std::vector<BesideLine>& lines, std::string text, const std::string& name) {
  const auto same = [&](const BesideLine& line) { return line.text == text; };
  auto line = std::find_if(lines.begin(), lines.end(), same);
  if (line == lines.end()) line = lines.insert(line, {std::move(text), {}});
  line->cases.push_back(name);
}

std::string text_of(const std::vector<BesideLine>& lines) {
  std::string out;
  for (const BesideLine& line : lines) {
    const std::string cases =
        lines.size() > 1 ? fmt::format(" of {}", fmt::join(line.cases, "; ")) : std::string();
    out += "beside the cache" + cases + line.text;
  }
  return out;
}

std::string json_estimate(const Estimate& e) {
  return fmt::format(R"("low_bytes":{},"mid_bytes":{},"high_bytes":{},"basis":"{}")", e.low.count(),
                     e.mid.count(), e.high.count(), to_string(e.basis));
}

std::string json_of(const LevelFigures& f) {
  std::string out =
      fmt::format(R"({{"entries":{},"live_bytes":{},"held_bytes":{},"cache_bytes":{},)"
                  R"("cache_without_copies_bytes":{},"reserved_bytes":{})",
                  f.entries.count(), f.live.count(), f.held.count(), f.cache.count(),
                  f.without_copies.count(), f.reserved.count());
  if (f.device) out += fmt::format(R"(,"device":{{{}}})", json_estimate(*f.device));
  return out + "}";
}

std::string json_gpu(const Levels& levels, const input::ScenarioMemory& memory) {
  if (!levels.beside) return "";
  std::string parts;
  for (const LedgerPart& part : levels.beside->parts) {
    parts += fmt::format(R"({}{{"name":"{}",{}}})", parts.empty() ? "" : ",", part.name,
                         json_estimate(part.size));
  }
  std::string out = fmt::format(
      R"(,"gpu":{},"gpu_bytes":{},"engine":"vllm@{}","tensor_parallel":{},"needed_bytes":{},)"
      R"("needed_within_bytes":{},"left_bytes":{},"beside":[{}])",
      json_string(memory.gpu->device.name), memory.gpu->device.memory.count(),
      to_string(memory.gpu->engine.version), memory.gpu->ranks, levels.needed.count(),
      levels.needed_within.count(), levels.left(memory).count(), parts);
  if (levels.beside->pool) {
    out += fmt::format(R"(,"pool":{{{}}},"no_pool":{})", json_estimate(*levels.beside->pool),
                       json_string(levels.beside->no_pool));
  }
  return out;
}

std::string with_seconds(Area byte_ns) {
  return fmt::format("{:.2f} GiB s", byte_ns.to_double() / 1e9 / (1 << 30));
}

// What of the tracks of bytes the table has; the others are in JSON.
constexpr std::array<std::string_view, 4> kOverSeconds{"held", "cache", "reserved", "device"};

std::string seconds_report(const input::Scenario& scenario, std::span<const PlayedCase> cases) {
  Row titles{"", "prefill", "decode"};
  titles.insert(titles.end(), kOverSeconds.begin(), kOverSeconds.end());
  std::vector<Row> rows{titles};
  for (const PlayedCase& c : cases) {
    if (!c.seconds) continue;
    Row row{name_of(c)};
    for (const std::int64_t ns : {c.seconds->prefill_ns, c.seconds->decode_ns}) {
      row.push_back(fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9));
    }
    for (const auto& [name, area] : c.seconds->byte_ns) {
      const auto in_table = std::find(kOverSeconds.begin(), kOverSeconds.end(), name);
      if (in_table != kOverSeconds.end()) row.push_back(with_seconds(area));
    }
    rows.push_back(std::move(row));
  }
  if (rows.size() == 1) return "";
  return fmt::format("bytes over seconds, {}\n", seconds_in_words(scenario)) +
         lines_of(rows, std::vector<std::string>(rows.size()));
}

std::string json_seconds(const PlayedCase& played) {
  if (!played.seconds) return "";
  std::string areas;
  for (const auto& [name, area] : played.seconds->byte_ns) {
    areas += fmt::format(R"({}"{}":{})", areas.empty() ? "" : ",", name, to_string(area));
  }
  return fmt::format(
      R"(,"seconds":{{"estimated":true,"prefill_ns":{},"decode_ns":{},"byte_ns":{{{}}}}})",
      played.seconds->prefill_ns, played.seconds->decode_ns, areas);
}

}  // namespace

std::string levels_report(const input::Scenario& scenario, std::span<const PlayedCase> cases) {
  if (!scenario.memory) return "";
  const input::ScenarioMemory& memory = *scenario.memory;
  std::string out = fmt::format("memory, each level at its peak and at the end: {} cache {}{}\n",
                                to_string(memory.cache), allocator_of(memory), gpu_of(memory));
  std::vector<Row> rows{titles_of(memory)};
  std::vector<std::string> remarks{""};
  std::vector<BesideLine> beside;
  std::string notes;
  for (const PlayedCase& c : cases) {
    const Levels& levels = *c.levels;
    rows.push_back(row_of(name_of(c), levels.peak, memory, levels.peak_pass));
    const std::string live = live_of(levels.peak);
    const std::string verdict = verdict_of(levels, memory);
    remarks.push_back(verdict + (verdict.empty() || live.empty() ? "" : "; ") + live);
    rows.push_back(row_of("  at the end", levels.end, memory, std::nullopt));
    remarks.push_back(live_of(levels.end));
    if (levels.given_back > 0) {
      notes += fmt::format(
          "note: {}: the allocator had to give back {} what it kept\n", name_of(c),
          levels.given_back == 1 ? "once" : with_separators(levels.given_back) + " times");
    }
    if (levels.beside) add(beside, beside_of(*levels.beside, memory), name_of(c));
  }
  return out + lines_of(rows, remarks) + text_of(beside) + seconds_report(scenario, cases) + notes;
}

std::string levels_json(const input::Scenario& scenario, const PlayedCase& played) {
  if (!played.levels) return "";
  const Levels& levels = *played.levels;
  const input::ScenarioMemory& memory = *scenario.memory;
  return fmt::format(
      R"(,"levels":{{"cache":"{}","allocator":"{}","peak_pass":{},"peak":{},"end":{},"fits":{},)"
      R"("given_back":{}{}{}}})",
      to_string(memory.cache),
      memory.engine_pool() ? "engine"
                           : input::kAllocatorWords[static_cast<std::size_t>(memory.allocator)],
      levels.peak_pass, json_of(levels.peak), json_of(levels.end),
      memory.gpu ? (levels.fits ? "true" : "false") : "null", levels.given_back,
      json_gpu(levels, memory), json_seconds(played));
}

}  // namespace kvf
