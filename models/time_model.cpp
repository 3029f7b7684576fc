#include "models/time_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/closed_form.h"
#include "models/stretches.h"

namespace kvf {
namespace {

// start + i * step.
struct Affine {
  double start = 0;
  double step = 0;
  double at(double i) const { return start + i * step; }
};

// Sums over i in [from, to).
double sum(const Affine& a, double from, double to) {
  return (to - from) * (a.at(from) + a.at(to - 1)) / 2;
}
double sum_of_product(const Affine& a, const Affine& b, double from, double to) {
  const auto powers = [&](int k) {  // sum of i^k below n
    const auto below = [&](double n) {
      if (k == 0) return n;
      if (k == 1) return n * (n - 1) / 2;
      return (n - 1) * n * (2 * n - 1) / 6;
    };
    return below(to) - below(from);
  };
  return a.start * b.start * powers(0) + (a.start * b.step + a.step * b.start) * powers(1) +
         a.step * b.step * powers(2);
}

// Passes whose times are affine but for which of the two is the longer.
struct Stretch {
  std::int64_t passes = 0;
  Phase phase = Phase::prefill;
  Affine flop_time;
  Affine byte_time;
  Affine read;  // bytes of the cache
  Affine held;  // bytes, during the pass

  double seconds_of(std::int64_t pass) const {
    const auto i = static_cast<double>(pass);
    return std::max(flop_time.at(i), byte_time.at(i));
  }
};

// Where the two lines cross, as the first pass after it: before it the one is larger, then the other.
double crossing(const Affine& a, const Affine& b, double passes) {
  if (a.step == b.step) return passes;
  const double at = std::ceil((b.start - a.start) / (a.step - b.step));
  return at > 0 && at < passes ? at : passes;
}

void add(const Stretch& stretch, double& seconds, double& byte_seconds) {
  const auto passes = static_cast<double>(stretch.passes);
  const double middle = crossing(stretch.flop_time, stretch.byte_time, passes);
  for (const auto& [from, to] : {std::pair(0.0, middle), std::pair(middle, passes)}) {
    if (from == to) continue;
    const double at = (from + to - 1) / 2;
    const bool by_flops = stretch.flop_time.at(at) > stretch.byte_time.at(at);
    const Affine& time = by_flops ? stretch.flop_time : stretch.byte_time;
    seconds += sum(time, from, to);
    byte_seconds += sum_of_product(time, stretch.held, from, to);
  }
}

// Per entry in each cell of a rule: cells, and their bytes.
struct Weight {
  double cells = 0;
  double bytes = 0;
};

std::vector<Weight> weights_of(const Schedule& schedule) {
  std::vector<Weight> weights(schedule.rules.size());
  for (const Group& group : schedule.groups) {
    const double share = schedule.weight(group.role);
    Weight& weight = weights[group.rule];
    weight.cells += share * static_cast<double>(per_entry(group, Unit::entries));
    weight.bytes += share * static_cast<double>(per_entry(group, Unit::bytes));
  }
  return weights;
}

// Calls sink(stretch) for all passes in their order.
template <class Sink>
void for_each_timed(const Schedule& schedule, const TimeModel& model, const Running& running,
                    Sink&& sink) {
  std::vector<Segment> all;
  std::vector<std::size_t> first_of;
  for (const Rule& rule : schedule.rules) {
    first_of.push_back(all.size());
    const std::vector<Segment> of_rule = segments(rule, schedule.plan);
    all.insert(all.end(), of_rule.begin(), of_rule.end());
  }
  const std::vector<Weight> weights = weights_of(schedule);
  const auto stages = static_cast<double>(model.stages);
  const double rate = model.rate * model.rate_efficiency / stages;
  const double bandwidth = model.bandwidth * model.bandwidth_efficiency / stages;
  const auto dense = static_cast<double>(model.weights.count());
  const auto experts = static_cast<double>(model.experts.count());
  const auto sequences = static_cast<double>(running.sequences);

  std::size_t run = 0;
  for_each_stretch(
      all, first_of, schedule.plan.passes(), [&](std::int64_t begin, std::int64_t end, auto at) {
        while (schedule.plan.runs[run].first + schedule.plan.runs[run].count <= begin) ++run;
        const Phase phase = schedule.plan.runs[run].phase;
        const auto rows = static_cast<double>(at.empty() ? schedule.plan.runs[run].rows.count()
                                                         : at[0]->rows.count());
        const double fixed = dense + experts * (1 - std::pow(model.idle_share, sequences * rows));
        Affine flops{sequences * rows * model.flops_per_row, 0};
        Affine read;
        Affine held;
        for (std::size_t r = 0; r < at.size(); ++r) {
          const Segment& s = *at[r];
          const bool sparse = schedule.reads_sparsely(r) && schedule.active_read->applies(phase);
          const double share = sparse ? running.active_share : 1;
          const double bytes = sequences * weights[r].bytes;
          const auto past = static_cast<double>(s.past_at(begin - s.first).count());
          const auto step = static_cast<double>(s.past_step.count());
          const auto added = static_cast<double>((s.rows + s.appended).count());
          held.start += bytes * (past + added);
          held.step += bytes * step;
          read.start += share * bytes * (past + added);
          read.step += share * bytes * step;
          const double of_entry = share * sequences * weights[r].cells * model.flops_per_entry;
          flops.start += of_entry * (rows * past + rows * (rows + 1) / 2);
          flops.step += of_entry * rows * step;
        }
        sink(Stretch{end - begin,
                     phase,
                     {flops.start / rate, flops.step / rate},
                     {(fixed + read.start) / bandwidth, read.step / bandwidth},
                     read,
                     held});
      });
}

}  // namespace

RunTime run_time(const Schedule& schedule, const TimeModel& model, const Running& running) {
  RunTime out;
  for_each_timed(schedule, model, running, [&](const Stretch& stretch) {
    const bool decodes = stretch.phase == Phase::decode;
    add(stretch, decodes ? out.decode_seconds : out.prefill_seconds, out.held_byte_seconds);
    if (decodes) {
      out.decode_read_bytes += sum(stretch.read, 0, static_cast<double>(stretch.passes));
      out.decode_passes += stretch.passes;
    }
  });
  return out;
}

std::vector<double> pass_seconds(const Schedule& schedule, const TimeModel& model,
                                 const Running& running) {
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(schedule.plan.passes()));
  for_each_timed(schedule, model, running, [&](const Stretch& stretch) {
    for (std::int64_t i = 0; i < stretch.passes; ++i) seconds.push_back(stretch.seconds_of(i));
  });
  return seconds;
}

}  // namespace kvf
