#include "timeline/run_file_open.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "timeline/run_file.h"
#include "timeline/run_file_format.h"

namespace kvf::run_file {
namespace {

namespace fs = std::filesystem;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

constexpr std::string_view kSqlite("SQLite format 3\0", 16);

// Whether the first bytes of a file are those of a run file of any version.
bool has_marks(std::string_view header) {
  return header.starts_with(kSqlite) && big_endian(header.substr(68, 4)) == kApplicationId;
}

// Looks at the first 100 bytes, which say what a file is (https://sqlite.org/fileformat.html).
void require_run_file(const fs::path& file) {
  const auto refuse = [&](std::string_view why) {
    throw RunFileError(fmt::format("{} {}", file.string(), why));
  };
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (error) {
    throw RunFileError(fmt::format("cannot read {}: {}", file.string(), error.message()));
  }
  if (fs::is_directory(status)) refuse("is a folder, not a run file");
  if (!fs::is_regular_file(status)) refuse("is not a regular file");

  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string header(100, '\0');
  stream.read(header.data(), std::ssize(header));
  if (!stream.is_open() || stream.bad()) {
    throw RunFileError(
        fmt::format("cannot read {}: {}", file.string(), std::generic_category().message(errno)));
  }
  header.resize(static_cast<std::size_t>(stream.gcount()));
  if (header.empty()) refuse("is empty");
  const std::string_view view = header;
  if (!view.starts_with(kSqlite)) {
    refuse("is not a kvfootprint run file: it is not an SQLite database");
  }
  if (view.size() < 100) refuse(fmt::format("is cut short: it has {} bytes", view.size()));
  if (!has_marks(view)) {
    refuse("is an SQLite database, but not a kvfootprint run file");
  }
  const std::int64_t version = big_endian(view.substr(60, 4));
  if (version > kVersion) {
    refuse(
        fmt::format("was written by a newer kvfootprint: file format {}, this program reads up "
                    "to {}",
                    version, kVersion));
  }
  if (version < 1) refuse("is damaged: its file format is 0");
  // The journal of a killed process may have to mend the file first, which only SQLite can do.
  if (fs::exists(file.string() + "-journal", error)) return;
  if (view.substr(18, 2) != "\1\1") refuse("is damaged: it asks for a write-ahead log");
  const std::uintmax_t expected =
      std::uintmax_t{big_endian(view.substr(16, 2))} * big_endian(view.substr(28, 4));
  const std::uintmax_t size = fs::file_size(file, error);
  if (!error && size < expected) {
    refuse(fmt::format("is cut short: it has {} of {} bytes", size, expected));
  }
}

sqlite::Database open_database(const fs::path& file, int flags) {
  sqlite::Database database(file, flags, kMaxValueBytes);
  database.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  database.execute("SELECT count(*) FROM sqlite_schema");  // reads the file for the first time
  return database;
}

}  // namespace

sqlite::Database open(const fs::path& file) {
  require_run_file(file);
  try {
    return open_database(file, SQLITE_OPEN_READONLY);
  } catch (const sqlite::Error& error) {
    if (error.code != SQLITE_READONLY) throw;
    return open_database(file, SQLITE_OPEN_READWRITE);
  }
}

}  // namespace kvf::run_file

namespace kvf {

bool may_be_replaced(const std::filesystem::path& file) {
  std::error_code error;
  // Not there, or something that the writer refuses for what it is.
  if (!std::filesystem::is_regular_file(file, error)) return true;
  std::ifstream stream(file, std::ios::binary);
  std::string header(72, '\0');
  stream.read(header.data(), std::ssize(header));
  return stream.gcount() == 0 || run_file::has_marks(header);
}

}  // namespace kvf
