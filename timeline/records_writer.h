// Writes what a capture records into the tables of records.h, in a database of its own or in a run
// file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timeline/records.h"
#include "timeline/sqlite.h"

namespace kvf::records {

// A table is made when its first row comes: as in an export, one without rows does not exist.
// Not for two threads at once.
class Writer {
 public:
  // `database` must outlive this and be writable. Texts that its StringIds has keep their ids.
  explicit Writer(const sqlite::Database& database);

  // Writes all of the batch or, if it throws, nothing of it. Outside of a transaction that is one:
  // when it returns, the batch survives the death of the process. Inside of one the batch belongs to
  // it; whoever rolls that back must go on with a new Writer. Throws sqlite::Error.
  void write(const Batch& batch);

 private:
  template <class Row>
  void insert(const std::vector<Row>& rows);
  std::int64_t id_of(std::string_view text);

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  const sqlite::Database& database_;
  std::map<std::string_view, sqlite::Statement> insertions_;  // by table
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> strings_;
  std::int64_t next_string_ = 1;
  std::vector<std::string> new_strings_;  // of the batch
};

}  // namespace kvf::records
