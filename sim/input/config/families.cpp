// The table of config_family.h.
#include <algorithm>
#include <array>

#include "sim/input/config/family.h"

namespace kvf::input {
namespace {

// By name.
constexpr Family kFamilies[] = {
    {"afmoe",
     "hidden_size=2048 num_hidden_layers=32 num_attention_heads=16 head_dim=128 "
     "sliding_window=1024 sliding_window_pattern=4",
     Attention::heads, Layout::window_but_every_nth, State::none,
     "sliding_window_pattern:global_attn_every_n_layers"},
    {"apertus", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"arcee", "hidden_size=2560 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"axk1",
     "hidden_size=7168 num_hidden_layers=61 num_attention_heads=64 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"bamba",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "state_heads=128 n_groups=1 state_size=256 conv_kernel=4 expand=2",
     Attention::heads, Layout::linear_but_listed, State::mamba2,
     "state_heads:mamba_n_heads state_head_dim:mamba_d_head n_groups=mamba_n_groups "
     "state_size=mamba_d_state conv_kernel=mamba_d_conv expand=mamba_expand "
     "full_attn_idxs:attn_layer_indices",
     "layer_types layers_block_type"},
    {"bart", "hidden_size=1024 num_hidden_layers=12 num_attention_heads=16", Attention::cross,
     Layout::by_window, State::none,
     "hidden_size=d_model num_hidden_layers:decoder_layers "
     "num_attention_heads:decoder_attention_heads",
     "num_hidden_layers num_attention_heads"},
    {"bitnet", "hidden_size=2560 num_hidden_layers=30 num_attention_heads=20 num_key_value_heads=5",
     Attention::heads, Layout::by_window, State::none},
    {"bloom", "hidden_size=64 num_hidden_layers=2 num_attention_heads=8", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size:hidden_size,n_embed num_hidden_layers=n_layer num_attention_heads=n_head"},
    {"codegen", "hidden_size=4096 num_hidden_layers=28 num_attention_heads=16", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size=n_embd num_hidden_layers=n_layer num_attention_heads=n_head"},
    {"cohere", "hidden_size=8192 num_hidden_layers=40 num_attention_heads=64", Attention::heads,
     Layout::by_window, State::none},
    {"cohere2",
     "hidden_size=8192 num_hidden_layers=40 num_attention_heads=64 sliding_window=4096 "
     "sliding_window_pattern=4",
     Attention::heads, Layout::window_but_every_nth, State::none, "", "head_dim"},
    {"cwm",
     "hidden_size=6144 num_hidden_layers=64 num_attention_heads=48 num_key_value_heads=8 "
     "head_dim=128 sliding_window=8192 @sliding_window_pattern=4",
     Attention::heads, Layout::window_after_every_nth, State::none},
    {"dbrx", "hidden_size=2048 num_hidden_layers=24 num_attention_heads=16", Attention::dbrx,
     Layout::by_window, State::none,
     "hidden_size=d_model num_hidden_layers=n_layers num_attention_heads=n_heads"},
    {"deepseek_v2",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"deepseek_v3",
     "hidden_size=7168 num_hidden_layers=61 num_attention_heads=128 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"deepseek_v32",
     "hidden_size=7168 num_hidden_layers=61 num_attention_heads=128 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128 index_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"deepseek_v4",
     "hidden_size=4096 num_hidden_layers=43 num_attention_heads=64 num_key_value_heads=1 "
     "head_dim=512 sliding_window=128",
     Attention::compressed, Layout::compressed, State::none, "",
     "index_head_dim compress_rates compress_ratios compress_rate_csa compress_rate_hca "
     "qk_rope_head_dim"},
    {"diffllama", "hidden_size=2048 num_hidden_layers=16 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"doge", "hidden_size=1024 num_hidden_layers=32 num_attention_heads=8", Attention::heads,
     Layout::by_window, State::none},
    {"dots1",
     "hidden_size=4608 num_hidden_layers=62 num_attention_heads=32 num_key_value_heads=32 "
     "sliding_window=4096 max_window_layers=62",
     Attention::heads, Layout::after_max_window_layers, State::none},
    {"ernie4_5",
     "hidden_size=1024 num_hidden_layers=18 num_attention_heads=16 num_key_value_heads=2 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"ernie4_5_moe",
     "hidden_size=2560 num_hidden_layers=28 num_attention_heads=20 num_key_value_heads=4",
     Attention::heads, Layout::by_window, State::none},
    {"exaone4",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=32 "
     "sliding_window=4096 sliding_window_pattern=4",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"exaone_moe",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=32 "
     "sliding_window=4096 sliding_window_pattern=4",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"falcon",
     "hidden_size=4544 num_hidden_layers=32 num_attention_heads=71 multi_query=true "
     "new_decoder_architecture=false",
     Attention::falcon, Layout::by_window, State::none,
     "hidden_size:hidden_size,n_embed num_key_value_heads=num_kv_heads", "head_dim"},
    {"falcon_h1",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "state_heads=128 n_groups=1 state_size=256 conv_kernel=4 expand=2 inner_size=1024",
     Attention::heads, Layout::all_hybrid, State::mamba2,
     "state_heads:mamba_n_heads state_head_dim:mamba_d_head n_groups=mamba_n_groups "
     "state_size=mamba_d_state conv_kernel=mamba_d_conv expand=mamba_expand inner_size:mamba_d_ssm",
     "layer_types layers_block_type attn_layer_indices"},
    {"falcon_mamba", "hidden_size=768 num_hidden_layers=32 expand=2 state_size=16 conv_kernel=4",
     Attention::heads, Layout::all_linear, State::mamba, "",
     "intermediate_size layer_types layers_block_type"},
    {"flex_olmo", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"gemma",
     "hidden_size=3072 num_hidden_layers=28 num_attention_heads=16 num_key_value_heads=16 "
     "head_dim=256",
     Attention::heads, Layout::by_window, State::none},
    {"gemma2",
     "hidden_size=2304 num_hidden_layers=26 num_attention_heads=8 num_key_value_heads=4 "
     "head_dim=256 sliding_window=4096 @sliding_window_pattern=2",
     Attention::heads, Layout::window_but_every_nth, State::none, "", "sliding_window_size"},
    {"gemma3_text",
     "hidden_size=2304 num_hidden_layers=26 num_attention_heads=8 num_key_value_heads=4 "
     "head_dim=256 sliding_window=4096 use_bidirectional_attention=false "
     "sliding_window_pattern=6",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"gemma3n_text",
     "hidden_size=2048 num_hidden_layers=35 num_attention_heads=8 num_key_value_heads=2 "
     "head_dim=256 sliding_window=512 num_kv_shared_layers=15 @sliding_window_pattern=5",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"gemma4_text",
     "hidden_size=2304 num_hidden_layers=30 num_attention_heads=8 num_key_value_heads=4 "
     "head_dim=256 sliding_window=512 num_kv_shared_layers=0 attention_k_eq_v=false "
     "sliding_window_pattern=6 global_head_dim=512",
     Attention::gemma4, Layout::window_but_every_nth, State::none},
    {"glm",
     "hidden_size=4096 num_hidden_layers=40 num_attention_heads=32 num_key_value_heads=2 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"glm4",
     "hidden_size=4096 num_hidden_layers=40 num_attention_heads=32 num_key_value_heads=2 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"glm4_moe",
     "hidden_size=4096 num_hidden_layers=46 num_attention_heads=96 num_key_value_heads=8",
     Attention::heads, Layout::by_window, State::none},
    {"glm4_moe_lite",
     "hidden_size=2048 num_hidden_layers=47 num_attention_heads=20 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=192 v_head_dim=256",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"glm_moe_dsa",
     "hidden_size=6144 num_hidden_layers=78 num_attention_heads=64 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=192 v_head_dim=256 index_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"gpt2", "hidden_size=768 num_hidden_layers=12 num_attention_heads=12", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size=n_embd num_hidden_layers=n_layer num_attention_heads=n_head"},
    {"gpt_bigcode", "hidden_size=768 num_hidden_layers=12 num_attention_heads=12 multi_query=true",
     Attention::multi_query, Layout::by_window, State::none,
     "hidden_size=n_embd num_hidden_layers=n_layer num_attention_heads=n_head",
     "num_key_value_heads"},
    {"gpt_neo", "hidden_size=2048 num_hidden_layers=24 num_attention_heads=16", Attention::mha,
     Layout::by_window, State::none, "num_hidden_layers=num_layers num_attention_heads=num_heads"},
    {"gpt_neox", "hidden_size=6144 num_hidden_layers=44 num_attention_heads=64", Attention::heads,
     Layout::by_window, State::none},
    {"gpt_oss",
     "hidden_size=2880 num_hidden_layers=36 num_attention_heads=64 num_key_value_heads=8 "
     "head_dim=64 sliding_window=128 @sliding_window_pattern=2",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"gptj", "hidden_size=4096 num_hidden_layers=28 num_attention_heads=16", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size=n_embd num_hidden_layers=n_layer num_attention_heads=n_head"},
    {"granite", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"granitemoe", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"granitemoehybrid",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 state_heads=128 "
     "n_groups=1 state_size=256 conv_kernel=4 expand=2",
     Attention::heads, Layout::all_linear, State::mamba2,
     "state_heads:mamba_n_heads state_head_dim:mamba_d_head n_groups=mamba_n_groups "
     "state_size=mamba_d_state conv_kernel=mamba_d_conv expand=mamba_expand "
     "layer_types=layers_block_type"},
    {"granitemoeshared", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32",
     Attention::heads, Layout::by_window, State::none},
    {"helium",
     "hidden_size=2560 num_hidden_layers=24 num_attention_heads=20 num_key_value_heads=20 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"hunyuan_v1_dense", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32",
     Attention::heads, Layout::by_window, State::none, "", "", "attention_head_dim=head_dim"},
    {"hunyuan_v1_moe", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32",
     Attention::heads, Layout::by_window, State::none, "", "", "attention_head_dim=head_dim"},
    {"internlm3",
     "hidden_size=4096 num_hidden_layers=48 num_attention_heads=32 num_key_value_heads=2 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"jamba",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "expand=2 state_size=16 conv_kernel=4 attn_layer_period=8 attn_layer_offset=4",
     Attention::heads, Layout::linear_but_at_offset, State::mamba,
     "expand=mamba_expand state_size=mamba_d_state conv_kernel=mamba_d_conv",
     "layer_types layers_block_type"},
    {"jetmoe",
     "hidden_size=2048 num_hidden_layers=12 num_key_value_heads=16 head_dim=128 "
     "num_experts_per_tok=2",
     Attention::jetmoe, Layout::by_window, State::none, "head_dim=kv_channels",
     "num_attention_heads"},
    {"kimi_linear",
     "hidden_size=2304 num_hidden_layers=27 num_attention_heads=32 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128 linear_head_dim=128 "
     "linear_num_heads=32 linear_conv_kernel_dim=4",
     Attention::latent, Layout::linear_but_every_fourth, State::delta_of_heads, "",
     "head_dim num_key_value_heads"},
    {"lfm2",
     "hidden_size=2560 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "conv_L_cache=3",
     Attention::heads, Layout::linear_but_listed, State::conv, "", "",
     "num_heads=num_attention_heads block_dim=hidden_size conv_dim=hidden_size "
     "conv_dim_out=hidden_size"},
    {"lfm2_moe",
     "hidden_size=2048 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "conv_L_cache=3",
     Attention::heads, Layout::linear_but_listed, State::conv, "", "",
     "num_heads=num_attention_heads block_dim=hidden_size conv_dim=hidden_size "
     "conv_dim_out=hidden_size"},
    {"llama", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"llama4_text",
     "hidden_size=5120 num_hidden_layers=48 num_attention_heads=40 num_key_value_heads=8 "
     "head_dim=128 no_rope_layer_interval=4 attention_chunk_size=8192",
     Attention::heads, Layout::chunked_where_rope, State::none},
    {"longcat_flash",
     "hidden_size=6144 num_hidden_layers=28 num_attention_heads=64 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128",
     Attention::latent, Layout::two_per_layer, State::none, "num_hidden_layers=num_layers",
     "head_dim num_key_value_heads"},
    {"mamba", "hidden_size=768 num_hidden_layers=32 expand=2 state_size=16 conv_kernel=4",
     Attention::heads, Layout::all_linear, State::mamba, "",
     "intermediate_size layer_types layers_block_type"},
    {"mamba2",
     "hidden_size=4096 num_hidden_layers=64 state_heads=128 state_head_dim=64 "
     "state_size=128 n_groups=8 conv_kernel=4 expand=2",
     Attention::heads, Layout::all_linear, State::mamba2,
     "state_heads:num_heads state_head_dim:head_dim", "layer_types layers_block_type"},
    {"mimo_v2_flash",
     "hidden_size=4096 num_hidden_layers=48 num_attention_heads=64 num_key_value_heads=4 "
     "head_dim=192 sliding_window=129 v_head_dim=128",
     Attention::mimo, Layout::window_but_first_and_sixth, State::none, "",
     "hybrid_layer_pattern swa_num_key_value_heads swa_num_attention_heads swa_head_dim "
     "swa_v_head_dim"},
    {"minicpm3",
     "hidden_size=2560 num_hidden_layers=62 num_attention_heads=40 kv_lora_rank=256 "
     "qk_rope_head_dim=32 qk_nope_head_dim=64",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"minimax",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8",
     Attention::heads, Layout::linear_after_every_second, State::outer_product},
    {"minimax_m2",
     "hidden_size=3072 num_hidden_layers=62 num_attention_heads=48 num_key_value_heads=8 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"ministral",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "sliding_window=4096",
     Attention::heads, Layout::by_window, State::none},
    {"ministral3",
     "hidden_size=4096 num_hidden_layers=34 num_attention_heads=32 num_key_value_heads=8 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"mistral",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
     "sliding_window=4096",
     Attention::heads, Layout::by_window, State::none},
    {"mixtral",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8",
     Attention::heads, Layout::by_window, State::none},
    {"modernbert-decoder",
     "hidden_size=768 num_hidden_layers=22 num_attention_heads=12 sliding_window=128 "
     "sliding_window_pattern=3",
     Attention::heads, Layout::window_after_every_nth, State::none,
     "sliding_window_pattern:global_attn_every_n_layers sliding_window:local_attention"},
    {"mpt", "hidden_size=2048 num_hidden_layers=24 num_attention_heads=16", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size=d_model num_hidden_layers=n_layers num_attention_heads=n_heads", "attn_config"},
    {"nanochat", "hidden_size=768 num_hidden_layers=12 num_attention_heads=6", Attention::heads,
     Layout::by_window, State::none},
    {"nemotron", "hidden_size=6144 num_hidden_layers=32 num_attention_heads=48", Attention::heads,
     Layout::by_window, State::none},
    {"nemotron_h",
     "hidden_size=4096 num_attention_heads=32 num_key_value_heads=8 head_dim=128 "
     "state_heads=128 state_head_dim=64 state_size=128 n_groups=8 conv_kernel=4 expand=2",
     Attention::heads, Layout::nemotron_h, State::mamba2,
     "state_heads:mamba_num_heads state_head_dim:mamba_head_dim state_size=ssm_state_size "
     "layer_types=layers_block_type n_groups=mamba_n_groups conv_kernel=mamba_d_conv "
     "expand=mamba_expand",
     "num_hidden_layers attention_head_dim"},
    {"olmo", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"olmo2", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"olmo3",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 sliding_window=4096 "
     "@sliding_window_pattern=4",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"olmo_hybrid",
     "hidden_size=3840 num_hidden_layers=32 num_attention_heads=30 "
     "linear_conv_kernel_dim=4 full_attention_interval=4",
     Attention::heads, Layout::linear_but_every_nth, State::delta},
    {"olmoe", "hidden_size=2048 num_hidden_layers=16 num_attention_heads=16", Attention::heads,
     Layout::by_window, State::none},
    {"opt", "hidden_size=768 num_hidden_layers=12 num_attention_heads=12", Attention::mha,
     Layout::by_window, State::none},
    {"persimmon", "hidden_size=4096 num_hidden_layers=36 num_attention_heads=64", Attention::mha,
     Layout::by_window, State::none},
    {"phi", "hidden_size=2048 num_hidden_layers=24 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"phi3", "hidden_size=3072 num_hidden_layers=32 num_attention_heads=32", Attention::heads,
     Layout::by_window, State::none},
    {"phimoe", "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8",
     Attention::heads, Layout::by_window, State::none},
    {"qwen2",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=32 "
     "use_sliding_window=false max_window_layers=28 sliding_window=4096",
     Attention::heads, Layout::after_max_window_layers, State::none},
    {"qwen2_moe",
     "hidden_size=2048 num_hidden_layers=24 num_attention_heads=16 num_key_value_heads=16 "
     "sliding_window=4096 use_sliding_window=false max_window_layers=28",
     Attention::heads, Layout::alternate_below_max_window_layers, State::none},
    {"qwen3",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=32 "
     "head_dim=128 use_sliding_window=false max_window_layers=28 sliding_window=4096",
     Attention::heads, Layout::after_max_window_layers, State::none},
    {"qwen3_5_moe_text",
     "hidden_size=2048 num_hidden_layers=40 num_attention_heads=16 num_key_value_heads=2 "
     "head_dim=256 linear_num_key_heads=16 linear_num_value_heads=32 "
     "linear_key_head_dim=128 linear_value_head_dim=128 linear_conv_kernel_dim=4 "
     "full_attention_interval=4",
     Attention::heads, Layout::linear_but_every_nth, State::delta, "", "use_sliding_window"},
    {"qwen3_5_text",
     "hidden_size=4096 num_hidden_layers=32 num_attention_heads=16 num_key_value_heads=4 "
     "head_dim=256 linear_num_key_heads=16 linear_num_value_heads=32 "
     "linear_key_head_dim=128 linear_value_head_dim=128 linear_conv_kernel_dim=4 "
     "full_attention_interval=4",
     Attention::heads, Layout::linear_but_every_nth, State::delta, "", "use_sliding_window"},
    {"qwen3_moe",
     "hidden_size=2048 num_hidden_layers=24 num_attention_heads=32 num_key_value_heads=4 "
     "use_sliding_window=false sliding_window=4096",
     Attention::heads, Layout::by_used_window, State::none, "", "max_window_layers"},
    {"qwen3_next",
     "hidden_size=2048 num_hidden_layers=48 num_attention_heads=16 num_key_value_heads=2 "
     "head_dim=256 linear_num_key_heads=16 linear_num_value_heads=32 "
     "linear_key_head_dim=128 linear_value_head_dim=128 linear_conv_kernel_dim=4 "
     "full_attention_interval=4",
     Attention::heads, Layout::linear_but_every_nth, State::delta, "", "use_sliding_window"},
    {"recurrent_gemma",
     "hidden_size=2560 num_hidden_layers=26 num_attention_heads=10 sliding_window=2048 "
     "conv1d_width=4",
     Attention::heads, Layout::block_types, State::lru, "sliding_window=attention_window_size",
     "head_dim layer_types layers_block_type"},
    {"seed_oss",
     "hidden_size=4096 num_hidden_layers=64 num_attention_heads=80 num_key_value_heads=8 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"smollm3",
     "hidden_size=2048 num_hidden_layers=36 num_attention_heads=16 num_key_value_heads=4 "
     "use_sliding_window=false no_rope_layer_interval=4",
     Attention::heads, Layout::window_without_rope, State::none},
    {"solar_open",
     "hidden_size=4096 num_hidden_layers=48 num_attention_heads=64 num_key_value_heads=8 "
     "head_dim=128",
     Attention::heads, Layout::by_window, State::none},
    {"stablelm",
     "hidden_size=2560 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=32",
     Attention::heads, Layout::by_window, State::none},
    {"starcoder2",
     "hidden_size=3072 num_hidden_layers=30 num_attention_heads=24 num_key_value_heads=2",
     Attention::heads, Layout::by_window, State::none},
    {"t5", "hidden_size=512 num_hidden_layers=6 num_attention_heads=8 head_dim=64",
     Attention::cross, Layout::by_window, State::none,
     "hidden_size=d_model "
     "num_hidden_layers:num_decoder_layers|num_layers|num_hidden_layers "
     "num_attention_heads=num_heads head_dim=d_kv"},
    {"vaultgemma",
     "hidden_size=2304 num_hidden_layers=26 num_attention_heads=8 num_key_value_heads=4 "
     "head_dim=256 sliding_window=4096 @sliding_window_pattern=2",
     Attention::heads, Layout::window_but_every_nth, State::none},
    {"whisper", "hidden_size=384 num_hidden_layers=4 num_attention_heads=6", Attention::cross,
     Layout::by_window, State::none,
     "hidden_size=d_model num_hidden_layers:decoder_layers "
     "num_attention_heads:decoder_attention_heads",
     "num_hidden_layers num_attention_heads num_key_value_heads"},
    {"xglm", "hidden_size=1024 num_hidden_layers=24 num_attention_heads=16", Attention::mha,
     Layout::by_window, State::none,
     "hidden_size=d_model num_hidden_layers=num_layers num_attention_heads=attention_heads"},
    {"youtu",
     "hidden_size=2048 num_hidden_layers=32 num_attention_heads=16 kv_lora_rank=512 "
     "qk_rope_head_dim=64 qk_nope_head_dim=128 v_head_dim=128",
     Attention::latent, Layout::by_window, State::none, "", "head_dim num_key_value_heads"},
    {"zamba",
     "hidden_size=3712 num_hidden_layers=76 num_attention_heads=16 num_key_value_heads=16 "
     "expand=2 state_size=16 conv_kernel=4 state_heads=2 attn_layer_period=6 "
     "attn_layer_offset=4",
     Attention::zamba, Layout::zamba, State::mamba_of_heads,
     "head_dim=attention_head_dim expand=mamba_expand state_size=mamba_d_state "
     "conv_kernel=mamba_d_conv state_heads:n_mamba_heads layer_types=layers_block_type"},
    {"zamba2",
     "hidden_size=2560 num_hidden_layers=54 num_attention_heads=32 state_heads=8 "
     "n_groups=1 state_size=64 conv_kernel=4 expand=2",
     Attention::zamba, Layout::zamba2, State::mamba2,
     "head_dim=attention_head_dim state_heads:n_mamba_heads n_groups=mamba_ngroups "
     "state_size=mamba_d_state conv_kernel=mamba_d_conv expand=mamba_expand "
     "layer_types=layers_block_type",
     "head_dim attention_head_dim mamba_headdim kv_channels"},
};

// The text model of a model of several kinds of input, where its config.json may leave it out.
constexpr std::array<std::array<std::string_view, 2>, 51> kTextModels{{
    {"audioflamingo3", "qwen2"},
    {"aya_vision", "cohere2"},
    {"blip_2", "opt"},
    {"cohere2_vision", "cohere2"},
    {"deepseek_vl", "llama"},
    {"deepseek_vl_hybrid", "llama"},
    {"exaone4_5", "exaone4"},
    {"fast_vlm", "qwen2"},
    {"florence2", "bart"},
    {"fuyu", "persimmon"},
    {"gemma3", "gemma3_text"},
    {"gemma3n", "gemma3n_text"},
    {"gemma4", "gemma4_text"},
    {"glmasr", "llama"},
    {"got_ocr2", "qwen2"},
    {"granite_speech", "granite"},
    {"granite_speech_plus", "granite"},
    {"idefics2", "mistral"},
    {"idefics3", "llama"},
    {"instructblip", "opt"},
    {"instructblipvideo", "opt"},
    {"internvl", "qwen2"},
    {"janus", "llama"},
    {"kimi_k25", "deepseek_v3"},
    {"lfm2_vl", "lfm2"},
    {"lighton_ocr", "qwen3"},
    {"llama4", "llama4_text"},
    {"llava", "llama"},
    {"llava_next", "llama"},
    {"llava_next_video", "llama"},
    {"llava_onevision", "qwen2"},
    {"mistral3", "mistral"},
    {"musicflamingo", "qwen2"},
    {"nemotron_h_omni", "nemotron_h"},
    {"ovis2", "qwen2"},
    {"paligemma", "gemma"},
    {"perception_lm", "llama"},
    {"pp_chart2table", "qwen2"},
    {"qianfan_ocr", "qwen3"},
    {"qwen2_audio", "qwen2"},
    {"qwen3_5", "qwen3_5_text"},
    {"qwen3_5_moe", "qwen3_5_moe_text"},
    {"qwen3_asr", "qwen3"},
    {"shieldgemma2", "gemma3_text"},
    {"smolvlm", "llama"},
    {"vibevoice", "qwen2"},
    {"vibevoice_asr", "qwen2"},
    {"video_llama_3", "qwen2"},
    {"video_llava", "llama"},
    {"vipllava", "llama"},
    {"voxtral", "llama"},
}};

// Text models that were published under another name.
constexpr std::array<std::array<std::string_view, 2>, 2> kOlderNames{{
    {"exaone4_5_text", "exaone4"},
    {"kimi_k2", "deepseek_v3"},
}};

}  // namespace

const Family* find_family(std::string_view model_type) {
  const auto* const found =
      std::find_if(std::begin(kFamilies), std::end(kFamilies),
                   [model_type](const Family& family) { return family.model_type == model_type; });
  return found == std::end(kFamilies) ? nullptr : found;
}

std::vector<std::string_view> family_names() {
  std::vector<std::string_view> names;
  for (const Family& family : kFamilies) names.push_back(family.model_type);
  return names;
}

std::string_view model_type_today(std::string_view text_model_type) {
  for (const auto& [older, today] : kOlderNames) {
    if (older == text_model_type) return today;
  }
  return text_model_type;
}

std::string_view text_model_type(std::string_view model_type) {
  for (const auto& [outer, text] : kTextModels) {
    if (outer == model_type) return text;
  }
  return "";
}

}  // namespace kvf::input
