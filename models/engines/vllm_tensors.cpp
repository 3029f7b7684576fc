// Which tensors a rank of vLLM makes: those of transformers, some fused, shared among the ranks.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "models/engines/vllm_weights.h"

namespace kvf {
namespace {

constexpr std::int64_t kVocabularyMultiple = 64;

// Matrices that vLLM makes one of, in the order of their rows.
struct Fusion {
  std::string_view name;
  std::array<std::string_view, 3> parts;
};
constexpr std::array<Fusion, 3> kFusions{{{"qkv_proj", {"q_proj", "k_proj", "v_proj"}},
                                          {"gate_up_proj", {"gate_proj", "up_proj", ""}},
                                          {"w13", {"w1", "w3", ""}}}};

// "model.layers.N.mlp." of "model.layers.N.mlp.up_proj.weight", if the module is that.
std::string_view prefix_of(std::string_view name, std::string_view module, std::string_view kind) {
  const std::size_t tail = module.size() + kind.size() + 1;
  if (module.empty() || !name.ends_with(kind) || name.size() < tail) return {};
  const std::size_t at = name.size() - tail;
  if (name.substr(at, module.size()) != module || name[at + module.size()] != '.') return {};
  if (at > 0 && name[at - 1] != '.') return {};
  return name.substr(0, at);
}

// The second and later parts are appended to the first, which takes the fused name.
void fuse(std::vector<Tensor>& tensors, const Fusion& fusion, std::string_view kind) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string prefix(prefix_of(tensors[i].name, fusion.parts[0], kind));
    if (prefix.empty()) continue;
    bool fused = false;
    for (std::size_t part = 1; part < fusion.parts.size(); ++part) {
      for (std::size_t j = i + 1; j < tensors.size(); ++j) {
        if (prefix_of(tensors[j].name, fusion.parts[part], kind) != prefix) continue;
        const std::vector<Part>& rows = tensors[j].shape.front().parts;
        std::vector<Part>& all = tensors[i].shape.front().parts;
        all.insert(all.end(), rows.begin(), rows.end());
        tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(j));
        fused = true;
        break;
      }
    }
    if (fused) tensors[i].name = prefix + std::string(fusion.name) + "." + std::string(kind);
  }
}

// The layers that a stage has: as even as possible, the last ones get what is left over, but not
// the very last. Returns the first and one past the last.
std::pair<std::int64_t, std::int64_t> layers_of(std::int64_t layers, const WeightLoad& load) {
  const std::int64_t each = layers / load.stages;
  const std::int64_t rest = layers % load.stages;
  std::int64_t begin = 0;
  for (std::int64_t stage = 0; stage <= load.stage; ++stage) {
    const std::int64_t from_end = load.stages - stage;  // the last one is 1
    const std::int64_t count = each + (from_end >= 2 && from_end < 2 + rest ? 1 : 0);
    if (stage == load.stage) return {begin, begin + count};
    begin += count;
  }
  return {0, layers};
}

}  // namespace

std::vector<TensorRun> vllm_tensors(const LlmWeights& weights, const WeightLoad& load) {
  if (load.ranks < 1 || load.stages < 1 || load.stage < 0 || load.stage >= load.stages) {
    throw std::invalid_argument("there is no such rank or stage");
  }
  const LlmWeights rank = per_rank(weights, load.ranks, kVocabularyMultiple);
  std::int64_t layers = 0;
  for (const TensorRun& run : rank.runs) layers += run.is_layer ? run.count : 0;
  const auto [first, last] = layers_of(layers, load);
  const bool is_last = load.stage == load.stages - 1;
  std::vector<TensorRun> result;
  std::int64_t layer = 0;
  for (TensorRun run : rank.runs) {
    if (run.is_layer) {
      const std::int64_t begin = std::max(layer, first);
      const std::int64_t end = std::min(layer + run.count, last);
      layer += run.count;
      if (begin >= end) continue;
      run.count = end - begin;
      for (const Fusion& fusion : kFusions) {
        fuse(run.tensors, fusion, "weight");
        fuse(run.tensors, fusion, "bias");
      }
    } else if (layer == 0) {
      // The embedding; a tied head is the same tensor, but on another GPU it is a second one.
      const bool wanted = load.stage == 0 || (is_last && weights.tied);
      if (!wanted) continue;
    } else if (!is_last) {
      continue;
    }
    result.push_back(std::move(run));
  }
  return result;
}

}  // namespace kvf
