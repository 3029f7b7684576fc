#include "sim/memory/levels.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "models/rank_schedule.h"
#include "sim/memory/buffer_levels.h"
#include "sim/memory/held_levels.h"

namespace kvf {
namespace {

using input::CacheKind;

Below below_of(const input::ScenarioMemory& memory, const std::optional<Beside>& beside) {
  Below below{memory.allocator, memory.granularity, {}};
  if (beside) below.room = std::max(memory.gpu->device.memory - beside->sum.mid, Bytes{});
  return below;
}

// One column from numbers of another.
template <class Of>
LevelColumn mapped(const LevelColumn& from, Of&& of) {
  LevelColumn to;
  for (std::size_t i = 0; i < from.during.size(); ++i) {
    to.add(of(from.past[i]), of(from.during[i]), of(from.after[i]));
  }
  return to;
}

void add_buffers(Levels& levels, const BatchMember& member, const input::ScenarioMemory& memory) {
  BufferLevels buffers =
      buffer_levels(member.schedule, member.count, memory.cache, below_of(memory, levels.beside));
  levels.peak.without_copies = Bytes(buffers.without_copies.peak());
  levels.end.without_copies = Bytes(buffers.without_copies.end());
  levels.cache = std::move(buffers.cache);
  levels.reserved = std::move(buffers.reserved);
  levels.peak_pass = buffers.peak_pass;
  levels.given_back = buffers.given_back;
  levels.fits = buffers.fits;
  levels.needed = buffers.needed;
  levels.needed_within = buffers.needed_within;
}

void add_blocks(Levels& levels, const Paging& paging, const input::ScenarioMemory& memory) {
  levels.cache = paging.in_use;
  const Bytes peak(levels.cache.peak());
  levels.peak.without_copies = peak;
  levels.end.without_copies = Bytes(levels.cache.end());
  levels.peak_pass = std::max(paging.peak.pass, std::int64_t{0});
  Bytes pool;
  if (levels.beside && levels.beside->pool) {
    pool = levels.beside->pool->mid;
    levels.needed = peak;
    levels.fits = peak <= pool;
  } else {
    const Below below = below_of(memory, levels.beside);
    pool = levels.needed = reserved_for(peak, below);
    levels.fits = !below.room || pool <= *below.room;
  }
  levels.reserved = mapped(levels.cache, [&](std::int64_t) { return pool.count(); });
}

// Throws what is wrong with the GPU, its engine or its ranks.
void check_gpu(const input::Scenario& scenario, const std::vector<BatchMember>& members,
               const PolicySpec& policy) {
  on_one_gpu(members, policy, scenario.memory->ranks());
  beside_cache(scenario, members);
  if (scenario.blocks() != nullptr) tables_of(scenario, members);
}

// Which key is to blame: the one without which nothing is wrong.
input::Position blame(const input::Scenario& scenario, const std::vector<BatchMember>& members,
                      const PolicySpec& policy) {
  const auto passes = [&](auto&& change) {
    input::Scenario changed = scenario;
    change(*changed.memory->gpu);
    try {
      check_gpu(changed, members, policy);
    } catch (const std::exception&) {
      return false;
    }
    return true;
  };
  const input::ScenarioGpu& gpu = *scenario.memory->gpu;
  if (gpu.ranks_at && passes([](input::ScenarioGpu& g) { g.ranks = 1; })) return *gpu.ranks_at;
  if (gpu.engine_at && passes([](input::ScenarioGpu& g) { g.engine = {}; })) return *gpu.engine_at;
  return gpu.at;
}

}  // namespace

Bytes Levels::left(const input::ScenarioMemory& memory) const {
  const Bytes room = beside->pool ? beside->pool->mid : memory.gpu->device.memory - beside->sum.mid;
  return room - needed;
}

std::vector<BatchMember> on_one_gpu(std::vector<BatchMember> members, const PolicySpec& policy,
                                    std::int64_t ranks) {
  if (ranks == 1) return members;
  for (BatchMember& member : members) {
    member.schedule = on_largest_rank(std::move(member.schedule), policy, ranks);
  }
  return members;
}

std::vector<std::pair<std::string_view, LevelColumn>> Levels::beside_columns() const {
  std::vector<std::pair<std::string_view, LevelColumn>> columns;
  if (!beside) return columns;
  Bytes below_zero;  // non-torch of small GPUs: taken off the next part
  for (const LedgerPart& part : beside->parts) {
    const Bytes bytes = part.size.mid + below_zero;
    below_zero = std::min(bytes, Bytes{});
    if (bytes <= Bytes{}) continue;
    columns.emplace_back(part.name, mapped(reserved, [&](std::int64_t) { return bytes.count(); }));
  }
  return columns;
}

Levels levels_of(const input::Scenario& scenario, const PolicySpec& policy,
                 const std::vector<BatchMember>& members, const Paging* paging) {
  const input::ScenarioMemory& memory = *scenario.memory;
  const std::vector<BatchMember> here = on_one_gpu(members, policy, memory.ranks());
  Levels levels;
  if (memory.gpu) levels.beside = beside_cache(scenario, members);

  const bool paged = memory.cache == CacheKind::paged;
  const bool at_once = paged && memory.blocks->tables.of == TableOf::sequence;
  HeldLevels held = held_levels(here, at_once);
  levels.live = std::move(held.live);
  levels.held = std::move(held.held);
  if (paged) {
    add_blocks(levels, *paging, memory);
  } else {
    add_buffers(levels, here.front(), memory);
  }
  const auto set = [&](LevelFigures& figures, std::int64_t (LevelColumn::*of)() const) {
    figures.entries = Entries((held.entries.*of)());
    figures.live = Bytes((levels.live.*of)());
    figures.held = Bytes((levels.held.*of)());
    figures.cache = Bytes((levels.cache.*of)());
    figures.reserved = Bytes((levels.reserved.*of)());
    if (levels.beside) figures.device = levels.beside->total(figures.reserved);
  };
  set(levels.peak, &LevelColumn::peak);
  set(levels.end, &LevelColumn::end);
  if (levels.beside) {
    levels.device = mapped(levels.reserved, [&](std::int64_t reserved) {
      return levels.beside->total(Bytes(reserved)).mid.count();
    });
  }
  return levels;
}

void check_levels(const input::Scenario& scenario) {
  if (!scenario.memory) return;
  const input::ScenarioMemory& memory = *scenario.memory;
  input::Problems problems(scenario.file);
  for (const input::ScenarioTask& task : scenario.tasks) {
    for (const input::ScenarioPolicy& policy : scenario.policies) {
      const std::vector<BatchMember> members = input::members_of(scenario, task, policy);
      try {
        if (memory.cache == CacheKind::static_length) check_static(members.front().schedule);
      } catch (const std::invalid_argument& error) {
        problems.add(policy.at, fmt::format("policy '{}': {}; expected 'cache: contiguous' "
                                            "or 'paged'",
                                            policy.label, error.what()));
        continue;
      }
      if (!memory.gpu || !problems.empty()) continue;
      try {
        check_gpu(scenario, members, policy.spec);
      } catch (const std::runtime_error& error) {  // nobody can tell, or an overflow
        problems.add(blame(scenario, members, policy.spec), error.what());
      } catch (const std::invalid_argument& error) {
        problems.add(blame(scenario, members, policy.spec), error.what());
      }
    }
  }
  problems.throw_if_any();
}

}  // namespace kvf
