// The two peaks of a schedule, found from what each rule holds at the passes it is shown.
//
//   peak            all layers at once: the sum over layers of past + rows + appended
//   peak layerwise  layers one after another: while layer l attends, the layers below it have
//                   evicted and those above it have not begun; the largest over l
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

// Value is std::int64_t, or double when the share of streaming heads is nominal: then the sums over
// the streaming and over the other heads are kept apart and weighted last, in the order of the
// paper's script.
template <class Value>
class PeakFinder {
 public:
  explicit PeakFinder(const Schedule& schedule);

  // What rule r held before and keeps after pass `pass`, in which every cell has `rows` + appended
  // more entries meanwhile.
  void see(std::int64_t pass, std::int64_t added, std::span<const std::int64_t> past,
           std::span<const std::int64_t> after);
  // The same for `count` passes in a row: past[r * stride + i] is of rule r and pass first + i.
  // Faster, as it goes through the rules one by one.
  void see_block(std::int64_t first, std::int64_t count, std::int64_t added,
                 const std::int64_t* past, const std::int64_t* after, std::size_t stride);

  // In units of scale() entries.
  PeakAt<Value> peak() const { return peak_; }
  // In entries.
  PeakAt<Value> layerwise() const { return layerwise_; }
  // 1, but when the share is nominal: how many cells of each kind there are, if all cells of a kind
  // follow one rule. The paper's script counts one cell of each kind, and rounds so.
  std::int64_t scale() const { return scale_; }

 private:
  // Sums over the streaming heads and over the others; one sum in all when not nominal.
  struct Sums {
    std::int64_t others = 0;
    std::int64_t streaming = 0;
  };
  static void raise(PeakAt<Value>& peak, Value value, std::int64_t pass);
  Value weigh(const Sums& sums) const;
  void look(std::int64_t pass, std::int64_t added, const Sums& held);
  void see_one_rule(std::int64_t first, std::int64_t count, std::int64_t added,
                    const std::int64_t* past, const std::int64_t* after);
  Sums group_sum(const Group& group, std::int64_t per_cell) const;
  Sums worst_layer(std::int64_t added) const;

  const Schedule& schedule_;
  std::vector<Sums> cells_;  // of each rule, over scale_
  Sums all_cells_;           // over scale_
  std::int64_t scale_ = 1;
  std::int64_t last_width_ = 0;  // KV heads of the last layer
  bool last_layer_is_widest_ = true;
  bool one_width_ = true;  // all layers have as many
  // What changed in the cells of each rule in the pass seen last (after - past), and the layer that
  // is worst then: what it and the layers below it add to the past.
  std::vector<std::int64_t> change_;
  std::int64_t added_ = -1;
  Sums worst_;
  std::vector<Sums> held_;     // of the passes of a block, over scale_
  std::vector<char> differs_;  // whether change_ is another than in the pass before
  PeakAt<Value> peak_;
  PeakAt<Value> layerwise_;
};

}  // namespace kvf
