#include "profiler/capture/session/block_cache.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace kvf::capture {
namespace {

// The layer's own shape, by its number.
std::vector<LayerRun> layer_shapes(const LlmShape& shape) {
  std::vector<LayerRun> layers;
  for (const LayerRun& run : shape.all_runs()) {
    layers.insert(layers.end(), static_cast<std::size_t>(run.count), run);
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
  const std::vector<LayerRun> shapes = layer_shapes(schedule.shape);
  for (const Group& group : schedule.groups) {
    const LayerRun& shape = shapes[static_cast<std::size_t>(group.layer)];
    if (group.bytes != bytes_per_entry(shape, schedule.shape.dtype)) {
      refuse("keys of which the policy drops channels have no kernel here");
    }
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

std::int64_t BlockCache::Layer::entries() const {
  std::int64_t entries = 0;
  for (const Cell& cell : cells) entries += cell.slots.entries();
  return entries / copies;
}

BlockCache::BlockCache(std::int64_t sequence, const Schedule& schedule, const BlockTables& tables,
                       const ScoreModel& scores, Device& device, BlockManager& manager)
    : sequence_(sequence), tables_of_(tables), manager_(manager) {
  check_capturable(schedule, tables);
  const Number number = number_of(schedule.shape.dtype);
  const std::vector<LayerRun> shapes = layer_shapes(schedule.shape);
  std::int64_t first_cell = 0;  // of the layer, as the scores count cells
  for (const Group& group : schedule.groups) {
    const LayerRun& shape = shapes[static_cast<std::size_t>(group.layer)];
    if (layers_.empty() || layers_.back().number != group.layer) {
      if (!layers_.empty()) {
        first_cell += std::ssize(layers_.back().cells) / layers_.back().copies;
      }
      layers_.push_back({group.layer, group.copies, shape.key_width, shape.query_heads, {}});
    }
    Layer& layer = layers_.back();
    HeadMask mask;
    if (shape.window > 0) mask.window = static_cast<std::int32_t>(shape.window);
    const BlockLayout layout{static_cast<std::int32_t>(tables.block.count()),
                             static_cast<std::int32_t>(shape.key_width), number};
    const Rule& rule = schedule.rules[group.rule];
    for (std::int64_t stored = 0; stored < group.heads.count() * group.copies; ++stored) {
      const std::int64_t head = std::ssize(layer.cells);
      Table& table = table_for(group.layer, head);
      layer.cells.push_back(
          {HeadSlots(table.blocks, layout, device),
           mask,
           &rule,
           initial_state(rule),
           LifeTracker(scores, first_cell + head / group.copies, [](const Life&) {}),
           {},
           {}});
      table.cells.push_back(&layer.cells.back());
    }
  }
}

// Cells come by layer, by head: the last table is theirs, or a new one begins.
BlockCache::Table& BlockCache::table_for(std::int64_t layer, std::int64_t head) {
  const bool begins = tables_.empty() || tables_of_.of == TableOf::head ||
                      (tables_of_.of == TableOf::layer && head == 0);
  if (begins) {
    const BlockOwner owner{sequence_, tables_of_.of == TableOf::sequence ? kAllLayers : layer,
                           tables_of_.of == TableOf::head ? head : -1};
    tables_.push_back({owner.layer, BlockTable(manager_, owner, tables_of_.block.count()), {}});
  }
  return tables_.back();
}

void BlockCache::settle(std::int64_t layer) {
  for (Table& table : tables_) {
    if (table.layer != layer) continue;
    std::vector<char> in_use(table.blocks.blocks());
    for (const Cell* cell : table.cells) cell->slots.mark(in_use);
    table.blocks.settle(in_use);
  }
}

void BlockCache::begin_pass(const Pass& pass) {
  pass_ = pass;
  for (const Table& table : tables_) {
    if (table.layer != kAllLayers) continue;
    for (Cell* cell : table.cells) cell->slots.make_room((pass.rows + pass.appended).count());
  }
}

void BlockCache::append(std::size_t layer, std::span<const std::byte> content) {
  const std::int64_t rows = pass_.rows.count();
  const std::int64_t appended = pass_.appended.count();
  for (Cell& cell : layers_[layer].cells) {
    cell.slots.make_room(rows + appended);
    cell.slots.append(pass_.position.count(), rows, appended, content);
  }
}

void BlockCache::evict(std::size_t layer) {
  for (Cell& cell : layers_[layer].cells) evict(cell);
  settle(layers_[layer].number);
}

void BlockCache::evict(Cell& cell) {
  const Tokens size = cell.held + pass_.rows + pass_.appended;
  cell.held = keep(*cell.rule, cell.state, pass_, size);
  if (cell.held < size && manager_.plants(Plant::keep_one_more)) cell.held += Tokens(1);
  cell.rows = std::min(cell.held, cell.rows + pass_.rows);
  cell.tracker.play(pass_, retention(*cell.rule, pass_), cell.rows);
  if (cell.held == size) return;
  cell.slots.leave(cell.tracker.alive(), (cell.held - cell.rows).count(), tables_of_.compaction);
}

void BlockCache::end_pass() { settle(kAllLayers); }

void BlockCache::release() {
  for (Table& table : tables_) table.blocks.release();
}

}  // namespace kvf::capture
