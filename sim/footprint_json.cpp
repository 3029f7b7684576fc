#include "sim/footprint_json.h"

#include <algorithm>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "models/schedule.h"

namespace kvf {

std::string json_number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "null";
}

std::string json_figures(const Footprint& f) {
  fmt::memory_buffer out;
  const auto add = [&](const auto& format, const auto&... values) {
    fmt::format_to(fmt::appender(out), format, values...);
  };
  const auto add_share = [&](const auto& format, const std::optional<double>& value) {
    value ? add(format, *value) : add(format, "null");
  };
  add_share(FMT_COMPILE(R"("footprint":{})"), f.footprint);
  add_share(FMT_COMPILE(R"(,"peak":{})"), f.peak);
  constexpr auto kEntries = FMT_COMPILE(
      R"(,"active_entries":{},"full_entries":{},"peak_entries":{},"peak_layerwise_entries":{},)"
      R"("full_peak_entries":{})");
  if (f.weighted) {
    add(kEntries, f.weighted->active_entries, f.full_entries.value(), f.weighted->peak_entries,
        f.weighted->peak_layerwise_entries, f.full_peak_entries.count());
  } else {
    add(kEntries, f.active_entries.value(), f.full_entries.value(), f.peak_entries.count(),
        f.peak_layerwise_entries.count(), f.full_peak_entries.count());
  }
  add_share(FMT_COMPILE(R"(,"active_share":{})"), f.active_share);
  add_share(FMT_COMPILE(R"(,"against_all_causal":{})"), f.against_all_causal);
  return fmt::to_string(out);
}

std::string json_remarks(const Schedule& schedule) {
  std::string out;
  if (schedule.accounting == Accounting::implementation) {
    out += fmt::format(R"(,"implementation":"{}")", to_string(schedule.convention));
  }
  std::int64_t copies = 1;
  for (const Group& group : schedule.groups) copies = std::max(copies, group.copies);
  if (copies > 1) out += fmt::format(R"(,"kv_copies":{})", copies);
  if (schedule.allocates_ahead()) {
    if (const auto reserved = reserved_entries(schedule)) {
      out += fmt::format(R"(,"reserved_entries":{})", reserved->count());
    }
  }
  if (schedule.heads_assumed) out += R"(,"heads":"assumed")";
  return out;
}

}  // namespace kvf
