// A build without the CUDA toolkit says so.
#include "profiler/capture/cupti/cupti.h"
#include "tests/catch.h"

namespace kvf::capture {

TEST_CASE("built without CUPTI: the report and the collector say so") {
  const CuptiReport report = find_cupti(probe_driver(0));
  CHECK_FALSE(report.usable());
  CHECK(report.built == "built without CUPTI");
  CHECK(report.problem == "built without CUPTI");
  CHECK_THAT(report.advice, test::contains("-DKVF_CUDA=ON"));
  CHECK_THROWS_AS(Collector(report, [](const records::Batch&) {}), CuptiError);
}

}  // namespace kvf::capture
