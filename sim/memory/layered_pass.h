// Figures of a pass as the layers run one after another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kvf {

// `kFigures` figures of one layer, or of all: before a pass, while it attends, and after it.
template <std::size_t kFigures, class Value = std::int64_t>
struct LayerFigures {
  std::array<Value, kFigures> past{}, during{}, after{};
};

// Adds up layers from the lowest on. The first figure decides which layer's moment is the greatest:
// sum_{k<l} after_k + during_l + sum_{k>l} past_k. The others are those of that moment.
template <std::size_t kFigures, class Value = std::int64_t>
class LayeredPass {
 public:
  // `count` equal layers.
  void add(const LayerFigures<kFigures, Value>& layer, std::int64_t count = 1) {
    // Each layer moves the next one's start by what it changes, so that an end is the greatest.
    const std::int64_t ahead = layer.after[0] > layer.past[0] ? count - 1 : 0;
    const auto moment = [&](std::size_t f) {
      return change_[f] + static_cast<Value>(ahead) * (layer.after[f] - layer.past[f]) +
             layer.during[f] - layer.past[f];
    };
    if (layers_ == 0 || moment(0) > most_[0]) {
      for (std::size_t f = 0; f < kFigures; ++f) most_[f] = moment(f);
      at_ = layers_ + static_cast<std::int32_t>(ahead);
    }
    for (std::size_t f = 0; f < kFigures; ++f) {
      past_[f] += static_cast<Value>(count) * layer.past[f];
      change_[f] += static_cast<Value>(count) * (layer.after[f] - layer.past[f]);
    }
    layers_ += static_cast<std::int32_t>(count);
  }

  Value past(std::size_t f = 0) const { return past_[f]; }
  Value during(std::size_t f = 0) const { return past_[f] + most_[f]; }
  Value after(std::size_t f = 0) const { return past_[f] + change_[f]; }
  // The number of the layer whose moment is the greatest, in the order of adding.
  std::int64_t at() const { return at_; }

 private:
  std::array<Value, kFigures> past_{}, change_{}, most_{};
  std::int32_t layers_ = 0;
  std::int32_t at_ = 0;
};

}  // namespace kvf
