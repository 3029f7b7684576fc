#include "sim/memory/paging_report.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "sim/footprint_json.h"
#include "sim/report.h"

namespace kvf {
namespace {

std::optional<double> share(double part, double of) {
  return of > 0 ? std::optional(part / of) : std::nullopt;
}
std::optional<double> share(Bytes part, Bytes of) {
  return share(static_cast<double>(part.count()), static_cast<double>(of.count()));
}
std::optional<double> saved(const std::optional<double>& share) {
  return share ? std::optional(1 - *share) : std::nullopt;
}
std::optional<double> saved_at_peak(const PagedBytes& bytes, const PagedBytes& full) {
  return saved(share(bytes.peak, full.peak));
}
std::optional<double> saved_while_decoding(const PagedBytes& bytes, const PagedBytes& full) {
  return saved(share(bytes.decode.to_double(), full.decode.to_double()));
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", 100 * *value) : "-";
}

std::string words_of(const Paging& paging) {
  const BlockTables& tables = paging.tables;
  const bool grouped = tables.of == TableOf::sequence && paging.groups > 1;
  return fmt::format("a table per {}{}{}", to_string(tables.of),
                     grouped ? fmt::format(" and group of layers ({})", paging.groups) : "",
                     tables.compaction ? ", compaction" : "");
}

// "at the peak: block use 66.7 %, token use 36.5 %; 8,192 blocks, 1.00 GiB: ..."
std::string line_of(std::string_view when, const PagedMoment& m, Bytes pool) {
  if (m.pass < 0) return "";
  return fmt::format(
      "    {:<14} block use {:>5} %, token use {:>5} %; {} blocks, {}: tail {}, holes {}, {}{} "
      "pinned\n",
      when, percent(share(m.in_use, pool)), percent(share(m.live, pool)),
      with_separators(m.blocks.count()), with_unit(m.in_use), with_unit(m.tail),
      with_unit(m.holes()),
      m.padding > Bytes{} ? fmt::format("padding {}, ", with_unit(m.padding)) : "",
      with_separators(m.pinned.count()));
}

std::string name_of(const PlayedCase& c) {
  return c.policy->label + (c.task->name.empty() ? "" : ", " + c.task->name);
}

using Saved = std::optional<double> (*)(const PagedBytes&, const PagedBytes&);

// The rows of one case: a kind of table a row, a block size a column.
std::string rows_of(const PlayedCase& c, Saved saved) {
  const Paging& paging = c.paging->of_policy;
  const Paging& full = *c.paging->of_full;
  std::string out = "  " + name_of(c) + "\n";
  for (std::size_t i = 0; i < paging.sweep.size();) {
    const BlockTables& row = paging.sweep[i].tables;
    out += fmt::format("    {:<24} {:>6}",
                       fmt::format("{}{}", to_string(row.of), row.compaction ? ", compaction" : ""),
                       percent(saved(paging.held(row.of), full.held(row.of))));
    for (; i < paging.sweep.size() && paging.sweep[i].tables.of == row.of &&
           paging.sweep[i].tables.compaction == row.compaction;
         ++i) {
      out += fmt::format(" {:>6}", percent(saved(paging.sweep[i].in_use, full.sweep[i].in_use)));
    }
    out += '\n';
  }
  return out;
}

std::string table_of(std::span<const PlayedCase> cases, std::string_view title, Saved saved) {
  std::string out = fmt::format(
      "{}, % of full attention's bytes, by tokens of a block\n"
      "    {:<24} {:>6}",
      title, "table per", "held");
  for (const std::int64_t size : kSweptBlocks) out += fmt::format(" {:>6}", size);
  out += '\n';
  for (const PlayedCase& c : cases) {
    if (!std::holds_alternative<Full>(c.policy->spec.v)) out += rows_of(c, saved);
  }
  return out;
}

std::string json_moment(std::string_view name, const PagedMoment& m, Bytes pool) {
  if (m.pass < 0) return fmt::format(R"("{}":null)", name);
  return fmt::format(
      R"("{}":{{"pass":{},"block_use":{},"token_use":{},"blocks":{},"in_use_bytes":{},)"
      R"("held_bytes":{},"live_bytes":{},"tail_bytes":{},"hole_bytes":{},"padding_bytes":{},)"
      R"("pinned_blocks":{}}})",
      name, m.pass, json_number(share(m.in_use, pool)), json_number(share(m.live, pool)),
      m.blocks.count(), m.in_use.count(), m.held.count(), m.live.count(), m.tail.count(),
      m.holes().count(), m.padding.count(), m.pinned.count());
}

std::string json_tables(const BlockTables& tables) {
  return fmt::format(R"("block_tokens":{},"table":"{}","compaction":{})", tables.block.count(),
                     to_string(tables.of), tables.compaction);
}

std::string json_saved(const PagedBytes& bytes, const PagedBytes& full) {
  return fmt::format(R"("saved_at_peak":{},"saved_while_decoding":{})",
                     json_number(saved_at_peak(bytes, full)),
                     json_number(saved_while_decoding(bytes, full)));
}

}  // namespace

std::string paging_report(const input::Scenario& scenario, std::span<const PlayedCase> cases) {
  if (scenario.blocks() == nullptr) return "";
  const Paging& first = cases.front().paging->of_policy;
  const BlockTables& tables = first.tables;
  std::string out =
      fmt::format("blocks of {} tokens, {}; use: of {}\n", tables.block.count(), words_of(first),
                  scenario.memory->engine_pool() ? "the pool that the engine reserves"
                                                 : "the blocks of full attention at its peak");
  for (const PlayedCase& c : cases) {
    const Paging& paging = c.paging->of_policy;
    const Bytes pool = c.paging->pool();
    out += "  " + name_of(c) + "\n" + line_of("at the peak", paging.peak, pool) +
           line_of("after prefill", paging.after_prefill, pool) +
           line_of("at the end", paging.after_decode, pool);
    if (tables.compaction) {
      out += fmt::format("    compaction moves {} in all\n", with_unit(paging.moved));
    }
  }
  if (scenario.blocks()->sweep) {
    out += table_of(cases, "saved at the peak", saved_at_peak);
    out += table_of(cases, "saved while decoding", saved_while_decoding);
  }
  return out;
}

std::string paging_json(const PlayedCase& played) {
  if (!played.paging) return "";
  const Paging& paging = played.paging->of_policy;
  const Paging& full = *played.paging->of_full;
  const Bytes pool = played.paging->pool();
  std::string out = fmt::format(
      R"(,"paging":{{{},"table_groups":{},{},{},{},"full_peak_in_use_bytes":{},"moved_bytes":{})",
      json_tables(paging.tables), paging.groups, json_moment("peak", paging.peak, pool),
      json_moment("after_prefill", paging.after_prefill, pool),
      json_moment("after_decode", paging.after_decode, pool), full.peak.in_use.count(),
      paging.moved.count());
  std::string sweep;
  for (std::size_t i = 0; i < paging.sweep.size(); ++i) {
    const auto& [tables, bytes] = paging.sweep[i];
    sweep += fmt::format(R"({}{{{},"peak_in_use_bytes":{},{}}})", sweep.empty() ? "" : ",\n   ",
                         json_tables(tables), bytes.peak.count(),
                         json_saved(bytes, full.sweep[i].in_use));
  }
  if (!sweep.empty()) {
    out += fmt::format(R"(,"held_all_layers":{{{}}},"held_layerwise":{{{}}},"sweep":[{}{}])",
                       json_saved(paging.held_all_layers, full.held_all_layers),
                       json_saved(paging.held_layerwise, full.held_layerwise), "\n   ", sweep);
  }
  return out + "}";
}

}  // namespace kvf
