// The part of a run file that holds lives of entries: tables that a file need not have.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "timeline/column_codec.h"
#include "timeline/run_file.h"
#include "timeline/sqlite.h"

namespace kvf::run_file {

// Writes into the open transaction of a database. What it throws is RunFileWriter's.
class LivesWriter {
 public:
  // Makes the tables. `database` must outlive this.
  explicit LivesWriter(const sqlite::Database& database);

  std::int64_t add(std::int64_t run_id, const LifespanInfo& info);
  void append(std::int64_t id, std::span<const Life> lives);
  // Ends what was added since the last call, and gives how many there are in the file.
  std::int64_t finish_run();
  // Forgets what was added; false if there is nothing else: then the tables are gone too.
  bool abandon_run();

 private:
  struct Open {
    StoredLifespan stored;
    std::int64_t in_chunk = 0;  // lives that wait in the encoders
    std::array<ColumnEncoder, 4> columns;
  };
  void flush(Open& open);

  sqlite::Statement lifespans_;
  sqlite::Statement chunks_;
  sqlite::Statement columns_;
  std::vector<Open> open_;     // of the current run
  std::int64_t finished_ = 0;  // of the runs before
  std::int64_t next_chunk_ = 1;
};

// For the reader. They throw std::runtime_error, saying what is wrong. `count`: how many rows meta
// says there are; without any there are no tables.
std::vector<StoredLifespan> read_lifespans(const sqlite::Database& database, std::int64_t count);
std::vector<StoredLifeChunk> read_life_chunks(const sqlite::Database& database,
                                              const StoredLifespan& lifespan);
std::vector<Life> read_lives(const sqlite::Database& database, const StoredLifeChunk& chunk);

}  // namespace kvf::run_file
