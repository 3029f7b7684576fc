// Memory events of a PyTorch profiler's trace, for tests: only what they need of it.
#pragma once

#include <algorithm>
#include <boost/iostreams/device/file.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

namespace kvf::test {

struct TraceMemory {
  std::int64_t time = 0;  // ns, rounded: the file has microseconds with three decimals
  std::int64_t address = 0;
  std::int64_t bytes = 0;  // below 0: freed
  std::int64_t allocated = 0;
  std::int64_t reserved = 0;
};
struct TraceSpan {
  std::string name;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
struct KinetoTrace {
  std::vector<TraceMemory> memory;     // of the device type, in order of time
  std::vector<TraceSpan> annotations;  // of the user, in order of time
  std::vector<TraceSpan> attention;    // calls of scaled_dot_product_attention
};

// `device_type`: 0 CPU, 1 CUDA.
inline KinetoTrace read_kineto_trace(const std::string& path, std::int64_t device_type) {
  boost::iostreams::filtering_istream file;
  file.push(boost::iostreams::gzip_decompressor());
  file.push(boost::iostreams::file_source(path, std::ios::binary));
  std::stringstream text;
  text << file.rdbuf();
  const boost::json::value parsed = boost::json::parse(text.str());
  KinetoTrace trace;
  for (const auto& value : parsed.at("traceEvents").as_array()) {
    const auto& event = value.as_object();
    const auto* const name = event.if_contains("name");
    const auto* const category = event.if_contains("cat");
    if (name == nullptr || category == nullptr) continue;
    const auto time = [&](const char* key) {
      return std::llround(event.at(key).to_number<double>() * 1000);
    };
    if (name->as_string() == "[memory]") {
      const auto& args = event.at("args").as_object();
      const auto number = [&](const char* key) { return args.at(key).to_number<std::int64_t>(); };
      if (number("Device Type") != device_type) continue;
      trace.memory.push_back({time("ts"), number("Addr"), number("Bytes"),
                              number("Total Allocated"), number("Total Reserved")});
      continue;
    }
    const bool annotates = category->as_string() == "user_annotation";
    if (!annotates && name->as_string() != "aten::scaled_dot_product_attention") continue;
    TraceSpan span{std::string(name->as_string()), time("ts"), time("ts") + time("dur")};
    (annotates ? trace.annotations : trace.attention).push_back(std::move(span));
  }
  const auto sort = [](auto& items, auto key) {
    std::stable_sort(items.begin(), items.end(),
                     [&](const auto& a, const auto& b) { return a.*key < b.*key; });
  };
  sort(trace.memory, &TraceMemory::time);
  sort(trace.annotations, &TraceSpan::begin);
  sort(trace.attention, &TraceSpan::begin);
  return trace;
}

}  // namespace kvf::test
