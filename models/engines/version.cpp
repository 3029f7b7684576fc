#include "models/engines/version.h"

#include <charconv>

namespace kvf {
namespace {

constexpr std::int32_t kLastPatch = 999'999;

}  // namespace

std::optional<EngineVersion> parse_engine_version(std::string_view text) {
  EngineVersion version{{0, 0, kLastPatch}};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < version.parts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, version.parts[i]);
    if (error != std::errc{} || version.parts[i] < 0) {
      if (i < 2) return std::nullopt;
      version.parts[i] = kLastPatch;  // "0.19.x"
      break;
    }
    if (next == end || *next != '.') return i == 0 ? std::nullopt : std::optional(version);
    at = next + 1;
  }
  return version;
}

std::string to_string(const EngineVersion& version) {
  std::string text = std::to_string(version.parts[0]) + "." + std::to_string(version.parts[1]);
  if (version.parts[2] != kLastPatch) text += "." + std::to_string(version.parts[2]);
  return text;
}

}  // namespace kvf
