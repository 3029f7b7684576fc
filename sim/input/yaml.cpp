#include "sim/input/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/input/text_file.h"

namespace kvf::input {
namespace {

// yaml-cpp counts from 0, and has a mark of -1 for what is nowhere.
Position position(const YAML::Mark& mark) {
  return mark.line < 0 ? Position{} : Position{mark.line + 1, mark.column + 1};
}

// Receives what the parser finds. Throws InputError where going on would make no sense.
class Handler : public YAML::EventHandler {
 public:
  Handler(Tree& tree, Problems& problems) : tree_(tree), problems_(problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) stop(mark, "a second document; expected one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    if (key_is_next()) stop(mark, "a key without a name; expected a word");
    // yaml-cpp gives the place of whatever comes next.
    const bool is_member = !key_next_.empty() && tree_.inside() == Kind::map;
    tree_.add(Kind::null, is_member ? key_at_ : position(mark)).plain = true;
    value_ends();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    stop(mark, "an alias ('*'); expected the value itself");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool is_plain = tag == "?";
    if (!is_plain && tag != "!") refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    const std::string_view text = tree_.keep(value);
    if (key_is_next()) {
      key_at_ = position(mark);
      tree_.key(text, key_at_);
      key_next_.back() = false;
      return;
    }
    Node& node = tree_.add(Kind::text, position(mark));
    node.text = text;
    if (is_plain) set_plain_scalar(node, text);
    value_ends();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void stop(const YAML::Mark& mark, std::string text) {
    problems_.add(position(mark), std::move(text));
    problems_.throw_if_any();
    std::abort();  // there is one
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) problems_.add(position(mark), "an anchor ('&'); expected a plain value");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    problems_.add(position(mark), "a tag (" + in_quotes(tag) + "); expected a plain value");
  }
  bool key_is_next() const { return !key_next_.empty() && key_next_.back(); }
  void value_ends() {
    if (!key_next_.empty() && tree_.inside() == Kind::map) key_next_.back() = true;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (tag != "?" && tag != "!") refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    if (key_is_next()) {
      stop(mark, fmt::format("{} as a key; expected a word", kind_words(kind)));
    }
    if (tree_.depth() == Tree::kMaxDepth) {
      stop(mark, fmt::format("nested too deeply; expected at most {} levels", Tree::kMaxDepth));
    }
    tree_.open(kind, position(mark));
    key_next_.push_back(kind == Kind::map);
  }
  void close() {
    tree_.close();
    key_next_.pop_back();
    value_ends();
  }

  Tree& tree_;
  Problems& problems_;
  std::vector<bool> key_next_;  // of each open map or list
  Position key_at_;             // of the last key
  int documents_ = 0;
};

// yaml-cpp's message, with what is behind it where that is known.
std::string words(std::string_view text, const YAML::Exception& error) {
  namespace known = YAML::ErrorMsg;
  std::string_view rest = text;  // from the line of the mistake
  for (int line = 0; line < error.mark.line; ++line) {
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (rest.empty()) break;
  }
  const std::string_view blanks = rest.substr(0, rest.find_first_not_of(" \t"));
  std::string_view reason;
  if (blanks.find('\t') != std::string_view::npos) {
    reason = "; a tab is no indentation";
  } else if (error.msg == known::END_OF_SEQ_FLOW) {
    reason = "; a '[' is not closed";
  } else if (error.msg == known::END_OF_MAP_FLOW) {
    reason = "; a '{' is not closed";
  } else if (error.msg == known::DOC_IN_SCALAR) {
    reason = "; a quote is not closed";
  } else if (error.msg == known::END_OF_SEQ || error.msg == known::END_OF_MAP) {
    reason = "; the indentation is not that of the lines above";
  }
  // yaml-cpp 0.8 adds ": " and the anchor's name, 0.7 does not.
  constexpr std::string_view kUnknownAnchor = "the referenced anchor is not defined";
  const std::string_view words = error.msg;
  return fmt::format("not YAML: {}{}", words.starts_with(kUnknownAnchor) ? kUnknownAnchor : words,
                     reason);
}

}  // namespace

void parse_yaml(std::string_view text, Tree& tree, Problems& problems) {
  tree.clear();
  if (text.size() > kMaxYamlBytes) {
    problems.add({}, fmt::format("is larger than {} MiB; expected a smaller YAML text",
                                 kMaxYamlBytes >> 20));
    problems.throw_if_any();
  }
  check_utf8(text, problems);
  // YAML allows none, and yaml-cpp takes 0x04 for the end of the text.
  check_control_characters(text, problems);
  problems.throw_if_any();

  // yaml-cpp takes the end of the text for the end of a quoted scalar; a document's end it does not.
  std::istringstream stream(std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n"));
  Handler handler(tree, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const YAML::Exception& error) {
    problems.add(position(error.mark), words(text, error));
  }
  // Without a value there is an empty document, or none.
  if (problems.empty() && (tree.empty() || tree.root().kind == Kind::null)) {
    problems.add({}, "holds nothing but blanks and comments");
  }
  problems.throw_if_any();
}

}  // namespace kvf::input
