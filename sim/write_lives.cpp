#include "sim/write_lives.h"

#include <string>
#include <vector>

#include "sim/lives.h"

namespace kvf {
namespace {

// Appends lives to a cell of the file in pieces.
class Pieces {
 public:
  Pieces(RunFileWriter& writer, std::int64_t id) : writer_(writer), id_(id) {}
  void add(const Life& life) {
    piece_.push_back(life);
    if (piece_.size() == kPiece) flush();
  }
  void flush() {
    writer_.append_lives(id_, piece_);
    piece_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 1024;
  RunFileWriter& writer_;
  std::int64_t id_;
  std::vector<Life> piece_;
};

// `pass_of`: a pass of the schedule as one of the run.
template <class PassOf>
void write(const Schedule& schedule, std::int64_t sequence, const PlayOptions& options,
           RunFileWriter& writer, PassOf&& pass_of) {
  if (options.lives == Lives::none) return;
  std::vector<bool> written(schedule.rules.size(), false);
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    const Group& group = schedule.groups[g];
    if (options.lives == Lives::rule && written[group.rule]) continue;
    written[group.rule] = true;
    const std::int64_t heads = options.lives == Lives::all ? group.heads.count() : 1;
    for (CellRef cell{g, 0}; cell.head < heads; ++cell.head) {
      Pieces pieces(writer, writer.add_lifespan({std::string(to_string(group.role)), group.layer,
                                                 head_in_layer(schedule, cell), sequence}));
      play_lives(schedule, cell, options.scores, [&](Life life) {
        life.born = pass_of(life.born);
        if (life.evicted != Life::kNever) life.evicted = pass_of(life.evicted);
        pieces.add(life);
      });
      pieces.flush();
    }
  }
}

}  // namespace

void write_lives(const Schedule& schedule, const PlayOptions& options, RunFileWriter& writer) {
  write(schedule, -1, options, writer, [](std::int64_t pass) { return pass; });
}

void write_lives(const Batch& batch, const PlayOptions& options, RunFileWriter& writer) {
  const LockStep steps(batch.members);
  std::int64_t sequence = 0;
  for (const BatchMember& member : batch.members) {
    const std::int64_t own_prefill = LockStep::prefill_passes_of(member.schedule.plan);
    write(member.schedule, sequence++, options, writer,
          [&](std::int64_t pass) { return steps.pass_of(pass, own_prefill); });
  }
}

}  // namespace kvf
