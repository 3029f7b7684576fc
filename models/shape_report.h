// A shape by kinds of layers: what each kind stores, for tables.
#pragma once

#include <string>
#include <vector>

#include "models/shape.h"

namespace kvf {

struct LayersOfAKind {
  LayerRun layers;                // count: all of them, wherever they are
  BytesPerToken bytes_per_token;  // of all of them, while no window is full
  Bytes window_bytes;             // what they hold at most, if they have a window; else 0
  Bytes state_bytes;              // of all of them, of one sequence
};

// In the order in which the kinds first occur.
std::vector<LayersOfAKind> layers_by_kind(const LlmShape& shape);
// Once every window is full, this is what a token adds.
BytesPerToken bytes_per_token_past_windows(const LlmShape& shape);

// "32 layers x 8 KV heads", "26 layers (22 sliding, 4 full)".
std::string layers_in_words(const LlmShape& shape);
// What one layer stores: "8 KV heads x 128", "latent 512 + 64", "window 512, 1 KV head x 256".
std::string entries_in_words(const LayerRun& run);

}  // namespace kvf
