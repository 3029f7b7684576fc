#include "sim/alloc/paged.h"

#include <algorithm>
#include <stdexcept>

namespace kvf {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Whether one of the slots [first, end) has an entry that pass `pass` still attends.
bool attended(const SlotEnds& ends, std::int64_t first, std::int64_t end, PassNumber pass) {
  return std::any_of(ends.last.begin() + first, ends.last.begin() + end,
                     [&](PassNumber last) { return last >= pass; });
}

// Blocks that the transient tokens of a pass need beside those in use.
std::int64_t transient_blocks(const SlotEnds& ends, const Write& write, std::int64_t block) {
  const std::int64_t first = write.end / block;
  const std::int64_t count = (write.end + write.transient - 1) / block - first + 1;
  const bool begun =
      write.end % block != 0 &&
      (write.end > write.first || attended(ends, first * block, write.end, write.pass));
  return count - (begun ? 1 : 0);
}

}  // namespace

void Slots::add(const Write& write) {
  if (write.first != static_cast<std::int64_t>(born.size()) || write.end < write.first) {
    throw std::logic_error("slots are written one after another");
  }
  writes.push_back(write);
  born.resize(at(write.end), write.pass);
}

void SlotEnds::merge(const SlotEnds& other) {
  if (other.last.size() != last.size()) throw std::logic_error("tables of different sequences");
  for (std::size_t s = 0; s < last.size(); ++s) {
    const PassNumber third = std::max(second[s], other.second[s]);
    second[s] = std::max(std::min(last[s], other.last[s]), third);
    last[s] = std::max(last[s], other.last[s]);
  }
}

std::int64_t count_blocks(const Slots& slots, const SlotEnds& ends, Tokens block,
                          std::int64_t weight, Changes& changes) {
  const auto count = static_cast<std::int64_t>(ends.last.size());
  std::int64_t left = 0;
  for (std::int64_t first = 0; first < count; first += block.count()) {
    const std::int64_t end = std::min(first + block.count(), count);
    // The lives of the slots overlap or touch, or there is a gap: then the block was freed in
    // between, and taken again.
    PassNumber until = kNoPass;
    for (std::int64_t s = first; s < end; ++s) {
      const PassNumber born = slots.born[at(s)];
      if (born > until) {
        if (until != kNoPass) changes.freed[at(until)] += weight;
        changes.taken[at(born)] += weight;
        until = born;
      }
      until = std::max(until, ends.last[at(s)]);
    }
    if (until == kStays) {
      left += weight;
    } else {
      changes.freed[at(until)] += weight;
    }
  }
  for (const Write& write : slots.writes) {
    if (write.transient == 0) continue;
    const std::int64_t more = weight * transient_blocks(ends, write, block.count());
    changes.taken[at(write.pass)] += more;
    changes.freed[at(write.pass)] += more;
  }
  return left;
}

std::int64_t count_pinned(const Slots& slots, const SlotEnds& ends, Tokens block,
                          std::int64_t weight, Changes& changes) {
  const auto count = static_cast<std::int64_t>(ends.last.size());
  std::int64_t left = 0;
  for (std::int64_t first = 0; first + block.count() <= count; first += block.count()) {
    PassNumber last = kNoPass;
    PassNumber second = kNoPass;
    for (std::int64_t s = first; s < first + block.count(); ++s) {
      second = std::max({second, ends.second[at(s)], std::min(last, ends.last[at(s)])});
      last = std::max(last, ends.last[at(s)]);
    }
    if (second == kNoPass) continue;  // of one entry in all, which pins nothing
    const PassNumber from = std::max(second, slots.born[at(first + block.count() - 1)]);
    if (from >= last) continue;
    changes.freed[at(from)] -= weight;
    if (last == kStays) {
      left += weight;
    } else {
      changes.freed[at(last)] += weight;
    }
  }
  return left;
}

std::int64_t count_tail(const Slots& slots, const SlotEnds& ends, Tokens block, std::int64_t weight,
                        Changes& changes) {
  const std::int64_t size = block.count();
  const auto unwritten = [&](std::int64_t end) { return (size - end % size) % size; };
  std::int64_t tail = 0;       // after the pass before
  std::int64_t seen = 0;       // slots
  PassNumber until = kNoPass;  // of those seen of the last block
  for (const Write& write : slots.writes) {
    const std::int64_t during = unwritten(write.end + write.transient);
    const std::int64_t begin = (write.end - 1) / size * size;
    if (begin >= seen) {
      seen = begin;
      until = kNoPass;
    }
    for (; seen < write.end; ++seen) {
      if (seen % size == 0) until = kNoPass;
      until = std::max(until, ends.last[at(seen)]);
    }
    const std::int64_t after = until > write.pass ? unwritten(write.end) : 0;
    changes.taken[at(write.pass)] += weight * (during - tail);
    changes.freed[at(write.pass)] += weight * (during - after);
    tail = after;
  }
  return weight * tail;
}

}  // namespace kvf
