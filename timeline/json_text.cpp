#include "timeline/json_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>
#include <optional>

#include "models/utf8.h"
#include "timeline/run_file_columns.h"
#include "timeline/run_file_format.h"

namespace kvf {
namespace {

namespace json = boost::json;

// A visitor for run_file_columns.h.
class JsonMembers {
 public:
  std::string text;

  void operator()(std::string_view name, std::int64_t count, std::int64_t = 0) {
    // Counts of a run, where lists of the same names follow.
    if (name == "tracks" || name == "phases" || name == "markers") return;
    add(name, fmt::format_int(count).str());
  }
  void operator()(std::string_view name, bool flag) { add(name, flag ? "true" : "false"); }
  void operator()(std::string_view name, double number) { add(name, fmt::format("{}", number)); }
  void operator()(std::string_view name, const std::string& value) {
    add(name, name == "policy" && is_object(value) ? value : json_string(value));
  }
  void operator()(std::string_view name, Area area) { add(name, to_string(area)); }
  void operator()(std::string_view name, TrackUnit unit) {
    add(name, json_string(to_string(unit)));
  }
  template <class Unit>
  void operator()(std::string_view name, Quantity<Unit> quantity) {
    (*this)(name, quantity.count());
  }
  template <class T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) return (*this)(name, *value);
    add(name, "null");
  }
  void operator()(const std::optional<Footprint::Weighted>& weighted) {
    for (const auto& [name, member] : run_file::kWeightedColumns) {
      (*this)(name, weighted ? std::optional((*weighted).*member) : std::nullopt);
    }
  }

 private:
  static bool is_object(const std::string& value) {
    json::error_code error;
    const json::value parsed = json::parse(value, error);
    return !error && parsed.is_object();
  }
  void add(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{}\"{}\":{}", text.empty() ? "" : ",", name, value);
  }
};

template <class Record, class Visit>
std::string list_of(const std::vector<Record>& records, Visit visit) {
  std::string list;
  for (const Record& record : records) {
    JsonMembers members;
    visit(members, record);
    list += (list.empty() ? "{" : ",{") + members.text + "}";
  }
  return "[" + list + "]";
}

}  // namespace

std::string json_string(std::string_view text) {
  const std::string valid = valid_utf8(text);
  return json::serialize(json::string_view(valid.data(), valid.size()));
}

std::string json_members(const RunFileReader& file) {
  std::string meta;
  for (const auto& [key, value] : file.meta()) {
    meta += fmt::format("{}{}:{}", meta.empty() ? "" : ",", json_string(key), json_string(value));
  }
  return fmt::format(R"("file_format":{},"complete":{},"meta":{{{}}})", run_file::kVersion,
                     file.complete(), meta);
}

std::string json_members(const StoredRun& run) {
  JsonMembers members;
  run_file::visit_run(members, run);
  if (!run.info.recorded) return members.text + R"(,"recorded":null)";
  JsonMembers recorded;
  run_file::visit_recorded(recorded, *run.info.recorded);
  return fmt::format(R"({},"recorded":{{{}}})", members.text, recorded.text);
}

std::string json_members(const StoredTrack& track) {
  JsonMembers members;
  run_file::visit_track(members, track);
  return members.text;
}

std::string json_members(const StoredLifespan& lifespan) {
  JsonMembers members;
  run_file::visit_lifespan(members, lifespan);
  return members.text;
}

std::string json_members(const StoredCurve& curve) {
  JsonMembers members;
  run_file::visit_curve(members, curve);
  return members.text;
}

std::string json_counters(const RecordingCounters& counters) {
  std::string members;
  for (const auto& [name, count] : kRecordingCounters) {
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", name, counters.*count);
  }
  return "{" + members + "}";
}

std::string json_list(const std::vector<PhaseSpan>& phases) {
  return list_of(phases,
                 [](auto& to, const PhaseSpan& phase) { run_file::visit_phase(to, phase); });
}

std::string json_list(const std::vector<Marker>& markers) {
  return list_of(markers,
                 [](auto& to, const Marker& marker) { run_file::visit_marker(to, marker); });
}

std::string_view to_string(TrackUnit unit) {
  for (const auto& [known, name] : run_file::kUnits) {
    if (known == unit) return name;
  }
  return "";
}

}  // namespace kvf
