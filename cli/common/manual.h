// What a program can be told, for `man` and for shells: made from its option parser, which is the one
// table of its options.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace kvf::cli {

// A part of a man page that the parser does not know: its text in roff, or paragraphs of plain text.
struct ManualSection {
  std::string title;  // "FILES"
  // Terms with what they mean; a text without a term is a paragraph.
  struct Item {
    std::string term;
    std::string text;
  };
  std::vector<Item> items;
};

struct Manual {
  std::string program;  // "kvfootprint"
  std::string version;
  std::string summary;                  // of one line
  std::vector<ManualSection> sections;  // behind the options
};

// Options and subcommands without a group are hidden, there as in --help.
std::string man_page(const CLI::App& app, const Manual& manual);
std::string bash_completion(const CLI::App& app, const std::string& program);
std::string zsh_completion(const CLI::App& app, const std::string& program);
std::string fish_completion(const CLI::App& app, const std::string& program);

// One of these by name: man, bash, zsh, fish. Throws std::invalid_argument for another.
std::string generate(const std::string& what, const CLI::App& app, const Manual& manual);

}  // namespace kvf::cli
