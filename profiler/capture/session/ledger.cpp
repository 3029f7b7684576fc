#include "profiler/capture/session/ledger.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace kvf::capture {

void Ledger::Column::begin() {
  columns.past.push_back(count.live);
  count.most = count.live;
}

void Ledger::Column::end() {
  columns.held_during.push_back(count.most);
  columns.held_after.push_back(count.live);
}

Ledger::Ledger(const Schedule& schedule, bool by_layer) : by_layer_(by_layer) {
  for (const Group& group : schedule.groups) {
    if (layers_.try_emplace(group.layer).second) {
      bytes_per_entry_.push_back(group.copies * group.bytes.count());
    }
  }
}

void Ledger::begin_pass(const std::string& phase, Tokens first_row, Tokens rows, std::int64_t now) {
  const std::int64_t pass = std::ssize(rows_.rows);
  if (phases_.empty() || phases_.back().name != phase) phases_.push_back({phase, pass, 0});
  ++phases_.back().passes;
  rows_.first_row.push_back(first_row.count());
  rows_.rows.push_back(rows.count());
  clock_.push_back({now, pass + 1});
  for (Column* column : {&blocks_, &bytes_, &allocator_, &resident_}) column->begin();
  for (auto& [number, column] : layers_) column.begin();
  entries_ = {last_entries_, 0, last_entries_};
  held_ = {last_held_, 0, last_held_};
}

void Ledger::see(const BlockEvent& event, std::int64_t now) {
  const std::int64_t sign = event.taken ? 1 : -1;
  if (event.taken ? !known_.insert(event.block).second : known_.erase(event.block) == 0) {
    ++(event.taken ? counters_.double_allocation : counters_.unmatched_free);
  }
  blocks_.count.add(sign);
  bytes_.count.add(sign * event.bytes.count());
  if (const auto layer = layers_.find(event.owner.layer); layer != layers_.end()) {
    layer->second.count.add(sign);
  }
  if (!ended_) live_.push_back({now, std::max<std::int64_t>(bytes_.count.live, 0)});
}

void Ledger::layer(std::size_t number, std::int64_t past, std::int64_t during, std::int64_t after) {
  const auto add = [&](Sum& sum, std::int64_t weight) {
    // All layers at once under a table that they share; else those above have not begun.
    const std::int64_t grows = weight * (during - past);
    sum.most = by_layer_ ? std::max(sum.most, sum.past + sum.changed + grows) : sum.most + grows;
    sum.changed += weight * (after - past);
  };
  add(entries_, 1);
  add(held_, bytes_per_entry_[number]);
}

void Ledger::released(std::size_t number, std::int64_t entries) {
  last_entries_ -= entries;
  last_held_ -= entries * bytes_per_entry_[number];
}

void Ledger::end_pass(Bytes resident) {
  resident_.count.add(resident.count() - resident_.count.live);
  for (Column* column : {&blocks_, &bytes_, &allocator_, &resident_}) column->end();
  for (auto& [number, column] : layers_) column.end();
  const auto put = [](TrackColumns& columns, const Sum& sum, std::int64_t& last) {
    last = sum.past + sum.changed;
    columns.past.push_back(sum.past);
    columns.held_during.push_back(sum.most);
    columns.held_after.push_back(last);
  };
  put(entry_columns_, entries_, last_entries_);
  put(held_columns_, held_, last_held_);
}

void Ledger::finish(std::int64_t now) {
  ended_ = true;
  clock_.push_back({now, std::ssize(rows_.rows)});
}

Timeline Ledger::timeline() const {
  Timeline timeline;
  const auto add = [&](std::string name, TrackUnit unit, std::int64_t layer,
                       const TrackColumns& columns) {
    Track track{{std::move(name), "", layer, 0, -1, 1, unit}, columns};
    track.columns.first_row = rows_.first_row;
    track.columns.rows = rows_.rows;
    // A block that was given back twice is less than nothing; the counters say so.
    for (auto* values :
         {&track.columns.past, &track.columns.held_during, &track.columns.held_after}) {
      for (std::int64_t& value : *values) value = std::max<std::int64_t>(value, 0);
    }
    timeline.tracks.push_back(std::move(track));
  };
  add("total", TrackUnit::entries, -1, entry_columns_);
  add("held", TrackUnit::bytes, -1, held_columns_);
  add("blocks", TrackUnit::blocks, -1, blocks_.columns);
  add("cache", TrackUnit::bytes, -1, bytes_.columns);
  add("allocator", TrackUnit::bytes, -1, allocator_.columns);
  add("resident", TrackUnit::bytes, -1, resident_.columns);
  if (by_layer_) {
    for (const auto& [number, column] : layers_) {
      add(fmt::format("layer {}", number), TrackUnit::blocks, number, column.columns);
    }
  }
  timeline.phases = phases_;
  timeline.curves = {{{"live", "", TrackUnit::bytes}, live_},
                     {{"passes", "", TrackUnit::passes}, clock_}};
  return timeline;
}

}  // namespace kvf::capture
