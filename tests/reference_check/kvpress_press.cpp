#include "tests/reference_check/kvpress_press.h"

#include <map>
#include <string>
#include <utility>

#include "tests/reference_check/played.h"

namespace kvf::reference {
namespace {

using Split = Press::Split;

// Presses that differ in what they score, not in how much they keep.
const std::map<std::string, std::string_view> kPresets{
    {"RandomPress", "random"},
    {"TOVAPress", "tova"},
    {"KeyDiffPress", "keydiff"},
    {"LagKVPress", "lagkv"},
    {"CURPress", "cur"},
    {"StreamingLLMPress", "streamingllm"},
    {"ExpectedAttentionPress", "expected-attention"},
    {"ExpectedAttentionStatsPress", "expected-attention"},
    {"LeverageScorePress", "leverage"},
    {"CompactorPress", "compactor"},
    {"CapPress", "cap"},
    {"QFilterPress", "qfilter"},
    {"KVzapPress", "kvzap"},
    {"NonCausalAttnPress", "non-causal-attention"},
    {"ObservedAttentionPress", "observed-attention"},
    {"CriticalKVPress", "criticalkv"},
    {"BlockPress", "block"},
    {"KeyRerotationPress", "key-rerotation"},
    {"MergingPress", "merging"},
    {"EntropyGatedChunkKVPress", "entropy-gated-chunkkv"},
};

std::vector<double> numbers(const Node& list) {
  std::vector<double> values;
  for (const Node& item : list) values.push_back(number(item));
  return values;
}

// A table with a row for each layer.
HeadScores table(const Node& layers) {
  HeadScores scores;
  for (const Node& layer : layers) {
    const std::vector<double> row = numbers(layer);
    scores.heads = static_cast<std::int64_t>(row.size());
    scores.values.insert(scores.values.end(), row.begin(), row.end());
    ++scores.layers;
  }
  return scores;
}

double ratio(const Node& arguments) { return number(get(arguments, "compression_ratio")); }

PolicySpec topk(std::vector<double> ratios) { return spec(TopK{std::move(ratios), {}, {}}); }

ChunkedEvictionMembers window_press(const Node& arguments) {
  ChunkedEvictionMembers members;
  members.sparsity = ratio(arguments);
  members.window = tokens(arguments, "window_size");
  members.variant = EvictionVariant::kvpress;
  return members;
}

DecodingPress decoding_press(const std::string& name, const Node& arguments) {
  DecodingPress press;
  press.interval = integer(get(arguments, "compression_interval"));
  if (name == "CompressionRatioDecodingPress") {
    press.target_ratio = number(get(arguments, "target_compression_ratio"));
  } else {
    press.target = tokens(arguments, "target_size");
  }
  if (name == "PrefillDecodingPress") press.prefill = PolicyBox(topk({ratio(arguments)}));
  if (name == "CAMPress") press.fires = DecodingPress::Firing::when_larger;
  return press;
}

HeadRoles duo_attention(const Node& row, const Node& arguments) {
  HeadRoles roles;
  roles.heads = table(get(row, "streaming_mask"));
  for (double& score : roles.heads.values) score = 1 - score;  // 1 for a full head
  roles.sinks = tokens(arguments, "sink");
  roles.window = tokens(arguments, "recent");
  roles.variant = Streaming::Variant::kvpress;
  return roles;
}

// Which layers are lazy is an input: those that are shorter than the prompt.
SimLayerKv sim_layer(const Node& row, const Node& arguments) {
  SimLayerKv policy;
  for (const Node& held : get(row, "physical_per_layer")) {
    policy.lazy.push_back(integer(held) == integer(get(arguments, "prompt")) ? 0 : 1);
  }
  return policy;
}

Press kvzip(const Node& arguments, std::int64_t restore_tokens) {
  KvZip policy{ratio(arguments)};
  const bool layerwise = boolean(get(arguments, "layerwise"));
  policy.scope = layerwise ? KvZip::Scope::layer : KvZip::Scope::model;
  policy.restore = Tokens(restore_tokens);
  return {{spec(policy)}, layerwise ? Split::per_layer : Split::whole_model};
}

Press kvcompose(const Node& arguments) {
  KvCompose policy{ratio(arguments)};
  policy.lower_bound = tokens(arguments, "keep_token_lower_bound");
  const bool structured = boolean(get(arguments, "structured"));
  policy.layout = structured ? KvCompose::Layout::structured : KvCompose::Layout::unstructured;
  return {{spec(policy)}, Split::whole_model, structured ? Split::whole_model : Split::exact};
}

// All of the entries outside the window, none of them, or something between.
Press dms(const Node& arguments) {
  Dms all;
  all.window = tokens(arguments, "sliding_window_size");
  all.phase = boolean(get(arguments, "decoding")) ? Dms::Masking::both : Dms::Masking::prefill;
  Dms none = all;
  none.masked_share = 0;
  const double threshold = number(get(arguments, "threshold"));
  if (threshold >= 1e8) return {{spec(all)}};
  if (threshold <= -1e8) return {{spec(none)}};
  return {{spec(all), spec(none)}, Split::bounds};
}

Press pressed(const std::string& name, const Node& row) {
  const Node& arguments = get(row, "arguments");
  if (const auto preset = kPresets.find(name); preset != kPresets.end()) {
    PolicySpec policy = *make_policy(preset->second);
    std::get<TopK>(policy.v).ratio = {ratio(arguments)};
    return {{policy}};
  }
  const auto chunk = [&] { return tokens(arguments, "chunk_length"); };
  if (name == "KnormPress") return {{spec(Knorm{ratio(arguments)})}};
  if (name == "PerLayerCompressionPress") {
    return {{topk(numbers(get(arguments, "compression_ratios")))}};
  }
  if (name == "ChunkPress") return {{spec(TopK{{ratio(arguments)}, {}, chunk()})}};
  if (name == "FinchPress") {
    Finch finch;
    finch.ratio = ratio(arguments);
    if (find(arguments, "chunk_length") != nullptr) finch.chunk = chunk();
    return {{spec(finch)}};
  }
  if (name == "ChunkKVPress") {
    const ChunkKv policy{ratio(arguments), chunk()};
    ChunkKv other = policy;
    other.short_chunk = ChunkKv::ShortChunk::kept;
    return {{spec(policy), spec(other)}};
  }
  if (name == "SnapKVPress") return {{spec(SnapKv{window_press(arguments)})}};
  if (name == "PyramidKVPress") {
    return {{spec(PyramidKv{window_press(arguments), integer(get(arguments, "beta"))})}};
  }
  if (name == "AdaKVPress" || name == "CriticalAdaKVPress") {
    AdaKv policy;
    policy.ratio = {ratio(arguments)};
    if (const Node* alpha = find(arguments, "alpha_safeguard")) policy.alpha = number(*alpha);
    return {{spec(policy)}, Split::per_layer};
  }
  if (name == "ComposedPress") {
    Compose policy;
    for (const double one : numbers(get(arguments, "ratios")))
      policy.policies.push_back(topk({one}));
    return {{spec(policy)}};
  }
  if (name == "DecodingPress" || name == "CompressionRatioDecodingPress" ||
      name == "PrefillDecodingPress" || name == "CAMPress") {
    return {{spec(decoding_press(name, arguments))}};
  }
  if (name == "DuoAttentionPress") return {{spec(duo_attention(row, arguments))}};
  if (name == "SimLayerKVPress") return {{spec(sim_layer(row, arguments))}};
  if (name == "ThinKPress") {
    return {{spec(
        Think{number(get(arguments, "key_channel_compression_ratio")), Think::Channels::zeroed})}};
  }
  if (name == "KVzipPress" || name == "KVgradPress" || name == "FastKVzipPress") {
    return kvzip(arguments, 0);
  }
  if (name == "RestoreKVPress") return kvzip(arguments, integer(get(arguments, "restore_tokens")));
  if (name == "KVComposePress") return kvcompose(arguments);
  if (name == "LUKVPress") {
    // A ratio of 0 switches the press off.
    if (ratio(arguments) == 0) return {{spec(Full{})}};
    return {{spec(LuKv{table(get(arguments, "prune_ratio_per_layer_head"))})}};
  }
  if (name == "DMSPress") return dms(arguments);
  throw BadRow("unknown press '" + name + "'");
}

// What a sliding layer of the given window holds, which no press touches: a cache that knows the
// configuration keeps the window less the next token, another one all.
PolicySpec sliding_layer(const Node& arguments) {
  if (text(get(arguments, "cache")) != "DynamicCache(config)") return spec(Full{});
  return spec(Streaming{Tokens{}, tokens(arguments, "sliding_window") - Tokens(1)});
}

}  // namespace

Press press_of(const Node& row) {
  const Node& arguments = get(row, "arguments");
  std::string name = text(get(row, "policy")).substr(std::string_view("kvpress.").size());
  if (name == "chunked_calls") name = text(get(arguments, "press"));
  Press press = pressed(name, row);
  if (find(arguments, "layer_types") != nullptr) press.answers.push_back(sliding_layer(arguments));
  return press;
}

}  // namespace kvf::reference
