// Opens a run file for reading.
#pragma once

#include <filesystem>

#include "timeline/sqlite.h"

namespace kvf::run_file {

// Throws RunFileError, naming the file, if it is not a run file that this program can read, and
// sqlite::Error if SQLite cannot open it. A process that was killed while it wrote leaves a journal
// beside the file; SQLite then mends the file, which needs the right to write it.
sqlite::Database open(const std::filesystem::path& file);

}  // namespace kvf::run_file
