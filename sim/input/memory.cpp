#include "sim/input/memory.h"

#include <array>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 7> kMemoryKeys{
    "blocks", "cache", "allocator", "granularity", "gpu", "engine", "tp"};
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

ScenarioBlocks read_blocks(const Node& blocks, Problems& problems) {
  ScenarioBlocks result;
  result.at = blocks.key_at;
  if (!expect_kind(blocks, Kind::map, "'blocks'", problems)) return result;
  const Fields fields(blocks, kBlockKeys, "'blocks'", problems);
  if (const Node* size = fields.find("block_tokens")) {
    result.size_given = true;
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

// `cache` and `blocks`: one says what the other means, or they are two things.
void read_cache(const Fields& fields, const Node& node, ScenarioMemory& memory,
                Problems& problems) {
  const Node* cache = fields.find("cache");
  const Node* blocks = fields.find("blocks");
  if (cache == nullptr && blocks == nullptr) {
    problems.add(node.at,
                 "'memory' does not say how the cache is kept; expected 'cache' or 'blocks'");
    return;
  }
  memory.cache = blocks != nullptr ? CacheKind::paged : CacheKind::contiguous;
  if (cache != nullptr) {
    const auto word = read_word(*cache, "cache", kCacheWords, problems);
    if (word) memory.cache = static_cast<CacheKind>(*word);
  }
  if (blocks != nullptr && memory.cache != CacheKind::paged) {
    problems.add(blocks->key_at, fmt::format("'blocks' of a cache that is {}; expected 'cache: "
                                             "paged', or one of the two",
                                             to_string(memory.cache)));
  }
  if (memory.cache != CacheKind::paged) return;
  memory.blocks =
      blocks != nullptr ? read_blocks(*blocks, problems) : ScenarioBlocks{{}, {}, {}, node.at};
}

void read_allocator(const Fields& fields, ScenarioMemory& memory, Problems& problems) {
  if (const Node* word = fields.find("allocator")) {
    memory.allocator_given = true;
    memory.allocator = static_cast<AllocatorKind>(
        read_word(*word, "allocator", kAllocatorWords, problems).value_or(0));
  }
  const Node* granularity = fields.find("granularity");
  if (granularity == nullptr) return;
  if (memory.allocator != AllocatorKind::driver) {
    problems.add(granularity->key_at,
                 "'granularity' without 'allocator: driver'; PyTorch's allocator has its own");
  }
  const auto text = read_text(*granularity, "granularity", problems);
  if (!text) return;
  const auto size = parse_size(*text);
  if (size && *size <= Bytes(1 << 30)) {
    memory.granularity = *size;
  } else {
    problems.add(granularity->at,
                 fmt::format("'granularity' is {}; expected 1 to 1GiB, as 2MiB", in_quotes(*text)));
  }
}

void read_gpu(const Fields& fields, ScenarioMemory& memory, Problems& problems) {
  const Node* node = fields.find("gpu");
  for (const std::string_view key : {"engine", "tp"}) {
    const Node* beside = fields.find(key);
    if (node != nullptr || beside == nullptr) continue;
    problems.add(beside->key_at, fmt::format("'{}' without 'gpu'; expected both", key));
  }
  if (node == nullptr) return;
  ScenarioGpu gpu;
  gpu.at = node->at;
  const auto name = read_text(*node, "gpu", problems);
  const auto device = name ? parse_gpu(*name) : std::nullopt;
  if (device) {
    gpu.device = *device;
  } else if (name) {
    const bool too_small = parse_size(*name).has_value();
    const std::string_view near = too_small ? "" : nearest(*name, device_names());
    problems.add(node->at,
                 fmt::format("'gpu' is {}; expected a GPU that `kvfootprint devices` lists, or its "
                             "memory as 24GiB, at least 1GiB{}",
                             in_quotes(*name),
                             near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
  if (const Node* engine = fields.find("engine")) {
    gpu.engine_at = engine->at;
    if (const auto text = read_text(*engine, "engine", problems)) {
      bool bad_version = false;
      const auto parsed = parse_engine(*text, bad_version);
      if (parsed) {
        gpu.engine = *parsed;
      } else {
        problems.add(engine->at, fmt::format("'engine' is {}; expected {}", in_quotes(*text),
                                             bad_version ? kVersionWords : kEngineWords));
      }
    }
  }
  if (const Node* ranks = fields.find("tp")) {
    gpu.ranks_at = ranks->at;
    gpu.ranks = read_integer(*ranks, "tp", {1, 1 << 20}, problems).value_or(1);
  }
  memory.gpu = gpu;
}

}  // namespace

std::optional<ScenarioMemory> read_memory(const Node& node, Problems& problems) {
  if (!expect_kind(node, Kind::map, "'memory'", problems)) return std::nullopt;
  const Fields fields(node, kMemoryKeys, "'memory'", problems);
  ScenarioMemory memory;
  memory.at = node.key_at;
  read_cache(fields, node, memory, problems);
  read_allocator(fields, memory, problems);
  read_gpu(fields, memory, problems);
  const Node* engine = fields.find("engine");
  if (engine != nullptr && memory.cache == CacheKind::paged && memory.allocator_given) {
    problems.add(engine->key_at,
                 "'engine' takes the pool of a paged cache when it starts, 'allocator' allocates "
                 "it; expected to leave one of the two out");
  }
  return memory;
}

void check_memory(const ScenarioMemory& memory, std::span<const BatchMember> members) {
  for (const BatchMember& member : members) {
    const Schedule& schedule = member.schedule;
    const bool paged = memory.cache == CacheKind::paged;
    if (schedule.nominal_streaming) {
      throw PolicyError("rounding", fmt::format("nominal leaves shares of heads, which have no {}",
                                                paged ? "blocks" : "tensors"));
    }
    if (schedule.plan.rows().count() > kMostPaged || schedule.plan.passes() > kMostPaged) {
      throw std::invalid_argument(
          fmt::format("too long to follow its {}; expected at most {} tokens and passes",
                      paged ? "blocks" : "tensors", kMostPaged));
    }
    if (paged) continue;
    if (members.size() > 1) {
      throw std::invalid_argument(
          fmt::format("a {} cache is one tensor for the whole batch; expected sequences of one "
                      "length, or 'cache: paged'",
                      to_string(memory.cache)));
    }
    if (schedule.shape.state_bytes() > Bytes{}) {
      throw std::invalid_argument(
          fmt::format("recurrent states are not followed in a {} cache; expected 'cache: paged'",
                      to_string(memory.cache)));
    }
  }
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
