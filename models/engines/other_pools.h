// The KV pools of SGLang and TensorRT-LLM.
//
// SGLang: python/sglang/srt/mem_cache/memory_pool.py; logs S01 to S10. TensorRT-LLM:
// cpp/tensorrt_llm/batch_manager/kvCacheManager.cpp, calculateMaxNumBlocks; logs T01 to T04.
#pragma once

#include <cstdint>

#include "models/units.h"

namespace kvf::sglang {

// Rows of a buffer: one more page than there are tokens.
constexpr Tokens pool_rows(Tokens tokens, Tokens page) { return tokens + page; }

// Tokens of the pool for layers with a window, `ratio` (0.8 unless set) of those for full attention,
// in whole pages.
Tokens window_pool_tokens(Tokens full_layer_tokens, double ratio, Tokens page);

// What one token is taken to need where some layers have a window.
double cell_bytes(double full_layer_bytes, double window_layer_bytes, double ratio);

// Tokens in what is free after loading, less what `mem_fraction_static` holds back; whole pages.
Tokens pool_tokens(Bytes free, Bytes total, double mem_fraction_static, BytesPerToken of_token,
                   Tokens page);

}  // namespace kvf::sglang

namespace kvf::tensorrt_llm {

// Tokens that fit in a share of what is free, before the rounding to blocks.
Tokens fitting_tokens(Bytes available, double fraction, BytesPerToken of_token);
// Rounded up: the last block may not fit.
Blocks blocks_of(Tokens tokens, Tokens block);

}  // namespace kvf::tensorrt_llm
