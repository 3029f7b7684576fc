#include <fmt/format.h>

#include <string>
#include <vector>

#include "timeline/export.h"
#include "timeline/export_columns.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

// Calls see(curve) for each curve of a run.
template <class See>
void for_each_curve(const std::vector<StoredCurve>& all, const StoredRun& run, See&& see) {
  for (const StoredCurve& curve : all) {
    if (curve.run_id == run.id) see(curve);
  }
}

}  // namespace

void export_curves_csv(const RunFileReader& file, const TextSink& sink) {
  sink("run_id,label,task,curve_id,curve,device,unit,time_ns,value\n");
  const std::vector<StoredCurve> all = file.curves();
  for (const StoredRun& run : file.runs()) {
    for_each_curve(all, run, [&](const StoredCurve& curve) {
      const std::string beginning =
          fmt::format("{},{},{},{},{},{},{},", run.id, csv_field(run.info.label),
                      csv_field(run.info.task), curve.id, csv_field(curve.info.name),
                      csv_field(curve.info.device), to_string(curve.info.unit));
      for (const StoredCurveChunk& chunk : file.chunks(curve)) {
        std::string text;
        for (const CurvePoint& point : file.points(chunk)) {
          text += fmt::format("{}{},{}\n", beginning, point.time_ns, point.value);
        }
        sink(text);
      }
    });
  }
}

void export_curves_json(const RunFileReader& file, const TextSink& sink) {
  sink("{" + json_members(file) + ",\"runs\":[");
  const std::vector<StoredCurve> all = file.curves();
  std::string_view next_run = "\n {";
  for (const StoredRun& run : file.runs()) {
    sink(fmt::format(R"({}{},"curves":[)", next_run, json_members(run)));
    next_run = ",\n {";
    std::string_view next = "\n  {";
    for_each_curve(all, run, [&](const StoredCurve& curve) {
      sink(
          fmt::format(R"({}{},"columns":["time_ns","value"],"data":[)", next, json_members(curve)));
      next = ",\n  {";
      for (const StoredCurveChunk& chunk : file.chunks(curve)) {
        std::string text;
        for (const CurvePoint& point : file.points(chunk)) {
          const bool first = text.empty() && chunk.first_point == 0;
          text += fmt::format("{}    [{},{}]", first ? "\n" : ",\n", point.time_ns, point.value);
        }
        sink(text);
      }
      sink("]}");
    });
    sink("]}");
  }
  sink("]}\n");
}

}  // namespace kvf
