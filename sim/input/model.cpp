#include "sim/input/model.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/input/bind.h"

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 5> kKeys{"layers", "kv_heads", "query_heads", "head_dim",
                                                "dtype"};
constexpr Range kSize{1, 1 << 20};  // as check(LlmShape)

std::vector<std::string_view> catalogue_names() {
  std::vector<std::string_view> names;
  for (const CatalogueEntry& entry : catalogue()) {
    names.push_back(entry.shape.name);
    names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
  }
  return names;
}

bool is_path(std::string_view name) {
  return name.ends_with(".json") || name.find('/') != std::string_view::npos;
}

std::string unknown_model(std::string_view name) {
  if (is_path(name)) return in_quotes(name) + ": reading a config.json is not available yet";
  const std::vector<std::string_view> names = catalogue_names();
  const std::string_view near = nearest(name, names);
  const std::string question = near.empty() ? "" : fmt::format("did you mean '{}'? ", near);
  return fmt::format("unknown model {}; {}expected one of {}", in_quotes(name), question,
                     fmt::join(names, ", "));
}

bool read_inline(const Node& node, LlmShape& shape, Problems& problems) {
  const std::size_t before = problems.size();
  const Fields fields(node, kKeys, "the model", problems);
  const auto size = [&](std::string_view key, const Node* value, std::int64_t& slot) {
    if (value == nullptr) return;
    if (const auto read = read_integer(*value, key, kSize, problems)) slot = *read;
  };
  shape = LlmShape{};
  size("layers", fields.require("layers"), shape.layers);
  size("kv_heads", fields.require("kv_heads"), shape.kv_heads);
  shape.query_heads = shape.kv_heads;
  size("query_heads", fields.find("query_heads"), shape.query_heads);
  size("head_dim", fields.find("head_dim"), shape.head_dim);
  if (const Node* dtype = fields.find("dtype")) {
    const std::vector<std::string_view> names = dtype_names();
    if (const auto index = read_word(*dtype, "dtype", names, problems)) {
      shape.dtype = names[static_cast<std::size_t>(*index)];
    }
  }
  if (problems.size() > before) return false;
  try {
    check(shape);
  } catch (const std::invalid_argument& error) {
    problems.add(node.at, error.what());
    return false;
  }
  return true;
}

}  // namespace

bool read_shape(const Node& node, LlmShape& shape, Problems& problems) {
  if (node.kind == Kind::map) return read_inline(node, shape, problems);
  if (node.kind != Kind::text) {
    problems.add(node.at, fmt::format("'model' {}; expected the name of a model, or a map with "
                                      "'layers' and 'kv_heads'",
                                      found(node)));
    return false;
  }
  const CatalogueEntry* entry = find_model(node.text);
  if (entry == nullptr) {
    problems.add(node.at, unknown_model(node.text));
    return false;
  }
  shape = entry->shape;
  return true;
}

std::string title_of(const LlmShape& shape) {
  const CatalogueEntry* entry = find_model(shape.name);
  if (entry != nullptr && entry->shape == shape) return std::string(entry->title);
  return "inline model";
}

Model parse_model(std::string_view name, std::string source) {
  const CatalogueEntry* entry = find_model(name);
  if (entry == nullptr) throw InputError({{std::move(source), {}, unknown_model(name)}});
  return {entry->shape, std::string(entry->title)};
}

}  // namespace kvf::input
