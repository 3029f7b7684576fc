#include "profiler/capture/cupti/kernel_names.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace kvf::capture {
namespace {

// The last part of the name: without result, scopes, template arguments and parameters.
std::string base_name(std::string_view name) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)";
  std::size_t begin = 0;
  std::size_t end = name.size();
  int depth = 0;  // of template arguments
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (name.substr(i, kAnonymous.size()) == kAnonymous) {
      i += kAnonymous.size() - 1;
    } else if (c == '<') {
      if (depth++ == 0 && end == name.size()) end = i;
    } else if (c == '>') {
      --depth;
    } else if (depth == 0 && (c == ' ' || c == ':')) {
      begin = i + 1;
      end = name.size();
    } else if (depth == 0 && c == '(') {
      if (end == name.size()) end = i;
      break;
    }
  }
  return std::string(name.substr(begin, end - begin));
}

}  // namespace

KernelNames kernel_names(std::string_view mangled) {
  const std::string text(mangled);
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      text.starts_with("_Z") ? abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status)
                             : nullptr,
      &std::free);
  if (!demangled) return {text, text, text};
  return {demangled.get(), base_name(demangled.get()), text};
}

}  // namespace kvf::capture
