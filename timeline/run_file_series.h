// Parts of a run file that it need not have: series of a run (the lives of a cell, the points of a
// curve), each an index row, and chunks of at most 4096 items with the least and greatest value of
// each column.
//
// A format F says what is different:
//   Item, Info, Stored, Chunk               the types of run_file.h
//   kSize, kOwner, kFirst, kCount           their members: items of a series; of a chunk its
//                                           series, its first item and how many it has
//   kSchema, kTable, kChunkTable, kColumnTable, kOrder, kOwnerColumn
//   kColumns                                the names of the columns
//   visit(visitor, stored)                  the index row
//   values_of(item), item_of(values)        none of the values is below 0
//   why_invalid(item, before)               "" for an item that can follow `before` (may be null)
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "timeline/column_codec.h"
#include "timeline/run_file.h"
#include "timeline/run_file_columns.h"
#include "timeline/run_file_format.h"
#include "timeline/run_file_row.h"
#include "timeline/sqlite.h"

namespace kvf::run_file {

// Writes into the open transaction of a database. What it throws is RunFileWriter's.
template <class F>
class SeriesWriter {
 public:
  // Makes the tables. `database` must outlive this.
  explicit SeriesWriter(const sqlite::Database& database) : database_(&database) {
    database.execute(std::string(F::kSchema));
  }

  std::int64_t add(std::int64_t run_id, const typename F::Info& info) {
    const std::int64_t id = finished_ + std::ssize(open_) + 1;
    Open& open = open_.emplace_back();
    open.stored.id = id;
    open.stored.run_id = run_id;
    open.stored.info = info;
    return id;
  }

  void append(std::int64_t id, std::span<const typename F::Item> items) {
    const std::int64_t number = id - finished_ - 1;
    if (number < 0 || number >= std::ssize(open_)) {
      throw std::logic_error(
          fmt::format("run file: number {} of {} is not being written", id, F::kTable));
    }
    Open& open = open_[static_cast<std::size_t>(number)];
    for (const typename F::Item& item : items) {
      const std::string why = F::why_invalid(item, open.last ? &*open.last : nullptr);
      if (!why.empty()) throw std::invalid_argument("run file: " + why);
      const auto values = F::values_of(item);
      for (std::size_t i = 0; i < values.size(); ++i) {
        open.columns[i].append(std::span(values).subspan(i, 1));
      }
      open.last = item;
      ++(open.stored.*F::kSize);
      if (++open.in_chunk == kChunkItems) flush(open);
    }
  }

  // Ends what was added since the last call, and gives how many there are in the file.
  std::int64_t finish_run() {
    for (Open& open : open_) {
      flush(open);
      RowWriter row;
      F::visit(row, std::as_const(open.stored));
      insert(series_, F::kTable, row);
    }
    finished_ += std::ssize(open_);
    open_.clear();
    return finished_;
  }

  // Forgets what was added; false if there is nothing else: then the tables are gone too.
  bool abandon_run() {
    open_.clear();
    return finished_ > 0;
  }

 private:
  static constexpr std::size_t kWidth = F::kColumns.size();
  struct Open {
    typename F::Stored stored;
    std::int64_t in_chunk = 0;  // items that wait in the encoders
    std::array<ColumnEncoder, kWidth> columns;
    std::optional<typename F::Item> last;
  };

  void insert(std::optional<sqlite::Statement>& into, std::string_view table, RowWriter& row) {
    const std::span<const sqlite::Value> values = row.finish();
    if (!into) {
      std::string marks = "?";
      for (std::size_t i = 1; i < values.size(); ++i) marks += ", ?";
      into.emplace(*database_, fmt::format("INSERT INTO {} VALUES ({})", table, marks));
    }
    into->run(values);
  }

  void flush(Open& open) {
    if (open.in_chunk == 0) return;
    typename F::Chunk chunk;
    chunk.id = next_chunk_++;
    chunk.*F::kOwner = open.stored.id;
    chunk.*F::kFirst = open.stored.*F::kSize - open.in_chunk;
    chunk.*F::kCount = open.in_chunk;
    std::array<std::vector<std::byte>, kWidth> bytes;
    RowWriter content;
    content("chunk_id", chunk.id);
    for (std::size_t i = 0; i < kWidth; ++i) {
      chunk.columns[i] = {open.columns[i].min(), open.columns[i].max()};
      bytes[i] = open.columns[i].take();
      content(F::kColumns[i], std::span<const std::byte>(bytes[i]));
    }
    RowWriter index;
    visit_series_chunk<F>(index, std::as_const(chunk));
    insert(chunks_, F::kChunkTable, index);
    insert(content_, F::kColumnTable, content);
    open.in_chunk = 0;
  }

  const sqlite::Database* database_;
  std::optional<sqlite::Statement> series_, chunks_, content_;  // prepared when first used
  std::vector<Open> open_;                                      // of the current run
  std::int64_t finished_ = 0;                                   // of the runs before
  std::int64_t next_chunk_ = 1;
};

// For the reader. They throw std::runtime_error, saying what is wrong.

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

// `count`: how many rows meta says there are; without any there are no tables.
template <class F>
std::vector<typename F::Stored> read_series(const sqlite::Database& database, std::int64_t count) {
  std::vector<typename F::Stored> series;
  if (count == 0) return series;
  const auto missing = [] { damaged(fmt::format("{} are missing", F::kTable)); };
  for_each_row(database, fmt::format("SELECT * FROM {} ORDER BY {}", F::kTable, F::kOwnerColumn),
               {}, [&](RowReader& row) {
                 const std::int64_t previous = series.empty() ? 1 : series.back().run_id;
                 typename F::Stored& stored = series.emplace_back();
                 F::visit(row, stored);
                 if (stored.id != std::ssize(series) || stored.run_id < previous) missing();
               });
  if (std::ssize(series) != count) missing();
  return series;
}

template <class F>
std::vector<typename F::Chunk> read_series_chunks(const sqlite::Database& database,
                                                  const typename F::Stored& stored) {
  std::vector<typename F::Chunk> chunks;
  std::int64_t items = 0;
  const auto missing = [] { damaged(fmt::format("chunks of {} are missing", F::kTable)); };
  for_each_row(database,
               fmt::format("SELECT * FROM {} WHERE {} = ? ORDER BY {}", F::kChunkTable,
                           F::kOwnerColumn, F::kOrder),
               {stored.id}, [&](RowReader& row) {
                 typename F::Chunk& chunk = chunks.emplace_back();
                 visit_series_chunk<F>(row, chunk);
                 if (chunk.*F::kOwner != stored.id || chunk.*F::kFirst != items ||
                     chunk.*F::kCount > kChunkItems) {
                   missing();
                 }
                 items += chunk.*F::kCount;
               });
  if (items != stored.*F::kSize) missing();
  return chunks;
}

template <class F>
std::vector<typename F::Item> read_series_items(const sqlite::Database& database,
                                                const typename F::Chunk& chunk) {
  bool found = false;
  std::array<std::vector<std::int64_t>, F::kColumns.size()> values;
  for_each_row(database, fmt::format("SELECT * FROM {} WHERE chunk_id = ?", F::kColumnTable),
               {chunk.id}, [&](RowReader& row) {
                 std::int64_t id = 0;
                 row("chunk_id", id);
                 found = id == chunk.id;
                 for (std::size_t i = 0; i < values.size(); ++i) {
                   std::span<const std::byte> bytes;
                   row(F::kColumns[i], bytes);
                   append_column(F::kColumns[i], bytes, chunk.*F::kCount, chunk.columns[i],
                                 values[i]);
                 }
               });
  if (!found) damaged("the columns of a chunk are missing");
  std::vector<typename F::Item> items;
  items.reserve(values[0].size());
  for (std::size_t i = 0; i < values[0].size(); ++i) {
    std::array<std::int64_t, F::kColumns.size()> of_item{};
    for (std::size_t c = 0; c < of_item.size(); ++c) of_item[c] = values[c][i];
    const typename F::Item item = F::item_of(of_item);
    const std::string why = F::why_invalid(item, items.empty() ? nullptr : &items.back());
    if (!why.empty()) damaged(why);
    items.push_back(item);
  }
  return items;
}

}  // namespace kvf::run_file
