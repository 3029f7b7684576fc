// The attention kernel for nvcc: what a GPU's block is to the body, and the launch.
//
// C++17, and so are the headers it includes: nvcc has no C++20 before 12.0, and CMake 3.25 does not
// know that it has it since.
#include "profiler/capture/attention/kernel.h"

#include <cuda_runtime.h>

#include "profiler/capture/attention/body.h"

namespace kvf::capture {
namespace {

constexpr int kThreads = kTile;  // one slot of a tile each
constexpr int kLanes = 32;
constexpr unsigned kAllLanes = 0xffffffffU;

struct GpuBlock {
  __device__ static int thread() { return static_cast<int>(threadIdx.x); }
  __device__ static int threads() { return kThreads; }
  __device__ static int warp() { return thread() / kLanes; }
  __device__ static constexpr int warps() { return kThreads / kLanes; }
  __device__ static int lane() { return thread() % kLanes; }
  __device__ static float warp_max(float x) {
    for (int step = kLanes / 2; step > 0; step /= 2) {
      x = fmaxf(x, __shfl_down_sync(kAllLanes, x, step));
    }
    return x;
  }
  __device__ static double warp_sum(double x) {
    for (int step = kLanes / 2; step > 0; step /= 2) x += __shfl_down_sync(kAllLanes, x, step);
    return x;
  }
  __device__ static void barrier(Barrier) { __syncthreads(); }
  template <class T>
  __device__ static T load(const T* from) {
    return *from;
  }
  template <class T>
  __device__ static void store(T* to, T value) {
    *to = value;
  }
  __device__ static float multiply_add(float a, float b, float c) { return fmaf(a, b, c); }
};

template <class T>
__global__ void __launch_bounds__(kThreads) attention(AttentionPass pass) {
  extern __shared__ double shared[];
  GpuBlock block;
  attend<T>(block, pass, static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y),
            Scratch<T>::at(shared, pass.head_dim, GpuBlock::warps()));
}

}  // namespace

int launch_attention(const AttentionPass& pass, void* stream) {
  const dim3 grid(static_cast<unsigned>(pass.rows), static_cast<unsigned>(pass.query_heads));
  const std::size_t shared = scratch_bytes(pass.head_dim, kThreads / kLanes);
  const auto on = static_cast<cudaStream_t>(stream);
  switch (pass.number) {
    case Number::fp32:
      attention<float><<<grid, kThreads, shared, on>>>(pass);
      break;
    case Number::fp16:
      attention<Half><<<grid, kThreads, shared, on>>>(pass);
      break;
    case Number::bf16:
      attention<BFloat><<<grid, kThreads, shared, on>>>(pass);
      break;
  }
  return cudaGetLastError();
}

}  // namespace kvf::capture
