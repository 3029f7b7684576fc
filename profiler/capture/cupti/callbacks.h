// The functions that CUPTI calls. They carry no context of their own, so that one collector at a
// time is the active one.
#pragma once

#include <memory>

#include "profiler/capture/cupti/collector_state.h"
#include "profiler/capture/cupti/session.h"

namespace kvf::capture {

// Throws std::logic_error if there is an active one. An active collector is ended when the program
// exits.
void activate(const std::shared_ptr<Collector::State>& state);
void deactivate();

// They may come at any time, from any thread, also when no collector is active.
Session::Callbacks cupti_callbacks();

}  // namespace kvf::capture
