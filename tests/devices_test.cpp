// The table of GPUs: what every row must satisfy, and the names under which a row is found.
#include <set>
#include <string>
#include <utility>

#include "models/devices.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

const Device& device(std::string_view name) {
  const Device* found = find_device(name);
  INFO(name);
  REQUIRE(found);
  return *found;
}

// "... 80GB" at the end of a title.
Bytes sold_as(const Device& device) {
  const std::string title(device.title);
  REQUIRE(title.ends_with("GB"));
  return Bytes(std::stoll(title.substr(title.rfind(' ') + 1)) << 30);
}

}  // namespace

TEST_CASE("every device has its figures and their source", "[devices]") {
  CHECK(devices().size() >= 24);
  CHECK(device_names().size() == devices().size());
  for (const Device& row : devices()) {
    INFO(row.name);
    CHECK(row.memory < sold_as(row));
    CHECK(row.memory.times(100) > sold_as(row).times(85));
    CHECK(row.bandwidth > 1e11);
    CHECK(row.bandwidth < 1e13);
    CHECK(row.fp32_rate > 1e12);
    CHECK(row.fp16_rate >= 2 * row.fp32_rate * 0.99);  // tensor cores
    CHECK(row.sm_count > 0);
    CHECK(row.source.find(';') != std::string_view::npos);  // of the memory; of the rates
    const int capability = row.compute_major * 10 + row.compute_minor;
    CHECK(capability >= 70);
    CHECK((row.fp8_rate > 0) == (capability >= 89));
    if (row.fp8_rate > 0) CHECK(row.fp8_rate == Approx(2 * row.fp16_rate).epsilon(0.02));
  }
}

TEST_CASE("a device is found by its name and by its title", "[devices]") {
  std::set<std::string_view> names;
  std::set<std::string_view> titles;
  for (const Device& row : devices()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(titles.insert(row.title).second);
    CHECK(find_device(row.name) == &row);
    CHECK(find_device(row.title) == &row);
  }
}

TEST_CASE("a device is found as drivers and logs write it", "[devices]") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"H100-80GB", "h100-80gb"},
      {"H100", "h100-80gb"},
      {"NVIDIA H100 80GB HBM3", "h100-80gb"},
      {"NVIDIA H100 PCIe", "h100-80gb-pcie"},
      {"h100 nvl", "h100-nvl"},
      {"NVIDIA A100-SXM4-80GB", "a100-80gb"},
      {"NVIDIA A100 80GB PCIe", "a100-80gb-pcie"},
      {"NVIDIA A100-PCIE-40GB", "a100-40gb"},
      {"A100 80 GB", "a100-80gb"},
      {"A800-80G", "a800-80gb"},
      {"Tesla V100-SXM2-32GB", "v100-32gb"},
      {"Tesla V100-PCIE-16GB", "v100-16gb-pcie"},
      {"NVIDIA GH200 480GB", "gh200-96gb"},
      {"GH200", "gh200-96gb"},
      {"RTX 3090 24GB", "rtx-3090"},
      {"RTX 3090 Ti 24GB", "rtx-3090-ti"},
      {"NVIDIA GeForce RTX 4090", "rtx-4090"},
      {"rtx4090", "rtx-4090"},
      {"RTX 3060", "rtx-3060-12gb"},
      {"A4000 16 GB", "rtx-a4000"},
      {"NVIDIA RTX 6000 Ada Generation", "rtx-6000-ada"},
      {"NVIDIA GB10 (DGX Spark)", "gb10"},
      {"dgx-spark", "gb10"},
      {"Jetson Orin Nano Super", "jetson-orin-nano-8gb"},
  };
  for (const auto& [written, name] : rows) CHECK(device(written).name == name);
}

TEST_CASE("a name that does not say which device it is finds none", "[devices]") {
  for (const std::string_view name :
       {"", "nvidia", "rtx", "80gb", "a100", "V100", "RTX 4060 Ti",  // which size?
        "RTX 4090 48GB", "H20 141GB",                                // not sold so
        "RTX 6000", "RTX 4090 Laptop GPU", "H100 SXM PCIe", "Radeon",
        "NVIDIA A100 80GB PCIe MIG 1g.10gb"}) {
    INFO(name);
    CHECK(find_device(name) == nullptr);
  }
}

TEST_CASE("memory is what logs say it is", "[devices]") {
  const auto memory_in_gib = [](std::string_view name) {
    return static_cast<double>(device(name).memory.count()) / (1 << 30);
  };
  // Two digits of the logs.
  CHECK(memory_in_gib("h100-80gb") == Approx(79.19).margin(0.005));
  CHECK(memory_in_gib("a100-40gb") == Approx(39.39).margin(0.005));
  CHECK(memory_in_gib("a100-80gb") == Approx(79.15).margin(0.005));
  CHECK(memory_in_gib("v100-32gb") == Approx(31.74).margin(0.01));
  CHECK(memory_in_gib("rtx-3090") == Approx(23.58).margin(0.005));
  CHECK(memory_in_gib("rtx-4090") == Approx(23.53).margin(0.005));
  CHECK(memory_in_gib("l40s") == Approx(44.42).margin(0.005));
  CHECK(memory_in_gib("gb10") == Approx(121.7).margin(0.05));
}

TEST_CASE("newer devices of a line have more bandwidth", "[devices]") {
  for (const auto& [less, more] : {std::pair{"v100-32gb", "a100-40gb"},
                                   {"a100-40gb", "a100-80gb-pcie"},
                                   {"a100-80gb-pcie", "a100-80gb"},
                                   {"a100-80gb", "h100-80gb"},
                                   {"h100-80gb-pcie", "h100-80gb"},
                                   {"h100-80gb", "h200"},
                                   {"h200", "b200"},
                                   {"rtx-3090", "rtx-4090"},
                                   {"rtx-4090", "rtx-5090"},
                                   {"t4", "a10"}}) {
    INFO(less << " " << more);
    CHECK(device(less).bandwidth < device(more).bandwidth);
  }
}

TEST_CASE("bytes without a device take the rates of an H100", "[devices]") {
  const Device given = device_of_memory(Bytes(24'000'000'000));
  CHECK(given.name == "given memory");
  CHECK(given.memory == Bytes(24'000'000'000));
  CHECK(given.bandwidth == device("h100-80gb").bandwidth);
  CHECK(given.fp16_rate == device("h100-80gb").fp16_rate);
  CHECK_FALSE(given.source.empty());
}
