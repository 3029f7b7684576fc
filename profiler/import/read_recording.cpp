#include "profiler/import/read_recording.h"

#include <string_view>

#include "profiler/import/bytes.h"
#include "profiler/import/kineto/kineto.h"
#include "profiler/import/nsight/nsight.h"
#include "profiler/import/snapshot/snapshot.h"

namespace kvf::traces {
namespace {

constexpr std::string_view kSqlite("SQLite format 3\0", 16);

// A pickle of protocol 2 or later says so; an older one begins with what it puts into the snapshot.
bool is_pickle(std::string_view head) {
  if (head.size() >= 2 && head[0] == '\x80') return head[1] >= 2 && head[1] <= 5;
  return head.starts_with("(d") || head.starts_with("}");
}

bool is_json(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != head.npos && (head[first] == '{' || head[first] == '[');
}

Recording read_any(const std::filesystem::path& file, const ReadOptions& options) {
  constexpr std::size_t kHead = 4096;  // white space may come before the text
  ByteSource source(file);
  const std::string_view head = source.first(kHead);
  if (head.starts_with(kSqlite)) {
    if (source.compressed()) throw ImportError("is a packed SQLite database: unpack it first");
    return read_nsight(file);
  }
  if (is_pickle(head)) return read_snapshot(source);
  if (is_json(head)) return read_kineto(source, options);
  if (head.empty()) throw ImportError(source.cut_short() ? "is cut short" : "is empty");
  throw ImportError(
      "is in no format that is known: neither a Kineto trace (JSON), nor a PyTorch memory snapshot "
      "(pickle), nor an SQLite database");
}

}  // namespace

Recording read_recording(const std::filesystem::path& file, const ReadOptions& options) {
  try {
    return read_any(file, options);
  } catch (const ImportError& error) {
    throw ImportError(file.string() + " " + error.what(), error.format, error.counters);
  }
}

}  // namespace kvf::traces
