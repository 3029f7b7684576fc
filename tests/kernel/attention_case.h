// A pass of attention with random contents, and what comes out of it in float64.
//
// Blocks are written here by the words of docs/attention.md and not by the kernel's own functions.
// What holds no entry is filled with NaN: a kernel that reads it shows.
#pragma once

#include <Eigen/Dense>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "profiler/capture/attention/pass.h"

namespace kvf::capture::test {

struct Shape {
  Number number = Number::fp32;
  int rows = 1;
  int past = 16;  // entries that each head may hold of the time before; the rows' own are added
  int query_heads = 1;
  int kv_heads = 1;
  int head_dim = 16;
  int block_tokens = 16;
  HeadMask mask = {};
  double kept = 1;       // share of the past that is still there, drawn for each head
  double empty = 0;      // share of slots more, without an entry
  bool shuffled = true;  // blocks in memory, and entries in slots
  double magnitude = 1;  // of queries
  unsigned seed = 1;
};

class Case {
 public:
  explicit Case(const Shape& shape);
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  // Of memory of this process. The output is that of the last run.
  const AttentionPass& pass() const { return pass_; }
  // Float64, in the layout of the output: [row][query head][head_dim].
  std::vector<double> reference() const;
  std::vector<double> output() const;
  // max |output - reference| / max |reference|, the worst of all query heads.
  double error() const;
  // What rounding of scores may add to it: 2 (head_dim / 8 + 6) 2^-24 max |q||k| scale, weighed
  // with the largest value over the largest output.
  double score_error() const;

  struct Head {
    std::vector<std::int32_t> positions;  // of slots
    std::vector<std::byte*> blocks;
    Eigen::MatrixXd keys, values;  // of slots
    HeadMask mask;
  };
  const std::vector<Head>& heads() const { return heads_; }
  std::vector<std::byte>& query() { return query_; }
  std::vector<std::byte>& memory() { return memory_; }
  std::size_t output_bytes() const { return output_.size(); }
  void set_output(const std::vector<std::byte>& bytes) {
    output_ = bytes, pass_.output = output_.data();
  }

 private:
  // `value`, rounded to the shape's numbers, is written to number `index` of `memory`.
  double put(std::byte* memory, std::size_t index, double value) const;
  double get(const std::byte* memory, std::size_t index) const;
  void fill_head(Head& head);

  Shape shape_;
  std::mt19937 random_;
  AttentionPass pass_;
  std::vector<std::byte> query_, output_, memory_;
  std::vector<Head> heads_;
  std::vector<HeadTable> tables_;
};

}  // namespace kvf::capture::test
