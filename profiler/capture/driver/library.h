// A shared library opened by name.
#pragma once

#include <dlfcn.h>
#include <link.h>

#include <string>

namespace kvf::capture {

// Never closed: drivers do not like it.
class Library {
 public:
  explicit Library(const std::string& name) : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) error_ = dlerror();
  }
  explicit operator bool() const { return handle_ != nullptr; }
  const std::string& error() const { return error_; }

  // nullptr if it has no such function.
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(handle_, name));
  }
  // The file that the loader found.
  std::string path() const {
    link_map* map = nullptr;
    return dlinfo(handle_, RTLD_DI_LINKMAP, &map) == 0 ? map->l_name : "";
  }

 private:
  void* handle_;
  std::string error_;
};

}  // namespace kvf::capture
