// What contiguous and static caches share: the passes of a schedule, and a book of buffers.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/rule.h"
#include "sim/alloc/cache_buffers.h"

namespace kvf {

// What one pass does to the cells of a group.
struct GroupCall {
  std::int64_t pass = 0;
  std::size_t group = 0;
  Tokens seen;  // tokens of the sequence before the pass
  Tokens past;
  Tokens size;                         // past + rows + appended
  Tokens after;                        // what stays
  Tokens live;                         // of that, what is not masked
  const WindowRule* window = nullptr;  // of a layer that slides
};
// Every pass, layer by layer: the groups of the layer.
void play_layers(const Schedule& schedule,
                 const std::function<void(std::span<const GroupCall>)>& layer);

// Numbers buffers and keeps the sums for the caches.
class BufferBook {
 public:
  BufferBook(const Schedule& schedule, const BufferSink& sink);

  std::int64_t pass = 0;
  // Empty tensors have no buffer.
  void alloc(std::size_t group, CachePart part, Tokens entries);
  void free_oldest(std::size_t group, CachePart part);
  void free_newest(std::size_t group, CachePart part);
  // Entries of one cell that are kept and not masked, from the next event on.
  void set_live(std::size_t group, Tokens entries);
  void release_all();

 private:
  struct Buffer {
    std::size_t number;
    Bytes bytes;
  };
  struct Cells {
    PartBytes bytes;
    std::int64_t layer;
    Tokens live;
    std::vector<Buffer> buffers[2];  // of each part; more than one while it is copied
  };
  void free(std::size_t group, CachePart part, bool oldest);
  void tell(CacheBuffer::Kind kind, const Buffer& buffer, std::size_t group, CachePart part);

  const BufferSink& sink_;
  std::vector<Cells> groups_;
  std::size_t next_ = 0;
  Bytes live_;
  Bytes held_;
};

}  // namespace kvf
