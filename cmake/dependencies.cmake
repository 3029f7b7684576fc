# What is needed from outside. All that is missing is named at once, with what it is for.

# kvf_needs(fmt 9 PURPOSE "..."): find_package, and an error below if it is not there.
macro(kvf_needs name)
  cmake_parse_arguments(need "" "PURPOSE" "" ${ARGN})
  find_package(${name} QUIET ${need_UNPARSED_ARGUMENTS})
  set_package_properties(${name} PROPERTIES TYPE REQUIRED PURPOSE "${need_PURPOSE}")
endmacro()

# CONFIG: Boost's own description, not CMake's FindBoost, which newer CMake no longer has.
kvf_needs(Boost 1.81 CONFIG COMPONENTS json iostreams PURPOSE "JSON in and out, compressed traces")
kvf_needs(CLI11 2.1 PURPOSE "the command line")
kvf_needs(fmt 9 PURPOSE "formatting: the standard library of gcc 12 has no <format>")
kvf_needs(SQLite3 3.40 PURPOSE "run files, imported traces")
kvf_needs(yaml-cpp 0.7 PURPOSE "scenarios")
if(TARGET yaml-cpp AND NOT TARGET yaml-cpp::yaml-cpp)  # 0.7 has the name without, 0.8 with
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
kvf_needs(ZLIB 1.2.11 PURPOSE "traces that are packed with gzip")
kvf_needs(Threads PURPOSE "cells of a paged cache side by side")

if(KVF_BUILD_TESTS)
  kvf_needs(Catch2 PURPOSE "tests (version 2.13 or 3)")
  kvf_needs(Eigen3 3.4 NO_MODULE PURPOSE "the reference that the attention kernel is checked against")
  kvf_needs(Python3 COMPONENTS Interpreter PURPOSE "script tests, layering among them")
endif()
if(KVF_BUILD_BENCH)
  kvf_needs(benchmark PURPOSE "benchmarks")
endif()

feature_summary(
  WHAT REQUIRED_PACKAGES_NOT_FOUND QUIET_ON_EMPTY INCLUDE_QUIET_PACKAGES
  FATAL_ON_MISSING_REQUIRED_PACKAGES
  DESCRIPTION "Missing (script/setup installs it on Debian):")
