// How far something has come.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace kvf::cli {

// A bar on the terminal, for what takes longer than a second.
class Progress {
 public:
  void show(double share) {
    using std::chrono::milliseconds;
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - begin_ < milliseconds(1000) || now - shown_ < milliseconds(100)) return;
    shown_ = now;
    constexpr int kWidth = 40;
    const int done = std::clamp(static_cast<int>(share * kWidth), 0, kWidth);
    fmt::print(stderr, "\r[{:<{}}] {:3.0f} %", std::string(static_cast<std::size_t>(done), '='),
               kWidth, 100 * share);
    std::fflush(stderr);
  }
  ~Progress() {
    // Wiped, so that what follows begins on an empty line.
    if (shown_ != std::chrono::steady_clock::time_point{}) std::fputs("\r\x1b[K", stderr);
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) == 1;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace kvf::cli
