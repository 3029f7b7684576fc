// Details of very long run files: the steps where somebody looks.
#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "gui/document/load.h"
#include "gui/document/open_file.h"
#include "gui/document/stored_run.h"

namespace kvf::gui {
namespace {

// The pieces of an outline that touch [begin, end]: [first, second).
std::pair<std::size_t, std::size_t> touching(const std::vector<OutlinePiece>& pieces,
                                             std::int64_t begin, std::int64_t end) {
  std::size_t first = 0;
  while (first < pieces.size() && pieces[first].end < begin) ++first;
  std::size_t last = first;
  while (last < pieces.size() && pieces[last].begin <= end) ++last;
  return {first, last};
}

Run detailed(const OpenFile& file, const Run& run, Axis axis, std::int64_t begin, std::int64_t end,
             std::int64_t most_points) {
  const StoredParts parts = file.parts(run.stored);
  Run result = run;
  outline(result, file.reader, parts);
  for (std::size_t s = 0; s < result.series.size() && s < run.series.size(); ++s) {
    result.series[s].layers = run.series[s].layers;
  }
  const std::size_t tracks = parts.tracks.size();
  // The passes that are looked at: those of the longest track.
  std::int64_t first_pass = 0;
  std::int64_t last_pass = 0;
  for (std::size_t t = 0; t < tracks; ++t) {
    const SeriesOnAxis* on = result.series[t].at(axis);
    if (on == nullptr || parts.tracks[t].passes != parts.passes) continue;
    const auto [first, last] = touching(on->outline, begin, end);
    if (first == last) continue;
    const std::vector<StoredChunk>& chunks = parts.track_chunks[t];
    first_pass = chunks[first].first_pass;
    last_pass = chunks[last - 1].first_pass + chunks[last - 1].passes;
    break;
  }
  std::optional<StoredPasses> passes;
  if (first_pass < last_pass && 2 * (last_pass - first_pass) <= most_points) {
    passes.emplace(file.reader, parts, first_pass, last_pass);
  }
  for (std::size_t s = 0; s < result.series.size(); ++s) {
    Series& series = result.series[s];
    if (!is_outlined(run.series[s])) {
      series = run.series[s];
    } else if (s < tracks) {
      if (passes) series = passes->track(s, series);
    } else if (const SeriesOnAxis* on = series.at(axis); on != nullptr) {
      const auto [first, last] = touching(on->outline, begin, end);
      const std::vector<StoredCurveChunk>& chunks = parts.curve_chunks[s - tracks];
      if (first == last) continue;
      const std::int64_t points =
          chunks[last - 1].first_point + chunks[last - 1].points - chunks[first].first_point;
      if (points <= most_points) {
        series = read_curve(file.reader, parts, s - tracks, series, first, last);
      }
    }
  }
  return result;
}

}  // namespace

Document load_detail(const Document& document, Axis axis, std::int64_t begin, std::int64_t end,
                     const LoadOptions& options) {
  Document result = document;
  std::map<std::string, std::shared_ptr<const OpenFile>> files;
  for (auto& run : result.runs) {
    if (run->stored == 0 || !is_outlined(*run)) continue;
    try {
      auto& file = files[run->file];
      if (file == nullptr) file = std::make_shared<const OpenFile>(run->file);
      run =
          std::make_shared<const Run>(detailed(*file, *run, axis, begin, end, options.most_points));
    } catch (const std::exception& error) {
      // Asked for at each step of the user's, and told once.
      const FileError found{run->file, error.what()};
      if (std::find(result.errors.begin(), result.errors.end(), found) == result.errors.end()) {
        result.errors.push_back(found);
      }
    }
  }
  return result;
}

}  // namespace kvf::gui
