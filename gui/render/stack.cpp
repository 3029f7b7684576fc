#include "gui/render/stack.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/units.h"

namespace kvf::gui {
namespace {

// The series of a run on one axis that have their points where `total` has its own.
class Aligned {
 public:
  Aligned(const Run& run, const Series& total, Axis axis) : run_(run), total_(total), axis_(axis) {}

  const StepSeries* steps(const Series& series) const {
    const SeriesOnAxis* on = series.at(axis_);
    if (on == nullptr || on->steps.empty() || series.unit != total_.unit) return nullptr;
    const StepSeries& of_total = total_.at(axis_)->steps;
    return on->steps.shares_points_with(of_total) || &on->steps == &of_total ? &on->steps : nullptr;
  }
  const StepSeries* find(std::string_view name) const {
    const Series* series = run_.find(name);
    return series == nullptr ? nullptr : steps(*series);
  }

 private:
  const Run& run_;
  const Series& total_;
  Axis axis_;
};

// The levels of memory, each within the next, and what it has beyond the one below. An allocator's own
// count is of a capture, what is reserved of a prediction.
struct Level {
  std::string_view series;
  Component component;
  std::string_view name;
};
constexpr std::array kLevels{
    Level{"live", Component::live_kv, "KV"},
    Level{"held", Component::waste, "KV, masked"},
    Level{"cache", Component::copies, "copies"},
    Level{"allocator", Component::slack, "allocator slack"},
    Level{"reserved", Component::slack, "allocator slack"},
};
// Above them, with what lies beside the cache.
constexpr std::string_view kDevice = "device";

std::string series_words(std::string_view series) {
  return series == "live" ? "allocated" : std::string(series);
}

// Up to the total. What is no level contains none: weights lie beside the cache, and what is resident was
// counted between passes only.
void add_levels(const Run& run, const Aligned& aligned, const Series& total, Stack& stack) {
  const auto is_total = [&](const Level& level) { return level.series == total.name; };
  if (total.name != kDevice && std::none_of(kLevels.begin(), kLevels.end(), is_total)) return;
  const bool paged = run.find("blocks") != nullptr;
  const StepSeries* below = nullptr;
  for (const Level& level : kLevels) {
    const StepSeries* steps = aligned.find(level.series);
    if (steps == nullptr) continue;
    StackPart part{level.component, std::string(level.name), {steps}, {}, 1};
    if (below == nullptr) {
      // A trace tells what a program had allocated, not what of it was a cache.
      const bool recorded = run.kind == RunKind::trace;
      part.component = recorded ? Component::measurement : Component::live_kv;
      part.name = recorded ? series_words(level.series) : "KV";
    } else {
      part.minus.push_back(below);
      if (level.series == "cache" && paged) {
        part.component = Component::waste;
        part.name = "block waste";
      }
    }
    stack.parts.push_back(std::move(part));
    below = steps;
    if (is_total(level)) return;
  }
}

Component component_beside(std::string_view name) {
  if (name == "weights") return Component::weights;
  if (name == "activations") return Component::activations;
  if (name == "cuda_graphs") return Component::cuda_graphs;
  if (name == "context") return Component::context;
  return Component::non_torch;
}

std::string words_beside(const std::string& name) {
  if (name == "cuda_graphs") return "CUDA graphs";
  if (name == "non_torch") return "non-torch";
  return name;
}

Component component_of_role(std::string_view role) {
  if (role == "full") return Component::full_heads_kv;
  if (role == "streaming") return Component::streaming_heads_kv;
  if (role == "window") return Component::window_layers_kv;
  return Component::live_kv;
}

void add_beside(const Run& run, const Aligned& aligned, Stack& stack) {
  for (const Series& series : run.series) {
    if (series.role != "beside") continue;
    if (const StepSeries* steps = aligned.steps(series)) {
      stack.parts.push_back(
          {component_beside(series.name), words_beside(series.name), {steps}, {}, 1});
    }
  }
}

// Groups of heads by role, in the order in which the roles come first.
void add_roles(const Run& run, const Series& total, const Aligned& aligned, Stack& stack) {
  for (const Series& series : run.series) {
    if (&series == &total || series.role.empty() || series.sequence != total.sequence) continue;
    const StepSeries* steps = aligned.steps(series);
    if (steps == nullptr) continue;
    auto part = std::find_if(stack.parts.begin(), stack.parts.end(), [&](const StackPart& p) {
      return p.name == series.role;  // and of one weight
    });
    if (part == stack.parts.end()) {
      part = stack.parts.insert(
          part, {component_of_role(series.role), series.role, {}, {}, series.weight});
    }
    part->plus.push_back(steps);
  }
}

// Sums may be past 64 bits on the way.
Int128 sum(const std::vector<const StepSeries*>& series, std::int64_t point) {
  Int128 sum = 0;
  for (const StepSeries* steps : series) sum += steps->value(point);
  return sum;
}

std::int64_t within(Int128 value, std::int64_t most) {
  return static_cast<std::int64_t>(std::clamp<Int128>(value, 0, std::max<std::int64_t>(most, 0)));
}

// Shares of the total, which was rounded from their sum; or of what their sum rounds to.
void share_out(const Stack& stack, std::int64_t point, std::int64_t total,
               std::span<std::int64_t> sizes) {
  std::vector<double> remainders;
  double all = 0;
  Int128 left = 0;
  for (std::size_t i = 0; i < stack.parts.size(); ++i) {
    const double share =
        stack.parts[i].weight * static_cast<double>(sum(stack.parts[i].plus, point));
    all += share;
    sizes[i] = static_cast<std::int64_t>(std::floor(share));
    remainders.push_back(share - std::floor(share));
    left -= sizes[i];
  }
  const bool is_all = std::abs(all - static_cast<double>(total)) < 1;
  const std::int64_t shared = is_all ? total : std::llrint(all);
  for (left += shared; left > 0; --left) {
    const auto most = std::max_element(remainders.begin(), remainders.end());
    ++sizes[static_cast<std::size_t>(most - remainders.begin())];
    *most = -1;
  }
  sizes[stack.parts.size()] = total - shared;
}

}  // namespace

Stack stack_of(const Run& run, const Series& total, Axis axis) {
  Stack stack;
  const SeriesOnAxis* on = total.at(axis);
  if (on == nullptr || on->steps.empty()) return stack;
  stack.total = &on->steps;
  const Aligned aligned(run, total, axis);
  if (total.unit == TrackUnit::bytes) {
    // What hardly changes lies below, so that the cache's own shape is seen above it.
    if (total.name == kDevice) add_beside(run, aligned, stack);
    add_levels(run, aligned, total, stack);
  } else if (total.unit == TrackUnit::entries && total.role.empty() && total.layer < 0) {
    add_roles(run, total, aligned, stack);
  }
  return stack.parts.empty() ? Stack{} : stack;
}

void sample(const Stack& stack, std::int64_t point, std::span<std::int64_t> sizes) {
  std::int64_t rest = stack.total->value(point);
  const bool weighted = std::any_of(stack.parts.begin(), stack.parts.end(),
                                    [](const StackPart& part) { return part.weight != 1; });
  if (weighted) return share_out(stack, point, rest, sizes);
  for (std::size_t i = 0; i < stack.parts.size(); ++i) {
    const StackPart& part = stack.parts[i];
    sizes[i] = within(sum(part.plus, point) - sum(part.minus, point), rest);
    rest -= sizes[i];
  }
  sizes[stack.parts.size()] = rest;
}

}  // namespace kvf::gui
