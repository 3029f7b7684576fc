#include "sim/alloc/contiguous_cache.h"

#include "sim/alloc/buffer_book.h"

namespace kvf {
namespace {

constexpr CachePart kParts[] = {CachePart::key, CachePart::value};

void append(BufferBook& book, const GroupCall& call) {
  const bool first = call.past == Tokens{};
  for (const CachePart part : kParts) {
    book.alloc(call.group, part, call.size);
    if (!first && call.window == nullptr) book.free_oldest(call.group, part);
  }
  if (first || call.window == nullptr) return;
  for (const CachePart part : kParts) book.free_oldest(call.group, part);
}

void evict(BufferBook& book, const GroupCall& call) {
  // What a window keeps is a view.
  if (call.after == call.size || call.window != nullptr) return;
  for (const CachePart part : kParts) book.alloc(call.group, part, call.after);
  for (const CachePart part : kParts) book.free_oldest(call.group, part);
}

}  // namespace

BufferPeak contiguous_buffers(const Schedule& schedule, const BufferSink& sink) {
  BufferPeak peak;
  const BufferSink watched = [&](const CacheBuffer& event) {
    peak.see(event);
    if (sink) sink(event);
  };
  BufferBook book(schedule, watched);
  play_layers(schedule, [&](std::span<const GroupCall> layer) {
    book.pass = layer.front().pass;
    for (const GroupCall& call : layer) {
      append(book, call);
      book.set_live(call.group, call.live);
    }
    for (const GroupCall& call : layer) evict(book, call);
  });
  ++book.pass;
  book.release_all();
  return peak;
}

}  // namespace kvf
