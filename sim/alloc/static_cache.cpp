#include "sim/alloc/static_cache.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "sim/alloc/buffer_book.h"

namespace kvf {
namespace {

constexpr CachePart kParts[] = {CachePart::key, CachePart::value};

// Entries of one cell of each group that are allocated ahead.
std::vector<Tokens> lengths(const Schedule& schedule, Tokens length) {
  const PlanContext context{schedule.shape, schedule.workload, schedule.convention,
                            schedule.plan.prompt};
  std::vector<Tokens> lengths;
  for (const Group& group : schedule.groups) {
    std::optional<Tokens> ahead;
    if (schedule.allocates_ahead()) ahead = reserved(schedule.rules[group.rule], context);
    const WindowRule* const window = schedule.window(group.rule);
    if (window != nullptr) ahead = std::min(window->capacity + Tokens(1), length);
    lengths.push_back(ahead.value_or(length));
  }
  return lengths;
}

// Entries of a cell of which there is a copy beside its tensors while the layer attends.
Tokens copy_of(const GroupCall& call, Tokens room) {
  if (call.size > room) return call.size;
  const bool rolls = call.pass > 0 && call.window != nullptr && call.seen >= room;
  return rolls ? room : Tokens{};
}

template <class Book>
void play(const Schedule& schedule, Tokens length, Book& book) {
  if (schedule.plan.rows() > length) {
    throw std::invalid_argument("the sequence is longer than the static cache");
  }
  const std::vector<Tokens> ahead = lengths(schedule, length);
  play_layers(schedule, [&](std::span<const GroupCall> layer) {
    book.begin_pass(layer.front().pass);
    for (const GroupCall& call : layer) {
      const Tokens room = ahead[call.group];
      if (call.pass == 0) {
        for (const CachePart part : kParts) book.alloc(call.group, part, room);
      }
      if (call.after > room ||
          (call.after < call.size && call.window == nullptr && !schedule.allocates_ahead())) {
        throw std::invalid_argument("a static cache does not evict");
      }
      book.set_live(call.group, call.live);
      const Tokens copied = copy_of(call, room);
      for (const CachePart part : kParts) book.alloc(call.group, part, copied);
    }
    for (const GroupCall& call : layer) {
      if (copy_of(call, ahead[call.group]) == Tokens{}) continue;
      for (const CachePart part : kParts) book.free_newest(call.group, part);
    }
  });
  book.release_all();
}

}  // namespace

BufferPeak static_buffers(const Schedule& schedule, Tokens length, const BufferSink& sink) {
  BufferPeak peak;
  const BufferSink watched = [&](const CacheBuffer& event) {
    peak.see(event);
    if (sink) sink(event);
  };
  BufferBook book(schedule, watched);
  play(schedule, length, book);
  return peak;
}

void static_held(const Schedule& schedule, Tokens length, const HeldSink& sink) {
  HeldBook book(schedule, sink);
  play(schedule, length, book);
}

}  // namespace kvf
