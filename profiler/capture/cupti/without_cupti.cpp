// What is left of the collector where the program was built without the CUDA toolkit.
#include "profiler/capture/cupti/cupti.h"

namespace kvf::capture {
namespace {
constexpr const char* kWithout = "built without CUPTI";
constexpr const char* kAdvice =
    "build with the CUDA toolkit, 11.8 or later (cmake -DKVF_CUDA=ON), to record GPUs";
}  // namespace

CuptiReport find_cupti(const DriverProbe&) { return {{}, {}, {}, kWithout, kWithout, kAdvice}; }

struct Collector::State {};
struct Collector::Range::Open {};

Collector::Collector(const CuptiReport&, Sink, const CollectorOptions&) {
  throw CuptiError(std::string(kWithout) + ": " + kAdvice);
}
Collector::~Collector() = default;
Collector::Collector(Collector&&) noexcept = default;
Collector::Range::Range(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Collector::Range::Range(Range&&) noexcept = default;
Collector::Range::~Range() = default;
// There is no Collector that these could be called for.
Collector::Range Collector::range(std::string) { return Range(nullptr); }
void Collector::add(records::Batch) {}
std::int64_t Collector::now() const { return 0; }
void Collector::flush() {}
CollectorCounters Collector::stop(const std::function<void()>&) { return {}; }
CollectorCounters Collector::counters() const { return {}; }

}  // namespace kvf::capture
