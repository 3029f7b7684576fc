// A cell of a run whose entries' lives are known, and the maps that are made of them.
//
// No Qt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gui/document/axis.h"
#include "timeline/attention_map.h"
#include "timeline/occupancy.h"
#include "timeline/pass_axis.h"
#include "timeline/run_file.h"

namespace kvf::gui {

// The maps of one cell. Lives have no time of their own: they are on the axes of rows and of passes.
struct CellMaps {
  OccupancyMap blocks;
  std::optional<AttentionMap> attention;  // nothing for a case of many tokens
  PassAxis rows, passes;

  // nullptr for seconds.
  const PassAxis* axis(Axis of) const;
};

// A cell of a run that the file has lives of.
struct CellLives {
  LifespanInfo info;
  std::int64_t lifespan_id = 0;
  std::int64_t lives = 0;
  std::shared_ptr<const CellMaps> maps;  // nullptr: not read yet

  // "layer 3 head 1", "layer 3 head 1 sequence 0": by which a lane names it.
  std::string name() const;
};

}  // namespace kvf::gui
