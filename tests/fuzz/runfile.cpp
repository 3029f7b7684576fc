// Any bytes as a run file: what can be opened is read to its end and exported, or is refused with
// words. A second time with the checksums put right, so that what is behind them is reached too.
#include <sqlite3.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/compute.h"
#include "timeline/export.h"
#include "timeline/run_file.h"
#include "timeline/sqlite.h"

using namespace kvf;
namespace fs = std::filesystem;

namespace {

// A file of this process; in memory where the system has such a place.
class File {
 public:
  File() {
    const fs::path memory = "/dev/shm";
    const fs::path folder = fs::is_directory(memory) ? memory : fs::temp_directory_path();
    path_ = folder / ("kvf-fuzz-" + std::to_string(getpid()) + ".kvf");
  }
  ~File() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const fs::path& path() const { return path_; }
  void write(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  fs::path path_;
};

// What SQLite refuses stays as it is.
void mend_checksums(const fs::path& file) {
  try {
    const sqlite::Database database(file, SQLITE_OPEN_READWRITE, 1 << 20);
    database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    for (const std::string table :
         {"meta", "runs", "phases", "markers", "tracks", "chunks", "chunk_columns", "lifespans",
          "lifespan_chunks", "lifespan_columns", "curves", "curve_chunks", "curve_columns",
          "recordings"}) {
      // A file without lives, curves or recordings has no tables for them.
      sqlite::Statement has(database, "SELECT 1 FROM sqlite_schema WHERE name = '" + table + "'");
      if (!has.next()) continue;
      sqlite::Statement rows(database, "SELECT * FROM " + table);
      sqlite::Statement mend(database, "UPDATE " + table + " SET checksum = ? WHERE checksum = ?");
      std::vector<std::pair<std::int64_t, std::int64_t>> changes;
      while (rows.next()) {
        const std::vector<sqlite::Value> row = rows.row();
        const auto* stored = std::get_if<std::int64_t>(&row.back());
        if (stored == nullptr) continue;
        changes.emplace_back(sqlite::checksum(std::span(row).first(row.size() - 1)), *stored);
      }
      for (const auto& [right, stored] : changes) {
        if (right != stored) mend.run(std::vector<sqlite::Value>{right, stored});
      }
    }
    database.execute("COMMIT");
  } catch (const sqlite::Error&) {
  }
}

void read_all(const fs::path& file) {
  try {
    const RunFileReader reader(file);
    for (const StoredRun& run : reader.runs()) {
      for (const StoredTrack& track : reader.tracks(run)) {
        fuzz::require(reader.peak(track).has_value() == (track.passes > 0));
      }
    }
    const TextSink nowhere = [](std::string_view) {};
    export_csv(reader, nowhere);
    export_json(reader, nowhere);
    export_perfetto(reader, TimeAxis::row, nowhere);
    export_lives_csv(reader, nowhere);
    export_lives_json(reader, nowhere);
    export_curves_csv(reader, nowhere);
    export_curves_json(reader, nowhere);
  } catch (const RunFileError& error) {
    fuzz::require(std::string_view(error.what()).size() > file.string().size());
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  file.write(bytes);
  read_all(file.path());
  mend_checksums(file.path());
  read_all(file.path());
  return 0;
}
