// Every file of tests/bad is refused, in exactly the words of the file beside it. When words have
// changed on purpose, KVF_APPROVE=1 in the environment writes them anew; read the difference.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "models/policy.h"
#include "sim/input/case.h"
#include "sim/input/config/config.h"
#include "sim/input/problems.h"
#include "sim/input/scenario.h"
#include "sim/input/scores.h"
#include "sim/input/tsv.h"
#include "tests/catch.h"

using namespace kvf;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(KVF_TESTS_DIR) / "bad";

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a reader says of a file, or that it says nothing.
template <class Read>
std::string refusal(Read&& read) {
  try {
    read();
    return "accepted\n";
  } catch (const input::InputError& error) {
    return std::string(error.what()) + "\n";
  }
}

std::string refusals_of_cases(const fs::path& path) {
  input::CaseReader reader(path.string());
  std::istringstream lines(text_of(path));
  std::string all;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    all += refusal([&] { reader.read(line, number); });
  }
  return all;
}

std::string refusal_of(const fs::path& path) {
  if (path.extension() == ".jsonl") return refusals_of_cases(path);
  if (path.extension() == ".json") return refusal([&] { input::read_config(path); });
  if (path.extension() == ".csv") return refusal([&] { input::read_scores(path); });
  if (path.extension() == ".tsv") return refusal([&] { input::read_head_scores(path); });
  return refusal([&] { input::check_plans(input::read_scenario(path)); });
}

std::string replaced(std::string text, const std::string& what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// As it stands in the expected words: a new policy does not change them.
std::string without_lists(const std::string& text) {
  std::string names;
  for (const std::string_view name : policy_names()) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return replaced(replaced(text, kFolder.string() + "/", ""), names, "[all policies]");
}

std::vector<fs::path> bad_files() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".expected") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("bad files are refused in the expected words", "[input]") {
  const std::vector<fs::path> files = bad_files();
  CHECK(files.size() > 150);
  for (const fs::path& path : files) {
    const std::string said = without_lists(refusal_of(path));
    const fs::path expected = fs::path(path).replace_extension(".expected");
    if (std::getenv("KVF_APPROVE") != nullptr) std::ofstream(expected, std::ios::binary) << said;
    INFO(path.filename().string());
    CHECK(said == text_of(expected));
    CHECK(said.find("accepted") == std::string::npos);
    CHECK(input::find_invalid_utf8(said) == std::string::npos);
  }
}

TEST_CASE("no expected words without a bad file", "[input]") {
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".expected") continue;
    const std::vector<fs::path> files = bad_files();
    INFO(entry.path().filename().string());
    CHECK(std::any_of(files.begin(), files.end(),
                      [&](const fs::path& file) { return file.stem() == entry.path().stem(); }));
  }
}
