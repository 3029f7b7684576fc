// think: every entry stays, but a share of the channels of its key goes.
//
//   removed  int(head_dim * ratio) of an entry's 2 * head_dim numbers are not stored, as the paper
//            proposes; here of all entries, although the newest may keep theirs for a while
//   zeroed   kvpress 0.5.5, think_press.py, sets them to zero: the cache is as large as before
// Source: ThinK, arXiv 2407.21018. Reference rows: kvpress.ThinKPress.
#pragma once

#include <string_view>
#include <tuple>

#include "models/dtype.h"
#include "models/parameter.h"
#include "models/policies/full.h"

namespace kvf {

struct ThinkChannelWords {
  static constexpr std::array<std::string_view, 2> values{"removed", "zeroed"};
};

struct Think {
  enum class Channels { removed, zeroed };

  double ratio = 0.5;
  Choice<Channels, ThinkChannelWords> channels = Channels::removed;

  static constexpr std::string_view name = "think";
  static constexpr std::string_view family = "channels";
  static constexpr std::string_view summary = "all entries stay, with fewer key channels";
  static constexpr std::string_view formula =
      "kept = past + rows; bytes of an entry: 2 * head_dim - int(head_dim * ratio) numbers";
  static constexpr std::string_view source =
      "ThinK, arXiv 2407.21018; kvpress 0.5.5, think_press.py (zeroed)";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr bool needs_heads = true;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("ratio", &Think::ratio, kShare, "share", "share of key channels dropped"),
        parameter("channels", &Think::channels, "what becomes of them")};
  }
  BytesPerEntry bytes_per_entry(const LlmShape& shape) const {
    if (channels == Channels::zeroed) return shape.bytes_per_entry();
    const std::int64_t dropped = truncated_share(ratio, Tokens(shape.head_dim)).count();
    const Dtype& dtype = kvf::dtype(shape.dtype);
    return BytesPerEntry(
        (dtype.bytes(shape.head_dim - dropped) + dtype.bytes(shape.head_dim)).count());
  }
  Full::Rule rule(const PlanContext&) const { return {}; }
  friend bool operator==(const Think&, const Think&) = default;
};

}  // namespace kvf
