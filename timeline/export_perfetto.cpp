// The fields are those of "Trace Event Format" (Google, 2016), the JSON Object Format.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "timeline/export.h"
#include "timeline/export_columns.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

constexpr int kPhaseThread = 1;

// Counts of a file can be as large as 64 bits hold.
std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

std::string_view words(TimeAxis axis) {
  return axis == TimeAxis::row ? "1 us = 1 row" : "1 us = 1 pass";
}

// When a pass begins, after the first track that has passes.
class Clock {
 public:
  Clock(const RunFileReader& file, TimeAxis axis, const std::vector<StoredTrack>& tracks)
      : file_(file), axis_(axis) {
    const auto base =
        std::find_if(tracks.begin(), tracks.end(), [](const auto& t) { return t.passes > 0; });
    if (axis == TimeAxis::row && base != tracks.end()) chunks_ = file.chunks(*base);
  }

  // What is past the last pass begins when that ends.
  std::int64_t at(std::int64_t pass) {
    if (axis_ == TimeAxis::pass || chunks_.empty()) return pass;
    const auto behind =
        std::upper_bound(chunks_.begin(), chunks_.end(), pass,
                         [](std::int64_t p, const auto& chunk) { return p < chunk.first_pass; });
    const StoredChunk& chunk = *std::prev(behind);
    if (chunk.id != read_) {
      columns_ = file_.columns(chunk);
      read_ = chunk.id;
    }
    if (pass - chunk.first_pass < chunk.passes) {
      return columns_.first_row[static_cast<std::size_t>(pass - chunk.first_pass)];
    }
    return saturating_sum(columns_.first_row.back(), columns_.rows.back());
  }

 private:
  const RunFileReader& file_;
  TimeAxis axis_;
  std::vector<StoredChunk> chunks_;
  TrackColumns columns_;  // of chunk read_
  std::int64_t read_ = -1;
};

class Writer {
 public:
  Writer(const RunFileReader& file, TimeAxis axis, const TextSink& sink)
      : file_(file), axis_(axis), sink_(sink) {}

  void write() {
    sink_(fmt::format(R"({{"otherData":{{"time_axis":"{}","time_unit":"{}",{}}},"traceEvents":[)",
                      axis_ == TimeAxis::row ? "row" : "pass", words(axis_), json_members(file_)));
    for (const StoredRun& run : file_.runs()) write_run(run);
    sink_("]}\n");
  }

 private:
  void write_run(const StoredRun& run) {
    const std::string pid = std::to_string(run.id);
    const std::vector<StoredTrack> tracks = file_.tracks(run);
    // The sequences of a batch have their passes in common, not their rows.
    std::set<std::int64_t> sequences;
    for (const StoredTrack& track : tracks) {
      if (track.info.sequence >= 0) sequences.insert(track.info.sequence);
    }
    const bool batch = sequences.size() > 1;
    const TimeAxis axis = batch ? TimeAxis::pass : axis_;
    const std::string_view comma = run.info.task.empty() ? "" : ", ";
    const std::string title =
        fmt::format("{}{}{} ({})", run.info.label, comma, run.info.task, words(axis));
    std::string text;
    add(text, R"("name":"process_name","ph":"M","pid":{},"args":{{"name":{}}})", pid,
        json_string(title));
    add(text, R"("name":"process_sort_index","ph":"M","pid":{},"args":{{"sort_index":{}}})", pid,
        pid);
    add(text, R"("name":"thread_name","ph":"M","pid":{},"tid":{},"args":{{"name":"phases"}})", pid,
        kPhaseThread);
    Clock clock(file_, axis, tracks);
    for (const PhaseSpan& phase : file_.phases(run)) {
      const std::int64_t begin = clock.at(phase.first_pass);
      const std::int64_t end = clock.at(saturating_sum(phase.first_pass, phase.passes));
      add(text, R"("name":{},"ph":"X","ts":{},"dur":{},"pid":{},"tid":{})", json_string(phase.name),
          begin, std::max(end, begin) - begin, pid, kPhaseThread);
    }
    for (const Marker& marker : file_.markers(run)) {
      add(text, R"("name":{},"ph":"i","s":"p","ts":{},"pid":{},"tid":{})", json_string(marker.text),
          clock.at(marker.pass), pid, kPhaseThread);
    }
    sink_(text);
    for (const StoredTrack& track : tracks) write_track(pid, track, axis);
    write_curves(run);
  }

  // Curves have a time of their own, and so a process: its number is below 0.
  void write_curves(const StoredRun& run) {
    const std::string pid = std::to_string(-run.id);
    bool first = true;
    for (const StoredCurve& curve : file_.curves()) {
      if (curve.run_id != run.id) continue;
      std::string text;
      if (first) {
        add(text, R"("name":"process_name","ph":"M","pid":{},"args":{{"name":{}}})", pid,
            json_string(run.info.label +
                        (run.info.recorded ? " (real time)" : " (estimated time)")));
        first = false;
      }
      const std::string_view unit = to_string(curve.info.unit);
      const std::string name =
          json_string(fmt::format("{}{}{}_{}", curve.info.device,
                                  curve.info.device.empty() ? "" : " ", curve.info.name, unit));
      sink_(text);
      for (const StoredCurveChunk& chunk : file_.chunks(curve)) {
        text.clear();
        for (const CurvePoint& point : file_.points(chunk)) {
          add(text, R"("name":{},"ph":"C","ts":{}.{:03},"pid":{},"args":{{"{}":{}}})", name,
              point.time_ns / 1000, point.time_ns % 1000, pid, unit, point.value);
        }
        sink_(text);
      }
    }
  }

  void write_track(const std::string& pid, const StoredTrack& track, TimeAxis axis) {
    const std::string_view unit = to_string(track.info.unit);
    const auto counter = [&](std::string_view figure) {
      return json_string(fmt::format("{} {}_{}", track.info.name, figure, unit));
    };
    const std::string during = counter("held_during");
    const std::string after = counter("held_after");
    const std::string_view form = R"("name":{},"ph":"C","ts":{},"pid":{},"args":{{"{}":{}}})";
    for (const StoredChunk& chunk : file_.chunks(track)) {
      const TrackColumns columns = file_.columns(chunk);
      std::string text;
      for (std::size_t i = 0; i < columns.passes(); ++i) {
        const std::int64_t pass = chunk.first_pass + static_cast<std::int64_t>(i);
        const bool rows = axis == TimeAxis::row;
        const std::int64_t begin = rows ? columns.first_row[i] : pass;
        const std::int64_t end = saturating_sum(begin, rows ? columns.rows[i] : 1);
        add(text, form, during, begin, pid, unit, columns.held_during[i]);
        add(text, form, after, end, pid, unit, columns.held_after[i]);
      }
      sink_(text);
    }
  }

  // An event in braces, a line each.
  template <class... Values>
  void add(std::string& text, std::string_view members, const Values&... values) {
    text += first_ ? "\n{" : ",\n{";
    first_ = false;
    fmt::vformat_to(std::back_inserter(text), members, fmt::make_format_args(values...));
    text += '}';
  }

  const RunFileReader& file_;
  TimeAxis axis_;
  const TextSink& sink_;
  bool first_ = true;
};

}  // namespace

void export_perfetto(const RunFileReader& file, TimeAxis axis, const TextSink& sink) {
  Writer(file, axis, sink).write();
}

}  // namespace kvf
