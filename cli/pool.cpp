// kvfootprint pool: the KV pools of serving engines, many at a time.
#include <fmt/format.h>

#include "cli/cases.h"
#include "cli/command.h"
#include "models/engines/pool.h"
#include "sim/input/pool_case.h"

namespace kvf::cli {
namespace {

std::string number(const PoolFigure& figure) {
  return figure.whole ? fmt::format("{:.0f}", figure.value) : fmt::format("{}", figure.value);
}

// Figures that are the same at both ends were not rounded, or not enough to matter.
void answer(const PoolCase& pool, std::string& out) {
  const auto blocks = block_range(pool);
  if (!blocks) throw std::invalid_argument("neither available memory nor blocks are given");
  const std::vector<PoolFigure> low = pool_figures(pool, blocks->low);
  const std::vector<PoolFigure> high = pool_figures(pool, blocks->high);
  out += '{';
  for (std::size_t i = 0; i < low.size(); ++i) {
    if (i > 0) out += ',';
    out += fmt::format(R"("{}":)", low[i].name);
    if (low[i].value == high[i].value) {
      out += number(low[i]);
    } else {
      out += fmt::format(R"({{"low":{},"high":{}}})", number(low[i]), number(high[i]));
    }
  }
  out += '}';
}

}  // namespace

void add_pool(CLI::App& app, Action& action) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("pool", "The KV pools that serving engines allocate");
  command
      ->add_option("--cases", *file,
                   "a file of JSON lines, one pool each (docs/pool.md); - for standard input")
      ->required();
  command->footer("Example:\n  kvfootprint pool --cases pools.jsonl");
  command->callback([file, &action] {
    action = [file] {
      input::PoolCaseReader reader(*file);
      return answer_cases(*file, [&](std::string_view line, int number, std::string& out) {
        answer(reader.read(line, number), out);
      });
    };
  });
}

}  // namespace kvf::cli
