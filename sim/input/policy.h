// A policy as a map, as a short form on the command line, and back to JSON. Generic over the
// parameter tables: no policy's name occurs here.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/policy.h"
#include "sim/input/node.h"
#include "sim/input/tsv.h"

namespace kvf::input {

// A map {name, parameters ...}; without quotes also a name alone. Nested policies are such maps
// again. Keys in `beside` belong to the caller. Head scores are read through `files`.
// Returns nullopt if it added a problem; what check(PolicySpec) refuses is one, at the parameter to
// blame.
std::optional<PolicySpec> read_policy(const Node& node, HeadFiles& files, Problems& problems,
                                      std::span<const std::string_view> beside = {});

// The short form:  NAME  or  NAME:PARAMETER=VALUE,PARAMETER=VALUE,...
//   prulong:streaming_heads=0.7,window_tokens=1K,other_heads=(snapkv:sparsity=0.7,eviction=naive)
// A nested policy is a name, or a form in parentheses; a list is [a, b]. Files are relative to the
// working directory. Throws InputError; `source` stands for the file: "--policy".
PolicySpec parse_policy(std::string_view text, std::string source = "--policy");

// The flat JSON object, on one line: the name, and each parameter that differs from its default.
// Reading it gives an equal policy. Throws std::invalid_argument for scores that came from no file.
std::string to_json(const PolicySpec& policy);

// What a message says of a PolicyError.
std::string words(const PolicySpec& policy, const PolicyError& error);
// Where it belongs: at the parameter to blame if the map has it, else at the policy.
Position position_of(const Node& policy, const PolicyError& error);

}  // namespace kvf::input
