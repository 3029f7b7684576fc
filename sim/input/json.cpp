#include "sim/input/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <utility>

#include "sim/input/text_file.h"

namespace kvf::input {
namespace {

namespace json = boost::json;
using json::error_code;

// Receives what the parser finds. The parser does not say where; `at_` follows it through the text,
// for between two values there is nothing but blanks, commas and colons.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  void start(std::string_view text, Tree& tree, int first_line) {
    tree_ = &tree;
    at_ = text.data();
    end_ = at_ + text.size();
    line_start_ = at_;
    line_ = first_line;
    parts_.clear();
  }
  Position position() const { return {line_, static_cast<int>(at_ - line_start_) + 1}; }
  void skip_blanks() {
    for (; at_ != end_; ++at_) {
      if (*at_ == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (*at_ != ' ' && *at_ != '\t' && *at_ != '\r' && *at_ != ',' && *at_ != ':') {
        return;
      }
    }
  }
  void move_to(const char* at) {
    for (; at_ < at; ++at_) {
      if (*at_ != '\n') continue;
      ++line_;
      line_start_ = at_ + 1;
    }
  }

  static bool on_document_begin(error_code&) { return true; }
  static bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(Kind::map); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(Kind::list); }
  bool on_array_end(std::size_t, error_code&) { return close(); }

  bool on_key_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
  bool on_key(std::string_view part, std::size_t, error_code&) {
    skip_blanks();
    const Position at = position();
    tree_->key(whole(part), at);
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
  bool on_string(std::string_view part, std::size_t, error_code&) {
    skip_blanks();
    Node& node = tree_->add(Kind::text, position());
    node.text = whole(part);
    return true;
  }
  static bool on_number_part(std::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, std::string_view text, error_code&) { return number(text); }
  bool on_uint64(std::uint64_t, std::string_view text, error_code&) { return number(text); }
  bool on_double(double, std::string_view text, error_code&) { return number(text); }
  bool on_bool(bool value, error_code&) {
    Node& node = word(Kind::boolean, value ? 4 : 5);
    node.boolean = value;
    return true;
  }
  bool on_null(error_code&) {
    word(Kind::null, 4);
    return true;
  }
  static bool on_comment_part(std::string_view, error_code&) { return true; }
  static bool on_comment(std::string_view, error_code&) { return true; }

 private:
  bool open(Kind kind) {
    skip_blanks();
    tree_->open(kind, position());
    ++at_;
    return true;
  }
  bool close() {
    skip_blanks();
    ++at_;
    tree_->close();
    return true;
  }
  bool keep_part(std::string_view part) {
    parts_ += part;
    return true;
  }
  // Also moves behind the string, which begins at at_. Without escapes it comes in one part, which
  // is a part of the text itself.
  std::string_view whole(std::string_view last) {
    if (last.data() == at_ + 1) {
      at_ = last.data() + last.size() + 1;
      return last;
    }
    for (++at_; *at_ != '"'; ++at_) {
      if (*at_ == '\\') ++at_;
    }
    ++at_;
    parts_ += last;
    return tree_->keep(std::exchange(parts_, {}));
  }
  bool number(std::string_view text) {
    skip_blanks();
    Node& node = tree_->add(Kind::real, position());
    at_ += text.size();
    set_number(node, text);
    return true;
  }
  Node& word(Kind kind, std::size_t length) {
    skip_blanks();
    Node& node = tree_->add(kind, position());
    node.text = {at_, length};
    at_ += length;
    return node;
  }

  Tree* tree_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* line_start_ = nullptr;
  int line_ = 1;
  std::string parts_;
};

constexpr std::size_t kToken = 20;  // so much of the text is shown where it is wrong

json::parse_options options() {
  json::parse_options result;
  result.max_depth = Tree::kMaxDepth;
  return result;
}

// `rest` begins where the parser stopped.
std::string words(const error_code& code, std::string_view rest) {
  using json::error;
  if (code == error::too_deep) {
    return fmt::format("nested too deeply; expected at most {} levels", Tree::kMaxDepth);
  }
  if (code == error::incomplete || rest.empty()) return "the JSON text ends too early";
  if (code == error::exponent_overflow) return "a number with too large an exponent";
  if (find_invalid_utf8(rest.substr(0, 4)) == 0) return "not JSON: a byte that is not UTF-8";
  const std::size_t token = std::clamp(rest.find_first_of(" \t\r\n,:]}"), std::size_t{1}, kToken);
  return "not JSON: unexpected " + in_quotes(rest.substr(0, token));
}

}  // namespace

class JsonParser::Impl {
 public:
  Impl() : parser_(options()) {}

  void parse(std::string_view text, Tree& tree, Problems& problems, int first_line) {
    tree.clear();
    Handler& handler = parser_.handler();
    handler.start(text, tree, first_line);
    parser_.reset();
    error_code error;
    const std::size_t read = parser_.write_some(false, text.data(), text.size(), error);
    if (!error && read == text.size()) return;
    handler.move_to(text.data() + read);
    problems.add(handler.position(),
                 error ? words(error, text.substr(read))
                       : "text after the JSON value: " + in_quotes(text.substr(read, kToken)));
    problems.throw_if_any();
  }

 private:
  json::basic_parser<Handler> parser_;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

void JsonParser::parse_line(std::string_view line, int number, Tree& tree, Problems& problems) {
  if (number == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    problems.add({number, 1}, "an empty line; expected a JSON object");
    problems.throw_if_any();
  }
  parse(line, tree, problems, number);
}

void JsonParser::parse(std::string_view text, Tree& tree, Problems& problems, int first_line) {
  impl_->parse(text, tree, problems, first_line);
}

}  // namespace kvf::input
