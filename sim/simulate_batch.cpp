#include "sim/simulate_batch.h"

#include "sim/simulate.h"

namespace kvf {
namespace {

// One sequence in play: its passes one by one, and what its rules hold.
class Sequence {
 public:
  explicit Sequence(const Schedule& schedule) : schedule_(schedule), now_(schedule.rules.size()) {
    for (const Rule& rule : schedule.rules) states_.push_back(initial_state(rule));
  }

  // Its next pass, if that is of `phase`; else it waits, or is freed if there is none left.
  void step(Phase phase) {
    const Tokens position = pass_.position + pass_.rows;
    pass_ = {};
    pass_.position = position;
    const std::vector<PassRun>& runs = schedule_.plan.runs;
    const bool ended = run_ == runs.size();
    if (ended || runs[run_].phase != phase) {
      const bool freed = ended && phase == Phase::decode;
      for (InPass& in : now_) in = freed ? InPass{} : InPass{in.after, 0, in.after};
      return;
    }
    pass_ = schedule_.plan.pass(runs[run_], done_);
    for (std::size_t r = 0; r < now_.size(); ++r) {
      InPass& in = now_[r];
      in.past = in.after;
      in.added = (pass_.rows + pass_.appended).count();
      in.after = keep(schedule_.rules[r], states_[r], pass_, Tokens(in.past + in.added)).count();
    }
    if (++done_ == runs[run_].count) {
      ++run_;
      done_ = 0;
    }
  }
  const std::vector<InPass>& now() const { return now_; }
  const Pass& pass() const { return pass_; }

 private:
  const Schedule& schedule_;
  std::vector<RuleState> states_;
  std::vector<InPass> now_;
  Pass pass_;
  std::size_t run_ = 0;
  std::int64_t done_ = 0;
};

BatchPeaksFound play(std::span<const BatchMember> members,
                     const std::function<void(const PlayedBatchPass&)>& watch) {
  const LockStep steps(members);
  BatchPeaks peaks(members);
  BatchPeaksFound found;
  std::vector<Sequence> sequences;
  for (const BatchMember& member : members) sequences.emplace_back(member.schedule);
  std::vector<std::vector<InPass>> now(members.size());
  std::vector<Pass> passes(members.size());
  for (std::int64_t pass = 0; pass < steps.passes(); ++pass) {
    for (std::size_t m = 0; m < sequences.size(); ++m) {
      sequences[m].step(pass < steps.prefill_passes() ? Phase::prefill : Phase::decode);
      now[m] = sequences[m].now();
      passes[m] = sequences[m].pass();
    }
    peaks.see(pass, now);
    if (pass == steps.prefill_passes() - 1) found.stored_after_prefill = peaks.stored_after();
    if (watch) watch({pass, now, passes});
  }
  found.peak = peaks.peak();
  found.layerwise = peaks.layerwise();
  found.stored_after_decode = peaks.stored_after();
  return found;
}

}  // namespace

Footprint simulate(const Batch& batch, const std::function<void(const PlayedBatchPass&)>& watch) {
  std::vector<Result> results;
  for (const BatchMember& member : batch.members) results.push_back(simulate(member.schedule));
  return make_batch_footprint(batch, results, play(batch.members, watch),
                              Entries(play(batch.full, {}).peak.value));
}

}  // namespace kvf
