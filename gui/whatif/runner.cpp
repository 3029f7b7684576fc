#include "gui/whatif/runner.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>
#include <stdexcept>
#include <utility>

#include "gui/whatif/curve.h"
#include "sim/play.h"
#include "timeline/run_file.h"

namespace kvf::gui {
namespace {

namespace fs = std::filesystem;

// So many passes are followed down to the allocator, and so many records are kept of groups.
constexpr std::int64_t kMostPassesOfMemory = 20'000;
constexpr std::int64_t kMostRecordsOfGroups = 1'000'000;

struct CalledOff {};

// A name for a file that is gone with it.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::random_device random;
    path_ = fs::temp_directory_path() /
            fmt::format("kvfootprint-what-if-{:08x}{:08x}.kvf", random(), random());
  }
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct PlayedTimeline {
  Timeline timeline;
  Footprint footprint;
  bool agrees = false;
};

PlayedTimeline play_into_memory(const input::Scenario& scenario, const PlayOptions& options,
                                const std::function<bool()>& stale) {
  const TemporaryFile file;
  PlayedTimeline played;
  {
    RunFileWriter writer(file.path(), {});
    const auto cases = play(scenario, options, writer, [&](double) {
      if (stale && stale()) throw CalledOff{};
    });
    writer.finish();
    played.agrees = cases.front().agrees;
    played.footprint = cases.front().footprint;
  }
  const RunFileReader reader(file.path());
  played.timeline = reader.timeline(reader.runs().front());
  return played;
}

PlayedTimeline play_scenario(input::Scenario scenario, const Schedule& schedule,
                             const std::function<bool()>& stale) {
  const std::int64_t passes = schedule.plan.passes();
  if (passes > kMostPlayedPasses) {
    throw std::invalid_argument(fmt::format(
        "{} passes are too many to be played here; `kvfootprint run` plays them", passes));
  }
  PlayOptions options;
  if (std::ssize(schedule.groups) * passes <= kMostRecordsOfGroups) options.tracks = Tracks::group;
  if (passes > 0 && passes <= kMostPassesOfMemory && !schedule.nominal_streaming) {
    scenario.memory.emplace();
  }
  PlayedTimeline played = play_into_memory(scenario, options, stale);
  // Of equal sequences the total says all.
  std::erase_if(played.timeline.tracks,
                [](const Track& track) { return track.info.sequence >= 0; });
  return played;
}

}  // namespace

std::optional<Played> play_what_if(const WhatIf& what, const std::string& id,
                                   const std::function<bool()>& stale) {
  Played played;
  try {
    const input::Scenario scenario = scenario_of(what);
    check(what.policy);
    const std::vector<BatchMember> members =
        input::members_of(scenario, scenario.tasks.front(), scenario.policies.front());
    const Schedule& schedule = members.front().schedule;
    const PlayedTimeline timeline = play_scenario(scenario, schedule, stale);
    played.run = run_of_timeline(what, timeline.timeline, schedule.plan, timeline.footprint, id);
    played.agrees = timeline.agrees;
  } catch (const CalledOff&) {
    return std::nullopt;
  } catch (...) {
    played.error = words_of_exception(what.policy);
  }
  return played;
}

WhatIfRunner::WhatIfRunner(std::function<void(Played)> done)
    : done_(std::move(done)), thread_([this] { work(); }) {}

WhatIfRunner::~WhatIfRunner() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    ++latest_;
  }
  asked_.notify_one();
  thread_.join();
}

std::uint64_t WhatIfRunner::ask(WhatIf what, std::string id) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++latest_;
    next_ = Request{number, std::move(what), std::move(id)};
  }
  asked_.notify_one();
  return number;
}

void WhatIfRunner::forget() {
  const std::lock_guard lock(mutex_);
  ++latest_;
  next_.reset();
}

bool WhatIfRunner::is_stale(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  return number != latest_;
}

void WhatIfRunner::work() {
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      asked_.wait(lock, [&] { return ends_ || next_; });
      if (ends_) return;
      request = *std::exchange(next_, std::nullopt);
    }
    auto played = play_what_if(request.what, request.id, [&] { return is_stale(request.number); });
    if (!played || is_stale(request.number)) continue;
    played->number = request.number;
    done_(*std::move(played));
  }
}

}  // namespace kvf::gui
