// The buffers of contiguous and static caches: sequences, laws, and recorded runs of the real ones.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/peak_bytes.h"
#include "models/transformers_cache.h"
#include "sim/alloc/contiguous_cache.h"
#include "sim/alloc/place_buffers.h"
#include "sim/alloc/static_cache.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"
#include "tests/kineto_trace.h"

using namespace kvf;
namespace fs = std::filesystem;

namespace {

using Kind = CacheBuffer::Kind;
using Words = std::vector<std::string>;

LlmShape small_shape(std::int64_t window = 0) {
  LayerRun run;
  run.count = 2;
  run.kind = window > 0 ? LayerKind::sliding : LayerKind::full;
  run.window = window;
  run.kv_heads = run.cached_heads = 3;
  run.query_heads = 6;
  run.key_width = run.value_width = 20;
  return make_shape("small", {run}, "fp32");
}
constexpr std::int64_t kBytes = 3 * 20 * 4;  // of an entry in one tensor of one layer

Schedule schedule_of(const std::string& policy, std::int64_t prompt, std::int64_t output,
                     std::int64_t window = 0) {
  return plan(input::parse_policy(policy), small_shape(window), {Tokens(prompt), Tokens(output)},
              Accounting::implementation, Convention::kvpress);
}

// "+K150" for an allocation of 150 entries.
std::string word(const CacheBuffer& event) {
  return std::string(event.kind == Kind::alloc ? "+" : "-") +
         (event.part == CachePart::key ? "K" : "V") + std::to_string(event.bytes.count() / kBytes);
}

// Of one group, pass by pass.
std::vector<Words> words(const Schedule& schedule, auto&& buffers) {
  std::vector<Words> passes(static_cast<std::size_t>(schedule.plan.passes()) + 1);
  buffers([&](const CacheBuffer& event) {
    if (event.group == 0) passes[static_cast<std::size_t>(event.pass)].push_back(word(event));
  });
  return passes;
}

std::vector<Words> contiguous(const Schedule& schedule) {
  return words(schedule, [&](auto sink) { contiguous_buffers(schedule, sink); });
}

}  // namespace

TEST_CASE("a contiguous cache grows one tensor after the other", "[buffers]") {
  CHECK(contiguous(schedule_of("full", 5, 2)) == std::vector<Words>{{"+K5", "+V5"},
                                                                    {"+K6", "-K5", "+V6", "-V5"},
                                                                    {"+K7", "-K6", "+V7", "-V6"},
                                                                    {"-K7", "-V7"}});
  CHECK(contiguous(schedule_of("full", 9, 3, 4)) == std::vector<Words>{{"+K9", "+V9"},
                                                                       {"+K4", "+V4", "-K9", "-V9"},
                                                                       {"+K4", "+V4", "-K4", "-V4"},
                                                                       {"+K4", "+V4", "-K4", "-V4"},
                                                                       {"-K4", "-V4"}});
  CHECK(contiguous(schedule_of("topk:ratio=0.5", 8, 1)) ==
        std::vector<Words>{{"+K8", "+V8", "+K4", "+V4", "-K8", "-V8"},
                           {"+K5", "-K4", "+V5", "-V4"},
                           {"-K5", "-V5"}});
}

TEST_CASE("layers run one after another, and evict before the next one begins", "[buffers]") {
  Words all;
  contiguous_buffers(schedule_of("topk:ratio=0.5", 8, 0), [&](const CacheBuffer& event) {
    all.push_back(std::to_string(event.layer) + word(event));
  });
  CHECK(all == Words{"0+K8", "0+V8", "0+K4", "0+V4", "0-K8", "0-V8", "1+K8", "1+V8", "1+K4", "1+V4",
                     "1-K8", "1-V8", "0-K4", "0-V4", "1-K4", "1-V4"});
}

TEST_CASE("a static cache allocates ahead", "[buffers]") {
  const Schedule full = schedule_of("full", 5, 2);
  CHECK(static_length(Tokens(5), Tokens(3)) == Tokens(7));
  CHECK(words(full, [&](auto sink) { static_buffers(full, Tokens(7), sink); }) ==
        std::vector<Words>{{"+K7", "+V7"}, {}, {}, {"-K7", "-V7"}});
  CHECK_THROWS_AS(static_buffers(full, Tokens(6), {}), std::invalid_argument);
  const Schedule sliding = schedule_of("full", 3, 3, 4);
  CHECK(words(sliding, [&](auto sink) { static_buffers(sliding, Tokens(9), sink); }) ==
        std::vector<Words>{{"+K4", "+V4"},
                           {},
                           {"+K4", "+V4", "-K4", "-V4"},
                           {"+K4", "+V4", "-K4", "-V4"},
                           {"-K4", "-V4"}});
  // Rows that a window cannot take lie beside it while the layer attends.
  Schedule chunks = plan(input::parse_policy("full"), small_shape(4),
                         {Tokens(9), Tokens(1), Tokens(6)}, Accounting::implementation);
  CHECK(words(chunks, [&](auto sink) { static_buffers(chunks, Tokens(10), sink); }) ==
        std::vector<Words>{{"+K4", "+V4", "+K6", "+V6", "-K6", "-V6"},
                           {"+K6", "+V6", "-K6", "-V6"},
                           {"+K4", "+V4", "-K4", "-V4"},
                           {"-K4", "-V4"}});
  CHECK_THROWS_AS(static_buffers(schedule_of("topk:ratio=0.5", 8, 1), Tokens(9), {}),
                  std::invalid_argument);
}

TEST_CASE("laws of contiguous caches: live <= held <= reserved, and all is given back",
          "[buffers]") {
  std::int64_t played = 0;
  for (const test::LawCase& law : test::law_cases()) {
    if (law.accounting == Accounting::paper) continue;
    LlmShape shape = small_shape();
    if (law.heads > 0) shape.kv_heads = shape.query_heads = law.heads;
    std::optional<Schedule> schedule;
    try {
      schedule = plan(law.policy, shape, {Tokens(41), Tokens(6), Tokens(16)}, law.accounting,
                      law.convention);
    } catch (const std::exception&) {
      continue;  // a policy for another shape
    }
    if (schedule->nominal_streaming) continue;
    INFO(law.label);
    DeviceMemory memory;
    CachingAllocator allocator(memory);
    BuffersInCachingAllocator in_blocks(allocator);
    DeviceMemory driver({Bytes(2 << 20), {}, {}});
    BuffersOnDevice on_device(driver);
    std::int64_t wrong = 0;
    Bytes last_live;
    const BufferPeak peak = contiguous_buffers(*schedule, [&](const CacheBuffer& event) {
      in_blocks(event);
      on_device(event);
      const auto& now = allocator.now();
      wrong += !(event.live <= event.held && event.held == now.requested &&
                 now.allocated <= now.reserved && event.held <= driver.used());
      if (event.pass < schedule->plan.passes()) last_live = event.live;
    });
    CHECK(wrong == 0);
    CHECK(allocator.now().allocated == Bytes{});
    CHECK(driver.used() == Bytes{});
    // Never less than what the entries need, one layer after another.
    CHECK(peak.held >= peak_bytes(*schedule).layerwise);
    ++played;
  }
  CHECK(played > 100);
}

namespace {

// Windows of two widths beside full attention, heads that are copied before caching, latents.
std::vector<LlmShape> many_shapes() {
  LayerRun full;
  full.count = 2;
  full.kv_heads = full.cached_heads = 2;
  full.query_heads = 4;
  full.key_width = 8;
  full.value_width = 12;
  LayerRun sliding = full;
  sliding.kind = LayerKind::sliding;
  sliding.window = 9;
  LayerRun chunked = sliding;
  chunked.count = 1;
  chunked.kind = LayerKind::chunked;
  chunked.window = 4;
  LayerRun copied = full;
  copied.cached_heads = 4;
  LayerRun latent = full;
  latent.latent = 32;
  latent.rope = 8;
  return {make_shape("full", {full}, "fp32"), make_shape("hybrid", {sliding, full, chunked, full}),
          make_shape("copied", {copied}), make_shape("latent", {latent})};
}

// What is held after each pass.
std::vector<Bytes> held_after_passes(const Schedule& schedule, auto&& buffers) {
  std::vector<Bytes> held(static_cast<std::size_t>(schedule.plan.passes()));
  buffers([&](const CacheBuffer& event) {
    for (auto pass = static_cast<std::size_t>(event.pass); pass < held.size(); ++pass) {
      held[pass] = event.held;
    }
  });
  return held;
}

}  // namespace

// transformers_cache() was compared with hundreds of caches of real models; this is the same memory,
// from buffers that come and go.
TEST_CASE("after each pass a cache holds what the tensors of the real one occupy", "[buffers]") {
  for (const LlmShape& shape : many_shapes()) {
    for (const std::int64_t prompt : {1, 3, 9, 40}) {
      const std::int64_t output = 14;
      INFO(shape.name << " " << prompt);
      const Schedule schedule =
          plan(input::parse_policy("full"), shape, {Tokens(prompt), Tokens(output)},
               Accounting::implementation, Convention::transformers);
      const auto dynamic =
          held_after_passes(schedule, [&](auto sink) { contiguous_buffers(schedule, sink); });
      const Tokens length = static_length(Tokens(prompt), Tokens(output + 1));
      const auto ahead =
          held_after_passes(schedule, [&](auto sink) { static_buffers(schedule, length, sink); });
      for (std::int64_t decoded = 0; decoded <= output; ++decoded) {
        TransformersCall call;
        call.prompt = Tokens(prompt);
        call.decoded = Tokens(decoded);
        const auto pass = static_cast<std::size_t>(decoded);
        CHECK(dynamic[pass] == transformers_cache(shape, call).after_decode.storage());
        call.kind = TransformersCacheKind::static_length;
        call.length = length;
        CHECK(ahead[pass] == transformers_cache(shape, call).after_decode.storage());
      }
    }
  }
}

TEST_CASE("DuoAttention's static cache allocates what its rules reserve", "[buffers]") {
  const Schedule schedule =
      plan(input::parse_policy("duoattention:streaming_heads=0.5,sink_tokens=2,window_tokens=6"),
           input::parse_model("llama-3.1-8b").shape, {Tokens(40), Tokens(3), Tokens(16)},
           Accounting::implementation, Convention::duo_static);
  const BufferPeak peak = static_buffers(schedule, Tokens(43), {});
  // Beside the tensors: 8 entries kept and 16 rows of the 4 heads of a layer that stream.
  CHECK(peak.held ==
        (*reserved_entries(schedule) + Entries(4 * (8 + 16))) * BytesPerEntry(2 * 128 * 2));
  CHECK(peak.pass == 1);
}

namespace {

// A buffer of the cache is one that is there while attention runs, or when its pass ends; of those,
// the ones of a size that the model knows in that pass.
Words recorded(const test::KinetoTrace& trace, const test::TraceSpan& pass,
               const std::set<std::int64_t>& sizes) {
  std::map<std::int64_t, std::size_t> open;  // by address
  struct Life {
    std::int64_t begin, end, bytes;
  };
  std::vector<Life> lives;
  for (const test::TraceMemory& event : trace.memory) {
    if (event.bytes > 0) {
      open[event.address] = lives.size();
      lives.push_back({event.time, INT64_MAX, event.bytes});
    } else if (const auto found = open.find(event.address); found != open.end()) {
      lives[found->second].end = event.time;
      open.erase(found);
    }
  }
  std::vector<std::pair<std::int64_t, std::string>> events;
  for (const Life& life : lives) {
    if (!sizes.contains(life.bytes) || life.end <= pass.begin || life.begin > pass.end) continue;
    bool attended = life.end > pass.end || life.begin < pass.begin;
    for (const test::TraceSpan& call : trace.attention) {
      attended |= life.begin <= call.begin && call.begin <= life.end;
    }
    if (!attended) continue;
    const std::string entries = std::to_string(life.bytes / kBytes);
    if (life.begin >= pass.begin) events.emplace_back(life.begin, "+" + entries);
    if (life.end <= pass.end) events.emplace_back(life.end, "-" + entries);
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Words words;
  for (auto& [time, text] : events) words.push_back(std::move(text));
  return words;
}

}  // namespace

TEST_CASE("the real caches of transformers and kvpress, event by event", "[buffers]") {
  const char* const folder = std::getenv("KVF_REFERENCE_DATA");
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  struct Run {
    const char* trace;
    const char* policy;
    std::int64_t prompt;
    std::int64_t window;
    // Bytes beside the cache: the same in all passes, but where hidden states are buffered (0).
    std::int64_t over_peak, over_held;
  };
  for (const Run& run : {
           Run{"decode32-full", "full", 150, 0, 2584, 8},
           Run{"decode32-sliding", "full", 150, 64, 34008, 24},
           Run{"decode32-snapkv", "snapkv:variant=kvpress,sparsity=0.6,window_tokens=16", 150, 0,
               2584, 8},
           Run{"decode32-decodingpress", "decoding-press:interval_passes=8,target_tokens=40", 60, 0,
               0, 0},
       }) {
    INFO(run.trace);
    const auto trace = test::read_kineto_trace(
        (fs::path(folder) / "traces" / run.trace / "trace.json.gz").string(), 0);
    const Schedule schedule = schedule_of(run.policy, run.prompt, 32, run.window);
    const auto passes = static_cast<std::size_t>(schedule.plan.passes());
    std::vector<Words> want(passes);
    std::vector<std::set<std::int64_t>> sizes(passes);
    std::vector<std::int64_t> peaks(passes), held(passes);
    contiguous_buffers(schedule, [&](const CacheBuffer& event) {
      const auto pass = static_cast<std::size_t>(event.pass);
      if (pass >= passes) return;
      std::string text = word(event);
      want[pass].push_back(text.erase(1, 1));
      sizes[pass].insert(event.bytes.count());
      peaks[pass] = std::max(peaks[pass], event.held.count());
      held[pass] = event.held.count();
    });
    // What is there beside the cache, at the peak of a decode pass and when the next pass begins.
    std::set<std::int64_t> over_peak, over_held;
    std::size_t number = 0;
    for (const test::TraceSpan& span : trace.annotations) {
      if (span.name != "prefill" && span.name.rfind("decode ", 0) != 0) continue;
      INFO(span.name);
      REQUIRE(number < passes);
      CHECK(recorded(trace, span, sizes[number]) == want[number]);
      std::int64_t most = 0;
      std::int64_t now = 0;
      for (const test::TraceMemory& event : trace.memory) {
        if (event.time >= span.begin && number > 0) over_held.insert(now - held[number - 1]);
        if (event.time >= span.begin) break;
        now = event.allocated;
      }
      for (const test::TraceMemory& event : trace.memory) {
        if (event.time >= span.begin && event.time <= span.end) {
          most = std::max(most, event.allocated);
        }
      }
      if (number > 1) over_peak.insert(most - peaks[number]);
      ++number;
    }
    CHECK(number == passes);
    if (run.over_peak == 0) continue;
    CHECK(over_peak == std::set<std::int64_t>{run.over_peak});
    CHECK(over_held == std::set<std::int64_t>{run.over_held});
  }
}
