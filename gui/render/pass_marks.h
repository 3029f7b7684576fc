// Small marks above the lanes: where chunks of a prefill begin, and where passes evict.
//
// What lies too close to be told apart is not marked one by one: of chunks nothing is, passes that evict
// one after another become a bar.
#pragma once

#include <QPainter>
#include <vector>

#include "gui/document/document.h"
#include "gui/render/render.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

inline constexpr double kPassMarks = 12;  // high, right above the lanes

// Places in pixels, ascending.
struct PassMarks {
  struct Bar {
    double left = 0, right = 0;
  };
  std::vector<double> chunks;  // where one begins, but the first of a phase
  std::vector<double>
      evictions;            // where a pass ends after which less is held than while it attended
  std::vector<Bar> steady;  // where passes that do so are too close
};

// Of any of the runs, as far as their passes have been read: their series "total" says it.
PassMarks pass_marks(const std::vector<const Run*>& runs, Axis axis, const Layout& layout);

// With what they mean, to the left.
void paint_pass_marks(QPainter& painter, const PassMarks& marks, const Layout& layout, Theme theme);

}  // namespace kvf::gui
