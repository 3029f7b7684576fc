// The log of a capture's blocks as a timeline: what was live before, during and after each pass.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "models/schedule.h"
#include "profiler/capture/session/block_manager.h"
#include "timeline/recording.h"
#include "timeline/timeline.h"

namespace kvf::capture {

class Ledger {
 public:
  // `by_layer`: whether blocks are of one layer each, which then has a track.
  Ledger(const Schedule& schedule, bool by_layer);

  // `phase`: "prefill" or "decode"; the rows are those of the longest sequence.
  void begin_pass(const std::string& phase, Tokens first_row, Tokens rows, std::int64_t now);
  void see(const BlockEvent& event, std::int64_t now);
  // The backend has given out, or taken back (below 0), so many bytes.
  void backend(std::int64_t bytes) { allocator_.count.add(bytes); }
  // The entries of a layer before the pass, while it attended, and after it; layers in order. Of the
  // sequences that the pass is of.
  void layer(std::size_t number, std::int64_t past, std::int64_t during, std::int64_t after);
  // Between two passes: a sequence has ended, which had so many entries in a layer.
  void released(std::size_t number, std::int64_t entries);
  // `resident`: what the system's figure has grown by.
  void end_pass(Bytes resident);
  // No pass follows: what the log hears from here on is the release.
  void finish(std::int64_t now);

  Timeline timeline() const;
  const RecordingCounters& counters() const { return counters_; }

 private:
  struct Count {  // of blocks or bytes, in a pass
    std::int64_t live = 0;
    std::int64_t most = 0;
    void add(std::int64_t amount) {
      live += amount;
      most = most > live ? most : live;
    }
  };
  struct Column {
    Count count;
    TrackColumns columns;  // without rows
    void begin();
    void end();
  };

  bool by_layer_;
  bool ended_ = false;
  Column blocks_, bytes_, allocator_, resident_;
  std::map<std::int64_t, Column> layers_;      // blocks, by layer
  std::vector<std::int64_t> bytes_per_entry_;  // of the layers, copies included
  // Entries and their bytes: before the pass, what has changed in it so far, and the most.
  struct Sum {
    std::int64_t past = 0, changed = 0, most = 0;
  };
  Sum entries_, held_;
  TrackColumns entry_columns_, held_columns_, rows_;
  std::vector<PhaseSpan> phases_;
  std::vector<CurvePoint> live_, clock_;
  std::unordered_set<std::int64_t> known_;  // blocks that are live
  std::int64_t last_entries_ = 0, last_held_ = 0;
  RecordingCounters counters_;
};

}  // namespace kvf::capture
