// ViewState <-> JSON, by the readers that scenarios have too: all mistakes at once, with their places.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cmath>

#include "gui/view/view_state.h"
#include "sim/input/bind.h"
#include "sim/input/json.h"

namespace kvf::gui {
namespace {

using input::Fields;
using input::Kind;
using input::Node;
using input::Problems;

constexpr std::string_view kFirstKey = "kvfootprint-view";
constexpr std::array<std::string_view, 13> kKeys{kFirstKey, "axis",   "range",     "lanes", "focus",
                                                 "scroll",  "cursor", "selection", "pins",  "theme",
                                                 "legend",  "phases", "compared"};
constexpr std::array<std::string_view, 5> kLaneKeys{"kind", "runs", "series", "height", "pinned"};
constexpr double kLargest = 9.3e18;  // just above what an integer of 64 bits holds

std::string in_quotes(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

template <class List, class Word>
std::string list(const List& values, Word&& word) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ", ") + word(value);
  return "[" + text + "]";
}

// The shortest text that reads back to the same double.
std::string number(double value) { return fmt::format("{}", value); }
std::string pair(const Interval& interval) {
  return fmt::format("[{}, {}]", number(interval.begin), number(interval.end));
}
const char* boolean(bool value) { return value ? "true" : "false"; }

std::string lane_text(const Lane& lane) {
  return fmt::format(R"({{"kind": {}, "runs": {}, "series": {}, "height": {}, "pinned": {}}})",
                     in_quotes(kLaneKindWords[static_cast<std::size_t>(lane.kind)]),
                     list(lane.runs, in_quotes), in_quotes(lane.series), number(lane.height),
                     boolean(lane.pinned));
}

class Reader {
 public:
  explicit Reader(const std::string& file) : problems_(file) {}

  ViewState read(const std::string& text) {
    input::Tree tree;
    input::JsonParser().parse(text, tree, problems_);
    if (input::expect_kind(tree.root(), Kind::map, "the view", problems_)) read_view(tree.root());
    problems_.throw_if_any();
    return view_;
  }

 private:
  void read_view(const Node& root) {
    const Fields fields(root, kKeys, "the view", problems_);
    if (const Node* node = fields.require(kFirstKey)) {
      input::read_integer(*node, kFirstKey, {1, 1}, problems_);
    }
    if (const Node* node = fields.find("axis")) word(*node, "axis", kAxisWords, view_.axis);
    if (const Node* node = fields.find("range")) view_.range = interval(*node, "range");
    if (const Node* node = fields.find("lanes")) read_lanes(*node);
    if (const Node* node = fields.find("focus")) read_focus(*node);
    if (const Node* node = fields.find("scroll")) {
      view_.scroll = real(*node, "scroll", 0, kLargest);
    }
    if (const Node* node = fields.find("cursor")) {
      if (node->kind != Kind::null) view_.cursor = place(*node, "cursor");
    }
    if (const Node* node = fields.find("selection")) {
      if (node->kind != Kind::null) view_.selection = interval(*node, "selection");
    }
    if (const Node* node = fields.find("pins")) read_pins(*node);
    if (const Node* node = fields.find("theme")) word(*node, "theme", kThemeWords, view_.theme);
    if (const Node* node = fields.find("legend")) boolean(*node, "legend", view_.legend);
    if (const Node* node = fields.find("phases")) boolean(*node, "phases", view_.phases);
    if (const Node* node = fields.find("compared")) read_compared(*node);
  }

  void read_lanes(const Node& node) {
    if (!input::expect_kind(node, Kind::list, "'lanes'", problems_)) return;
    for (const Node& member : node) {
      if (!input::expect_kind(member, Kind::map, "a lane", problems_)) continue;
      const Fields fields(member, kLaneKeys, "a lane", problems_);
      Lane& lane = view_.lanes.emplace_back();
      if (const Node* kind = fields.require("kind")) word(*kind, "kind", kLaneKindWords, lane.kind);
      if (const Node* runs = fields.require("runs")) lane.runs = texts(*runs, "runs");
      if (is_comparison(lane.kind) && lane.runs.size() != 2) {
        problems_.add(member.at, fmt::format("a lane of kind '{}' has {} runs; expected two",
                                             kLaneKindWords[static_cast<std::size_t>(lane.kind)],
                                             lane.runs.size()));
      }
      if (const Node* series = fields.find("series")) lane.series = text(*series, "series");
      if (const Node* height = fields.find("height")) {
        lane.height = real(*height, "height", kLeastHeight, kMostHeight);
      }
      if (const Node* pinned = fields.find("pinned")) boolean(*pinned, "pinned", lane.pinned);
    }
  }

  // The keys may be in any order, so that lanes have been read is not known: a focus beyond them is
  // looked at where they are shown.
  void read_focus(const Node& node) {
    const auto focus = input::read_integer(node, "focus", {0, 1'000'000}, problems_);
    view_.focus = static_cast<std::size_t>(focus.value_or(0));
  }

  void read_pins(const Node& node) {
    if (!input::expect_kind(node, Kind::list, "'pins'", problems_)) return;
    for (const Node& member : node) view_.pins.push_back(place(member, "a pin"));
    std::sort(view_.pins.begin(), view_.pins.end());
    view_.pins.erase(std::unique(view_.pins.begin(), view_.pins.end()), view_.pins.end());
  }

  void read_compared(const Node& node) {
    const std::vector<std::string> ids = texts(node, "compared");
    if (ids.size() == 2) {
      view_.compared = {ids[0], ids[1]};
    } else if (node.kind == Kind::list) {
      problems_.add(node.at, fmt::format("'compared' has {} runs; expected two", ids.size()));
    }
  }

  double real(const Node& node, std::string_view name, double least, double most) {
    return input::read_number(node, name, {least, most}, problems_).value_or(least);
  }
  double place(const Node& node, std::string_view name) {
    return real(node, name, -kLargest, kLargest);
  }

  Interval interval(const Node& node, std::string_view name) {
    std::vector<double> ends;
    if (node.kind == Kind::list) {
      for (const Node& member : node) ends.push_back(place(member, name));
    }
    if (ends.size() != 2 || ends[0] > ends[1]) {
      problems_.add(node.at, fmt::format("'{}' {}; expected [begin, end], ascending", name,
                                         input::found(node)));
      return {};
    }
    return {ends[0], ends[1]};
  }

  std::string text(const Node& node, std::string_view name) {
    if (node.kind == Kind::text && node.text.empty()) return {};
    return std::string(input::read_text(node, name, problems_).value_or(""));
  }
  std::vector<std::string> texts(const Node& node, std::string_view name) {
    std::vector<std::string> result;
    if (input::expect_kind(node, Kind::list, fmt::format("'{}'", name), problems_)) {
      for (const Node& member : node) result.push_back(text(member, name));
    }
    return result;
  }

  template <class Word>
  void word(const Node& node, std::string_view name, std::span<const std::string_view> words,
            Word& value) {
    if (const auto index = input::read_word(node, name, words, problems_)) {
      value = static_cast<Word>(*index);
    }
  }
  void boolean(const Node& node, std::string_view name, bool& value) {
    if (node.kind == Kind::boolean) {
      value = node.boolean;
    } else {
      problems_.add(node.at,
                    fmt::format("'{}' {}; expected true or false", name, input::found(node)));
    }
  }

  Problems problems_;
  ViewState view_;
};

}  // namespace

std::string to_json(const ViewState& view) {
  std::string lanes;
  for (const Lane& lane : view.lanes) {
    lanes += (lanes.empty() ? "\n    " : ",\n    ") + lane_text(lane);
  }
  std::string text = fmt::format("{{\n  \"{}\": 1,\n", kFirstKey);
  text += fmt::format("  \"axis\": {},\n", in_quotes(kAxisWords[index_of(view.axis)]));
  text += fmt::format("  \"range\": {},\n", pair(view.range));
  text += fmt::format("  \"lanes\": [{}{}],\n", lanes, lanes.empty() ? "" : "\n  ");
  text += fmt::format("  \"focus\": {},\n", view.focus);
  text += fmt::format("  \"scroll\": {},\n", number(view.scroll));
  text += fmt::format("  \"cursor\": {},\n", view.cursor ? number(*view.cursor) : "null");
  text += fmt::format("  \"selection\": {},\n", view.selection ? pair(*view.selection) : "null");
  text += fmt::format("  \"pins\": {},\n", list(view.pins, number));
  text += fmt::format("  \"compared\": {},\n", list(view.compared, in_quotes));
  text += fmt::format("  \"theme\": {},\n",
                      in_quotes(kThemeWords[static_cast<std::size_t>(view.theme)]));
  text += fmt::format("  \"legend\": {},\n", boolean(view.legend));
  text += fmt::format("  \"phases\": {}\n}}\n", boolean(view.phases));
  return text;
}

ViewState view_from_json(const std::string& text, const std::string& file) {
  try {
    return Reader(file).read(text);
  } catch (const input::InputError& error) {
    throw ViewError(error.what());
  }
}

}  // namespace kvf::gui
