#include "models/transformers_cache.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "models/dtype.h"

namespace kvf {
namespace {

constexpr std::array<std::string_view, 3> kVersions{"4.57.6", "5.2.0", "5.23.0"};

Bytes bytes_of(const CacheTensor& tensor) {
  Bytes bytes = dtype(tensor.dtype).bytes(1);
  for (const std::int64_t size : tensor.shape) bytes = bytes.times(size);
  return bytes;
}

// The cache of a model at one time.
class Snapshot {
 public:
  Snapshot(const LlmShape& shape, const TransformersCall& call, Tokens decoded)
      : shape_(shape), call_(call), tokens_(call.prompt + decoded), decoded_(decoded) {}

  CacheSnapshot take() const {
    CacheSnapshot snapshot;
    for (const LayerRun& run : shape_.all_runs()) {
      // Older versions make no layer for one that shares; nor does a cache that knows no config.
      if (run.kind == LayerKind::shared && !(current() && knows_config())) continue;
      CachedLayers layers;
      layers.count = run.count;
      if (run.holds_entries()) add_entries(run, layers);
      add_state(run, layers);
      snapshot.layers.push_back(std::move(layers));
    }
    return snapshot;
  }

 private:
  bool current() const { return call_.version == TransformersVersion::v5_23_0; }
  bool knows_config() const { return call_.kind != TransformersCacheKind::dynamic_without_config; }

  // Entries of a layer in its tensors, and in the memory behind them.
  struct Held {
    Tokens entries;
    Tokens stored;
  };
  Held held(const LayerRun& run) const {
    const bool window = run.kind != LayerKind::full && knows_config();
    if (call_.kind == TransformersCacheKind::static_length) {
      const Tokens length = window ? std::min(Tokens(run.window), call_.length) : call_.length;
      return {length, length};
    }
    if (!window) return {tokens_, tokens_};
    const Tokens most{run.window - 1};
    const Tokens rows = decoded_ > Tokens{} ? Tokens(1) : call_.prompt;
    return {std::min(tokens_, most), std::min(tokens_ - rows, most) + rows};
  }

  // A tensor [batch, heads, entries, width]; heads 0: without that dimension.
  void add_tensor(const LayerRun& run, std::int64_t heads, std::int64_t width,
                  CachedLayers& layers) const {
    const auto tensor = [&](Tokens entries) {
      CacheTensor made{{call_.batch}, shape_.dtype};
      if (heads > 0) made.shape.push_back(heads);
      made.shape.insert(made.shape.end(), {entries.count(), width});
      return made;
    };
    if (call_.kind == TransformersCacheKind::quantized) {
      const Bytes bytes =
          quantized(Bytes(call_.batch).times(std::max<std::int64_t>(heads, 1)), width);
      layers.bytes += bytes;
      layers.storage += bytes;
      return;
    }
    const Held entries = held(run);
    layers.tensors.push_back(tensor(entries.entries));
    layers.bytes += bytes_of(layers.tensors.back());
    layers.storage += bytes_of(tensor(entries.stored));
  }

  // Bytes of one tensor; `rows`: its batch times its heads.
  Bytes quantized(Bytes rows, std::int64_t width) const {
    const CacheQuantization& q = call_.quantization;
    if (q.fp8) return rows.times(width).times(tokens_.count());
    const std::int64_t every = std::max<std::int64_t>(q.residual.count(), 1);
    const std::int64_t residual = decoded_.count() % every;
    const std::int64_t packed = rows.times(width).times(tokens_.count() - residual).count();
    const std::int64_t number = dtype(shape_.dtype).bytes(1).count();
    const std::int64_t groups = (packed + q.group - 1) / q.group;
    return Bytes(Bytes(packed).times(q.bits).count() / 8) + Bytes(groups).times(2 * number) +
           rows.times(width).times(residual).times(number);
  }

  void add_entries(const LayerRun& run, CachedLayers& layers) const {
    if (run.is_latent() && current()) {
      add_tensor(run, 1, run.latent, layers);
      add_tensor(run, 1, run.rope, layers);
      if (run.indexer > 0) add_tensor(run, 0, run.indexer, layers);
      return;
    }
    add_tensor(run, run.cached_heads, run.key_width, layers);
    add_tensor(run, run.cached_heads, run.value_width, layers);
  }

  void add_state(const LayerRun& run, CachedLayers& layers) const {
    const auto add = [&](std::string_view dtype, const auto& sizes) {
      CacheTensor tensor{{call_.batch}, dtype};
      for (const std::int64_t size : sizes) {
        if (size > 0) tensor.shape.push_back(size);
      }
      if (tensor.shape.size() == 1) return;
      const Bytes bytes = bytes_of(tensor);
      layers.bytes += bytes;
      layers.storage += bytes;
      layers.tensors.push_back(std::move(tensor));
    };
    add(shape_.dtype, run.conv);
    add(run.recurrent_fp32 ? std::string_view("fp32") : std::string_view(shape_.dtype),
        run.recurrent);
  }

  const LlmShape& shape_;
  const TransformersCall& call_;
  Tokens tokens_;
  Tokens decoded_;
};

void check(const LlmShape& shape, const TransformersCall& call) {
  kvf::check(shape);
  const std::string version(to_string(call.version));
  for (const LayerRun& run : shape.all_runs()) {
    if (run.has_state() && call.version != TransformersVersion::v5_23_0) {
      throw std::invalid_argument("transformers " + version +
                                  " has a cache class of its own for this model");
    }
    if (run.has_state() && call.kind == TransformersCacheKind::dynamic_without_config) {
      throw std::invalid_argument("a cache without configuration has no place for states");
    }
    if (call.kind == TransformersCacheKind::quantized && run.kind != LayerKind::full) {
      throw std::invalid_argument("a quantized cache takes layers with full attention only");
    }
    if (call.kind == TransformersCacheKind::static_length && run.is_latent() &&
        call.version == TransformersVersion::v4_57_6) {
      throw std::invalid_argument("transformers " + version +
                                  " cannot keep latent attention in a static cache");
    }
  }
}

std::string number(std::int64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

}  // namespace

std::string_view to_string(TransformersVersion version) {
  return kVersions[static_cast<std::size_t>(version)];
}

std::optional<TransformersVersion> parse_transformers_version(std::string_view text) {
  const auto* const found = std::find(kVersions.begin(), kVersions.end(), text);
  if (found == kVersions.end()) return std::nullopt;
  return static_cast<TransformersVersion>(found - kVersions.begin());
}

Bytes CacheSnapshot::bytes() const {
  Bytes sum;
  for (const CachedLayers& l : layers) sum += l.bytes.times(l.count);
  return sum;
}

Bytes CacheSnapshot::storage() const {
  Bytes sum;
  for (const CachedLayers& l : layers) sum += l.storage.times(l.count);
  return sum;
}

TransformersCache transformers_cache(const LlmShape& shape, const TransformersCall& call) {
  check(shape, call);
  return {Snapshot(shape, call, Tokens{}).take(), Snapshot(shape, call, call.decoded).take()};
}

std::vector<std::string> transformers_surprises(const LlmShape& shape) {
  std::vector<std::string> notes;
  const std::int64_t bytes = dtype(shape.dtype).bytes(1).count();
  const LayerRun* window = nullptr;
  const LayerRun* latent = nullptr;
  const LayerRun* copied = nullptr;
  std::int64_t windows = 0;
  std::int64_t states = 0;
  std::int64_t full_precision = 0;  // of one token
  bool any_entries = false;
  const std::vector<LayerRun> runs = shape.all_runs();
  for (const LayerRun& run : runs) {
    if (run.kind == LayerKind::sliding || run.kind == LayerKind::chunked) {
      window = &run;
      windows += run.count;
    }
    if (run.is_latent()) latent = &run;
    if (run.cached_heads > run.kv_heads) copied = &run;
    if (run.recurrent_fp32) states += 4 * run.recurrent_size() * run.count;
    any_entries |= run.holds_entries();
    full_precision += run.count * run.cells() * run.entry_width() * bytes;
  }
  if (window != nullptr) {
    notes.push_back(
        "the " + number(windows) +
        " layers with a window save nothing at the peak of a prefill in one call: they "
        "keep the memory of the whole prompt until the first decode step, then that of " +
        number(window->window) + " tokens");
  }
  if (copied != nullptr) {
    notes.push_back(
        "keys and values are copied to all " + number(copied->cached_heads) +
        " query heads before they are cached: " + number(copied->cached_heads / copied->kv_heads) +
        " x the bytes of the " + number(copied->kv_heads) + " KV heads");
  }
  if (latent != nullptr) {
    notes.push_back("5.23.0 caches latents, " + number(latent->entry_width()) +
                    " numbers a token and layer; 5.2.0 and 4.57.6 cache the expanded heads, " +
                    number(latent->cached_heads * (latent->key_width + latent->value_width)) +
                    " numbers");
  }
  if (states > 0 && bytes < 4) {
    notes.push_back("recurrent states are float32 also in a " + shape.dtype +
                    " model: " + number(states) + " bytes a sequence");
  }
  if (window == nullptr && states == 0 && any_entries) {
    notes.push_back(
        "a quantized cache keeps up to 127 decoded tokens at full precision before it "
        "packs them: " +
        number(127 * full_precision) + " bytes a sequence");
  }
  return notes;
}

}  // namespace kvf
