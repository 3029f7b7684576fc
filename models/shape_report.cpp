#include "models/shape_report.h"

#include <algorithm>

namespace kvf {
namespace {

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::vector<LayersOfAKind> layers_by_kind(const LlmShape& shape) {
  std::vector<LayersOfAKind> kinds;
  for (const LayerRun& run : shape.all_runs()) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const LayersOfAKind& kind) {
      LayerRun like = kind.layers;
      like.count = run.count;
      return like == run;
    });
    if (same == kinds.end()) {
      kinds.push_back({run, {}, {}, {}});
    } else {
      same->layers.count += run.count;
    }
  }
  for (LayersOfAKind& kind : kinds) {
    const LayerRun& run = kind.layers;
    kind.bytes_per_token = BytesPerToken(bytes_per_entry(run, shape.dtype).count())
                               .times(run.cells())
                               .times(run.count);
    if (run.window > 0) kind.window_bytes = Tokens(run.window - 1) * kind.bytes_per_token;
    kind.state_bytes = state_bytes(run, shape.dtype).times(run.count);
  }
  return kinds;
}

BytesPerToken bytes_per_token_past_windows(const LlmShape& shape) {
  BytesPerToken sum;
  for (const LayersOfAKind& kind : layers_by_kind(shape)) {
    if (kind.layers.kind == LayerKind::full) sum += kind.bytes_per_token;
  }
  return sum;
}

std::string layers_in_words(const LlmShape& shape) {
  std::string text = counted(shape.layers, "layer");
  if (shape.uniform()) return text + " x " + counted(shape.kv_heads, "KV head");
  std::string kinds;
  for (const LayersOfAKind& kind : layers_by_kind(shape)) {
    kinds += (kinds.empty() ? "" : ", ") + std::to_string(kind.layers.count) + " " +
             std::string(to_string(kind.layers.kind));
  }
  return text + " (" + kinds + ")";
}

std::string entries_in_words(const LayerRun& run) {
  std::string text;
  if (run.window > 0) text += "window " + std::to_string(run.window) + ", ";
  if (run.is_latent()) {
    text += "latent " + std::to_string(run.latent) + " + " + std::to_string(run.rope);
    if (run.indexer > 0) text += " + indexer " + std::to_string(run.indexer);
  } else if (run.holds_entries()) {
    text += counted(run.kv_heads, "KV head") + " x " + std::to_string(run.key_width);
    if (run.value_width != run.key_width) {
      text += " (values " + std::to_string(run.value_width) + ")";
    }
  } else {
    text += "no entries";
  }
  const auto sizes = [](const auto& array) {
    std::string list;
    for (const std::int64_t size : array) {
      if (size > 0) list += (list.empty() ? "" : " x ") + std::to_string(size);
    }
    return list;
  };
  if (run.conv[0] > 0) text += ", conv " + sizes(run.conv);
  if (run.recurrent[0] > 0) {
    text += ", state " + sizes(run.recurrent) + (run.recurrent_fp32 ? " fp32" : "");
  }
  return text;
}

}  // namespace kvf
