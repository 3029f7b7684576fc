#include "sim/memory/peak_memory.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "models/dtype.h"
#include "models/numeric.h"
#include "sim/simulate.h"

namespace kvf {
namespace {

// The groups of one layer, summed: bytes of its cache for each entry of a rule's cells.
struct LayerSums {
  Bytes past;
  Bytes size;  // past + rows + appended
  Bytes after;
  Bytes seen;      // by attention: `size`, without copies to query heads ...
  Bytes repeated;  // ... and those copies, if the code makes them
};

// Tensors of a pass that are no cache.
struct PassTensors {
  Bytes extra;         // rotary tables, positions
  Bytes hidden;        // one of width d
  Bytes queries;       // of a layer; its output is as large
  Bytes feed_forward;  // gate, up and their product
  Bytes logits;

  // `inputs`: embeddings, and the input of this layer, if that is another.
  Bytes hidden_in_attention(std::int64_t inputs) const { return extra + hidden.times(inputs + 1); }
  Bytes hidden_in_mlp(std::int64_t inputs) const { return extra + hidden.times(inputs + 2); }
  Bytes hidden_in_head() const { return extra + hidden; }
};

PassTensors tensors_of(const DecoderWidths& widths, const LlmShape& shape, const RunningCode& code,
                       Tokens rows) {
  const std::int64_t number = dtype(shape.dtype).bytes(1).count();
  const auto tensor = [&](Tokens of, std::int64_t width) {
    return round_up(Bytes(of.count()).times(width).times(number * code.batch), code.block);
  };
  PassTensors tensors;
  tensors.extra = round_up(Bytes(rows.count() * shape.head_dim * number), code.block).times(2) +
                  round_up(Bytes(rows.count() * 8), code.block);
  tensors.hidden = tensor(rows, widths.hidden);
  tensors.queries = tensor(rows, shape.query_heads * shape.head_dim);
  tensors.feed_forward = tensor(rows, widths.feed_forward).times(3);
  tensors.logits = tensor(code.logits_of_all_rows ? rows : Tokens(1), widths.vocabulary);
  return tensors;
}

class Player {
 public:
  Player(const DecoderWidths& widths, const Schedule& schedule, const RunningCode& code,
         Bytes weights)
      : widths_(widths), schedule_(schedule), code_(code) {
    peak_.weights = weights;
    const std::vector<Group>& groups = schedule.groups;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (g == 0 || groups[g].layer != groups[g - 1].layer) layer_of_.push_back({});
      layer_of_.back().push_back(g);
    }
  }

  void see(const PlayedBlock& block) {
    for (std::int64_t i = 0; i < block.count; ++i) {
      pass_ = block.first + i;
      phase_ = block.run.phase;
      rows_ = block.run.rows + block.run.appended;
      measure(block, static_cast<std::size_t>(i));
      play_pass();
      finish(block.run);
    }
  }
  const PeakMemory& peak() const { return peak_; }

 private:
  void measure(const PlayedBlock& block, std::size_t i) {
    layers_.assign(layer_of_.size(), {});
    for (std::size_t l = 0; l < layer_of_.size(); ++l) {
      for (const std::size_t g : layer_of_[l]) {
        const Group& group = schedule_.groups[g];
        const std::int64_t entry = per_entry(group, Unit::bytes) * code_.batch;
        const std::int64_t past = block.past(group.rule)[i];
        const std::int64_t size = past + rows_.count();
        layers_[l].past += Bytes(past).times(entry);
        layers_[l].size += Bytes(size).times(entry);
        layers_[l].after += Bytes(block.after(group.rule)[i]).times(entry);
        const std::int64_t sets = schedule_.shape.query_heads / schedule_.shape.kv_heads;
        if (code_.repeats_kv && group.copies < sets) {
          layers_[l].repeated += Bytes(size).times(entry / group.copies * sets);
        }
      }
    }
  }

  void play_pass() {
    Bytes below;  // what the layers below keep
    Bytes from_here;
    for (const LayerSums& layer : layers_) from_here += layer.past;
    const Bytes old = from_here;
    PeakMemory now;
    now.weights = peak_.weights;
    now.pass = pass_;
    if (code_.whole_cache_twice) now.old_cache = old;
    // In the first decode pass the old cache is the prefilled one.
    if (code_.keeps_prefilled_cache && decoded_ > 0) now.prefilled_cache = prefilled_;
    if (code_.keeps_logits) now.old_logits = logits_;
    const PassTensors tensors = tensors_of(widths_, schedule_.shape, code_, rows_);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerSums& layer = layers_[l];
      now.layer = schedule_.groups[layer_of_[l].front()].layer;
      const std::int64_t inputs = l == 0 ? 1 : 2;  // embeddings, and the input of this layer

      now.place = "attention";
      now.cache = code_.whole_cache_twice ? below + layer.after : below + from_here;
      now.hidden = tensors.hidden_in_attention(inputs);
      now.attention = tensors.queries.times(2) + layer.repeated + beside_cache(layer);
      now.feed_forward = {};
      raise(now);

      from_here -= layer.past;
      below += layer.after;
      now.place = "mlp";
      now.cache = code_.whole_cache_twice ? below : below + from_here;
      now.hidden = tensors.hidden_in_mlp(inputs);
      now.attention = {};
      now.feed_forward = tensors.feed_forward;
      raise(now);
    }
    now.place = "head";
    now.cache = below;
    now.hidden = tensors.hidden_in_head();
    now.feed_forward = {};
    now.logits = tensors.logits;
    raise(now);
    logits_now_ = now.logits;
  }

  // Keys and values of a layer that attends, beside its old tensors (or, of a cache that is made
  // anew, beside its new ones).
  Bytes beside_cache(const LayerSums& layer) const {
    if (code_.whole_cache_twice) return layer.size;
    // Where it evicts: all that attention sees, and what is kept of it. Else one tensor after the
    // other is made anew: both new ones are there before the second old one goes.
    if (layer.after < layer.size) return layer.size + layer.after;
    return layer.size - Bytes(layer.past.count() / 2);
  }

  void raise(const PeakMemory& now) {
    if (now.total() > peak_.total()) peak_ = now;
  }

  void finish(const PassRun& run) {
    Bytes held;
    for (const LayerSums& layer : layers_) held += layer.after;
    if (run.phase == Phase::prefill) {
      prefilled_ = held;
      logits_ = logits_now_;
    } else {
      ++decoded_;
    }
  }

  const DecoderWidths& widths_;
  const Schedule& schedule_;
  const RunningCode& code_;
  std::vector<std::vector<std::size_t>> layer_of_;
  std::vector<LayerSums> layers_;
  std::int64_t pass_ = 0;
  Phase phase_ = Phase::prefill;
  Tokens rows_;
  std::int64_t decoded_ = 0;
  Bytes prefilled_;
  Bytes logits_;  // of the chunk before
  Bytes logits_now_;
  PeakMemory peak_;
};

}  // namespace

Bytes weight_bytes(const DecoderWidths& widths, const LlmShape& shape) {
  if (!shape.uniform()) throw std::invalid_argument("weights of unequal layers are not modelled");
  const std::int64_t d = widths.hidden;
  const std::int64_t heads = 2 * shape.query_heads + 2 * shape.kv_heads;  // q, o; k, v
  const std::int64_t layer = heads * shape.head_dim * d + 3 * d * widths.feed_forward + 2 * d;
  const std::int64_t embeddings = (widths.tied ? 1 : 2) * widths.vocabulary * d;
  return Bytes(shape.layers * layer + embeddings + d).times(dtype(shape.dtype).bytes(1).count());
}

Bytes activation_peak(const DecoderWidths& widths, const LlmShape& shape, const RunningCode& code,
                      Tokens rows) {
  const PassTensors tensors = tensors_of(widths, shape, code, rows);
  const std::int64_t inputs = shape.layers > 1 ? 2 : 1;
  return std::max({tensors.hidden_in_attention(inputs) + tensors.queries.times(2),
                   tensors.hidden_in_mlp(inputs) + tensors.feed_forward,
                   tensors.hidden_in_head() + tensors.logits});
}

PeakMemory peak_memory(const DecoderWidths& widths, const Schedule& schedule,
                       const RunningCode& code, Bytes weights) {
  if (schedule.nominal_streaming) {
    throw std::invalid_argument("a nominal share of streaming heads has no tensors");
  }
  Player player(widths, schedule, code, weights);
  simulate(schedule, [&](const PlayedBlock& block) { player.see(block); });
  return player.peak();
}

}  // namespace kvf
