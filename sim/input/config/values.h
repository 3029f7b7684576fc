// The values of one config.json: what it says, else what its class defaults to. Every key that is
// looked at is remembered, so that the others can be refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "sim/input/config/family.h"
#include "sim/input/node.h"

namespace kvf::input {

inline constexpr Range kSize{1, 1 << 20};   // as check(LlmShape)
inline constexpr Range kCount{0, 1 << 20};  // where none at all has a meaning

// A value that the file leaves to its class.
struct ConfigDefault {
  std::string key;
  std::string value;
  friend bool operator==(const ConfigDefault&, const ConfigDefault&) = default;
};

class ConfigValues {
 public:
  // Adds a problem for each key that is given twice. All must outlive this.
  ConfigValues(const Node& map, const Family& family, Problems& problems);

  // Keys are those of config_family.h; null counts as absent, but in given().
  const Node* given(std::string_view key);
  const Node* find(std::string_view key);
  // From the file, else the default, else nullopt. A mistake is added to the problems.
  std::optional<std::int64_t> maybe(std::string_view key, Range range = kSize);
  // The same; without a value a problem is added, and it is 1.
  std::int64_t size(std::string_view key);
  bool flag(std::string_view key);
  // A list of integers.
  std::optional<std::vector<std::int64_t>> integers(std::string_view key, Range range = kCount);
  // A map inside; a problem if it is something else.
  const Node* map(std::string_view key);

  // Adds a problem at the key, or at the whole if it is not given.
  void problem(std::string_view key, std::string text);
  // Adds a problem for each key that was not looked at, is not derived and may matter.
  void refuse_others();
  // A member of a map inside, whose key is none of those that are read.
  void refuse_unless_irrelevant(const Node& member, std::string_view place);

  const Family& family() const { return family_; }
  Problems& problems() { return problems_; }
  const std::vector<ConfigDefault>& defaults() const { return defaults_; }
  // The members that nobody has looked at.
  std::vector<const Node*> unused() const;
  // What the class calls it.
  std::string_view own_name(std::string_view key) const;

 private:
  struct Member {
    const Node* node;
    bool used = false;
  };
  Member* member(std::string_view name);
  // Of "A|B": the first that is given and not null; all are looked at.
  const Node* first_of(std::string_view names);
  void refuse_unless_same(std::string_view word);  // of Family::same
  std::string_view default_of(std::string_view key);

  const Node& root_;
  const Family& family_;
  Problems& problems_;
  std::vector<Member> members_;
  std::vector<ConfigDefault> defaults_;
};

}  // namespace kvf::input
