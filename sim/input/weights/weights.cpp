#include "sim/input/weights/weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/input/bind.h"
#include "sim/input/weights/expression.h"
#include "sim/input/weights/rotary.h"
#include "sim/input/weights/tensors.h"

namespace kvf::input {
namespace {

// No published model has a tensor of more than a few thousand million numbers.
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 50;

// Each is read for itself.
constexpr std::size_t kMostLayers = 4096;

bool says_nothing(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !node.boolean;
    case Kind::integer:
      return node.integer == 0;
    case Kind::list:
    case Kind::map:
      return !node.has_members();
    default:
      return false;
  }
}

Architecture read_architecture(Symbols& symbols, const std::vector<WeightLayer>& layers) {
  Architecture model;
  model.hidden = symbols("E");
  model.vocabulary = symbols("V");
  model.intermediate = symbols("I");
  model.layers = static_cast<std::int64_t>(layers.size());
  model.gated = symbols("gated") != 0;
  model.experts = symbols("X");
  model.experts_per_token = symbols("active");
  model.moe_intermediate = symbols("Im");
  model.shared_intermediate = symbols("Is");
  model.max_positions = symbols("M");
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerRun& run = layers[i].run;
    model.query_heads = std::max(model.query_heads, run.query_heads);
    model.kv_heads = std::max(model.kv_heads, run.kv_heads);
    model.head_dim = std::max(model.head_dim, run.key_width);
    model.latent = model.latent || run.is_latent();
    model.hybrid = model.hybrid || run.has_state();
  }
  return model;
}

void check_size(const LlmWeights& weights) {
  for (const std::vector<TensorRun>* runs : {&weights.runs, &weights.buffers}) {
    std::int64_t total = 0;
    for (const TensorRun& run : *runs) {
      for (const Tensor& tensor : run.tensors) {
        std::int64_t numbers = run.count * tensor.count;
        bool too_many = false;
        for (const Dimension& dimension : tensor.shape) {
          too_many |= __builtin_mul_overflow(numbers, dimension.size(), &numbers);
        }
        total += too_many ? kMostNumbers : std::min(numbers, kMostNumbers);
        if (total >= kMostNumbers) {
          throw ExpressionError(fmt::format("'{}' has too many numbers", tensor.name));
        }
      }
    }
  }
}

}  // namespace

LlmWeights read_weights(const Node& map, const Family& family,
                        const std::vector<WeightLayer>& layers, Problems& problems) {
  LlmWeights weights;
  const WeightFamily* tensors = find_weight_family(family.model_type);
  if (tensors == nullptr) {
    problems.add(map.at, fmt::format("the tensors of a {} are not known here",
                                     in_quotes(family.model_type)));
    return weights;
  }
  if (layers.size() > kMostLayers) {
    problems.add(map.at, fmt::format("no tensors for more than {} layers", kMostLayers));
    return weights;
  }
  ConfigValues values(map, family, problems);
  Symbols symbols(values, *tensors, layers);
  try {
    read_tensors(tensors->tensors, symbols, weights);
    check_size(weights);
    weights.tied = symbols("tied") != 0 || symbols("shares") != 0;
    weights.architecture = read_architecture(symbols, layers);
    weights.rotary = read_rotary(values, symbols, layers);
  } catch (const ExpressionError& error) {
    problems.add(
        map.at, fmt::format("the tensors of a {}: {}", in_quotes(family.model_type), error.what()));
  }
  for (const Node* member : values.unused()) {
    if (!may_change_parameters(member->key) || says_nothing(*member)) continue;
    problems.add(
        member->key_at,
        fmt::format("key {} is unknown in the tensors of a {}; it may change the parameters",
                    in_quotes(member->key), in_quotes(family.model_type)));
  }
  return weights;
}

}  // namespace kvf::input
