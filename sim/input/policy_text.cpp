// The two one-line forms of a policy: the short form of the command line, read; JSON, written.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cstdlib>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "sim/input/policy.h"

namespace kvf::input {
namespace {

// FORM   = NAME [ ":" NAME "=" VALUE { "," NAME "=" VALUE } ]
// VALUE  = "(" FORM ")" | "[" VALUE { "," VALUE } "]" | WORD
class ShortForm {
 public:
  ShortForm(std::string_view text, Tree& tree, Problems& problems)
      : text_(text), tree_(tree), problems_(problems) {}

  void read() {
    form();
    if (at_ < text_.size()) stop("expected the end");
  }

 private:
  void form() {
    open(Kind::map);
    tree_.key("name", position());
    scalar(":,)]");
    if (accept(':')) {
      do {
        const Position at = position();
        tree_.key(word("=,)]:("), at);
        if (!accept('=')) stop("expected '=' and a value");
        value();
      } while (accept(','));
    }
    tree_.close();
  }
  void value() {
    if (accept('(')) {
      form();
      if (!accept(')')) stop("expected ')'");
    } else if (accept('[')) {
      open(Kind::list);
      do {
        value();
      } while (accept(','));
      if (!accept(']')) stop("expected ']'");
      tree_.close();
    } else {
      scalar(",)]");
    }
  }
  void scalar(std::string_view ends) {
    const Position at = position();
    const std::string_view text = word(ends);
    if (text.empty()) stop("expected a word or a number");
    set_plain_scalar(tree_.add(Kind::text, at), text);
  }
  void open(Kind kind) {
    if (tree_.depth() == Tree::kMaxDepth) stop("nested too deeply");
    tree_.open(kind, position());
  }
  std::string_view word(std::string_view ends) {
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }
  bool accept(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Position position() const { return {1, static_cast<int>(at_) + 1}; }
  [[noreturn]] void stop(std::string_view expected) {
    const std::string found = at_ == text_.size() ? "the text ends" : in_quotes(text_.substr(at_));
    problems_.add(position(), fmt::format("{}; {}", found, expected));
    problems_.throw_if_any();
    std::abort();  // there is one
  }

  std::string_view text_;
  Tree& tree_;
  Problems& problems_;
  std::size_t at_ = 0;
};

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

// The JSON text of a slot's value; "" if it has none.
struct SlotWriter {
  std::string operator()(const Tokens* slot) const { return fmt::format("{}", slot->count()); }
  std::string operator()(const std::int64_t* slot) const { return fmt::format("{}", *slot); }
  std::string operator()(const double* slot) const { return fmt::format("{}", *slot); }
  template <class T>
  std::string operator()(const std::optional<T>* slot) const {
    return slot->has_value() ? (*this)(&**slot) : "";
  }
  std::string operator()(const std::vector<double>* slot) const {
    if (slot->empty()) return "";
    return slot->size() == 1 ? (*this)(slot->data()) : fmt::format("[{}]", fmt::join(*slot, ","));
  }
  std::string operator()(const ChoiceRef& slot) const {
    return json_text(slot.words[static_cast<std::size_t>(slot.choice->index)]);
  }
  std::string operator()(const HeadScores* slot) const {
    if (slot->values.empty()) return "";
    if (slot->file.empty()) throw std::invalid_argument("head scores that came from no file");
    return json_text(slot->file);
  }
  std::string operator()(const PolicyBox* slot) const {
    return slot->get() == nullptr ? "" : to_json(*slot->get());
  }
  std::string operator()(const std::vector<PolicySpec>* slot) const {
    std::string list;
    for (const PolicySpec& policy : *slot) list += (list.empty() ? "" : ",") + to_json(policy);
    return list.empty() ? "" : "[" + list + "]";
  }
};

}  // namespace

PolicySpec parse_policy(std::string_view text, std::string source) {
  Problems problems(std::move(source));
  Tree tree;
  ShortForm(text, tree, problems).read();
  HeadFiles files;
  auto policy = read_policy(tree.root(), files, problems);
  problems.throw_if_any();
  return *std::move(policy);
}

std::string to_json(const PolicySpec& policy) {
  PolicySpec value = policy;
  PolicySpec standard = make_policy(policy.name).value();
  std::string text = "{\"name\":" + json_text(policy.name);
  for_each_parameter(value, [&](const ParameterRef& ref) {
    const std::string written = std::visit(SlotWriter{}, ref.slot);
    const auto standard_ref = find_parameter(standard, ref.info->name);
    if (written.empty() || written == std::visit(SlotWriter{}, standard_ref->slot)) return;
    text += "," + json_text(ref.info->name) + ":" + written;
  });
  return text + "}";
}

}  // namespace kvf::input
