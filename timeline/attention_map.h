// The attention map of a small case, as in Figure 2 of arXiv 2506.17121: which keys a query row reads,
// which are stored but not read by it, and which are gone. From the lives of a cell and the rows of
// its passes alone.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "models/life.h"

namespace kvf {

enum class KeyState : std::uint8_t {
  unseen,    // comes later in the sequence
  evicted,   //
  inactive,  // stored, not read by the row
  active,    // read by the row
  stored,    // stored; whether this one is among those that the row reads is not known
};
inline constexpr std::array<std::string_view, 5> kKeyStateWords{"not yet seen", "evicted",
                                                                "inactive", "active", "stored"};
constexpr std::string_view to_string(KeyState state) {
  return kKeyStateWords[static_cast<std::size_t>(state)];
}

// What a policy reads that does not read all it stores.
struct SparseReads {
  // How many of the `entries` that a row of the pass could attend it reads.
  std::function<std::int64_t(std::int64_t pass, std::int64_t entries)> count;
  // How much a row that has seen `now` tokens likes the key; it reads itself and then the best, of
  // equals the older. Without it, what is stored by a row that reads less is `stored`.
  std::function<double(std::int64_t key, std::int64_t now)> score;
};

// Immutable. Memory: the square of the tokens.
class AttentionMap {
 public:
  static constexpr std::int64_t kMostTokens = 512;

  AttentionMap() = default;
  // `first_row` and `rows`: of each pass, as in TrackColumns. Throws std::invalid_argument for more
  // tokens than kMostTokens, and for lives and passes that are not of one sequence.
  AttentionMap(std::span<const Life> lives, std::span<const std::int64_t> first_row,
               std::span<const std::int64_t> rows, const SparseReads& reads = {});

  std::int64_t tokens() const { return static_cast<std::int64_t>(pass_of_.size()); }
  KeyState at(std::int64_t row, std::int64_t key) const {
    return states_[static_cast<std::size_t>(row * tokens() + key)];
  }
  std::int64_t pass_of(std::int64_t row) const { return pass_of_[static_cast<std::size_t>(row)]; }

 private:
  std::vector<std::int64_t> pass_of_;  // of each row
  std::vector<KeyState> states_;       // row by row
};

}  // namespace kvf
