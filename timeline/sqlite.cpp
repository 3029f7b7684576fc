#include "timeline/sqlite.h"

#include <sqlite3.h>

#include <bit>
#include <cerrno>
#include <cstring>

namespace kvf::sqlite {
namespace {

// SQLite keeps no errno of a COMMIT that fails; the caller has set errno to 0 before.
[[noreturn]] void fail(sqlite3* handle) {
  const int code = sqlite3_errcode(handle);
  std::string text = sqlite3_errmsg(handle);
  const int system = sqlite3_system_errno(handle) != 0 ? sqlite3_system_errno(handle) : errno;
  if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && system != 0) {
    text += std::string(": ") + std::strerror(system);
  }
  throw Error(code, text);
}

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(std::string_view text) const {
    // An empty view may be a null pointer, which SQLite takes for NULL.
    return sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(),
                               nullptr, SQLITE_UTF8);
  }
  int operator()(std::span<const std::byte> blob) const {
    if (blob.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, blob.data(), blob.size(), nullptr);
  }
};

Value column(sqlite3_stmt* statement, int index) {
  const int type = sqlite3_column_type(statement, index);
  if (type == SQLITE_INTEGER) return std::int64_t{sqlite3_column_int64(statement, index)};
  if (type == SQLITE_FLOAT) return sqlite3_column_double(statement, index);
  if (type == SQLITE_NULL) return nullptr;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, index));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  if (data == nullptr && size > 0) throw Error(SQLITE_NOMEM, "out of memory");
  if (type == SQLITE_TEXT) return std::string_view(data, size);
  return std::as_bytes(std::span(data, size));
}

class Hash {
 public:
  void operator()(std::nullptr_t) { add('n'); }
  void operator()(std::int64_t value) { add('i', static_cast<std::uint64_t>(value)); }
  void operator()(double value) { add('r', std::bit_cast<std::uint64_t>(value)); }
  void operator()(std::string_view text) {
    add('t', text.size());
    for (const char c : text) add(c);
  }
  void operator()(std::span<const std::byte> blob) {
    add('b', blob.size());
    for (const std::byte b : blob) add(static_cast<char>(b));
  }
  std::int64_t value() const { return static_cast<std::int64_t>(hash_); }

 private:
  void add(char c) { hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
  void add(char type, std::uint64_t value) {
    add(type);
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<char>(value >> shift));
  }
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Database::Database(const std::filesystem::path& file, int flags, int max_value_bytes) {
  sqlite3* handle = nullptr;
  // An absolute path is never a URI or a special name such as ":memory:".
  const std::string name = std::filesystem::absolute(file).string();
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw Error(SQLITE_NOMEM, "out of memory");
  if (code != SQLITE_OK) fail(handle);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, max_value_bytes);
}

void Database::execute(const std::string& sql) const {
  errno = 0;
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle());
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

Statement::Statement(const Database& database, const std::string& sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(database.handle());
}

void Statement::run(std::span<const Value> parameters) {
  bind(parameters);
  while (next()) {
  }
  sqlite3_reset(handle_.get());
}

void Statement::bind(std::span<const Value> parameters) {
  sqlite3_reset(handle_.get());
  int index = 0;
  for (const Value& value : parameters) {
    if (std::visit(Binder{handle_.get(), ++index}, value) != SQLITE_OK) {
      fail(sqlite3_db_handle(handle_.get()));
    }
  }
}

bool Statement::next() {
  errno = 0;
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(handle_.get()));
}

std::vector<Value> Statement::row() const {
  std::vector<Value> values;
  const int columns = sqlite3_data_count(handle_.get());
  values.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) values.push_back(column(handle_.get(), i));
  return values;
}

std::int64_t checksum(std::span<const Value> values) {
  Hash hash;
  for (const Value& value : values) std::visit(hash, value);
  return hash.value();
}

}  // namespace kvf::sqlite
