// kvfootprint models: lists the models, or explains what one stores.
#include <fmt/format.h>

#include "cli/command.h"
#include "sim/input/model.h"
#include "sim/report.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string name;
  std::int64_t ranks = 1;
  bool json = false;
};

int list(bool json) {
  std::string out;
  for (const input::CatalogueEntry& entry : input::catalogue()) {
    const input::Config config = read_config(entry);
    const LlmShape& shape = config.shape;
    if (json) {
      std::string aliases;
      input::for_each_word(entry.aliases, [&](std::string_view alias) {
        aliases += (aliases.empty() ? "" : ",") + json_string(alias);
      });
      out += fmt::format(R"({}{{"name":{},"aliases":[{}],"title":{},"model_type":{},"layers":{},)"
                         R"("bytes_per_token":{},"state_bytes":{},"parameters":{},"source":{}}})",
                         out.empty() ? "" : ",\n ", json_string(shape.name), aliases,
                         json_string(entry.title), json_string(entry.family), shape.layers,
                         shape.bytes_per_token().count(), shape.state_bytes().count(),
                         config.weights ? std::to_string(config.weights->total()) : "null",
                         json_string(source_of(entry)));
    } else {
      out += fmt::format("{:<26} {:<16} {:>9} bytes/token  {}\n", shape.name, entry.family,
                         with_separators(shape.bytes_per_token().count()), layers_in_words(shape));
    }
  }
  fmt::print("{}", json ? "[" + out + "]\n" : out);
  if (!json) fmt::print("next: kvfootprint models NAME|config.json explains one\n");
  return 0;
}

std::string sizes(const auto& array) {
  std::string list;
  for (const std::int64_t size : array) {
    if (size > 0) list += (list.empty() ? "" : ",") + std::to_string(size);
  }
  return "[" + list + "]";
}

// Bytes of the parameters in the model's dtype; of 8-bit caches the dtype says nothing about them.
std::int64_t parameter_bytes(const input::Model& model) {
  const std::string dtype = model.shape.dtype == "fp8" ? "bf16" : model.shape.dtype;
  return model.weights->total() * kvf::dtype(dtype).bytes(1).count();
}

// Words are padded to 64, as vLLM does it. nullopt if the ranks cannot share them.
std::optional<std::int64_t> rank_parameters(const input::Model& model, std::int64_t ranks) {
  if (!model.weights) return std::nullopt;
  try {
    return per_rank(*model.weights, ranks, ranks > 1 ? 64 : 1).total();
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::string parameters_json(const input::Model& model) {
  if (!model.weights) {
    return fmt::format(R"("parameters":null,"no_parameters":{})", json_string(model.no_weights));
  }
  const LlmWeights& weights = *model.weights;
  return fmt::format(
      R"("parameters":{{"total":{},"embedding":{},"tied":{},"buffers":{},"bytes":{},"text_part":{}}})",
      weights.total(), weights.embedding(), weights.tied, weights.buffers_total(),
      parameter_bytes(model), model.sees_or_hears);
}

void print_parameters(const input::Model& model) {
  const input::StoredWeights& stored = model.quantization;
  if (!stored.unknown.empty()) {
    fmt::print("  quantised in a way that is not known: {}\n", stored.unknown);
  } else if (stored.quantization != Quantization::none) {
    fmt::print("  its weights are stored as {}\n", to_string(stored.quantization));
  }
  if (!model.weights) {
    fmt::print("  parameters are not known: {}\n", model.no_weights);
    return;
  }
  const LlmWeights& weights = *model.weights;
  fmt::print(
      "  parameters {}{}, {} bytes; embedding {}{}{}\n", with_separators(weights.total()),
      model.sees_or_hears ? " of the text part" : "", with_separators(parameter_bytes(model)),
      with_separators(weights.embedding()), weights.tied ? ", tied" : "",
      weights.buffers_total() == 0
          ? ""
          : fmt::format("; {} more numbers in buffers", with_separators(weights.buffers_total())));
}

// The figures of a shape as members of a JSON object, without its braces.
std::string figures(const LlmShape& shape) {
  std::string kinds;
  for (const LayersOfAKind& kind : layers_by_kind(shape)) {
    const LayerRun& run = kind.layers;
    kinds += fmt::format(
        R"({}{{"kind":"{}","layers":{},"window_tokens":{},"kv_heads":{},"query_heads":{},)"
        R"("cached_heads":{},"key_width":{},"value_width":{},"latent":{},"rope":{},"indexer":{},)"
        R"("conv":{},"recurrent":{},"bytes_per_token":{},"window_bytes":{},"state_bytes":{}}})",
        kinds.empty() ? "" : ",", to_string(run.kind), run.count, run.window, run.kv_heads,
        run.query_heads, run.cached_heads, run.key_width, run.value_width, run.latent, run.rope,
        run.indexer, sizes(run.conv), sizes(run.recurrent), kind.bytes_per_token.count(),
        kind.window_bytes.count(), kind.state_bytes.count());
  }
  return fmt::format(
      R"("kinds":[{}],"bytes_per_token":{},"bytes_per_token_past_windows":{},"state_bytes":{})",
      kinds, shape.bytes_per_token().count(), bytes_per_token_past_windows(shape).count(),
      shape.state_bytes().count());
}

std::string joined(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + json_string(text);
  return "[" + list + "]";
}

void print_json(const input::Model& model, const LlmShape& rank, std::int64_t ranks) {
  const LlmShape& shape = model.shape;
  const auto parameters = rank_parameters(model, ranks);
  std::string runs;
  for (const LayerRun& run : shape.all_runs()) {
    runs += fmt::format(R"({}["{}",{}])", runs.empty() ? "" : ",", to_string(run.kind), run.count);
  }
  std::string defaults;
  for (const input::ConfigDefault& value : model.defaults) {
    defaults += (defaults.empty() ? "" : ",") + json_string(value.key) + ":" + value.value;
  }
  fmt::print(
      "{{\"name\":{},\"title\":{},\"model_type\":{},\"source\":{},\"dtype\":\"{}\",\"layers\":{},"
      "\"runs\":[{}],{},{},\"tp\":{},\"rank\":{{{},\"parameters\":{}}},\"defaults\":{{{}}},"
      "\"note\":{},"
      "\"transformers\":{}}}\n",
      json_string(shape.name), json_string(model.title), json_string(model.family),
      json_string(model.source), shape.dtype, shape.layers, runs, figures(shape),
      parameters_json(model), ranks, figures(rank),
      parameters ? std::to_string(*parameters) : "null", defaults, json_string(model.note),
      joined(transformers_surprises(shape)));
}

void print_table(const LlmShape& shape) {
  fmt::print("  {:<8} {:>6}  {:>14}  {:>14}  {:>14}  {}\n", "kind", "layers", "bytes/token",
             "window, bytes", "state, bytes", "one layer stores");
  for (const LayersOfAKind& kind : layers_by_kind(shape)) {
    const auto bytes = [](std::int64_t value) {
      return value == 0 ? std::string("-") : with_separators(value);
    };
    fmt::print("  {:<8} {:>6}  {:>14}  {:>14}  {:>14}  {}\n", to_string(kind.layers.kind),
               kind.layers.count, bytes(kind.bytes_per_token.count()),
               bytes(kind.window_bytes.count()), bytes(kind.state_bytes.count()),
               entries_in_words(kind.layers));
  }
  fmt::print("  in all   {} bytes/token while no window is full, {} after; states {} bytes\n",
             with_separators(shape.bytes_per_token().count()),
             with_separators(bytes_per_token_past_windows(shape).count()),
             with_separators(shape.state_bytes().count()));
}

int explain(const Options& options) {
  const input::Model model = input::parse_model(options.name, "NAME");
  const LlmShape& shape = model.shape;
  LlmShape rank;
  try {
    rank = per_rank(shape, options.ranks);
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--tp: ") + error.what());
  }
  if (options.json) {
    print_json(model, rank, options.ranks);
    return 0;
  }
  fmt::print("{}{}: {}, {}\n", model.title,
             model.family.empty() ? "" : fmt::format(" ({})", model.family), layers_in_words(shape),
             shape.dtype);
  fmt::print("  source   {}\n", model.source);
  print_table(shape);
  print_parameters(model);
  if (options.ranks > 1) {
    fmt::print("one rank of {}\n", options.ranks);
    print_table(rank);
    if (const auto parameters = rank_parameters(model, options.ranks)) {
      fmt::print("  parameters {}\n", with_separators(*parameters));
    }
  }
  for (const input::ConfigDefault& value : model.defaults) {
    fmt::print("  default  {} = {}\n", value.key, value.value);
  }
  if (!model.note.empty()) fmt::print("  note     {}\n", model.note);
  for (const std::string& note : transformers_surprises(shape)) {
    fmt::print("  in transformers: {}\n", note);
  }
  return 0;
}

}  // namespace

void add_models(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("models", "Lists the models, or explains what one stores");
  command->add_option("NAME", options->name, "a name, a config.json or its folder");
  command->add_option("--tp", options->ranks, "what one of so many tensor-parallel ranks stores")
      ->check(CLI::Range(1, 1 << 20));
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint models llama-3.1-8b --tp 4");
  command->callback([options, &action] {
    action = [options] { return options->name.empty() ? list(options->json) : explain(*options); };
  });
}

}  // namespace kvf::cli
