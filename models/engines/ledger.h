// The memory of one GPU while an engine serves a model, part by part.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/engines/estimate.h"
#include "models/units.h"

namespace kvf {

// Nobody can tell, and why: no figure is better than a wrong one.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One figure with the ends of its band.
template <class T>
struct Band {
  T low{};
  T mid{};
  T high{};
  friend bool operator==(const Band&, const Band&) = default;
};

struct LedgerPart {
  std::string_view name;
  Estimate size;
};

// Of the rank that has the least left.
struct Ledger {
  Bytes total;   // what the driver reports
  Bytes budget;  // what the engine may use
  std::vector<LedgerPart> parts;
  Estimate available_kv;  // may be negative: it does not start
  BytesPerBlock block_bytes;
  Tokens block;  // tokens of a block of full attention
  Band<Blocks> blocks;
  // Requests of the longest allowed length at once.
  Band<double> concurrency;

  // nullptr if there is none.
  const LedgerPart* find(std::string_view name) const;
};

}  // namespace kvf
