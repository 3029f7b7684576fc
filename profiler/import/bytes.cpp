#include "profiler/import/bytes.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "profiler/import/import_error.h"

// zlib itself, not Boost.Iostreams: two and a half times as fast, and it tells data that ends too
// early from data that is damaged.
namespace kvf::traces {
namespace {

constexpr std::size_t kPacked = 128 << 10;
constexpr std::string_view kGzip = "\x1f\x8b";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

struct ByteSource::Impl {
  std::unique_ptr<std::FILE, CloseFile> file;
  std::string_view memory;  // instead of a file

  std::string first;      // what was read ahead
  std::size_t given = 0;  // of it

  bool gzip = false;
  bool in_member = false;  // between the beginning and the end of a gzip member
  bool cut_short = false;
  z_stream stream{};
  std::vector<unsigned char> packed;

  ~Impl() {
    if (gzip) inflateEnd(&stream);
  }

  std::size_t read_raw(char* to, std::size_t size) {
    if (!file) {
      const std::size_t n = std::min(size, memory.size());
      std::copy_n(memory.data(), n, to);
      memory.remove_prefix(n);
      return n;
    }
    errno = 0;
    const std::size_t n = std::fread(to, 1, size, file.get());
    if (n < size && std::ferror(file.get()) != 0) {
      throw ImportError("cannot be read: " + std::generic_category().message(errno));
    }
    return n;
  }

  void begin() {
    std::string head(2, '\0');
    head.resize(read_raw(head.data(), head.size()));
    if (head != kGzip) {
      first = head;
      return;
    }
    packed.resize(kPacked);
    std::copy(head.begin(), head.end(), packed.begin());
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip, not zlib
    gzip = in_member = true;
    stream.next_in = packed.data();
    stream.avail_in = static_cast<uInt>(head.size());
  }

  bool refill() {
    stream.next_in = packed.data();
    stream.avail_in =
        static_cast<uInt>(read_raw(reinterpret_cast<char*>(packed.data()), packed.size()));
    return stream.avail_in > 0;
  }

  // Another member may follow the one that ended (gzip files can be joined), or zeros that fill up.
  bool next_member() {
    while (stream.avail_in > 0 || refill()) {
      if (*stream.next_in != 0) {
        if (*stream.next_in != 0x1f)
          throw ImportError("has other bytes behind its compressed data");
        inflateReset(&stream);
        return in_member = true;
      }
      ++stream.next_in;
      --stream.avail_in;
    }
    return false;
  }

  std::size_t read_unpacked(char* to, std::size_t size) {
    stream.next_out = reinterpret_cast<unsigned char*>(to);
    stream.avail_out = static_cast<uInt>(std::min(size, std::size_t{1} << 30));
    const uInt wanted = stream.avail_out;
    while (stream.avail_out == wanted) {
      if (!in_member && !next_member()) return 0;
      if (stream.avail_in == 0 && !refill()) {
        cut_short = true;
        return 0;
      }
      const int result = inflate(&stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        in_member = false;
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        throw ImportError(std::string("has damaged compressed data: ") +
                          (stream.msg != nullptr ? stream.msg : "no gzip"));
      }
    }
    return wanted - stream.avail_out;
  }

  std::size_t read(char* to, std::size_t size) {
    if (cut_short) return 0;
    return gzip ? read_unpacked(to, size) : read_raw(to, size);
  }
};

ByteSource::ByteSource(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  errno = 0;
  impl_->file.reset(std::fopen(file.c_str(), "rb"));
  if (!impl_->file) {
    throw ImportError("cannot be read: " + std::generic_category().message(errno));
  }
  std::setvbuf(impl_->file.get(), nullptr, _IONBF, 0);  // readers have buffers of their own
  impl_->begin();
}

ByteSource::ByteSource() : impl_(std::make_unique<Impl>()) {}

ByteSource ByteSource::over(std::string_view bytes) {
  ByteSource source;
  source.impl_->memory = bytes;
  source.impl_->begin();
  return source;
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;

std::string_view ByteSource::first(std::size_t size) {
  std::string& first = impl_->first;
  while (first.size() < size) {
    const std::size_t had = first.size();
    first.resize(size);
    first.resize(had + impl_->read(first.data() + had, size - had));
    if (first.size() == had) break;
  }
  return std::string_view(first).substr(0, size);
}

std::size_t ByteSource::read(char* to, std::size_t size) {
  Impl& impl = *impl_;
  if (impl.given < impl.first.size()) {
    const std::size_t n = impl.first.copy(to, size, impl.given);
    impl.given += n;
    return n;
  }
  return impl.read(to, size);
}

bool ByteSource::compressed() const { return impl_->gzip; }
bool ByteSource::cut_short() const { return impl_->cut_short; }

}  // namespace kvf::traces
