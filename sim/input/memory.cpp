#include "sim/input/memory.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 1> kMemoryKeys{"blocks"};
constexpr std::array<std::string_view, 4> kBlockKeys{"block_tokens", "table", "compaction",
                                                     "sweep"};
constexpr std::array<std::string_view, 4> kScoreKeys{"seed", "sink_tokens", "half_life_tokens",
                                                     "heavy_hitters"};

void read_flag(const Fields& fields, std::string_view key, bool& flag, Problems& problems) {
  const Node* node = fields.find(key);
  if (node == nullptr) return;
  if (node->kind == Kind::boolean) {
    flag = node->boolean;
  } else {
    problems.add(node->at, fmt::format("'{}' {}; expected true or false", key, found(*node)));
  }
}

}  // namespace

std::optional<ScenarioBlocks> read_memory(const Node& node, Problems& problems) {
  if (!expect_kind(node, Kind::map, "'memory'", problems)) return std::nullopt;
  const Node* blocks = Fields(node, kMemoryKeys, "'memory'", problems).require("blocks");
  if (blocks == nullptr || !expect_kind(*blocks, Kind::map, "'blocks'", problems)) {
    return std::nullopt;
  }
  ScenarioBlocks result;
  result.at = blocks->key_at;
  const Fields fields(*blocks, kBlockKeys, "'blocks'", problems);
  if (const Node* size = fields.find("block_tokens")) {
    result.tables.block =
        read_tokens(*size, "block_tokens", {1, 1 << 20}, problems).value_or(result.tables.block);
  }
  if (const Node* table = fields.find("table")) {
    result.tables.of =
        static_cast<TableOf>(read_word(*table, "table", kTableWords, problems).value_or(0));
  }
  read_flag(fields, "compaction", result.tables.compaction, problems);
  read_flag(fields, "sweep", result.sweep, problems);
  return result;
}

ScenarioScores read_synthetic_scores(const Node& node, Problems& problems) {
  ScenarioScores scores;
  if (!expect_kind(node, Kind::map, "'scores'", problems)) return scores;
  const Fields fields(node, kScoreKeys, "'scores'", problems);
  if (const Node* seed = fields.find("seed")) {
    scores.seed = read_integer(*seed, "seed", kAnyCount, problems);
  }
  if (const Node* sinks = fields.find("sink_tokens")) {
    const auto tokens = read_tokens(*sinks, "sink_tokens", kAnyCount, problems);
    if (tokens) scores.sinks = tokens->count();
  }
  if (const Node* half = fields.find("half_life_tokens")) {
    const auto tokens = read_tokens(*half, "half_life_tokens", kAtLeastOne, problems);
    if (tokens) scores.half_life = static_cast<double>(tokens->count());
  }
  if (const Node* heavy = fields.find("heavy_hitters")) {
    scores.heavy_hitters = read_number(*heavy, "heavy_hitters", kShare, problems);
  }
  return scores;
}

}  // namespace kvf::input
