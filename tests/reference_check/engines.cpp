// Logged KV pools of serving engines: one number of blocks must give every logged figure at once.
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "models/engines/pool.h"
#include "sim/input/pool_case.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

constexpr double kPlot = 0.25;                   // GiB: read off a plot
constexpr double kNeeded = 0.05;                 // GiB: printed with one decimal
constexpr std::int64_t kMostBlocks = 1'000'000;  // in the interval of one rounded figure

// What the file calls a figure of the library.
struct Logged {
  std::string_view key;
  std::string_view figure;
};
constexpr Logged kLogged[] = {
    {"num_gpu_blocks", "num_gpu_blocks"},
    {"usable_blocks", "usable_blocks"},
    {"num_cpu_blocks", "num_cpu_blocks"},
    {"max_concurrency_x", "max_concurrency_x"},
    {"gpu_kv_cache_tokens", "gpu_kv_cache_tokens"},
    {"max_kv_tokens_in_error", "max_kv_tokens_in_error"},
    {"logged_pool_mib", "pool_mib"},
    {"logged_attention_block_size", "attention_block_size"},
    {"logged_mamba_padding_pct", "mamba_padding_pct"},
    {"logged_padding_layers", "padding_layers"},
    {"logged_padding_layers_pct", "padding_layers_pct"},
    {"cells", "cells"},
    {"logged_k_mib", "k_mib"},
    {"logged_v_mib", "v_mib"},
    {"logged_kv_cache_mib", "kv_cache_mib"},
    {"logged_r_mib", "r_mib"},
    {"logged_s_mib", "s_mib"},
    {"logged_total_mib", "total_mib"},
    {"pool_tokens", "pool_tokens"},
    {"logged_cell_size_bytes", "cell_size_bytes"},
    {"logged_k_gib", "k_gib"},
    {"logged_v_gib", "v_gib"},
    {"logged_kv_gib", "kv_gib"},
    {"logged_state_gib", "state_gib"},
    {"num_primary_blocks", "num_primary_blocks"},
    {"max_tokens", "max_tokens"},
};

const PoolFigure* figure_of(const std::vector<PoolFigure>& figures, std::string_view name) {
  for (const PoolFigure& figure : figures) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

// All that was logged, against what follows from one number of blocks.
void compare_all(Row& row, const std::vector<PoolFigure>& figures) {
  for (const auto& [key, name] : kLogged) {
    const Node* want = find(row.node(), key);
    const PoolFigure* got = figure_of(figures, name);
    if (want == nullptr || got == nullptr) continue;
    if (got->whole) {
      row.compare(key, *want, static_cast<std::int64_t>(got->value));
    } else {
      row.compare_printed(key, *want, got->value);
    }
  }
  if (const Node* needed = find(row.node(), "needed_kv_gib_for_len")) {
    if (const PoolFigure* got = figure_of(figures, "needed_kv_gib_for_len")) {
      row.compare_within("needed_kv_gib_for_len", get(*needed, "gib"), got->value, kNeeded);
    }
  }
  if (const Node* split = find(row.node(), "logged_split_mib")) {
    for (const Node& part : *split) {
      const std::string name = "split_mib." + std::string(part.key);
      if (const PoolFigure* got = figure_of(figures, name)) {
        row.compare_printed(name, part, got->value);
      }
    }
  }
  for (const PoolFigure& figure : figures) {
    if (const Node* want = find(row.node(), "measured_" + figure.name)) {
      row.compare_within("measured_" + figure.name, *want, figure.value, kPlot);
    }
  }
}

}  // namespace

void check_engine_log(Row& row) {
  input::Problems problems("row");
  const PoolCase pool = input::read_pool_case(row.node(), false, problems);
  problems.throw_if_any();
  const auto range = block_range(pool);
  if (!range) return;  // nothing that could be checked
  if ((range->high - range->low).count() > kMostBlocks) throw BadRow("too many blocks fit");
  std::optional<Row> first;
  for (Blocks blocks = range->low; blocks <= range->high; blocks += Blocks(1)) {
    Row attempt = row;
    compare_all(attempt, pool_figures(pool, blocks));
    if (attempt.verdict() == Row::Verdict::equal) {
      row = std::move(attempt);
      return;
    }
    if (!first) first = std::move(attempt);
  }
  row = std::move(*first);
}

}  // namespace kvf::reference
