#include "sim/input/model.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/dtype.h"
#include "sim/input/bind.h"

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 5> kKeys{"layers", "kv_heads", "query_heads", "head_dim",
                                                "dtype"};

std::vector<std::string_view> catalogue_names() {
  std::vector<std::string_view> names;
  for (const CatalogueEntry& entry : catalogue()) {
    names.push_back(entry.name);
    for_each_word(entry.aliases, [&](std::string_view alias) { names.push_back(alias); });
  }
  return names;
}

bool is_path(std::string_view name) {
  return name.ends_with(".json") || name.find('/') != std::string_view::npos || name == "." ||
         name == "..";
}

std::string unknown_model(std::string_view name) {
  const std::vector<std::string_view> names = catalogue_names();
  const std::string_view near = nearest(name, names);
  const std::string question = near.empty() ? "" : fmt::format("did you mean '{}'? ", near);
  return fmt::format(
      "unknown model {}; {}expected a name that 'kvfootprint models' lists, or the path of a "
      "config.json",
      in_quotes(name), question);
}

// `title` is what its publisher calls it, `name` what a user does.
Model of_config(Config config, std::string title, std::string source, std::string name) {
  config.shape.name = std::move(name);
  Model model;
  model.shape = std::move(config.shape);
  model.title = std::move(title);
  model.family = std::move(config.model_type);
  model.source = std::move(source);
  model.note = std::move(config.note);
  model.defaults = std::move(config.defaults);
  model.weights = std::move(config.weights);
  model.no_weights = std::move(config.no_weights);
  model.sees_or_hears = config.sees_or_hears;
  model.quantization = std::move(config.quantization);
  return model;
}

Model of_catalogue(const CatalogueEntry& entry) {
  return of_config(read_config(entry), std::string(entry.title), source_of(entry),
                   std::string(entry.name));
}

bool is_config(const Node& map) {
  for (const Node& member : map) {
    if (member.key == "model_type" || member.key == "text_config") return true;
  }
  return false;
}

std::optional<Model> read_inline(const Node& node, Problems& problems) {
  const std::size_t before = problems.size();
  const Fields fields(node, kKeys, "the model", problems);
  const auto size = [&](std::string_view key, const Node* value, std::int64_t& slot) {
    if (value == nullptr) return;
    if (const auto read = read_integer(*value, key, kSize, problems)) slot = *read;
  };
  LlmShape shape;
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
  if (problems.size() > before) return std::nullopt;
  try {
    check(shape);
  } catch (const std::invalid_argument& error) {
    problems.add(node.at, error.what());
    return std::nullopt;
  }
  std::string title = title_of(shape);
  Model model;
  model.shape = std::move(shape);
  model.title = std::move(title);
  model.source = "given inline";
  model.no_weights = "a shape given inline says nothing about parameters";
  return model;
}

std::optional<Model> read_map(const Node& node, Problems& problems) {
  if (!is_config(node)) return read_inline(node, problems);
  const std::size_t before = problems.size();
  Config config = read_config(node, problems);
  if (problems.size() > before) return std::nullopt;
  const std::string type = config.model_type;
  return of_config(std::move(config), type, "given inline", type);
}

}  // namespace

const Model* ModelReader::find(std::string_view name) {
  const auto known = models_.find(name);
  if (known != models_.end()) return &known->second;
  if (const CatalogueEntry* entry = is_path(name) ? nullptr : find_model(name)) {
    return &models_.emplace(name, of_catalogue(*entry)).first->second;
  }
  if (!is_path(name)) return nullptr;
  namespace fs = std::filesystem;
  const fs::path file = folder_ / name;
  Config config = read_config(file);
  // The folder is what people name after the model.
  fs::path folder = fs::absolute(file).lexically_normal();
  if (!fs::is_directory(folder) || folder.filename().empty()) folder = folder.parent_path();
  const std::string title = folder.filename().string();
  return &models_.emplace(name, of_config(std::move(config), title, std::string(name), title))
              .first->second;
}

const Model* ModelReader::read(const Node& node, Problems& problems) {
  if (node.kind == Kind::map) {
    auto model = read_map(node, problems);
    if (!model) return nullptr;
    inline_ = *std::move(model);
    return &inline_;
  }
  if (node.kind != Kind::text) {
    problems.add(node.at, fmt::format("'model' {}; expected the name of a model, or a map with "
                                      "'layers' and 'kv_heads'",
                                      found(node)));
    return nullptr;
  }
  try {
    const Model* model = find(node.text);
    if (model == nullptr) problems.add(node.at, unknown_model(node.text));
    return model;
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) {
      problems.add(node.at, "'model': " + problem.line());
    }
    return nullptr;
  }
}

std::string title_of(const LlmShape& shape) {
  const CatalogueEntry* entry = find_model(shape.name);
  if (entry != nullptr && read_config(*entry).shape == shape) return std::string(entry->title);
  if (!shape.name.empty()) return shape.name;
  return "inline model";
}

Model parse_model(std::string_view name, std::string source) {
  ModelReader reader;
  const Model* model = reader.find(name);
  if (model == nullptr) throw InputError({{std::move(source), {}, unknown_model(name)}});
  return *model;
}

}  // namespace kvf::input
