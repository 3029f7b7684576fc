#include "timeline/occupancy.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace kvf {
namespace {

constexpr std::size_t kFan = 16;

// Slots of a block come to life, or are evicted.
struct Change {
  std::int32_t pass;
  std::int16_t sign;
  std::uint16_t slots;
};

// Block by block, each in the order of its passes.
struct Changes {
  std::vector<std::size_t> begin;  // of each block's, and one more
  std::vector<Change> changes;
};

// Calls `each(block, slots)` for the blocks that a life lies in.
template <class Each>
void for_blocks(const Life& life, std::int64_t block_tokens, Each&& each) {
  for (std::int64_t first = life.first; first <= life.last;) {
    const std::int64_t block = first / block_tokens;
    const std::int64_t end = std::min((block + 1) * block_tokens, life.last + 1);
    each(static_cast<std::size_t>(block), static_cast<std::uint16_t>(end - first));
    first = end;
  }
}

bool goes(const Life& life, std::int64_t passes) {
  return life.evicted != Life::kNever && life.evicted + 1 < passes;
}

Changes changes_of(std::span<const Life> lives, std::int64_t block_tokens, std::int64_t blocks,
                   std::int64_t passes) {
  Changes all;
  // Where the changes of each block end; put in from the last, they begin there.
  all.begin.resize(static_cast<std::size_t>(blocks) + 1);
  for (const Life& life : lives) {
    const std::size_t count = goes(life, passes) ? 2 : 1;
    for_blocks(life, block_tokens,
               [&](std::size_t block, std::uint16_t) { all.begin[block] += count; });
  }
  std::size_t sum = 0;
  for (std::size_t& begin : all.begin) begin = sum += begin;
  all.changes.resize(sum);
  for (const Life& life : lives) {
    for_blocks(life, block_tokens, [&](std::size_t block, std::uint16_t slots) {
      all.changes[--all.begin[block]] = {static_cast<std::int32_t>(life.born), 1, slots};
      if (goes(life, passes)) {
        all.changes[--all.begin[block]] = {static_cast<std::int32_t>(life.evicted + 1), -1, slots};
      }
    });
  }
  for (std::size_t b = 0; b + 1 < all.begin.size(); ++b) {
    std::sort(all.changes.begin() + static_cast<std::ptrdiff_t>(all.begin[b]),
              all.changes.begin() + static_cast<std::ptrdiff_t>(all.begin[b + 1]),
              [](const Change& one, const Change& other) { return one.pass < other.pass; });
  }
  return all;
}

BlockState state_of(std::int64_t live, std::int64_t written, std::int64_t capacity) {
  if (written == 0) return BlockState::unused;
  if (live == 0) return BlockState::freed;
  if (live < written) return BlockState::pinned;
  return written < capacity ? BlockState::filling : BlockState::live;
}

BlockCell cell_of(std::int64_t live, std::int64_t written, std::int64_t capacity) {
  const BlockState state = state_of(live, written, capacity);
  BlockCell cell;
  cell.states = static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
  if (state == BlockState::live || state == BlockState::pinned) {
    cell.live_min = static_cast<std::uint16_t>(live);
  }
  return cell;
}

// The least number of live slots, rounded down so that it seldom changes.
BlockCell rounded(BlockCell cell, std::int64_t capacity) {
  if (cell.live_min == BlockCell::kNone) return cell;
  std::int64_t share = capacity;
  while (share > cell.live_min) share /= 2;
  cell.live_min = static_cast<std::uint16_t>(std::max<std::int64_t>(share, 1));
  return cell;
}

void require(bool holds, const std::string& words) {
  if (!holds) throw std::invalid_argument(words);
}

}  // namespace

void BlockCell::add(const BlockCell& other) {
  states |= other.states;
  live_min = std::min(live_min, other.live_min);
}

void OccupancyMap::Level::push(std::int32_t pass, const BlockCell& cell) {
  // A row begins at pass 0, and a step that changes nothing is none.
  if (passes.size() > begin.back() && cells.back() == cell) return;
  passes.push_back(pass);
  cells.push_back(cell);
}

void OccupancyMap::Level::build_pyramid() {
  const std::vector<BlockCell>* below = &cells;
  while (below->size() > kFan) {
    std::vector<BlockCell> next((below->size() + kFan - 1) / kFan);
    for (std::size_t i = 0; i < below->size(); ++i) next[i / kFan].add((*below)[i]);
    above.push_back(std::move(next));
    below = &above.back();
  }
}

BlockCell OccupancyMap::Level::sum(std::size_t first, std::size_t end) const {
  BlockCell cell;
  const std::vector<BlockCell>* values = &cells;
  for (std::size_t up = 0; first < end; ++up) {
    const bool top = up >= above.size();
    while (first < end && (top || first % kFan != 0)) cell.add((*values)[first++]);
    while (first < end && end % kFan != 0) cell.add((*values)[--end]);
    if (top) break;
    values = &above[up];
    first /= kFan;
    end /= kFan;
  }
  return cell;
}

OccupancyMap::OccupancyMap(std::span<const Life> lives, std::int64_t block_tokens,
                           std::int64_t passes, std::int64_t cells)
    : block_tokens_(block_tokens), passes_(passes) {
  require(block_tokens >= 1 && cells >= 1 && block_tokens < BlockCell::kNone &&
              cells < BlockCell::kNone && block_tokens * cells < BlockCell::kNone,
          fmt::format("a block of {} tokens in {} cells; expected 1 to {} slots", block_tokens,
                      cells, BlockCell::kNone - 1));
  require(passes >= 0 && passes < std::numeric_limits<std::int32_t>::max(),
          fmt::format("a run of {} passes; expected at most 2^31 - 2", passes));
  capacity_ = block_tokens * cells;
  std::int64_t tokens = 0;
  for (const Life& life : lives) {
    require(life.first >= 0 && life.last >= life.first && life.last < kMostTokens &&
                life.born >= 0 && life.born < passes &&
                (life.evicted == Life::kNever || life.evicted >= life.born),
            fmt::format("tokens {}..{}, born in pass {}, evicted in {} of {}; expected passes in "
                        "their order and at most {} tokens",
                        life.first, life.last, life.born, life.evicted, passes, kMostTokens));
    tokens = std::max(tokens, life.last + 1);
  }
  if (tokens == 0) return;
  blocks_ = (tokens - 1) / block_tokens + 1;

  build_lowest(lives);
  Level level;
  for (const Level* below = &levels_.back(); below->rows() > 1; below = &level) {
    level = merged(*below);
    if (level.rows() > kMostRows) continue;
    level.build_pyramid();
    levels_.push_back(level);
  }
}

void OccupancyMap::build_lowest(std::span<const Life> lives) {
  const Changes all = changes_of(lives, block_tokens_, blocks_, passes_);
  Level lowest;
  for (std::size_t b = 0; b < static_cast<std::size_t>(blocks_); ++b) {
    lowest.begin.push_back(lowest.passes.size());
    std::int64_t live = 0;
    std::int64_t written = 0;
    const auto step = [&](std::int32_t pass) {
      lowest.passes.push_back(pass);
      lowest.cells.push_back(cell_of(live, written, capacity_));
      slots_.push_back({static_cast<std::uint16_t>(live), static_cast<std::uint16_t>(written)});
    };
    // Each row begins at pass 0.
    if (all.changes[all.begin[b]].pass > 0) step(0);
    for (std::size_t i = all.begin[b]; i < all.begin[b + 1];) {
      const std::int32_t pass = all.changes[i].pass;
      for (; i < all.begin[b + 1] && all.changes[i].pass == pass; ++i) {
        const Change& change = all.changes[i];
        live += change.sign * change.slots;
        if (change.sign > 0) written += change.slots;
      }
      require(written <= capacity_, fmt::format("{} entries were born in the {} slots of block {}",
                                                written, capacity_, b));
      step(pass);
    }
  }
  lowest.begin.push_back(lowest.passes.size());
  lowest.build_pyramid();
  levels_.push_back(std::move(lowest));
}

OccupancyMap::Level OccupancyMap::merged(const Level& below) const {
  constexpr std::int32_t kOver = std::numeric_limits<std::int32_t>::max();
  Level level;
  level.shift = below.shift + 1;
  const std::size_t count = below.begin.size() - 1;
  for (std::size_t row = 0; row < count; row += 2) {
    level.begin.push_back(level.passes.size());
    std::size_t a = below.begin[row];
    const std::size_t a_end = below.begin[row + 1];
    std::size_t b = a_end;
    const std::size_t b_end = below.begin[std::min(row + 2, count)];
    // Both begin at pass 0, where there are two.
    BlockCell of_a;
    BlockCell of_b;
    while (a < a_end || b < b_end) {
      const std::int32_t pass =
          std::min(a < a_end ? below.passes[a] : kOver, b < b_end ? below.passes[b] : kOver);
      if (a < a_end && below.passes[a] == pass) of_a = below.cells[a++];
      if (b < b_end && below.passes[b] == pass) of_b = below.cells[b++];
      BlockCell both = of_a;
      both.add(of_b);
      level.push(pass, rounded(both, capacity_));
    }
  }
  level.begin.push_back(level.passes.size());
  level.passes.shrink_to_fit();
  level.cells.shrink_to_fit();
  return level;
}

std::int64_t OccupancyMap::rows(std::size_t level) const {
  return levels_.empty() ? 0 : levels_.at(level).rows();
}

std::int64_t OccupancyMap::blocks_per_row(std::size_t level) const {
  return levels_.empty() ? 1 : std::int64_t{1} << levels_.at(level).shift;
}

std::size_t OccupancyMap::level_for(std::int64_t most) const {
  std::size_t level = 0;
  while (level + 1 < levels_.size() && rows(level) > most) ++level;
  return level;
}

void OccupancyMap::row(std::size_t level, std::int64_t row, std::span<const PassColumn> columns,
                       std::vector<CellRun>& runs) const {
  runs.clear();
  const auto count = static_cast<std::int64_t>(columns.size());
  if (levels_.empty()) {
    if (count > 0) runs.push_back({count, {}});
    return;
  }
  const auto emit = [&](std::int64_t end, const BlockCell& cell) {
    if (!runs.empty() && runs.back().cell == cell) {
      runs.back().end = end;
    } else {
      runs.push_back({end, cell});
    }
  };
  const Level& of = levels_.at(level);
  const auto begin = of.passes.begin();
  const auto first =
      begin + static_cast<std::ptrdiff_t>(of.begin.at(static_cast<std::size_t>(row)));
  const auto last =
      begin + static_cast<std::ptrdiff_t>(of.begin.at(static_cast<std::size_t>(row) + 1));
  // The step that holds at the beginning of a column, sought from that of the column before.
  auto step = first;
  for (std::int64_t c = 0; c < count;) {
    const PassColumn column{std::max<std::int64_t>(columns[static_cast<std::size_t>(c)].first, 0),
                            std::min(columns[static_cast<std::size_t>(c)].end, passes_)};
    if (column.first >= column.end) {
      emit(++c, {});
      continue;
    }
    step = std::upper_bound(step, last, column.first) - 1;
    if (step + 1 == last || *(step + 1) >= column.end) {
      // One step for this column, and for those after it that end before the next one begins.
      const std::int64_t until = step + 1 == last ? passes_ : *(step + 1);
      const auto more = std::partition_point(
          columns.begin() + c + 1, columns.end(),
          [&](const PassColumn& next) { return next.end <= until && next.first < next.end; });
      c = more - columns.begin();
      emit(c, of.cells[static_cast<std::size_t>(step - begin)]);
    } else {
      const auto end = std::lower_bound(step, last, column.end);
      emit(++c,
           of.sum(static_cast<std::size_t>(step - begin), static_cast<std::size_t>(end - begin)));
    }
  }
}

BlockReadout OccupancyMap::at(std::int64_t block, std::int64_t pass) const {
  if (block < 0 || block >= blocks_ || pass < 0 || pass >= passes_) {
    throw std::out_of_range("there is no such block or pass");
  }
  const Level& lowest = levels_.front();
  const auto row = static_cast<std::size_t>(block);
  const auto begin = lowest.passes.begin();
  const auto first = begin + static_cast<std::ptrdiff_t>(lowest.begin[row]);
  auto step =
      std::upper_bound(first, begin + static_cast<std::ptrdiff_t>(lowest.begin[row + 1]), pass) - 1;
  const auto of = static_cast<std::size_t>(step - begin);
  const std::uint8_t states = lowest.cells[of].states;
  // Steps before it may be of the same state, with other numbers of slots.
  while (step != first &&
         lowest.cells[static_cast<std::size_t>(step - 1 - begin)].states == states) {
    --step;
  }
  BlockReadout readout;
  readout.block = block;
  readout.first_token = block * block_tokens_;
  readout.last_token = readout.first_token + block_tokens_ - 1;
  readout.state = static_cast<BlockState>(std::countr_zero(states));
  readout.live = slots_[of].live;
  readout.dead = slots_[of].written - slots_[of].live;
  readout.since = *step;
  return readout;
}

std::size_t OccupancyMap::bytes() const {
  std::size_t sum = slots_.size() * sizeof(Slots);
  for (const Level& level : levels_) {
    sum += level.begin.size() * sizeof(std::size_t) + level.passes.size() * sizeof(std::int32_t) +
           level.cells.size() * sizeof(BlockCell);
    for (const auto& above : level.above) sum += above.size() * sizeof(BlockCell);
  }
  return sum;
}

}  // namespace kvf
