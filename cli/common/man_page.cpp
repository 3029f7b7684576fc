// Man pages: man(7).
#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "cli/common/manual.h"
#include "cli/common/parser_table.h"

namespace kvf::cli {
namespace {

// Text that roff does not take for its own: a hyphen stays one when it is copied.
std::string roff(const std::string& text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// "FILE [FILE ...]" of a positional, "-o, --output TEXT" of an option.
std::string term_of(const OptionRow& row) {
  if (row.names.empty()) return fmt::format("\\fI{}\\fR", roff(row.positional));
  std::string out;
  for (const std::string& name : row.names) {
    out += fmt::format("{}\\fB{}\\fR", out.empty() ? "" : ", ", roff(name));
  }
  return out + (row.value.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(row.value)));
}

std::string options_of(const CommandRow& command) {
  std::string out;
  for (const OptionRow& row : command.options) {
    // Every subcommand has it.
    if (!command.name.empty() && !row.names.empty() && row.names.back() == "--help") continue;
    out += fmt::format(".TP\n{}\n{}\n", term_of(row), roff(row.text));
  }
  return out;
}

std::string synopsis_of(const std::string& program, const CommandRow& command) {
  std::string out = fmt::format("\\fB{}\\fR", roff(program));
  if (!command.name.empty()) out += fmt::format(" \\fB{}\\fR", roff(command.name));
  bool optional = false;
  std::string places;
  for (const OptionRow& row : command.options) {
    if (!row.names.empty()) {
      optional = optional || !row.required;
      if (row.required) out += " " + term_of(row);
      continue;
    }
    const std::string place =
        fmt::format("\\fI{}\\fR{}", roff(row.positional), row.many ? " ..." : "");
    places += row.required ? " " + place : " [" + place + "]";
  }
  return out + (optional ? " [\\fIoptions\\fR]" : "") + places;
}

// "Example:" and lines set in by two, as --help has them.
std::string example_of(const std::string& footer) {
  if (footer.empty()) return "";
  const std::size_t end = footer.find('\n');
  if (end == std::string::npos) return fmt::format(".PP\n{}\n", roff(footer));
  return fmt::format(".PP\n{}\n.PP\n.nf\n{}\n.fi\n", roff(footer.substr(0, end)),
                     roff(footer.substr(end + 1)));
}

// With a full stop at its end, whether it has one or not.
std::string sentence(std::string text) {
  if (!text.ends_with('.')) text += '.';
  return roff(text);
}

}  // namespace

std::string man_page(const CLI::App& app, const Manual& manual) {
  const std::vector<CommandRow> table = parser_table(app);
  const CommandRow& program = table.front();
  std::string out = fmt::format(".TH {} 1 \"\" \"kvfootprint {}\" \"User Commands\"\n",
                                roff(upper(manual.program)), manual.version);
  out += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", roff(manual.program),
                     roff(manual.summary));
  if (table.size() == 1) {
    out += synopsis_of(manual.program, program) + "\n";
  } else {
    out += fmt::format("\\fB{}\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n", roff(manual.program));
  }
  out += fmt::format(".SH DESCRIPTION\n{}\n.SH OPTIONS\n{}", sentence(program.text),
                     options_of(program));
  if (table.size() == 1) out += example_of(program.footer);
  if (table.size() > 1) out += ".SH COMMANDS\n";
  for (auto command = table.begin() + 1; command != table.end(); ++command) {
    out += fmt::format(".SS {}\n{}\n.PP\n{}\n", roff(command->name),
                       synopsis_of(manual.program, *command), sentence(command->text));
    out += options_of(*command) + example_of(command->footer);
  }
  for (const ManualSection& section : manual.sections) {
    out += fmt::format(".SH {}\n", roff(section.title));
    for (const ManualSection::Item& item : section.items) {
      out += item.term.empty()
                 ? fmt::format(".PP\n{}\n", roff(item.text))
                 : fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(item.term), roff(item.text));
    }
  }
  return out;
}

std::string generate(const std::string& what, const CLI::App& app, const Manual& manual) {
  if (what == "man") return man_page(app, manual);
  if (what == "bash") return bash_completion(app, manual.program);
  if (what == "zsh") return zsh_completion(app, manual.program);
  if (what == "fish") return fish_completion(app, manual.program);
  throw std::invalid_argument("cannot generate '" + what + "'; expected man, bash, zsh or fish");
}

}  // namespace kvf::cli
