// The figures of one case: how much a policy holds, against full attention.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/units.h"

namespace kvf {

struct Schedule;

// All sums are over cells, a cell being one KV head of one layer. Copies of KV heads (`kv:
// query-head`) count in what is held and in bytes, not in these.
struct Footprint {
  Area active_entries;             // entry-rows: what each row could attend, summed over rows
  Area full_entries;               // the same, had no policy evicted anything
  Area all_causal_entries;         // the same, were there no windows either
  Entries peak_entries;            // all layers at once
  Entries peak_layerwise_entries;  // layers one after another
  Entries full_peak_entries;
  std::int64_t peak_pass = 0;  // the first pass that reaches peak_entries
  std::int64_t peak_layerwise_pass = 0;
  Entries held_after_prefill;  // copies included
  Entries held_after_decode;
  // The ratios; nullopt where the denominator is 0.
  std::optional<double> footprint;
  std::optional<double> peak;
  std::optional<double> against_all_causal;  // active over all_causal_entries
  // Entries read over entries held, in the phases in which the policy reads sparsely; else 1.
  std::optional<double> active_share = 1;

  // Set when the share of streaming heads is nominal: what the integers above are rounded from.
  struct Weighted {
    double active_entries = 0;
    double peak_entries = 0;
    double peak_layerwise_entries = 0;
    double held_after_prefill = 0;
    double held_after_decode = 0;
    friend bool operator==(const Weighted&, const Weighted&) = default;
  };
  std::optional<Weighted> weighted;

  friend bool operator==(const Footprint&, const Footprint&) = default;
};

// What one cell of a rule holds.
struct CellTotals {
  Area active_entries;
  Tokens peak;  // largest past + rows + appended
  Tokens after_prefill;
  Tokens after_decode;
  Tokens live_after_prefill;  // of these, the entries that are not masked
  Tokens live_after_decode;
  Area read;      // entry-rows read, and ...
  Area readable;  // ... held, in the phases in which the policy reads sparsely
  friend bool operator==(const CellTotals&, const CellTotals&) = default;
};

struct Result {
  Footprint footprint;
  std::vector<CellTotals> rules;  // as Schedule::rules
  friend bool operator==(const Result&, const Result&) = default;
};

// a / b, rounded once also where the integers are too large for a double; nullopt for b = 0.
std::optional<double> ratio(Area a, Area b);

// Both methods end here: sums over cells, ratios in the order the paper's script computes them.
template <class Finder>
Result make_result(const Schedule& schedule, std::vector<CellTotals> rules, const Finder& peaks);

}  // namespace kvf
