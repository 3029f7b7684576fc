#include "profiler/capture/session/block_cache.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace kvf::capture {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// The layer's own shape, by its number.
std::vector<LayerRun> layer_shapes(const LlmShape& shape) {
  std::vector<LayerRun> layers;
  for (const LayerRun& run : shape.all_runs()) {
    layers.insert(layers.end(), at(run.count), run);
  }
  return layers;
}

}  // namespace

void check_capturable(const Schedule& schedule, const BlockTables& tables) {
  const auto refuse = [](const std::string& why) { throw std::invalid_argument(why); };
  if (schedule.nominal_streaming) refuse("a nominal share of heads is held by no program");
  if (schedule.accounting == Accounting::paper) {
    refuse("the paper's accounting is idealised; expected 'accounting: implementation'");
  }
  if (schedule.allocates_ahead()) refuse("a cache that is allocated ahead has no blocks");
  for (const LayerRun& run : schedule.shape.all_runs()) {
    if (!run.holds_entries()) continue;
    if (run.is_latent() || run.indexer > 0) refuse("latent attention has no kernel here");
    if (run.key_width != run.value_width) refuse("keys are of another width than values");
  }
  for (std::size_t g = 1; g < schedule.groups.size(); ++g) {
    const Group& group = schedule.groups[g];
    const Group& before = schedule.groups[g - 1];
    if (group.layer == before.layer && group.copies != before.copies) {
      refuse("only some heads of a layer are copied for each query head");
    }
  }
  for (const PassRun& run : schedule.plan.runs) {
    if (run.appended > Tokens{} && !tables.compaction) {
      refuse("tokens are appended to score a chunk; expected 'compaction: true'");
    }
  }
}

namespace {

struct Cell {
  std::vector<std::int32_t> positions;  // by slot; kNoEntry where the entry is gone
  std::vector<char> appended;           // by slot: no row of the sequence
  std::vector<std::byte*> blocks;       // the head's part of each block of its table
  std::size_t table = 0;
  std::int64_t offset = 0;  // of the head's part, in bytes
  const Rule* rule = nullptr;
  RuleState state;
  Tokens held;
  Tokens rows;
  std::unique_ptr<LifeTracker> tracker;
  HeadMask mask;
};

struct Table {
  std::vector<std::byte*> memory;     // by block of the table; null where none is
  std::vector<std::int64_t> numbers;  // beside it
  std::vector<Cell*> cells;
  std::int64_t layer = -1;
  std::int64_t head = -1;
  std::int64_t bytes = 0;  // of a block
};

struct Layer {
  std::int64_t number = 0;
  std::int64_t copies = 1;
  std::vector<std::unique_ptr<Cell>> cells;
};

}  // namespace

struct BlockCache::State {
  const BlockTables tables_of;
  const BlockLayout layout;
  Device& device;
  DeviceAllocator& allocator;
  BlockLog log;
  PlantedFault fault;

  std::vector<Layer> layers{};
  std::vector<std::unique_ptr<Table>> tables{};
  Pass pass{};
  std::int64_t next_block = 0;
  std::optional<BlockEvent> late{};  // a block that was to be given back
  bool late_is_of_this_pass = false;

  bool shared() const { return tables_of.of == TableOf::sequence; }
  std::int64_t block() const { return tables_of.block.count(); }
  std::int64_t part_bytes() const { return layout.block_bytes().count(); }

  // Whether to make the mistake now; then it has been made.
  bool plants(Plant kind) {
    if (fault.kind != kind || pass.index < fault.pass) return false;
    fault.kind = Plant::nothing;
    return true;
  }

  void point_cells_at(Table& table, std::size_t index) {
    for (Cell* cell : table.cells) {
      cell->blocks.resize(table.memory.size());
      std::byte* memory = table.memory[index];
      cell->blocks[index] = memory == nullptr ? nullptr : memory + cell->offset;
    }
  }

  // Takes the blocks for slots [first, end) that are not there.
  void extend(Table& table, std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first / block(); i * block() < end; ++i) {
      if (at(i) >= table.memory.size()) {
        table.memory.resize(at(i) + 1);
        table.numbers.resize(at(i) + 1);
      }
      if (table.memory[at(i)] == nullptr) {
        table.memory[at(i)] = allocator.allocate(Bytes(table.bytes)).address;
        table.numbers[at(i)] = next_block++;
        log(event(table, at(i), true));
      }
      point_cells_at(table, at(i));
    }
  }

  BlockEvent event(const Table& table, std::size_t index, bool taken) const {
    return {taken,
            pass.index,
            table.layer,
            table.head,
            table.numbers[index],
            table.memory[index],
            Bytes(table.bytes)};
  }

  void give_back(Table& table, std::size_t index) {
    const BlockEvent gone = event(table, index, false);
    table.memory[index] = nullptr;
    point_cells_at(table, index);
    if (plants(Plant::leak)) return;
    if (plants(Plant::late_free)) {
      late = gone;
      late_is_of_this_pass = true;
      return;
    }
    give_back(gone);
    if (!plants(Plant::double_free)) return;
    log(gone);
    try {
      allocator.free(gone.address);
    } catch (const std::invalid_argument&) {  // the allocator has seen it; the log has it twice
    }
  }
  void give_back(BlockEvent gone) {
    gone.pass = pass.index;
    log(gone);
    allocator.free(gone.address);
  }

  // Gives back the blocks of a table that hold nothing any more.
  void settle(Table& table) {
    std::vector<char> in_use(table.memory.size());
    for (const Cell* cell : table.cells) {
      for (std::size_t slot = 0; slot < cell->positions.size(); ++slot) {
        if (cell->positions[slot] != kNoEntry) in_use[slot / at(block())] = 1;
      }
    }
    for (std::size_t i = 0; i < table.memory.size(); ++i) {
      if (table.memory[i] != nullptr && in_use[i] == 0) give_back(table, i);
    }
  }

  // Keys and values of slots [first, first + n of content).
  void write(const Cell& cell, std::int64_t first, std::span<const std::byte> content) {
    const std::int64_t width = layout.head_dim * size_of(layout.number);
    const std::int64_t rows = std::ssize(content) / width;
    for (std::int64_t done = 0; done < rows;) {
      const std::int64_t slot = (first + done) % block();
      const std::int64_t some = std::min(rows - done, block() - slot);
      std::byte* memory = cell.blocks[at((first + done) / block())];
      const std::byte* from = content.data() + done * width;
      const std::int64_t size = size_of(layout.number);
      device.upload(memory + size * key_offset(slot, layout.head_dim), from, Bytes(some * width));
      device.upload(memory + size * value_offset(slot, block(), layout.head_dim), from,
                    Bytes(some * width));
      done += some;
    }
  }

  void move(const Cell& cell, std::int64_t from, std::int64_t to) {
    const std::int64_t size = size_of(layout.number);
    const auto place = [&](std::int64_t slot, std::int64_t offset) {
      return cell.blocks[at(slot / block())] + size * offset;
    };
    const Bytes width(layout.head_dim * size);
    device.copy(place(to, key_offset(to % block(), layout.head_dim)),
                place(from, key_offset(from % block(), layout.head_dim)), width);
    device.copy(place(to, value_offset(to % block(), block(), layout.head_dim)),
                place(from, value_offset(from % block(), block(), layout.head_dim)), width);
  }

  // Leaves the rows alive and the first `appended` of the tokens that were appended; with compaction
  // they lie side by side then.
  void leave(Cell& cell, std::span<const std::int64_t> rows, std::int64_t appended) {
    std::size_t next_row = 0;
    std::size_t end = 0;  // of the survivors, with compaction
    for (std::size_t slot = 0; slot < cell.positions.size(); ++slot) {
      const std::int32_t position = cell.positions[slot];
      if (position == kNoEntry) continue;
      bool stays = false;
      if (cell.appended[slot] != 0) {
        stays = appended-- > 0;
      } else if (next_row < rows.size() && rows[next_row] == position) {
        stays = true;
        ++next_row;
      }
      if (!tables_of.compaction) {
        if (!stays) cell.positions[slot] = kNoEntry;
        continue;
      }
      if (!stays) continue;
      if (slot != end) {
        move(cell, static_cast<std::int64_t>(slot), static_cast<std::int64_t>(end));
        cell.positions[end] = position;
        cell.appended[end] = cell.appended[slot];
      }
      ++end;
    }
    if (!tables_of.compaction) return;
    cell.positions.resize(end);
    cell.appended.resize(end);
  }

  void evict(Cell& cell) {
    const Tokens size = cell.held + pass.rows + pass.appended;
    cell.held = keep(*cell.rule, cell.state, pass, size);
    if (cell.held < size && plants(Plant::keep_one_more)) cell.held += Tokens(1);
    cell.rows = std::min(cell.held, cell.rows + pass.rows);
    cell.tracker->play(pass, retention(*cell.rule, pass), cell.rows);
    if (cell.held < size) leave(cell, cell.tracker->alive(), (cell.held - cell.rows).count());
  }
};

BlockCache::BlockCache(const Schedule& schedule, const BlockTables& tables, BlockLayout layout,
                       const ScoreModel& scores, Device& device, DeviceAllocator& allocator,
                       BlockLog log, PlantedFault fault)
    : state_(new State{tables, layout, device, allocator, std::move(log), fault}) {
  check_capturable(schedule, tables);
  State& s = *state_;
  const std::vector<LayerRun> shapes = layer_shapes(schedule.shape);
  std::int64_t first_cell = 0;  // of the layer, as the scores count cells
  for (const Group& group : schedule.groups) {
    const LayerRun& shape = shapes[at(group.layer)];
    if (s.layers.empty() || s.layers.back().number != group.layer) {
      if (!s.layers.empty()) {
        first_cell += std::ssize(s.layers.back().cells) / s.layers.back().copies;
      }
      s.layers.push_back({group.layer, group.copies, {}});
    }
    Layer& layer = s.layers.back();
    for (std::int64_t stored = 0; stored < group.heads.count() * group.copies; ++stored) {
      auto cell = std::make_unique<Cell>();
      cell->rule = &schedule.rules[group.rule];
      cell->state = initial_state(*cell->rule);
      const std::int64_t head = std::ssize(layer.cells) / layer.copies;
      cell->tracker = std::make_unique<LifeTracker>(scores, first_cell + head, [](const Life&) {});
      if (shape.window > 0) cell->mask.window = static_cast<std::int32_t>(shape.window);
      layer.cells.push_back(std::move(cell));
    }
  }
  for (Layer& layer : s.layers) {
    for (std::size_t head = 0; head < layer.cells.size(); ++head) {
      const bool first_of_layer = head == 0;
      const bool own = tables.of == TableOf::head ||
                       (tables.of == TableOf::layer && first_of_layer) || s.tables.empty();
      if (own) {
        s.tables.push_back(std::make_unique<Table>());
        if (!s.shared()) s.tables.back()->layer = layer.number;
        if (tables.of == TableOf::head) {
          s.tables.back()->head = static_cast<std::int64_t>(head);
        }
      }
      Table& table = *s.tables.back();
      Cell& cell = *layer.cells[head];
      cell.table = s.tables.size() - 1;
      cell.offset = table.bytes;
      table.bytes += s.part_bytes();
      table.cells.push_back(&cell);
    }
  }
}

BlockCache::~BlockCache() = default;

std::size_t BlockCache::layers() const { return state_->layers.size(); }
std::int64_t BlockCache::layer_number(std::size_t layer) const {
  return state_->layers[layer].number;
}
std::size_t BlockCache::heads(std::size_t layer) const {
  return state_->layers[layer].cells.size();
}
HeadMask BlockCache::mask(std::size_t layer, std::size_t head) const {
  return state_->layers[layer].cells[head]->mask;
}
std::span<const std::int32_t> BlockCache::positions(std::size_t layer, std::size_t head) const {
  return state_->layers[layer].cells[head]->positions;
}
std::span<std::byte* const> BlockCache::blocks(std::size_t layer, std::size_t head) const {
  return state_->layers[layer].cells[head]->blocks;
}
std::int64_t BlockCache::entries(std::size_t layer) const {
  const Layer& of = state_->layers[layer];
  std::int64_t entries = 0;
  for (const auto& cell : of.cells) {
    entries += std::ssize(cell->positions) -
               std::count(cell->positions.begin(), cell->positions.end(), kNoEntry);
  }
  return entries / of.copies;
}

void BlockCache::begin_pass(const Pass& pass) {
  State& s = *state_;
  s.pass = pass;
  if (!s.shared()) return;
  const std::int64_t added = (pass.rows + pass.appended).count();
  for (const auto& table : s.tables) {
    for (const Cell* cell : table->cells) {
      const std::int64_t slots = std::ssize(cell->positions);
      s.extend(*table, slots, slots + added);
    }
  }
}

void BlockCache::append(std::size_t layer, std::span<const std::byte> content) {
  State& s = *state_;
  const std::int64_t rows = s.pass.rows.count();
  const std::int64_t added = rows + s.pass.appended.count();
  for (const auto& cell : s.layers[layer].cells) {
    const std::int64_t first = std::ssize(cell->positions);
    s.extend(*s.tables[cell->table], first, first + added);
    for (std::int64_t i = 0; i < added; ++i) {
      cell->positions.push_back(static_cast<std::int32_t>(s.pass.position.count() + i));
      cell->appended.push_back(i < rows ? 0 : 1);
    }
    s.write(*cell, first, content);
  }
}

void BlockCache::evict(std::size_t layer) {
  State& s = *state_;
  for (const auto& cell : s.layers[layer].cells) s.evict(*cell);
  if (s.shared()) return;
  for (const auto& cell : s.layers[layer].cells) {
    Table& table = *s.tables[cell->table];
    if (table.cells.front() == cell.get()) s.settle(table);
  }
}

void BlockCache::end_pass() {
  State& s = *state_;
  if (s.shared()) {
    for (const auto& table : s.tables) s.settle(*table);
  }
  if (s.late && !std::exchange(s.late_is_of_this_pass, false)) {
    s.give_back(*std::exchange(s.late, std::nullopt));
  }
}

void BlockCache::release() {
  State& s = *state_;
  for (const auto& table : s.tables) {
    for (std::size_t i = 0; i < table->memory.size(); ++i) {
      if (table->memory[i] != nullptr) s.give_back(*table, i);
    }
  }
}

}  // namespace kvf::capture
