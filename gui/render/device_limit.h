// The memory of the GPU that a scenario names, in the lanes of what it limits.
#pragma once

#include <QPainter>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gui/render/frame.h"
#include "gui/render/labels.h"
#include "gui/view/lane_series.h"

namespace kvf::gui {

// The limit of the device, where the lane is of what counts against it: of all that is on the device or
// reserved there, or of what comes near it by itself.
std::optional<std::int64_t> limit_of(const std::vector<LaneSeries>& shown);

// Of what comes so near to the limit that both look alike in short: by how much.
std::string room_left(std::int64_t peak, std::optional<std::int64_t> limit);

// A line across the lane, and its words on a ground of their own where the least is drawn. `cover`: what is
// drawn already. Labels that come later keep clear of it, of the line and of its words.
void paint_limit(QPainter& painter, const Frame& frame, const Scale& scale,
                 const std::vector<LaneSeries>& shown, Cover cover, LabelPlacer& labels);

}  // namespace kvf::gui
