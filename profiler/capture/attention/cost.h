// What a pass of the attention kernel reads, writes and computes, by formula. docs/attention.md
// derives it; a test counts the kernel's own accesses.
#pragma once

#include <cstdint>
#include <span>

#include "models/units.h"
#include "profiler/capture/attention/pass.h"

namespace kvf::capture {

struct FlopUnit {
  static constexpr std::string_view name = "floating-point operations";
};
using Flops = Quantity<FlopUnit>;

// Of one KV head of a pass.
struct HeadWork {
  std::int64_t slots = 0;    // looked at by every row, empty ones too
  std::int64_t pairs = 0;    // (row, entry) that the mask lets through, for one query head
  std::int64_t entries = 0;  // seen by at least one row
};

// From the position of each slot, which may be kNoEntry.
HeadWork head_work(std::span<const std::int32_t> positions, HeadMask mask,
                   std::int32_t first_position, std::int32_t rows);

struct AttentionCost {
  // What the kernel's loads and stores ask for, in memory of the device. Caches may answer some.
  Bytes query;    // read
  Bytes entries;  // keys and values, read anew for each row and query head
  Bytes tables;   // block tables and positions, read
  Bytes output;   // written
  // Keys and values if each that is seen were read once: what a kernel cannot go below.
  Bytes entries_once;
  // Multiply-adds of q k and of p v, two operations each; not the softmax between them.
  Flops flops;

  Bytes read() const { return query + entries + tables; }
};

// `heads`: one for each KV head of `pass`, of which only shapes are looked at. Throws OverflowError.
AttentionCost attention_cost(const AttentionPass& pass, std::span<const HeadWork> heads);

}  // namespace kvf::capture
