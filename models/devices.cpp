#include "models/devices.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

namespace kvf {
namespace {

constexpr double kGiga = 1e9, kTera = 1e12;

constexpr Bytes mib(std::int64_t count) { return Bytes(count * 1024 * 1024); }
// Logs print two digits after the point: hundredths_of_gib(2358) is 23.58 GiB.
constexpr Bytes hundredths_of_gib(std::int64_t hundredths) {
  return Bytes(hundredths * 1024 * 1024 * 1024 / 100);
}

// Compute capabilities: NVIDIA's table of CUDA GPUs. Multiprocessors: what the driver reports.
// Only totals of the CUDA runtime are here: nvidia-smi counts what the driver keeps as well.
constexpr Device kDevices[] = {
    // Data centre.
    {"v100-16gb", "Tesla V100 SXM2 16GB", Bytes(16928342016), 900 * kGiga, 15.7 * kTera,
     125 * kTera, 0, 80, 7, 0, "deviceQuery of CUDA driver 12.4; NVIDIA V100 datasheet"},
    {"v100-16gb-pcie", "Tesla V100 PCIe 16GB", Bytes(16936927232), 900 * kGiga, 14 * kTera,
     112 * kTera, 0, 80, 7, 0,
     "deviceQuery of CUDA driver 9.0, printed in a cloud guide; NVIDIA V100 datasheet"},
    {"v100-32gb", "Tesla V100 SXM2 32GB", Bytes(34089730048), 900 * kGiga, 15.7 * kTera,
     125 * kTera, 0, 80, 7, 0,
     "deviceQuery of CUDA driver 11.4, and a Kineto trace; NVIDIA V100 datasheet"},
    {"v100-32gb-pcie", "Tesla V100 PCIe 32GB", Bytes(34072559616), 900 * kGiga, 14 * kTera,
     112 * kTera, 0, 80, 7, 0,
     "deviceQuery of CUDA driver 12.4 in the documentation of the DEAC cluster; NVIDIA V100 "
     "datasheet"},
    {"t4", "Tesla T4 16GB", Bytes(15835660288), 320 * kGiga, 8.1 * kTera, 65 * kTera, 0, 40, 7, 5,
     "deviceQuery of CUDA driver 12.2 (14.75 GiB in hpcaitech/Open-Sora issue 697); NVIDIA T4 "
     "datasheet"},
    {"a100-40gb", "NVIDIA A100 40GB", hundredths_of_gib(3939), 1555 * kGiga, 19.5 * kTera,
     312 * kTera, 0, 108, 8, 0,
     "39.39 GiB in NVIDIA/TensorRT-LLM issue 2268 and in a vLLM log, 39.49 in another; NVIDIA "
     "A100 datasheet, SXM and PCIe alike"},
    {"a100-80gb", "NVIDIA A100 SXM4 80GB", Bytes(84987740160), 2039 * kGiga, 19.5 * kTera,
     312 * kTera, 0, 108, 8, 0, "deviceQuery of CUDA driver 12.2; NVIDIA A100 datasheet"},
    {"a100-80gb-pcie", "NVIDIA A100 PCIe 80GB", Bytes(84974239744), 1935 * kGiga, 19.5 * kTera,
     312 * kTera, 0, 108, 8, 0,
     "deviceQuery of CUDA driver 12.4 in the documentation of the DEAC cluster; NVIDIA A100 "
     "datasheet"},
    {"a800-80gb", "NVIDIA A800 SXM4 80GB", hundredths_of_gib(7933), 2039 * kGiga, 19.5 * kTera,
     312 * kTera, 0, 108, 8, 0,
     "79.33 GiB in hahnyuan/PB-LLM issue 3, which does not say whether SXM or PCIe; NVIDIA "
     "A100 datasheet: the A800 differs in NVLink"},
    {"a10", "NVIDIA A10 24GB", Bytes(23609475072), 600 * kGiga, 31.2 * kTera, 125 * kTera, 0, 72, 8,
     6,
     "deviceQuery of CUDA driver 12.2 (21.99 GiB in zai-org/CogVLM issue 236); NVIDIA A10 "
     "datasheet"},
    {"a10g", "NVIDIA A10G 24GB", mib(22587), 600 * kGiga, 35 * kTera, 70 * kTera, 0, 80, 8, 6,
     "torch device properties, 22587 MiB; NVIDIA A10G datasheet"},
    {"l4", "NVIDIA L4 24GB", Bytes(23612293120), 300 * kGiga, 30.3 * kTera, 121 * kTera,
     242.5 * kTera, 58, 8, 9,
     "deviceQuery of CUDA driver 12.0; NVIDIA L4 datasheet, its sparse tensor rates halved"},
    {"l40s", "NVIDIA L40S 48GB", hundredths_of_gib(4442), 864 * kGiga, 91.6 * kTera, 362.05 * kTera,
     733 * kTera, 142, 8, 9, "44.42 GiB in vllm-project/vllm issue 15815; NVIDIA L40S datasheet"},
    {"h100-80gb", "NVIDIA H100 SXM5 80GB", Bytes(85028896768), 3350 * kGiga, 67 * kTera,
     989.4 * kTera, 1978.9 * kTera, 132, 9, 0,
     "deviceQuery of CUDA driver 12.8, 79.19 GiB as in 48 logs of vLLM (others: 79.10 to 79.25); "
     "NVIDIA H100 datasheet and Hopper whitepaper"},
    {"h100-80gb-pcie", "NVIDIA H100 PCIe 80GB", mib(81008), 2000 * kGiga, 51 * kTera, 756 * kTera,
     1513 * kTera, 114, 9, 0,
     "torch device properties, 81008 MiB; NVIDIA H100 PCIe datasheet and Hopper whitepaper"},
    {"h100-nvl", "NVIDIA H100 NVL 94GB", hundredths_of_gib(9300), 3900 * kGiga, 60 * kTera,
     835.5 * kTera, 1670.5 * kTera, 132, 9, 0,
     "93.00 GiB in ali-vilab/VACE issue 56; NVIDIA H100 datasheet, its sparse tensor rates "
     "halved"},
    {"h20", "NVIDIA H20 96GB", mib(97285), 4000 * kGiga, 44 * kTera, 148 * kTera, 296 * kTera, 78,
     9, 0,
     "torch device properties in a comment of a public kernel, 97285 MiB; rates as resellers "
     "print them, for want of a datasheet"},
    {"h200", "NVIDIA H200 141GB", Bytes(150149398528), 4800 * kGiga, 67 * kTera, 989.4 * kTera,
     1978.9 * kTera, 132, 9, 0,
     "totalGlobalMem of a published Kineto trace; NVIDIA H200 datasheet, its sparse tensor "
     "rates halved"},
    {"gh200-96gb", "NVIDIA GH200 96GB", Bytes(102005473280), 4000 * kGiga, 67 * kTera,
     989.4 * kTera, 1978.9 * kTera, 132, 9, 0,
     "deviceQuery of CUDA driver 12.2 on a GH200 480GB (a GH200 120GB: 101468602368); NVIDIA "
     "GH200 datasheet"},
    {"b200", "NVIDIA B200 180GB", mib(182642), 7700 * kGiga, 75 * kTera, 2250 * kTera, 4500 * kTera,
     148, 10, 0,
     "torch device properties, 182642 MiB; NVIDIA Blackwell datasheet, HGX B200, its sparse "
     "tensor rates halved"},
    // Workstation.
    {"rtx-a4000", "NVIDIA RTX A4000 16GB", hundredths_of_gib(1561), 448 * kGiga, 19.2 * kTera,
     76.7 * kTera, 0, 48, 8, 6,
     "15.61 GiB in DengKaiCQ/VGGT-Long issue 6; NVIDIA RTX A4000 datasheet, its sparse tensor "
     "rate halved"},
    {"rtx-a5000", "NVIDIA RTX A5000 24GB", mib(24114), 768 * kGiga, 27.8 * kTera, 111.1 * kTera, 0,
     64, 8, 6,
     "torch device properties, 24114 MiB; NVIDIA RTX A5000 datasheet, its sparse tensor rate "
     "halved"},
    {"rtx-a6000", "NVIDIA RTX A6000 48GB", mib(48676), 768 * kGiga, 38.7 * kTera, 154.8 * kTera, 0,
     84, 8, 6,
     "torch device properties, 48676 MiB; NVIDIA RTX A6000 datasheet, its sparse tensor rate "
     "halved"},
    {"rtx-6000-ada", "NVIDIA RTX 6000 Ada Generation 48GB", mib(48622), 960 * kGiga, 91.1 * kTera,
     364.2 * kTera, 728.5 * kTera, 142, 8, 9,
     "torch device properties, 48622 MiB without ECC (with ECC 44.43 GiB, DINGYANB/MTVCrafter "
     "issue 21); NVIDIA RTX 6000 Ada datasheet, its sparse tensor rate halved"},
    // Consumer. Tensor cores of GeForce cards accumulate in fp32 at half the rate of fp16.
    {"rtx-2080-ti", "GeForce RTX 2080 Ti 11GB", Bytes(11523260416), 616 * kGiga, 13.4 * kTera,
     53.8 * kTera, 0, 68, 7, 5,
     "deviceQuery of CUDA driver 10.1; NVIDIA Turing whitepaper, reference clocks"},
    {"rtx-3060-12gb", "GeForce RTX 3060 12GB", mib(11931), 360 * kGiga, 12.7 * kTera, 25.5 * kTera,
     0, 28, 8, 6,
     "torch 2.4 device properties, 11931 MiB; NVIDIA product page, its sparse tensor rate "
     "quartered"},
    {"rtx-3070", "GeForce RTX 3070 8GB", Bytes(8232435712), 448 * kGiga, 20.3 * kTera, 40.6 * kTera,
     0, 46, 8, 6,
     "deviceQuery of CUDA driver 12.8 (elsewhere 8589410304); NVIDIA "
     "GA102 whitepaper"},
    {"rtx-3090", "GeForce RTX 3090 24GB", hundredths_of_gib(2358), 936 * kGiga, 35.6 * kTera,
     71 * kTera, 0, 82, 8, 6,
     "23.58 GiB in vllm-project/vllm issue 10517 and PR 14447; NVIDIA GA102 whitepaper"},
    {"rtx-3090-ti", "GeForce RTX 3090 Ti 24GB", mib(24112), 1008 * kGiga, 40 * kTera, 80 * kTera, 0,
     84, 8, 6, "24112 MiB in pegainfer-project/pegainfer issue 422; NVIDIA Ada whitepaper"},
    {"rtx-4060-ti-8gb", "GeForce RTX 4060 Ti 8GB", Bytes(8585216000), 288 * kGiga, 22.1 * kTera,
     44.1 * kTera, 88.2 * kTera, 34, 8, 9,
     "totalMemory of the Nsight Systems report of 0x822a5b87/test-cuda; NVIDIA product page, its "
     "sparse tensor rate quartered"},
    {"rtx-4060-ti-16gb", "GeForce RTX 4060 Ti 16GB", Bytes(16722821120), 288 * kGiga, 22.1 * kTera,
     44.1 * kTera, 88.2 * kTera, 34, 8, 9,
     "deviceQuery of CUDA driver 13.1; NVIDIA product page, its sparse tensor rate "
     "quartered"},
    {"rtx-4070", "GeForce RTX 4070 12GB", mib(11866), 504.2 * kGiga, 29.1 * kTera, 58.3 * kTera,
     116.6 * kTera, 46, 8, 9,
     "11866 MiB in a log of llama.cpp build 8586 (another: 11903); NVIDIA Ada whitepaper"},
    {"rtx-4080", "GeForce RTX 4080 16GB", mib(16049), 716.8 * kGiga, 48.7 * kTera, 97.5 * kTera,
     194.9 * kTera, 76, 8, 9, "torch device properties, 16049 MiB; NVIDIA Ada whitepaper"},
    {"rtx-4090", "GeForce RTX 4090 24GB", hundredths_of_gib(2353), 1008 * kGiga, 82.6 * kTera,
     165.2 * kTera, 330.3 * kTera, 128, 8, 9,
     "23.53 GiB in a vLLM log (23.52 in pytorch/torchchat issue 1341); NVIDIA Ada whitepaper"},
    {"rtx-5090", "GeForce RTX 5090 32GB", Bytes(33660534784), 1792 * kGiga, 104.8 * kTera,
     209.5 * kTera, 419 * kTera, 170, 12, 0,
     "deviceQuery of CUDA driver 13.0; NVIDIA RTX Blackwell whitepaper"},
    // Edge: memory shared with the CPU.
    {"jetson-orin-nano-8gb", "Jetson Orin Nano 8GB", mib(7607), 102 * kGiga, 2.1 * kTera,
     16.75 * kTera, 0, 8, 8, 7,
     "7607 MiB of unified memory in ollama/ollama issue 18396; NVIDIA Jetson Orin Nano Super "
     "datasheet, fp16 a quarter of the 67 sparse int8 TOPS, fp32 from cores and clock"},
    {"jetson-agx-orin-64gb", "Jetson AGX Orin 64GB", Bytes(65893089280), 204.8 * kGiga, 5.3 * kTera,
     42.5 * kTera, 0, 16, 8, 7,
     "deviceQuery of CUDA driver 12.6; NVIDIA Jetson AGX Orin technical brief, fp16 a quarter "
     "of the 170 sparse int8 TOPS of its GPU"},
    {"gb10", "NVIDIA GB10 128GB", mib(124610), 273 * kGiga, 29.7 * kTera, 125 * kTera, 250 * kTera,
     48, 12, 1,
     "124610 MiB in llama.cpp logs (121.7 GiB in a vLLM log); NVIDIA DGX Spark datasheet, fp8 "
     "a quarter and fp16 an eighth of the sparse fp4 petaflop, fp32 from cores and clock"},
};

// Other names, and the words of a title in their place.
constexpr struct {
  std::string_view name, title;
} kAlso[] = {
    {"DGX Spark", "NVIDIA GB10 128GB"},
    {"GB10 (DGX Spark)", "NVIDIA GB10 128GB"},
    // The driver counts the memory of its CPU.
    {"GH200 120GB", "NVIDIA GH200 96GB"},
    {"GH200 480GB", "NVIDIA GH200 96GB"},
    {"Jetson Orin Nano Super 8GB", "Jetson Orin Nano 8GB"},
};

// What a name says: "NVIDIA A100-SXM4-80GB" is the model a100, in the form sxm, with 80 GiB.
struct Words {
  std::string model, form, size;  // empty: not said
  bool odd = false;               // two sizes or two forms: a slice of a GPU, or not a GPU

  friend bool operator==(const Words&, const Words&) = default;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Runs of letters and digits, in lower case.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool letter = is_digit(c) || (c >= 'a' && c <= 'z');
    if (letter && !inside) words.emplace_back();
    if (letter) words.back() += c;
    inside = letter;
  }
  return words;
}

// The maker, the family and the kind of memory: no two devices differ in them alone.
bool says_nothing(std::string_view word) {
  constexpr std::string_view kWords[] = {"nvidia", "tesla", "quadro",   "geforce",    "rtx",
                                         "gpu",    "card",  "graphics", "generation", "superchip"};
  const bool listed = std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  return listed || word.starts_with("hbm") || word.starts_with("gddr");
}

bool is_unit(std::string_view word) { return word == "gb" || word == "gib" || word == "g"; }

// The digits before a unit; empty if it is not a size.
std::string_view size_of(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  return is_unit(word.substr(digits)) ? word.substr(0, digits) : std::string_view();
}

Words read(std::string_view text) {
  Words result;
  const std::vector<std::string> words = split(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    // "80 GB" is one size.
    if (i + 1 < words.size() && is_unit(words[i + 1])) word += words[++i];
    const std::string_view size = size_of(word);
    const bool pcie = word == "pcie";
    if (!size.empty()) {
      result.odd |= !result.size.empty();
      result.size = size;
    } else if (pcie || word.starts_with("sxm")) {
      result.odd |= !result.form.empty();
      result.form = pcie ? "pcie" : "sxm";
    } else if (!says_nothing(word)) {
      result.model += word;
    }
  }
  if (result.model.starts_with("rtx")) result.model.erase(0, 3);  // "RTX4090"
  return result;
}

}  // namespace

std::span<const Device> devices() { return kDevices; }

const Device* find_device(std::string_view name) {
  Words wanted = read(name);
  if (wanted.model.empty() || wanted.odd) return nullptr;
  for (const auto& [other, title] : kAlso) {
    const Words words = read(other);
    if (words == wanted || (wanted.size.empty() && words.model == wanted.model)) {
      wanted = read(title);
      break;
    }
  }
  const Device* found = nullptr;
  std::string size;
  for (const Device& device : kDevices) {
    const Words words = read(device.title);
    if (words.model != wanted.model) continue;
    if (!wanted.size.empty() && words.size != wanted.size) continue;
    // Sold in one form only, or alike in all: whatever the name says.
    if (!wanted.form.empty() && !words.form.empty() && words.form != wanted.form) continue;
    if (!found) {
      found = &device;
      size = words.size;
    }
    if (words.size != size) return nullptr;
  }
  return found;
}

std::vector<std::string_view> device_names() {
  std::vector<std::string_view> names;
  for (const Device& device : kDevices) names.push_back(device.name);
  return names;
}

Device device_of_memory(Bytes memory) {
  Device device = *find_device("h100-80gb");
  device.name = device.title = kGivenMemory;
  device.memory = memory;
  device.source = "memory: given; rates: those of h100-80gb";
  return device;
}

}  // namespace kvf
