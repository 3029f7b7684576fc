// What the viewer takes on its command line.
#include "gui/view/options.h"

#include "tests/catch.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

std::string words_of(const std::vector<std::string>& arguments) {
  try {
    read_options(arguments);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("Options of the viewer are read") {
  CHECK(read_options({}) == Options{});
  const Options options = read_options(
      {"a.kvf", "--view", "v.json", "--export=f.svg", "--size", "800x600", "-", "--", "--help"});
  CHECK(options.files == std::vector<std::string>{"a.kvf", "-", "--help"});
  CHECK(options.view == "v.json");
  CHECK(options.export_to == "f.svg");
  CHECK(options.size == PictureSize{800, 600});
  CHECK_FALSE(options.help);
  CHECK(read_options({"-h"}).help);
  CHECK(read_options({"--version"}).version);
}

TEST_CASE("Wrong options of the viewer are said") {
  CHECK(words_of({"--vew", "x"}) == "unknown option '--vew'");
  CHECK(words_of({"-x"}) == "unknown option '-x'");
  CHECK(words_of({"--view"}) == "--view has no value; expected FILE");
  CHECK(words_of({"--view="}) == "--view has no value; expected FILE");
  CHECK(words_of({"--help=1"}) == "--help takes no value");
  for (const char* size : {"800", "800x", "x600", "99x600", "800x600x2", "800X600", "1e3x600"}) {
    CHECK(words_of({"--size", size}) ==
          std::string("--size is '") + size + "'; expected WIDTHxHEIGHT, 100 to 20000 each");
  }
}

TEST_CASE("The help of the viewer names every option") {
  for (const OptionInfo& option : options()) {
    CHECK_THAT(options_help(), test::contains(std::string(option.name)));
    CHECK_THAT(options_help(), test::contains(std::string(option.words)));
  }
}

}  // namespace
