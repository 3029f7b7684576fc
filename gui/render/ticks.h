// Where an axis has its ticks, and what they say.
//
// No Qt: how wide a text is comes from the caller. Tokens and passes are counted in decimal steps
// (1, 2, 5, 10 ...), never as K, which here is 1024; bytes in powers of two, so that a label is exact.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kvf::gui {

enum class TickKind {
  count,    // tokens, passes, entries, blocks: whole numbers, from 1e9 on "1,500 M"
  time,     // nanoseconds; labels in s, ms, µs or ns
  bytes,    // labels in GiB, MiB, KiB or bytes
  percent,  // of a share: 0.5 is "50 %"
  number,   // any other: scores
};

struct Tick {
  double at = 0;
  std::string label;  // with its unit: "16 GiB", "0.5 s", "20,000"
  friend bool operator==(const Tick&, const Tick&) = default;
};

struct Ticks {
  std::vector<Tick> major;
  std::vector<double> minor;  // between them, without a label
  friend bool operator==(const Ticks&, const Ticks&) = default;
};

// What a label takes along the axis, in the unit of `length`: its width, or below one another its
// height.
using LabelSize = std::function<double(std::string_view)>;

// The finest ticks of [begin, end] whose labels, each in the middle of its tick, are `gap` apart on
// an axis that is `length` long. Minor ticks are at least 5 apart. Empty for a range of no width, and
// for one that is not finite.
Ticks ticks_that_fit(TickKind kind, double begin, double end, double length, const LabelSize& size,
                     double gap = 12);

}  // namespace kvf::gui
