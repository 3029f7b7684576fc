// One line of the batch interface: a JSON object -> what to compute.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/policy.h"
#include "models/shape.h"
#include "models/workload.h"

namespace kvf::input {

struct Case {
  PolicySpec policy;
  LlmShape shape;                 // unless given: one layer with one KV head
  std::string_view model_note{};  // what the shape leaves out, "" if nothing; kept by the reader
  Workload workload;
  Accounting accounting = Accounting::implementation;
  std::optional<Convention> convention;  // unless given: the policy's own
};

// Keeps its memory from one line to the next. Not for two threads at once.
class CaseReader {
 public:
  // `file` is for messages. Files of head scores and models are relative to the working directory.
  explicit CaseReader(std::string file);
  ~CaseReader();
  CaseReader(CaseReader&&) noexcept;
  CaseReader& operator=(CaseReader&&) noexcept;

  // The case is valid until the next call. Keys: prompt_tokens, output_tokens, policy (required),
  // prefill_chunk_tokens, accounting, implementation, model. Throws InputError with all that is
  // wrong; the reader can go on with the next line. What only plan() can tell is not checked.
  const Case& read(std::string_view line, int line_number);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kvf::input
