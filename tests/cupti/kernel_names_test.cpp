// The names of kernels, from a name of the compiler.
#include "profiler/capture/cupti/kernel_names.h"

#include "tests/catch.h"

namespace kvf::capture {

TEST_CASE("kernel names: the base name has neither result, scopes, arguments nor parameters") {
  struct Row {
    const char *mangled, *demangled, *short_name;
  };
  // Names by g++ 12; the first is also in an export of Nsight Systems.
  for (const Row& row : {
           Row{"_Z12add_parallelPKfS0_Pfi", "add_parallel(float const*, float const*, float*, int)",
               "add_parallel"},
           Row{"_ZN2ns5inner3addEPf", "ns::inner::add(float*)", "add"},
           Row{"_ZN2ns3addIfLi4EEEvPT_", "void ns::add<float, 4>(float*)", "add"},
           Row{"_ZN12_GLOBAL__N_13addEPf", "(anonymous namespace)::add(float*)", "add"},
           Row{"_ZN2ns3BoxIiE3runEPf", "ns::Box<int>::run(float*)", "run"},
           Row{"_Z3runIN2ns1AEEvPFvT_E", "void run<ns::A>(void (*)(ns::A))", "run"},
           Row{"plain_c_kernel", "plain_c_kernel", "plain_c_kernel"},
           Row{"_Znonsense", "_Znonsense", "_Znonsense"},
           Row{"", "", ""},
       }) {
    CAPTURE(row.mangled);
    const KernelNames names = kernel_names(row.mangled);
    CHECK(names.demangled == row.demangled);
    CHECK(names.short_name == row.short_name);
    CHECK(names.mangled == row.mangled);
  }
}

}  // namespace kvf::capture
