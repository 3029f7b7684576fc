#include "timeline/attention_map.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace kvf {
namespace {

// Leaves active, of the keys that are stored, those that the row reads.
void read_some(std::span<KeyState> keys, std::int64_t row, std::int64_t reads,
               const SparseReads& sparse) {
  std::vector<std::int64_t> stored;
  for (std::int64_t key = 0; key <= row; ++key) {
    if (keys[static_cast<std::size_t>(key)] == KeyState::active) stored.push_back(key);
  }
  if (!sparse.score) {
    for (const std::int64_t key : stored) keys[static_cast<std::size_t>(key)] = KeyState::stored;
    return;
  }
  std::stable_sort(stored.begin(), stored.end(), [&](std::int64_t a, std::int64_t b) {
    if (a == row || b == row) return a == row && b != row;
    return sparse.score(a, row + 1) > sparse.score(b, row + 1);
  });
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(reads, 0)); i < stored.size();
       ++i) {
    keys[static_cast<std::size_t>(stored[i])] = KeyState::inactive;
  }
}

}  // namespace

AttentionMap::AttentionMap(std::span<const Life> lives, std::span<const std::int64_t> first_row,
                           std::span<const std::int64_t> rows, const SparseReads& reads) {
  if (first_row.size() != rows.size()) throw std::invalid_argument("columns of different lengths");
  for (std::size_t pass = 0; pass < rows.size(); ++pass) {
    if (rows[pass] == 0) continue;
    if (rows[pass] < 0 || first_row[pass] != tokens()) {
      throw std::invalid_argument("the rows of the passes do not follow one another");
    }
    if (rows[pass] > kMostTokens - tokens()) {
      throw std::invalid_argument(
          fmt::format("an attention map has a row and a column for each token; expected at most {}",
                      kMostTokens));
    }
    pass_of_.resize(pass_of_.size() + static_cast<std::size_t>(rows[pass]),
                    static_cast<std::int64_t>(pass));
  }
  const std::int64_t count = tokens();
  states_.resize(static_cast<std::size_t>(count * count), KeyState::unseen);
  for (const Life& life : lives) {
    if (life.first < 0 || life.last < life.first || life.last >= count) {
      throw std::invalid_argument("a life is of tokens that no pass has");
    }
    for (std::int64_t key = life.first; key <= life.last; ++key) {
      if (pass_of(key) != life.born) throw std::invalid_argument("a life begins in another pass");
      for (std::int64_t row = key; row < count; ++row) {
        // The pass that evicts still attends.
        const bool stored = life.evicted == Life::kNever || pass_of(row) <= life.evicted;
        states_[static_cast<std::size_t>(row * count + key)] =
            stored ? KeyState::active : KeyState::evicted;
      }
    }
  }
  if (!reads.count) return;
  for (std::int64_t row = 0; row < count; ++row) {
    const auto keys = std::span(states_).subspan(static_cast<std::size_t>(row * count),
                                                 static_cast<std::size_t>(count));
    const std::int64_t entries = std::count(keys.begin(), keys.end(), KeyState::active);
    const std::int64_t read = reads.count(pass_of(row), entries);
    if (read < entries) read_some(keys, row, read, reads);
  }
}

}  // namespace kvf
