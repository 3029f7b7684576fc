#include "profiler/import/builder.h"

#include <algorithm>
#include <limits>

namespace kvf::traces {
namespace {

std::vector<Span> sorted(std::deque<Span>& spans, std::int64_t zero_ns) {
  std::vector<Span> result;
  result.reserve(spans.size());
  for (; !spans.empty(); spans.pop_front()) {
    Span& span = result.emplace_back(std::move(spans.front()));
    span.start_ns -= zero_ns;
    span.end_ns -= zero_ns;
  }
  std::stable_sort(result.begin(), result.end(), [](const Span& a, const Span& b) {
    return a.start_ns != b.start_ns ? a.start_ns < b.start_ns : a.end_ns > b.end_ns;
  });
  return result;
}

}  // namespace

Builder::Builder(std::string format, Beginning beginning) : beginning_(beginning) {
  result_.format = std::move(format);
}

Ledger& Builder::device(const std::string& name) {
  return devices_.try_emplace(name, name, beginning_).first->second;
}

Recording Builder::finish(std::int64_t base_ns) {
  constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::int64_t zero = kNever;
  for (const auto& [name, ledger] : devices_) zero = std::min(zero, ledger.earliest());
  for (const Span& span : spans_) zero = std::min(zero, span.start_ns);
  for (const Span& span : operators_) zero = std::min(zero, span.start_ns);
  if (zero == kNever) zero = 0;
  result_.zero_ns = zero + base_ns;
  for (auto& [name, ledger] : devices_) {
    result_.devices.push_back(ledger.finish(zero, result_.counters));
  }
  result_.spans = sorted(spans_, zero);
  result_.operators = sorted(operators_, zero);
  return std::move(result_);
}

}  // namespace kvf::traces
