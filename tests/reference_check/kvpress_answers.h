// The library's answers to a row of kvpress, layer by layer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/reference_check/kvpress_press.h"
#include "tests/reference_check/played.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {

using Counts = std::vector<std::int64_t>;

const Node& item(const Node& list, std::size_t index);
Counts counts_of(const Node& list);

// Usually one answer. Where scores or a layer's kind decide, each layer follows one of several.
class Answers {
 public:
  Answers(Row& row, const Press& press);

  const Played& first() const { return answers_.front(); }
  const Played& last() const { return answers_.back(); }
  std::size_t layers() const { return chosen_.size(); }
  void choose(std::size_t layer, std::size_t answer) { chosen_.at(layer) = answer; }
  // The answer that holds `want` in a layer after the prefill; the first if none does.
  void choose_by_held(std::size_t layer, std::int64_t want);

  // Of a head of the layer; all heads of a layer hold the same, masked entries included.
  std::int64_t attended(std::size_t layer, std::size_t pass) const;
  std::int64_t left(std::size_t layer, std::size_t pass) const;
  // The same, layer by layer.
  Counts attended(std::size_t pass) const;
  Counts left(std::size_t pass) const;
  Counts held(Tokens CellTotals::*when) const;

  // Head by head, in the order of the row's `streaming_mask` if it has one.
  Counts live(std::size_t layer, Tokens CellTotals::*when) const {
    return live_of(of(layer), layer, when);
  }
  Counts live_of(const Played& played, std::size_t layer, Tokens CellTotals::*when) const;

 private:
  const Played& of(std::size_t layer) const { return answers_[chosen_[layer]]; }

  const Node& node_;
  std::vector<Played> answers_;
  std::vector<std::size_t> chosen_;  // of each layer
};

}  // namespace kvf::reference
