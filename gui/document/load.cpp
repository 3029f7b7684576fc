#include "gui/document/load.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "gui/document/describe.h"
#include "gui/document/load_other.h"
#include "gui/document/map_facts.h"
#include "gui/document/open_file.h"
#include "gui/document/stored_run.h"
#include "timeline/run_file.h"

namespace kvf::gui {
namespace {

// Lives of so many entries of a run are made into maps; those of further cells are not.
constexpr std::int64_t kMostLives = 4'000'000;

std::vector<std::shared_ptr<const Run>> outline_file(const std::string& file) {
  const OpenFile open(file);
  const ScenarioFacts facts = scenario_facts(open.reader);
  std::vector<std::shared_ptr<const Run>> runs;
  for (const StoredRun& stored : open.reader.runs()) {
    auto run = std::make_shared<Run>(describe(open.reader, stored, file));
    run->device_limit = facts.device_bytes;
    run->device_name = facts.device_name;
    run->cells = cells_of(open.reader, stored);
    outline(*run, open.reader, parts_of(open.reader, stored, open.curves));
    // What was recorded is what there was.
    if (run->kind == RunKind::simulated) {
      tell_layers(run->series, Layers::at_once, facts.layers);
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

// Where runs of a file belong: behind those of the files before it.
void insert_runs(Document& document, const std::string& file, const std::vector<Run>& runs) {
  const auto number = [&](const std::string& name) {
    return std::find(document.files.begin(), document.files.end(), name) - document.files.begin();
  };
  auto at = std::find_if(document.runs.begin(), document.runs.end(),
                         [&](const auto& run) { return number(run->file) > number(file); });
  for (const Run& run : runs) {
    at = document.runs.insert(at, std::make_shared<const Run>(run)) + 1;
  }
}

// The work of complete().
class Completion {
 public:
  Completion(const Document& outline, const Progress& progress, std::stop_token stop,
             const LoadOptions& options)
      : now_(outline), progress_(progress), stop_(std::move(stop)), left_(options.most_points) {}

  Document run() {
    open_runs();
    for (const bool layers : {false, true}) {
      for (const auto& open : open_) read_series(*open, layers);
    }
    publish();
    open_.clear();
    read_cells();
    read_others(FileKind::trace);
    read_others(FileKind::scenario);
    now_.complete = !stop_.stop_requested();
    return now_;
  }

 private:
  struct OpenRun {
    std::size_t index = 0;  // in the document
    std::shared_ptr<const OpenFile> file;
    Run run;
    StoredParts parts;
    std::optional<StoredPasses> passes;
    bool failed = false;
    bool changed = false;
  };

  void open_runs() {
    std::map<std::string, std::shared_ptr<const OpenFile>> files;
    for (std::size_t i = 0; i < now_.runs.size() && !stop_.stop_requested(); ++i) {
      const Run& run = *now_.runs[i];
      if (run.stored == 0 || !is_outlined(run)) continue;
      try {
        auto& file = files[run.file];
        if (file == nullptr) file = std::make_shared<const OpenFile>(run.file);
        open_.push_back(std::make_unique<OpenRun>());
        OpenRun& open = *open_.back();
        open.index = i;
        open.file = file;
        open.run = run;
        open.parts = file->parts(run.stored);
      } catch (const std::exception& error) {
        open_.pop_back();
        now_.errors.push_back({run.file, error.what()});
      }
    }
  }

  void read_series(OpenRun& open, bool layers) {
    for (std::size_t s = 0; s < open.run.series.size(); ++s) {
      if (stop_.stop_requested() || open.failed) return;
      Series& series = open.run.series[s];
      if ((series.layer >= 0) != layers || !is_outlined(series)) continue;
      try {
        read_series(open, s, series);
      } catch (const std::exception& error) {
        open.failed = true;
        open.run.problems.emplace_back(error.what());
        now_.errors.push_back({open.run.file, error.what()});
      }
      open.changed = true;
      if (progress_ && std::chrono::steady_clock::now() >= next_) publish();
    }
  }

  void read_series(OpenRun& open, std::size_t s, Series& series) {
    const std::size_t tracks = open.parts.tracks.size();
    const std::int64_t points =
        s < tracks ? 2 * open.parts.tracks[s].passes : open.parts.curves[s - tracks].points;
    if (points > left_) return;
    left_ -= points;
    if (s < tracks) {
      if (!open.passes) {
        open.passes.emplace(open.file->reader, open.parts, 0, open.parts.passes);
        // By now the place of each pass is known, not only of those with a name.
        const auto named = named_passes(open.parts.phases, open.parts.markers);
        place_phases(open.run, open.parts.phases, open.parts.markers,
                     scales_of(open.passes->passes(), named));
      }
      series = open.passes->track(s, series);
    } else {
      series = read_curve(open.file->reader, open.parts, s - tracks, series, 0,
                          open.parts.curve_chunks[s - tracks].size());
    }
  }

  // Lives come last: their maps are looked at by choice.
  void read_cells() {
    for (auto& shown : now_.runs) {
      if (stop_.stop_requested()) return;
      if (shown->cells.empty() || shown->cells.front().maps != nullptr) continue;
      Run run = *shown;
      try {
        const OpenFile file(run.file);
        read_maps(file.reader, file.run(run.stored), run.cells, kMostLives);
      } catch (const std::exception& error) {
        run.cells.clear();
        run.problems.emplace_back(error.what());
        now_.errors.push_back({run.file, error.what()});
      }
      shown = std::make_shared<const Run>(std::move(run));
      publish();
    }
  }

  void publish() {
    for (const auto& open : open_) {
      if (!std::exchange(open->changed, false)) continue;
      now_.runs[open->index] = std::make_shared<const Run>(open->run);
    }
    if (progress_) progress_(now_);
    constexpr auto kFrame = std::chrono::milliseconds(50);
    next_ = std::chrono::steady_clock::now() + kFrame;
  }

  void read_others(FileKind kind) {
    const std::vector<std::string> unread = now_.unread;
    for (const std::string& file : unread) {
      if (stop_.stop_requested()) return;
      if (kind_of(file) != kind) continue;
      try {
        if (kind == FileKind::scenario) {
          const bool captured =
              std::any_of(now_.runs.begin(), now_.runs.end(),
                          [](const auto& run) { return run->kind == RunKind::captured; });
          insert_runs(now_, file, predict_scenario(file, captured));
        } else {
          insert_runs(now_, file, {read_trace(file)});
        }
      } catch (const std::exception& error) {
        now_.errors.push_back({file, error.what()});
      }
      std::erase(now_.unread, file);
      publish();
    }
  }

  Document now_;
  const Progress& progress_;
  std::stop_token stop_;
  std::int64_t left_;
  std::vector<std::unique_ptr<OpenRun>> open_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace

std::string path_of(const std::string& file) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(file, error);
  return error ? file : path.string();
}

Document load_outline(const std::vector<std::string>& files) {
  Document document;
  std::set<std::string> seen;
  for (const std::string& file : files) {
    if (!seen.insert(path_of(file)).second) continue;
    document.files.push_back(file);
    if (kind_of(file) != FileKind::run_file) {
      document.unread.push_back(file);
      document.complete = false;
      continue;
    }
    try {
      for (auto& run : outline_file(file)) {
        if (is_outlined(*run)) document.complete = false;
        document.runs.push_back(std::move(run));
      }
    } catch (const std::exception& error) {
      document.errors.push_back({file, error.what()});
    }
  }
  return document;
}

Document complete(const Document& outline, const Progress& progress, std::stop_token stop,
                  const LoadOptions& options) {
  return Completion(outline, progress, std::move(stop), options).run();
}

}  // namespace kvf::gui
