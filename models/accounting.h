// By whose rules a run is counted.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace kvf {

// `paper`: the idealised metric of arXiv 2506.17121, bit for bit what its script computes.
// `implementation`: what the published implementations really hold.
enum class Accounting { paper, implementation };

// Whose implementation. It says how a run is cut into passes, and which version of a rule holds.
//   eval             the paper's harness (PruLong ff22598): prefills all but the last prompt token
//   kvpress          kvpress 0.5.5: prefills the prompt, only a call on an empty cache is pressed
//   kvpress_8bb29b9  the same at that commit: only a call at position 0 is pressed
//   duo_static       DuoAttention's static cache: prefills the prompt, allocates ahead
//   transformers     the caches of the transformers library: prefills the prompt, and stores the
//                    heads that it copied before caching
enum class Convention { eval, kvpress, kvpress_8bb29b9, duo_static, transformers };

// Their words, as users write them.
std::string_view to_string(Accounting accounting);
std::string_view to_string(Convention convention);
std::optional<Accounting> parse_accounting(std::string_view word);
std::optional<Convention> parse_convention(std::string_view word);
std::vector<std::string_view> accounting_names();
std::vector<std::string_view> convention_names();

}  // namespace kvf
