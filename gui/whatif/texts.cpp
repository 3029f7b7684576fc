#include "gui/whatif/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gui/whatif/fits.h"
#include "sim/input/catalogue/catalogue.h"
#include "sim/input/policy_forms.h"
#include "timeline/json_text.h"

namespace kvf::gui {
namespace {

// A word of a POSIX shell.
std::string shell_word(const std::string& text) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_./:=,@%+-").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

class CommandLine {
 public:
  explicit CommandLine(std::string_view command) : text_("kvfootprint " + std::string(command)) {}
  void add(std::string_view option, const std::string& value) {
    text_ += fmt::format(" --{} {}", option, shell_word(value));
  }
  void add(std::string_view option, Tokens tokens) { add(option, std::to_string(tokens.count())); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// What no option says.
void require_named(const WhatIf& what) {
  if (what.model_name.empty()) {
    throw std::invalid_argument("the model has no name; expected to copy the scenario");
  }
  if (!what.workload.turns.empty()) {
    throw std::invalid_argument("a command line has one turn; expected to copy the scenario");
  }
}

template <class Write>
Written written(Write&& write) {
  try {
    return {write(), ""};
  } catch (const std::exception& error) {
    return {"", error.what()};
  }
}

std::string yaml_of_model(const WhatIf& what) {
  if (what.model == nullptr) throw std::invalid_argument("no model is chosen");
  if (input::find_model(what.model_name) != nullptr) return what.model_name;
  if (!what.model_name.empty()) return json_string(what.model_name);  // a path may hold anything
  const LlmShape& shape = what.model->shape;
  if (!shape.uniform() || !shape.name.empty()) {
    throw std::invalid_argument(
        "the model stands in the scenario itself; expected to copy it there");
  }
  return fmt::format("{{layers: {}, kv_heads: {}, query_heads: {}, head_dim: {}, dtype: {}}}",
                     shape.layers, shape.kv_heads, shape.query_heads, shape.head_dim, shape.dtype);
}

std::string yaml_of_lengths(Tokens prompt, Tokens output) {
  return fmt::format("prompt_tokens: {}, output_tokens: {}", prompt.count(), output.count());
}

std::string yaml_of_task(const WhatIf& what) {
  const Workload& workload = what.workload;
  if (what.batch == 1 && workload.turns.empty()) {
    return fmt::format("prompt_tokens: {}\noutput_tokens: {}\n", workload.prompt.count(),
                       workload.output.count());
  }
  if (!workload.turns.empty()) {
    std::string text = "tasks:\n  - name: conversation\n    turns:\n";
    text += fmt::format("      - {{{}}}\n", yaml_of_lengths(workload.prompt, workload.output));
    for (const Turn& turn : workload.turns) {
      text += fmt::format("      - {{{}}}\n", yaml_of_lengths(turn.prompt, turn.output));
    }
    return text;
  }
  return fmt::format("tasks:\n  - name: batch\n    sequences:\n      - {{{}, count: {}}}\n",
                     yaml_of_lengths(workload.prompt, workload.output), what.batch);
}

}  // namespace

Written command_line(const WhatIf& what) {
  return written([&] {
    require_named(what);
    CommandLine line("footprint");
    line.add("model", what.model_name);
    line.add("prompt", what.workload.prompt);
    line.add("output", what.workload.output);
    if (what.workload.chunk) line.add("chunk", *what.workload.chunk);
    if (what.batch != 1) line.add("batch", Tokens(what.batch));
    if (!what.kv_dtype.empty()) line.add("kv-dtype", what.kv_dtype);
    line.add("policy", input::to_short_form(what.policy));
    if (what.accounting != Accounting::implementation) {
      line.add("accounting", std::string(to_string(what.accounting)));
    }
    if (what.convention) line.add("implementation", std::string(to_string(*what.convention)));
    return line.take();
  });
}

Written plan_command_line(const WhatIf& what, std::string_view gpu, std::int64_t gpus) {
  return written([&] {
    require_named(what);
    const PlanOptions options = plan_options(what, gpu, gpus);
    CommandLine line("plan");
    line.add("model", what.model_name);
    line.add("gpu", std::string(gpu));
    if (gpus != 1) line.add("tp", Tokens(gpus));
    line.add("prompt", *options.prompt);
    line.add("output", options.output);
    line.add("chunk", *options.chunk);
    line.add("max-model-len", *options.max_model_len);
    if (options.max_num_batched_tokens) {
      line.add("max-num-batched-tokens", *options.max_num_batched_tokens);
    }
    if (!options.kv_dtype.empty()) line.add("kv-dtype", options.kv_dtype);
    line.add("policy", input::to_short_form(what.policy));
    return line.take();
  });
}

Written scenario_yaml(const WhatIf& what) {
  return written([&] {
    std::string text = fmt::format("# What if: {}\n", what.policy.name);
    text += "kvfootprint-scenario: 1\nmodel: " + yaml_of_model(what) + "\n";
    if (!what.kv_dtype.empty()) text += fmt::format("kv_dtype: {}\n", what.kv_dtype);
    if (what.accounting != Accounting::implementation) {
      text += fmt::format("accounting: {}\n", to_string(what.accounting));
    }
    if (what.convention) text += fmt::format("implementation: {}\n", to_string(*what.convention));
    if (what.workload.chunk) {
      text += fmt::format("prefill_chunk_tokens: {}\n", what.workload.chunk->count());
    }
    text += yaml_of_task(what);
    return text + fmt::format("policies:\n  - {}\n", input::to_yaml(what.policy));
  });
}

}  // namespace kvf::gui
