// The tables that find_weight_family() looks into, by what is special about them.
#pragma once

#include <span>

#include "sim/input/weights/family.h"

namespace kvf::input {

std::span<const WeightFamily> dense_families();      // alike in all layers, as llama is
std::span<const WeightFamily> early_families();      // of before llama: two-matrix MLPs, biases
std::span<const WeightFamily> expert_families();     // mixtures of experts
std::span<const WeightFamily> latent_families();     // multi-head latent attention
std::span<const WeightFamily> recurrent_families();  // states, also beside attention
std::span<const WeightFamily> gemma_families();

}  // namespace kvf::input
