// Run files that cannot be written or read: the exact words.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/run_file.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

namespace {

// Runs SQL on a file, as any program could.
void execute(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  const int result = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  INFO(sqlite3_errmsg(database));
  REQUIRE(sqlite3_close(database) == SQLITE_OK);
  REQUIRE(result == SQLITE_OK);
}

// Why the file cannot be opened or read to its end, without its folder.
std::string refusal(const fs::path& file) {
  try {
    read_all(file);
  } catch (const RunFileError& error) {
    std::string text = error.what();
    const std::string folder = file.parent_path().string() + "/";
    const auto at = text.find(folder);
    return at == std::string::npos ? text : text.erase(at, folder.size());
  }
  return "none";
}

}  // namespace

TEST_CASE("a target that cannot be written is refused and left alone", "[run_file]") {
  const TemporaryFolder folder;
  const auto refused = [&](const fs::path& target, const std::string& why) {
    CHECK_THROWS_WITH(RunFileWriter(target, {}), "cannot write " + target.string() + ": " + why);
  };
  const fs::path fifo = folder.path / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  write_file(folder.path / "file", "old");
  refused(folder.path, "it is a folder");
  refused(fifo, "it is not a regular file");
  refused("/dev/null", "it is not a regular file");
  refused(folder.path / "missing" / "a.kvf", "No such file or directory");
  refused(folder.path / "file" / "a.kvf", "Not a directory");
  refused(folder.path / std::string(250, 'x'), "File name too long");

  // The administrator may write anywhere, so this is tried as somebody else.
  const bool root = geteuid() == 0;
  fs::permissions(folder.path, fs::perms::owner_read | fs::perms::owner_exec |
                                   fs::perms::others_read | fs::perms::others_exec);
  if (root) REQUIRE(seteuid(65534) == 0);
  refused(folder.path / "a.kvf", "Permission denied");
  if (root) REQUIRE(seteuid(0) == 0);
  fs::permissions(folder.path, fs::perms::owner_all);

  CHECK(read_file(folder.path / "file") == "old");
  CHECK(names_in(folder.path).size() == 2);
}

TEST_CASE("what is no run file is refused with words", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  CHECK(refusal(file) == "cannot read a.kvf: No such file or directory");
  CHECK_THROWS_WITH(RunFileReader(folder.path),
                    folder.path.string() + " is a folder, not a run file");
  REQUIRE(mkfifo((folder.path / "fifo").c_str(), 0600) == 0);
  CHECK(refusal(folder.path / "fifo") == "fifo is not a regular file");
  write_file(file, "");
  CHECK(refusal(file) == "a.kvf is empty");
  write_file(file, "policy,footprint\nfull,1.0\n");
  CHECK(refusal(file) == "a.kvf is not a kvfootprint run file: it is not an SQLite database");
  fs::remove(file);
  execute(file, "CREATE TABLE runs (run_id INTEGER PRIMARY KEY)");
  CHECK(refusal(file) == "a.kvf is an SQLite database, but not a kvfootprint run file");
  execute(file, "PRAGMA application_id = 1263945296");
  CHECK(refusal(file) == "a.kvf is damaged: its file format is 0");
  execute(file, "PRAGMA user_version = 1");
  CHECK(refusal(file) == "a.kvf is damaged: no such table: meta");

  const auto changed = [&](const std::string& sql) {
    write_sample(file);
    execute(file, sql);
    return refusal(file);
  };
  CHECK(changed("PRAGMA user_version = 2") ==
        "a.kvf was written by a newer kvfootprint: file format 2, this program reads up to 1");
  CHECK(changed("PRAGMA journal_mode = WAL") == "a.kvf is damaged: it asks for a write-ahead log");
  CHECK(changed("DROP TABLE phases") == "a.kvf is damaged: no such table: phases");
  CHECK(changed("UPDATE runs SET peak = 0.9") == "a.kvf is damaged: a checksum is wrong");
  CHECK(changed("UPDATE meta SET value = 'x'") == "a.kvf is damaged: a checksum is wrong");
  CHECK(changed("UPDATE chunks SET past_max = past_max + 1") ==
        "a.kvf is damaged: a checksum is wrong");
  CHECK(changed("DELETE FROM meta WHERE key = 'scenario'") ==
        "a.kvf is damaged: keys of meta are missing");
  CHECK(changed("DELETE FROM runs WHERE run_id = 2") == "a.kvf is damaged: runs are missing");
  CHECK(changed("DELETE FROM tracks WHERE track_id = 4") == "a.kvf is damaged: tracks are missing");
  CHECK(changed("DELETE FROM phases WHERE number = 0") == "a.kvf is damaged: phases are missing");
  CHECK(changed("DELETE FROM markers") == "a.kvf is damaged: markers are missing");
  CHECK(changed("DELETE FROM chunks WHERE first_pass > 0") ==
        "a.kvf is damaged: chunks are missing");
  CHECK(changed("DELETE FROM chunk_columns") ==
        "a.kvf is damaged: the columns of a chunk are missing");
  // A table of a later part does not disturb.
  CHECK(changed("CREATE TABLE lifespans (block INTEGER)") == "none");

  write_sample(file);
  const std::string whole = read_file(file);
  write_file(file, whole.substr(0, 60));
  CHECK(refusal(file) == "a.kvf is cut short: it has 60 bytes");
  write_file(file, whole.substr(0, whole.size() - 1));
  CHECK(refusal(file) == "a.kvf is cut short: it has " + std::to_string(whole.size() - 1) + " of " +
                             std::to_string(whole.size()) + " bytes");
  std::string broken = whole;
  for (std::size_t i = 4096; i < broken.size(); ++i) broken[i] = '\x55';
  write_file(file, broken);
  CHECK(refusal(file) == "a.kvf is damaged: database disk image is malformed");

  write_sample(file);
  fs::permissions(file, fs::perms::none);
  const bool root = geteuid() == 0;
  fs::permissions(folder.path, fs::perms::all);
  if (root) REQUIRE(seteuid(65534) == 0);
  CHECK(refusal(file) == "cannot read a.kvf: Permission denied");
  if (root) REQUIRE(seteuid(0) == 0);
}
