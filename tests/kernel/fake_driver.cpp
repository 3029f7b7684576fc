// A library that answers as an NVIDIA driver would: what, environment variables say.
//
//   KVF_FAKE_INIT     what cuInit returns
//   KVF_FAKE_VERSION  the newest CUDA that it can run
//   KVF_FAKE_GPUS     how many GPUs it has
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace {

int from_environment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return from_environment("KVF_FAKE_INIT", 0); }

int cuDriverGetVersion(int* version) {
  *version = from_environment("KVF_FAKE_VERSION", 13000);
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = from_environment("KVF_FAKE_GPUS", 1);
  return 0;
}

int cuGetErrorString(int, const char** text) {
  *text = "words of the driver";
  return 0;
}

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return 0;
}

int cuDeviceGetName(char* name, int length, int) {
  std::strncpy(name, "NVIDIA H100 80GB HBM3", static_cast<std::size_t>(length));
  return 0;
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  *bytes = 85'045'346'304;
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 16   ? 132        // multiprocessors
           : attribute == 36 ? 2'619'000  // kHz of the memory
           : attribute == 37 ? 5120       // bits of its bus
           : attribute == 75 ? 9          // compute capability
                             : 0;
  return 0;
}

}  // extern "C"
