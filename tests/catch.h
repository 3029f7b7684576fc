// Catch2 2.13 (Debian 12) and 3.x (Debian 13) under one name.
//
// Use: TEST_CASE, SECTION, REQUIRE..., GENERATE, Approx, REQUIRE_THAT with Catch::Matchers that
// both versions have, and kvf::test::contains for a part of a string.
#pragma once

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Approx;

namespace kvf::test {
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace kvf::test

#else

#include <catch2/catch.hpp>

namespace kvf::test {
inline auto contains(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace kvf::test

#endif

// Leaves the test case and makes ctest report it as skipped, with the reason in the output.
// Catch2 2 has no SKIP; tests/CMakeLists.txt looks for this text instead, in both versions.
#define KVF_SKIP(reason)            \
  do {                              \
    WARN("KVF_SKIP: " << (reason)); \
    return;                         \
  } while (false)
