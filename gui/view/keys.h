// What the viewer can be told to do: ONE table, of which menus, keys, the help, the palette and the man
// page are made.
//
// No Qt.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gui/view/view_state.h"

namespace kvf::gui {

enum class Command : std::uint8_t {
  open,
  open_view,
  save_view,
  export_picture,
  copy_values,
  quit,
  undo,
  redo,
  zoom_in,
  zoom_out,
  pan_left,
  pan_right,
  pan_far_left,
  pan_far_right,
  show_all,
  zoom_to_selection,
  select_from,
  select_to,
  clear,
  next_axis,
  legend,
  phases,
  theme,
  full_screen,
  find,
  next_lane,
  previous_lane,
  scroll_down,
  scroll_up,
  fit_lane,
  pin_lane,
  taller,
  flatter,
  lane_down,
  lane_up,
  remove_lane,
  make_a,
  make_b,
  difference,
  stack,
  cursor_right,
  cursor_left,
  next_phase,
  previous_phase,
  next_peak,
  previous_peak,
  pin,
  clear_pins,
  next_task,
  previous_task,
  what_if,
  what_if_run,
  palette,
  help,
};

enum class Menu : std::uint8_t { file, view, lanes, go, help };
inline constexpr std::array<std::string_view, 5> kMenuWords{"File", "View", "Lanes", "Go", "Help"};

struct CommandInfo {
  Command command;
  Menu menu;
  std::string_view name;   // "zoom-in": for tests and accessible names
  std::string_view words;  // "Zoom in at the cursor"
  std::string_view keys;   // as Qt spells them, with " | " between: "W | +"
  bool everywhere;         // else only where the lanes have the keyboard
  // Of those that only look at something else; nullptr: the window does it.
  ViewState (*act)(const ViewState&, const Document&);
  bool joins;  // repeated, it is undone at once
};

// In the order of Command, which is that of the menus.
std::span<const CommandInfo> commands();
const CommandInfo& info(Command command);

// What the mouse does.
struct Gesture {
  std::string_view gesture;
  std::string_view words;
};
std::span<const Gesture> gestures();

}  // namespace kvf::gui
