// Which cells share a block table, layer by layer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/batch.h"
#include "models/block_tables.h"
#include "sim/held_passes.h"
#include "sim/memory/layered_pass.h"

namespace kvf {

// The cells of one group of one member in a layer.
struct LayerPart {
  std::size_t member = 0;
  std::uint32_t rule = 0;
  std::int64_t heads = 0;
  std::int64_t copies = 1;     // KV sets for each head
  std::int64_t sequences = 1;  // equal sequences of the member
  std::int64_t bytes = 0;      // of an entry
  bool scored = false;         // scores have a say: every cell keeps others

  // Of a slot of all these cells, in one sequence.
  std::int64_t slot_bytes() const { return heads * copies * bytes; }
  friend bool operator==(const LayerPart&, const LayerPart&) = default;
};

// Neighbouring layers of equal parts.
struct LayerStack {
  std::vector<LayerPart> parts;
  std::int64_t layers = 1;
  std::vector<std::int64_t> numbers;     // of the layers
  std::vector<std::int64_t> first_cell;  // of each part, in the first layer: its number for scores

  // Of a slot of a table of the layer; of member `member` only.
  std::int64_t slot_bytes(std::size_t member) const;
  bool scored() const;
  // How many of its layers are in the group.
  std::int64_t layers_in(const TableGroup& group) const;
};

// From the lowest on. `ask_scores`: whether it matters which entries stay; then layers in which
// scores have a say stand alone. Throws std::invalid_argument where that would take too long.
std::vector<LayerStack> layer_stacks(std::span<const BatchMember> members, bool ask_scores);

// What a layer of the stack holds in a pass: bytes, bytes that are live (not masked), and entries,
// each once.
LayerFigures<3> held_in_layer(const LayerStack& stack, const CellsInPass& now);

}  // namespace kvf
