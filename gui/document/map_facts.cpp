#include "gui/document/map_facts.h"

#include <algorithm>

#include "gui/document/stored_scenario.h"
#include "sim/alloc/score_model.h"
#include "sim/input/scenario.h"
#include "sim/scenario_scores.h"

namespace kvf::gui {
namespace {

// A row reads some of what is stored: how much, and what, is not known.
MapFacts unknown_reads() {
  MapFacts facts;
  facts.reads.count = [](std::int64_t, std::int64_t) { return std::int64_t{0}; };
  return facts;
}

// Number of a cell for the scores.
std::int64_t number_of(const Schedule& schedule, const LifespanInfo& cell) {
  std::int64_t number = cell.head;
  for (const Group& group : schedule.groups) {
    if (group.layer < cell.layer) number += group.heads.count();
  }
  return number;
}

SparseReads reads_of(const Schedule& schedule) {
  std::vector<bool> sparse;
  for (const PassRun& run : schedule.plan.runs) {
    sparse.insert(sparse.end(), static_cast<std::size_t>(run.count),
                  schedule.active_read->applies(run.phase));
  }
  SparseReads reads;
  reads.count = [read = *schedule.active_read, sparse](std::int64_t pass, std::int64_t entries) {
    if (!sparse.at(static_cast<std::size_t>(pass))) return entries;
    if (read.tokens) return std::min(read.tokens->count(), entries);
    return static_cast<std::int64_t>(read.share * static_cast<double>(entries));
  };
  return reads;
}

// Throws what the scenario's own functions throw.
MapFacts facts_in(const input::Scenario& scenario, const StoredRun& run, const LifespanInfo& cell,
                  bool scores_known) {
  MapFacts facts;
  if (scenario.blocks() != nullptr) facts.block_tokens = scenario.blocks()->tables.block.count();
  for (const input::ScenarioPolicy& policy : scenario.policies) {
    for (const input::ScenarioTask& task : scenario.tasks) {
      if (policy.label != run.info.label || task.name != run.info.task) continue;
      const std::vector<BatchMember> members = members_of(scenario, task, policy);
      const Schedule& schedule = members.front().schedule;
      if (!schedule.active_read) continue;
      if (members.size() > 1) {  // whose passes are not those of the run
        facts.reads = unknown_reads().reads;
        continue;
      }
      facts.reads = reads_of(schedule);
      if (!scores_known) continue;
      facts.reads.score = [scores = ScoreModel(synthetic_scores(scenario.scores)),
                           number = number_of(schedule, cell)](std::int64_t key, std::int64_t now) {
        return scores.score(number, key, now);
      };
    }
  }
  return facts;
}

}  // namespace

MapFacts facts_of(const RunFileReader& reader, const StoredRun& run, const LifespanInfo& cell) {
  const auto command = reader.meta().find("command_line");
  const bool scores_known =
      command == reader.meta().end() || (command->second.find("--scores") == std::string::npos &&
                                         command->second.find("--seed") == std::string::npos);
  try {
    return facts_in(stored_scenario(reader), run, cell, scores_known);
  } catch (const std::exception&) {
    // Both keys are the sparse policies' own.
    const bool sparse = run.info.policy.find("\"active_") != std::string::npos;
    return sparse ? unknown_reads() : MapFacts{};
  }
}

void read_maps(const RunFileReader& reader, const StoredRun& run, std::vector<CellLives>& cells,
               std::int64_t budget) {
  for (CellLives& cell : cells) {
    cell.maps = read_maps(reader, run, cell, facts_of(reader, run, cell.info));
    budget -= cell.lives;
    if (budget <= 0) return;
  }
}

}  // namespace kvf::gui
