// What a capture computes: each row of each pass attends to the entries that survived, and to no other,
// against float64.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "profiler/capture/session/session.h"
#include "sim/input/scenario.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::capture;

namespace {

constexpr std::int64_t kLayers = 3;
constexpr std::int64_t kDim = 8;
constexpr std::int64_t kChunk = 32;
constexpr std::int64_t kPrefill = 69;  // the last token of the prompt is the first decode pass

// Entries that a cell holds when a pass begins at `position`: the first `sinks`, the last `recent`.
struct Held {
  std::int64_t sinks = 0, recent = 1000;
  std::int64_t window = 1000;  // of the model: what a row may look back on, itself included

  bool sees(std::int64_t position, std::int64_t row, std::int64_t entry) const {
    const bool held = entry < sinks || entry >= position - recent;
    return entry <= row && held && row - entry < window;
  }
};

// The host's device, which looks at what it has computed.
class Watched : public capture::Device {
 public:
  explicit Watched(Held held) : held_(held), host_(open_host()) {}

  void attend(const AttentionPass& pass) override {
    host_->attend(pass);
    host_->synchronise();
    // A chunk's query begins with the numbers that its keys and values are: one after another.
    const auto* query = static_cast<const float*>(pass.query);
    if (calls_ == 0) numbers_.assign(query, query + kChunk * kDim);
    check(pass);
    if (++calls_ % kLayers == 0) position_ += pass.rows;
  }

  std::int64_t calls() const { return calls_; }
  double worst() const { return worst_; }

  std::string name() const override { return host_->name(); }
  bool is_host() const override { return true; }
  std::vector<std::string_view> backends() const override { return host_->backends(); }
  std::unique_ptr<DeviceAllocator> allocator(std::string_view backend,
                                             std::optional<Bytes> capacity) override {
    return host_->allocator(backend, capacity);
  }
  void copy(void* to, const void* from, Bytes bytes) override { host_->copy(to, from, bytes); }
  void upload(void* to, const void* from, Bytes bytes) override { host_->upload(to, from, bytes); }
  void download(void* to, const void* from, Bytes bytes) override {
    host_->download(to, from, bytes);
  }
  void fill(void* to, unsigned char value, Bytes bytes) override { host_->fill(to, value, bytes); }
  void synchronise() override { host_->synchronise(); }
  MemoryInfo memory() override { return host_->memory(); }

 private:
  // Key and value of a position: the vector of its place in its pass.
  const float* vector_at(std::int64_t position) const {
    return numbers_.data() + (position < kPrefill ? position % kChunk : 0) * kDim;
  }

  void check(const AttentionPass& pass) {
    const auto* query = static_cast<const float*>(pass.query);
    const auto* output = static_cast<const float*>(pass.output);
    for (std::int64_t i = 0; i < std::int64_t{pass.rows} * pass.query_heads; ++i) {
      const std::vector<double> want =
          reference(query + i * kDim, position_ + i / pass.query_heads);
      double most = 0, error = 0;
      for (const double value : want) {
        most = std::max(most, std::abs(value));
        error = std::max(error, std::abs(double{*output++} - value));
      }
      worst_ = std::max(worst_, error / most);
    }
  }

  std::vector<double> reference(const float* query, std::int64_t row) const {
    std::vector<double> sum(kDim);
    double weights = 0;
    for (std::int64_t entry = 0; entry <= row; ++entry) {
      if (!held_.sees(position_, row, entry)) continue;
      const float* vector = vector_at(entry);
      double score = 0;
      for (std::int64_t d = 0; d < kDim; ++d) score += double{query[d]} * double{vector[d]};
      const double weight = std::exp(score / std::sqrt(double{kDim}));
      weights += weight;
      for (std::int64_t d = 0; d < kDim; ++d) {
        sum[static_cast<std::size_t>(d)] += weight * double{vector[d]};
      }
    }
    for (double& value : sum) value /= weights;
    return sum;
  }

  Held held_;
  std::unique_ptr<capture::Device> host_;
  std::vector<float> numbers_;
  std::int64_t position_ = 0;
  std::int64_t calls_ = 0;
  double worst_ = 0;
};

}  // namespace

TEST_CASE("each row of a capture attends to what its cell holds, and to nothing else") {
  struct Case {
    const char* policy;
    const char* model;
    Held held;
  };
  const std::string shape =
      ", num_hidden_layers: 3, num_key_value_heads: 2, "
      "num_attention_heads: 4, head_dim: 8, vocab_size: 300, hidden_size: "
      "120, intermediate_size: 240, torch_dtype: float32}";
  const auto c = GENERATE(
      Case{"full", "{model_type: llama", {}},
      Case{"{name: streaming, sink_tokens: 4, window_tokens: 30}", "{model_type: llama", {4, 30}},
      Case{"full", "{model_type: mistral, sliding_window: 24", {0, 23, 24}});
  const std::string table = GENERATE(as<std::string>(), "sequence", "layer", "head");
  const std::string compaction = GENERATE(as<std::string>(), "true", "false");
  CAPTURE(c.policy, c.model, table, compaction);
  const input::Scenario scenario = input::parse_scenario(
      std::string("kvfootprint-scenario: 1\nmodel: ") + c.model + shape +
          "\nimplementation: eval\nprompt_tokens: 70\noutput_tokens: 40\nprefill_chunk_tokens: 32\n"
          "policies: [" +
          c.policy + "]\nmemory: {blocks: {block_tokens: 5, table: " + table +
          ", compaction: " + compaction + "}}\n",
      "a.yaml");
  Watched device(c.held);
  HostRecorder recorder([](const records::Batch&) {});
  SessionOptions options;
  options.tables = scenario.blocks()->tables;
  run_session(input::members_of(scenario, scenario.tasks.front(), scenario.policies.front()),
              options, device, recorder);
  CHECK(device.calls() == (3 + 40) * kLayers);
  CHECK(device.worst() <= 2e-6);
}
