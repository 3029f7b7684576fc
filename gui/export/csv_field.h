// A text as a field of CSV (RFC 4180). No Qt.
#pragma once

#include <string>
#include <string_view>

namespace kvf::gui {

// Quoted where a comma, a quote or the end of a line would be taken for CSV's own.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace kvf::gui
