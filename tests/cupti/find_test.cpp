// What find_cupti() says where something is missing.
#include <filesystem>

#include "tests/catch.h"
#include "tests/cupti/fake_cupti.h"

namespace kvf::capture {
namespace {

DriverProbe driver(DriverState state) {
  DriverProbe probe;
  probe.state = state;
  probe.release = "580.65.06";
  probe.cuda_version = 13000;
  return probe;
}
const DriverProbe kDriver = driver(DriverState::ok);

}  // namespace

TEST_CASE("find: without a driver no library is called") {
  DriverProbe none = driver(DriverState::absent);
  none.problem = "no NVIDIA driver";
  none.advice = "install the driver";
  const CuptiReport report = find_cupti(none, {KVF_CUPTI_LIBRARY});
  CHECK_FALSE(report.usable());
  CHECK(report.problem == "no GPU can be used: no NVIDIA driver");
  CHECK(report.advice == "install the driver");
  CHECK(report.driver.empty());
  CHECK(report.version.empty());
  CHECK(report.built == version_name(CUPTI_API_VERSION));
}

TEST_CASE("find: a missing library is named with all places") {
  const CuptiReport report = find_cupti(kDriver, {"libkvf-no-such-1.so", "libkvf-no-such-2.so"});
  CHECK_FALSE(report.usable());
  CHECK_THAT(report.problem, test::contains("libkvf-no-such-1.so"));
  CHECK_THAT(report.problem, test::contains("libkvf-no-such-2.so"));
  CHECK_THAT(report.advice, test::contains("CUDA_HOME"));
}

TEST_CASE("find: a library that is not CUPTI is passed over") {
  const CuptiReport report = find_cupti(kDriver, {"libm.so.6"});
  CHECK_FALSE(report.usable());
  CHECK_THAT(report.problem, test::contains("libm.so.6: has no cuptiGetVersion"));
}

TEST_CASE("find: with a driver the toolkit's library is found and says its version") {
  if (test::real_iterator().next == nullptr) KVF_SKIP(test::real_iterator().why_not);
  const CuptiReport report = find_cupti(kDriver, {"libkvf-no-such-1.so", KVF_CUPTI_LIBRARY});
  CHECK(report.usable());
  CHECK(std::filesystem::equivalent(report.file, KVF_CUPTI_LIBRARY));
  CHECK_FALSE(std::filesystem::is_symlink(report.file));
  CHECK(report.driver == "580.65.06, CUDA 13.0");
  CHECK(report.version == version_name(test::real_iterator().version));
  CHECK(report.problem.empty());
}

TEST_CASE("find: here and now it has words, and no collector begins without it") {
  const CuptiReport report = find_cupti(probe_driver(0));
  CHECK(report.usable() == report.problem.empty());
  CHECK(report.usable() == report.advice.empty());
  if (report.usable()) KVF_SKIP("there is a GPU; what is said without one cannot be seen");
  CHECK_THROWS_AS(Collector(report, [](const records::Batch&) {}), CuptiError);
}

TEST_CASE("find: CUDA_HOME comes first") {
  const char* before = std::getenv("CUDA_HOME");
  const std::string kept = before != nullptr ? before : "";
  setenv("CUDA_HOME", "/somewhere/cuda", 1);
  const std::vector<std::string> libraries = cupti_libraries();
  if (before != nullptr) {
    setenv("CUDA_HOME", kept.c_str(), 1);
  } else {
    unsetenv("CUDA_HOME");
  }
  REQUIRE(libraries.size() > 2);
  CHECK(libraries[0] == "/somewhere/cuda/extras/CUPTI/lib64/libcupti.so");
  CHECK(libraries[1] == "/somewhere/cuda/lib64/libcupti.so");
}

TEST_CASE("find: versions by the toolkit that they come with") {
  CHECK_THAT(version_problem(17), test::contains("before 11.8 (17) is too old"));
  CHECK(version_problem(18).empty());
  CHECK(version_problem(130500).empty());
  CHECK(version_name(17) == "before 11.8 (17)");
  CHECK(version_name(18) == "11.8 to 12.1 (18)");
  CHECK(version_name(20) == "12.2 (20)");
  CHECK(version_name(22) == "12.4 (22)");
  CHECK(version_name(24) == "12.6 (24)");
  CHECK(version_name(26) == "12.8 (26)");
  CHECK(version_name(28) == "12.9.1 (28)");
  CHECK(version_name(29) == "unknown (29)");
  CHECK(version_name(130001) == "13.0.1 (130001)");
  CHECK(version_name(130500) == "13.5.0 (130500)");
}

}  // namespace kvf::capture
