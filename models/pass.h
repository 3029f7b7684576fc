// Forward passes and their runs: the clock of a simulation.
#pragma once

#include <cstdint>
#include <vector>

#include "models/units.h"

namespace kvf {

enum class Phase : std::uint8_t { prefill, decode };

// One forward pass of one sequence.
struct Pass {
  Tokens rows;             // query rows: a prefill chunk, or 1
  Tokens appended;         // query tokens appended only to score the chunk (patched eviction)
  Tokens position;         // position of the first row in the sequence
  Tokens prompt;           // tokens that are prefilled before decoding begins
  std::int64_t index = 0;  // number of the pass, from 0
  Phase phase = Phase::prefill;
  bool last_prefill = false;  // the pass that ends the prefill
};

// Passes that differ in nothing but their position. The pass that ends the prefill is always a run
// of its own.
struct PassRun {
  std::int64_t first = 0;  // index of the first pass
  std::int64_t count = 0;
  Tokens rows;
  Tokens appended;
  Tokens position;  // of the first row of the first pass
  Phase phase = Phase::prefill;
  bool last_prefill = false;

  friend bool operator==(const PassRun&, const PassRun&) = default;
};

// All passes of a sequence, in order.
struct PassPlan {
  Tokens prompt;  // tokens prefilled
  std::vector<PassRun> runs;

  std::int64_t passes() const { return runs.empty() ? 0 : runs.back().first + runs.back().count; }
  Tokens rows() const {
    return runs.empty() ? Tokens{}
                        : runs.back().position + runs.back().rows.times(runs.back().count);
  }
  Pass pass(const PassRun& run, std::int64_t number_in_run) const {
    return {run.rows,
            run.appended,
            run.position + run.rows.times(number_in_run),
            prompt,
            run.first + number_in_run,
            run.phase,
            run.last_prefill};
  }

  // Adds `count` passes of `rows` rows each; none if they add nothing. Tokens that a method feeds
  // for itself, after the prompt, are a pass without rows that appends them: they are held, but
  // are no part of the sequence.
  void add(std::int64_t count, Tokens rows, Phase phase, Tokens appended = {}) {
    if (count <= 0 || rows + appended <= Tokens{}) return;
    runs.push_back({passes(), count, rows, appended, this->rows(), phase, false});
  }
  // Adds `tokens` in passes of at most `chunk` rows: whole ones, then the rest.
  void add_chunks(Tokens tokens, Tokens chunk, Tokens appended = {}) {
    const auto add_some = [&](std::int64_t count, Tokens rows) {
      if (rows > Tokens{}) add(count, rows, Phase::prefill, appended);
    };
    add_some(tokens / chunk, chunk);
    add_some(1, tokens % chunk);
  }
  // Gives the pass that ends the prefill its own run. Nothing is appended to its rows.
  void end_prefill() {
    if (runs.empty()) return;
    PassRun& run = runs.back();
    if (run.count > 1) {
      PassRun last{run.first + run.count - 1,
                   1,
                   run.rows,
                   {},
                   run.position + run.rows.times(run.count - 1),
                   run.phase,
                   true};
      --run.count;
      runs.push_back(last);
    } else {
      run.last_prefill = true;
      if (run.rows > Tokens{}) run.appended = {};
    }
  }
};

// A stretch of passes of one rule in which everything is affine: pass i of it finds
// past + i * past_step entries in the cell and leaves after + i * after_step.
struct Segment {
  std::int64_t first = 0;  // index of the first pass
  std::int64_t count = 0;
  Tokens rows;
  Tokens appended;
  Tokens past;
  Tokens past_step;
  Tokens after;
  Tokens after_step;

  Tokens past_at(std::int64_t i) const { return past + past_step.times(i); }
  Tokens after_at(std::int64_t i) const { return after + after_step.times(i); }
  friend bool operator==(const Segment&, const Segment&) = default;
};

}  // namespace kvf
