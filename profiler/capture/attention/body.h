// The attention kernel: one row of one query head, by the threads of one block of a GPU, or by
// threads of a CPU. nvcc and g++ compile the same text.
//
// Softmax is computed online, tile by tile: scores of kTile slots, their maximum over all threads,
// weights, weighted values; what earlier tiles gave is scaled down when the maximum rises. All
// arithmetic is in float, but for the sum of the weights. Values are summed in groups, groups in
// tiles: a sum of n numbers one after another would be off by about sqrt(n) roundings, this one by far
// less.
//
// A Context has
//   thread(), threads()      index and number
//   warp(), warps(), lane()  the same of the warps in which threads exchange numbers
//   warp_max(x), warp_sum(x) over a warp; only lane 0 needs the result
//   barrier(Barrier)         all threads have arrived, what they wrote is seen
//   load(pointer), store(pointer, value), multiply_add(a, b, c) = a * b + c
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "profiler/capture/attention/pass.h"

namespace kvf::capture {

inline constexpr int kTile = 128;
inline constexpr int kGroup = 16;  // of a tile

// Every barrier of the kernel, by what it waits for. A test leaves each out and wants a race.
enum class Barrier : std::uint8_t {
  query_staged,     // the query of all threads, before scores read it
  maxima_written,   // of all warps, before they are compared
  weights_written,  // of all slots, before values are weighted
  tile_done,        // weights and maxima were read, before the next tile writes them
};

// Memory that the threads share.
template <class T>
struct Scratch {
  const T** values;  // [kTile] of the entry in each slot; nullptr: the row does not see it
  double* totals;    // [warps]
  float* maxima;     // [warps]
  float* weights;    // [kTile] scores first
  float* query;      // [head_dim] scaled
  // [head_dim] weighted values, summed over a group of slots, a tile and all tiles
  float *group, *tile, *sum;

  // `memory`: scratch_bytes(), aligned for a double.
  KVF_HOST_DEVICE static Scratch at(void* memory, int head_dim, int warps) {
    Scratch scratch{};
    scratch.values = static_cast<const T**>(memory);
    scratch.totals = reinterpret_cast<double*>(scratch.values + kTile);
    scratch.maxima = reinterpret_cast<float*>(scratch.totals + warps);
    scratch.weights = scratch.maxima + warps;
    scratch.query = scratch.weights + kTile;
    scratch.group = scratch.query + head_dim;
    scratch.tile = scratch.group + head_dim;
    scratch.sum = scratch.tile + head_dim;
    return scratch;
  }
};

constexpr std::size_t scratch_bytes(int head_dim, int warps) {
  return kTile * (sizeof(void*) + sizeof(float)) +
         static_cast<std::size_t>(warps) * (sizeof(double) + sizeof(float)) +
         static_cast<std::size_t>(head_dim) * 4 * sizeof(float);
}

namespace detail {

// Several sums side by side: less rounding, and a compiler may use vectors.
template <class T, class Context>
KVF_HOST_DEVICE float dot(Context& context, const float* query, const T* key, int head_dim) {
  constexpr int kLanes = 8;
  float sums[kLanes] = {};
  int d = 0;
  for (; d + kLanes <= head_dim; d += kLanes) {
    for (int i = 0; i < kLanes; ++i) {
      sums[i] = context.multiply_add(query[d + i], to_float(context.load(key + d + i)), sums[i]);
    }
  }
  for (int i = 0; d + i < head_dim; ++i) {
    sums[i] = context.multiply_add(query[d + i], to_float(context.load(key + d + i)), sums[i]);
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace detail

// `pass` is one that check() takes. All threads of the context call it with the same arguments.
template <class T, class Context>
KVF_HOST_DEVICE void attend(Context& context, const AttentionPass& pass, int row, int query_head,
                            const Scratch<T>& scratch) {
  const int head_dim = pass.head_dim;
  const int block_tokens = pass.block_tokens;
  const int threads = context.threads();
  const int thread = context.thread();
  const HeadTable head = pass.heads[query_head / (pass.query_heads / pass.kv_heads)];
  const std::int64_t at =
      (static_cast<std::int64_t>(row) * pass.query_heads + query_head) * head_dim;
  const T* query = static_cast<const T*>(pass.query) + at;
  T* output = static_cast<T*>(pass.output) + at;

  for (int d = thread; d < head_dim; d += threads) {
    scratch.query[d] = to_float(context.load(query + d)) * pass.scale;
    scratch.sum[d] = 0;
  }
  context.barrier(Barrier::query_staged);

  float largest = -INFINITY;
  double total = 0;
  for (int first = 0; first < head.slots; first += kTile) {
    const int count = head.slots - first < kTile ? head.slots - first : kTile;

    float tile_largest = -INFINITY;
    for (int j = thread; j < count; j += threads) {
      const int slot = first + j;
      scratch.values[j] = nullptr;
      if (!sees(head.mask, pass.first_position + row, context.load(head.positions + slot))) {
        continue;
      }
      const std::byte* memory = context.load(head.blocks + slot / block_tokens);
      const T* block = reinterpret_cast<const T*>(memory);
      const T* key = block + key_offset(slot % block_tokens, head_dim);
      scratch.values[j] = block + value_offset(slot % block_tokens, block_tokens, head_dim);
      scratch.weights[j] = detail::dot(context, scratch.query, key, head_dim);
      tile_largest = fmaxf(tile_largest, scratch.weights[j]);
    }
    tile_largest = context.warp_max(tile_largest);
    if (context.lane() == 0) scratch.maxima[context.warp()] = tile_largest;
    context.barrier(Barrier::maxima_written);

    float new_largest = largest;
    for (int w = 0; w < context.warps(); ++w) {
      new_largest = fmaxf(new_largest, scratch.maxima[w]);
    }
    // While nothing was seen both are -inf, and their difference is not a number.
    const float zero = new_largest == -INFINITY ? 0 : new_largest;
    double tile_total = 0;
    for (int j = thread; j < count; j += threads) {
      if (scratch.values[j] == nullptr) continue;
      scratch.weights[j] = expf(scratch.weights[j] - zero);
      tile_total += static_cast<double>(scratch.weights[j]);
    }
    tile_total = context.warp_sum(tile_total);
    if (context.lane() == 0) scratch.totals[context.warp()] = tile_total;
    context.barrier(Barrier::weights_written);

    const float shrink = expf(largest - zero);
    largest = new_largest;
    tile_total = 0;
    for (int w = 0; w < context.warps(); ++w) tile_total += scratch.totals[w];
    total = total * static_cast<double>(shrink) + tile_total;

    for (int d = thread; d < head_dim; d += threads) scratch.tile[d] = 0;
    for (int begin = 0; begin < count; begin += kGroup) {
      const int end = begin + kGroup < count ? begin + kGroup : count;
      for (int d = thread; d < head_dim; d += threads) scratch.group[d] = 0;
      for (int j = begin; j < end; ++j) {
        const T* value = scratch.values[j];
        if (value == nullptr) continue;
        const float weight = scratch.weights[j];
        for (int d = thread; d < head_dim; d += threads) {
          scratch.group[d] =
              context.multiply_add(weight, to_float(context.load(value + d)), scratch.group[d]);
        }
      }
      for (int d = thread; d < head_dim; d += threads) scratch.tile[d] += scratch.group[d];
    }
    for (int d = thread; d < head_dim; d += threads) {
      scratch.sum[d] = scratch.sum[d] * shrink + scratch.tile[d];
    }
    context.barrier(Barrier::tile_done);
  }

  for (int d = thread; d < head_dim; d += threads) {
    const float mean = total > 0 ? scratch.sum[d] / static_cast<float>(total) : 0.0F;
    context.store(output + d, from_float<T>(mean));
  }
}

}  // namespace kvf::capture
