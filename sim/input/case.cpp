#include "sim/input/case.h"

#include <array>
#include <utility>

#include "sim/input/bind.h"
#include "sim/input/json.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 7> kKeys{
    "prompt_tokens", "output_tokens",  "policy", "prefill_chunk_tokens",
    "accounting",    "implementation", "model"};

}  // namespace

class CaseReader::Impl {
 public:
  explicit Impl(std::string file) : problems_(std::move(file)) {}

  const Case& read(std::string_view line, int line_number) {
    problems_.clear();
    parser_.parse_line(line, line_number, tree_, problems_);
    const Node& root = tree_.root();
    if (expect_kind(root, Kind::map, "the case", problems_)) read_fields(root);
    problems_.throw_if_any();
    return case_;
  }

 private:
  void read_fields(const Node& root) {
    const Fields fields(root, kKeys, "the case", problems_);
    if (const Node* node = fields.require("prompt_tokens")) {
      const auto count = read_tokens(*node, "prompt_tokens", kAnyCount, problems_);
      case_.workload.prompt = count.value_or(Tokens{});
    }
    if (const Node* node = fields.require("output_tokens")) {
      const auto count = read_tokens(*node, "output_tokens", kAnyCount, problems_);
      case_.workload.output = count.value_or(Tokens{});
    }
    case_.workload.chunk.reset();
    if (const Node* node = fields.find("prefill_chunk_tokens")) {
      case_.workload.chunk = read_chunk(*node, problems_);
    }
    if (const Node* node = fields.require("policy")) {
      auto policy = read_policy(*node, files_, problems_);
      if (policy) case_.policy = *std::move(policy);
    }
    case_.accounting = Accounting::implementation;
    if (const Node* node = fields.find("accounting")) {
      case_.accounting = read_accounting(*node, problems_).value_or(case_.accounting);
    }
    case_.convention.reset();
    if (const Node* node = fields.find("implementation")) {
      case_.convention = read_convention(*node, problems_);
    }
    if (const Node* node = fields.find("model")) {
      if (const Model* model = models_.read(*node, problems_)) {
        case_.shape = model->shape;
        case_.model_note = model->note;
      }
    } else {
      case_.shape = LlmShape{};
      case_.model_note = {};
    }
  }

  Problems problems_;
  JsonParser parser_;
  Tree tree_;
  HeadFiles files_;
  ModelReader models_;
  Case case_;
};

CaseReader::CaseReader(std::string file) : impl_(std::make_unique<Impl>(std::move(file))) {}
CaseReader::~CaseReader() = default;
CaseReader::CaseReader(CaseReader&&) noexcept = default;
CaseReader& CaseReader::operator=(CaseReader&&) noexcept = default;

const Case& CaseReader::read(std::string_view line, int line_number) {
  return impl_->read(line, line_number);
}

}  // namespace kvf::input
