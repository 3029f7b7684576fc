#include "cli/map.h"

#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "sim/lives.h"

namespace kvf::cli {
namespace {

constexpr std::int64_t kMostTokens = 200;

// The key in each tenth column: "0         10        20".
std::string ruler(std::int64_t keys) {
  std::string text;
  for (std::int64_t key = 0; key < keys; key += 10) text += fmt::format("{:<10}", key);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

void MapOptions::add_to(CLI::App& command) {
  CLI::Option* map =
      command.add_flag("--map", wanted, "the attention map of a cell, for a case of few tokens");
  for (const char* other : {"--json", "--detail", "--trace"}) map->excludes(other);
  command.add_option("--layer", layer, "of the map; absent: 0")->needs(map);
  command.add_option("--head", head, "of the map, in its layer; absent: 0")->needs(map);
  scores.add_to(command, map);
}

int print_map(const Schedule& schedule, const MapOptions& options) {
  const std::int64_t tokens = schedule.plan.rows().count();
  if (tokens > kMostTokens) {
    throw UsageError(fmt::format(
        "a map of {} tokens has a row and a column for each; expected at most {}, a case to look "
        "at (`kvfootprint run --lifespans` writes lives of any length)",
        tokens, kMostTokens));
  }
  const ScoreModel scores = options.scores.model(schedule.shape);
  std::string map;
  try {
    map = attention_map(schedule, find_cell(schedule, options.layer, options.head), scores);
  } catch (const std::out_of_range& error) {
    throw UsageError(error.what());
  }
  fmt::print(
      "attention map of layer {}, head {}: a line a query row, a column a key\n"
      "{:>15}{}\n"
      "{}"
      "  # active: the row reads it   o inactive: stored, not read   . evicted\n"
      "  a pass begins where its phase is named\n",
      options.layer, options.head, "", ruler(tokens), map);
  return 0;
}

}  // namespace kvf::cli
