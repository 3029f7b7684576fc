#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "timeline/export.h"
#include "timeline/export_columns.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

constexpr std::string_view kNames = R"(["first_token","last_token","born_pass","evicted_pass"])";

// "0,3,0,2"; `never` for an eviction that does not come.
std::string fields(const Life& life, std::string_view never) {
  return fmt::format(
      "{},{},{},{}", life.first, life.last, life.born,
      life.evicted == Life::kNever ? std::string(never) : std::to_string(life.evicted));
}

// Those of one run, which follow one another.
std::vector<StoredLifespan> of_run(const std::vector<StoredLifespan>& all, const StoredRun& run) {
  std::vector<StoredLifespan> lifespans;
  std::copy_if(all.begin(), all.end(), std::back_inserter(lifespans),
               [&](const StoredLifespan& lifespan) { return lifespan.run_id == run.id; });
  return lifespans;
}

void export_lives(const RunFileReader& file, const StoredLifespan& lifespan, const TextSink& sink) {
  for (const StoredLifeChunk& chunk : file.chunks(lifespan)) {
    std::string text;
    for (const Life& life : file.lives(chunk)) {
      const bool first = text.empty() && chunk.first_life == 0;
      text += (first ? "\n    [" : ",\n    [") + fields(life, "null") + "]";
    }
    sink(text);
  }
}

}  // namespace

void export_lives_csv(const RunFileReader& file, const TextSink& sink) {
  sink(
      "run_id,label,task,lifespan_id,role,layer,head,sequence,first_token,last_token,born_pass,"
      "evicted_pass\n");
  const std::vector<StoredLifespan> all = file.lifespans();
  for (const StoredRun& run : file.runs()) {
    for (const StoredLifespan& lifespan : of_run(all, run)) {
      const LifespanInfo& info = lifespan.info;
      const std::string beginning = fmt::format(
          "{},{},{},{},{},{},{},{},", run.id, csv_field(run.info.label), csv_field(run.info.task),
          lifespan.id, csv_field(info.role), info.layer, info.head, info.sequence);
      for (const StoredLifeChunk& chunk : file.chunks(lifespan)) {
        std::string text;
        for (const Life& life : file.lives(chunk)) text += beginning + fields(life, "") + "\n";
        sink(text);
      }
    }
  }
}

void export_lives_json(const RunFileReader& file, const TextSink& sink) {
  sink("{" + json_members(file) + ",\"runs\":[");
  const std::vector<StoredLifespan> all = file.lifespans();
  std::string_view next_run = "\n {";
  for (const StoredRun& run : file.runs()) {
    sink(fmt::format(R"({}{},"phases":{},"markers":{},"lifespans":[)", next_run, json_members(run),
                     json_list(file.phases(run)), json_list(file.markers(run))));
    next_run = ",\n {";
    std::string_view next = "\n  {";
    for (const StoredLifespan& lifespan : of_run(all, run)) {
      sink(fmt::format(R"({}{},"columns":{},"data":[)", next, json_members(lifespan), kNames));
      next = ",\n  {";
      export_lives(file, lifespan, sink);
      sink("]}");
    }
    sink("]}");
  }
  sink("]}\n");
}

}  // namespace kvf
