// Blocks of paged caches: laws, and a second implementation that counts blocks one by one.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "sim/input/model.h"
#include "sim/lives.h"
#include "sim/memory/paging.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

// The other implementation. Every entry is a slot in a set, every figure is counted.

using Slot = std::int64_t;
struct CellState {
  std::set<Slot> past, during, after;
  std::int64_t masked_past = 0;
  std::int64_t masked_after = 0;
};
struct MemberState {
  std::vector<CellState> cells;  // group by group, head by head
  Slot written_past = 0, written_during = 0, written_after = 0;
};
struct NaiveCell {
  std::int64_t layer, copies, bytes;
};

// What a member does in its own passes.
std::vector<MemberState> play_member(const Schedule& schedule, const ScoreModel& scores,
                                     std::vector<NaiveCell>& cells) {
  struct InPlay {
    std::vector<Life> lives;
    RuleState state;
    const Rule* rule;
    Tokens held;
    std::int64_t rows_alive = 0, appended_alive = 0;
    std::vector<Slot> appended;  // alive
    CellState now;
  };
  std::vector<InPlay> playing;
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    const Group& group = schedule.groups[g];
    for (std::int64_t head = 0; head < group.heads.count(); ++head) {
      InPlay cell{
          {}, initial_state(schedule.rules[group.rule]), &schedule.rules[group.rule], {}, 0, 0, {},
          {}};
      play_lives(schedule, {g, head}, scores,
                 [&](const Life& life) { cell.lives.push_back(life); });
      playing.push_back(std::move(cell));
      cells.push_back({group.layer, group.copies, group.bytes.count()});
    }
  }
  std::vector<MemberState> states;
  std::map<std::int64_t, Slot> slot_of;  // position -> slot
  Slot next = 0;
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      const Slot rows_end = next + pass.rows.count();
      const Slot end = rows_end + pass.appended.count();
      for (Slot s = next; s < rows_end; ++s) slot_of[pass.position.count() + s - next] = s;
      bool stay = false;
      MemberState state;
      for (InPlay& cell : playing) {
        CellState& now = cell.now;
        now.past = now.after;
        now.masked_past = now.masked_after;
        now.during = now.past;
        for (Slot s = next; s < end; ++s) now.during.insert(s);
        cell.held = keep(*cell.rule, cell.state, pass, cell.held + pass.rows + pass.appended);
        now.masked_after = (cell.held - live(*cell.rule, pass, cell.held)).count();
        cell.rows_alive = std::min(cell.held.count(), cell.rows_alive + pass.rows.count());
        const std::int64_t appended = cell.held.count() - cell.rows_alive;
        stay |= appended > cell.appended_alive;
        cell.appended_alive = appended;
        for (Slot s = rows_end; s < end; ++s) cell.appended.push_back(s);
        while (std::ssize(cell.appended) > appended) cell.appended.pop_back();
        now.after.clear();
        for (const Life& life : cell.lives) {
          const bool alive = life.born <= pass.index &&
                             (life.evicted == Life::kNever || life.evicted > pass.index);
          for (std::int64_t p = life.first; alive && p <= life.last; ++p) {
            now.after.insert(slot_of.at(p));
          }
        }
        now.after.insert(cell.appended.begin(), cell.appended.end());
        state.cells.push_back(now);
      }
      state.written_past = next;
      state.written_during = end;
      next = stay ? end : rows_end;
      state.written_after = next;
      states.push_back(std::move(state));
    }
  }
  return states;
}

struct Figures {
  std::int64_t in_use = 0, held = 0, live = 0, tail = 0, blocks = 0, pinned = 0;
};

enum class Moment { past, during, after };

// One table over some cells of a member.
Figures count_table(const MemberState& state, const std::vector<NaiveCell>& cells,
                    const std::vector<std::size_t>& table, std::int64_t copies, Moment moment,
                    const BlockTables& tables) {
  const std::int64_t block = tables.block.count();
  std::map<std::int64_t, std::int64_t> alive_in;  // block -> entries
  std::set<std::int64_t> in_use;
  std::int64_t slot_bytes = 0;
  Figures f;
  Slot longest = 0;
  for (const std::size_t c : table) {
    const CellState& cell = state.cells[c];
    const std::set<Slot>& alive = moment == Moment::past     ? cell.past
                                  : moment == Moment::during ? cell.during
                                                             : cell.after;
    // Blocks that are kept for a survivor were kept before the pass too.
    const std::set<Slot>& settled = moment == Moment::after ? cell.after : cell.past;
    const std::int64_t sets = table.size() == 1 ? 1 : cells[c].copies;
    for (const Slot s : settled) alive_in[s / block] += sets;
    Slot rank = 0;
    for (const Slot s : alive) {
      in_use.insert((tables.compaction ? rank : s) / block);
      ++rank;
    }
    longest = std::max(longest, rank);
    const std::int64_t bytes = cells[c].bytes * cells[c].copies;
    slot_bytes += bytes;
    f.held += bytes * std::ssize(alive);
    const std::int64_t masked = moment == Moment::after ? cell.masked_after : cell.masked_past;
    f.live += bytes * (std::ssize(alive) - masked);
  }
  const Slot written = tables.compaction          ? longest
                       : moment == Moment::past   ? state.written_past
                       : moment == Moment::during ? state.written_during
                                                  : state.written_after;
  f.blocks = copies * std::ssize(in_use);
  f.in_use = std::ssize(in_use) * block * slot_bytes;
  if (written % block != 0 && in_use.contains(written / block)) {
    f.tail = (block - written % block) * slot_bytes;
  }
  if (tables.compaction) return f;
  const Slot settled = moment == Moment::after ? state.written_after : state.written_past;
  const bool several = block > 1 || table.size() > 1 || cells[table.front()].copies > copies;
  for (const auto& [number, alive] : alive_in) {
    if (several && alive == 1 && (number + 1) * block <= settled) f.pinned += copies;
  }
  return f;
}

Figures& operator+=(Figures& a, const Figures& b) {
  a.in_use += b.in_use;
  a.held += b.held;
  a.live += b.live;
  a.tail += b.tail;
  a.blocks += b.blocks;
  a.pinned += b.pinned;
  return a;
}

struct NaiveResult {
  PagedMoment peak, after_prefill, after_decode;
  Area decode;
  std::vector<std::int64_t> blocks_past, blocks_during, blocks_after;
};

PagedMoment to_moment(const Figures& f, std::int64_t pass) {
  return {pass,          Bytes(f.live),    Bytes(f.held),   Bytes(f.in_use),
          Bytes(f.tail), Blocks(f.blocks), Blocks(f.pinned)};
}

// Everything again, block by block.
class Naive {
 public:
  Naive(std::span<const BatchMember> members, const ScoreModel& scores)
      : members_(members), steps_(members) {
    for (const BatchMember& member : members) {
      cells_.emplace_back();
      own_.push_back(play_member(member.schedule, scores, cells_.back()));
      for (const NaiveCell& cell : cells_.back()) layers_.insert(cell.layer);
    }
  }

  NaiveResult count(const BlockTables& tables) const {
    NaiveResult result;
    const bool one = members_.size() == 1;
    const std::int64_t passes = one ? members_[0].schedule.plan.passes() : steps_.passes();
    std::int64_t after_prefill = one ? -1 : steps_.prefill_passes() - 1;
    std::vector<bool> decode(static_cast<std::size_t>(passes), false);
    for (std::int64_t p = 0; p < passes; ++p) {
      if (!one) decode[static_cast<std::size_t>(p)] = p >= steps_.prefill_passes();
    }
    if (one) {
      for (const PassRun& run : members_[0].schedule.plan.runs) {
        for (std::int64_t i = 0; i < run.count; ++i) {
          const bool decodes = run.phase == Phase::decode;
          decode[static_cast<std::size_t>(run.first + i)] = decodes;
          if (!decodes) after_prefill = run.first + i;
        }
      }
    }
    for (std::int64_t p = 0; p < passes; ++p) {
      std::vector<MemberState> now;
      for (std::size_t m = 0; m < members_.size(); ++m) now.push_back(state(m, p, one));
      std::vector<Figures> past, during, after;  // layer by layer, or of all
      for (const std::int64_t layer : layers_) {
        past.push_back(count_layer(now, layer, Moment::past, tables));
        during.push_back(count_layer(now, layer, Moment::during, tables));
        after.push_back(count_layer(now, layer, Moment::after, tables));
        if (tables.of == TableOf::sequence) break;
      }
      Figures most;
      Figures all_past, all_after;
      for (std::size_t l = 0; l < past.size(); ++l) {
        Figures at;
        for (std::size_t k = 0; k < past.size(); ++k) {
          at += k < l ? after[k] : k == l ? during[k] : past[k];
        }
        if (l == 0 || at.in_use > most.in_use) most = at;
        all_past += past[l];
        all_after += after[l];
      }
      if (p == 0 || Bytes(most.in_use) > result.peak.in_use) {
        result.peak = to_moment(most, p);
      }
      if (decode[static_cast<std::size_t>(p)]) result.decode += Area(most.in_use);
      if (p == after_prefill) result.after_prefill = to_moment(all_after, p);
      if (p == passes - 1) result.after_decode = to_moment(all_after, p);
      result.blocks_past.push_back(all_past.blocks);
      result.blocks_during.push_back(most.blocks);
      result.blocks_after.push_back(all_after.blocks);
    }
    return result;
  }

  // Bytes that compaction moves: survivors whose rank is another after a pass.
  Bytes moved() const {
    Bytes sum;
    for (std::size_t m = 0; m < members_.size(); ++m) {
      for (const MemberState& state : own_[m]) {
        for (std::size_t c = 0; c < state.cells.size(); ++c) {
          const CellState& cell = state.cells[c];
          const NaiveCell& info = cells_[m][c];
          Slot rank = 0;
          Slot rank_before = 0;
          for (const Slot s : cell.during) {
            if (cell.after.contains(s)) {
              if (rank != rank_before) sum += Bytes(info.bytes * info.copies * members_[m].count);
              ++rank;
            }
            ++rank_before;
          }
        }
      }
    }
    return sum;
  }

 private:
  MemberState state(std::size_t m, std::int64_t pass, bool one) const {
    const PassPlan& plan = members_[m].schedule.plan;
    if (one) return own_[m][static_cast<std::size_t>(pass)];
    const std::int64_t prefill = LockStep::prefill_passes_of(plan);
    const std::int64_t last = steps_.prefill_passes() + plan.passes() - prefill - 1;
    MemberState result;
    result.cells.resize(cells_[m].size());
    if (pass > last) return result;
    std::int64_t before = -1;  // the last own pass that has begun
    for (std::int64_t p = 0; p < plan.passes(); ++p) {
      const std::int64_t at = steps_.pass_of(p, prefill);
      if (at == pass) return own_[m][static_cast<std::size_t>(p)];
      if (at < pass) before = p;
    }
    if (before < 0) return result;
    result = own_[m][static_cast<std::size_t>(before)];
    for (CellState& cell : result.cells) {
      cell.past = cell.during = cell.after;
      cell.masked_past = cell.masked_after;
    }
    result.written_past = result.written_during = result.written_after;
    return result;
  }

  Figures count_layer(const std::vector<MemberState>& now, std::int64_t layer, Moment moment,
                      const BlockTables& tables) const {
    Figures sum;
    for (std::size_t m = 0; m < members_.size(); ++m) {
      std::vector<std::size_t> table;
      Figures of_member;
      for (std::size_t c = 0; c < cells_[m].size(); ++c) {
        if (tables.of != TableOf::sequence && cells_[m][c].layer != layer) continue;
        table.push_back(c);
        if (tables.of != TableOf::head) continue;
        of_member += count_table(now[m], cells_[m], table, cells_[m][c].copies, moment, tables);
        table.clear();
      }
      if (tables.of != TableOf::head) {
        of_member += count_table(now[m], cells_[m], table, 1, moment, tables);
      }
      for (std::int64_t i = 0; i < members_[m].count; ++i) sum += of_member;
    }
    return sum;
  }

  std::span<const BatchMember> members_;
  LockStep steps_;
  std::vector<std::vector<NaiveCell>> cells_;
  std::vector<std::vector<MemberState>> own_;
  std::set<std::int64_t> layers_;
};

constexpr std::array<TableOf, 3> kTables{TableOf::sequence, TableOf::layer, TableOf::head};

std::vector<BlockTables> all_tables() {
  std::vector<BlockTables> tables;
  for (const TableOf of : kTables) {
    for (const std::int64_t block : {1, 2, 3, 4, 7, 16}) {
      for (const bool compaction : {false, true}) tables.push_back({Tokens(block), of, compaction});
    }
  }
  return tables;
}

// What differs between the two implementations, "" if nothing. Looks at every `step`th of the tables
// in detail, from `first` on, and at the bytes of as many others.
std::string difference(std::span<const BatchMember> members, std::size_t first, std::size_t step) {
  PagingOptions options;
  options.threads = 2;
  options.sweep = all_tables();
  const Naive naive(members, options.scores);
  for (std::size_t i = first; i < options.sweep.size(); i += step) {
    options.tables = options.sweep[i];
    const Paging paging = page(members, options);
    const std::string name = std::to_string(i) + ": ";
    const NaiveResult want = naive.count(options.tables);
    if (paging.peak != want.peak) return name + "peak";
    if (paging.after_prefill != want.after_prefill) return name + "after prefill";
    if (paging.after_decode != want.after_decode) return name + "after decode";
    if (paging.blocks.past != want.blocks_past) return name + "blocks before a pass";
    if (paging.blocks.during != want.blocks_during) return name + "blocks during a pass";
    if (paging.blocks.after != want.blocks_after) return name + "blocks after a pass";
    if (paging.moved != naive.moved()) return name + "moved";
    const std::size_t k = (i + 17) % options.sweep.size();
    const NaiveResult of_size = naive.count(options.sweep[k]);
    if (paging.sweep[i].in_use != PagedBytes{want.peak.in_use, want.decode}) return name + "bytes";
    if (paging.sweep[k].in_use != PagedBytes{of_size.peak.in_use, of_size.decode}) {
      return name + "bytes of " + std::to_string(k);
    }
    for (const PagedMoment& m : {paging.peak, paging.after_prefill, paging.after_decode}) {
      if (m.live > m.held || m.held > m.in_use || m.tail > m.in_use - m.held) {
        return name + "live <= held <= in use";
      }
    }
  }
  return "";
}

LlmShape small_shape() {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 2;
  shape.query_heads = 4;
  shape.head_dim = 1;
  return shape;
}

std::vector<BatchMember> one(const test::LawCase& c, const Workload& workload) {
  return {{plan(c.policy, small_shape(), workload, c.accounting, c.convention), 1}};
}

// Every policy on some workloads; the tables that are looked at move on from case to case.
void try_policies(std::span<const Workload> workloads, std::size_t step) {
  std::size_t first = 0;
  for (const test::LawCase& c : test::law_cases()) {
    std::string broken;
    for (const Workload& workload : workloads) {
      const std::vector<BatchMember> members = one(c, workload);
      if (members[0].schedule.nominal_streaming) continue;
      const std::string found = difference(members, first++ % step, step);
      if (!found.empty()) broken = c.label + ", " + found;
    }
    CHECK(broken == "");
  }
}

Workload workload(std::int64_t prompt, std::int64_t output, std::int64_t chunk) {
  return {Tokens(prompt), Tokens(output), Tokens(chunk)};
}

std::vector<BatchMember> members_of(const PolicySpec& policy, const Workload& work,
                                    const LlmShape& shape = small_shape()) {
  return {{plan(policy, shape, work), 1}};
}

PolicySpec half_streaming() {
  HeadRoles roles;
  roles.streaming_heads = 0.5;
  roles.sinks = Tokens(1);
  roles.window = Tokens(3);
  return {roles, HeadRoles::name};
}
PolicySpec press(std::int64_t target) {
  DecodingPress press;
  press.interval = 3;
  press.target = Tokens(target);
  return {press, DecodingPress::name};
}
PolicySpec locret() {
  Locret locret;
  locret.sparsity = 0.9;
  return {locret, Locret::name};
}
PolicySpec topk(double ratio) { return {TopK{{ratio}, {}, {}}, TopK::name}; }
PolicySpec streaming(std::int64_t sinks, std::int64_t window) {
  return {Streaming{Tokens(sinks), Tokens(window)}, Streaming::name};
}

}  // namespace

TEST_CASE("blocks of every policy are those counted one by one", "[paging]") {
  try_policies(std::array{Workload{Tokens(12), Tokens(3), Tokens(4), {{Tokens(7), Tokens(3)}}}},
               36);
}

// Hidden, as the laws' own.
TEST_CASE("blocks are those counted one by one in many cases", "[.exhaustive]") {
  std::vector<Workload> all{{Tokens(12), Tokens(3), Tokens(4), {{Tokens(7), Tokens(3)}}},
                            {Tokens(17), Tokens(6), {}}};
  for (const std::int64_t prompt : {0, 1, 16, 23}) {
    for (const std::int64_t chunk : {1, 5, 8}) all.push_back(workload(prompt, 9, chunk));
  }
  try_policies(all, 12);
}

TEST_CASE("blocks of a batch are those counted one by one", "[paging]") {
  std::size_t first = 0;
  for (const PolicySpec& policy :
       {PolicySpec{}, streaming(1, 4), topk(0.6), PolicySpec{AdaKv{{0.5}, 0.2, {}}, AdaKv::name},
        half_streaming()}) {
    const std::vector<Sequences> sequences{
        {workload(14, 2, 4), 1}, {workload(3, 7, 4), 2}, {workload(5, 0, 4), 1}};
    const Batch batch = plan_batch(policy, small_shape(), sequences);
    INFO(policy.name);
    CHECK(difference(batch.members, first++ % 6, 6) == "");
  }
}

TEST_CASE("without eviction blocks are the tokens rounded up", "[paging]") {
  for (std::int64_t prompt = 1; prompt < 40; ++prompt) {
    for (const BlockTables& tables : all_tables()) {
      PagingOptions options;
      options.tables = tables;
      const Paging paging = page(members_of({}, workload(prompt, 3, 8)), options);
      const std::int64_t count = tables.of == TableOf::sequence ? 1
                                 : tables.of == TableOf::layer  ? 3
                                                                : 6;
      const std::int64_t blocks = count * blocks_for(prompt + 3, tables.block);
      REQUIRE(paging.peak.blocks == Blocks(blocks));
      REQUIRE(paging.after_decode.blocks == Blocks(blocks));
      REQUIRE(paging.peak.holes() == Bytes{});
      REQUIRE(paging.peak.pinned == Blocks{});
      REQUIRE(paging.moved == Bytes{});
    }
  }
}

TEST_CASE("a block of one token and a table a head waste nothing", "[paging]") {
  for (const PolicySpec& policy : {streaming(2, 5), topk(0.7), press(7)}) {
    const std::vector<BatchMember> members = members_of(policy, workload(40, 20, 16));
    PagingOptions options;
    options.tables = {Tokens(1), TableOf::head, false};
    const Paging paging = page(members, options);
    CHECK(paging.peak.in_use == peak_bytes(members[0].schedule).layerwise);
    CHECK(paging.peak.held == paging.peak.in_use);
    CHECK(paging.held_layerwise.peak == paging.peak.in_use);
    CHECK(paging.held_all_layers.peak == peak_bytes(members[0].schedule).all_layers);
  }
}

TEST_CASE("survivors of one head each pin the blocks of all", "[paging]") {
  // One layer of two heads. Scores make head 0 keep tokens 0 and 1, head 1 tokens 4 and 7.
  LlmShape shape;
  shape.layers = 1;
  shape.kv_heads = 2;
  shape.query_heads = 2;
  shape.head_dim = 1;
  PagingOptions options;
  options.scores =
      ScoreModel(ScoreModel::Table{2, {9, 0, 9, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 9}});
  const std::vector<BatchMember> members = members_of(topk(0.75), workload(8, 1, 8), shape);
  const auto after = [&](std::int64_t block, TableOf of, bool compaction) {
    options.tables = {Tokens(block), of, compaction};
    return page(members, options).after_prefill;
  };
  // An entry is 4 bytes, so that a block of two heads and four tokens is 32.
  CHECK(after(4, TableOf::sequence, false) ==
        PagedMoment{0, Bytes(16), Bytes(16), Bytes(64), Bytes{}, Blocks(2), Blocks(0)});
  CHECK(after(4, TableOf::sequence, false).holes() == Bytes(48));
  CHECK(after(4, TableOf::head, false) ==
        PagedMoment{0, Bytes(16), Bytes(16), Bytes(32), Bytes{}, Blocks(2), Blocks(0)});
  CHECK(after(2, TableOf::head, false) ==
        PagedMoment{0, Bytes(16), Bytes(16), Bytes(24), Bytes{}, Blocks(3), Blocks(2)});
  CHECK(after(4, TableOf::sequence, true) ==
        PagedMoment{0, Bytes(16), Bytes(16), Bytes(32), Bytes(16), Blocks(1), Blocks(0)});
  // Head 1 moves both of its entries, head 0 none.
  options.tables = {Tokens(4), TableOf::head, true};
  CHECK(page(members, options).moved == Bytes(8));
}

TEST_CASE("layers in groups have tables, block sizes and padding of their own", "[paging]") {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 1;
  shape.query_heads = 1;
  shape.head_dim = 1;  // an entry is 4 bytes
  PagingOptions options;
  options.tables.block = Tokens(4);
  options.groups = {{{0, 2}, 1, {}, false}, {{1}, 2, BytesPerToken(4), false}};
  const std::vector<BatchMember> members = members_of({}, workload(10, 0, 10), shape);
  for (const bool compaction : {false, true}) {
    options.tables.compaction = compaction;
    options.sweep = {{Tokens(2), TableOf::sequence, compaction}};
    const Paging paging = page(members, options);
    // 3 blocks of 4 slots in two layers, 2 of 8 slots in one and an empty place.
    const PagedMoment want{
        0,         Bytes(120), Bytes(120),   Bytes(3 * 32 + 2 * 64), Bytes(2 * 8 + 6 * 4),
        Blocks(5), Blocks(0),  Bytes(16 * 4)};
    CHECK(paging.groups == 2);
    CHECK(paging.peak == want);
    CHECK(paging.peak.holes() == Bytes{});
    CHECK(paging.sweep[0].in_use.peak == Bytes(5 * 2 * 8 + 3 * 4 * 8));
  }
}

TEST_CASE("changes of blocks return to the start", "[paging]") {
  std::mt19937 draw(11);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(draw() % static_cast<unsigned>(n));
  };
  for (int round = 0; round < 2000; ++round) {
    Slots slots;
    const std::int64_t passes = 1 + below(12);
    for (PassNumber pass = 0; pass < passes; ++pass) {
      const auto first = static_cast<std::int64_t>(slots.born.size());
      slots.add({pass, first, first + 1 + below(9), below(3), 0});
    }
    SlotEnds ends(slots.born.size());
    for (std::size_t s = 0; s < ends.last.size(); ++s) {
      if (below(4) == 0) continue;
      ends.last[s] = slots.born[s] + static_cast<PassNumber>(below(passes - slots.born[s]));
    }
    for (const auto count : {count_blocks, count_pinned, count_tail}) {
      Changes changes(static_cast<std::size_t>(passes));
      const auto last = static_cast<PassNumber>(passes - 1);
      changes.release(count(slots, ends, Tokens(1 + below(9)), 3, changes), last);
      std::int64_t now = 0;
      for (std::size_t p = 0; p < changes.taken.size(); ++p) {
        now += changes.taken[p] - changes.released[p] - changes.freed[p];
        REQUIRE(now >= 0);
        REQUIRE(now % 3 == 0);
      }
      REQUIRE(now == 0);
    }
  }
}

TEST_CASE("a block begun by entries that are gone is taken anew", "[paging]") {
  Slots slots;
  slots.add({0, 0, 2, 0, 0});
  slots.add({1, 2, 2, 1, 0});  // a token of a method's own, which is dropped
  const auto taken = [&](PassNumber until, PassNumber pass) {
    SlotEnds ends(2);
    ends.last = {until, 0};
    Changes changes(2);
    count_blocks(slots, ends, Tokens(4), 1, changes);
    return changes.taken[static_cast<std::size_t>(pass)];
  };
  CHECK(taken(0, 0) == 1);
  CHECK(taken(0, 1) == 1);
  CHECK(taken(1, 1) == 0);
  CHECK(taken(kStays, 1) == 0);
}

TEST_CASE("threads change nothing", "[paging]") {
  PagingOptions options;
  options.sweep = all_tables();
  options.threads = 1;
  const std::vector<BatchMember> members = members_of(topk(0.5), workload(100, 10, 100));
  const Paging alone = page(members, options);
  options.threads = 3;
  CHECK(page(members, options) == alone);
}

TEST_CASE("what has no blocks is refused", "[paging]") {
  HeadRoles roles;
  roles.streaming_heads = 0.3;
  roles.rounding = Rounding::nominal;
  const auto words = [](const std::vector<BatchMember>& members, const PagingOptions& options) {
    try {
      page(members, options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  PagingOptions options;
  CHECK(words(members_of({roles, HeadRoles::name}, workload(8, 1, 8)), options) ==
        "a nominal share of heads has no blocks; expected whole heads (rounding duo or prulong)");
  CHECK(words(members_of({}, workload(std::int64_t{1} << 23, 1, 1 << 20)), options) ==
        "8388609 tokens in 9 passes are too many to follow the blocks of each; expected at most "
        "4194304 of both");
  CHECK(
      words(
          members_of(locret(), workload(1'000'000, 1, 1), input::parse_model("llama-3.1-8b").shape),
          options) ==
      "to know which entries stay, 1.1e+13 would have to be scored; expected at most 1e+11: evict "
      "less often, say in larger chunks");
  options.tables.block = Tokens(0);
  CHECK(words(members_of({}, workload(8, 1, 8)), options) == "a block holds at least 1 token");
}
