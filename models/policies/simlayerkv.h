// simlayerkv: lazy layers keep the first and the last entries of the prompt, the others all.
//
// A call of k entries in a lazy layer: k <= initial + recent + 1: k;  else initial + recent - 1,
// for the published code counts the token being scored among the recent ones. Decoding appends.
// Which layers are lazy is found from attention scores as it runs: an input here.
// Source: kvpress 0.5.5, simlayerkv_press.py; SimLayerKV, arXiv 2410.13846.
// Reference rows: kvpress.SimLayerKVPress.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/head_masks.h"
#include "models/parameter.h"
#include "models/policies/first_call.h"

namespace kvf {

struct SimLayerKv {
  std::vector<double> lazy;
  Tokens initial{4};
  Tokens recent{1024};

  static constexpr std::string_view name = "simlayerkv";
  static constexpr std::string_view family = "layers";
  static constexpr std::string_view summary = "lazy layers keep the first and the last entries";
  static constexpr std::string_view formula =
      "lazy layers: kept = initial_tokens + recent_tokens - 1 of a first call longer than both + 1";
  static constexpr std::string_view source =
      "SimLayerKV, arXiv 2410.13846; as in kvpress 0.5.5, simlayerkv_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{parameter("lazy_layers", &SimLayerKv::lazy, kShare, "share",
                                "share of layers that are lazy, or a list with 0 or 1 a layer"),
                      parameter("initial_tokens", &SimLayerKv::initial, kAnyCount, "tokens",
                                "first entries, which stay in a lazy layer"),
                      parameter("recent_tokens", &SimLayerKv::recent, kAtLeastOne, "tokens",
                                "last entries, of which all but one stay in a lazy layer")};
  }
  void check() const {
    if (lazy.empty()) throw PolicyError("lazy_layers", "needs 'lazy_layers'");
  }
  bool assumed() const { return lazy.size() == 1 && lazy[0] > 0 && lazy[0] < 1; }

  struct Kept {
    bool lazy = false;
    Tokens initial;
    Tokens recent;

    Tokens of(Tokens k) const {
      return lazy && k > initial + recent + Tokens(1) ? initial + recent - Tokens(1) : k;
    }
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  using Rule = FirstCallRule<Kept>;

  Rule rule(const PlanContext& context, std::int64_t layer) const {
    const std::int64_t layers = context.shape.layers;
    const auto index = static_cast<std::size_t>(layer);
    const bool old = is_old_kvpress(context);
    if (lazy.size() == 1) {
      const std::int64_t count = truncated_share(lazy[0], Tokens(layers)).count();
      return {{spread_evenly(count, layers)[index] > 0, initial, recent}, !old};
    }
    if (static_cast<std::int64_t>(lazy.size()) != layers) {
      throw PolicyError("lazy_layers", "'lazy_layers' lists " + std::to_string(lazy.size()) +
                                           " layers; the model has " + std::to_string(layers));
    }
    return {{lazy[index] > 0.5, initial, recent}, !old};
  }
  friend bool operator==(const SimLayerKv&, const SimLayerKv&) = default;
};

}  // namespace kvf
