#include "models/engines/vllm_memory.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace kvf::vllm {
namespace {

constexpr EngineVersion kV1{{0, 8, 0}};
constexpr EngineVersion kOnlyV1{{0, 11, 0}};
constexpr EngineVersion kTritonSampler{{0, 17, 0}};  // top-k and top-p without a sort
constexpr EngineVersion kGraphFigures{{0, 15, 0}};
constexpr std::int64_t kTritonRows = 8;  // fewer are still sorted

// cuBLAS takes its workspace by the architecture.
Bytes cublas_workspace(const Gpu& gpu) {
  return gpu.compute_major >= 9 ? kMiB.times(32) : kKiB.times(8320);
}

Bytes scaled(Bytes bytes, double factor) {
  return Bytes(static_cast<std::int64_t>(factor * static_cast<double>(bytes.count())));
}

// vllm/engine/arg_utils.py, and its test of the defaults.
bool is_large(const Gpu& gpu) { return gpu.memory >= kGiB.times(70) && !gpu.a100; }

bool mixture(const Architecture& model) { return model.experts > 0; }

// Sampling: logits of every sequence, and what sorting them takes.
Bytes sampler(const Architecture& model, const Settings& s, const Gpu& gpu, bool triton) {
  const std::int64_t b = s.number_bytes;
  const std::int64_t of_logit = b + (triton ? 12 : 36);
  Bytes sum = Bytes(of_logit).times(s.max_num_seqs).times(model.vocabulary);
  if (triton) sum += Bytes(4).times(gpu.sm_count).times(model.vocabulary);
  sum += Bytes(b).times(s.max_num_batched_tokens.count()).times(model.hidden);
  sum += Bytes(b).times(s.max_num_seqs).times(model.hidden);
  sum += cublas_workspace(gpu);
  // Fitted on V1 logs: 10.4 MiB at 8,192 rows.
  if (!s.v0) {
    sum += scaled(kKiB, 10.4 * 1024 / 8192 * static_cast<double>(s.max_num_batched_tokens.count()));
  }
  return sum;
}

// The widest layer over all rows: both halves of the MLP, its product, and hidden states. What experts
// need is their workspace, below.
Bytes forward(const Architecture& model, const Settings& s, const Gpu& gpu) {
  const std::int64_t inner = mixture(model) ? 0 : model.intermediate / s.tensor_parallel;
  const std::int64_t of_mlp = (model.gated ? 3 : 2) * inner;
  const std::int64_t hidden = s.v0 ? 4 : 3;
  const Bytes rows = Bytes(s.number_bytes).times(s.max_num_batched_tokens.count());
  // Fitted on two V1 shapes: 46.4 MiB.
  const Bytes more = s.v0 ? Bytes{} : scaled(kMiB, 46.4);
  return rows.times(of_mlp + hidden * model.hidden) + cublas_workspace(gpu) + more;
}

// Intermediate results of the fused experts: they stay allocated while sampling.
Bytes expert_workspace(const Architecture& model, const Settings& s) {
  if (!mixture(model) || !s.triton_experts || s.version < kTritonSampler) return {};
  const std::int64_t inner = model.moe_intermediate / s.tensor_parallel;
  return Bytes(s.number_bytes)
      .times(s.max_num_batched_tokens.count())
      .times(model.experts_per_token)
      .times(std::max(inner, model.hidden) + std::max(2 * inner, model.hidden));
}

// Logged non-torch memory: GiB, by version, compute capability and number of ranks.
struct NonTorchRow {
  EngineVersions versions;
  int compute_major = 0;  // 0: any
  std::int64_t ranks = 1;
  double low = 0;
  double mid = 0;
  double high = 0;
  bool smallest = false;  // GPUs of less than 7 GiB
};

constexpr EngineVersions kOld{{{0, 0, 0}}, {{0, 6, 5}}};
constexpr EngineVersions kPr10511{{{0, 6, 5}}, {{0, 7, 0}}};
constexpr EngineVersions k07{{{0, 7, 0}}, {{0, 11, 0}}};
constexpr EngineVersions k011{{{0, 11, 0}}, {{0, 15, 0}}};
constexpr EngineVersions k015{{{0, 15, 0}}, {{0, 18, 0}}};
constexpr EngineVersions k018{{{0, 18, 0}}};

constexpr std::array<NonTorchRow, 22> kNonTorch{{
    {kOld, 0, 1, 0.01, 0.12, 0.35},         // N103, V01
    {kOld, 0, 2, 0.20, 0.30, 0.74},         // as 0.7
    {kPr10511, 9, 1, 1.70, 1.79, 1.88},     // N101
    {kPr10511, 9, 2, 3.40, 3.58, 3.76},     // N102
    {kPr10511, 0, 1, 0.01, 0.12, 0.35},     // as before
    {k07, 0, 1, 0.01, 0.05, 0.12},          // N104, N109, N113, N114
    {k07, 0, 1, -0.51, -0.20, 0.12, true},  // N115: less was in use after than before
    {k07, 9, 2, 0.30, 0.74, 0.90},          // N111
    {k07, 0, 2, 0.20, 0.30, 0.74},          // N112
    {k07, 0, 4, 0.15, 0.20, 0.74},          // N110
    {k07, 0, 8, 1.60, 2.10, 2.60},          // N119
    {k011, 0, 1, 0.10, 0.13, 0.18},         // N080, N083, N085
    {k011, 0, 2, 0.50, 0.54, 1.40},         // N086; 1.38 on an H200
    {k015, 0, 1, 0.10, 0.13, 0.18},         // N070 to N072
    {k015, 0, 2, 0.50, 1.30, 2.12},         // not logged: between 0.11 and 0.18
    {k015, 0, 4, 0.50, 1.35, 2.23},         // the same
    {k015, 0, 8, 0.50, 1.40, 2.60},         // the same
    {k018, 0, 1, 0.20, 0.25, 0.46},         // N001 to N073
    {k018, 0, 2, 2.02, 2.07, 2.12},         // N027, N035, N040, N043, N050
    {k018, 0, 4, 2.08, 2.15, 2.23},         // N028, N031, N037, N051
    {k018, 0, 8, 2.08, 2.25, 2.60},         // not logged: four ranks, and more
    {k011, 0, 4, 0.50, 1.35, 2.23},         // not logged: two ranks, and 0.18
}};

// Of more ranks than were ever logged: the most that were, with a band that may be twice as far up.
const NonTorchRow* nearest_row(const Settings& s, const Gpu& gpu) {
  const bool smallest = gpu.memory > Bytes{} && gpu.memory < kGiB.times(7);
  const NonTorchRow* best = nullptr;
  const auto fits_better = [&](const NonTorchRow& row) {
    if (best == nullptr) return true;
    if (row.ranks != best->ranks) return row.ranks > best->ranks;
    if (row.smallest != best->smallest) return row.smallest;
    return row.compute_major > best->compute_major;
  };
  for (const NonTorchRow& row : kNonTorch) {
    if (!row.versions.has(s.version) || row.ranks > s.tensor_parallel) continue;
    if (row.compute_major != 0 && row.compute_major != gpu.compute_major) continue;
    if (row.smallest && !smallest) continue;
    if (fits_better(row)) best = &row;
  }
  return best;
}

}  // namespace

bool runs_v0(const EngineVersion& version, const Gpu& gpu) {
  return version < kV1 || (version < kOnlyV1 && gpu.compute_major < 8);
}

std::int64_t default_max_num_seqs(bool v0, const Gpu& gpu) {
  return !v0 && is_large(gpu) ? 1024 : 256;
}

Tokens default_max_num_batched_tokens(bool v0, const Gpu& gpu, Tokens max_model_len) {
  if (!v0) return Tokens(is_large(gpu) ? 8192 : 2048);
  // V0 turns chunked prefill on above 32,768.
  return max_model_len > Tokens(32768) ? Tokens(2048) : std::max(max_model_len, Tokens(2048));
}

Estimate activation_peak(const Architecture& model, const Settings& settings, const Gpu& gpu) {
  const bool triton =
      !settings.v0 && settings.version >= kTritonSampler && settings.max_num_seqs >= kTritonRows;
  const Bytes sampling = sampler(model, settings, gpu, triton);
  const Bytes passing = forward(model, settings, gpu);
  // The largest error on 77 text models of 31 architectures was 1.5 %.
  Estimate peak = within(expert_workspace(model, settings) + std::max(sampling, passing), 0.02,
                         kMiB.times(10), Basis::formula);
  peak.cause = sampling > passing
                   ? "sampling " + std::to_string(settings.max_num_seqs) + " rows of logits"
                   : "a forward pass of " +
                         std::to_string(settings.max_num_batched_tokens.count()) + " rows";
  return peak;
}

Estimate non_torch(const Settings& settings, const Gpu& gpu) {
  const NonTorchRow* row = nearest_row(settings, gpu);
  if (row == nullptr) throw std::invalid_argument("no figures of this version of vLLM");
  Estimate estimate{gibibytes(row->low), gibibytes(row->mid), gibibytes(row->high), Basis::table};
  if (settings.pipeline_parallel > 1) {
    estimate.low = std::min(estimate.low, gibibytes(0.05));
  }
  if (row->ranks != settings.tensor_parallel) estimate.high += estimate.high - estimate.low;
  estimate.cause =
      "logged on " + std::to_string(row->ranks) + " rank" + (row->ranks == 1 ? "" : "s");
  return estimate;
}

Estimate context(const Settings& settings) {
  if (settings.tensor_parallel * settings.pipeline_parallel == 1) {
    return {gibibytes(0.45), gibibytes(0.51), gibibytes(0.57), Basis::table, "CUDA context"};
  }
  return {gibibytes(1.43), gibibytes(1.75), gibibytes(2.07), Basis::table,
          "CUDA context and communication"};
}

std::optional<Estimate> cuda_graphs(const Architecture& model, const Settings& settings) {
  if (settings.enforce_eager) return exactly(Bytes{});
  const std::int64_t layers =
      (model.layers + settings.pipeline_parallel - 1) / settings.pipeline_parallel;
  const double mid = 0.371 + 0.0154 * static_cast<double>(layers);
  if (settings.version >= kGraphFigures) {
    // Fitted on 23 dense models with 51 batch sizes; the largest error was 29 %. Latents, and mixtures
    // with more sizes, took twice as much.
    Estimate graphs = within(gibibytes(mid), 0.3, Bytes{}, Basis::formula);
    if (mixture(model) || model.latent) {
      graphs.low = gibibytes(0.5 * mid);
      graphs.high = std::min(gibibytes(2.2 * mid), graphs.low + gibibytes(1.5));
    }
    graphs.cause = "captured batch sizes";
    return graphs;
  }
  if (!settings.v0) return std::nullopt;
  return Estimate{gibibytes(0.15), gibibytes(0.4), gibibytes(0.9), Basis::table, "35 batch sizes"};
}

}  // namespace kvf::vllm
