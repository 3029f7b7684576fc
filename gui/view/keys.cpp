#include "gui/view/keys.h"

#include <array>

#include "gui/view/actions.h"

namespace kvf::gui {
namespace {

using View = const ViewState&;
using Doc = const Document&;

constexpr double kZoom = 1.5, kPan = 0.1, kPanFar = 0.8, kTaller = 1.25;
constexpr Direction kBack = Direction::back, kForward = Direction::forward;
constexpr bool kEverywhere = true, kInLanes = false;
constexpr bool kJoins = true, kAlone = false;

// clang-format off: a table
constexpr std::array kCommands{
    CommandInfo{Command::open, Menu::file, "open", "Open files ...", "Ctrl+O", kEverywhere, nullptr,
                kAlone},
    CommandInfo{Command::open_view, Menu::file, "open-view", "Open a saved view ...",
                "Ctrl+Shift+O", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::save_view, Menu::file, "save-view", "Save the view ...", "Ctrl+S",
                kEverywhere, nullptr, kAlone},
    CommandInfo{Command::export_picture, Menu::file, "export", "Export as PNG, SVG, PDF or CSV ...",
                "Ctrl+E", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::copy_values, Menu::file, "copy-values", "Copy the values at the cursor",
                "Ctrl+C", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::quit, Menu::file, "quit", "Quit", "Ctrl+Q", kEverywhere, nullptr, kAlone},

    CommandInfo{Command::undo, Menu::view, "undo", "Undo the last change of the view",
                "Ctrl+Z | Backspace", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::redo, Menu::view, "redo", "Redo", "Ctrl+Shift+Z | Ctrl+Y", kEverywhere,
                nullptr, kAlone},
    CommandInfo{Command::zoom_in, Menu::view, "zoom-in", "Zoom in at the cursor",
                "W | + | =", kInLanes, [](View v, Doc d) { return zoom(v, d, kZoom); }, kJoins},
    CommandInfo{Command::zoom_out, Menu::view, "zoom-out", "Zoom out", "S | -", kInLanes,
                [](View v, Doc d) { return zoom(v, d, 1 / kZoom); }, kJoins},
    CommandInfo{Command::pan_left, Menu::view, "pan-left", "Move left", "A | Left", kInLanes,
                [](View v, Doc d) { return pan(v, d, -kPan); }, kJoins},
    CommandInfo{Command::pan_right, Menu::view, "pan-right", "Move right", "D | Right", kInLanes,
                [](View v, Doc d) { return pan(v, d, kPan); }, kJoins},
    CommandInfo{Command::pan_far_left, Menu::view, "pan-far-left", "Move far left",
                "Shift+A | Shift+Left", kInLanes, [](View v, Doc d) { return pan(v, d, -kPanFar); },
                kJoins},
    CommandInfo{Command::pan_far_right, Menu::view, "pan-far-right", "Move far right",
                "Shift+D | Shift+Right", kInLanes, [](View v, Doc d) { return pan(v, d, kPanFar); },
                kJoins},
    CommandInfo{Command::show_all, Menu::view, "show-all", "Show the full range", "0 | Home",
                kInLanes, [](View v, Doc) { return show_all(v); }, kAlone},
    CommandInfo{Command::zoom_to_selection, Menu::view, "zoom-to-selection",
                "Zoom to the selection", "Z", kInLanes, zoom_to_selection, kAlone},
    CommandInfo{Command::select_from, Menu::view, "select-from",
                "Begin the selection at the cursor", "[", kInLanes, select_from_cursor, kAlone},
    CommandInfo{Command::select_to, Menu::view, "select-to", "End the selection at the cursor", "]",
                kInLanes, select_to_cursor, kAlone},
    CommandInfo{Command::clear, Menu::view, "clear", "Clear the selection, then the cursor", "Esc",
                kInLanes, [](View v, Doc) { return clear(v); }, kAlone},
    CommandInfo{Command::next_axis, Menu::view, "axis", "Next axis: token, pass, time", "X",
                kInLanes, next_axis, kAlone},
    CommandInfo{Command::legend, Menu::view, "legend", "Legend", "L", kInLanes,
                [](View v, Doc) { return toggle_legend(v); }, kAlone},
    CommandInfo{Command::phases, Menu::view, "phases", "Phases and events", "H", kInLanes,
                [](View v, Doc) { return toggle_phases(v); }, kAlone},
    CommandInfo{Command::theme, Menu::view, "theme", "Dark colours", "Ctrl+T", kEverywhere,
                [](View v, Doc) { return toggle_theme(v); }, kAlone},
    CommandInfo{Command::full_screen, Menu::view, "full-screen", "Full screen", "F11", kEverywhere,
                nullptr, kAlone},

    CommandInfo{Command::find, Menu::lanes, "find", "Find a lane, or add one ...", "Ctrl+F | /",
                kEverywhere, nullptr, kAlone},
    CommandInfo{Command::next_lane, Menu::lanes, "next-lane", "Next lane", "Down", kInLanes,
                [](View v, Doc) { return focus_next(v, kForward); }, kAlone},
    CommandInfo{Command::previous_lane, Menu::lanes, "previous-lane", "Previous lane", "Up",
                kInLanes, [](View v, Doc) { return focus_next(v, kBack); }, kAlone},
    CommandInfo{Command::scroll_down, Menu::lanes, "scroll-down", "Scroll down", "PgDown", kInLanes,
                [](View v, Doc) { return scroll(v, 1); }, kAlone},
    CommandInfo{Command::scroll_up, Menu::lanes, "scroll-up", "Scroll up", "PgUp", kInLanes,
                [](View v, Doc) { return scroll(v, -1); }, kAlone},
    CommandInfo{Command::fit_lane, Menu::lanes, "fit-lane", "Fit the lane; again: make it tall",
                "F", kInLanes, fit_lane, kAlone},
    CommandInfo{Command::pin_lane, Menu::lanes, "pin-lane", "Pin the lane at the top", "P",
                kInLanes, [](View v, Doc) { return pin_lane(v); }, kAlone},
    CommandInfo{Command::taller, Menu::lanes, "taller", "Make the lane taller", "Ctrl+Down",
                kInLanes, [](View v, Doc) { return resize_lane(v, kTaller); }, kJoins},
    CommandInfo{Command::flatter, Menu::lanes, "flatter", "Make the lane flatter", "Ctrl+Up",
                kInLanes, [](View v, Doc) { return resize_lane(v, 1 / kTaller); }, kJoins},
    CommandInfo{Command::lane_down, Menu::lanes, "lane-down", "Move the lane down", "Alt+Down",
                kInLanes, [](View v, Doc) { return move_lane(v, kForward); }, kAlone},
    CommandInfo{Command::lane_up, Menu::lanes, "lane-up", "Move the lane up", "Alt+Up", kInLanes,
                [](View v, Doc) { return move_lane(v, kBack); }, kAlone},
    CommandInfo{Command::remove_lane, Menu::lanes, "remove-lane", "Remove the lane", "Del",
                kInLanes, [](View v, Doc) { return remove_lane(v); }, kAlone},
    CommandInfo{Command::make_a, Menu::lanes, "make-a", "Make the run selected in the list A",
                "Ctrl+Shift+A", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::make_b, Menu::lanes, "make-b", "Make the run selected in the list B",
                "Ctrl+Shift+B", kEverywhere, nullptr, kAlone},
    CommandInfo{Command::difference, Menu::lanes, "difference", "Difference of B and A", "B",
                kInLanes, toggle_difference, kAlone},
    CommandInfo{Command::stack, Menu::lanes, "stack", "Components of the first run", "K", kInLanes,
                toggle_stack, kAlone},

    CommandInfo{Command::cursor_right, Menu::go, "cursor-right", "Cursor to the next change",
                "Ctrl+Right", kInLanes, [](View v, Doc d) { return step_cursor(v, d, kForward); },
                kJoins},
    CommandInfo{Command::cursor_left, Menu::go, "cursor-left", "Cursor to the change before",
                "Ctrl+Left", kInLanes, [](View v, Doc d) { return step_cursor(v, d, kBack); },
                kJoins},
    CommandInfo{Command::next_phase, Menu::go, "next-phase", "Next phase", ".", kInLanes,
                [](View v, Doc d) { return go_to_phase(v, d, kForward); }, kJoins},
    CommandInfo{Command::previous_phase, Menu::go, "previous-phase", "Previous phase", ",",
                kInLanes, [](View v, Doc d) { return go_to_phase(v, d, kBack); }, kJoins},
    CommandInfo{Command::next_peak, Menu::go, "next-peak", "Next peak", "N", kInLanes,
                [](View v, Doc d) { return go_to_peak(v, d, kForward); }, kJoins},
    CommandInfo{Command::previous_peak, Menu::go, "previous-peak", "Previous peak", "Shift+N",
                kInLanes, [](View v, Doc d) { return go_to_peak(v, d, kBack); }, kJoins},
    CommandInfo{Command::pin, Menu::go, "mark", "Place a marker at the cursor; on one: remove it",
                "M", kInLanes, toggle_pin, kAlone},
    CommandInfo{Command::clear_pins, Menu::go, "clear-markers", "Remove all markers", "Shift+M",
                kInLanes, [](View v, Doc) { return clear_pins(v); }, kAlone},
    CommandInfo{Command::next_task, Menu::go, "next-task", "Next task", "T", kInLanes,
                [](View v, Doc d) { return go_to_task(v, d, kForward); }, kAlone},
    CommandInfo{Command::previous_task, Menu::go, "previous-task", "Previous task", "Shift+T",
                kInLanes, [](View v, Doc d) { return go_to_task(v, d, kBack); }, kAlone},

    CommandInfo{Command::what_if, Menu::view, "what-if", "What if ...", "Ctrl+I", kEverywhere,
                nullptr, kAlone},
    CommandInfo{Command::what_if_run, Menu::view, "what-if-run",
                "What if from the run selected in the list", "Ctrl+Shift+I", kEverywhere, nullptr,
                kAlone},
    CommandInfo{Command::palette, Menu::help, "palette", "Find a command ...", "Ctrl+Shift+P",
                kEverywhere, nullptr, kAlone},
    CommandInfo{Command::help, Menu::help, "help", "Keys and mouse", "F1 | ?", kEverywhere, nullptr,
                kAlone},
};

constexpr std::array kGestures{
    Gesture{"Hover", "Exact values at the pointer, in all lanes"},
    Gesture{"Click", "Choose a lane"},
    Gesture{"Drag", "Select a range"},
    Gesture{"Double-click", "Zoom to the selection; without one, zoom in"},
    Gesture{"Shift+drag, middle drag", "Move left and right"},
    Gesture{"Wheel", "Scroll the lanes"},
    Gesture{"Ctrl+wheel", "Zoom at the pointer"},
    Gesture{"Shift+wheel", "Move left and right"},
    Gesture{"Right click", "What can be done with the lane, or with the run in the list"},
    Gesture{"Drop files", "Open them"},
};
// clang-format on

}  // namespace

std::span<const CommandInfo> commands() { return kCommands; }
const CommandInfo& info(Command command) { return kCommands[static_cast<std::size_t>(command)]; }
std::span<const Gesture> gestures() { return kGestures; }

}  // namespace kvf::gui
