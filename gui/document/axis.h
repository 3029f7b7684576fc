// The axes of time. No Qt.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kvf::gui {

// What x counts: tokens of the longest sequence (the paper's axis), passes, or nanoseconds.
enum class Axis : std::uint8_t { row, pass, second };
inline constexpr std::array<std::string_view, 3> kAxisWords{"row", "pass", "second"};

}  // namespace kvf::gui
