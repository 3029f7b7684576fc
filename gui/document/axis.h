// The axes of time. No Qt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kvf::gui {

// What x counts: tokens of the longest sequence (the paper's axis), passes, or nanoseconds.
enum class Axis : std::uint8_t { row, pass, second };
inline constexpr std::array<std::string_view, 3> kAxisWords{"row", "pass", "second"};
inline constexpr std::array<std::string_view, 3> kOfAxis{"rows", "passes", "seconds"};  // "axis of"
// Its place in arrays of one thing an axis.
inline constexpr std::size_t index_of(Axis axis) { return static_cast<std::size_t>(axis); }

}  // namespace kvf::gui
