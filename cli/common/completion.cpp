// Completion in shells: subcommands, options, the values of those that have a set of them; else files.
#include <fmt/format.h>

#include "cli/common/manual.h"
#include "cli/common/parser_table.h"

namespace kvf::cli {
namespace {

std::string identifier(std::string program) {
  for (char& c : program) {
    if (c == '-') c = '_';
  }
  return "_" + program;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::vector<std::string> option_names(const CommandRow& command) {
  std::vector<std::string> names;
  for (const OptionRow& row : command.options) {
    names.insert(names.end(), row.names.begin(), row.names.end());
  }
  return names;
}

std::vector<std::string> command_names(const std::vector<CommandRow>& table) {
  std::vector<std::string> names;
  for (auto command = table.begin() + 1; command != table.end(); ++command) {
    names.push_back(command->name);
  }
  return names;
}

// Between single quotes of a shell; the first line alone, as a list has room for.
std::string quoted(const std::string& text, std::string_view quote) {
  std::string out;
  for (const char c : text.substr(0, text.find('\n'))) {
    out += c == '\'' ? std::string(quote) : std::string(1, c);
  }
  return "'" + out + "'";
}

// In a specification of zsh's _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_arguments(const CommandRow& command) {
  std::string out = "_arguments";
  for (const OptionRow& row : command.options) {
    const std::string value = row.value.empty() ? ""
                              : row.choices.empty()
                                  ? fmt::format(":{}:_files", zsh_text(row.value))
                                  : fmt::format(":value:({})", joined(row.choices, " "));
    for (const std::string& name : row.names) {
      const std::string text = row.text.substr(0, row.text.find('\n'));
      out +=
          " \\\n        " + quoted(fmt::format("{}[{}]{}", name, zsh_text(text), value), "'\\''");
    }
  }
  return out + " \\\n        '*:file:_files'\n";
}

}  // namespace

std::string bash_completion(const CLI::App& app, const std::string& program) {
  const std::vector<CommandRow> table = parser_table(app);
  const std::vector<std::string> commands = command_names(table);
  std::string out = fmt::format(
      "# bash completion of {0}\n{1}() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  local command= word words=\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    case $word in {2}) command=$word; break ;; esac\n"
      "  done\n"
      "  case $command:$before in\n",
      program, identifier(program), commands.empty() ? "''" : joined(commands, "|"));
  for (const CommandRow& command : table) {
    for (const OptionRow& row : command.options) {
      if (row.choices.empty()) continue;
      std::vector<std::string> cases;
      for (const std::string& name : row.names) cases.push_back(command.name + ":" + name);
      if (cases.empty()) continue;
      out += fmt::format("    {}) words={} ;;\n", joined(cases, "|"),
                         quoted(joined(row.choices, " "), ""));
    }
  }
  out += "    *) case $command in\n";
  for (const CommandRow& command : table) {
    std::string words = joined(option_names(command), " ");
    // A subcommand does without a dash, options only after one.
    if (command.name.empty() && !commands.empty()) {
      out += fmt::format("      '') words='{} {}' ;;\n", joined(commands, " "), words);
    } else {
      out +=
          fmt::format("      '{}') [[ $current == -* ]] && words='{}' ;;\n", command.name, words);
    }
  }
  out += fmt::format(
      "    esac ;;\n  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}}\n"
      "complete -o default -F {} {}\n",
      identifier(program), program);
  return out;
}

std::string zsh_completion(const CLI::App& app, const std::string& program) {
  const std::vector<CommandRow> table = parser_table(app);
  std::string out = fmt::format("#compdef {}\n", program);
  if (table.size() == 1) return out + zsh_arguments(table.front());
  out += "local -a commands=(\n";
  for (auto command = table.begin() + 1; command != table.end(); ++command) {
    out += "  " + quoted(command->name + ":" + zsh_text(command->text), "'\\''") + "\n";
  }
  out += ")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  " +
         zsh_arguments(table.front()) +
         "else\n  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (auto command = table.begin() + 1; command != table.end(); ++command) {
    out += fmt::format("    {}) {}      ;;\n", command->name, zsh_arguments(*command));
  }
  return out + "  esac\nfi\n";
}

std::string fish_completion(const CLI::App& app, const std::string& program) {
  const std::vector<CommandRow> table = parser_table(app);
  std::string out = fmt::format("# fish completion of {}\n", program);
  for (const CommandRow& command : table) {
    const std::string where =
        !command.name.empty() ? fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name)
        : table.size() > 1    ? " -n __fish_use_subcommand"
                              : "";
    if (!command.name.empty()) {
      out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program,
                         command.name, quoted(command.text, "\\'"));
    }
    for (const OptionRow& row : command.options) {
      std::string names;
      for (const std::string& name : row.names) {
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (names.empty()) continue;
      if (!row.value.empty()) names += " -r";
      if (!row.choices.empty()) names += " -f -a " + quoted(joined(row.choices, " "), "\\'");
      out +=
          fmt::format("complete -c {}{}{} -d {}\n", program, where, names, quoted(row.text, "\\'"));
    }
  }
  return out;
}

}  // namespace kvf::cli
