#include "models/weights.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kvf {
namespace {

std::int64_t total_of(const std::vector<TensorRun>& runs) {
  std::int64_t total = 0;
  for (const TensorRun& run : runs) {
    for (const Tensor& tensor : run.tensors) total += run.count * tensor.numbers();
  }
  return total;
}

Part per_rank(const Part& part, std::int64_t ranks, std::int64_t vocabulary_multiple) {
  Part rank = part;
  switch (part.division) {
    case Division::whole:
    case Division::experts:
      return rank;
    case Division::kv_heads:
      if (part.units < ranks && ranks % part.units == 0) {
        rank.units = 1;
        return rank;
      }
      break;
    case Division::vocabulary:
      rank.units =
          (part.units + vocabulary_multiple - 1) / vocabulary_multiple * vocabulary_multiple;
      break;
    case Division::heads:
    case Division::inner:
      break;
  }
  if (rank.units % ranks != 0) {
    throw std::invalid_argument(std::to_string(part.units) + " " +
                                std::string(to_string(part.division)) + " cannot be shared by " +
                                std::to_string(ranks) + " ranks");
  }
  rank.units /= ranks;
  return rank;
}

}  // namespace

std::string_view to_string(Division division) {
  switch (division) {
    case Division::whole:
      return "numbers";
    case Division::vocabulary:
      return "words of the vocabulary";
    case Division::heads:
      return "heads";
    case Division::kv_heads:
      return "KV heads";
    case Division::inner:
      return "columns";
    case Division::experts:
      return "experts";
  }
  return "";
}

std::int64_t Dimension::size() const {
  std::int64_t size = 0;
  for (const Part& part : parts) size += part.size();
  return size;
}

std::int64_t Tensor::numbers() const {
  std::int64_t numbers = count;
  for (const Dimension& dimension : shape) numbers *= dimension.size();
  return numbers;
}

std::int64_t LlmWeights::total() const { return total_of(runs); }
std::int64_t LlmWeights::buffers_total() const { return total_of(buffers); }
std::int64_t LlmWeights::expert_parameters() const {
  std::int64_t sum = 0;
  for (const TensorRun& run : runs) {
    for (const Tensor& tensor : run.tensors) {
      // A router has a row for each expert; experts have a matrix.
      if (tensor.shape.size() < 3) continue;
      const auto of_experts = [](const Dimension& dimension) {
        return std::any_of(dimension.parts.begin(), dimension.parts.end(),
                           [](const Part& part) { return part.division == Division::experts; });
      };
      if (std::any_of(tensor.shape.begin(), tensor.shape.end(), of_experts)) {
        sum += run.count * tensor.numbers();
      }
    }
  }
  return sum;
}

std::int64_t LlmWeights::embedding() const {
  return runs.empty() || runs.front().tensors.empty() ? 0 : runs.front().tensors.front().numbers();
}

void append(std::vector<TensorRun>& runs, TensorRun run) {
  if (run.tensors.empty()) return;
  if (!runs.empty() && run.is_layer && runs.back().is_layer && runs.back().tensors == run.tensors) {
    runs.back().count += run.count;
  } else {
    runs.push_back(std::move(run));
  }
}

Dimension per_rank(const Dimension& dimension, std::int64_t ranks,
                   std::int64_t vocabulary_multiple) {
  Dimension rank;
  for (const Part& part : dimension.parts) {
    rank.parts.push_back(per_rank(part, ranks, vocabulary_multiple));
  }
  return rank;
}

Tensor per_rank(const Tensor& tensor, std::int64_t ranks, std::int64_t vocabulary_multiple) {
  Tensor rank = tensor;
  for (Dimension& dimension : rank.shape) {
    dimension = per_rank(dimension, ranks, vocabulary_multiple);
  }
  return rank;
}

LlmWeights per_rank(const LlmWeights& weights, std::int64_t ranks,
                    std::int64_t vocabulary_multiple) {
  LlmWeights rank = weights;
  for (std::vector<TensorRun>* runs : {&rank.runs, &rank.buffers}) {
    for (TensorRun& run : *runs) {
      for (Tensor& tensor : run.tensors) tensor = per_rank(tensor, ranks, vocabulary_multiple);
    }
  }
  return rank;
}

}  // namespace kvf
