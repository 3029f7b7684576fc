#include "gui/plots/critical_figure.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "gui/export/csv_field.h"
#include "sim/input/bind.h"
#include "sim/input/problems.h"

namespace kvf::gui {
namespace {

// Where `name` is in `names`; added at the end if it is not.
std::size_t number_of(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  const auto number = static_cast<std::size_t>(at);
  if (number == names.size()) names.push_back(name);
  return number;
}

std::vector<Score> curve(std::span<const Score> scores, const CriticalFootprint& of) {
  std::vector<Score> points;
  for (const Score& score : scores) {
    if (score.method == of.method && score.task == of.task) points.push_back(score);
  }
  std::stable_sort(points.begin(), points.end(), [](const Score& a, const Score& b) {
    return a.footprint != b.footprint ? a.footprint < b.footprint : a.score > b.score;
  });
  const auto same = [](const Score& a, const Score& b) { return a.footprint == b.footprint; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  return points;
}

void span_scores(CriticalPanel& panel) {
  panel.least = std::min(panel.wanted, panel.full_score);
  panel.most = std::max(panel.wanted, panel.full_score);
  for (const ScoreCurve& curve : panel.curves) {
    for (const Score& point : curve.points) {
      panel.least = std::min(panel.least, point.score);
      panel.most = std::max(panel.most, point.score);
    }
  }
}

[[noreturn]] void no_such_task(const std::string& task, const std::vector<std::string>& tasks) {
  const std::vector<std::string_view> names(tasks.begin(), tasks.end());
  throw std::invalid_argument(fmt::format("no scores of task {}{}", input::in_quotes(task),
                                          input::suggestion(task, names)));
}

}  // namespace

CriticalFigure critical_figure(std::span<const Score> scores, const CriticalOptions& options) {
  if (!(options.fraction > 0 && options.fraction <= 1)) {
    throw std::invalid_argument(
        fmt::format("the fraction is {}; expected more than 0 and at most 1", options.fraction));
  }
  CriticalFigure figure;
  figure.fraction = options.fraction;
  figure.pareto = options.pareto;
  std::vector<std::string> tasks;
  for (const CriticalFootprint& critical : critical_footprints(scores, options.fraction)) {
    const std::size_t method = number_of(figure.methods, critical.method);
    const std::size_t task = number_of(tasks, critical.task);
    if (task == figure.panels.size()) figure.panels.emplace_back();
    CriticalPanel& panel = figure.panels[task];
    panel.task = critical.task;
    panel.curves.push_back({method, curve(scores, critical), critical});
    panel.full_score = panel.curves.front().points.front().full_score;
    panel.wanted = options.fraction * panel.full_score;
  }
  if (options.task) {
    std::erase_if(figure.panels, [&](const CriticalPanel& p) { return p.task != *options.task; });
    if (figure.panels.empty()) no_such_task(*options.task, tasks);
  }
  if (options.pareto) {
    for (const Score& point : pareto_front(scores)) {
      for (CriticalPanel& panel : figure.panels) {
        if (panel.task == point.task) panel.front.push_back(point);
      }
    }
  }
  for (CriticalPanel& panel : figure.panels) {
    span_scores(panel);
    for (const ScoreCurve& curve : panel.curves) {
      figure.most_footprint = std::max(figure.most_footprint, curve.points.back().footprint);
    }
  }
  figure.shares = figure.most_footprint <= 1;
  return figure;
}

std::string csv_of(const CriticalFigure& figure) {
  std::string out =
      "task,method,footprint,score,full_score,wanted_score,critical_footprint,bound\n";
  for (const CriticalPanel& panel : figure.panels) {
    for (const ScoreCurve& curve : panel.curves) {
      for (const Score& point : curve.points) {
        out += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(panel.task),
                           csv_field(point.method), point.footprint, point.score, panel.full_score,
                           panel.wanted, curve.critical.footprint, symbol(curve.critical.bound));
      }
    }
  }
  return out;
}

std::string footprint_text(const CriticalFigure& figure, double footprint) {
  if (figure.shares) return fmt::format("{:.1f} %", 100 * footprint);
  const bool large = footprint >= 10 && footprint < 1e6;
  return large ? fmt::format("{:.1f}", footprint) : fmt::format("{:.3g}", footprint);
}

}  // namespace kvf::gui
