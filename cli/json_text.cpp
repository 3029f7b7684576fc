#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command.h"

namespace kvf::cli {

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string json_number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "null";
}

std::string json_figures(const Footprint& f) {
  std::string out;
  const auto append = [&](std::string_view key, const std::string& value) {
    if (!out.empty()) out += ',';
    out += '"';
    out += key;
    out += "\":";
    out += value;
  };
  const auto entries = [](Entries value) { return fmt::format_int(value.count()).str(); };
  append("footprint", json_number(f.footprint));
  append("peak", json_number(f.peak));
  append("active_entries",
         f.weighted ? json_number(f.weighted->active_entries) : to_string(f.active_entries));
  append("full_entries", to_string(f.full_entries));
  append("peak_entries",
         f.weighted ? json_number(f.weighted->peak_entries) : entries(f.peak_entries));
  append("peak_layerwise_entries", f.weighted ? json_number(f.weighted->peak_layerwise_entries)
                                              : entries(f.peak_layerwise_entries));
  append("full_peak_entries", entries(f.full_peak_entries));
  append("active_share", json_number(f.active_share));
  append("against_all_causal", json_number(f.against_all_causal));
  return out;
}

}  // namespace kvf::cli
