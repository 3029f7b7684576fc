#include "tests/reference_check/row.h"

#include <bit>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kvf::reference {
namespace {

std::string shown(const Node& node) {
  if (node.kind == Kind::list) {
    std::string list = "[";
    for (const Node& item : node) list += (list.size() > 1 ? ", " : "") + shown(item);
    return list + "]";
  }
  return node.kind == Kind::map ? "{...}" : std::string(node.text);
}

}  // namespace

const Node* find(const Node& map, std::string_view key) {
  if (map.kind != Kind::map) throw BadRow("not a map");
  for (const Node& member : map) {
    if (member.key == key) return member.kind == Kind::null ? nullptr : &member;
  }
  return nullptr;
}

const Node& get(const Node& map, std::string_view key) {
  const Node* node = find(map, key);
  if (node == nullptr) throw BadRow("no '" + std::string(key) + "'");
  return *node;
}

std::int64_t integer(const Node& node) {
  if (node.kind != Kind::integer) throw BadRow("'" + shown(node) + "' is not an integer");
  return node.integer;
}
double number(const Node& node) {
  if (!node.is_number()) throw BadRow("'" + shown(node) + "' is not a number");
  return node.real;
}
bool boolean(const Node& node) {
  if (node.kind == Kind::integer) return node.integer != 0;
  if (node.kind != Kind::boolean) throw BadRow("'" + shown(node) + "' is not true or false");
  return node.boolean;
}
std::string text(const Node& node) {
  if (node.kind != Kind::text) throw BadRow("'" + shown(node) + "' is not a text");
  return std::string(node.text);
}
std::optional<std::int64_t> maybe_integer(const Node& map, std::string_view key) {
  const Node* node = find(map, key);
  return node == nullptr ? std::nullopt : std::optional(integer(*node));
}
Tokens tokens(const Node& map, std::string_view key) { return Tokens(integer(get(map, key))); }

void Row::different(std::string_view field, const std::string& want, const std::string& got) {
  if (!different_) detail_ = fmt::format("{}: want {}, got {}", field, want, got);
  different_ = true;
  ++compared_;
}

void Row::compare(std::string_view field, const Node& want, std::int64_t got) {
  if (want.kind == Kind::text) {
    recorded_exception(fmt::format("{}: {}", field, got));
    return;
  }
  ++compared_;
  if (want.kind != Kind::integer || want.integer != got) {
    different(field, shown(want), std::to_string(got));
  }
}

void Row::compare(std::string_view field, std::int64_t want, std::int64_t got) {
  ++compared_;
  if (want != got) different(field, std::to_string(want), std::to_string(got));
}

void Row::compare(std::string_view field, const Node& want, const std::vector<std::int64_t>& got) {
  std::size_t i = 0;
  if (want.kind == Kind::list) {
    for (const Node& item : want) {
      if (i == got.size()) break;
      if (item.kind == Kind::text) {
        recorded_exception(fmt::format("{}: {}", field, fmt::join(got, ", ")));
        return;
      }
      if (item.kind != Kind::integer || item.integer != got[i]) break;
      ++i;
    }
  }
  std::size_t size = 0;
  if (want.kind == Kind::list) {
    for (const Node& item : want) size += item.span > 0 ? 1 : 0;
  }
  ++compared_;
  if (want.kind != Kind::list || i != got.size() || i != size) {
    different(field, shown(want), fmt::format("[{}]", fmt::join(got, ", ")));
  }
}

void Row::compare(std::string_view field, const Node& want, Area got) {
  ++compared_;
  if (want.kind != Kind::integer || Area(want.integer) != got) {
    different(field, shown(want), to_string(got));
  }
}

void Row::compare_hex(std::string_view field, const Node& want, std::optional<double> got) {
  ++compared_;
  const std::string hex = text(want);
  const double wanted = std::strtod(hex.c_str(), nullptr);
  if (!got || std::bit_cast<std::uint64_t>(wanted) != std::bit_cast<std::uint64_t>(*got)) {
    different(field, hex, got ? fmt::format("{:a}", *got) : "undefined");
  }
}

double printed_tolerance(const Node& figure) {
  const std::string_view text = figure.text;
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return 0.5;
  const auto decimals = static_cast<int>(text.size() - point - 1);
  return decimals <= 2 ? 0.005 : 0.5 * std::pow(10.0, -decimals);
}

bool near(double want, double got, double tolerance) {
  constexpr double kBinary = 1e-9;  // the figure itself was rounded to a double
  return std::abs(want - got) <= tolerance + kBinary;
}

void Row::compare_within(std::string_view field, const Node& want, double got, double tolerance) {
  ++compared_;
  if (!near(number(want), got, tolerance)) {
    different(field, shown(want), fmt::format("{:.6g}", got));
  }
}

void Row::compare_printed(std::string_view field, const Node& want, double got) {
  compare_within(field, want, got, printed_tolerance(want));
}

void Row::measure(std::string_view part, double want, double got, double most) {
  ++compared_;
  // A log that prints two decimals is not read to the last bit of a double.
  const bool within = std::abs(got - want) <= most + 1e-9;
  measures_.push_back({std::string(part), want, got, within});
  if (!within) different(part, fmt::format("{:.4f}", want), fmt::format("{:.4f}", got));
}

void Row::banded(std::string_view part, double want, Band got, double slack, double widest) {
  ++compared_;
  const bool wide = got.high - got.low > widest;
  const bool within = want >= got.low - slack && want <= got.high + slack && !wide;
  measures_.push_back({std::string(part), want, got.mid, within});
  if (within) return;
  different(part, fmt::format("{:.4f}", want),
            fmt::format("{:.4f} to {:.4f}{}", got.low, got.high, wide ? ", too wide a band" : ""));
}

void Row::refused(std::string_view field, const std::string& reason) {
  if (!exception_ && !different_) detail_ = fmt::format("{}: {}", field, reason);
}

void Row::recorded_exception(const std::string& answer) {
  if (!exception_ && !different_) detail_ = answer;
  exception_ = true;
}

Row::Verdict Row::verdict() const {
  if (different_) return Verdict::different;
  if (exception_ || compared_ == 0) return Verdict::undefined;
  return Verdict::equal;
}

}  // namespace kvf::reference
