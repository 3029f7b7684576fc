// Values as words for readouts, labels and tables: the short form for the eye, the exact one beside it.
//
// No Qt. The decimal sign is a point and thousands are set apart by commas, whatever the locale, as in
// the command's own output.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "gui/document/document.h"

namespace kvf::gui {

// "13,207,024,435", "-1,024".
std::string grouped(std::int64_t number);

// "12.3 GiB", "-1.5 MiB", "96 bytes": three digits, in the greatest binary unit that it reaches.
std::string short_bytes(std::int64_t bytes);
// "12.3 GiB (13,207,024,435 bytes)"; only "96 bytes" where nothing was rounded away.
std::string exact_bytes(std::int64_t bytes);

// "1.234 567 s", "15 µs": all digits, in the greatest unit that it reaches, in groups of three.
std::string exact_time(std::int64_t nanoseconds);

// "131,072 tokens", "1 token": `unit` is the singular.
std::string counted(std::int64_t number, const std::string& unit);

// "entries", "bytes", "blocks", "passes".
std::string_view unit_in_words(TrackUnit unit);

// A value of a track, exactly: "12.3 GiB (13,207,024,435 bytes)", "4,194,304 entries".
std::string value_in_words(TrackUnit unit, std::int64_t value);
// The same for a label: "12.3 GiB", "4,194,304 entries".
std::string value_in_short(TrackUnit unit, std::int64_t value);

// The token, pass or nanosecond that a place on the axis is in.
inline std::int64_t whole(double x) { return static_cast<std::int64_t>(std::floor(x)); }
// A place on the axis: "token 131,072", "pass 17", "1.234 567 s".
std::string place_in_words(Axis axis, std::int64_t x);
// A length on the axis: "131,072 tokens", "17 passes", "1.234 567 s".
std::string length_in_words(Axis axis, std::int64_t length);

}  // namespace kvf::gui
