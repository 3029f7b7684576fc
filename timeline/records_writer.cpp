#include "timeline/records_writer.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <span>
#include <type_traits>

#include "timeline/records_columns.h"

namespace kvf::records {

void append(Batch& to, Batch more) {
  const auto move = [](auto& rows, auto& from) {
    rows.insert(rows.end(), std::make_move_iterator(from.begin()),
                std::make_move_iterator(from.end()));
  };
  move(to.memory, more.memory);
  move(to.pools, more.pools);
  move(to.kernels, more.kernels);
  move(to.copies, more.copies);
  move(to.sets, more.sets);
  move(to.calls, more.calls);
  move(to.ranges, more.ranges);
  move(to.correlations, more.correlations);
  move(to.vmm, more.vmm);
  move(to.samples, more.samples);
  move(to.application, more.application);
  move(to.facts, more.facts);
}
namespace {

template <class T>
concept Integer = std::is_integral_v<T> || std::is_enum_v<T>;

// The declared type of a column, as the export declares it.
struct TypeOf {
  std::string_view of(const std::string&) const { return "TEXT NOT NULL"; }
  std::string_view of(const std::optional<std::string>&) const { return "TEXT"; }
  std::string_view of(const SharedText&) const { return "INTEGER NOT NULL"; }
  std::string_view of(const Integer auto&) const { return "INTEGER NOT NULL"; }
  template <Integer T>
  std::string_view of(const std::optional<T>&) const {
    return "INTEGER";
  }
};

template <class Row>
constexpr std::string_view kMore = "";
template <>
constexpr std::string_view kMore<Range> = ", \"eventId\" INTEGER NOT NULL PRIMARY KEY";
template <>
constexpr std::string_view kMore<CaptureFact> = ", PRIMARY KEY (\"key\")";

template <class Row>
std::size_t count_columns() {
  std::size_t count = 0;
  columns([&](auto, const auto&) { ++count; }, Row{});
  return count;
}

// Quoted, for `end` is a word of SQL.
template <class Row>
std::string declaration() {
  std::string list;
  columns(
      [&](std::string_view name, const auto& member) {
        list += fmt::format("{}\"{}\" {}", list.empty() ? "" : ", ", name, TypeOf().of(member));
      },
      Row{});
  return fmt::format("CREATE TABLE IF NOT EXISTS \"{}\" ({}{})", table(Row{}), list, kMore<Row>);
}

template <class Row>
std::string insertion() {
  std::string names, marks;
  columns(
      [&](std::string_view name, const auto&) {
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
        marks += marks.empty() ? "?" : ", ?";
      },
      Row{});
  return fmt::format("INSERT OR REPLACE INTO \"{}\" ({}) VALUES ({})", table(Row{}), names, marks);
}

constexpr std::string_view kStrings = "StringIds";
constexpr const char* kMakeStrings =
    "CREATE TABLE IF NOT EXISTS StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL)";

// A part of a transaction or, outside of one, a transaction.
class Savepoint {
 public:
  explicit Savepoint(const sqlite::Database& database) : database_(database) {
    database_.execute("SAVEPOINT kvf_records");
  }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  void commit() {
    database_.execute("RELEASE kvf_records");
    done_ = true;
  }
  ~Savepoint() {
    if (done_) return;
    try {
      database_.execute("ROLLBACK TO kvf_records; RELEASE kvf_records");
    } catch (const sqlite::Error&) {  // SQLite has rolled back by itself, as for a full disk
    }
  }

 private:
  const sqlite::Database& database_;
  bool done_ = false;
};

}  // namespace

Writer::Writer(const sqlite::Database& database) : database_(database) {
  sqlite::Statement there(database,
                          "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  there.bind(std::array{sqlite::Value(kStrings)});
  if (!there.next()) return;
  sqlite::Statement all(database, "SELECT id, value FROM StringIds");
  while (all.next()) {
    const std::vector<sqlite::Value> row = all.row();
    const auto id = std::get<std::int64_t>(row[0]);
    strings_.emplace(std::get<std::string_view>(row[1]), id);
    next_string_ = std::max(next_string_, id + 1);
  }
}

std::int64_t Writer::id_of(std::string_view text) {
  if (const auto known = strings_.find(text); known != strings_.end()) return known->second;
  auto statement = insertions_.find(kStrings);
  if (statement == insertions_.end()) {
    database_.execute(kMakeStrings);
    statement =
        insertions_
            .try_emplace(kStrings, database_, "INSERT INTO StringIds (id, value) VALUES (?, ?)")
            .first;
  }
  statement->second.run(std::array{sqlite::Value(next_string_), sqlite::Value(text)});
  new_strings_.emplace_back(text);
  strings_.emplace(text, next_string_);
  return next_string_++;
}

template <class Row>
void Writer::insert(const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const std::string_view name = table(Row{});
  auto statement = insertions_.find(name);
  if (statement == insertions_.end()) {
    database_.execute(declaration<Row>());
    statement = insertions_.try_emplace(name, database_, insertion<Row>()).first;
  }
  std::vector<sqlite::Value> values(count_columns<Row>());
  for (const Row& row : rows) {
    auto value = values.begin();
    columns(
        [&]<class T>(auto, const T& member) {
          const auto put = [&]<class M>(const M& m) {
            if constexpr (Integer<M>) {
              *value++ = static_cast<std::int64_t>(m);
            } else if constexpr (std::is_same_v<M, SharedText>) {
              *value++ = id_of(m.text);
            } else {
              *value++ = std::string_view(m);
            }
          };
          if constexpr (requires { member.has_value(); }) {
            if (member) {
              put(*member);
            } else {
              *value++ = nullptr;
            }
          } else {
            put(member);
          }
        },
        row);
    statement->second.run(values);
  }
}

void Writer::write(const Batch& batch) {
  new_strings_.clear();
  try {
    Savepoint savepoint(database_);
    each_table(batch, [this](const auto& rows) { insert(rows); });
    savepoint.commit();
  } catch (...) {
    // What this batch made is gone again, maybe tables too.
    for (const std::string& text : new_strings_) strings_.erase(text);
    insertions_.clear();
    throw;
  }
}

}  // namespace kvf::records
