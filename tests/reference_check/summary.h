// What the measures of a whole file come to: one line a part.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "tests/reference_check/row.h"

namespace kvf::reference {

class Summary {
 public:
  void add(const Row& row);
  // Of a file whose rows are of several kinds: their verdicts, kind by kind.
  void add(const std::string& kind, Row::Verdict verdict);
  // Lines, "" if nothing was measured; a part that misses what is asked of all rows together says
  // so.
  std::string text() const;
  bool missed() const;

 private:
  std::map<std::string, std::vector<Measure>> parts_;
  std::map<std::string, std::array<std::size_t, 3>> kinds_;
};

}  // namespace kvf::reference
