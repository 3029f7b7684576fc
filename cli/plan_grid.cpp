#include "cli/plan_grid.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/command.h"
#include "cli/plan_options.h"
#include "sim/planning/what_if.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

// Progress on a terminal, while other threads work.
std::vector<GridPoint> evaluate_shown(const PlanOptions& base, const std::vector<Axis>& axes) {
  std::atomic<std::size_t> done = 0;
  std::atomic<bool> finished = false;
  std::jthread bar;
  if (isatty(STDERR_FILENO) != 0) {
    bar = std::jthread([&] {
      const std::size_t all = grid_size(axes);
      for (int tenths = 0; !finished; ++tenths) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (tenths >= 10) fmt::print(stderr, "\r{} of {} points", done.load(), all);
      }
      fmt::print(stderr, "\r{:40}\r", "");
    });
  }
  std::vector<GridPoint> points = evaluate_grid(base, axes, &done);
  finished = true;
  return points;
}

struct Row {
  std::vector<std::string> labels;
  const GridPoint* point = nullptr;
  bool in_front = false;
};

std::vector<Row> rows_of(const std::vector<Axis>& axes, const std::vector<GridPoint>& points) {
  std::vector<Row> rows;
  for (const GridPoint& point : points) {
    Row row{{}, &point};
    for (std::size_t a = 0; a < axes.size(); ++a) {
      row.labels.push_back(axes[a].values[point.at[a]].label);
    }
    rows.push_back(std::move(row));
  }
  for (const std::size_t i : pareto_front(points)) rows[i].in_front = true;
  return rows;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void print_csv(const std::vector<Axis>& axes, const std::vector<Row>& rows) {
  for (const Axis& axis : axes) fmt::print("{},", axis.name);
  fmt::print(
      "gpus,requests_low,requests_mid,requests_high,footprint,peak_bytes,peak_block_bytes,"
      "available_kv_mid_bytes,prefill_seconds,decode_seconds,read_bytes_per_decode_pass,"
      "byte_seconds,cost,pareto,error\n");
  for (const Row& row : rows) {
    for (const std::string& label : row.labels) fmt::print("{},", csv_field(label));
    if (!row.point->capacity) {
      fmt::print("{},,,,,,,,,,,,,0,{}\n", row.point->gpus, csv_field(row.point->error));
      continue;
    }
    const Capacity& c = *row.point->capacity;
    const RunTime& t = c.needs.time;
    fmt::print("{},{},{},{},{},{},{},{},{},{},{:.0f},{},{},{},\n", row.point->gpus, c.requests.low,
               c.requests.mid, c.requests.high,
               c.needs.footprint ? fmt::format("{}", *c.needs.footprint) : "", c.needs.peak.count(),
               c.needs.block_bytes.count(), c.ledger.available_kv.mid.count(), t.prefill_seconds,
               t.decode_seconds, t.bytes_read_per_decode_pass(), t.held_byte_seconds,
               c.cost ? fmt::format("{}", *c.cost) : "", row.in_front ? 1 : 0);
  }
}

void print_json(const std::vector<Axis>& axes, const std::vector<Row>& rows) {
  fmt::print("[");
  bool first = true;
  for (const Row& row : rows) {
    std::string out = first ? "{" : ",\n{";
    first = false;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      out += fmt::format("{}:{},", json_string(axes[a].name), json_string(row.labels[a]));
    }
    if (row.point->capacity) {
      const Capacity& c = *row.point->capacity;
      out += fmt::format(
          R"("gpus":{},"requests":{{"low":{},"mid":{},"high":{}}},"footprint":{},"peak_bytes":{},)"
          R"("peak_block_bytes":{},"available_kv":{{{}}},"prefill_seconds":{},"decode_seconds":{},)"
          R"("read_bytes_per_decode_pass":{:.0f},"byte_seconds":{},"cost":{},"pareto":{}}})",
          row.point->gpus, c.requests.low, c.requests.mid, c.requests.high,
          c.needs.footprint ? fmt::format("{}", *c.needs.footprint) : "null", c.needs.peak.count(),
          c.needs.block_bytes.count(), json_bytes(c.ledger.available_kv),
          c.needs.time.prefill_seconds, c.needs.time.decode_seconds,
          c.needs.time.bytes_read_per_decode_pass(), c.needs.time.held_byte_seconds,
          c.cost ? fmt::format("{}", *c.cost) : "null", row.in_front);
    } else {
      out +=
          fmt::format(R"("gpus":{},"error":{}}})", row.point->gpus, json_string(row.point->error));
    }
    fmt::print("{}", out);
  }
  fmt::print("]\n");
}

void print_grid(const std::vector<Axis>& axes, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    widths.push_back(axes[a].name.size());
    for (const Row& row : rows) widths[a] = std::max(widths[a], row.labels[a].size());
    fmt::print("{:<{}}  ", axes[a].name, widths[a]);
  }
  fmt::print("{:>16}  {:>9}  {:>13}  {:>10}  {:>12}\n", "requests at once", "footprint",
             "GiB a request", "prefill, s", "ms a decode");
  for (const Row& row : rows) {
    for (std::size_t a = 0; a < axes.size(); ++a) fmt::print("{:<{}}  ", row.labels[a], widths[a]);
    if (!row.point->capacity) {
      fmt::print("{}\n", row.point->error);
      continue;
    }
    const Capacity& c = *row.point->capacity;
    const RunTime& t = c.needs.time;
    const double decode =
        t.decode_passes > 0 ? 1000 * t.decode_seconds / static_cast<double>(t.decode_passes) : 0;
    fmt::print("{:>16}  {:>7.2f} %  {:>13}  {:>10.3g}  {:>12.3g}{}\n",
               fmt::format("{} ({} .. {})", c.requests.mid, c.requests.low, c.requests.high),
               100 * c.needs.footprint.value_or(1), gib(c.needs.block_bytes), t.prefill_seconds,
               decode, row.in_front ? "  *" : "");
  }
  fmt::print(
      "*: no other point has as many requests at once, as large a footprint and as few GPUs\n");
}

}  // namespace

std::string json_bytes(const Estimate& e) {
  return fmt::format(R"("low_bytes":{},"mid_bytes":{},"high_bytes":{})", e.low.count(),
                     e.mid.count(), e.high.count());
}

std::string gib(Bytes bytes) { return fmt::format("{:.2f}", in_gib(bytes)); }

int print_what_if(const PlanOptions& base, const std::vector<std::string>& what_if, bool csv,
                  bool json) {
  std::vector<Axis> axes;
  for (const std::string& text : what_if) {
    axes.push_back(parse_axis(text));
    for (std::size_t a = 0; a + 1 < axes.size(); ++a) {
      if (axes[a].name == axes.back().name) {
        throw UsageError("--what-if " + axes[a].name + " is given twice");
      }
    }
  }
  const std::vector<GridPoint> points = evaluate_shown(base, axes);
  const std::vector<Row> rows = rows_of(axes, points);
  if (csv) {
    print_csv(axes, rows);
  } else if (json) {
    print_json(axes, rows);
  } else {
    print_grid(axes, rows);
  }
  return 0;
}

}  // namespace kvf::cli
