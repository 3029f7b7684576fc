#include "profiler/capture/session/session.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "profiler/capture/attention/number.h"
#include "profiler/capture/session/ledger.h"

namespace kvf::capture {
namespace {

// A backend whose calls are heard: `heard` gets the bytes, below 0 if they go back.
class WatchedAllocator : public DeviceAllocator {
 public:
  using Heard = std::function<void(const std::byte* address, std::int64_t bytes)>;
  WatchedAllocator(DeviceAllocator& inner, Heard heard)
      : DeviceAllocator(std::nullopt), inner_(inner), heard_(std::move(heard)) {}
  ~WatchedAllocator() override {
    for (const auto& [address, bytes] : live()) inner_.free(address);
  }
  std::string_view name() const override { return inner_.name(); }
  std::optional<Bytes> granularity() const override { return inner_.granularity(); }
  Bytes reserved() const override { return inner_.reserved(); }

 protected:
  std::byte* take(Bytes bytes) override {
    std::byte* address = inner_.allocate(bytes).address;
    heard_(address, bytes.count());
    return address;
  }
  void give_back(std::byte* address, Bytes bytes) override {
    heard_(address, -bytes.count());
    inner_.free(address);
  }

 private:
  DeviceAllocator& inner_;
  Heard heard_;
};

// Memory of the device that a pass needs beside the cache: allocated once, before the first pass.
class Workspace {
 public:
  Workspace(DeviceAllocator& allocator, std::int64_t bytes)
      : allocator_(allocator), block_(allocator.allocate(Bytes(bytes))) {}
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { allocator_.free(block_.address); }

  // Starts anew.
  void clear() { used_ = 0; }
  std::byte* take(std::int64_t bytes) {
    std::byte* address = block_.address + used_;
    used_ += aligned(bytes);
    if (Bytes(used_) > block_.bytes) throw std::logic_error("the workspace is too small");
    return address;
  }
  static std::int64_t aligned(std::int64_t bytes) { return (bytes + 255) / 256 * 256; }

 private:
  DeviceAllocator& allocator_;
  Block block_;
  std::int64_t used_ = 0;
};

// Numbers in [-1, 1), the same in every run.
std::vector<std::byte> random_numbers(std::int64_t count, Number number) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count * size_of(number)));
  std::minstd_rand random(1);
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(random() % 65536) / 32768.0F - 1.0F;
    std::byte* to = bytes.data() + i * size_of(number);
    const auto put = [to](auto of_width) { std::memcpy(to, &of_width, sizeof of_width); };
    switch (number) {
      case Number::fp32:
        put(value);
        break;
      case Number::fp16:
        put(from_float<Half>(value));
        break;
      case Number::bf16:
        put(from_float<BFloat>(value));
        break;
    }
  }
  return bytes;
}

// What the layers have in common; check_capturable() has seen to the rest.
struct Heads {
  std::int64_t query_heads = 0;
  std::int64_t head_dim = 0;
};
std::vector<Heads> heads_of_layers(const LlmShape& shape) {
  std::vector<Heads> heads;
  for (const LayerRun& run : shape.all_runs()) {
    for (std::int64_t i = 0; i < run.count; ++i) heads.push_back({run.query_heads, run.key_width});
  }
  return heads;
}

struct Sizes {
  std::int64_t head_dim = 0;
  std::int64_t most_query_heads = 0;
  std::int64_t most_heads = 0;  // stored
  std::int64_t most_rows = 0;   // of a pass, what is appended included
  std::int64_t slots = 0;       // of a head, at most
};

class Session {
 public:
  Session(const Schedule& schedule, const SessionOptions& options, Device& device,
          Recorder& recorder)
      : schedule_(schedule),
        options_(options),
        device_(device),
        recorder_(recorder),
        number_(number_of(schedule.shape.dtype)),
        heads_(heads_of_layers(schedule.shape)),
        sizes_(sizes()) {}

  Captured run() {
    Captured captured;
    captured.device = device_.is_host() ? "host" : "cuda:0";
    captured.backend =
        options_.backend.empty() ? std::string(device_.backends().front()) : options_.backend;
    const auto backend = device_.allocator(captured.backend, options_.capacity);
    const auto beside = device_.allocator(captured.backend);
    Workspace workspace(*beside, workspace_bytes());
    workspace_ = &workspace;
    Ledger ledger(schedule_, options_.tables.of != TableOf::sequence);
    WatchedAllocator allocator(*backend, [&](const std::byte* address, std::int64_t bytes) {
      ledger.backend(bytes);
      if (device_.is_host()) record_call(address, bytes);  // else CUPTI does
    });
    const BlockLayout layout{static_cast<std::int32_t>(options_.tables.block.count()),
                             static_cast<std::int32_t>(sizes_.head_dim), number_};
    BlockCache cache(
        schedule_, options_.tables, layout, options_.scores, device_, allocator,
        [&](const BlockEvent& event) { log(event, ledger, captured.device); }, options_.fault);
    content_ = random_numbers(sizes_.most_rows * sizes_.head_dim, number_);
    device_.synchronise();
    base_ = device_.memory().used;
    sample(captured.device);
    const auto passes = static_cast<double>(schedule_.plan.passes());
    std::map<Phase, std::int64_t> numbers;
    Phase last = Phase::prefill;
    for (const PassRun& run : schedule_.plan.runs) {
      for (std::int64_t i = 0; i < run.count; ++i) {
        const Pass pass = schedule_.plan.pass(run, i);
        if (pass.phase != last) numbers[pass.phase] = 0;  // a new turn
        last = pass.phase;
        recorder_.begin(fmt::format("{} {}", pass.phase == Phase::prefill ? "prefill" : "decode",
                                    numbers[pass.phase]++));
        ledger.begin_pass(pass, recorder_.now());
        play(pass, cache, ledger);
        device_.synchronise();
        recorder_.end();
        ledger.end_pass(sample(captured.device));
        if (options_.progress) {
          options_.progress(static_cast<double>(pass.index + 1) / passes);
        }
      }
    }
    ledger.finish(recorder_.now());
    cache.release();
    device_.synchronise();
    recorder_.flush();
    captured.timeline = ledger.timeline();
    captured.counters = ledger.counters();
    return captured;
  }

 private:
  Sizes sizes() const {
    Sizes sizes;
    std::map<std::int64_t, std::int64_t> stored;
    for (const Group& group : schedule_.groups) {
      stored[group.layer] += group.heads.count() * group.copies;
      const Heads& heads = heads_[static_cast<std::size_t>(group.layer)];
      if (sizes.head_dim != 0 && sizes.head_dim != heads.head_dim) {
        throw std::invalid_argument("heads of layers are of different widths");
      }
      sizes.head_dim = heads.head_dim;
      sizes.most_query_heads = std::max(sizes.most_query_heads, heads.query_heads);
      sizes.most_heads = std::max(sizes.most_heads, stored[group.layer]);
    }
    for (const PassRun& run : schedule_.plan.runs) {
      sizes.most_rows = std::max(sizes.most_rows, (run.rows + run.appended).count());
      sizes.slots += (run.rows + run.appended).count() * run.count;
    }
    return sizes;
  }

  std::int64_t workspace_bytes() const {
    const std::int64_t rows =
        sizes_.most_rows * sizes_.most_query_heads * sizes_.head_dim * size_of(number_);
    const std::int64_t block = options_.tables.block.count();
    const std::int64_t a_head =
        Workspace::aligned((sizes_.slots / block + 2) * static_cast<std::int64_t>(sizeof(void*))) +
        Workspace::aligned(sizes_.slots * static_cast<std::int64_t>(sizeof(std::int32_t)));
    return 2 * Workspace::aligned(rows) + sizes_.most_heads * a_head +
           Workspace::aligned(sizes_.most_heads * static_cast<std::int64_t>(sizeof(HeadTable)));
  }

  void log(const BlockEvent& event, Ledger& ledger, const std::string& device) {
    const std::int64_t now = recorder_.now();
    ledger.see(event, now);
    records::ApplicationEvent row;
    row.time = now;
    row.operation =
        event.taken ? records::MemoryOperation::allocation : records::MemoryOperation::deallocation;
    row.device = device;
    row.pass = event.pass;
    row.layer = event.layer;
    row.head_group = event.head;
    row.sequence = 0;
    row.block = event.block;
    row.address = static_cast<records::Number>(reinterpret_cast<std::uintptr_t>(event.address));
    row.bytes = event.bytes.count();
    records::Batch rows;
    rows.application.push_back(std::move(row));
    recorder_.add(std::move(rows));
  }

  void record_call(const std::byte* address, std::int64_t bytes) {
    records::MemoryUsage usage;
    usage.start = recorder_.now();
    usage.global_pid = records::global_pid(getpid());
    usage.address = static_cast<records::Number>(reinterpret_cast<std::uintptr_t>(address));
    usage.bytes = std::abs(bytes);
    usage.kind = records::MemoryKind::pageable;
    usage.operation =
        bytes > 0 ? records::MemoryOperation::allocation : records::MemoryOperation::deallocation;
    records::Batch rows;
    rows.memory.push_back(std::move(usage));
    recorder_.add(std::move(rows));
  }

  // What the system's figure has grown by since the first call.
  Bytes sample(const std::string& device) {
    const MemoryInfo info = device_.memory();
    records::DeviceSample row;
    row.time = recorder_.now();
    row.device = device;
    row.used = info.used.count();
    row.total = info.total.count();
    if (!device_.is_host()) row.free = (info.total - info.used).count();
    row.source = device_.is_host() ? "smaps" : "cudaMemGetInfo";
    records::Batch rows;
    rows.samples.push_back(std::move(row));
    recorder_.add(std::move(rows));
    return info.used - base_;
  }

  void play(const Pass& pass, BlockCache& cache, Ledger& ledger) {
    cache.begin_pass(pass);
    const std::int64_t added = (pass.rows + pass.appended).count();
    const std::span<const std::byte> content = std::span(content_).first(
        static_cast<std::size_t>(added * sizes_.head_dim * size_of(number_)));
    for (std::size_t layer = 0; layer < cache.layers(); ++layer) {
      const std::int64_t past = cache.entries(layer);
      cache.append(layer, content);
      const std::int64_t during = cache.entries(layer);
      if (added > 0) attend(pass, added, cache, layer);
      cache.evict(layer);
      ledger.layer(layer, past, during, cache.entries(layer));
    }
    cache.end_pass();
  }

  // One layer, all rows; what is appended attends too.
  void attend(const Pass& pass, std::int64_t rows, const BlockCache& cache, std::size_t layer) {
    const Heads& shape = heads_[static_cast<std::size_t>(cache.layer_number(layer))];
    const std::size_t heads = cache.heads(layer);
    workspace_->clear();
    const std::int64_t numbers = rows * shape.query_heads * shape.head_dim;
    const auto bytes = numbers * size_of(number_);
    AttentionPass attention;
    attention.number = number_;
    std::byte* query = workspace_->take(bytes);
    attention.query = query;
    attention.output = workspace_->take(bytes);
    // The same numbers again and again: what is computed does not matter here, that it is does.
    const std::int64_t piece = std::ssize(content_);
    for (std::int64_t done = 0; done < bytes; done += piece) {
      device_.upload(query + done, content_.data(), Bytes(std::min(piece, bytes - done)));
    }
    std::vector<HeadTable> tables(heads);
    for (std::size_t head = 0; head < heads; ++head) {
      const auto upload = [&](const auto& values) {
        const auto size = static_cast<std::int64_t>(values.size_bytes());
        std::byte* to = workspace_->take(size);
        if (size > 0) device_.upload(to, values.data(), Bytes(size));
        return to;
      };
      const auto positions = cache.positions(layer, head);
      tables[head].blocks =
          reinterpret_cast<const std::byte* const*>(upload(cache.blocks(layer, head)));
      tables[head].positions = reinterpret_cast<const std::int32_t*>(upload(positions));
      tables[head].slots = static_cast<std::int32_t>(positions.size());
      tables[head].mask = cache.mask(layer, head);
    }
    const auto table_bytes = static_cast<std::int64_t>(heads * sizeof(HeadTable));
    std::byte* on_device = workspace_->take(table_bytes);
    device_.upload(on_device, tables.data(), Bytes(table_bytes));
    attention.heads = reinterpret_cast<const HeadTable*>(on_device);
    attention.rows = static_cast<std::int32_t>(rows);
    attention.first_position = static_cast<std::int32_t>(pass.position.count());
    attention.query_heads = static_cast<std::int32_t>(shape.query_heads);
    attention.kv_heads = static_cast<std::int32_t>(heads);
    attention.head_dim = static_cast<std::int32_t>(shape.head_dim);
    attention.block_tokens = static_cast<std::int32_t>(options_.tables.block.count());
    attention.scale = 1.0F / std::sqrt(static_cast<float>(shape.head_dim));
    device_.attend(attention);
  }

  const Schedule& schedule_;
  const SessionOptions& options_;
  Device& device_;
  Recorder& recorder_;
  Number number_;
  std::vector<Heads> heads_;
  Sizes sizes_;
  Workspace* workspace_ = nullptr;
  std::vector<std::byte> content_;
  Bytes base_;
};

}  // namespace

Captured run_session(const Schedule& schedule, const SessionOptions& options, Device& device,
                     Recorder& recorder) {
  check_capturable(schedule, options.tables);
  return Session(schedule, options, device, recorder).run();
}

}  // namespace kvf::capture
