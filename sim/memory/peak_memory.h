// Peak GPU memory of a model that is run by PyTorch code: weights, cache, and what a pass takes.
//
// The figure of torch.cuda.max_memory_allocated(), before blocks are rounded. The most is reached
// in one of three places of a pass of q rows (d: hidden width, f: width of the feed-forward):
//   attention  embeddings, the layer's input, its norm: 3 q d; queries and output; keys and values
//              of the layer as attention sees them, beside the cache
//   mlp        embeddings, the layer's input, the sum after attention, its norm: 4 q d; gate, up
//              and their product: 3 q f. In the first layer the input is the embeddings.
//   head       the last norm: q d; logits
// Rotary tables and position numbers are there in all of them. The cache is that of layers one after
// another: those below have evicted, those above have not begun.
// How a program holds on to tensors beyond that is in RunningCode: every field is one cause.
// Source: memory events of real runs (transformers 5.2.0 on a CPU; one on an H100), whose prefill
// peaks this meets to the byte; and by reading PruLong ff22598 (eval), duo-attention, MInference,
// transformers 4.46.1.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/schedule.h"

namespace kvf {

// A decoder with gated feed-forward layers, as Llama, Mistral or Qwen.
struct DecoderWidths {
  std::int64_t hidden = 0;
  std::int64_t feed_forward = 0;
  std::int64_t vocabulary = 0;
  bool tied = false;  // one matrix for embeddings and head
};
// Of all tensors, without biases, in the shape's dtype. Uniform shapes only.
Bytes weight_bytes(const DecoderWidths& widths, const LlmShape& shape);

struct RunningCode {
  // The head works on all rows of a chunk, although only the last one's logits are needed.
  bool logits_of_all_rows = false;
  // The caller's variable holds a chunk's logits until the next chunk's are there, and while it
  // decodes.
  bool keeps_logits = false;
  // The cache is a tuple of tensors, made anew in every pass: all of the old one is there until all
  // of the new one is. Else a layer's old tensors go when its new ones are made.
  bool whole_cache_twice = false;
  // With that: the caller holds the cache as it was after the prefill, too, while it decodes.
  bool keeps_prefilled_cache = false;
  // Attention sees keys and values copied to all query heads.
  bool repeats_kv = false;
  std::int64_t batch = 1;  // equal sequences
  Bytes block{1};          // to which tensors that are no cache are rounded up
};

// generate() of the transformers library, and kvpress over it.
inline RunningCode transformers_code() { return {}; }
// DuoAttention's tuple cache (duo-attention fe93c31), chunks fed by the paper's harness (PruLong
// ff22598, eval/model_utils.py): its variables hold the prefilled cache while it decodes.
inline RunningCode duo_tuple_code() {
  RunningCode code;
  code.whole_cache_twice = true;
  code.keeps_prefilled_cache = true;
  return code;
}
// MInference's SnapKV and PyramidKV in the same harness: its attention over a cache object, and the
// head of transformers 4.46.1, which works on all rows unless it is told not to.
inline RunningCode minference_code() {
  RunningCode code;
  code.logits_of_all_rows = true;
  code.keeps_logits = true;
  code.repeats_kv = true;
  return code;
}

// What a pass of so many rows takes at the most beside weights and cache: hidden rows, queries, the
// feed-forward, logits. Not keys and values as attention sees them (they are the cache's tensors), nor
// copies of them to query heads. Numbers are of the shape's dtype.
Bytes activation_peak(const DecoderWidths& widths, const LlmShape& shape, const RunningCode& code,
                      Tokens rows);

// What was there at the peak. `place`: attention, mlp or head.
struct PeakMemory {
  Bytes weights;
  Bytes cache;
  Bytes old_cache;        // of a cache that is made anew
  Bytes prefilled_cache;  // that the caller holds
  Bytes attention;        // keys and values beside the cache, queries, output
  Bytes hidden;           // activations of width d, rotary tables, positions
  Bytes feed_forward;
  Bytes logits;
  Bytes old_logits;

  std::int64_t pass = 0;
  std::int64_t layer = 0;
  std::string_view place;

  Bytes total() const {
    return weights + cache + old_cache + prefilled_cache + attention + hidden + feed_forward +
           logits + old_logits;
  }
};

// Plays the schedule. Layers are those that hold entries. Throws std::invalid_argument for a nominal
// share of streaming heads, OverflowError.
PeakMemory peak_memory(const DecoderWidths& widths, const Schedule& schedule,
                       const RunningCode& code, Bytes weights);

}  // namespace kvf
