#include "tests/import/made_traces.h"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <stdexcept>

namespace kvf::test {

TemporaryFile::TemporaryFile(std::string_view bytes, const std::string& ending) {
  static int number = 0;
  path_ = std::filesystem::temp_directory_path() /
          fmt::format("kvf-import-{}-{}.{}", getpid(), number++, ending);
  std::ofstream(path_, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Recording read_bytes(std::string_view bytes, const traces::ReadOptions& options) {
  const TemporaryFile file(bytes);
  return traces::read_recording(file.path(), options);
}

std::string refusal(std::string_view bytes) {
  try {
    read_bytes(bytes);
  } catch (const traces::ImportError& error) {
    return error.what();
  }
  return "";
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string copy(text);
  stream.next_in = reinterpret_cast<unsigned char*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string event(const MadeMemory& m) {
  return fmt::format(
      R"({{"ph":"i","cat":"cpu_instant_event","s":"t","name":"[memory]","pid":7,"tid":7,"ts":{},)"
      R"("args":{{"Total Reserved":{},"Total Allocated":{},"Bytes":{},"Addr":{},"Device Id":{},)"
      R"("Device Type":{},"Ev Idx":1}}}})",
      m.ts, m.reserved, m.total, m.bytes, m.address, m.index, m.type);
}

std::string annotation(const std::string& name, const std::string& ts, const std::string& dur,
                       const std::string& category) {
  return fmt::format(
      R"({{"ph":"X","cat":"{}","name":"{}","pid":7,"tid":7,"ts":{},"dur":{},"args":{{}}}})",
      category, name, ts, dur);
}

std::string trace(const std::vector<std::string>& events, const std::string& before,
                  const std::string& after) {
  return fmt::format("{{{}\"traceEvents\":[{}]{}}}", before, fmt::join(events, ","), after);
}

std::vector<MadeMemory> made_memory(int blocks) {
  std::vector<MadeMemory> memory;
  std::int64_t total = 1000;
  const auto add = [&](int block, int sign) {
    const std::int64_t bytes = sign * (512 + 512 * (block % 3));
    total += bytes;
    const std::size_t time = memory.size();
    memory.push_back({fmt::format("{}.{:03}", 100 + time, time % 1000),
                      static_cast<std::uint64_t>(0x7000 + 4096 * (block % 5)), bytes, total,
                      1 << 20});
  };
  for (int block = 0; block < blocks + 4; ++block) {
    if (block >= 4) add(block - 4, -1);
    if (block < blocks) add(block, 1);
  }
  return memory;
}

std::string trace(const std::vector<MadeMemory>& memory) {
  std::vector<std::string> events;
  events.reserve(memory.size());
  for (const MadeMemory& m : memory) events.push_back(event(m));
  return trace(events);
}

namespace {

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

}  // namespace

Pickled::Pickled(std::int64_t number)
    : code_("\x8a\x08" + little_endian(static_cast<std::uint64_t>(number), 8)) {}
Pickled::Pickled(const char* text)
    : code_("X" + little_endian(std::string_view(text).size(), 4) + text) {}
Pickled::Pickled(bool value) : code_(value ? "\x88" : "\x89") {}
Pickled::Pickled(const List& items) : code_("](") {
  for (const Pickled& item : items) code_ += item.code();
  code_ += "e";
}
Pickled::Pickled(const Dict& members) : code_("}(") {
  for (const auto& [key, value] : members) code_ += Pickled(key.c_str()).code() + value.code();
  code_ += "u";
}

}  // namespace kvf::test
