// kvfootprint generate: the man page and completions, for the build alone; it is not in --help.
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common/manual.h"

namespace kvf::cli {
namespace {

Manual manual() {
  return {"kvfootprint",
          KVF_VERSION,
          "simulates and plans the GPU memory of language models' KV caches",
          {{"EXIT STATUS",
            {{"0", "Done."},
             {"1", "A check failed, or a case was bad."},
             {"2", "The usage or the input was wrong; it says where."}}},
           {"ENVIRONMENT", {{"NO_COLOR", "If it is set, nothing is printed in colour or bold."}}},
           {"SEE ALSO", {{"", "kvfootprint-viewer(1)"}}}}};
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
  auto what = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("generate", "man, bash, zsh, fish")->group("");
  command->add_option("WHAT", *what)->required();
  command->callback([what, &app, &action] {
    action = [what, &app] {
      fmt::print("{}", generate(*what, app, manual()));
      return 0;
    };
  });
}

}  // namespace kvf::cli
