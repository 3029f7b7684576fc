// Words for a GPU, an engine and a size in bytes, of a command line and of a scenario.
#pragma once

#include <optional>
#include <string_view>

#include "models/devices.h"
#include "models/engines/version.h"
#include "models/units.h"

namespace kvf::input {

// "512", "2MiB", "24GiB": an integer above 0, then nothing, KiB, MiB or GiB; below 2^50 bytes.
std::optional<Bytes> parse_size(std::string_view text);

// A name that find_device() knows, or a size of at least 1 GiB: no GPU is smaller, and 24 is a slip.
std::optional<Device> parse_gpu(std::string_view text);
inline constexpr std::string_view kGpuWords = "its memory as 24GiB, at least 1GiB, or a GPU";

// An engine whose memory is modelled.
struct Engine {
  EngineVersion version{{0, 19, 0}};
  std::optional<bool> v0{};  // unless given: the version's own core
};
// "vllm", "vllm@0.19.0", "vllm-v0@0.8.5". `bad_version` is set if only the version is not one.
std::optional<Engine> parse_engine(std::string_view text, bool& bad_version);
inline constexpr std::string_view kEngineWords =
    "vllm, vllm@0.19.0, or vllm-v0@0.8.5 for the older core";
inline constexpr std::string_view kVersionWords = "a version as 0.19.0 or 0.19";

}  // namespace kvf::input
