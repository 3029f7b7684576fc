#include "tests/reference_check/summary.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kvf::reference {
namespace {

// Of all rows together: the share of them whose error is at most `most`.
struct Asked {
  std::string_view part;
  double most;
  double share;
};
constexpr Asked kAsked[] = {{"weights", 0.005, 0.9}};

bool missed_by(const Asked& asked, const std::vector<Measure>& measures) {
  const auto good = std::count_if(measures.begin(), measures.end(), [&](const Measure& measure) {
    return std::abs(measure.got - measure.want) <= asked.most;
  });
  return static_cast<double>(good) < asked.share * static_cast<double>(measures.size());
}

}  // namespace

void Summary::add(const Row& row) {
  for (const Measure& measure : row.measures()) parts_[measure.part].push_back(measure);
}

std::string Summary::text() const {
  std::string lines;
  for (const auto& [part, measures] : parts_) {
    double sum = 0;
    double most = 0;
    std::size_t within = 0;
    for (const Measure& measure : measures) {
      const double error = std::abs(measure.got - measure.want);
      sum += error;
      most = std::max(most, error);
      within += measure.within ? 1 : 0;
    }
    lines += fmt::format("{}: {} records, {} within, mean error {:.4f}, max {:.4f}\n", part,
                         measures.size(), within, sum / static_cast<double>(measures.size()), most);
    for (const Asked& asked : kAsked) {
      if (asked.part == part && missed_by(asked, measures)) {
        lines += fmt::format("{}: missed: fewer than {:.0f} % within {}\n", part, 100 * asked.share,
                             asked.most);
      }
    }
  }
  return lines;
}

bool Summary::missed() const {
  return std::any_of(std::begin(kAsked), std::end(kAsked), [this](const Asked& asked) {
    const auto part = parts_.find(std::string(asked.part));
    return part != parts_.end() && missed_by(asked, part->second);
  });
}

}  // namespace kvf::reference
