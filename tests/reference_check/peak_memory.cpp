// The paper's measured peaks of GPU memory: a line for each cell, whatever its verdict.
#include <fmt/format.h>

#include "tests/paper_peaks.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

// Tokens of the datasets of each family: rows of family, name, input, output.
std::vector<test::PeakDataset> datasets_of(const Node& file, std::string_view family) {
  std::vector<test::PeakDataset> datasets;
  for (const Node& row : get(get(file, "task_lengths_tokens"), "rows")) {
    std::vector<const Node*> columns;
    for (const Node& column : row) columns.push_back(&column);
    if (columns.size() != 4) throw BadRow("a dataset has four columns");
    if (text(*columns[0]) != family) continue;
    datasets.push_back({integer(*columns[2]), integer(*columns[3])});
  }
  if (datasets.empty()) throw BadRow("no dataset of " + std::string(family));
  return datasets;
}

std::string parts(const PeakMemory& peak) {
  std::string words = fmt::format("{} of pass {}, layer {}:", peak.place, peak.pass, peak.layer);
  const auto add = [&](const char* name, Bytes bytes) {
    if (bytes == Bytes{}) return;
    words += fmt::format(" {} {:.2f}", name, static_cast<double>(bytes.count()) / (1 << 30));
  };
  add("weights", peak.weights);
  add("cache", peak.cache);
  add("old cache", peak.old_cache);
  add("prefilled cache", peak.prefilled_cache);
  add("attention", peak.attention);
  add("hidden", peak.hidden);
  add("feed-forward", peak.feed_forward);
  add("logits", peak.logits);
  add("old logits", peak.old_logits);
  return words;
}

}  // namespace

void check_peaks(const Node& file, std::size_t (&count)[3]) {
  for (const Node& family : get(file, "measured_peak_memory_gib")) {
    if (family.kind != Kind::map) continue;  // a note
    const auto datasets = datasets_of(file, family.key);
    for (const Node& cell : family) {
      const double measured = number(cell);
      const test::PeakRange range = test::peak_range(std::string(cell.key), datasets);
      const bool agrees = range.agrees(measured);
      ++count[agrees ? 0 : 1];
      fmt::print(
          "{} {}: {}: {:.2f} to {:.2f} GiB, measured {:.1f}, {:+.1f} % of the middle, "
          "residual {:+.2f}; {}\n",
          family.key, cell.key,
          range.inside(measured) ? "inside"
          : agrees               ? "within 10 %"
                                 : "different",
          range.low, range.high, measured, (measured / range.middle() - 1) * 100,
          range.inside(measured) ? 0.0 : range.residual(measured), parts(range.highest));
    }
  }
}

}  // namespace kvf::reference
