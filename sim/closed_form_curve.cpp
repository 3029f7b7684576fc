#include "sim/closed_form_curve.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "models/stretches.h"
#include "sim/memory/layered_pass.h"

namespace kvf {
namespace {

// What one cell of each rule holds in a pass.
struct Cell {
  std::int64_t past = 0;
  std::int64_t during = 0;
  std::int64_t after = 0;
};

// Value is double where the share of streaming heads is nominal.
template <class Value>
class BytesOfPass {
 public:
  BytesOfPass(const Schedule& schedule, std::int64_t sequences) {
    for (std::size_t g = 0; g < schedule.groups.size();) {
      Layer layer;
      for (const std::int64_t number = schedule.groups[g].layer;
           g < schedule.groups.size() && schedule.groups[g].layer == number; ++g) {
        const Group& group = schedule.groups[g];
        const auto bytes = static_cast<Value>(per_entry(group, Unit::bytes) * sequences);
        layer.parts.push_back({group.rule, static_cast<Value>(weight(schedule, group) * bytes)});
      }
      if (!layers_.empty() && layers_.back().parts == layer.parts) {
        ++layers_.back().count;
      } else {
        layers_.push_back(std::move(layer));
      }
    }
  }

  void add(const std::vector<Cell>& cells, LevelColumn& column) const {
    LayeredPass<1, Value> pass;
    for (const Layer& layer : layers_) {
      LayerFigures<1, Value> figures;
      for (const Part& part : layer.parts) {
        const Cell& cell = cells[part.rule];
        figures.past[0] += part.bytes * static_cast<Value>(cell.past);
        figures.during[0] += part.bytes * static_cast<Value>(cell.during);
        figures.after[0] += part.bytes * static_cast<Value>(cell.after);
      }
      pass.add(figures, layer.count);
    }
    column.add(whole(pass.past()), whole(pass.during()), whole(pass.after()));
  }

 private:
  struct Part {
    std::uint32_t rule = 0;
    Value bytes{};  // of an entry in all cells
    friend bool operator==(const Part&, const Part&) = default;
  };
  struct Layer {
    std::vector<Part> parts;
    std::int64_t count = 1;  // of equal neighbours
  };
  static Value weight(const Schedule& schedule, const Group& group) {
    if constexpr (std::is_same_v<Value, double>) return schedule.weight(group.role);
    return 1;
  }
  static std::int64_t whole(std::int64_t value) { return value; }
  static std::int64_t whole(double value) { return std::llrint(value); }

  std::vector<Layer> layers_;
};

template <class Value>
class Sampler {
 public:
  Sampler(const Schedule& schedule, std::int64_t sequences)
      : schedule_(schedule), sequences_(sequences), bytes_(schedule, sequences) {
    cells_.resize(schedule.rules.size());
  }

  // Some `most` passes of [begin, end), its ends among them; at[r] is the segment of rule r.
  void sample(std::int64_t begin, std::int64_t end, std::span<const Segment* const> at,
              std::int64_t most) {
    const std::int64_t steps = std::min(most + 1, std::max<std::int64_t>(end - 1 - begin, 1));
    for (std::int64_t i = 0; i <= steps; ++i) {
      const Int128 step = static_cast<Int128>(end - 1 - begin) * i / steps;
      const std::int64_t pass = begin + static_cast<std::int64_t>(step);
      if (samples_.pass.empty() || samples_.pass.back() < pass) see(pass, at);
    }
  }
  SampledPasses take() { return std::move(samples_); }

 private:
  void see(std::int64_t pass, std::span<const Segment* const> at) {
    const std::vector<PassRun>& runs = schedule_.plan.runs;
    while (runs[run_].first + runs[run_].count <= pass) ++run_;
    const PassRun& run = runs[run_];
    const std::int64_t added = (run.rows + run.appended).count();
    for (std::size_t r = 0; r < at.size(); ++r) {
      const std::int64_t past = at[r]->past_at(pass - at[r]->first).count();
      cells_[r] = {past, past + added, at[r]->after_at(pass - at[r]->first).count()};
    }
    samples_.pass.push_back(pass);
    samples_.first_row.push_back((run.position + run.rows.times(pass - run.first)).count());
    samples_.rows.push_back(run.rows.count());
    samples_.entries.add(entries(&Cell::past), entries(&Cell::during), entries(&Cell::after));
    bytes_.add(cells_, samples_.bytes);
  }
  std::int64_t entries(std::int64_t Cell::*when) const {
    HeldSum sum;
    for (std::size_t r = 0; r < cells_.size(); ++r) {
      sum += {schedule_.cells[r].others * cells_[r].*when,
              schedule_.cells[r].streaming * cells_[r].*when};
    }
    return sequences_ * schedule_.rounded(sum);
  }

  const Schedule& schedule_;
  std::int64_t sequences_;
  BytesOfPass<Value> bytes_;
  std::vector<Cell> cells_;
  std::size_t run_ = 0;
  SampledPasses samples_;
};

// Of `most`, as many as a part of the run is longer.
std::int64_t share(std::int64_t most, Int128 part, Int128 all) {
  return all == 0 ? most : static_cast<std::int64_t>(most * part / all);
}

template <class Value>
SampledPasses sample(const Schedule& schedule, std::int64_t sequences, std::int64_t most) {
  std::vector<Segment> all;
  std::vector<std::size_t> first_of;
  for (const Rule& rule : schedule.rules) {
    first_of.push_back(all.size());
    const std::vector<Segment> of_rule = segments(rule, schedule.plan);
    all.insert(all.end(), of_rule.begin(), of_rule.end());
  }
  // What a model without a cache holds is nothing, in as many runs as there are.
  if (schedule.rules.empty()) {
    first_of.push_back(0);
    for (const PassRun& run : schedule.plan.runs) {
      all.push_back({run.first, run.count, run.rows, run.appended, {}, {}, {}, {}});
    }
  }
  Sampler<Value> sampler(schedule, sequences);
  const std::int64_t passes = schedule.plan.passes();
  const std::int64_t rows = schedule.plan.rows().count();
  for_each_stretch(all, first_of, passes, [&](std::int64_t begin, std::int64_t end, auto at) {
    const std::int64_t count = end - begin;
    const std::int64_t here = std::max(share(most, count, passes),
                                       share(most, Int128{at[0]->rows.count()} * count, rows));
    sampler.sample(begin, end, schedule.rules.empty() ? at.first(0) : at, here);
  });
  return sampler.take();
}

}  // namespace

SampledPasses from_closed_form(const Schedule& schedule, std::int64_t sequences,
                               std::int64_t most) {
  // Throws if the sums do not fit, so that they need no check each.
  (void)peak_bytes(schedule).all_layers.times(sequences).times(2);
  return schedule.nominal_streaming ? sample<double>(schedule, sequences, most)
                                    : sample<std::int64_t>(schedule, sequences, most);
}

}  // namespace kvf
