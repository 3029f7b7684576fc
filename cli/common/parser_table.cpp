#include "cli/common/parser_table.h"

#include <algorithm>
#include <sstream>

namespace kvf::cli {
namespace {

// What IsMember says of itself: "{csv,json}", after the type's name.
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t open = type.find('{'), close = type.rfind('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::istringstream list(type.substr(open + 1, close - open - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : "|") + word;
  return out;
}

OptionRow row_of(const CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  if (row.names.empty()) row.positional = option.get_name(true);
  row.text = option.get_description();
  row.required = option.get_required();
  row.many = option.get_items_expected_max() > 1;
  if (option.get_type_size_max() > 0) {
    const std::string type = option.get_type_name();
    row.choices = choices_of(type);
    row.value = row.choices.empty() ? type.substr(0, type.find(':')) : joined(row.choices);
  }
  return row;
}

CommandRow command_of(const CLI::App& app, std::string name) {
  CommandRow command{std::move(name), app.get_description(), app.get_footer(), {}};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) command.options.push_back(row_of(*option));
  }
  std::stable_partition(command.options.begin(), command.options.end(),
                        [](const OptionRow& row) { return row.names.empty(); });
  return command;
}

}  // namespace

std::vector<CommandRow> parser_table(const CLI::App& app) {
  std::vector<CommandRow> table{command_of(app, "")};
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) table.push_back(command_of(*command, command->get_name()));
  }
  return table;
}

}  // namespace kvf::cli
