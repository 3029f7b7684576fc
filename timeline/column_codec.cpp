#include "timeline/column_codec.h"

#include <algorithm>
#include <stdexcept>

namespace kvf {
namespace {

constexpr std::size_t kIntegerBytes = 8;
constexpr std::size_t kStretchBytes = 3 * kIntegerBytes;

void put(std::vector<std::byte>& bytes, std::int64_t value) {
  for (std::size_t i = 0; i < kIntegerBytes; ++i) {
    bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

std::int64_t get(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kIntegerBytes; ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

void ColumnEncoder::append(std::span<const std::int64_t> values) {
  for (const std::int64_t value : values) {
    if (stretches_.empty()) min_ = max_ = value;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
    const std::int64_t step = value - last_;  // both are >= 0: no overflow
    Stretch* stretch = stretches_.empty() ? nullptr : &stretches_.back();
    if (stretch != nullptr && stretch->passes == 1) {
      stretch->step = step;
      stretch->passes = 2;
    } else if (stretch != nullptr && stretch->step == step) {
      ++stretch->passes;
    } else {
      stretches_.push_back({1, value, 0});
    }
    last_ = value;
  }
}

std::vector<std::byte> ColumnEncoder::take() {
  std::vector<std::byte> bytes;
  bytes.reserve(stretches_.size() * kStretchBytes);
  for (const auto& [passes, first, step] : stretches_) {
    put(bytes, passes);
    put(bytes, first);
    put(bytes, step);
  }
  stretches_.clear();
  min_ = max_ = last_ = 0;
  return bytes;
}

void decode_column(std::span<const std::byte> bytes, std::int64_t passes,
                   std::vector<std::int64_t>& values) {
  if (bytes.size() % kStretchBytes != 0) {
    throw std::runtime_error("is not made of whole stretches");
  }
  std::int64_t missing = passes;
  for (; !bytes.empty(); bytes = bytes.subspan(kStretchBytes)) {
    const std::int64_t count = get(bytes);
    std::int64_t value = get(bytes.subspan(kIntegerBytes));
    const std::int64_t step = get(bytes.subspan(2 * kIntegerBytes));
    if (count < 1 || count > missing) throw std::runtime_error("has the wrong number of values");
    std::int64_t last = 0;
    if (__builtin_mul_overflow(step, count - 1, &last) ||
        __builtin_add_overflow(value, last, &last) || value < 0 || last < 0) {
      throw std::runtime_error("has a value out of range");
    }
    missing -= count;
    values.push_back(value);
    for (std::int64_t i = 1; i < count; ++i) values.push_back(value += step);
  }
  if (missing != 0) throw std::runtime_error("has the wrong number of values");
}

}  // namespace kvf
