// KV pools as engines logged them: figures typed from public logs, the branch each of them takes.
#include <string>
#include <vector>

#include "models/dtype.h"
#include "models/engines/other_pools.h"
#include "models/engines/pool.h"
#include "models/engines/version.h"
#include "models/engines/vllm_ledger.h"
#include "sim/input/pool_case.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using input::PoolCaseReader;

PoolCase pool(const std::string& line) { return PoolCaseReader("pools.jsonl").read(line, 1); }

double figure(const PoolCase& of, const std::string& name, Blocks blocks) {
  for (const PoolFigure& f : pool_figures(of, blocks)) {
    if (f.name == name) return f.value;
  }
  FAIL("no figure " << name);
  return 0;
}
double low(const PoolCase& of, const std::string& name) {
  return figure(of, name, block_range(of).value().low);
}
double high(const PoolCase& of, const std::string& name) {
  return figure(of, name, block_range(of).value().high);
}

std::string problem(const std::string& line) {
  try {
    pool(line);
  } catch (const input::InputError& error) {
    return error.what();
  }
  return "";
}

using test::contains;

constexpr const char* kUniform =
    R"({"kind":"vllm_uniform","num_hidden_layers":32,"num_key_value_heads":8,"head_dim":128,)"
    R"("kv_dtype_bytes":2,"available_kv_cache_gib":3.81,"max_model_len_tokens":20000,)"
    R"("swap_space_gib":4})";

}  // namespace

TEST_CASE("vLLM: equal layers") {
  // Llama-3.1-8B on an RTX 3090, V0: 1,952 blocks, 2,048 CPU blocks, 1.56 requests.
  const PoolCase llama = pool(kUniform);
  CHECK(low(llama, "num_gpu_blocks") == 1948);
  CHECK(high(llama, "num_gpu_blocks") == 1953);
  CHECK(low(llama, "num_cpu_blocks") == 2048);
  CHECK(figure(llama, "max_concurrency_x", Blocks(1952)) == Approx(1.56).margin(0.005));
  CHECK(figure(llama, "usable_blocks", Blocks(1952)) == 1951);

  // A draft model's layer counts (410,128 tokens logged), heads are at least one on each rank, and
  // exact bytes leave nothing open.
  const PoolCase draft =
      pool(R"({"kind":"vllm_uniform","num_hidden_layers":32,"extra_kv_layers":1,"head_dim":128,)"
           R"("num_key_value_heads":8,"kv_dtype_bytes":2,"available_kv_cache_gib":51.63})");
  CHECK(low(draft, "gpu_kv_cache_tokens") <= 410128);
  CHECK(high(draft, "gpu_kv_cache_tokens") >= 410128);
  const PoolCase ranks =
      pool(R"({"kind":"vllm_uniform","num_hidden_layers":2,"num_key_value_heads":2,"head_dim":64,)"
           R"("kv_dtype_bytes":1,"tensor_parallel_size":8,"available_kv_cache_bytes":81920})");
  CHECK(low(ranks, "block_bytes") == 2 * 2 * 64 * 16);
  CHECK(low(ranks, "num_gpu_blocks") == 20);
  CHECK(high(ranks, "num_gpu_blocks") == 20);
}

TEST_CASE("vLLM: latents and an indexer, on every rank") {
  // 344,192 tokens, 1.70 requests of 202,752 tokens.
  const PoolCase glm = pool(
      R"({"kind":"vllm_mla","num_hidden_layers":78,"kv_lora_rank":512,"qk_rope_head_dim":64,)"
      R"("kv_dtype_bytes":2,"indexer_bytes_per_token":132,"block_size_tokens":64,)"
      R"("tensor_parallel_size":8,"available_kv_cache_gib":32.11,"max_model_len_tokens":202752})");
  CHECK(low(glm, "block_bytes") == 6409728);
  CHECK(low(glm, "gpu_kv_cache_tokens") == 344192);
  CHECK(low(glm, "max_concurrency_x") == Approx(1.70).margin(0.005));
}

TEST_CASE("vLLM: groups on one pool") {
  // 25 layers with a window, 5 without, whose pages are half as large: 1.12 requests.
  const PoolCase gemma = pool(
      R"({"kind":"vllm_hybrid","kv_cache_groups":[{"type":"full","count":1,"layers_per_group":5,)"
      R"("block_size_tokens":32,"page_bytes":65536},{"type":"sliding","count":5,)"
      R"("layers_per_group":5,"block_size_tokens":16}],"available_kv_cache_gib":4.58,)"
      R"("max_model_len_tokens":256000,"max_num_batched_tokens":16384,"sliding_window":1024,)"
      R"("token_formula":"concurrency_times_len"})");
  CHECK(low(gemma, "blocks_per_request") == 13445);
  CHECK(figure(gemma, "gpu_kv_cache_tokens", Blocks(15021)) == 286007);

  // States decide the block; speculation takes a layer more and a block more: 482,080 tokens, 6.42.
  const PoolCase qwen =
      pool(R"({"kind":"vllm_hybrid","kv_cache_groups":[{"type":"full","count":1,)"
           R"("layers_per_group":13},{"type":"mamba_align","count":3,"layers_per_group":12}],)"
           R"("available_kv_cache_gib":24.05,"max_model_len_tokens":262144,)"
           R"("num_speculative_tokens":1,"mamba_state_bytes":4292608,)"
           R"("attn_bytes_per_token_per_layer":1024})");
  CHECK(low(qwen, "attention_block_size") == 4192);
  CHECK(low(qwen, "padding_layers") == 3);
  CHECK(low(qwen, "blocks_per_request") == 72);
  CHECK(low(qwen, "gpu_kv_cache_tokens") == 482080);
  CHECK(low(qwen, "max_concurrency_x") == Approx(6.42).margin(0.005));

  // Without prefix caching a state's block is the whole request: 5,088 tokens, 43.12 % padding.
  const PoolCase zamba = pool(
      R"({"kind":"vllm_hybrid","kv_cache_groups":[{"type":"full","count":1,"layers_per_group":9},)"
      R"({"type":"mamba_none","count":6,"layers_per_group":9}],"available_kv_cache_gib":6.16,)"
      R"("max_model_len_tokens":2048,"mamba_state_bytes":686848,)"
      R"("attn_bytes_per_token_per_layer":20480})");
  CHECK(low(zamba, "mamba_padding_pct") == Approx(43.12).margin(0.005));
  CHECK(figure(zamba, "gpu_kv_cache_tokens", Blocks(748)) == 5088);
  CHECK(low(zamba, "blocks_per_request") == 49);
}

TEST_CASE("vLLM: groups are made from layers as they are logged") {
  using vllm::GroupKind;
  const vllm::Limits limits{Tokens(65536)};
  // 10 full, 30 linear: three groups of states beside one of attention.
  const vllm::Layout three = vllm::hybrid_layout({{GroupKind::full, 10, BytesPerToken(1024), {}},
                                                  {GroupKind::mamba_align, 30, {}, Bytes(2146304)}},
                                                 Tokens(16), limits);
  CHECK(three.groups == std::vector<vllm::GroupRun>{{GroupKind::full, 1, 10, Tokens(2096)},
                                                    {GroupKind::mamba_align, 3, 10, Tokens(2096)}});
  CHECK(three.block_bytes() == BytesPerBlock(21463040));
  // 25 and 5 layers: pages of 8 x 256 and of 2 x 512 numbers are made equal.
  const vllm::Layout windows =
      vllm::hybrid_layout({{GroupKind::full, 5, BytesPerToken(2048), {}},
                           {GroupKind::sliding, 25, BytesPerToken(4096), {}}},
                          Tokens(16), limits);
  CHECK(windows.groups == std::vector<vllm::GroupRun>{{GroupKind::full, 1, 5, Tokens(32)},
                                                      {GroupKind::sliding, 5, 5, Tokens(16)}});
  // 13 and 12: one group each, of the larger size, is less waste than a second group.
  const vllm::Layout near = vllm::hybrid_layout({{GroupKind::full, 12, BytesPerToken(1024), {}},
                                                 {GroupKind::sliding, 13, BytesPerToken(1024), {}}},
                                                Tokens(16), limits);
  CHECK(near.group_size() == 13);
  CHECK(near.group_count() == 2);
  CHECK(near.padding_layers(GroupKind::full) == 1);
  // 3 and 2 are not less than 1.5 times apart: two groups of 2, one place of padding.
  const vllm::Layout apart = vllm::hybrid_layout({{GroupKind::full, 2, BytesPerToken(1024), {}},
                                                  {GroupKind::sliding, 3, BytesPerToken(1024), {}}},
                                                 Tokens(16), limits);
  CHECK(apart.group_size() == 2);
  CHECK(apart.group_count() == 3);
  CHECK_THROWS_WITH(vllm::hybrid_layout({{GroupKind::full, 1, BytesPerToken(1024), {}},
                                         {GroupKind::sliding, 1, BytesPerToken(1536), {}}},
                                        Tokens(16), limits),
                    contains("cannot share pages"));
}

TEST_CASE("vLLM: a model's layout on one rank") {
  const auto layout = [](std::vector<LayerRun> runs, std::int64_t ranks, EngineVersion version,
                         bool v0 = false) {
    vllm::Settings settings;
    settings.version = version;
    settings.v0 = v0;
    settings.tensor_parallel = ranks;
    settings.max_model_len = Tokens(8192);
    return vllm::layout_of(make_shape("", std::move(runs)), settings);
  };
  const EngineVersion v019{{0, 19, 0}};
  // Latents are on every rank; an indexer's keys are fp8 with a scale: 1,284 bytes a token.
  LayerRun latent;
  latent.count = 78;
  latent.kv_heads = latent.query_heads = latent.cached_heads = 128;
  latent.key_width = 192;
  latent.value_width = 128;
  latent.latent = 512;
  latent.rope = 64;
  latent.indexer = 128;
  CHECK(layout({latent}, 8, v019).block_bytes() == BytesPerBlock(6409728));
  // Windows have groups of their own from 0.10 on; before, they saved nothing.
  LayerRun full;
  full.count = 5;
  full.kv_heads = full.cached_heads = 4;
  full.query_heads = 8;
  full.key_width = full.value_width = 64;
  LayerRun sliding = full;
  sliding.kind = LayerKind::sliding;
  sliding.window = 512;
  sliding.count = 25;
  CHECK(layout({sliding, full}, 1, v019).groups.size() == 2);
  CHECK(layout({sliding, full}, 1, v019).group_size() == 5);
  CHECK(layout({sliding, full}, 1, {{0, 9, 0}}).groups.size() == 1);
  CHECK(layout({sliding, full}, 1, {{0, 9, 0}}).group_size() == 30);
  CHECK(layout({sliding, full}, 1, {{0, 10, 0}}).groups.size() == 2);
  CHECK(layout({sliding, full}, 1, {{0, 10, 0}}, true).groups.size() ==
        1);  // nor in the older core
  // Heads are divided, but one is on every rank.
  CHECK(layout({full}, 2, v019).page == BytesPerBlock(16 * 2 * 2 * 64 * 2));
  CHECK(layout({full}, 8, v019).page == BytesPerBlock(16 * 1 * 2 * 64 * 2));
  LayerRun state = full;
  state.recurrent = {4, 64, 64};
  CHECK_THROWS_AS(layout({state}, 1, v019), Refusal);
}

TEST_CASE("llama.cpp: cells, streams and block types") {
  const auto cache = [](const std::string& rest) {
    return pool(R"({"kind":"llamacpp_kv","kv_layers":12,"n_embd_k_gqa":512,"n_embd_v_gqa":512,)" +
                rest + "}");
  };
  const std::string f16 = R"("cache_type_k":"f16","cache_type_v":"f16",)";
  // gpt-oss-20b: 768 cells of 131,072; 102 MiB in q8_0; a window is of no use to four slots.
  CHECK(low(cache(f16 + R"("n_swa":128,"swa":true,"requested_ctx":131072)"), "cells") == 768);
  CHECK(low(cache(R"("cache_type_k":"q8_0","cache_type_v":"q8_0","cells":8192)"), "kv_cache_mib") ==
        102);
  CHECK(low(cache(f16 + R"("n_swa":4096,"n_seq_max":4,"unified":true,"requested_ctx":8192)"),
            "cells") == 8192);
  CHECK(low(cache(f16 + R"("n_swa":128,"swa_full":true,"requested_ctx":8000)"), "cells") == 8192);
  // Three slots of 341 cells, padded each.
  const PoolCase slots =
      cache(f16 + R"("kv_streams":3,"n_seq_max":3,"requested_ctx":1024,"cells":512)");
  CHECK(low(slots, "cells") == 512);
  CHECK(low(slots, "k_mib") == 12 * 512 * 3 * 512 * 2 / 1048576.0);
  CHECK(llama_cpp::Slots{Tokens(200000), 1, true, false}.cells() == Tokens(200000));

  // A latent: stored twice by early builds, once by later ones.
  const PoolCase latent = pool(
      R"({"kind":"llamacpp_kv","kv_layers":61,"n_embd_k_gqa":576,"n_embd_v_gqa":512,"mla":true,)" +
      f16 + R"("cells":4096})");
  CHECK(low(latent, "v_mib") == 0);
  CHECK(low(latent, "kv_cache_mib") == low(latent, "k_mib"));
  CHECK(high(latent, "v_mib") == 61 * 4096 * 512 * 2 / 1048576.0);

  const PoolCase states = pool(
      R"({"kind":"llamacpp_recurrent","recurrent_layers":30,"state_cells":4,"rs_seq":0,)"
      R"("conv_channels":8192,"conv_kernel":4,"v_heads":32,"head_k_dim":128,"head_v_dim":128})");
  CHECK(low(states, "total_mib") == 251.25);
}

TEST_CASE("llama.cpp: compute buffers") {
  llama_cpp::ComputeBuffer llama{128256, 4096, 32, Tokens(512), Tokens(512), Tokens(512)};
  CHECK(llama.device() == Bytes(271056896));  // 258.50 MiB: logits
  llama.context = Tokens(8192);
  CHECK(llama.device() == Bytes(560 << 20));  // attention scores
  llama.flash_attention = true;
  CHECK(llama.device() == Bytes(271056896));
}

TEST_CASE("SGLang and TensorRT-LLM") {
  // One more page than tokens: 5.01 GiB, not 5.00.
  const PoolCase kimi = pool(R"({"kind":"sglang_pool","pool_tokens":76416,"page_size_tokens":128,)"
                             R"("k_bytes_per_token":70272,"v_bytes_per_token":0})");
  CHECK(low(kimi, "kv_gib") == Approx(5.0095).margin(0.0001));
  CHECK(sglang::window_pool_tokens(Tokens(1000), 0.8, Tokens(64)) == Tokens(768));
  CHECK(sglang::cell_bytes(5760, 57600, 0.8) == 51840);
  // 631 blocks, where rounding down would give 630.
  const PoolCase qwen =
      pool(R"({"kind":"trtllm_pool","kv_bytes_per_token":524288,"tokens_per_block":64,)"
           R"("available_gib":21.89,"free_gpu_memory_fraction":0.9})");
  CHECK(low(qwen, "num_primary_blocks") == 631);
  CHECK(high(qwen, "num_primary_blocks") == 631);
}

TEST_CASE("a pool that cannot be read is refused in words") {
  CHECK_THAT(problem(R"({"kind":"vllm"})"), contains("'kind' is 'vllm'"));
  CHECK_THAT(problem(R"({"kind":"vllm_uniform"})"), contains("no 'num_hidden_layers'"));
  CHECK_THAT(problem(R"({"kind":"sglang_state","slots":1,"state_bytes_per_slot":1,"slot":2})"),
             contains("unknown key 'slot' in the pool; did you mean 'slots'?"));
  CHECK_THAT(problem(R"({"kind":"llamacpp_kv","kv_layers":1,"n_embd_k_gqa":8,"cells":8,)"
                     R"("cache_type_k":"q9","cache_type_v":"f16"})"),
             contains("'cache_type_k' is 'q9'"));
  // What a log says beside is no mistake.
  CHECK(problem(R"({"kind":"sglang_state","slots":1,"state_bytes_per_slot":1,"source":"a log",)"
                R"("logged_total_gib_approx":33})")
            .empty());
  CHECK_THAT(problem(R"({"kind":"vllm_uniform","num_hidden_layers":1,"num_key_value_heads":1,)"
                     R"("head_dim":8,"kv_dtype_bytes":2,"block_size_tokens":0})"),
             contains("'block_size_tokens' is 0"));
  // Without memory and blocks only what needs neither is said.
  const PoolCase swap = pool(
      R"({"kind":"vllm_uniform","num_hidden_layers":32,"num_key_value_heads":8,"head_dim":128,)"
      R"("kv_dtype_bytes":2,"swap_space_gib":4})");
  CHECK(low(swap, "num_cpu_blocks") == 2048);
  CHECK(pool_figures(swap, Blocks{}).size() == 2);
}

TEST_CASE("numbers in blocks with scales") {
  CHECK(dtype("q8_0").bytes(64) == Bytes(68));
  CHECK(dtype("q5_1").bytes(32) == Bytes(24));
  CHECK(dtype("q5_0").bytes(32) == Bytes(22));
  CHECK(dtype("q4_1").bytes(32) == Bytes(20));
  CHECK(dtype("q4_0").bytes(32) == Bytes(18));
  CHECK(dtype("fp4").bytes(128) == Bytes(72));
  CHECK(dtype("int4").bytes(64) == Bytes(36));  // 4.5 bits each
  CHECK(dtype("bfloat16").name == "bf16");
  CHECK_THROWS_WITH(dtype("q8_0").bytes(80),
                    "80 numbers in q8_0; expected a multiple of its block of 32");
  CHECK_THROWS_WITH(dtype("fp7"), contains("unknown dtype 'fp7'; expected one of fp32, "));
}

TEST_CASE("versions of engines") {
  const auto parsed = [](std::string_view text) { return parse_engine_version(text).value(); };
  CHECK(parsed("0.19.2.dev0") == EngineVersion{{0, 19, 2}});
  CHECK(parsed("0.19") > parsed("0.19.99"));
  CHECK(parsed("0.19") < parsed("0.20.0"));
  CHECK(parsed("0.6.x V0") > parsed("0.6.6"));
  CHECK(to_string(parsed("0.19")) == "0.19");
  CHECK(to_string(parsed("0.8.5")) == "0.8.5");
  CHECK_FALSE(parse_engine_version("latest"));
  CHECK_FALSE(parse_engine_version("1"));
}

TEST_CASE("a pool beyond all bounds is refused in words", "[engines]") {
  const auto answer = [](const std::string& line) {
    try {
      input::PoolCaseReader reader("pools.jsonl");
      const PoolCase pool = reader.read(line, 1);
      const auto blocks = block_range(pool);
      REQUIRE(blocks.has_value());
      (void)pool_figures(pool, blocks->high);
      return std::string("accepted");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  };
  const auto refused = [&](const std::string& line, std::string_view words) {
    const std::string said = answer(line);
    INFO(said);
    CHECK(said.find(words) != std::string::npos);
  };
  // A block of no tokens holds nothing.
  refused(R"({"kind":"vllm_uniform","num_hidden_layers":1,"num_key_value_heads":1,"head_dim":1,
              "kv_dtype_bytes":1,"block_size_tokens":0,"gpu_kv_cache_tokens":5})",
          "'block_size_tokens' is 0");
  refused(R"({"kind":"vllm_uniform","num_hidden_layers":1099511627776,"num_key_value_heads":1,
              "head_dim":1,"kv_dtype_bytes":1,"num_gpu_blocks":5})",
          "'num_hidden_layers' is 1099511627776");
  refused(R"({"kind":"vllm_uniform","num_hidden_layers":1,"num_key_value_heads":1048576,
              "head_dim":1048576,"kv_dtype_bytes":1048576,"num_gpu_blocks":5})",
          "is too large to be counted");
  refused(R"({"kind":"hf_cache_plot","num_hidden_layers":1048576,"num_key_value_heads":1048576,
              "head_dim":1048576,"kv_dtype_bytes":1048576,"context_tokens":8000})",
          "is too large to be counted");
  refused(
      R"({"kind":"vllm_hybrid","num_gpu_blocks":1099511627776,"max_model_len_tokens":1099511627776,
              "token_formula":"concurrency_times_len","kv_cache_groups":[{"type":"mamba_none",
              "count":1,"layers_per_group":1,"page_bytes":1}]})",
      "is too large to be counted");
  refused(R"({"kind":"vllm_hybrid","needed_kv_gib_for_len":7,"kv_cache_groups":[{"type":"full",
              "count":1,"layers_per_group":1,"page_bytes":1}]})",
          "'needed_kv_gib_for_len' is 7");
}

}  // namespace kvf
