// Which columns a record has, in the order of the tables: one list for the writer and the reader.
//
// A visitor is called as visit(name, value), with a third argument where the least valid count is
// not 0, and as visit(weighted). The record is const for the writer.
#pragma once

#include <array>
#include <string_view>

#include "timeline/run_file.h"

namespace kvf::run_file {

struct WeightedColumn {
  std::string_view name;
  double Footprint::Weighted::*value;
};

// All are there or none.
inline constexpr std::array<WeightedColumn, 5> kWeightedColumns{{
    {"weighted_active_entries", &Footprint::Weighted::active_entries},
    {"weighted_peak_entries", &Footprint::Weighted::peak_entries},
    {"weighted_peak_layerwise_entries", &Footprint::Weighted::peak_layerwise_entries},
    {"weighted_held_after_prefill_entries", &Footprint::Weighted::held_after_prefill},
    {"weighted_held_after_decode_entries", &Footprint::Weighted::held_after_decode},
}};

template <class Visitor, class Run>
void visit_run(Visitor& visit, Run& run) {
  auto& info = run.info;
  visit("run_id", run.id);
  visit("label", info.label);
  visit("policy", info.policy);
  visit("task", info.task);
  visit("prompt_tokens", info.prompt);
  visit("output_tokens", info.output);
  visit("prefill_chunk_tokens", info.prefill_chunk);
  visit("model", info.model);
  visit("accounting", info.accounting);
  visit("implementation", info.implementation);
  visit("active_entries", info.footprint.active_entries);
  visit("full_entries", info.footprint.full_entries);
  visit("peak_entries", info.footprint.peak_entries);
  visit("peak_layerwise_entries", info.footprint.peak_layerwise_entries);
  visit("full_peak_entries", info.footprint.full_peak_entries);
  visit("peak_pass", info.footprint.peak_pass);
  visit("peak_layerwise_pass", info.footprint.peak_layerwise_pass);
  visit("held_after_prefill_entries", info.footprint.held_after_prefill);
  visit("held_after_decode_entries", info.footprint.held_after_decode);
  visit("footprint", info.footprint.footprint);
  visit("peak", info.footprint.peak);
  visit("active_share", info.footprint.active_share);
  visit(info.footprint.weighted);
  visit("peak_bytes", info.peak_bytes);
  visit("closed_form_agrees", info.closed_form_agrees);
  visit("tracks", run.tracks);
  visit("phases", run.phases);
  visit("markers", run.markers);
}

template <class Visitor, class Track>
void visit_track(Visitor& visit, Track& track) {
  visit("track_id", track.id);
  visit("run_id", track.run_id);
  visit("name", track.info.name);
  visit("role", track.info.role);
  visit("layer", track.info.layer, -1);
  visit("cells", track.info.cells);
  visit("sequence", track.info.sequence, -1);
  visit("weight", track.info.weight);
  visit("unit", track.info.unit);
  visit("passes", track.passes);
}

template <class Visitor, class Chunk>
void visit_chunk(Visitor& visit, Chunk& chunk) {
  visit("chunk_id", chunk.id);
  visit("track_id", chunk.track_id);
  visit("first_pass", chunk.first_pass);
  visit("passes", chunk.passes, 1);
  for (auto& [min, max] : chunk.columns) {
    visit("min", min);
    visit("max", max);
  }
}

template <class Visitor, class Lifespan>
void visit_lifespan(Visitor& visit, Lifespan& lifespan) {
  visit("lifespan_id", lifespan.id);
  visit("run_id", lifespan.run_id);
  visit("role", lifespan.info.role);
  visit("layer", lifespan.info.layer);
  visit("head", lifespan.info.head);
  visit("sequence", lifespan.info.sequence, -1);
  visit("lives", lifespan.lives);
}

// F: run_file_series.h.
template <class F, class Visitor, class Chunk>
void visit_series_chunk(Visitor& visit, Chunk& chunk) {
  visit("chunk_id", chunk.id);
  visit(F::kOwnerColumn, chunk.*F::kOwner);
  visit(F::kOrder, chunk.*F::kFirst);
  visit("items", chunk.*F::kCount, 1);
  for (auto& [min, max] : chunk.columns) {
    visit("min", min);
    visit("max", max);
  }
}

template <class Visitor, class Curve>
void visit_curve(Visitor& visit, Curve& curve) {
  visit("curve_id", curve.id);
  visit("run_id", curve.run_id);
  visit("name", curve.info.name);
  visit("device", curve.info.device);
  visit("unit", curve.info.unit);
  visit("points", curve.points);
}

// What of a run's row a recording has instead of figures.
template <class Visitor, class Recorded>
void visit_recorded(Visitor& visit, Recorded& recorded) {
  visit("source", recorded.source);
  for (const auto& [name, member] : kRecordingCounters) visit(name, recorded.counters.*member);
}

template <class Visitor, class Phase>
void visit_phase(Visitor& visit, Phase& phase) {
  visit("name", phase.name);
  visit("first_pass", phase.first_pass);
  visit("passes", phase.passes);
}

template <class Visitor, class AnyMarker>
void visit_marker(Visitor& visit, AnyMarker& marker) {
  visit("pass", marker.pass);
  visit("text", marker.text);
}

}  // namespace kvf::run_file
