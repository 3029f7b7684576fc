// The KV cache and the recurrent states of llama.cpp, as it allocates them: all at start.
//
// src/llama-kv-cache.cpp, llama-kv-cache-iswa.cpp, llama-memory-recurrent.cpp, llama-context.cpp.
// Holds for the logged buffers L01 to L57.
#pragma once

#include <cstdint>

#include "models/dtype.h"
#include "models/units.h"

namespace kvf::llama_cpp {

struct Slots {
  Tokens context;              // n_ctx as asked for, all slots together
  std::int64_t sequences = 1;  // n_seq_max
  bool unified = true;         // one stream of cells for all of them, or one each
  bool padded = true;          // builds of 2023 did not pad

  std::int64_t streams() const { return unified ? 1 : sequences; }
  // Cells of one stream, a multiple of 256.
  Tokens cells() const;
  // Cells of one stream for layers with a window of `window` tokens: those of the slots, and of the
  // batch that is being computed (n_ubatch). With several slots they may be no fewer than cells().
  Tokens window_cells(Tokens window, Tokens micro_batch) const;
  friend bool operator==(const Slots&, const Slots&) = default;
};

// Layers that are alike. An early build stored a latent twice, as key and as value; now its value
// has no width.
struct Cache {
  Tokens cells;  // of one stream
  std::int64_t streams = 1;
  std::int64_t layers = 0;       // those that have a cache of their own
  std::int64_t key_width = 0;    // n_embd_k_gqa: of all KV heads
  std::int64_t value_width = 0;  // n_embd_v_gqa
  Dtype key_dtype;
  Dtype value_dtype;

  // Throws std::invalid_argument if a width does not fill the blocks of its dtype.
  Bytes key_bytes() const { return bytes(key_dtype, key_width); }
  Bytes value_bytes() const { return bytes(value_dtype, value_width); }
  friend bool operator==(const Cache&, const Cache&) = default;

 private:
  Bytes bytes(const Dtype& dtype, std::int64_t width) const {
    return dtype.bytes(width).times(cells.count()).times(streams).times(layers);
  }
};

// States of recurrent layers, in fp32.
struct States {
  std::int64_t layers = 0;
  std::int64_t sequences = 1;
  std::int64_t copies = 0;  // n_rs_seq: further ones of each, to go back
  std::int64_t conv_channels = 0;
  std::int64_t conv_kernel = 0;
  std::int64_t heads = 0;
  std::int64_t key_width = 0;
  std::int64_t value_width = 0;
  std::int64_t number_bytes = 4;

  Bytes conv_bytes() const { return bytes((conv_kernel - 1) * conv_channels); }
  Bytes recurrent_bytes() const { return bytes(heads * key_width * value_width); }
  friend bool operator==(const States&, const States&) = default;

 private:
  Bytes bytes(std::int64_t numbers) const {
    return Bytes(numbers).times(number_bytes).times(layers).times(sequences).times(1 + copies);
  }
};

// The CUDA compute buffer, with all layers on the GPU; llama, mistral and qwen dense models.
struct ComputeBuffer {
  std::int64_t vocabulary = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;
  Tokens context;      // n_ctx
  Tokens micro_batch;  // n_ubatch
  Tokens outputs;      // rows that get logits; builds before 2026: all of a micro batch
  bool flash_attention = false;

  Bytes device() const;
  Bytes host() const;
};

}  // namespace kvf::llama_cpp
