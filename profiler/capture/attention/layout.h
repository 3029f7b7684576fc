// How a block of the KV cache lies in memory. Nothing else knows it.
//
// A block has `block_tokens` slots of ONE KV head of one layer; slot s holds one entry:
//
//     offset in numbers                 length
//     0                                 block_tokens x head_dim    keys, one slot after another
//     block_tokens x head_dim           block_tokens x head_dim    values, likewise
//
// and nothing else, so that a block takes block_tokens x the bytes of an entry. What is said of an
// entry - its position - lies beside, in HeadTable::positions. A block that is not full, and a slot
// whose entry is gone, are never read.
#pragma once

#include <cstdint>
#include <string_view>

#include "profiler/capture/attention/number.h"

namespace kvf::capture {

enum class Number : std::uint8_t { fp32, fp16, bf16 };

// Throws std::invalid_argument that lists the three names.
Number number_of(std::string_view name);
std::string_view to_string(Number number);
constexpr std::int64_t size_of(Number number) { return number == Number::fp32 ? 4 : 2; }

// Offsets from a block's begin, in numbers.
KVF_HOST_DEVICE constexpr std::int64_t key_offset(std::int64_t slot, std::int64_t head_dim) {
  return slot * head_dim;
}
KVF_HOST_DEVICE constexpr std::int64_t value_offset(std::int64_t slot, std::int64_t block_tokens,
                                                    std::int64_t head_dim) {
  return (block_tokens + slot) * head_dim;
}

}  // namespace kvf::capture
