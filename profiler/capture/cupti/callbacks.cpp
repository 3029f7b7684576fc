#include "profiler/capture/cupti/callbacks.h"

#include <cstdlib>
#include <mutex>
#include <stdexcept>

namespace kvf::capture {
namespace {

// Never destroyed: CUPTI's threads may call when the program ends.
struct Slot {
  std::mutex mutex;
  std::shared_ptr<Collector::State> state;
};
Slot& slot() {
  static Slot* const the_slot = new Slot;
  return *the_slot;
}

std::shared_ptr<Collector::State> active() {
  const std::lock_guard lock(slot().mutex);
  return slot().state;
}

void CUPTIAPI requested(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
  if (const auto state = active()) return state->requested(buffer, size, most_records);
  *size = 64u << 10;
  *most_records = 0;
  *buffer = static_cast<std::uint8_t*>(std::calloc(*size, 1));
}

void CUPTIAPI completed(CUcontext, std::uint32_t, std::uint8_t* buffer, std::size_t size,
                        std::size_t valid) {
  if (buffer == nullptr) return;
  if (const auto state = active()) return state->completed(buffer, size, valid);
  std::free(buffer);
}

void CUPTIAPI called(void*, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  if (const auto state = active()) state->called(domain, id, data);
}

void end_at_exit() {
  const auto state = active();
  if (!state) return;
  try {
    state->end({});
  } catch (...) {  // there is nobody left to tell
  }
}

}  // namespace

void activate(const std::shared_ptr<Collector::State>& state) {
  const std::lock_guard lock(slot().mutex);
  if (slot().state) throw std::logic_error("capture: there is a collector already");
  static const int registered = std::atexit(end_at_exit);
  static_cast<void>(registered);
  slot().state = state;
}

void deactivate() {
  std::shared_ptr<Collector::State> last;  // destroyed without the lock
  const std::lock_guard lock(slot().mutex);
  last.swap(slot().state);
}

Session::Callbacks cupti_callbacks() { return {called, requested, completed}; }

}  // namespace kvf::capture
