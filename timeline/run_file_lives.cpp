#include "timeline/run_file_lives.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "timeline/run_file_columns.h"
#include "timeline/run_file_format.h"
#include "timeline/run_file_row.h"

namespace kvf::run_file {
namespace {

constexpr std::array<std::string_view, 4> kColumns{"first", "last", "born", "gone"};

// Whether a life can be; `evicted` only in a pass that is, or comes after, its birth.
bool valid(const Life& life) {
  const bool ends =
      life.evicted == Life::kNever ||
      (life.evicted >= life.born && life.evicted < std::numeric_limits<std::int64_t>::max());
  return life.first >= 0 && life.last >= life.first && life.born >= 0 && ends;
}

// In the order of kColumns. The codec has no numbers below 0: kNever becomes 0.
std::array<std::int64_t, 4> values_of(const Life& life) {
  return {life.first, life.last, life.born, life.evicted + 1};
}

const sqlite::Database& with_tables(const sqlite::Database& database) {
  database.execute(std::string(kLivesSchema));
  return database;
}

}  // namespace

LivesWriter::LivesWriter(const sqlite::Database& database)
    : lifespans_(with_tables(database), "INSERT INTO lifespans VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      chunks_(database,
              "INSERT INTO lifespan_chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      columns_(database, "INSERT INTO lifespan_columns VALUES (?, ?, ?, ?, ?, ?)") {}

std::int64_t LivesWriter::add(std::int64_t run_id, const LifespanInfo& info) {
  const std::int64_t id = finished_ + std::ssize(open_) + 1;
  open_.push_back({{id, run_id, info, 0}, 0, {}});
  return id;
}

void LivesWriter::append(std::int64_t id, std::span<const Life> lives) {
  const std::int64_t number = id - finished_ - 1;
  if (number < 0 || number >= std::ssize(open_)) {
    throw std::logic_error(fmt::format("run file: lives {} are not being written", id));
  }
  Open& open = open_[static_cast<std::size_t>(number)];
  for (const Life& life : lives) {
    if (!valid(life)) {
      throw std::invalid_argument(fmt::format("run file: no life is {}..{}, born {}, evicted {}",
                                              life.first, life.last, life.born, life.evicted));
    }
    const std::array values = values_of(life);
    for (std::size_t i = 0; i < values.size(); ++i) {
      open.columns[i].append(std::span(values).subspan(i, 1));
    }
    ++open.stored.lives;
    if (++open.in_chunk == kChunkLives) flush(open);
  }
}

void LivesWriter::flush(Open& open) {
  if (open.in_chunk == 0) return;
  StoredLifeChunk chunk{
      next_chunk_++, open.stored.id, open.stored.lives - open.in_chunk, open.in_chunk, {}};
  std::array<std::vector<std::byte>, kColumns.size()> bytes;
  RowWriter content;
  content("chunk_id", chunk.id);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    chunk.columns[i] = {open.columns[i].min(), open.columns[i].max()};
    bytes[i] = open.columns[i].take();
    content(kColumns[i], std::span<const std::byte>(bytes[i]));
  }
  RowWriter index;
  visit_life_chunk(index, std::as_const(chunk));
  chunks_.run(index.finish());
  columns_.run(content.finish());
  open.in_chunk = 0;
}

std::int64_t LivesWriter::finish_run() {
  for (Open& open : open_) {
    flush(open);
    RowWriter row;
    visit_lifespan(row, std::as_const(open.stored));
    lifespans_.run(row.finish());
  }
  finished_ += std::ssize(open_);
  open_.clear();
  return finished_;
}

bool LivesWriter::abandon_run() {
  open_.clear();
  return finished_ > 0;
}

namespace {

template <class Read>
void for_each_row(const sqlite::Database& database, const std::string& sql,
                  std::vector<sqlite::Value> parameters, Read&& read) {
  sqlite::Statement statement(database, sql);
  statement.bind(parameters);
  while (statement.next()) {
    RowReader row(statement.row());
    read(row);
  }
}

}  // namespace

std::vector<StoredLifespan> read_lifespans(const sqlite::Database& database, std::int64_t count) {
  std::vector<StoredLifespan> lifespans;
  if (count == 0) return lifespans;
  for_each_row(database, "SELECT * FROM lifespans ORDER BY lifespan_id", {}, [&](RowReader& row) {
    const std::int64_t previous = lifespans.empty() ? 1 : lifespans.back().run_id;
    StoredLifespan& lifespan = lifespans.emplace_back();
    visit_lifespan(row, lifespan);
    if (lifespan.id != std::ssize(lifespans) || lifespan.run_id < previous) {
      damaged("lifespans are missing");
    }
  });
  if (std::ssize(lifespans) != count) damaged("lifespans are missing");
  return lifespans;
}

std::vector<StoredLifeChunk> read_life_chunks(const sqlite::Database& database,
                                              const StoredLifespan& lifespan) {
  std::vector<StoredLifeChunk> chunks;
  std::int64_t lives = 0;
  for_each_row(database, "SELECT * FROM lifespan_chunks WHERE lifespan_id = ? ORDER BY first_life",
               {lifespan.id}, [&](RowReader& row) {
                 StoredLifeChunk& chunk = chunks.emplace_back();
                 visit_life_chunk(row, chunk);
                 if (chunk.lifespan_id != lifespan.id || chunk.first_life != lives ||
                     chunk.lives > kChunkLives) {
                   damaged("chunks of lives are missing");
                 }
                 lives += chunk.lives;
               });
  if (lives != lifespan.lives) damaged("chunks of lives are missing");
  return chunks;
}

std::vector<Life> read_lives(const sqlite::Database& database, const StoredLifeChunk& chunk) {
  bool found = false;
  std::array<std::vector<std::int64_t>, kColumns.size()> values;
  for_each_row(database, "SELECT * FROM lifespan_columns WHERE chunk_id = ?", {chunk.id},
               [&](RowReader& row) {
                 std::int64_t id = 0;
                 row("chunk_id", id);
                 found = id == chunk.id;
                 for (std::size_t i = 0; i < kColumns.size(); ++i) {
                   std::span<const std::byte> bytes;
                   row(kColumns[i], bytes);
                   append_column(kColumns[i], bytes, chunk.lives, chunk.columns[i], values[i]);
                 }
               });
  if (!found) damaged("the columns of a chunk are missing");
  std::vector<Life> lives;
  lives.reserve(static_cast<std::size_t>(chunk.lives));
  for (std::size_t i = 0; i < static_cast<std::size_t>(chunk.lives); ++i) {
    lives.push_back({values[0][i], values[1][i], values[2][i], values[3][i] - 1});
    if (!valid(lives.back())) damaged("there is a life that cannot be");
  }
  return lives;
}

}  // namespace kvf::run_file
