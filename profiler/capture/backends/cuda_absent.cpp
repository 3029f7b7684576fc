// GPUs in a build without CUDA: there are none.
#include "profiler/capture/backends/device.h"

namespace kvf::capture {

std::unique_ptr<Device> open_gpu(int) {
  throw DeviceError("opening a GPU", "this program was built without CUDA",
                    "install the CUDA toolkit (11.8 or later) and build it again with "
                    "-DKVF_CUDA=ON, or use a host backend");
}

int cuda_runtime_version() { return 0; }

}  // namespace kvf::capture
