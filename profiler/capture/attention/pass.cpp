#include "profiler/capture/attention/pass.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace kvf::capture {
namespace {

void require(bool holds, std::string_view what, std::int64_t found) {
  if (!holds) throw std::invalid_argument(fmt::format("attention: {}, not {}", what, found));
}

}  // namespace

Number number_of(std::string_view name) {
  for (const Number number : {Number::fp32, Number::fp16, Number::bf16}) {
    if (to_string(number) == name) return number;
  }
  throw std::invalid_argument(
      fmt::format("the attention kernel computes in fp32, fp16 and bf16, not in '{}'", name));
}

std::string_view to_string(Number number) {
  switch (number) {
    case Number::fp32:
      return "fp32";
    case Number::fp16:
      return "fp16";
    case Number::bf16:
      return "bf16";
  }
  return "?";
}

void check(const AttentionPass& pass) {
  require(pass.rows >= 1 && pass.rows < kMostPositions, "rows are from 1 to 2^30 - 1", pass.rows);
  require(pass.first_position >= 0 && pass.first_position <= kMostPositions - pass.rows,
          "positions are from 0 to 2^30 - 1, those of the rows too", pass.first_position);
  require(pass.kv_heads >= 1, "there is at least one KV head", pass.kv_heads);
  require(pass.query_heads >= 1 && pass.query_heads % pass.kv_heads == 0,
          fmt::format("query heads are a multiple of the {} KV heads", pass.kv_heads),
          pass.query_heads);
  require(pass.query_heads <= 65535, "query heads are at most 65535", pass.query_heads);
  require(pass.head_dim >= 1 && pass.head_dim <= kWidestHead, "head_dim is from 1 to 1024",
          pass.head_dim);
  require(pass.block_tokens >= 1 && pass.block_tokens <= kMostPositions,
          "block_tokens is from 1 to 2^30", pass.block_tokens);
  if (pass.query == nullptr || pass.output == nullptr || pass.heads == nullptr) {
    throw std::invalid_argument("attention: query, output and heads must not be null");
  }
}

}  // namespace kvf::capture
