#include "sim/input/weights/rotary.h"

#include <cmath>
#include <string_view>

namespace kvf::input {
namespace {

struct Scaling {
  std::string_view type;
  double factor = 1;
  std::int64_t original = 0;  // positions before the scaling, 0 if not given
};

Scaling read_scaling(ConfigValues& values) {
  Scaling scaling;
  const Node* map = nullptr;
  for (const std::string_view key : {"rope_parameters", "rope_scaling"}) {
    const Node* node = values.find(key);
    if (node != nullptr && node->kind == Kind::map) map = node;
  }
  if (map == nullptr) return scaling;
  for (const Node& member : *map) {
    if (member.key == "rope_type" || (member.key == "type" && scaling.type.empty())) {
      scaling.type = member.text;
    }
    if (member.key == "factor" && member.is_number()) scaling.factor = member.real;
    if (member.key == "original_max_position_embeddings" && member.kind == Kind::integer) {
      scaling.original = member.integer;
    }
  }
  return scaling;
}

}  // namespace

std::vector<RotaryTable> read_rotary(ConfigValues& values, Symbols& symbols,
                                     const std::vector<WeightLayer>& layers) {
  std::vector<RotaryTable> tables;
  symbols.enter(0);
  for (std::size_t i = 0; i < layers.size() && symbols("attention") == 0; ++i) symbols.enter(i);
  const std::int64_t width = symbols("rotary");
  const std::int64_t positions = symbols("M");
  symbols.enter(0);
  if (width == 0 || positions == 0) return tables;
  const Scaling scaling = read_scaling(values);
  const auto scaled = [&](std::int64_t rows) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(rows) * scaling.factor));
  };
  RotaryTable table{positions, width};
  if (scaling.type == "linear" || scaling.type == "dynamic") table.positions = scaled(positions);
  if (scaling.type == "yarn" || scaling.type == "deepseek_yarn") {
    table.positions = scaled(scaling.original > 0 ? scaling.original : positions);
  }
  if (scaling.type == "longrope" || scaling.type == "su") table.positions += scaling.original;
  tables.push_back(table);
  // Gemma 3: layers with a window rotate by another base, without a scaling.
  const bool local = values.family().model_type.starts_with("gemma3");
  if (local) tables.push_back({positions, width});
  return tables;
}

}  // namespace kvf::input
