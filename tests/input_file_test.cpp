// Files that are no texts are refused with words, at once, and never waited for.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "sim/input/scenario.h"
#include "sim/input/text_file.h"
#include "tests/catch.h"

using namespace kvf;
namespace fs = std::filesystem;

namespace {

// A folder of its own, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kvf-input-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// What is said after "FILE: error: ".
std::string refusal(const fs::path& path) {
  try {
    return "accepted: " + input::read_text_file(path);
  } catch (const input::InputError& error) {
    REQUIRE(error.problems().size() == 1);
    CHECK(error.problems()[0].file == path.string());
    return error.problems()[0].text;
  }
}

}  // namespace

TEST_CASE("a file that is no text is refused", "[input]") {
  const Folder folder;
  CHECK(refusal(folder / "none.yaml") == "there is no such file");
  CHECK(refusal(folder / "none/none.yaml") == "there is no such file");
  CHECK(refusal(folder / "") == "is a folder; expected a file");
  CHECK(refusal("/dev/null") == "is a device; expected a file");
  CHECK(refusal("") == "there is no such file");
  CHECK(refusal(folder.write("empty", "")) == "is empty");
  CHECK(refusal(folder.write("bytes", "ab\ncd\xC3")) ==
        "byte 0xc3 is not UTF-8; expected a UTF-8 text");
  CHECK(refusal(folder.write("file", "x") / "y") == "there is no such file");
}

TEST_CASE("a pipe is refused without waiting for its writer", "[input]") {
  const Folder folder;
  const fs::path pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(refusal(pipe) == "is a pipe; expected a file");
}

TEST_CASE("a large file is refused by its size", "[input]") {
  const Folder folder;
  const fs::path sparse = folder.write("sparse", "x");
  fs::resize_file(sparse, std::uintmax_t{2} << 30);
  CHECK(refusal(sparse) == "is larger than 16 MiB; expected a text");

  const fs::path largest = folder.write("largest", std::string(input::kMaxFileBytes, ' '));
  CHECK(input::read_text_file(largest).size() == input::kMaxFileBytes);
  fs::resize_file(largest, input::kMaxFileBytes + 1);
  CHECK(refusal(largest) == "is larger than 16 MiB; expected a text");
}

TEST_CASE("an unreadable file is refused with the system's reason", "[input]") {
  const Folder folder;
  const fs::path file = folder.write("secret", "x");
  fs::permissions(file, fs::perms::none);
  const auto denied = [&] { CHECK(refusal(file) == "cannot be read: Permission denied"); };
  if (geteuid() != 0) {
    denied();
    return;
  }
  // The superuser may read every file, so for a moment this is somebody else.
  fs::permissions(folder / "", fs::perms::owner_all | fs::perms::others_exec);
  if (seteuid(65534) != 0) KVF_SKIP("cannot give up the superuser's rights");
  denied();
  REQUIRE(seteuid(0) == 0);
}

TEST_CASE("a link to a file is a file, a link to nothing is none", "[input]") {
  const Folder folder;
  fs::create_symlink(folder.write("text", "hello"), folder / "link");
  CHECK(input::read_text_file(folder / "link") == "hello");
  fs::create_symlink("nowhere", folder / "broken");
  CHECK(refusal(folder / "broken") == "there is no such file");
  fs::create_symlink("circle", folder / "circle");
  CHECK(refusal(folder / "circle") == "cannot be read: Too many levels of symbolic links");
}

TEST_CASE("a byte order mark is no part of the text", "[input]") {
  const Folder folder;
  CHECK(input::read_text_file(folder.write("marked", "\xEF\xBB\xBFtext")) == "text");
}

TEST_CASE("a file name that is no UTF-8 makes a message that is", "[input]") {
  const Folder folder;
  try {
    input::read_scenario(folder / "caf\xE9.yaml");
    FAIL("accepted");
  } catch (const input::InputError& error) {
    CHECK(input::find_invalid_utf8(error.what()) == std::string::npos);
    CHECK_THAT(error.what(), kvf::test::contains("caf\xEF\xBF\xBD.yaml: error: there is no such"));
  }
}
