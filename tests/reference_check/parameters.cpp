// Rows with `parameters`: the tensors that transformers makes of a configuration.
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/input/config/config.h"
#include "sim/input/weights/family.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

using Shape = std::vector<std::int64_t>;
using Tensors = std::map<std::string, std::map<Shape, std::int64_t>>;

std::string shown(const std::map<Shape, std::int64_t>& shapes) {
  std::string text;
  for (const auto& [shape, count] : shapes) {
    text += fmt::format("{}{} x [{}]", text.empty() ? "" : ", ", count, fmt::join(shape, ", "));
  }
  return text.empty() ? "nothing" : text;
}

Tensors tensors_of(const Node& node) {
  Tensors tensors;
  for (const Node& name : node) {
    for (const Node& entry : name) {
      Shape shape;
      std::int64_t count = 0;
      for (const Node& part : entry) {
        if (part.kind == Kind::list) {
          for (const Node& size : part) shape.push_back(integer(size));
        } else {
          count = integer(part);
        }
      }
      tensors[std::string(name.key)][shape] += count;
    }
  }
  return tensors;
}

Tensors tensors_of(const std::vector<TensorRun>& runs) {
  Tensors tensors;
  for (const TensorRun& run : runs) {
    for (const Tensor& tensor : run.tensors) {
      Shape shape;
      for (const Dimension& dimension : tensor.shape) shape.push_back(dimension.size());
      tensors[tensor.name][shape] += run.count * tensor.count;
    }
  }
  return tensors;
}

void compare(Row& row, const Node& want_node, const std::vector<TensorRun>& runs) {
  const Tensors want = tensors_of(want_node);
  const Tensors got = tensors_of(runs);
  for (const auto& [name, shapes] : want) {
    const auto found = got.find(name);
    const std::string other = found == got.end() ? "nothing" : shown(found->second);
    if (shown(shapes) != other) row.different(name, shown(shapes), other);
  }
  for (const auto& [name, shapes] : got) {
    if (!want.contains(name)) row.different(name, "nothing", shown(shapes));
  }
}

}  // namespace

void check_parameters(Row& row) {
  const Node& node = row.node();
  const std::string type = text(get(get(node, "config"), "model_type"));
  if (input::find_weight_family(type) == nullptr) {
    row.recorded_exception("the tensors of model_type '" + type + "' are not known");
    return;
  }
  input::Problems problems("config");
  const input::Config config = input::read_config(get(node, "config"), problems);
  problems.throw_if_any();
  if (!config.weights) throw BadRow(config.no_weights);
  const LlmWeights& weights = *config.weights;
  compare(row, get(node, "parameters"), weights.runs);
  row.compare("total", get(node, "total"), weights.total());
  row.compare("tied", boolean(get(node, "tied")) ? 1 : 0, weights.tied ? 1 : 0);
  row.compare("embedding", get(node, "embedding"), weights.embedding());
  if (const Node* buffers = find(node, "buffers_total")) {
    row.compare("buffers_total", *buffers, weights.buffers_total());
  }
  if (const Node* published = find(node, "published_total")) {
    const std::int64_t want = integer(*published);
    const bool with_buffers = want == weights.total() + weights.buffers_total();
    if (!with_buffers) row.compare("published_total", *published, weights.total());
  }
}

}  // namespace kvf::reference
