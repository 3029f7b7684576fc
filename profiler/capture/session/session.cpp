#include "profiler/capture/session/session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "profiler/capture/session/attend.h"
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

// One sequence of a batch: its cache, and where in its passes it is.
struct Sequence {
  Sequence(std::int64_t number, const Schedule& schedule, const SessionOptions& options,
           Device& device, BlockManager& blocks)
      : plan(schedule.plan),
        cache(number, schedule, options.tables, options.scores, device, blocks) {}

  const PassPlan& plan;
  BlockCache cache;
  std::size_t run = 0;
  std::int64_t done = 0;  // of the run
  bool plays = false;     // in the pass of the batch that runs
  bool released = false;

  bool ended() const { return run == plan.runs.size(); }
  Phase phase() const { return plan.runs[run].phase; }
  Pass pass() const { return plan.pass(plan.runs[run], done); }
  void next() {
    if (++done < plan.runs[run].count) return;
    ++run;
    done = 0;
  }
};

class Session {
 public:
  Session(std::span<const BatchMember> members, const SessionOptions& options, Device& device,
          Recorder& recorder)
      : members_(members),
        options_(options),
        device_(device),
        recorder_(recorder),
        device_name_(device.is_host() ? "host" : "cuda:0"),
        ledger_(members.front().schedule, options.tables.of != TableOf::sequence) {}

  Captured run() {
    const std::string name =
        options_.backend.empty() ? std::string(device_.backends().front()) : options_.backend;
    const auto backend = device_.allocator(name, options_.capacity);
    const auto beside = device_.allocator(name);
    std::int64_t all_passes = 0;
    for (const BatchMember& member : members_) {
      all_passes += member.count * member.schedule.plan.passes();
    }
    if (all_passes == 0) {
      throw std::invalid_argument("there is no pass to capture: nothing is prefilled or decoded");
    }
    Attention attention(members_, options_.tables, device_, *beside);
    WatchedAllocator allocator(*backend, [&](const std::byte* address, std::int64_t bytes) {
      ledger_.backend(bytes);
      if (device_.is_host()) record_call(address, bytes);  // else CUPTI does
    });
    BlockManager blocks(
        allocator, [&](const BlockEvent& event) { log(event); }, options_.fault);
    std::deque<Sequence> sequences;
    for (const BatchMember& member : members_) {
      for (std::int64_t i = 0; i < member.count; ++i) {
        sequences.emplace_back(std::ssize(sequences), member.schedule, options_, device_, blocks);
      }
    }
    device_.synchronise();
    base_ = device_.memory().used;
    sample();
    std::vector<PassTime> times;
    std::int64_t played = 0;
    while (const std::optional<Phase> phase = next_phase(sequences)) {
      for (Sequence& sequence : sequences) {
        sequence.plays = !sequence.ended() && sequence.phase() == *phase;
        if (sequence.ended() && *phase == Phase::decode) release(sequence);
      }
      blocks.begin_pass(std::ssize(times));
      times.push_back({begin(*phase, sequences), 0});
      play(sequences, attention);
      blocks.end_pass();
      device_.synchronise();
      times.back().end = recorder_.now();
      recorder_.end();
      ledger_.end_pass(sample());
      for (Sequence& sequence : sequences) {
        if (!sequence.plays) continue;
        sequence.next();
        ++played;
      }
      if (options_.progress) {
        options_.progress(static_cast<double>(played) / static_cast<double>(all_passes));
      }
    }
    if (!blocks.has_planted()) {  // what is given back from here on is in no pass
      throw std::invalid_argument(fmt::format(
          "the mistake to plant, {}@{}, has no chance: in the {} passes nothing is given back, or "
          "evicted, from that one on",
          kPlantWords[static_cast<std::size_t>(options_.fault.kind)], options_.fault.pass,
          times.size()));
    }
    ledger_.finish(recorder_.now());
    for (Sequence& sequence : sequences) sequence.cache.release();
    device_.synchronise();
    recorder_.flush();
    return {ledger_.timeline(), ledger_.counters(), std::move(times), device_name_, name};
  }

 private:
  // All together: who has prefilled waits until the last one has. Nothing if all have ended.
  static std::optional<Phase> next_phase(const std::deque<Sequence>& sequences) {
    std::optional<Phase> next;
    for (const Sequence& sequence : sequences) {
      if (sequence.ended()) continue;
      if (sequence.phase() == Phase::prefill) return Phase::prefill;
      next = Phase::decode;
    }
    return next;
  }

  void release(Sequence& sequence) {
    const auto& layers = sequence.cache.layers();
    if (std::exchange(sequence.released, true)) return;
    for (std::size_t l = 0; l < layers.size(); ++l) ledger_.released(l, layers[l].entries());
    sequence.cache.release();
  }

  // When it begins.
  std::int64_t begin(Phase phase, const std::deque<Sequence>& sequences) {
    number_ = phase == last_phase_ ? number_ + 1 : 0;
    last_phase_ = phase;
    const std::string name = phase == Phase::prefill ? "prefill" : "decode";
    recorder_.begin(fmt::format("{} {}", name, number_));
    std::pair<Tokens, Tokens> longest;
    for (const Sequence& sequence : sequences) {
      if (!sequence.plays) continue;
      const Pass pass = sequence.pass();
      longest = std::max(longest, {pass.rows, pass.position});
    }
    const std::int64_t now = recorder_.now();
    ledger_.begin_pass(name, longest.second, longest.first, now);
    return now;
  }

  // A layer of all sequences, then the next one.
  void play(std::deque<Sequence>& sequences, Attention& attention) {
    const auto each = [&](auto&& act) {
      for (Sequence& sequence : sequences) {
        if (sequence.plays) act(sequence, sequence.pass());
      }
    };
    each([](Sequence& s, const Pass& pass) { s.cache.begin_pass(pass); });
    for (std::size_t l = 0; l < sequences.front().cache.layers().size(); ++l) {
      std::int64_t past = 0, during = 0, after = 0;
      each([&](Sequence& s, const Pass& pass) {
        const BlockCache::Layer& layer = s.cache.layers()[l];
        past += layer.entries();
        s.cache.append(l, attention.content((pass.rows + pass.appended).count(), layer.head_dim));
        during += layer.entries();
      });
      each([&](Sequence& s, const Pass& pass) { attention.attend(pass, s.cache.layers()[l]); });
      each([&](Sequence& s, const Pass&) {
        s.cache.evict(l);
        after += s.cache.layers()[l].entries();
      });
      ledger_.layer(l, past, during, after);
    }
    each([](Sequence& s, const Pass&) { s.cache.end_pass(); });
  }

  void log(const BlockEvent& event) {
    const std::int64_t now = recorder_.now();
    ledger_.see(event, now);
    records::ApplicationEvent row;
    row.time = now;
    row.operation =
        event.taken ? records::MemoryOperation::allocation : records::MemoryOperation::deallocation;
    row.device = device_name_;
    row.pass = event.pass;
    row.layer = event.owner.layer;
    row.head_group = event.owner.head;
    row.sequence = event.owner.sequence;
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
  Bytes sample() {
    const MemoryInfo info = device_.memory();
    records::DeviceSample row;
    row.time = recorder_.now();
    row.device = device_name_;
    row.used = info.used.count();
    row.total = info.total.count();
    if (!device_.is_host()) row.free = (info.total - info.used).count();
    row.source = device_.is_host() ? "smaps" : "cudaMemGetInfo";
    records::Batch rows;
    rows.samples.push_back(std::move(row));
    recorder_.add(std::move(rows));
    return info.used - base_;
  }

  std::span<const BatchMember> members_;
  const SessionOptions& options_;
  Device& device_;
  Recorder& recorder_;
  std::string device_name_;
  Ledger ledger_;
  std::optional<Phase> last_phase_;
  std::int64_t number_ = 0;  // of the pass in its phase
  Bytes base_;
};

}  // namespace

Captured run_session(std::span<const BatchMember> members, const SessionOptions& options,
                     Device& device, Recorder& recorder) {
  for (const BatchMember& member : members) check_capturable(member.schedule, options.tables);
  return Session(members, options, device, recorder).run();
}

}  // namespace kvf::capture
