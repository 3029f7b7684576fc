#include "sim/alloc/score_model.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace kvf {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): a hash whose bits are as good as random.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// In [0, 1).
double uniform(std::uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

}  // namespace

ScoreModel::ScoreModel(Table table) : table_(std::move(table)) {
  const auto size = static_cast<std::int64_t>(table_.values.size());
  if (table_.columns < 1 || size == 0 || size % table_.columns != 0) {
    throw std::invalid_argument("a table of scores needs at least one whole row");
  }
}

double ScoreModel::taste(std::int64_t cell, std::int64_t position) const {
  if (!table_.values.empty()) {
    const auto rows = static_cast<std::int64_t>(table_.values.size()) / table_.columns;
    const std::int64_t at = std::min(position, rows - 1) * table_.columns + cell % table_.columns;
    return table_.values[static_cast<std::size_t>(at)];
  }
  const std::uint64_t hash = mix(mix(synthetic_.seed + static_cast<std::uint64_t>(cell)) +
                                 static_cast<std::uint64_t>(position));
  if (position < synthetic_.sinks) return 4 - static_cast<double>(position) * 1e-3;
  const bool heavy = uniform(mix(hash)) < synthetic_.heavy_hitters;
  return uniform(hash) + (heavy ? 1.5 : 0);
}

double ScoreModel::recency(std::int64_t position, std::int64_t now) const {
  if (!table_.values.empty() || position < synthetic_.sinks) return 0;
  // In half-lives. Noise is a multiple of 2^-53, which so small a bonus leaves as it is.
  const double age = static_cast<double>(now - position) / synthetic_.half_life;
  return age > 128 ? 0 : std::exp2(-age);
}

}  // namespace kvf
