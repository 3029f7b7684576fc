#include "profiler/capture/session/attend.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <stdexcept>

#include "profiler/capture/attention/number.h"

namespace kvf::capture {
namespace {

std::int64_t aligned(std::int64_t bytes) { return (bytes + 255) / 256 * 256; }

// Numbers in [-1, 1), the same in every run.
std::vector<std::byte> random_numbers(std::int64_t count, Number number) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count * size_of(number)));
  std::minstd_rand random(1);
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(random() % 65536) / 32768.0F - 1.0F;
    std::byte* to = bytes.data() + i * size_of(number);
    const auto put = [to](auto of_width) { std::memcpy(to, &of_width, sizeof of_width); };
    switch (number) {
      case Number::fp32:
        put(value);
        break;
      case Number::fp16:
        put(from_float<Half>(value));
        break;
      case Number::bf16:
        put(from_float<BFloat>(value));
        break;
    }
  }
  return bytes;
}

// The most of any pass.
struct Sizes {
  std::int64_t head_dim = 0;
  std::int64_t query_numbers = 0;  // of a row in a layer
  std::int64_t heads = 0;          // stored, of a layer
  std::int64_t rows = 0;           // what is appended included
  std::int64_t slots = 0;          // of a head
};

Sizes sizes_of(std::span<const BatchMember> members) {
  Sizes sizes;
  for (const LayerRun& run : members.front().schedule.shape.all_runs()) {
    if (!run.holds_entries()) continue;
    sizes.head_dim = std::max(sizes.head_dim, run.key_width);
    sizes.query_numbers = std::max(sizes.query_numbers, run.query_heads * run.key_width);
  }
  for (const BatchMember& member : members) {
    std::map<std::int64_t, std::int64_t> stored;  // by layer
    for (const Group& group : member.schedule.groups) {
      std::int64_t& heads = stored[group.layer] += group.heads.count() * group.copies;
      sizes.heads = std::max(sizes.heads, heads);
    }
    std::int64_t slots = 0;
    for (const PassRun& run : member.schedule.plan.runs) {
      const std::int64_t added = (run.rows + run.appended).count();
      sizes.rows = std::max(sizes.rows, added);
      slots += added * run.count;
    }
    sizes.slots = std::max(sizes.slots, slots);
  }
  return sizes;
}

}  // namespace

Attention::Attention(std::span<const BatchMember> members, const BlockTables& tables,
                     Device& device, DeviceAllocator& allocator)
    : block_tokens_(tables.block.count()),
      number_(number_of(members.front().schedule.shape.dtype)),
      device_(device),
      allocator_(allocator) {
  const Sizes sizes = sizes_of(members);
  content_ = random_numbers(sizes.rows * sizes.head_dim, number_);
  const auto bytes = [](std::int64_t count, std::size_t each) {
    return aligned(count * static_cast<std::int64_t>(each));
  };
  const std::int64_t rows = aligned(sizes.rows * sizes.query_numbers * size_of(number_));
  const std::int64_t a_head = bytes(sizes.slots / block_tokens_ + 2, sizeof(void*)) +
                              bytes(sizes.slots, sizeof(std::int32_t));
  workspace_ = allocator.allocate(
      Bytes(2 * rows + sizes.heads * a_head + bytes(sizes.heads, sizeof(HeadTable))));
}

Attention::~Attention() { allocator_.free(workspace_.address); }

std::span<const std::byte> Attention::content(std::int64_t vectors, std::int64_t head_dim) const {
  return std::span(content_).first(static_cast<std::size_t>(vectors * head_dim * size_of(number_)));
}

std::byte* Attention::take(std::int64_t bytes) {
  std::byte* address = workspace_.address + used_;
  used_ += aligned(bytes);
  if (Bytes(used_) > workspace_.bytes) throw std::logic_error("the workspace is too small");
  return address;
}

std::byte* Attention::upload(const void* from, std::int64_t bytes) {
  std::byte* to = take(bytes);
  if (bytes > 0) device_.upload(to, from, Bytes(bytes));
  return to;
}

void Attention::attend(const Pass& pass, const BlockCache::Layer& layer) {
  used_ = 0;
  AttentionPass attention;
  attention.number = number_;
  attention.rows = static_cast<std::int32_t>((pass.rows + pass.appended).count());
  attention.first_position = static_cast<std::int32_t>(pass.position.count());
  attention.query_heads = static_cast<std::int32_t>(layer.query_heads);
  attention.kv_heads = static_cast<std::int32_t>(layer.cells.size());
  attention.head_dim = static_cast<std::int32_t>(layer.head_dim);
  attention.block_tokens = static_cast<std::int32_t>(block_tokens_);
  attention.scale = 1.0F / std::sqrt(static_cast<float>(layer.head_dim));

  const std::int64_t bytes = attention.rows * layer.query_heads * layer.head_dim * size_of(number_);
  std::byte* query = take(bytes);
  for (std::int64_t done = 0, piece = std::ssize(content_); done < bytes; done += piece) {
    device_.upload(query + done, content_.data(), Bytes(std::min(piece, bytes - done)));
  }
  attention.query = query;
  attention.output = take(bytes);

  std::vector<HeadTable> heads;
  for (const BlockCache::Cell& cell : layer.cells) {
    const auto of = [&](const auto& values) {
      return upload(values.data(), static_cast<std::int64_t>(values.size() * sizeof values[0]));
    };
    HeadTable& head = heads.emplace_back();
    head.blocks = reinterpret_cast<const std::byte* const*>(of(cell.slots.blocks()));
    head.positions = reinterpret_cast<const std::int32_t*>(of(cell.slots.positions()));
    head.slots = static_cast<std::int32_t>(cell.slots.slots());
    head.mask = cell.mask;
  }
  attention.heads = reinterpret_cast<const HeadTable*>(
      upload(heads.data(), static_cast<std::int64_t>(heads.size() * sizeof(HeadTable))));
  device_.attend(attention);
}

}  // namespace kvf::capture
