// The compute buffers that llama.cpp logged.
#include <algorithm>
#include <array>
#include <cctype>

#include "models/engines/llama_cpp_pool.h"
#include "tests/reference_check/memory_model.h"

namespace kvf::reference {
namespace {

constexpr double kMiBs = 1 << 20;

// The formula holds for dense models of three families, fully on the GPU, of llama.cpp itself, with
// logits of all rows. Everything else is refused.
std::string out_of_scope(const Node& record) {
  std::string model = text(get(record, "model"));
  std::transform(model.begin(), model.end(), model.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto holds = [&](std::string_view word) { return model.find(word) != std::string::npos; };
  const auto is_set = [&](std::string_view key) {
    const Node* node = find(record, key);
    return node != nullptr && (node->kind != Kind::boolean || node->boolean);
  };
  for (const std::string_view key :
       {"partial_offload", "moe", "encoder", "engine_fork", "n_outputs_reserved"}) {
    if (is_set(key)) return std::string(key);
  }
  if (holds("ollama")) return "another program reserves less";
  for (const std::string_view word : {"hybrid", "moe", "qwen3.", "-a3b", "mla", "deepseek"}) {
    if (holds(word)) return "layers of several kinds";
  }
  static constexpr std::array<std::string_view, 4> kFamilies{"llama", "mistral", "qwen", "trilm"};
  const bool known = std::any_of(kFamilies.begin(), kFamilies.end(), holds);
  return known ? "" : "no family whose buffer is known";
}

}  // namespace

void compare_compute_buffer(Row& row) {
  const Node& record = row.node();
  const std::string reason = out_of_scope(record);
  if (!reason.empty()) return row.refused("cuda_compute_buffer_mib", reason);
  llama_cpp::ComputeBuffer buffer;
  buffer.vocabulary = integer(get(record, "vocab_size"));
  buffer.hidden = integer(get(record, "hidden_size"));
  buffer.heads = integer(get(record, "num_attention_heads"));
  buffer.micro_batch = buffer.outputs = tokens(record, "n_ubatch");
  buffer.flash_attention = boolean(get(record, "flash_attn"));
  const auto context = maybe_integer(record, "n_ctx");
  buffer.context = Tokens(context.value_or(0));
  const auto mib = [](Bytes bytes) { return static_cast<double>(bytes.count()) / kMiBs; };
  const Node* device = find(record, "cuda_compute_buffer_mib");
  if (device != nullptr && (context || buffer.flash_attention)) {
    row.compare_printed("cuda_compute_buffer_mib", *device, mib(buffer.device()));
  }
  const Node* host = find(record, "cuda_host_compute_buffer_mib");
  if (host != nullptr && context) {
    row.compare_printed("cuda_host_compute_buffer_mib", *host, mib(buffer.host()));
  }
}

}  // namespace kvf::reference
