// Pickles that hold data only: Python's None, bool, int, float, text, list, tuple, set and dict, in
// protocols 0 to 5 (https://docs.python.org/3/library/pickletools.html has the opcodes). Whatever
// could import a module, call something or ask a program for an object is refused.
//
// A file cannot make this reader recurse or loop: what is read is a table of containers that refer
// to each other by number, so that depth and cycles cost nothing, and its size is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kvf::traces {

struct PickleError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct PickleEnd : PickleError {  // the bytes end before the pickle does
  PickleEnd() : PickleError("ends in the middle of its pickle") {}
};

class Pickle {
 public:
  struct Container {
    std::uint32_t number = 0;
    friend bool operator==(const Container&, const Container&) = default;
  };
  struct Opaque {  // a value of no use here: None, an integer of more than 64 bits
    friend bool operator==(const Opaque&, const Opaque&) = default;
  };
  // Texts live as long as the pickle and the bytes it was read from.
  using Value = std::variant<Opaque, bool, std::int64_t, double, std::string_view, Container>;
  using Items = std::vector<Value>;
  using Members = std::vector<std::pair<Value, Value>>;

  struct Options {
    // What stands in a dict under this key is emptied: it is not wanted, and large.
    std::string_view unwanted;
    // What may be in memory at once, whatever the file says.
    std::size_t most_bytes = std::size_t{1} << 30;
  };

  // Throws PickleError. `bytes` must stay where they are.
  Pickle(std::string_view bytes, const Options& options);

  const Value& top() const { return top_; }

  // Empty for what is not a list, tuple or set; a dict.
  const Items& items(const Value& value) const;
  const Members& members(const Value& value) const;
  bool is_list(const Value& value) const;
  bool is_dict(const Value& value) const;

 private:
  friend class PickleMachine;
  std::deque<std::variant<Items, Members>> containers_;
  std::deque<std::string> texts_;  // those that the file does not hold as they are
  Value top_;
};

}  // namespace kvf::traces
