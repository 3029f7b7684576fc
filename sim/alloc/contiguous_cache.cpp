#include "sim/alloc/contiguous_cache.h"

#include "sim/alloc/buffer_book.h"

namespace kvf {
namespace {

constexpr CachePart kParts[] = {CachePart::key, CachePart::value};

template <class Book>
void append(Book& book, const GroupCall& call) {
  const bool first = call.past == Tokens{};
  for (const CachePart part : kParts) {
    book.alloc(call.group, part, call.size);
    if (!first && call.window == nullptr) book.free_oldest(call.group, part);
  }
  if (first || call.window == nullptr) return;
  for (const CachePart part : kParts) book.free_oldest(call.group, part);
}

template <class Book>
void evict(Book& book, const GroupCall& call) {
  // What a window keeps is a view.
  if (call.after == call.size || call.window != nullptr) return;
  for (const CachePart part : kParts) book.alloc(call.group, part, call.after);
  for (const CachePart part : kParts) book.free_oldest(call.group, part);
}

template <class Book>
void play(const Schedule& schedule, Book& book) {
  play_layers(schedule, [&](std::span<const GroupCall> layer) {
    book.begin_pass(layer.front().pass);
    for (const GroupCall& call : layer) {
      append(book, call);
      book.set_live(call.group, call.live);
    }
    for (const GroupCall& call : layer) evict(book, call);
  });
  book.release_all();
}

}  // namespace

BufferPeak contiguous_buffers(const Schedule& schedule, const BufferSink& sink) {
  BufferPeak peak;
  const BufferSink watched = [&](const CacheBuffer& event) {
    peak.see(event);
    if (sink) sink(event);
  };
  BufferBook book(schedule, watched);
  play(schedule, book);
  return peak;
}

void contiguous_held(const Schedule& schedule, const HeldSink& sink) {
  HeldBook book(schedule, sink);
  play(schedule, book);
}

}  // namespace kvf
