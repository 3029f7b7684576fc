// What a policy declares about its parameters, once: every reader, writer and menu is generic over
// these tables.
//
// A policy is an aggregate; parameters() names its members. The default of a parameter is the
// member's own initialiser.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "models/numeric.h"

namespace kvf {

struct PolicySpec;

// One of a fixed list of words. `Names` is a type with `static constexpr std::array values` of the
// words, in the order of the enumerators.
struct AnyChoice {
  int index = 0;
  friend bool operator==(const AnyChoice&, const AnyChoice&) = default;
};
template <class Enum, class Names>
struct Choice : AnyChoice {
  using Words = Names;
  constexpr Choice(Enum value) : AnyChoice{static_cast<int>(value)} {}  // NOLINT: is its value
  constexpr operator Enum() const { return static_cast<Enum>(index); }  // NOLINT
};

// Another policy inside a policy. Empty means: the default the parameter's help names.
class PolicyBox {
 public:
  PolicyBox() = default;
  explicit PolicyBox(PolicySpec spec);
  const PolicySpec* get() const { return spec_.get(); }
  friend bool operator==(const PolicyBox& a, const PolicyBox& b);

 private:
  std::shared_ptr<const PolicySpec> spec_;
};

// A score or a 0/1 role for each KV head: row = layer, column = head, as in the published TSVs.
struct HeadScores {
  std::string file;  // where they came from, "" if given by a program
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::vector<double> values;  // row-major, layers x heads
  // Parameters that were published with them: used unless the policy says otherwise.
  std::vector<std::pair<std::string, Tokens>> beside = {};
  friend bool operator==(const HeadScores&, const HeadScores&) = default;
};

struct Range {
  double low = 0;
  double high = 0;
};
inline constexpr Range kAnyCount{0, static_cast<double>(kMaxTokens.count())};
inline constexpr Range kAtLeastOne{1, static_cast<double>(kMaxTokens.count())};
inline constexpr Range kShare{0, 1};

struct ParameterInfo {
  std::string_view name;
  std::string_view unit;  // "tokens", "share", "passes", ... ; "" for words and policies
  std::string_view help;
  Range range{};
};

template <class Owner, class Value>
struct Parameter : ParameterInfo {
  Value Owner::*member = nullptr;
};

template <class Owner, class Value>
constexpr Parameter<Owner, Value> parameter(std::string_view name, Value Owner::*member,
                                            Range range, std::string_view unit,
                                            std::string_view help) {
  return {{name, unit, help, range}, member};
}
template <class Owner, class Value>
constexpr Parameter<Owner, Value> parameter(std::string_view name, Value Owner::*member,
                                            std::string_view help) {
  return {{name, "", help, {}}, member};
}

// A choice whose enumeration is not known here.
struct ChoiceRef {
  AnyChoice* choice;
  std::span<const std::string_view> words;
};

// One parameter of one policy value, without its type.
struct ParameterRef {
  using Slot = std::variant<Tokens*, std::optional<Tokens>*, std::int64_t*, double*,
                            std::optional<double>*, std::vector<double>*, ChoiceRef, HeadScores*,
                            PolicyBox*, std::vector<PolicySpec>*>;
  const ParameterInfo* info;
  Slot slot;
};

// Another name of a policy: the policy's preset(name) sets what it stands for.
struct Preset {
  std::string_view name;
  std::string_view summary;
};

// A value, or a combination of values, that has no meaning. `parameter` is the name of the
// parameter to blame, "" if it is the whole policy.
struct PolicyError : std::invalid_argument {
  PolicyError(std::string_view parameter_name, const std::string& text)
      : std::invalid_argument(text), parameter(parameter_name) {}
  std::string parameter;
};

}  // namespace kvf
