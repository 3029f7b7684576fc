// The rows of a run file: each class is a visitor for run_file_columns.h.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "timeline/column_codec.h"
#include "timeline/run_file.h"
#include "timeline/run_file_columns.h"
#include "timeline/run_file_format.h"
#include "timeline/sqlite.h"

namespace kvf::run_file {

// Collects the columns of a record. Throws std::invalid_argument for what is out of range.
class RowWriter {
 public:
  void operator()(std::string_view name, std::int64_t count, std::int64_t least = 0) {
    if (count < least) refuse_value(name, count);
    row_.emplace_back(count);
  }
  void operator()(std::string_view, bool flag) { row_.emplace_back(std::int64_t{flag}); }
  void operator()(std::string_view name, double number) {
    if (!std::isfinite(number) || number < 0) refuse_value(name, number);
    row_.emplace_back(number + 0.0);  // SQLite does not keep -0
  }
  void operator()(std::string_view, std::string_view text) { row_.emplace_back(text); }
  void operator()(std::string_view, const std::string& text) { row_.emplace_back(text); }
  void operator()(std::string_view name, Area area) {
    if (area < Area{}) refuse_value(name, to_string(area));
    row_.emplace_back(texts_.emplace_front(to_string(area)));
  }
  void operator()(std::string_view, std::span<const std::byte> bytes) { row_.emplace_back(bytes); }
  void operator()(std::string_view name, TrackUnit unit) {
    for (const auto& [known, text] : kUnits) {
      if (known == unit) return row_.emplace_back(text), void();
    }
    refuse_value(name, static_cast<int>(unit));
  }
  template <class Unit>
  void operator()(std::string_view name, Quantity<Unit> quantity) {
    (*this)(name, quantity.count());
  }
  template <class T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) return (*this)(name, *value);
    row_.emplace_back(nullptr);
  }
  void operator()(const std::optional<Footprint::Weighted>& weighted) {
    for (const auto& [name, member] : kWeightedColumns) {
      (*this)(name, weighted ? std::optional((*weighted).*member) : std::nullopt);
    }
  }

  // The row with its checksum.
  std::span<const sqlite::Value> finish() {
    row_.emplace_back(sqlite::checksum(row_));
    return row_;
  }

 private:
  template <class T>
  [[noreturn]] static void refuse_value(std::string_view name, const T& value) {
    throw std::invalid_argument(fmt::format("run file: {} is {}", name, value));
  }
  std::vector<sqlite::Value> row_;
  std::forward_list<std::string> texts_;  // what views in the row point to
};

// What is read is not what was written; the caller knows in which file.
[[noreturn]] inline void damaged(const std::string& why) { throw std::runtime_error(why); }

inline std::optional<Area> parse_area(std::string_view digits) {
  Area area;
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return {};
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return {};
    area = area.times(10) + Area(digit - '0');
  }
  return area;
}

// Hands out the columns of a row one after another; throws std::runtime_error for what cannot have
// been written.
class RowReader {
 public:
  explicit RowReader(std::vector<sqlite::Value> row) : row_(std::move(row)) {
    const auto* stored = std::get_if<std::int64_t>(&row_.back());
    const std::int64_t sum = sqlite::checksum(std::span(row_).first(row_.size() - 1));
    if (stored == nullptr || *stored != sum) damaged("a checksum is wrong");
  }

  void operator()(std::string_view name, std::int64_t& count, std::int64_t least = 0) {
    count = get<std::int64_t>(name);
    if (count < least) fail(name);
  }
  void operator()(std::string_view name, bool& flag) { flag = get<std::int64_t>(name) != 0; }
  void operator()(std::string_view name, double& number) {
    number = get<double>(name);
    if (!std::isfinite(number) || number < 0) fail(name);
  }
  void operator()(std::string_view name, std::string& text) { text = get<std::string_view>(name); }
  void operator()(std::string_view name, Area& area) {
    const auto parsed = parse_area(get<std::string_view>(name));
    if (!parsed) fail(name);
    area = *parsed;
  }
  void operator()(std::string_view name, std::span<const std::byte>& bytes) {
    bytes = get<std::span<const std::byte>>(name);
  }
  void operator()(std::string_view name, TrackUnit& unit) {
    const auto text = get<std::string_view>(name);
    const auto* known = std::find_if(kUnits.begin(), kUnits.end(),
                                     [&](const auto& pair) { return pair.second == text; });
    if (known == kUnits.end()) fail(name);
    unit = known->first;
  }
  template <class Unit>
  void operator()(std::string_view name, Quantity<Unit>& quantity) {
    std::int64_t count = 0;
    (*this)(name, count);
    quantity = Quantity<Unit>(count);
  }
  template <class T>
  void operator()(std::string_view name, std::optional<T>& value) {
    if (get_if<std::nullptr_t>()) {
      ++next_;
      value.reset();
    } else {
      (*this)(name, value.emplace());
    }
  }
  void operator()(std::optional<Footprint::Weighted>& weighted) {
    if (!get_if<std::nullptr_t>()) weighted = Footprint::Weighted{};
    for (const auto& [name, member] : kWeightedColumns) {
      std::optional<double> value;
      (*this)(name, value);
      if (value.has_value() != weighted.has_value()) fail(name);
      if (value) (*weighted).*member = *value;
    }
  }

 private:
  template <class T>
  const T* get_if() const {
    return next_ < row_.size() ? std::get_if<T>(&row_[next_]) : nullptr;
  }
  template <class T>
  T get(std::string_view name) {
    const T* value = get_if<T>();
    if (value == nullptr) fail(name);
    ++next_;
    return *value;
  }
  [[noreturn]] static void fail(std::string_view name) {
    damaged(fmt::format("{} has a value that it cannot have", name));
  }
  std::vector<sqlite::Value> row_;
  std::size_t next_ = 0;
};

// Appends the values of an encoded column, which must be so many and of that range.
inline void append_column(std::string_view name, std::span<const std::byte> bytes,
                          std::int64_t count, MinMax expected, std::vector<std::int64_t>& values) {
  const auto before = std::ssize(values);
  try {
    decode_column(bytes, count, values);
  } catch (const std::runtime_error& error) {
    damaged(fmt::format("{} {}", name, error.what()));
  }
  const auto [min, max] = std::minmax_element(values.begin() + before, values.end());
  if (MinMax{*min, *max} != expected) damaged(fmt::format("{} leaves its range", name));
}

}  // namespace kvf::run_file
