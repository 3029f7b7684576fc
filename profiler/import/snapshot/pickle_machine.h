// The stack machine that a pickle is a program for: what its opcodes are made of. All members throw
// PickleError.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "profiler/import/snapshot/pickle.h"
#include "profiler/import/snapshot/pickle_text.h"

namespace kvf::traces {

class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::string_view bytes, const Pickle::Options& options)
      : pickle_(pickle), bytes_(bytes), options_(options) {}

  void run() {
    while (step(static_cast<unsigned char>(take(1)[0]))) {
    }
    pickle_.top_ = pop();
    if (!stack_.empty() || at_ != bytes_.size()) {
      throw PickleError("has something behind its end");
    }
  }

 private:
  using Value = Pickle::Value;
  using Items = Pickle::Items;
  using Members = Pickle::Members;

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) throw PickleEnd();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::uint64_t take_number(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view text = take(size);
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[i]);
    return value;
  }

  std::string_view take_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == bytes_.npos) throw PickleEnd();
    std::string_view line = take(end + 1 - at_);
    line.remove_suffix(1);
    return line;
  }

  void spend(std::size_t bytes) {
    spent_ += bytes;
    if (spent_ + stack_.size() * sizeof(Value) > options_.most_bytes) {
      throw PickleError(fmt::format("needs more than {} bytes of memory", options_.most_bytes));
    }
  }

  void push(Value value) {
    stack_.push_back(value);
    spend(0);
  }

  Value pop() {
    if (stack_.size() <= bottom()) throw PickleError("takes from an empty stack");
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }

  std::size_t bottom() const { return marks_.empty() ? 0 : marks_.back(); }

  // What is above the last mark; the mark goes.
  Items pop_to_mark() {
    if (marks_.empty()) throw PickleError("has no mark where it needs one");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    Items items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  template <class Content>
  void push_new(Content content) {
    auto& containers = pickle_.containers_;
    if (containers.size() >= std::numeric_limits<std::uint32_t>::max()) {
      throw PickleError("has too many containers");
    }
    spend(sizeof(containers[0]) + content.size() * sizeof(content[0]));
    containers.emplace_back(std::move(content));
    push(Pickle::Container{static_cast<std::uint32_t>(containers.size() - 1)});
  }

  void push_text(std::string text) {
    spend(sizeof(text) + text.size());
    push(std::string_view(pickle_.texts_.emplace_back(std::move(text))));
  }

  void push_integer(std::optional<std::int64_t> value) {
    push(value ? Value(*value) : Value(Pickle::Opaque()));
  }

  template <class Content>
  Content& below() {
    if (stack_.size() <= bottom()) throw PickleError("takes from an empty stack");
    const auto* container = std::get_if<Pickle::Container>(&stack_.back());
    Content* const content = container == nullptr
                                 ? nullptr
                                 : std::get_if<Content>(&pickle_.containers_[container->number]);
    if (content == nullptr) throw PickleError("puts something into what cannot hold it");
    return *content;
  }

  void append(const Items& items) {
    Items& list = below<Items>();
    spend(items.size() * sizeof(Value));
    list.insert(list.end(), items.begin(), items.end());
  }

  static Members pairs(const Items& items) {
    if (items.size() % 2 != 0) throw PickleError("has a key without a value");
    Members members;
    members.reserve(items.size() / 2);
    for (std::size_t i = 0; i < items.size(); i += 2) members.emplace_back(items[i], items[i + 1]);
    return members;
  }

  void set_items(const Items& items) {
    Members& members = below<Members>();
    spend(items.size() * sizeof(Value));
    const Members more = pairs(items);
    for (const auto& [key, value] : more) {
      const auto* name = std::get_if<std::string_view>(&key);
      if (name != nullptr && !name->empty() && *name == options_.unwanted) empty(value);
    }
    members.insert(members.end(), more.begin(), more.end());
  }

  void empty(const Value& value) {
    const auto* container = std::get_if<Pickle::Container>(&value);
    if (container == nullptr) return;
    std::visit(
        [&](auto& content) {
          spent_ -= content.size() * sizeof(content[0]);
          std::remove_reference_t<decltype(content)>().swap(content);
        },
        pickle_.containers_[container->number]);
  }

  void put(std::uint64_t number) {
    if (stack_.empty()) throw PickleError("takes from an empty stack");
    spend(64);  // a node of the map
    memo_[number] = stack_.back();
  }

  void get(std::uint64_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) throw PickleError("refers to what it did not remember");
    push(found->second);
  }

  std::uint64_t memo_line() {
    const std::optional<std::int64_t> number = decimal_integer(take_line());
    if (!number || *number < 0) throw PickleError("remembers under a number that is none");
    return static_cast<std::uint64_t>(*number);
  }

  Items popped(std::size_t count) {
    Items items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  // "I01" and "I00" are protocol 0's True and False.
  void push_line_integer() {
    const std::string_view line = take_line();
    if (line == "01" || line == "00") return push(line == "01");
    push_integer(decimal_integer(line));
  }

  void push_binary_real() {
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
    push(std::bit_cast<double>(bits));
  }

  bool step(unsigned char opcode);  // false after the last one

  // Python's POP takes a mark if there is nothing above it.
  void pop_or_mark() {
    if (!marks_.empty() && marks_.back() == stack_.size()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }

  [[noreturn]] void refuse(unsigned char opcode) const;

  Pickle& pickle_;
  std::string_view bytes_;
  const Pickle::Options& options_;
  std::size_t at_ = 0;
  std::size_t spent_ = 0;  // beside the stack
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Value> memo_;
};

}  // namespace kvf::traces
