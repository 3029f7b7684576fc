// One level of memory by pass.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kvf {

// One number a pass: when it begins, the most while it runs, and when it has ended.
struct LevelColumn {
  std::vector<std::int64_t> past, during, after;

  void add(std::int64_t begins, std::int64_t most, std::int64_t ends) {
    past.push_back(begins);
    during.push_back(most);
    after.push_back(ends);
  }
  // 0 where there is no pass.
  std::int64_t peak() const {
    return during.empty() ? 0 : *std::max_element(during.begin(), during.end());
  }
  std::int64_t end() const { return after.empty() ? 0 : after.back(); }
  friend bool operator==(const LevelColumn&, const LevelColumn&) = default;
};

}  // namespace kvf
