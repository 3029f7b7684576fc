// Curves of a what-if as a run of the document: sampled from the closed form, or played.
#pragma once

#include <memory>
#include <string>

#include "gui/document/document.h"
#include "gui/whatif/model.h"
#include "models/batch.h"
#include "models/footprint.h"
#include "timeline/timeline.h"

namespace kvf::gui {

// A pass is what it holds while it attends, from its first row on; where it ends, and until the next
// sample, is what it leaves.
std::shared_ptr<const Run> run_of_closed_form(const WhatIf& what, const BatchMember& member,
                                              const Footprint& footprint, std::string id);

// Every track of a played run, in the same way.
std::shared_ptr<const Run> run_of_timeline(const WhatIf& what, const Timeline& timeline,
                                           const PassPlan& plan, const Footprint& footprint,
                                           std::string id);

}  // namespace kvf::gui
