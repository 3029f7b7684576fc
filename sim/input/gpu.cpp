#include "sim/input/gpu.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "models/engines/estimate.h"

namespace kvf::input {

std::optional<Bytes> parse_size(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Bytes>, 4> kUnits{
      {{"", Bytes(1)}, {"KiB", kKiB}, {"MiB", kMiB}, {"GiB", kGiB}}};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, size] : kUnits) {
    if (unit != name) continue;
    if (number >= (std::int64_t{1} << 50) / size.count()) return std::nullopt;
    return size.times(number);
  }
  return std::nullopt;
}

std::optional<Device> parse_gpu(std::string_view text) {
  if (const Device* device = find_device(text)) return *device;
  const std::optional<Bytes> memory = parse_size(text);
  return memory && *memory >= kGiB ? std::optional(device_of_memory(*memory)) : std::nullopt;
}

std::optional<Engine> parse_engine(std::string_view text, bool& bad_version) {
  bad_version = false;
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  if (name != "vllm" && name != "vllm-v0" && name != "vllm-v1") return std::nullopt;
  Engine engine;
  if (name != "vllm") engine.v0 = name == "vllm-v0";
  if (name == "vllm-v0") engine.version = {{0, 10, 2}};  // the last that has it
  if (at == std::string_view::npos) return engine;
  const auto version = parse_engine_version(text.substr(at + 1));
  bad_version = !version;
  if (!version) return std::nullopt;
  engine.version = *version;
  return engine;
}

}  // namespace kvf::input
