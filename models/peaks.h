// The two peaks of a schedule, found from what each rule holds at the passes it is shown.
//
//   peak            all layers at once: the sum over layers of past + rows + appended
//   peak layerwise  layers one after another: while layer l attends, the layers below it have
//                   evicted and those above it have not begun; the largest over l
// Each in entries, or in the bytes that store them.
// Both are affine in the passes where every rule is, so that the ends of such stretches suffice.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/schedule.h"

namespace kvf {

template <class Value>
struct PeakAt {
  Value value{};
  std::int64_t pass = 0;  // the first that reaches it
};

// Both, in whole entries or bytes.
struct Peaks {
  PeakAt<std::int64_t> all_layers;
  PeakAt<std::int64_t> layerwise;
};

// Value is std::int64_t, or double when the share of streaming heads is nominal: then the sums over
// the streaming and over the other heads are kept apart and weighted last, in the order of the
// paper's script.
template <class Value>
class PeakFinder {
 public:
  explicit PeakFinder(const Schedule& schedule, Unit unit = Unit::entries);

  // What rule r held before and keeps after pass `pass`, in which every cell has `rows` + appended
  // more entries meanwhile.
  void see(std::int64_t pass, std::int64_t added, std::span<const std::int64_t> past,
           std::span<const std::int64_t> after);
  // The same for `count` passes in a row: past[r * stride + i] is of rule r and pass first + i.
  // Faster, as it goes through the rules one by one.
  void see_block(std::int64_t first, std::int64_t count, std::int64_t added,
                 const std::int64_t* past, const std::int64_t* after, std::size_t stride);

  // In units of scale() entries, or bytes.
  PeakAt<Value> peak() const { return peak_; }
  // In entries, or bytes.
  PeakAt<Value> layerwise() const { return layerwise_; }
  // 1, but when the share is nominal: what all kinds of cells have in common, one cell of each kind
  // if all of a kind follow one rule. The paper's script counts one cell of each, and rounds so.
  std::int64_t scale() const { return scale_; }

 private:
  static void raise(PeakAt<Value>& peak, Value value, std::int64_t pass);
  Value weigh(const HeldSum& sums) const;
  void look(std::int64_t pass, std::int64_t added, const HeldSum& held);
  void see_one_rule(std::int64_t first, std::int64_t count, std::int64_t added,
                    const std::int64_t* past, const std::int64_t* after);
  void measure_layers();
  HeldSum group_sum(const Group& group, std::int64_t entries) const;
  HeldSum worst_layer(std::int64_t added) const;

  const Schedule& schedule_;
  Unit unit_;
  std::vector<HeldSum> cells_;  // of each rule: what an entry in each of its cells is; over scale_
  HeldSum all_cells_;           // over scale_
  std::int64_t scale_ = 1;
  // What an entry in each cell of the last layer is.
  std::int64_t last_width_ = 0;
  bool last_layer_is_widest_ = true;
  bool one_width_ = true;  // it is the same in all layers
  // What changed in the cells of each rule in the pass seen last (after - past), and the layer that
  // is worst then: what it and the layers below it add to the past.
  std::vector<std::int64_t> change_;
  std::int64_t added_ = -1;
  HeldSum worst_;
  std::vector<HeldSum> held_;  // of the passes of a block, over scale_
  std::vector<char> differs_;  // whether change_ is another than in the pass before
  PeakAt<Value> peak_;
  PeakAt<Value> layerwise_;
};

}  // namespace kvf
