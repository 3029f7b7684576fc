#include "tests/reference_check/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace kvf::reference {
namespace {

// Of all rows together: the share of them whose error is at most `most`; or the mean of their errors
// as shares of what was measured.
struct Asked {
  std::string_view part;
  double most;
  double share = 0;  // 0: it is the mean
};
constexpr Asked kAsked[] = {
    {"weights", 0.005, 0.9}, {"activation peak", 0.01}, {"CUDA graphs", 0.15}};

double mean_share(const std::vector<Measure>& measures) {
  double sum = 0;
  for (const Measure& m : measures) sum += std::abs(m.got - m.want) / std::abs(m.want);
  return sum / static_cast<double>(measures.size());
}

bool missed_by(const Asked& asked, const std::vector<Measure>& measures) {
  if (asked.share == 0) return mean_share(measures) > asked.most;
  const auto good = std::count_if(measures.begin(), measures.end(), [&](const Measure& measure) {
    return std::abs(measure.got - measure.want) <= asked.most;
  });
  return static_cast<double>(good) < asked.share * static_cast<double>(measures.size());
}

}  // namespace

void Summary::add(const Row& row) {
  for (const Measure& measure : row.measures()) parts_[measure.part].push_back(measure);
}

void Summary::add(const std::string& kind, Row::Verdict verdict) {
  ++kinds_[kind][static_cast<std::size_t>(verdict)];
}

std::string Summary::text() const {
  std::string lines;
  for (const auto& [kind, count] : kinds_) {
    lines += fmt::format("{}: {} equal, {} different, {} undefined\n", kind, count[0], count[1],
                         count[2]);
  }
  for (const auto& [part, measures] : parts_) {
    std::vector<double> errors;
    std::size_t within = 0;
    for (const Measure& measure : measures) {
      errors.push_back(std::abs(measure.got - measure.want));
      within += measure.within ? 1 : 0;
    }
    std::sort(errors.begin(), errors.end());
    const auto at = [&](double share) {
      return errors[static_cast<std::size_t>(share * static_cast<double>(errors.size() - 1))];
    };
    const double mean =
        std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
    lines += fmt::format(
        "{}: {} records, {} within, mean {:.4f} GiB ({:.2f} %), median {:.4f}, 90 % {:.4f}, max "
        "{:.4f}\n",
        part, measures.size(), within, mean, 100 * mean_share(measures), at(0.5), at(0.9),
        errors.back());
    for (const Asked& asked : kAsked) {
      if (asked.part != part || !missed_by(asked, measures)) continue;
      lines += asked.share == 0
                   ? fmt::format("{}: missed: a mean above {:.0f} %\n", part, 100 * asked.most)
                   : fmt::format("{}: missed: fewer than {:.0f} % within {}\n", part,
                                 100 * asked.share, asked.most);
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
