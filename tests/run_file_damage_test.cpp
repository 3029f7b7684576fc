// Run files after a killed process, a full disk, a cut and flipped bytes: refused or right.
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <limits>
#include <random>

#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/run_file.h"
#include "timeline/sqlite.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

namespace {

// Runs `work` in a process of its own and gives its exit status; what it throws is 99.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    int status = 99;
    try {
      status = work();
    } catch (...) {
    }
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Puts an empty disk of 512 KiB on `folder`, for this process alone.
bool mount_small_disk(const fs::path& folder) {
  const std::string user = "0 " + std::to_string(geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(getegid()) + " 1";
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", user);
  write_file("/proc/self/gid_map", group);
  return mount("none", folder.c_str(), "tmpfs", 0, "size=512k") == 0;
}

// Writes runs until the disk is full. The text of the error; empty if there was none.
std::string fill(const fs::path& file) {
  try {
    RunFileWriter writer(file, {});
    for (unsigned seed = 0; seed < 100; ++seed) {
      writer.write_run(sample_info(), {{{{}, noise(5'000, 1 << 30, seed)}}, {}, {}});
    }
    writer.finish();
  } catch (const RunFileError& error) {
    return error.what();
  }
  return "";
}

// Puts `value` into a column of the first row of a table, and makes the checksum right.
void forge(const fs::path& file, const std::string& table, std::size_t column,
           const sqlite::Value& value) {
  // Of meta, the row that is looked at; of the others, the first.
  const std::string order = table == "meta" ? "key = 'complete' DESC" : "1";
  const sqlite::Database database(file, SQLITE_OPEN_READWRITE, std::numeric_limits<int>::max());
  sqlite::Statement first(database, "SELECT * FROM " + table + " ORDER BY " + order + " LIMIT 1");
  REQUIRE(first.next());
  std::vector<sqlite::Value> row = first.row();
  row.at(column) = value;
  row.back() = sqlite::checksum(std::span(row).first(row.size() - 1));
  std::string marks = "?";
  for (std::size_t i = 1; i < row.size(); ++i) marks += ", ?";
  sqlite::Statement(database, "REPLACE INTO " + table + " VALUES (" + marks + ")").run(row);
}

}  // namespace

TEST_CASE("a killed writer leaves what it had finished", "[run_file]") {
  // Killed after so many pieces of the second run: SQLite then holds them in memory, has spilled
  // some to the file, or has just committed.
  const int pieces = GENERATE(0, 1, 7, 60, 100);
  const TemporaryFolder folder;
  const fs::path target = folder.path / "a.kvf";
  write_file(target, "old");
  const int status = in_child([&] {
    RunFileWriter writer(target, sample_meta());
    writer.write_run(sample_info(), sample_timeline());
    const std::int64_t track = writer.add_track({});
    for (int i = 0; i < pieces; ++i) writer.append(track, noise(4'096, 1 << 30, 1));
    if (pieces == 100) writer.finish_run({}, {}, {});
    return raise(SIGKILL);
  });
  REQUIRE(status == -SIGKILL);
  CHECK(read_file(target) == "old");

  fs::path partial;
  for (const std::string& name : names_in(folder.path)) {
    if (name.starts_with("a.kvf.partial-") && !name.ends_with("-journal")) {
      partial = folder.path / name;
    }
  }
  const Contents contents = read_all(partial);
  CHECK_FALSE(contents.complete);
  CHECK(contents.meta == sample_meta());
  REQUIRE(contents.runs.size() == (pieces == 100 ? 2 : 1));
  CHECK(contents.runs[0].first == sample_info());
  CHECK(contents.runs[0].second == sample_timeline());
  if (pieces == 100) CHECK(contents.runs[1].second.tracks[0].columns.passes() == 409'600);
}

TEST_CASE("a file that may not grow leaves the target as it was", "[run_file]") {
  const rlim_t bytes = GENERATE(0U, 100U, 5'000U, 40'000U, 100'000U, 400'000U, 1'000'000U);
  const TemporaryFolder folder;
  const fs::path target = folder.path / "a.kvf";
  write_file(target, "old");
  std::string text;
  {
    const auto before = signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{bytes, limit.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    text = fill(target);
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, before);
  }
  CHECK_THAT(text, contains("cannot write " + target.string() + ": "));
  CHECK_THAT(text,
             contains("disk I/O error: File too large") || contains("database or disk is full"));
  CHECK(names_in(folder.path) == std::vector<std::string>{"a.kvf"});
  CHECK(read_file(target) == "old");
}

TEST_CASE("a full disk leaves the target as it was", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path target = folder.path / "a.kvf";
  constexpr int kNoMount = 77;
  const int status = in_child([&] {
    if (!mount_small_disk(folder.path)) return kNoMount;
    write_file(target, "old");
    if (fill(target) != "cannot write " + target.string() + ": database or disk is full") return 1;
    if (names_in(folder.path) != std::vector<std::string>{"a.kvf"}) return 2;
    return read_file(target) == "old" ? 0 : 3;
  });
  if (status == kNoMount) KVF_SKIP("this system does not let a test mount a small disk");
  CHECK(status == 0);
}

TEST_CASE("a file cut anywhere is refused", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file, GENERATE(Sample::tracks, Sample::with_lives, Sample::recorded));
  const std::string whole = read_file(file);
  std::mt19937 random(1);
  std::vector<std::size_t> lengths{0, 1, 15, 16, 17, 99, 100, 101, 511, 4095, 4096, 4097};
  lengths.push_back(whole.size() - 1);
  for (int i = 0; i < 200; ++i) lengths.push_back(random() % whole.size());
  for (const std::size_t length : lengths) {
    write_file(file, whole.substr(0, length));
    INFO("cut after " << length << " bytes");
    CHECK_THROWS_AS(read_all(file), RunFileError);
  }
}

TEST_CASE("a file with changed bytes is refused or reads as before", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file, GENERATE(Sample::tracks, Sample::with_lives, Sample::recorded));
  const std::string whole = read_file(file);
  const Contents expected = read_all(file);
  std::mt19937 random(2);
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    std::string changed = whole;
    // Mostly where something is stored: much of a small file is unused.
    for (auto bytes = 1 + random() % 3; bytes > 0; --bytes) {
      std::size_t at = random() % changed.size();
      for (int again = 0; again < 20 && changed[at] == 0; ++again) at = random() % changed.size();
      changed[at] = static_cast<char>(random());
    }
    write_file(file, changed);
    INFO("round " << round);
    bool wrong = false;
    try {
      wrong = read_all(file) != expected;
    } catch (const RunFileError&) {
      ++refused;
    }
    CHECK_FALSE(wrong);
  }
  CHECK(refused > 300);
  CHECK(names_in(folder.path).size() == 1);
}

TEST_CASE("right checksums do not make up for wrong content", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  const auto forged = [&](const std::string& table, std::size_t column,
                          const sqlite::Value& value) {
    write_sample(file, Sample::recorded);
    forge(file, table, column, value);
    try {
      read_all(file);
    } catch (const RunFileError& error) {
      return std::string(error.what()).substr(file.string().size());
    }
    return std::string("none");
  };
  const std::int64_t passes = 6000;
  const std::vector<std::byte> bytes(25);
  CHECK(forged("meta", 0, "one more") == " is damaged: keys of meta are missing");
  CHECK(forged("runs", 4, std::int64_t{-1}) ==
        " is damaged: prompt_tokens has a value that it cannot have");
  CHECK(forged("runs", 10, "12x") == " is damaged: active_entries has a value that it cannot have");
  CHECK(forged("runs", 10, std::string(50, '9')) ==
        " is damaged: area: the product is too large to be counted");
  CHECK(forged("runs", 23, 0.5) ==
        " is damaged: weighted_peak_entries has a value that it cannot have");
  CHECK(forged("tracks", 4, std::int64_t{-2}) ==
        " is damaged: layer has a value that it cannot have");
  CHECK(forged("tracks", 8, "pages") == " is damaged: unit has a value that it cannot have");
  CHECK(forged("tracks", 9, passes) == " is damaged: chunks are missing");
  CHECK(forged("chunks", 3, passes) == " is damaged: chunks are missing");
  CHECK(forged("chunks", 5, passes) == " is damaged: first_row leaves its range");
  CHECK(forged("chunk_columns", 3, std::span(bytes)) ==
        " is damaged: past is not made of whole stretches");
  CHECK(forged("chunk_columns", 3, std::span(bytes).first(24)) ==
        " is damaged: past has the wrong number of values");
  CHECK(forged("lifespans", 0, std::int64_t{9}) == " is damaged: lifespans are missing");
  CHECK(forged("lifespans", 4, std::int64_t{-1}) ==
        " is damaged: head has a value that it cannot have");
  CHECK(forged("lifespans", 6, passes) == " is damaged: chunks of lifespans are missing");
  CHECK(forged("lifespan_chunks", 3, passes) == " is damaged: chunks of lifespans are missing");
  CHECK(forged("lifespan_chunks", 5, passes) == " is damaged: first leaves its range");
  CHECK(forged("lifespan_columns", 1, std::span(bytes)) ==
        " is damaged: first is not made of whole stretches");
  CHECK(forged("curves", 5, passes) == " is damaged: chunks of curves are missing");
  CHECK(forged("curve_chunks", 6, passes) == " is damaged: value leaves its range");
  CHECK(forged("curve_columns", 1, std::span(bytes)) ==
        " is damaged: time_ns is not made of whole stretches");
  CHECK(forged("recordings", 0, std::int64_t{9}) == " is damaged: a recording is of no run");
  CHECK(forged("recordings", 2, std::int64_t{-1}) ==
        " is damaged: unmatched_free has a value that it cannot have");
}
