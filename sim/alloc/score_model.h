// Scores of entries, where a rule says how many stay and only data could say which.
//
// A policy's number of entries is exact; their identity is not known without the model's weights
// and the text. A ScoreModel stands in for both: synthetic scores with the features that attention
// is known for, or scores from a file.
#pragma once

#include <cstdint>
#include <vector>

namespace kvf {

class ScoreModel {
 public:
  // Attention sinks (the first `sinks` positions score highest), recency (a bonus that halves every
  // `half_life` tokens of age) and heavy hitters (a few positions that a cell likes for ever), over
  // uniform noise. Deterministic: the same seed gives the same scores on every machine.
  struct Synthetic {
    std::uint64_t seed = 1;
    std::int64_t sinks = 4;
    double half_life = 256;       // tokens
    double heavy_hitters = 0.05;  // share of positions
    friend bool operator==(const Synthetic&, const Synthetic&) = default;
  };
  // Scores by position; `columns` of them side by side, one a cell (layer by layer, head by head),
  // or a single one for all cells. Positions past the end score as the last one.
  struct Table {
    std::int64_t columns = 1;
    std::vector<double> values;  // values[position * columns + column]
    friend bool operator==(const Table&, const Table&) = default;
  };

  ScoreModel() : ScoreModel(Synthetic{}) {}
  explicit ScoreModel(const Synthetic& synthetic) : synthetic_(synthetic) {}
  // Throws std::invalid_argument for a table without rows, or with half a row.
  explicit ScoreModel(Table table);

  // How much `cell` likes the entry at `position` when `now` tokens have been seen. Higher stays.
  double score(std::int64_t cell, std::int64_t position, std::int64_t now) const {
    return taste(cell, position) + recency(position, now);
  }
  // The part of a score that stays, and the part that time takes away: who scores an entry again
  // and again keeps the first.
  double taste(std::int64_t cell, std::int64_t position) const;
  double recency(std::int64_t position, std::int64_t now) const;

 private:
  Synthetic synthetic_;
  Table table_;
};

}  // namespace kvf
