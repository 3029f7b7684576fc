// GPUs, each with its source: the memory that its driver reports, its peak rates.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

struct Device {
  std::string_view name;   // as it is typed: "h100-80gb"
  std::string_view title;  // ends with the size that it is sold as, in GiB: "NVIDIA L4 24GB"
  // The total of cudaMemGetInfo, which is what engines take their share of: less than the title
  // says by what ECC and the driver keep, and by some MiB another from driver to driver.
  Bytes memory;
  double bandwidth;  // of its memory, bytes/s
  // Peak FLOP/s without sparsity. fp16 (and bf16, from compute capability 8.0 on) and fp8: tensor
  // cores that accumulate in fp32; 0 where there are none.
  double fp32_rate, fp16_rate, fp8_rate;
  std::int64_t sm_count;
  int compute_major, compute_minor;
  std::string_view source;  // of `memory`, then of the rates
};
// Data centre, workstation, consumer, edge; by generation within each.
std::span<const Device> devices();
// By name, title, or as drivers and logs write it: "NVIDIA H100 80GB HBM3", "RTX 3090 24GB",
// "A100-SXM4-80GB", in any case. Without a form (SXM, PCIe): the first one in the table. nullptr
// if unknown, or if it is sold with several sizes and the name leaves the size out ("A100").
const Device* find_device(std::string_view name);
std::vector<std::string_view> device_names();
// The name of a GPU of which only the memory is known.
inline constexpr std::string_view kGivenMemory = "given memory";
// For "so many bytes" without a name: the rates of h100-80gb.
Device device_of_memory(Bytes memory);

}  // namespace kvf
