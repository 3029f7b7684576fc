// SQLite as values: a database, a statement, a row. Only what the run file needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace kvf::sqlite {

// A call of SQLite failed: its text and, where the system caused it, the system's. `code` is
// SQLite's primary result code.
struct Error : std::runtime_error {
  Error(int result, const std::string& text) : std::runtime_error(text), code(result) {}
  int code;
};

// A cell. Texts and blobs of a row that was read live until the statement's next call.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view,
                           std::span<const std::byte>>;

class Database {
 public:
  // `flags` as for sqlite3_open_v2. The path is taken as it is, never as a URI. Nothing that is
  // longer than `max_value_bytes` is read or written. All members throw Error.
  Database(const std::filesystem::path& file, int flags, int max_value_bytes);

  void execute(const std::string& sql) const;
  bool in_transaction() const;
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
 public:
  Statement(const Database& database, const std::string& sql);

  // Runs a statement that returns no row. All members throw Error.
  void run(std::span<const Value> parameters);

  // For a query: binds the parameters; then each call of next() steps to a row, false after the
  // last.
  void bind(std::span<const Value> parameters);
  bool next();
  std::vector<Value> row() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// A 64-bit FNV-1a hash of values with their types: a single changed byte always changes it.
std::int64_t checksum(std::span<const Value> values);

}  // namespace kvf::sqlite
