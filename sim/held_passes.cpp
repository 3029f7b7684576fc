#include "sim/held_passes.h"

#include <algorithm>

#include "sim/memory/paged_cells.h"

namespace kvf {
namespace {

// One sequence in play.
class Member {
 public:
  Member(const Schedule& schedule, const Slots& slots, PassNumber last)
      : schedule_(schedule), slots_(slots), last_(last), now_(schedule.rules.size()) {
    for (const Rule& rule : schedule.rules) {
      states_.push_back(initial_state(rule));
      masks_.push_back(masks(rule));
    }
  }

  // Its next pass, if that is this one; else it waits, or is freed.
  const std::vector<CellInPass>& step(std::int64_t pass) {
    const bool waits = next_ == slots_.writes.size() || slots_.writes[next_].pass != pass;
    if (waits) {
      for (CellInPass& in : now_) {
        in = pass > last_
                 ? CellInPass{}
                 : CellInPass{in.after, in.after, in.after, in.masked_after, in.masked_after};
      }
      return now_;
    }
    const Pass own = schedule_.plan.pass(schedule_.plan.runs[run_], done_);
    const std::int64_t added = (own.rows + own.appended).count();
    for (std::size_t r = 0; r < now_.size(); ++r) {
      CellInPass& in = now_[r];
      in = {in.after, in.after + added, 0, in.masked_after, 0};
      const Tokens after = keep(schedule_.rules[r], states_[r], own, Tokens(in.during));
      in.after = after.count();
      if (masks_[r]) in.masked_after = (after - live(schedule_.rules[r], own, after)).count();
    }
    ++next_;
    if (++done_ == schedule_.plan.runs[run_].count) {
      ++run_;
      done_ = 0;
    }
    return now_;
  }

 private:
  const Schedule& schedule_;
  const Slots& slots_;
  PassNumber last_;
  std::vector<RuleState> states_;
  std::vector<bool> masks_;
  std::vector<CellInPass> now_;
  std::size_t next_ = 0;  // of its own passes
  std::size_t run_ = 0;
  std::int64_t done_ = 0;
};

RunPasses passes_of_one(const Schedule& schedule) {
  RunPasses passes;
  passes.slots.push_back(slots_of(schedule, [](std::int64_t pass) { return pass; }));
  passes.count = schedule.plan.passes();
  for (const PassRun& run : schedule.plan.runs) {
    if (run.phase == Phase::prefill) passes.after_prefill = run.first + run.count - 1;
    passes.decode.insert(passes.decode.end(), static_cast<std::size_t>(run.count),
                         run.phase == Phase::decode ? 1 : 0);
  }
  passes.last.push_back(static_cast<PassNumber>(passes.count - 1));
  return passes;
}

}  // namespace

RunPasses run_passes(std::span<const BatchMember> members) {
  if (members.size() == 1) return passes_of_one(members.front().schedule);
  const LockStep steps(members);
  RunPasses passes;
  for (const BatchMember& member : members) {
    const PassPlan& plan = member.schedule.plan;
    const std::int64_t own_prefill = LockStep::prefill_passes_of(plan);
    passes.slots.push_back(slots_of(
        member.schedule, [&](std::int64_t pass) { return steps.pass_of(pass, own_prefill); }));
    // Who has prefilled waits for the others, also if it has nothing to decode.
    const std::int64_t decodes = plan.passes() - own_prefill;
    passes.last.push_back(static_cast<PassNumber>(steps.prefill_passes() + decodes - 1));
  }
  passes.count = steps.passes();
  passes.after_prefill = steps.prefill_passes() - 1;
  passes.decode.resize(static_cast<std::size_t>(passes.count), 0);
  std::fill(passes.decode.begin() + steps.prefill_passes(), passes.decode.end(), char{1});
  return passes;
}

void for_each_held_pass(std::span<const BatchMember> members, const RunPasses& passes,
                        const std::function<void(std::int64_t, const CellsInPass&)>& see) {
  std::vector<Member> playing;
  for (std::size_t m = 0; m < members.size(); ++m) {
    playing.emplace_back(members[m].schedule, passes.slots[m], passes.last[m]);
  }
  CellsInPass now(members.size());
  for (std::int64_t pass = 0; pass < passes.count; ++pass) {
    for (std::size_t m = 0; m < members.size(); ++m) now[m] = playing[m].step(pass);
    see(pass, now);
  }
}

}  // namespace kvf
