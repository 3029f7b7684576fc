// The lives of a case's entries, into a run file.
#pragma once

#include "models/batch.h"
#include "models/schedule.h"
#include "sim/play.h"
#include "timeline/run_file.h"

namespace kvf {

// Writes those that the options ask for, cell by cell, into the run that is being written. Memory:
// the entries of one cell that are alive.
void write_lives(const Schedule& schedule, const PlayOptions& options, RunFileWriter& writer);

// Of a batch, member by member; passes are those of the batch. A sequence that has finished is
// freed: its lives that go on ended with its last pass, which is the end of what is told.
void write_lives(const Batch& batch, const PlayOptions& options, RunFileWriter& writer);

}  // namespace kvf
