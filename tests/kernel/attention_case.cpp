#include "tests/kernel/attention_case.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace kvf::capture::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t bytes_of(Number number, std::int64_t count) {
  return static_cast<std::size_t>(size_of(number) * count);
}

}  // namespace

double Case::put(std::byte* memory, std::size_t index, double value) const {
  const auto write = [&](auto number) {
    std::memcpy(memory + index * sizeof number, &number, sizeof number);
    return static_cast<double>(to_float(number));
  };
  const auto single = static_cast<float>(value);
  if (shape_.number == Number::fp16) return write(from_float<Half>(single));
  if (shape_.number == Number::bf16) return write(from_float<BFloat>(single));
  return write(single);
}

double Case::get(const std::byte* memory, std::size_t index) const {
  const auto read = [&](auto number) {
    std::memcpy(&number, memory + index * sizeof number, sizeof number);
    return static_cast<double>(to_float(number));
  };
  if (shape_.number == Number::fp16) return read(Half{});
  if (shape_.number == Number::bf16) return read(BFloat{});
  return read(0.0F);
}

void Case::fill_head(Head& head) {
  // Which entries are there: a share of the past, and the rows' own.
  std::bernoulli_distribution stays(shape_.kept);
  std::vector<std::int32_t> positions;
  for (int p = 0; p < shape_.past + shape_.rows; ++p) {
    if (p >= shape_.past || stays(random_)) positions.push_back(p);
  }
  positions.resize(positions.size() + static_cast<std::size_t>(
                                          shape_.empty * static_cast<double>(positions.size())),
                   kNoEntry);
  if (shape_.shuffled) std::shuffle(positions.begin(), positions.end(), random_);
  head.positions = positions;
  head.mask = shape_.mask;

  const auto slots = static_cast<Eigen::Index>(positions.size());
  const Eigen::Index dim = shape_.head_dim;
  std::normal_distribution<double> normal;
  head.keys = Eigen::MatrixXd(slots, dim);
  head.values = Eigen::MatrixXd(slots, dim);
  for (Eigen::Index s = 0; s < slots; ++s) {
    std::byte* block = head.blocks[static_cast<std::size_t>(s / shape_.block_tokens)];
    const Eigen::Index slot = s % shape_.block_tokens;
    const bool there = positions[static_cast<std::size_t>(s)] != kNoEntry;
    for (Eigen::Index d = 0; d < dim; ++d) {
      const auto key = static_cast<std::size_t>(slot * dim + d);
      const auto value = static_cast<std::size_t>((shape_.block_tokens + slot) * dim + d);
      head.keys(s, d) = there ? put(block, key, normal(random_)) : 0;
      head.values(s, d) = there ? put(block, value, normal(random_)) : 0;
    }
  }
}

Case::Case(const Shape& shape) : shape_(shape), random_(shape.seed) {
  const std::int64_t numbers = std::int64_t{shape.rows} * shape.query_heads * shape.head_dim;
  query_.resize(bytes_of(shape.number, numbers));
  output_.assign(query_.size(), std::byte{0xff});
  std::normal_distribution<double> normal(0, shape.magnitude);
  for (std::size_t i = 0; i < static_cast<std::size_t>(numbers); ++i) {
    put(query_.data(), i, normal(random_));
  }

  // Blocks of all heads, mixed, in one memory.
  const auto slots = static_cast<int>((1 + shape.empty) * (shape.past + shape.rows)) + 1;
  const int each = (slots + shape.block_tokens - 1) / shape.block_tokens;
  const std::size_t block = bytes_of(shape.number, 2LL * shape.block_tokens * shape.head_dim);
  memory_.assign(block * static_cast<std::size_t>(each * shape.kv_heads), std::byte{0xff});
  std::vector<std::size_t> order(static_cast<std::size_t>(each * shape.kv_heads));
  std::iota(order.begin(), order.end(), 0);
  if (shape.shuffled) std::shuffle(order.begin(), order.end(), random_);
  heads_.resize(static_cast<std::size_t>(shape.kv_heads));
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    for (std::size_t b = 0; b < static_cast<std::size_t>(each); ++b) {
      heads_[h].blocks.push_back(memory_.data() +
                                 block * order[h * static_cast<std::size_t>(each) + b]);
    }
    fill_head(heads_[h]);
    tables_.push_back({heads_[h].blocks.data(), heads_[h].positions.data(),
                       static_cast<std::int32_t>(heads_[h].positions.size()), heads_[h].mask});
  }

  pass_.number = shape.number;
  pass_.query = query_.data();
  pass_.output = output_.data();
  pass_.heads = tables_.data();
  pass_.rows = shape.rows;
  pass_.first_position = shape.past;
  pass_.query_heads = shape.query_heads;
  pass_.kv_heads = shape.kv_heads;
  pass_.head_dim = shape.head_dim;
  pass_.block_tokens = shape.block_tokens;
  pass_.scale = 1 / std::sqrt(static_cast<float>(shape.head_dim));
}

std::vector<double> Case::output() const {
  std::vector<double> numbers(output_.size() / bytes_of(shape_.number, 1));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = get(output_.data(), i);
  return numbers;
}

std::vector<double> Case::reference() const {
  std::vector<double> result;
  const Eigen::Index dim = shape_.head_dim;
  for (int row = 0; row < shape_.rows; ++row) {
    const int position = shape_.past + row;
    for (int h = 0; h < shape_.query_heads; ++h) {
      const Head& head = heads_[static_cast<std::size_t>(h * shape_.kv_heads / shape_.query_heads)];
      Eigen::VectorXd query(dim);
      for (Eigen::Index d = 0; d < dim; ++d) {
        query(d) =
            get(query_.data(),
                static_cast<std::size_t>((row * shape_.query_heads + h) * shape_.head_dim + d));
      }
      Eigen::VectorXd scores = head.keys * query * static_cast<double>(pass_.scale);
      for (Eigen::Index s = 0; s < scores.size(); ++s) {
        const int entry = head.positions[static_cast<std::size_t>(s)];
        const bool near = position - entry < head.mask.window || entry < head.mask.sinks;
        if (entry == kNoEntry || entry > position || !near) scores(s) = -kInfinity;
      }
      const double largest = scores.maxCoeff();
      Eigen::VectorXd weights = Eigen::VectorXd::Zero(scores.size());
      if (largest > -kInfinity) weights = (scores.array() - largest).exp();
      const double total = largest > -kInfinity ? weights.sum() : 1;
      const Eigen::VectorXd out = head.values.transpose() * weights / total;
      result.insert(result.end(), out.data(), out.data() + dim);
    }
  }
  return result;
}

double Case::error() const {
  const std::vector<double> got = output();
  const std::vector<double> wanted = reference();
  const auto heads = static_cast<std::size_t>(shape_.query_heads);
  std::vector<double> worst(heads), largest(heads);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::size_t head = i / static_cast<std::size_t>(shape_.head_dim) % heads;
    const double off = std::abs(got[i] - wanted[i]);
    // Not a number counts as infinitely wrong; std::max would let it go.
    worst[head] = std::max(worst[head], std::isnan(off) ? kInfinity : off);
    largest[head] = std::max(largest[head], std::abs(wanted[i]));
  }
  double error = 0;
  for (std::size_t h = 0; h < heads; ++h) {
    error = std::max(error, worst[h] == 0 ? 0 : worst[h] / largest[h]);
  }
  return error;
}

double Case::score_error() const {
  double longest_query = 0;
  const auto dim = static_cast<std::size_t>(shape_.head_dim);
  for (std::size_t i = 0; i < query_.size() / bytes_of(shape_.number, 1); i += dim) {
    double sum = 0;
    for (std::size_t d = 0; d < dim; ++d) sum += std::pow(get(query_.data(), i + d), 2);
    longest_query = std::max(longest_query, std::sqrt(sum));
  }
  double longest_key = 0, largest_value = 0, largest_output = 0;
  for (const Head& head : heads_) {
    longest_key = std::max(longest_key, head.keys.rowwise().norm().maxCoeff());
    largest_value = std::max(largest_value, head.values.cwiseAbs().maxCoeff());
  }
  for (const double x : reference()) largest_output = std::max(largest_output, std::abs(x));
  return 2 * (shape_.head_dim / 8.0 + 6) * 0x1p-24 * longest_query * longest_key *
         static_cast<double>(pass_.scale) * largest_value / largest_output;
}

}  // namespace kvf::capture::test
