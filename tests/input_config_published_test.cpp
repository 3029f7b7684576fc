// config.json as it is published: the keys of each that say something, or that no class of today
// reads, as facts. All are read; what a layer stores is what the publisher says.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sim/input/config/config.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::input;

namespace {

// R"(["full_attention",...])": f full, s sliding, c conv, l linear, m mamba, a attention.
std::string types(std::string_view letters, int times = 1) {
  std::string list;
  for (int i = 0; i < times; ++i) {
    for (const char letter : letters) {
      list += list.empty() ? "[" : ",";
      switch (letter) {
        case 'f':
          list += R"("full_attention")";
          break;
        case 's':
          list += R"("sliding_attention")";
          break;
        case 'l':
          list += R"("linear_attention")";
          break;
        case 'c':
          list += R"("conv")";
          break;
        case 'm':
          list += R"("mamba")";
          break;
        default:
          list += R"("attention")";
      }
    }
  }
  return R"("layer_types":)" + list + "]";
}

struct Published {
  std::string name;
  std::string config;
  std::int64_t layers;    // in all
  std::int64_t full;      // that keep every token
  std::int64_t kv_heads;  // of one of these
  std::int64_t width;     // of an entry: keys and values
};

std::vector<Published> published() {
  return {
      {"bloomz-560m",
       R"({"model_type":"bloom","n_embed":1024,"n_layer":24,"num_attention_heads":16,
           "offset_alibi":100,"seq_length":2048,"skip_bias_add_qkv":false,"attention_softmax_in_fp32":true,
           "masked_softmax_fusion":true,"bias_dropout_fusion":true,"n_inner":null,"vocab_size":250880})",
       24, 24, 16, 128},
      {"Command R",
       R"({"model_type":"cohere","hidden_size":8192,"num_attention_heads":64,"num_hidden_layers":40,
           "num_key_value_heads":64,"vocab_size":256000})",
       40, 40, 64, 256},
      {"DBRX",
       R"({"model_type":"dbrx","d_model":6144,"n_heads":48,"n_layers":40,"max_seq_len":32768,"emb_pdrop":0.0,
           "ffn_config":{"ffn_hidden_size":10752},
           "attn_config":{"attn_pdrop":0.0,"clip_qkv":8,"kv_n_heads":8,"rope_theta":500000}})",
       40, 40, 8, 256},
      {"Devstral Small 2",
       R"({"model_type":"mistral3","image_token_index":10,"multimodal_projector_bias":false,
           "quantization_config":{"activation_scheme":"static","quant_method":"fp8","weight_block_size":null},
           "text_config":{"head_dim":128,"hidden_size":5120,"model_type":"ministral3","num_attention_heads":32,
           "num_hidden_layers":40,"num_key_value_heads":8,"sliding_window":null},
           "vision_config":{"model_type":"pixtral"},"vision_feature_layer":-1})",
       40, 40, 8, 256},
      {"EXAONE 4.0 32B",
       R"({"model_type":"exaone4","head_dim":128,"hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":64,
           "num_key_value_heads":8,"sliding_window":4096,"sliding_window_pattern":"LLLG",)" +
           types("sssf", 16) + "}",
       64, 16, 8, 256},
      {"EXAONE 4.5 33B",
       R"({"model_type":"exaone4_5","image_token_id":67,"vision_token_id":67,"vocab_size":153600,"text_config":{
           "_num_mtp_layers":1,"mtp_share_layers":true,"mtp_loss_scaling_factor":0.05,"num_nextn_predict_layers":1,
           "model_type":"exaone4_5_text","hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":64,
           "num_key_value_heads":8,"sliding_window":4096,"sliding_window_pattern":"LLLG",)" +
           types("sssf", 16) + R"(},"vision_config":{"depth":28}})",
       64, 16, 8, 256},
      {"Falcon 7B",
       R"({"model_type":"falcon","alibi":false,"bias":false,"hidden_size":4544,"multi_query":true,
           "new_decoder_architecture":false,"num_attention_heads":71,"num_hidden_layers":32,"num_kv_heads":71,
           "parallel_attn":true})",
       32, 32, 1, 128},
      {"Falcon H1 7B",
       R"({"model_type":"falcon_h1","num_hidden_layers":44,"num_attention_heads":12,"num_key_value_heads":2,
           "head_dim":128,"hidden_size":3072,"attn_layer_indices":null,"mamba_d_conv":4,"mamba_d_head":128,
           "mamba_d_ssm":3072,"mamba_d_state":256,"mamba_expand":2,"mamba_n_groups":1,"mamba_n_heads":24})",
       44, 44, 2, 256},
      {"Gemma 7B",
       R"({"model_type":"gemma","head_dim":256,"hidden_size":3072,"num_attention_heads":16,"num_hidden_layers":28,
           "num_key_value_heads":16,"rope_scaling":null})",
       28, 28, 16, 512},
      {"Gemma 2 9B",
       R"({"model_type":"gemma2","cache_implementation":"hybrid","head_dim":256,"hidden_size":3584,
           "num_attention_heads":16,"num_hidden_layers":42,"num_key_value_heads":8,"sliding_window":4096,
           "sliding_window_size":4096,"query_pre_attn_scalar":256})",
       42, 21, 8, 512},
      {"Gemma 3 1B",
       R"({"model_type":"gemma3_text","cache_implementation":"hybrid","head_dim":256,"hidden_size":1152,
           "num_attention_heads":4,"num_hidden_layers":26,"num_key_value_heads":1,"rope_local_base_freq":10000,
           "sliding_window":512,"sliding_window_pattern":6})",
       26, 4, 1, 512},
      {"Gemma 3 27B",
       R"({"model_type":"gemma3","boi_token_index":255999,"mm_tokens_per_image":256,"text_config":{"head_dim":128,
           "hidden_size":5376,"model_type":"gemma3_text","num_attention_heads":32,"num_hidden_layers":62,
           "num_key_value_heads":16,"query_pre_attn_scalar":168,"sliding_window":1024},
           "vision_config":{"hidden_size":1152}})",
       62, 10, 16, 256},
      {"Gemma 4 26B A4B",
       R"({"model_type":"gemma4","audio_config":null,"vision_soft_tokens_per_image":280,"text_config":{
           "enable_moe_block":true,"head_dim":256,"hidden_size":2816,"hidden_size_per_layer_input":0,
           "model_type":"gemma4_text","num_attention_heads":16,"num_hidden_layers":30,"num_key_value_heads":8,
           "num_kv_shared_layers":0,"sliding_window":1024,"top_k_experts":8},"vision_config":{"patch_size":16}})",
       30, 5, 8, 1024},
      {"Gemma 4 E2B",
       R"({"model_type":"gemma4","audio_config":{"hidden_size":1024},"text_config":{"head_dim":256,"hidden_size":1536,
           "model_type":"gemma4_text","num_attention_heads":8,"num_experts":null,"num_hidden_layers":35,
           "num_key_value_heads":1,"num_kv_shared_layers":20,"sliding_window":512,"top_k_experts":null}})",
       35, 2, 1, 1024},
      {"GLM 4.7",
       R"({"model_type":"glm4_moe","num_hidden_layers":92,"hidden_size":5120,"num_attention_heads":96,
           "num_key_value_heads":8,"head_dim":128,"n_routed_experts":160,"first_k_dense_replace":3})",
       92, 92, 8, 256},
      {"GLM 4.7 Flash",
       R"({"model_type":"glm4_moe_lite","num_hidden_layers":47,"hidden_size":2048,"num_attention_heads":20,
           "num_key_value_heads":20,"head_dim":64,"kv_lora_rank":512,"q_lora_rank":768,"qk_nope_head_dim":192,
           "qk_rope_head_dim":64,"v_head_dim":256})",
       47, 47, 20, 512},
      {"GLM 5",
       R"({"model_type":"glm_moe_dsa","num_hidden_layers":78,"hidden_size":6144,"num_attention_heads":64,
           "num_key_value_heads":64,"head_dim":64,"kv_lora_rank":512,"q_lora_rank":2048,"qk_nope_head_dim":192,
           "qk_rope_head_dim":64,"v_head_dim":256,"moe_layer_freq":1,"first_k_dense_replace":3})",
       78, 78, 64, 512},
      {"gpt-neo-125m",
       R"({"model_type":"gpt_neo","num_layers":12,"num_heads":12,"hidden_size":768})", 12, 12, 12,
       128},
      {"gpt-oss-120b",
       R"({"model_type":"gpt_oss","experts_per_token":4,"head_dim":64,"hidden_size":2880,
           "initial_context_length":4096,"num_attention_heads":64,"num_hidden_layers":36,"num_key_value_heads":8,
           "quantization_config":{"quant_method":"mxfp4"},"sliding_window":128,"swiglu_limit":7.0,)" +
           types("sf", 18) + "}",
       36, 18, 8, 128},
      {"Granite 4.0 H Small",
       R"({"model_type":"granitemoehybrid","hidden_size":4096,"num_hidden_layers":40,"num_attention_heads":32,
           "num_key_value_heads":8,"mamba_d_state":128,"mamba_d_conv":4,"mamba_expand":2,)" +
           types("mmmmmammmm", 4) + "}",
       40, 4, 8, 256},
      {"Hy-MT2 7B",
       R"({"model_type":"hunyuan_v1_dense","add_classification_head":false,"attention_head_dim":128,
           "cla_share_factor":2,"class_num":0,"dense_list":[4096,0],"head_dim":128,"hidden_size":4096,"im_end_id":5,
           "im_newline_id":11,"im_start_id":4,"mask_init_id":12,"mlp_bias":false,"norm_type":"rms",
           "num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"org_vocab_size":128167,
           "pad_id":127961,"pool_type":"last","text_end_id":7,"text_start_id":6,"use_cla":false,
           "use_qk_norm":true,"use_rotary_pos_emb":true})",
       32, 32, 8, 256},
      {"Jamba v0.1",
       R"({"model_type":"jamba","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,
           "num_key_value_heads":8,"attn_layer_offset":4,"attn_layer_period":8,"expert_layer_offset":1,
           "expert_layer_period":2,"mamba_d_conv":4,"mamba_d_state":16,"mamba_expand":2})",
       32, 4, 8, 256},
      {"LFM2 350M",
       R"({"model_type":"lfm2","hidden_size":1024,"num_hidden_layers":16,"num_attention_heads":16,
           "num_key_value_heads":8,"conv_L_cache":3,"full_attn_idxs":[2,5,8,10,12,14],"block_dim":1024,
           "block_ff_dim":6656})",
       16, 6, 8, 128},
      {"LFM2 8B A1B",
       R"({"model_type":"lfm2_moe","hidden_size":2048,"num_hidden_layers":24,"num_attention_heads":32,
           "num_key_value_heads":8,"conv_L_cache":3,"num_dense_layers":2,"use_expert_bias":true,)" +
           types("ccfcccfcccfcccfcccfccfcc") + "}",
       24, 6, 8, 128},
      {"LFM2.5 VL 1.6B",
       R"({"model_type":"lfm2_vl","do_image_splitting":true,"downsample_factor":2,"encoder_patch_size":16,
           "max_image_tokens":256,"max_pixels_tolerance":2.0,"max_tiles":10,"min_image_tokens":64,"min_tiles":2,
           "projector_bias":true,"projector_use_layernorm":false,"tile_size":512,"use_image_special_tokens":true,
           "use_thumbnail":true,"text_config":{"block_auto_adjust_ff_dim":true,"block_dim":2048,
           "block_ff_dim":12288,"block_ffn_dim_multiplier":1.0,"block_multiple_of":256,"block_use_swiglu":true,
           "conv_L_cache":3,"conv_dim":2048,"conv_dim_out":2048,"hidden_size":2048,"intermediate_size":12288,
           "model_type":"lfm2","num_attention_heads":32,"num_heads":32,"num_hidden_layers":16,
           "num_key_value_heads":8,"use_pos_enc":true,)" +
           types("ccfccfccfcfcfcfc") + R"(},"vision_config":{"num_patches":256}})",
       16, 6, 8, 128},
      {"Llama 3.1 8B",
       R"({"model_type":"llama","hidden_size":4096,"num_attention_heads":32,"num_hidden_layers":32,
           "num_key_value_heads":8,"mlp_bias":false,"pretraining_tp":1,"rope_scaling":{"rope_type":"llama3"}})",
       32, 32, 8, 256},
      {"Llama 4 Scout",
       R"({"model_type":"llama4","boi_token_index":200080,"text_config":{"attention_chunk_size":8192,"head_dim":128,
           "hidden_size":5120,"interleave_moe_layer_step":1,"intermediate_size_mlp":16384,
           "model_type":"llama4_text","num_attention_heads":40,"num_hidden_layers":48,"num_key_value_heads":8,
           "use_qk_norm":true},"vision_config":{"pixel_shuffle_ratio":0.5}})",
       48, 12, 8, 256},
      {"MiniCPM3 4B",
       R"({"model_type":"minicpm3","hidden_size":2560,"num_hidden_layers":62,"num_attention_heads":40,
           "num_key_value_heads":40,"qk_nope_head_dim":64,"qk_rope_head_dim":32,"q_lora_rank":768,
           "kv_lora_rank":256,"scale_emb":12,"dim_model_base":256,"scale_depth":1.4})",
       62, 62, 40, 160},
      {"Mistral 7B v0.1",
       R"({"model_type":"mistral","hidden_size":4096,"num_attention_heads":32,"num_hidden_layers":32,
           "num_key_value_heads":8,"sliding_window":4096})",
       32, 0, 8, 256},
      {"Nemotron H 8B",
       R"({"model_type":"nemotron_h","attention_head_dim":128,
           "hybrid_override_pattern":"M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-","hidden_size":4096,
           "num_hidden_layers":52,"num_attention_heads":32,"num_key_value_heads":8,"ssm_state_size":128,
           "mamba_num_heads":128,"mamba_head_dim":64,"n_groups":8,"conv_kernel":4,"expand":2})",
       52, 4, 8, 256},
      {"Olmo 3.1 32B",
       R"({"model_type":"olmo3","hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":64,
           "num_key_value_heads":8,"sliding_window":4096,)" +
           types("sssf", 16) + "}",
       64, 16, 8, 256},
      {"phi-1",
       R"({"model_type":"phi","hidden_size":2048,"num_attention_heads":32,"num_hidden_layers":24,
           "num_key_value_heads":32,"partial_rotary_factor":0.5,"rotary_dim":32,"qk_layernorm":false})",
       24, 24, 32, 128},
      {"phi-4",
       R"({"model_type":"phi3","hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":40,
           "num_key_value_heads":10,"original_max_position_embeddings":16384,"sliding_window":null})",
       40, 40, 10, 256},
      {"Phi-3.5-MoE",
       R"({"model_type":"phimoe","hidden_size":4096,"input_jitter_noise":0.01,"lm_head_bias":true,
           "num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"router_jitter_noise":0.01,
           "sliding_window":131072})",
       32, 0, 8, 256},
      {"Qwen2.5 14B",
       R"({"model_type":"qwen2","hidden_size":5120,"max_window_layers":48,"num_attention_heads":40,
           "num_hidden_layers":48,"num_key_value_heads":8,"sliding_window":131072,"use_sliding_window":false})",
       48, 48, 8, 256},
      {"Qwen3 32B",
       R"({"model_type":"qwen3","head_dim":128,"hidden_size":5120,"max_window_layers":64,"num_attention_heads":64,
           "num_hidden_layers":64,"num_key_value_heads":8,"sliding_window":null,"use_sliding_window":false})",
       64, 64, 8, 256},
      {"Qwen3 Next 80B A3B",
       R"({"model_type":"qwen3_next","decoder_sparse_step":1,"full_attention_interval":4,"head_dim":256,
           "hidden_size":2048,"linear_conv_kernel_dim":4,"linear_key_head_dim":128,"linear_num_key_heads":16,
           "linear_num_value_heads":32,"linear_value_head_dim":128,"num_attention_heads":16,
           "num_hidden_layers":48,"num_key_value_heads":2,"use_sliding_window":false})",
       48, 12, 2, 512},
      {"Qwen3.5 27B",
       R"({"model_type":"qwen3_5","text_config":{"attn_output_gate":true,"full_attention_interval":4,"head_dim":256,
           "hidden_size":5120,"linear_conv_kernel_dim":4,"linear_key_head_dim":128,"linear_num_key_heads":16,
           "linear_num_value_heads":48,"linear_value_head_dim":128,"mlp_only_layers":[],
           "model_type":"qwen3_5_text","num_attention_heads":24,"num_hidden_layers":64,"num_key_value_heads":4,)" +
           types("lllf", 16) + R"(},"vision_config":{"depth":27},"vision_end_token_id":248054})",
       64, 16, 4, 512},
      {"Qwen3.5 35B A3B",
       R"({"model_type":"qwen3_5_moe","text_config":{"attn_output_gate":true,"head_dim":256,"hidden_size":2048,
           "linear_num_value_heads":32,"model_type":"qwen3_5_moe_text","mtp_num_hidden_layers":1,
           "mtp_use_dedicated_embeddings":false,"mamba_ssm_dtype":"float32","num_attention_heads":16,
           "num_hidden_layers":40,"num_key_value_heads":2,)" +
           types("lllf", 10) + "}}",
       40, 10, 2, 512},
      {"santacoder",
       R"({"model_type":"gpt_bigcode","multi_query":true,"n_embd":2048,"n_head":16,"n_inner":8192,"n_layer":24,
           "n_positions":2048,"runner_max_sequence_length":null,"scale_attention_softmax_in_fp32":true,
           "scale_attn_weights":true,"summary_type":"cls_index"})",
       24, 24, 1, 256},
      {"StableLM 3B",
       R"({"model_type":"stablelm","hidden_size":2560,"num_attention_heads":32,"num_hidden_layers":32,
           "num_key_value_heads":32,"partial_rotary_factor":0.25,"use_qkv_bias":false})",
       32, 32, 32, 160},
      {"T5 v1.1 base",
       R"({"model_type":"t5","d_ff":2048,"d_kv":64,"d_model":768,"dense_act_fn":"gelu_new","is_gated_act":true,
           "num_decoder_layers":12,"num_heads":12,"num_layers":12,"output_past":true,
           "relative_attention_max_distance":128})",
       12, 12, 12, 128},
      {"Voxtral Mini 3B",
       R"({"model_type":"voxtral","audio_config":{"num_mel_bins":128},"audio_token_id":24,"hidden_size":3072,
           "projector_hidden_act":"gelu","vocab_size":131072,"text_config":{"head_dim":128,"hidden_size":3072,
           "model_type":"llama","num_attention_heads":32,"num_hidden_layers":30,"num_key_value_heads":8,
           "sliding_window":null,"vocab_size":131072}})",
       30, 30, 8, 256},
  };
}

bool says(const std::string& config, std::string_view words) {
  try {
    (void)parse_config(config, "config.json");
    INFO("accepted: " << config);
    return words == "nothing";
  } catch (const InputError& error) {
    UNSCOPED_INFO(error.what());
    return std::string_view(error.what()).find(words) != std::string_view::npos;
  }
}

LlmShape shape_of(const std::string& config) { return parse_config(config, "config.json").shape; }

}  // namespace

TEST_CASE("config.json as it is published", "[config]") {
  REQUIRE(published().size() >= 40);
  for (const Published& model : published()) {
    INFO(model.name);
    REQUIRE(says(model.config, "nothing"));
    const Config config = parse_config(model.config, "config.json");
    std::int64_t layers = 0;
    std::int64_t full = 0;
    LayerRun last;
    for (const LayerRun& run : config.shape.all_runs()) {
      layers += run.count;
      if (run.kind == LayerKind::full) full += run.count;
      if (run.kind == LayerKind::full || (full == 0 && run.kv_heads > 0)) last = run;
    }
    CHECK(layers == model.layers);
    CHECK(full == model.full);
    CHECK(last.kv_heads == model.kv_heads);
    CHECK(last.key_width + last.value_width == model.width);
  }
}

TEST_CASE("t5: a decoder has the encoder's layers unless it says otherwise", "[config]") {
  CHECK(shape_of(R"({"model_type":"t5"})").layers == 6);
  CHECK(shape_of(R"({"model_type":"t5","num_layers":12})").layers == 12);
  CHECK(shape_of(R"({"model_type":"t5","num_hidden_layers":9})").layers == 9);
  CHECK(shape_of(R"({"model_type":"t5","num_layers":12,"num_decoder_layers":3})").layers == 3);
  CHECK(shape_of(R"({"model_type":"t5","num_layers":12,"num_decoder_layers":null})").layers == 12);
  const Config config = parse_config(R"({"model_type":"t5"})", "config.json");
  CHECK(std::find(config.defaults.begin(), config.defaults.end(),
                  ConfigDefault{"num_decoder_layers", "6"}) != config.defaults.end());
  // What these call the layers are the encoder's.
  CHECK(shape_of(R"({"model_type":"bart","num_hidden_layers":6,"decoder_layers":3})").layers == 3);
}

TEST_CASE("keys of older code beside the class's own", "[config]") {
  CHECK(says(R"({"model_type":"hunyuan_v1_moe","use_cla":true})", "nothing"));
  CHECK(says(R"({"model_type":"hunyuan_v1_moe","use_cla":true,"cla_share_factor":1})", "nothing"));
  CHECK(says(R"({"model_type":"hunyuan_v1_moe","use_cla":true,"cla_share_factor":2})",
             "2 layers would share their entries"));
  CHECK(says(R"({"model_type":"hunyuan_v1_moe","head_dim":128,"attention_head_dim":64})",
             "'attention_head_dim' is 64, but 'head_dim' is 128"));
  CHECK(says(R"({"model_type":"lfm2","num_heads":16})",
             "'num_heads' is 16, but 'num_attention_heads' is 32"));
  CHECK(says(R"({"model_type":"lfm2","num_heads":32})", "nothing"));
  CHECK(says(R"({"model_type":"lfm2","conv_dim":1024,"hidden_size":2048})", "'conv_dim' is 1024"));
  CHECK(says(R"({"model_type":"bloom","hidden_size":64,"n_embed":128})", "two names of one value"));
  CHECK(shape_of(R"({"model_type":"bloom","n_embed":128})").head_dim == 16);
  const Config bloom = parse_config(R"({"model_type":"bloom"})", "config.json");
  CHECK(bloom.defaults.front().key != "n_embed");
  // Null is what a class makes of a key that it does not know.
  CHECK(says(R"({"model_type":"llama","kv_lora_rank":null})", "nothing"));
  CHECK(says(R"({"model_type":"llama","kv_lora_rank":512})", "'kv_lora_rank' is unknown"));
}

TEST_CASE("what lies beside and inside 'text_config'", "[config]") {
  CHECK(says(R"({"model_type":"llava","text_config":{"hidden_size":64},"hidden_size":64})",
             "nothing"));
  CHECK(says(R"({"model_type":"llava","text_config":{"hidden_size":64},"hidden_size":32})",
             "key 'hidden_size' beside 'text_config'"));
  CHECK(says(R"({"model_type":"llava","text_config":{"num_hidden_layers":7}})", "nothing"));
  CHECK(shape_of(R"({"model_type":"paligemma","text_config":{}})").kv_heads == 16);
  CHECK(says(R"({"model_type":"some_vl","text_config":{}})",
             "which one the text model of a 'some_vl' has is not known here"));
  CHECK(says(R"({"model_type":"llama","text_config":{}})", "a 'llama' is itself a model of text"));
  CHECK(says(R"({"text_config":{}})", "there is no 'model_type'"));
  CHECK(says(R"({"model_type":7,"text_config":{}})", "'model_type' is 7"));
  // The cache's dtype may be said beside it, too.
  CHECK(shape_of(R"({"model_type":"llava","text_config":{},"quantization_config":{
                     "kv_cache_scheme":{"num_bits":8,"type":"float"}}})")
            .dtype == "fp8");
}
