#include "models/accounting.h"

#include <algorithm>
#include <array>

namespace kvf {
namespace {

constexpr std::array<std::string_view, 2> kAccountings{"paper", "implementation"};
constexpr std::array<std::string_view, 5> kConventions{"eval", "kvpress", "kvpress-8bb29b9",
                                                       "duo-static", "transformers"};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace

std::string_view to_string(Accounting accounting) {
  return kAccountings[static_cast<std::size_t>(accounting)];
}
std::string_view to_string(Convention convention) {
  return kConventions[static_cast<std::size_t>(convention)];
}
std::optional<Accounting> parse_accounting(std::string_view word) {
  return parse<Accounting>(kAccountings, word);
}
std::optional<Convention> parse_convention(std::string_view word) {
  return parse<Convention>(kConventions, word);
}
std::vector<std::string_view> accounting_names() {
  return {kAccountings.begin(), kAccountings.end()};
}
std::vector<std::string_view> convention_names() {
  return {kConventions.begin(), kConventions.end()};
}

}  // namespace kvf
