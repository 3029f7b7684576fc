// reference_check FILE: compares the library with a file of reference rows.
//
// Prints a line for each row that is not equal, then "N equal, N different, N undefined". Exit 0 if
// none differs, 1 if any does, 2 if the file cannot be read or holds something else. Computes
// nothing that the library does not.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

#include "sim/input/json.h"
#include "sim/input/text_file.h"
#include "tests/reference_check/row.h"
#include "tests/reference_check/summary.h"

namespace kvf::reference {
namespace {

using Check = void (*)(Row&);

struct Format {
  const Node* rows = nullptr;
  Check check = nullptr;  // nullptr: by each row's own keys
};

// Records of real engines: other memory, or pools of KV.
void check_record(Row& row) {
  static constexpr std::array<std::string_view, 8> kMemory{
      "vllm_v0",          "vllm_v1_debug",        "vllm_v2_runner", "vllm_weights_only",
      "vllm_v0_reserved", "llama_compute_buffer", "sglang_log",     "trt_log"};
  const std::string kind = text(get(row.node(), "kind"));
  const bool memory = std::find(kMemory.begin(), kMemory.end(), kind) != kMemory.end();
  (memory ? check_memory : check_engine_log)(row);
}

// By content, not by name.
Format format_of(const Node& root) {
  if (root.kind != Kind::map) throw BadRow("not a JSON object");
  if (const Node* rows = find(root, "rounding")) return {rows, check_rounding};
  if (const Node* rows = find(root, "records")) return {rows, check_record};
  if (const Node* rows = find(root, "rows")) {
    for (const Node& row : *rows) {
      if (row.kind != Kind::map) continue;
      if (find(row, "cache_class") != nullptr) {
        return {rows, check_cache};
      }
      if (find(row, "parameters") != nullptr) return {rows, check_parameters};
    }
    throw BadRow("'rows' of an unknown kind");
  }
  if (const Node* rows = find(root, "cases")) return {rows, nullptr};
  throw BadRow("no list of rows that is known: 'cases', 'rounding'");
}

Check check_of(const Node& row) {
  if (find(row, "function") != nullptr) return check_paper;
  if (find(row, "policy") != nullptr) return check_budget;
  throw BadRow("neither 'function' nor 'policy'");
}

std::string name_of(const Node& row, std::size_t index) {
  if (row.kind != Kind::map) return std::to_string(index);
  if (const Node* id = find(row, "id")) return std::string(id->text);
  return std::to_string(index);
}

int verdicts(const std::size_t (&count)[3]) {
  fmt::print("{} equal, {} different, {} undefined\n", count[0], count[1], count[2]);
  return count[1] == 0 ? 0 : 1;
}

int run(const std::string& path) {
  const std::string content = input::read_text_file(path);
  input::Tree tree;
  input::Problems problems(path);
  input::JsonParser().parse(content, tree, problems);
  std::size_t count[3] = {};
  if (tree.root().kind == Kind::map && find(tree.root(), "measured_peak_memory_gib") != nullptr) {
    check_peaks(tree.root(), count);
    return verdicts(count);
  }
  const Format format = format_of(tree.root());
  if (format.rows->kind != Kind::list) throw BadRow("the rows are not a list");

  std::size_t index = 0;
  Summary summary;
  for (const Node& node : *format.rows) {
    Row row(node, tree.root());
    std::string kind;
    try {
      if (format.check == check_record) kind = text(get(node, "kind"));
      (format.check != nullptr ? format.check : check_of(node))(row);
    } catch (const std::exception& error) {
      row.different("row", "an answer", error.what());
    }
    summary.add(row);
    const Row::Verdict verdict = row.verdict();
    if (!kind.empty()) summary.add(kind, verdict);
    ++count[static_cast<int>(verdict)];
    if (verdict != Row::Verdict::equal) {
      const bool differs = verdict == Row::Verdict::different;
      fmt::print("{}: {}: {}\n", name_of(node, index), differs ? "different" : "undefined",
                 row.detail());
    }
    ++index;
  }
  fmt::print("{}", summary.text());
  const int status = verdicts(count);
  return summary.missed() ? 1 : status;
}

}  // namespace
}  // namespace kvf::reference

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: reference_check FILE\n");
    return 2;
  }
  try {
    return kvf::reference::run(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", argv[1], error.what());
    return 2;
  }
}
