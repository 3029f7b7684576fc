#include "sim/alloc/free_blocks.h"

#include <type_traits>
#include <utility>

namespace kvf {
namespace {

constexpr std::size_t kWord = 64;
constexpr int kPart = 5;  // bits of a size, behind its highest, that tell the class

// Places stay when there are more classes.
static_assert(std::is_nothrow_move_constructible_v<std::set<FreeBlocks::Block>>);

}  // namespace

std::size_t FreeBlocks::class_of(Bytes bytes) {
  const auto size = static_cast<std::uint64_t>(bytes.count());
  const int power = static_cast<int>(std::bit_width(size)) - 1;
  const std::uint64_t part = power > kPart ? size >> (power - kPart) : size << (kPart - power);
  return (static_cast<std::size_t>(power) << kPart) + (part & ((1U << kPart) - 1));
}

FreeBlocks::Place FreeBlocks::insert(const Block& block) {
  const std::size_t number = class_of(block.bytes);
  if (number >= classes_.size()) {
    classes_.resize(number + 1);
    occupied_.resize(number / kWord + 1);
  }
  occupied_[number / kWord] |= std::uint64_t{1} << number % kWord;
  if (nodes_.empty()) return classes_[number].insert(block).first;
  nodes_.back().value() = block;
  const Place place = classes_[number].insert(std::move(nodes_.back())).position;
  nodes_.pop_back();
  return place;
}

void FreeBlocks::take(Place place) {
  const std::size_t number = class_of(place->bytes);
  std::set<Block>& blocks = classes_[number];
  nodes_.push_back(blocks.extract(place));
  if (blocks.empty()) occupied_[number / kWord] &= ~(std::uint64_t{1} << number % kWord);
}

std::optional<FreeBlocks::Place> FreeBlocks::best_fit(Bytes bytes) const {
  const std::size_t number = class_of(bytes);
  if (number >= classes_.size()) return std::nullopt;
  const Place place = classes_[number].lower_bound({bytes, 0, 0});
  if (place != classes_[number].end()) return place;
  // Any of a higher class is large enough.
  std::size_t word = (number + 1) / kWord;
  if (word == occupied_.size()) return std::nullopt;
  std::uint64_t bits = occupied_[word] & (~std::uint64_t{0} << (number + 1) % kWord);
  while (bits == 0) {
    if (++word == occupied_.size()) return std::nullopt;
    bits = occupied_[word];
  }
  return classes_[word * kWord + static_cast<std::size_t>(std::countr_zero(bits))].begin();
}

std::vector<std::uint32_t> FreeBlocks::indices() const {
  std::vector<std::uint32_t> indices;
  for (const std::set<Block>& blocks : classes_) {
    for (const Block& block : blocks) indices.push_back(block.index);
  }
  return indices;
}

}  // namespace kvf
