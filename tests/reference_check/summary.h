// What the measures of a whole file come to: one line a part.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/reference_check/row.h"

namespace kvf::reference {

class Summary {
 public:
  void add(const Row& row);
  // Lines, "" if nothing was measured; a part that misses what is asked of all rows together says
  // so.
  std::string text() const;
  bool missed() const;

 private:
  std::map<std::string, std::vector<Measure>> parts_;
};

}  // namespace kvf::reference
