// The bytes of a file, unpacked where they are gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace kvf::traces {

class ByteSource {
 public:
  // Throws ImportError if the file cannot be opened. So do all members if it cannot be read, or its
  // compressed data is damaged (not: ends too early).
  explicit ByteSource(const std::filesystem::path& file);
  // Over bytes in memory, which must stay there.
  static ByteSource over(std::string_view bytes);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) = delete;

  // The first bytes, fewer than `size` only if there are no more. They are read again later. To be
  // called before read(), with a small size.
  std::string_view first(std::size_t size);

  // Up to `size` bytes; 0 only at the end.
  std::size_t read(char* to, std::size_t size);

  bool compressed() const;

  // At the end: whether compressed data stopped in its middle.
  bool cut_short() const;

 private:
  ByteSource();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kvf::traces
