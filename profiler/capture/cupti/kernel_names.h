// The three names of a kernel that the export has.
#pragma once

#include <string>
#include <string_view>

namespace kvf::capture {

struct KernelNames {
  std::string demangled;   // "void ns::add<float>(float*, int)"
  std::string short_name;  // "add"
  std::string mangled;
};
// A name that is not mangled is all three.
KernelNames kernel_names(std::string_view mangled);

}  // namespace kvf::capture
