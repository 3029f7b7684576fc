// The tables that catalogue() is made of.
#pragma once

#include <span>

#include "sim/input/catalogue/catalogue.h"

namespace kvf::input {

std::span<const CatalogueEntry> llama_like_models();
std::span<const CatalogueEntry> uniform_models();
std::span<const CatalogueEntry> mixed_models();

}  // namespace kvf::input
