// The one-line forms of a policy: the short form of the command line, read and written; JSON and YAML,
// written.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cstdlib>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"

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

// The three forms in which a policy is written; each is read by its own reader.
enum class Form { json, yaml, on_command_line };

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string write(const PolicySpec& policy, Form form);

// The text of a slot's value; "" if it has none.
struct SlotWriter {
  Form form;

  std::string operator()(const Tokens* slot) const { return fmt::format("{}", slot->count()); }
  std::string operator()(const std::int64_t* slot) const { return fmt::format("{}", *slot); }
  std::string operator()(const double* slot) const { return fmt::format("{}", *slot); }
  template <class T>
  std::string operator()(const std::optional<T>* slot) const {
    return slot->has_value() ? (*this)(&**slot) : "";
  }
  std::string operator()(const std::vector<double>* slot) const {
    if (slot->empty()) return "";
    return slot->size() == 1 ? (*this)(slot->data())
                             : fmt::format("[{}]", fmt::join(*slot, comma()));
  }
  std::string operator()(const ChoiceRef& slot) const {
    const std::string_view word = slot.words[static_cast<std::size_t>(slot.choice->index)];
    return form == Form::json ? json_text(word) : std::string(word);
  }
  std::string operator()(const HeadScores* slot) const {
    if (slot->values.empty()) return "";
    if (slot->file.empty()) throw std::invalid_argument("head scores that came from no file");
    if (form != Form::on_command_line) return json_text(slot->file);
    if (slot->file.find_first_of(",)]") != std::string::npos || slot->file.starts_with('(') ||
        slot->file.starts_with('[')) {
      throw std::invalid_argument(
          fmt::format("the file name {} cannot be written in a short form", in_quotes(slot->file)));
    }
    return slot->file;
  }
  std::string operator()(const PolicyBox* slot) const {
    return slot->get() == nullptr ? "" : nested(*slot->get());
  }
  std::string operator()(const std::vector<PolicySpec>* slot) const {
    std::string list;
    for (const PolicySpec& policy : *slot) list += (list.empty() ? "" : comma()) + nested(policy);
    return list.empty() ? "" : "[" + list + "]";
  }

 private:
  std::string comma() const { return form == Form::yaml ? ", " : ","; }
  std::string nested(const PolicySpec& policy) const {
    const std::string text = write(policy, form);
    return form == Form::on_command_line ? "(" + text + ")" : text;
  }
};

// What stands for a parameter that is left out: what was published beside scores, else the default.
std::optional<Tokens> published(PolicySpec& policy, std::string_view parameter) {
  std::optional<Tokens> found;
  for_each_parameter(policy, [&](const ParameterRef& ref) {
    const auto* scores = std::get_if<HeadScores*>(&ref.slot);
    if (scores == nullptr) return;
    for (const auto& [name, value] : (*scores)->beside) {
      if (name == parameter) found = value;
    }
  });
  return found;
}

std::string write(const PolicySpec& policy, Form form) {
  PolicySpec value = policy;
  PolicySpec standard = make_policy(policy.name).value();
  const SlotWriter writer{form};
  std::string parameters;
  for_each_parameter(value, [&](const ParameterRef& ref) {
    const std::string_view name = ref.info->name;
    const std::string written = std::visit(writer, ref.slot);
    const std::string left_out = std::visit(writer, find_parameter(standard, name)->slot);
    const auto beside = published(value, name);
    if (written.empty() || (written == left_out && !beside)) return;
    switch (form) {
      case Form::json:
        parameters += "," + json_text(name) + ":" + written;
        break;
      case Form::yaml:
        parameters += fmt::format(", {}: {}", name, written);
        break;
      case Form::on_command_line:
        parameters += fmt::format("{}{}={}", parameters.empty() ? ":" : ",", name, written);
    }
  });
  switch (form) {
    case Form::json:
      return "{\"name\":" + json_text(policy.name) + parameters + "}";
    case Form::yaml:
      return fmt::format("{{name: {}{}}}", policy.name, parameters);
    case Form::on_command_line:
      break;
  }
  return std::string(policy.name) + parameters;
}

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

std::string to_json(const PolicySpec& policy) { return write(policy, Form::json); }
std::string to_yaml(const PolicySpec& policy) { return write(policy, Form::yaml); }
std::string to_short_form(const PolicySpec& policy) { return write(policy, Form::on_command_line); }

}  // namespace kvf::input
