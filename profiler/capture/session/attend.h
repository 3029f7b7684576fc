// Attention over a block cache: what a pass needs on the device beside the cache, and the launch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/batch.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/session/block_cache.h"

namespace kvf::capture {

class Attention {
 public:
  // Takes the memory for any pass of any of these from `allocator`, once. Device and allocator must
  // outlive this.
  Attention(std::span<const BatchMember> members, const BlockTables& tables, Device& device,
            DeviceAllocator& allocator);
  Attention(const Attention&) = delete;
  Attention& operator=(const Attention&) = delete;
  ~Attention();

  // Numbers for so many vectors, in the cache's dtype. The same again and again: what is computed does
  // not matter here, that it is does.
  std::span<const std::byte> content(std::int64_t vectors, std::int64_t head_dim) const;

  // All rows of the pass in one layer, whose entries are in its blocks already; what is appended
  // attends too.
  void attend(const Pass& pass, const BlockCache::Layer& layer);

 private:
  std::byte* take(std::int64_t bytes);
  std::byte* upload(const void* from, std::int64_t bytes);

  std::int64_t block_tokens_;
  Number number_;
  Device& device_;
  DeviceAllocator& allocator_;
  std::vector<std::byte> content_;
  Block workspace_;
  std::int64_t used_ = 0;  // of it, by this launch
};

}  // namespace kvf::capture
