#include "models/shape.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/dtype.h"

namespace kvf {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"full", "sliding", "chunked", "none", "shared"};

// Large enough for every model, small enough that no product below can overflow.
constexpr std::int64_t kLimit = 1 << 20;

void in_range(std::string_view field, std::int64_t value, std::int64_t low) {
  if (value < low || value > kLimit) {
    throw std::invalid_argument("'" + std::string(field) + "' is " + std::to_string(value) +
                                "; expected " + std::to_string(low) + " to " +
                                std::to_string(kLimit));
  }
}

void check_heads(std::int64_t query_heads, std::int64_t kv_heads) {
  in_range("kv_heads", kv_heads, 1);
  in_range("query_heads", query_heads, 1);
  if (query_heads % kv_heads != 0) {
    throw std::invalid_argument("'query_heads' is " + std::to_string(query_heads) +
                                "; expected a multiple of 'kv_heads', which is " +
                                std::to_string(kv_heads));
  }
}

void check(const LayerRun& run) {
  in_range("layers", run.count, 1);
  for (const std::int64_t size : run.conv) in_range("conv", size, 0);
  for (const std::int64_t size : run.recurrent) in_range("recurrent", size, 0);
  if (!run.holds_entries()) return;
  check_heads(run.query_heads, run.kv_heads);
  in_range("cached_heads", run.cached_heads, run.kv_heads);
  in_range("key_width", run.key_width, 1);
  in_range("value_width", run.value_width, 0);
  for (const std::int64_t size : {run.latent, run.rope, run.indexer}) in_range("latent", size, 0);
  in_range("window", run.window, run.kind == LayerKind::full ? 0 : 1);
}

// The first run with full attention; nullptr if there is none.
const LayerRun* first_full(const std::vector<LayerRun>& runs) {
  const auto found = std::find_if(runs.begin(), runs.end(),
                                  [](const LayerRun& run) { return run.kind == LayerKind::full; });
  return found == runs.end() ? nullptr : &*found;
}

bool is_plain(const LayerRun& run) {
  LayerRun plain;
  plain.count = run.count;
  plain.kv_heads = plain.cached_heads = run.kv_heads;
  plain.query_heads = run.query_heads;
  plain.key_width = plain.value_width = run.key_width;
  return run == plain;
}

std::int64_t divided(std::int64_t value, std::int64_t ranks) { return (value + ranks - 1) / ranks; }

}  // namespace

std::string_view to_string(LayerKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::int64_t LayerRun::recurrent_size() const {
  std::int64_t size = recurrent[0];
  for (const std::int64_t dimension : {recurrent[1], recurrent[2]}) {
    if (dimension > 0) size *= dimension;
  }
  return size;
}

BytesPerEntry bytes_per_entry(const LayerRun& run, std::string_view dtype_name) {
  const Dtype& of = dtype(dtype_name);
  Bytes sum = of.bytes(run.indexer);
  if (run.is_latent()) {
    sum += of.bytes(run.latent + run.rope);
  } else {
    sum += of.bytes(run.key_width) + of.bytes(run.value_width);
  }
  return BytesPerEntry(sum.count());
}

Bytes state_bytes(const LayerRun& run, std::string_view dtype_name) {
  const Dtype& of = dtype(dtype_name);
  return of.bytes(run.conv[0] * run.conv[1]) +
         (run.recurrent_fp32 ? dtype("fp32") : of).bytes(run.recurrent_size());
}

std::vector<LayerRun> LlmShape::all_runs() const {
  if (!uniform()) return runs;
  LayerRun run;
  run.count = layers;
  run.kv_heads = run.cached_heads = kv_heads;
  run.query_heads = query_heads;
  run.key_width = run.value_width = head_dim;
  return {run};
}

Cells LlmShape::cells() const {
  if (uniform()) return Cells(layers).times(kv_heads);
  Cells sum;
  for (const LayerRun& run : runs) sum += Cells(run.count).times(run.cells());
  return sum;
}

LlmShape LlmShape::full_attention() const {
  LlmShape view{name, 0, kv_heads, query_heads, head_dim, dtype, {}};
  for (const LayerRun& run : all_runs()) {
    if (run.kind == LayerKind::full) view.layers += run.count;
  }
  return view;
}

BytesPerEntry LlmShape::bytes_per_entry() const {
  return BytesPerEntry(kvf::dtype(dtype).bytes(head_dim).count()).times(2);
}

BytesPerToken LlmShape::bytes_per_token() const {
  BytesPerToken sum;
  for (const LayerRun& run : all_runs()) {
    sum +=
        BytesPerToken(kvf::bytes_per_entry(run, dtype).count()).times(run.cells()).times(run.count);
  }
  return sum;
}

Bytes LlmShape::state_bytes() const {
  Bytes sum;
  for (const LayerRun& run : runs) sum += kvf::state_bytes(run, dtype).times(run.count);
  return sum;
}

LlmShape make_shape(std::string name, std::vector<LayerRun> runs, std::string dtype) {
  LlmShape shape{std::move(name), 0, 1, 1, 1, std::move(dtype), {}};
  for (const LayerRun& run : runs) {
    shape.layers += run.count;
    if (!shape.runs.empty()) {
      LayerRun like = shape.runs.back();
      like.count = run.count;
      if (like == run) {
        shape.runs.back().count += run.count;
        continue;
      }
    }
    shape.runs.push_back(run);
  }
  if (const LayerRun* full = first_full(shape.runs)) {
    shape.kv_heads = full->cells();
    shape.query_heads = full->is_latent() ? 1 : full->query_heads;
    shape.head_dim = full->is_latent() ? full->latent : full->key_width;
  }
  if (shape.runs.size() == 1 && is_plain(shape.runs[0])) shape.runs.clear();
  return shape;
}

void check(const LlmShape& shape) {
  in_range("layers", shape.layers, 1);
  check_heads(shape.query_heads, shape.kv_heads);
  in_range("head_dim", shape.head_dim, 1);
  for (const LayerRun& run : shape.runs) {
    check(run);
    // Policies see one number of heads.
    if (run.kind == LayerKind::full && run.cells() != shape.kv_heads) {
      throw std::invalid_argument(
          "layers with full attention have " + std::to_string(shape.kv_heads) + " and " +
          std::to_string(run.cells()) + " KV heads; expected one number of heads");
    }
  }
  // Throws where it is unknown, or where a vector does not fill its blocks.
  for (const LayerRun& run : shape.all_runs()) {
    if (run.holds_entries()) bytes_per_entry(run, shape.dtype);
  }
  dtype(shape.dtype);
}

LlmShape per_rank(const LlmShape& shape, std::int64_t ranks) {
  in_range("tp", ranks, 1);
  std::vector<LayerRun> runs = shape.all_runs();
  for (LayerRun& run : runs) {
    run.conv[0] = divided(run.conv[0], ranks);
    run.recurrent[0] = divided(run.recurrent[0], ranks);
    if (!run.holds_entries()) continue;
    for (std::int64_t* heads : {&run.query_heads, &run.kv_heads, &run.cached_heads}) {
      if (*heads % ranks != 0 && ranks % *heads != 0) {
        throw std::invalid_argument(std::to_string(*heads) + " heads cannot be divided over " +
                                    std::to_string(ranks) + " ranks");
      }
      *heads = divided(*heads, ranks);
    }
  }
  return make_shape(shape.name, std::move(runs), shape.dtype);
}

}  // namespace kvf
