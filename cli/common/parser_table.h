// The table of options in an option parser, without what is hidden.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace kvf::cli {

struct OptionRow {
  std::vector<std::string> names;    // "-o", "--output"; none for a positional
  std::string positional;            // "FILE"
  std::string value;                 // "TEXT", "csv|json"; empty for a flag
  std::vector<std::string> choices;  // if there is a set of them
  std::string text;
  bool required = false;
  bool many = false;
};

struct CommandRow {
  std::string name;  // empty for the program itself
  std::string text;
  std::string footer;
  std::vector<OptionRow> options;  // positionals first
};

// The program, then its subcommands.
std::vector<CommandRow> parser_table(const CLI::App& app);

}  // namespace kvf::cli
