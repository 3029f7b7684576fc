#include "profiler/import/nsight/nsight.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/import/builder.h"
#include "profiler/import/import_error.h"
#include "timeline/run_file.h"
#include "timeline/run_file_format.h"
#include "timeline/run_file_open.h"
#include "timeline/sqlite.h"

namespace kvf::traces {
namespace {

constexpr std::int64_t kMostTime = std::int64_t{1} << 61;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// A database of other people: what its schema says is not run.
sqlite::Database open_foreign(const std::filesystem::path& file) {
  sqlite::Database database(file, SQLITE_OPEN_READONLY, 1 << 20);
  database.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  return database;
}

// The columns of a table, in small letters; empty if there is no such table (a view is none).
std::vector<std::string> columns_of(const sqlite::Database& database, const std::string& table) {
  sqlite::Statement kind(database,
                         "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND "
                         "name = '" +
                             table + "' COLLATE NOCASE");
  std::vector<std::string> columns;
  if (!kind.next()) return columns;
  sqlite::Statement info(database, "SELECT name FROM pragma_table_info('" + table + "')");
  while (info.next()) {
    const std::vector<sqlite::Value> row = info.row();
    const auto* name = std::get_if<std::string_view>(&row[0]);
    if (name != nullptr) columns.emplace_back(*name);
  }
  return columns;
}

// Rows of a table by the names of its columns; a column that is not there is NULL.
class Table {
 public:
  Table(const sqlite::Database& database, const std::string& name,
        const std::vector<std::string>& wanted)
      : present_(columns_of(database, name)) {
    if (present_.empty()) return;
    std::string sql;
    for (const std::string& column : wanted) {
      sql += (sql.empty() ? "SELECT " : ", ") + (has(column) ? '"' + column + '"' : "NULL");
    }
    rows_.emplace(database, sql + " FROM \"" + name + "\" NOT INDEXED");
  }

  bool exists() const { return rows_.has_value(); }
  bool has(const std::string& column) const {
    return std::find(present_.begin(), present_.end(), column) != present_.end();
  }
  bool next() {
    if (!rows_ || !rows_->next()) return false;
    row_ = rows_->row();
    return true;
  }
  std::optional<std::int64_t> number(std::size_t column) const {
    const auto* value = std::get_if<std::int64_t>(&row_[column]);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  std::optional<std::string> text(std::size_t column) const {
    const auto* value = std::get_if<std::string_view>(&row_[column]);
    return value == nullptr ? std::nullopt : std::optional(std::string(*value));
  }

 private:
  std::vector<std::string> present_;
  std::optional<sqlite::Statement> rows_;
  std::vector<sqlite::Value> row_;
};

class Reader {
 public:
  Reader(const sqlite::Database& database, const std::string& format)
      : database_(database), builder_(format, Beginning::unknown) {}

  Recording read() {
    find_processes();
    read_memory();
    read_annotations();
    read_diagnostics();
    read_own_counters();
    return builder_.finish();
  }

 private:
  // With more than one process, addresses of each are its own.
  void find_processes() {
    Table rows(database_, kMemory, {"globalPid"});
    std::map<std::int64_t, std::size_t> numbers;
    while (rows.next()) numbers.try_emplace(rows.number(0).value_or(0), 0);
    several_processes_ = numbers.size() > 1;
  }

  // ENUM_CUDA_MEM_KIND: 0 pageable and 1 pinned are the host's; 2 device, 3 array, 4 managed, 5 and
  // 6 static variables of a module are a GPU's. Empty for another kind.
  std::string device_of(std::int64_t kind, std::int64_t device, std::int64_t process) const {
    if (kind < 0 || kind > 6) return "";
    const std::string name = kind <= 1 ? "cpu" : fmt::format("cuda:{}", device);
    // A globalPid holds the process's own number in bits 24 to 47.
    return several_processes_ ? fmt::format("{}/process {}", name, process >> 24 & 0xFFFFFF) : name;
  }

  void read_memory() {
    Table rows(database_, kMemory,
               {"start", "globalPid", "deviceId", "address", "bytes", "memKind",
                "memoryOperationType", "localMemoryPoolAddress", "localMemoryPoolSize"});
    if (!rows.exists()) return;
    for (const std::string column : {"start", "address", "bytes", "memoryOperationType"}) {
      if (rows.has(column)) continue;
      RecordingCounters& counters = builder_.counters();
      counters.old_schema = 1;
      throw ImportError(fmt::format("has a table {} without the column {}", kMemory, column), "",
                        counters);
    }
    while (rows.next()) {
      const auto time = rows.number(0), address = rows.number(3), bytes = rows.number(4),
                 operation = rows.number(6);
      const std::string device = device_of(rows.number(5).value_or(2), rows.number(2).value_or(0),
                                           rows.number(1).value_or(0));
      const bool good = time && *time >= -kMostTime && *time <= kMostTime && address && bytes &&
                        *bytes >= 0 && *bytes <= kMostBytes && operation &&
                        (*operation == 0 || *operation == 1) && !device.empty();
      if (!good) {
        ++builder_.counters().unknown;
        continue;
      }
      const std::int64_t change = *operation == 0 ? *bytes : -*bytes;
      Ledger& ledger = builder_.device(device);
      if (change != 0) ledger.add({*time, static_cast<std::uint64_t>(*address), change});
      add_pool(ledger, device, *time, rows.number(7).value_or(0), rows.number(8), change);
    }
  }

  // What the pools of a device have taken from the driver, and what lies outside of them.
  struct Reserved {
    std::map<std::int64_t, std::int64_t> pools;
    std::int64_t pooled = 0, others = 0;
  };

  void add_pool(Ledger& ledger, const std::string& device, std::int64_t time, std::int64_t pool,
                std::optional<std::int64_t> size, std::int64_t change) {
    Reserved& reserved = reserved_[device];
    if (pool != 0 && size && *size >= 0 && *size <= kMostBytes) {
      std::int64_t& last = reserved.pools[pool];
      reserved.pooled += *size - last;
      last = *size;
    } else {
      reserved.others += change;
    }
    if (reserved.pooled > kMostBytes || std::abs(reserved.others) > kMostBytes) {
      throw ImportError("has more than 2^60 bytes on one device");
    }
    if (!reserved.pools.empty()) ledger.add_reserved({time, reserved.pooled + reserved.others});
  }

  // Ranges of NVTX have an end; marks do not.
  void read_annotations() {
    std::map<std::int64_t, std::string> strings;
    Table names(database_, "StringIds", {"id", "value"});
    Table rows(database_, "NVTX_EVENTS", {"start", "end", "text", "textId"});
    if (!rows.exists()) return;
    while (names.next()) {
      if (names.number(0)) strings[*names.number(0)] = names.text(1).value_or("");
    }
    while (rows.next()) {
      const auto start = rows.number(0), end = rows.number(1);
      if (!start || !end || *start < -kMostTime || *end > kMostTime || *end < *start) continue;
      std::optional<std::string> name = rows.text(2);
      if (!name && rows.number(3)) {
        const auto found = strings.find(*rows.number(3));
        if (found != strings.end()) name = found->second;
      }
      if (name) builder_.add_span({*name, *start, *end});
    }
  }

  // Nsight says in words if it has lost something of CUDA.
  void read_diagnostics() {
    Table rows(database_, "DIAGNOSTIC_EVENT", {"text"});
    while (rows.next()) {
      const std::string text = rows.text(0).value_or("");
      const auto says = [&](std::string_view words) { return text.find(words) != text.npos; };
      if ((says("CUDA") || says("CUPTI")) && (says("Not all") || says("dropped") || says("lost"))) {
        ++builder_.counters().dropped;
      }
    }
  }

  // A run file says what its writer lost or found wrong, and whether it came to its end.
  void read_own_counters() {
    Table meta(database_, "meta", {"key", "value"});
    while (meta.next()) {
      if (meta.text(0) == "complete" && meta.text(1) == "no") builder_.counters().truncated = 1;
    }
    std::vector<std::string> names;
    for (const RecordingCounter& counter : kRecordingCounters) names.emplace_back(counter.name);
    Table rows(database_, "recordings", names);
    while (rows.next()) {
      for (std::size_t i = 0; i < kRecordingCounters.size(); ++i) {
        std::int64_t& count = builder_.counters().*kRecordingCounters[i].count;
        const std::int64_t more =
            std::clamp<std::int64_t>(rows.number(i).value_or(0), 0, kMostBytes);
        count = std::min(count, kMostBytes) + more;
      }
    }
  }

  static inline const std::string kMemory = "CUDA_GPU_MEMORY_USAGE_EVENTS";
  const sqlite::Database& database_;
  Builder builder_;
  bool several_processes_ = false;
  std::map<std::string, Reserved> reserved_;
};

std::string header_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string header(100, '\0');
  stream.read(header.data(), std::ssize(header));
  header.resize(static_cast<std::size_t>(stream.gcount()));
  return header;
}

// https://sqlite.org/fileformat.html: the size of a page at 16 (1 means 65536), their number at 28.
void refuse_cut_short(const std::filesystem::path& file, std::string_view header) {
  RecordingCounters counters;
  counters.truncated = 1;
  const std::uintmax_t size = std::filesystem::file_size(file);
  if (header.size() < 100) {
    throw ImportError(fmt::format("is cut short: it has {} bytes", size), "", counters);
  }
  const std::uint32_t page = big_endian(header.substr(16, 2));
  const std::uintmax_t wanted =
      std::uintmax_t{page == 1 ? 65536 : page} * big_endian(header.substr(28, 4));
  if (size < wanted) {
    throw ImportError(fmt::format("is cut short: it has {} of {} bytes", size, wanted), "",
                      counters);
  }
}

}  // namespace

Recording read_nsight(const std::filesystem::path& file) {
  const std::string header = header_of(file);
  const bool own = header.size() == 100 &&
                   big_endian(std::string_view(header).substr(68, 4)) == run_file::kApplicationId;
  const std::string format = own ? "kvfootprint" : "nsight-systems";
  try {
    refuse_cut_short(file, header);
    const sqlite::Database database = own ? run_file::open(file) : open_foreign(file);
    return Reader(database, format).read();
  } catch (const sqlite::Error& error) {
    throw ImportError(std::string("cannot be read: ") + error.what(), format);
  } catch (const RunFileError& error) {
    std::string_view text = error.what();  // names the file, as read_recording() does
    if (text.starts_with(file.string() + " ")) text.remove_prefix(file.string().size() + 1);
    throw ImportError(std::string(text), format);
  } catch (const ImportError& error) {
    throw ImportError(error.what(), format, error.counters);
  }
}

}  // namespace kvf::traces
