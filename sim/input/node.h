// The tree that YAML and JSON become, so that one set of binders serves both.
//
// A node and all below it lie side by side in one array, in the order of the text: reading a line
// into a tree that has been used before allocates nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sim/input/problems.h"

namespace kvf::input {

enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, map };

struct Node {
  Kind kind = Kind::null;
  // Written without quotes in YAML or on the command line: it may be a word or carry a unit.
  bool plain = false;
  bool boolean = false;
  std::uint32_t span = 1;  // this node and all below it
  Position at;
  Position key_at;       // of a map's member
  std::string_view key;  // the same; a key may occur twice
  // Of a scalar: the text, of a number as it was written.
  std::string_view text;
  std::int64_t integer = 0;
  // Of an integer too. An integer that does not fit in 64 bits is `real`, and readers of counts
  // refuse it.
  double real = 0;

  bool is_number() const { return kind == Kind::integer || kind == Kind::real; }

  // The members of a map or a list, in the order of the text.
  class Iterator {
   public:
    explicit Iterator(const Node* node) : node_(node) {}
    const Node& operator*() const { return *node_; }
    const Node* operator->() const { return node_; }
    Iterator& operator++() {
      node_ += node_->span;
      return *this;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    const Node* node_;
  };
  Iterator begin() const { return Iterator(this + 1); }
  Iterator end() const { return Iterator(this + span); }
  bool has_members() const { return span > 1; }
};

// "a number", "a list", ...: for messages.
std::string_view kind_words(Kind kind);

class Tree {
 public:
  static constexpr std::size_t kMaxDepth = 32;

  // Of a tree that has been built.
  const Node& root() const { return nodes_.front(); }
  bool empty() const { return nodes_.empty(); }

  // Building, in the order of the text. The key belongs to the next node added.
  void clear();
  void key(std::string_view text, Position at) {
    key_ = text;
    key_at_ = at;
  }
  Node& add(Kind kind, Position at);
  void open(Kind kind, Position at);
  void close();
  std::size_t depth() const { return open_.size(); }
  // Whether a map is open, or a list.
  Kind inside() const { return nodes_[open_.back()].kind; }
  // A text that is nowhere else. Lives as long as the tree, or until clear().
  std::string_view keep(std::string text);

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;
  std::string_view key_;
  Position key_at_;
  std::deque<std::string> texts_;
};

// Turns an unquoted word into null, boolean, integer or real if it is one, and text if not.
// Strict: decimal digits only, no leading zero, no sign but '-', no '_', no yes or no.
void set_plain_scalar(Node& node, std::string_view text);
// As set_plain_scalar, for what is known to be a number. False if it is none.
bool set_number(Node& node, std::string_view text);

}  // namespace kvf::input
