// What a scenario says of synthetic scores, and the defaults where it says nothing.
#pragma once

#include <cstdint>

#include "sim/alloc/score_model.h"
#include "sim/input/memory.h"

namespace kvf {

inline ScoreModel::Synthetic synthetic_scores(const input::ScenarioScores& given) {
  ScoreModel::Synthetic scores;
  if (given.seed) scores.seed = static_cast<std::uint64_t>(*given.seed);
  if (given.sinks) scores.sinks = *given.sinks;
  if (given.half_life) scores.half_life = *given.half_life;
  if (given.heavy_hitters) scores.heavy_hitters = *given.heavy_hitters;
  return scores;
}

}  // namespace kvf
