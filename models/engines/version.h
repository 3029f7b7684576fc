// Versions of engines: rules hold from one version on, until another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kvf {

struct EngineVersion {
  std::array<std::int32_t, 3> parts{};  // major, minor, patch

  friend auto operator<=>(const EngineVersion&, const EngineVersion&) = default;
};

// "0.19.0", "0.19": the last patch of it, "0.19.2.dev0": what follows the third number does not
// count. nullopt if it does not start with two numbers.
std::optional<EngineVersion> parse_engine_version(std::string_view text);
// "0.19.0"; "0.19" of a last patch.
std::string to_string(const EngineVersion& version);

// From `first` on, before `end`.
struct EngineVersions {
  EngineVersion first;
  EngineVersion end{{1'000'000, 0, 0}};

  bool has(const EngineVersion& version) const { return version >= first && version < end; }
};

}  // namespace kvf
