// Real recordings, damaged on purpose in memory: which damage is seen, and what cannot be.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <ostream>
#include <random>

#include "profiler/import/bytes.h"
#include "profiler/import/kineto/json_value.h"
#include "profiler/import/kineto/kineto.h"
#include "profiler/import/snapshot/pickle.h"
#include "profiler/import/snapshot/snapshot.h"
#include "tests/catch.h"
#include "tests/import/made_traces.h"

using namespace kvf;
using namespace kvf::test;
using traces::ByteSource;
using traces::Pickle;
namespace fs = std::filesystem;

namespace {

const char* reference_folder() { return std::getenv("KVF_REFERENCE_DATA"); }

std::string file_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string unpacked(const fs::path& path) {
  ByteSource source(path);
  std::string text, part(1 << 20, '\0');
  while (const std::size_t n = source.read(part.data(), part.size())) text.append(part, 0, n);
  return text;
}

// The memory events of a trace, as they stand there.
std::vector<std::string> memory_events(std::string text) {
  const std::string list = "\"traceEvents\"";
  std::size_t at = text.find('[', text.find(list)) + 1;
  text.append(2 * traces::ValueEnd::kBlock, ' ');
  std::vector<std::string> events;
  for (;;) {
    at = text.find_first_not_of(", \n", at);
    if (text.at(at) != '{') return events;
    traces::JsonCursor cursor(std::string_view(text).substr(at, text.size() - at - 64));
    const std::string_view event = cursor.value();
    if (event.find("\"[memory]\"") != event.npos) events.emplace_back(event);
    at += event.size();
  }
}

// Counts what is wrong with the events; nothing if they are refused.
std::optional<RecordingCounters> counters_of(const std::string& text) {
  ByteSource source = ByteSource::over(text);
  try {
    return traces::read_kineto(source, {}).counters;
  } catch (const traces::ImportError&) {
    return {};
  }
}

bool seen(const std::string& text) { return counters_of(text) != RecordingCounters(); }

std::string joined(const std::vector<std::string>& events) { return trace(events); }

// Adds to the first number behind the name.
std::string with_changed(std::string event, const std::string& name, std::int64_t change) {
  std::size_t begin = event.find("\"" + name + "\"");
  begin = event.find_first_of("-0123456789", begin + name.size() + 2);
  const std::size_t end = event.find_first_not_of("-0123456789", begin);
  const std::int64_t value = std::stoll(event.substr(begin, end - begin));
  return event.replace(begin, end - begin, std::to_string(value + change));
}

// The device that an event is of, as text.
std::string device_of(const std::string& event) {
  return event.substr(event.find("\"Device Id\""), 16);
}

using Change = std::function<void(std::vector<std::string>&, std::size_t)>;

// Where the change is not seen: of every place near the ends, and of some 200 between.
std::vector<std::size_t> unseen(const std::vector<std::string>& events, const Change& change) {
  std::vector<std::size_t> places;
  const std::size_t step = std::max<std::size_t>(events.size() / 200, 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i % step != 0 && i > 5 && i + 5 < events.size()) continue;
    std::vector<std::string> damaged = events;
    change(damaged, i);
    if (!seen(joined(damaged))) places.push_back(i);
  }
  return places;
}

std::vector<std::string> of_one_device(const std::vector<std::string>& events) {
  std::vector<std::string> result;
  for (const std::string& event : events) {
    if (device_of(event) == device_of(events.back())) result.push_back(event);
  }
  return result;
}

}  // namespace

TEST_CASE("each damage to a trace is seen, but at its ends", "[damage]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  for (const std::string file : {"qwen15-h100-prefill/Qwen_Qwen1.5-0.5B-Chat__1016005.json.gz",
                                 "bert-small-h100/gaunernst_bert-small-uncased__1016001.json.gz"}) {
    CAPTURE(file);
    const std::vector<std::string> events =
        of_one_device(memory_events(unpacked(fs::path(folder) / "traces" / file)));
    REQUIRE(events.size() > 200);
    REQUIRE_FALSE(seen(joined(events)));
    const std::size_t last = events.size() - 1;

    // A recording that began one event later, or ended one earlier, is a good one.
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
          }) == std::vector<std::size_t>{0, last});
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            all[i] = with_changed(all[i], "Total Allocated", 512);
          }).empty());
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            all[i] = with_changed(all[i], "Bytes", 512);
          }).empty());
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            all[i] = with_changed(all[i], "Addr", 256);
          }).empty());
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            std::swap(all[i], all[i > 0 ? i - 1 : 1]);
          }).empty());
    CHECK(unseen(events, [](auto& all, std::size_t i) {
            all.insert(all.begin() + static_cast<std::ptrdiff_t>(i), all[i]);
          }).empty());
  }
}

TEST_CASE("shuffled and truncated traces are seen", "[damage]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  const fs::path path = fs::path(folder) / "traces/decode32-full/trace.json.gz";
  const std::string text = unpacked(path);
  std::vector<std::string> events = memory_events(text);
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(events.begin(), events.end(), random);
    const auto counters = counters_of(joined(events));
    REQUIRE(counters);
    CHECK(counters->out_of_order > 1000);
    CHECK(counters->total_mismatch == 0);  // in the order of their times they are whole
  }
  for (int round = 0; round < 200; ++round) {
    const std::size_t size = 1 + random() % (text.size() - 1);
    const auto counters = counters_of(text.substr(0, size));
    REQUIRE(counters);
    CHECK(counters->truncated == 1);
  }
  const std::string packed = file_bytes(path);
  for (std::size_t missing = 1; missing < packed.size() - 2; missing += 797) {
    ByteSource source =
        ByteSource::over(std::string_view(packed).substr(0, packed.size() - missing));
    CHECK(traces::read_kineto(source, {}).counters.truncated == 1);
  }
}

namespace {

// A real snapshot without its stack frames, to be changed and written again.
struct Snapshot {
  Pickled segments{0};
  std::vector<Pickled::Dict> trace;  // of the first device

  std::string file() const {
    return Pickled(Pickled::Dict{
                       {"segments", segments},
                       {"device_traces", Pickled::List{Pickled::List(trace.begin(), trace.end())}}})
        .file();
  }
};

Pickled copy(const Pickle& pickle, const Pickle::Value& value);

Pickled::Dict copy_dict(const Pickle& pickle, const Pickle::Value& value) {
  Pickled::Dict members;
  for (const auto& [key, member] : pickle.members(value)) {
    const std::string name(std::get<std::string_view>(key));
    if (name != "frames") members.emplace_back(name, copy(pickle, member));
  }
  return members;
}

Pickled copy(const Pickle& pickle, const Pickle::Value& value) {
  if (pickle.is_dict(value)) return copy_dict(pickle, value);
  if (pickle.is_list(value)) {
    Pickled::List items;
    for (const auto& item : pickle.items(value)) items.push_back(copy(pickle, item));
    return items;
  }
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text).c_str();
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return std::get<std::int64_t>(value);
}

Snapshot read_real(const fs::path& path) {
  const std::string bytes = file_bytes(path);
  const Pickle pickle(bytes, {.unwanted = "frames"});
  Snapshot snapshot;
  for (const auto& [key, value] : pickle.members(pickle.top())) {
    const auto name = std::get<std::string_view>(key);
    if (name == "segments") snapshot.segments = copy(pickle, value);
    if (name != "device_traces") continue;
    for (const auto& event : pickle.items(pickle.items(value).at(0))) {
      snapshot.trace.push_back(copy_dict(pickle, event));
    }
  }
  return snapshot;
}

bool seen(const Snapshot& snapshot) {
  const std::string bytes = snapshot.file();
  ByteSource source = ByteSource::over(bytes);
  return !(traces::read_snapshot(source).counters == RecordingCounters());
}

std::string action_of(const Pickled::Dict& event) {
  const std::string code = event.at(0).second.code();
  return code.substr(5);  // behind the opcode and the length
}

struct Seen {
  int seen = 0, of = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
  friend std::ostream& operator<<(std::ostream& to, const Seen& seen) {
    return to << seen.seen << " of " << seen.of;
  }
};

constexpr int kStep = 3;
using ChangeSnapshot = std::function<void(Snapshot&, std::size_t)>;

// Of each third event of this kind.
Seen damage(const Snapshot& whole, const std::string& action, const ChangeSnapshot& change) {
  Seen result;
  int number = 0;
  for (std::size_t i = 0; i < whole.trace.size(); ++i) {
    if (action_of(whole.trace[i]) != action || number++ % kStep != 0) continue;
    Snapshot damaged = whole;
    change(damaged, i);
    ++result.of;
    if (seen(damaged)) ++result.seen;
  }
  return result;
}

void drop(Snapshot& snapshot, std::size_t i) {
  snapshot.trace.erase(snapshot.trace.begin() + static_cast<std::ptrdiff_t>(i));
}

void set(Snapshot& snapshot, std::size_t i, const std::string& key, std::int64_t value) {
  for (auto& [name, member] : snapshot.trace[i]) {
    if (name == key) member = value;
  }
}

}  // namespace

TEST_CASE("damage to a snapshot: what is seen, and what looks like an older block", "[damage]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  const Snapshot whole =
      read_real(fs::path(folder) / "traces/cs336-small-silmont/memory_forward_fp32_128.pickle");
  REQUIRE(whole.trace.size() == 2043);
  REQUIRE_FALSE(seen(whole));
  const auto change_size = [](Snapshot& snapshot, std::size_t i) {
    set(snapshot, i, "size", 12345);
  };
  const auto change_address = [](Snapshot& snapshot, std::size_t i) {
    set(snapshot, i, "addr", 16);
  };
  const auto change_time = [](Snapshot& snapshot, std::size_t i) {
    set(snapshot, i, "time_us", 1);
  };
  CHECK(damage(whole, "free_completed", drop) == Seen{227, 227});
  // The others are the first at their place: their releases are then those of older blocks.
  CHECK(damage(whole, "alloc", drop) == Seen{219, 227});
  CHECK(damage(whole, "alloc", change_size) == Seen{227, 227});
  CHECK(damage(whole, "free_completed", change_size) == Seen{227, 227});
  CHECK(damage(whole, "alloc", change_address) == Seen{227, 227});
  CHECK(damage(whole, "free_completed", change_address) == Seen{227, 227});
  CHECK(damage(whole, "alloc", change_time) == Seen{226, 227});  // the first may be earlier
  // Requests change nothing.
  CHECK(damage(whole, "free_requested", drop).seen == 0);
}
