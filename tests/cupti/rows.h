// A database in a temporary folder, and what SQL says of it.
#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "timeline/sqlite.h"

namespace kvf::test {

class TemporaryFile {
 public:
  TemporaryFile() {
    static std::atomic<int> number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("kvf-cupti-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    std::filesystem::remove(path_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_.string() + "-journal");
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline sqlite::Database open_database(const std::filesystem::path& file) {
  sqlite::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 64 << 20);
  database.execute("PRAGMA synchronous = OFF");
  return database;
}

using Rows = std::vector<std::vector<std::string>>;

// Every value as text; "NULL" for none.
inline Rows query(const sqlite::Database& database, const std::string& sql) {
  struct Text {
    std::string operator()(std::nullptr_t) const { return "NULL"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return std::to_string(value); }
    std::string operator()(std::string_view value) const { return std::string(value); }
    std::string operator()(std::span<const std::byte>) const { return "BLOB"; }
  };
  Rows rows;
  sqlite::Statement statement(database, sql);
  statement.bind({});
  while (statement.next()) {
    auto& row = rows.emplace_back();
    for (const sqlite::Value& value : statement.row()) row.push_back(std::visit(Text(), value));
  }
  return rows;
}

// The only value of the only row.
inline std::string value(const sqlite::Database& database, const std::string& sql) {
  const Rows rows = query(database, sql);
  return rows.size() == 1 && rows[0].size() == 1 ? rows[0][0] : "not one value";
}

inline std::string fact(const sqlite::Database& database, const std::string& key) {
  return value(database, "SELECT value FROM KVF_CAPTURE WHERE key = '" + key + "'");
}

}  // namespace kvf::test
