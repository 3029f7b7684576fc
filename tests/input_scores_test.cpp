// Tables of scores: both forms, and what is refused in which words (more in tests/bad).
#include "sim/input/scores.h"

#include <string>
#include <vector>

#include "sim/input/csv.h"
#include "sim/input/problems.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

const std::string kHeader = "method,task,footprint,score,full_score\n";
const std::vector<Score> kTwo{{"streaming", "rag", 0.25, 40, 50}, {"full", "rag", 1, 50, 50}};

std::vector<Score> read(const std::string& text, const std::string& file = "s.csv") {
  return input::parse_scores(text, file);
}

std::string refusal(const std::string& text, const std::string& file = "s.csv") {
  try {
    read(text, file);
    return "accepted";
  } catch (const input::InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a table of scores is read from CSV", "[input]") {
  CHECK(read(kHeader + "streaming,rag,0.25,40,50\nfull,rag,1,50,50\n") == kTwo);
  // Without the last line end, with Windows' line ends, blank lines, blanks around fields.
  CHECK(read(kHeader + "streaming,rag,0.25,40,50\nfull,rag,1,50,50") == kTwo);
  CHECK(read("method,task,footprint,score,full_score\r\nstreaming,rag,0.25,40,50\r\n\r\n"
             "full,rag,1,50,50\r\n") == kTwo);
  CHECK(read("\n" + kHeader + "\n  streaming ,\trag, 0.25 ,40, 50\n \nfull,rag,1,50,50\n\n") ==
        kTwo);
  // Columns in another order, all in quotes.
  CHECK(read("\"score\",\"full_score\",\"footprint\",\"task\",\"method\"\n"
             "\"40\",\"50\",\"0.25\",\"rag\",\"streaming\"\n50,50,1,rag,full\n") == kTwo);
  // A method's name may be anything.
  const std::string name = "a \"b\", c\nd";
  CHECK(read(kHeader + "\"a \"\"b\"\", c\nd\" ,rag,0.25,-4.5e1,50\n")[0] ==
        Score{name, "rag", 0.25, -45, 50});
  CHECK(read(kHeader + "true,4,-0.0,0,0\nnull,5,0,0,1\n") ==
        std::vector<Score>{{"true", "4", 0, 0, 0}, {"null", "5", 0, 0, 1}});
}

TEST_CASE("a table of scores is read from YAML", "[input]") {
  const std::string yaml =
      "# of one task\n"
      "- {method: streaming, task: rag, footprint: 0.25, score: 40, full_score: 50}\n"
      "- method: full\n  task: rag\n  footprint: 1\n  score: 50\n  full_score: 50\n";
  CHECK(read(yaml, "s.yaml") == kTwo);
  CHECK(read(yaml, "s.yml") == kTwo);
  // Another ending: the first character tells.
  CHECK(read(yaml, "scores") == kTwo);
  CHECK(read(yaml.substr(yaml.find('-')), "s.txt") == kTwo);
  CHECK(read(kHeader + "streaming,rag,0.25,40,50\nfull,rag,1,50,50\n", "scores") == kTwo);

  CHECK(refusal("method: a\n", "s.yaml") ==
        "s.yaml:1:1: error: the table is a map; expected a list");
  CHECK(refusal("- a\n- {method: a, tsk: rag, footprint: -1, score: .nan, score: 1}\n", "s.yaml") ==
        "s.yaml:1:3: error: a row is 'a'; expected a map\n"
        "s.yaml:2:3: error: a row has no 'task'\n"
        "s.yaml:2:3: error: a row has no 'full_score'\n"
        "s.yaml:2:15: error: unknown key 'tsk' in a row; did you mean 'task'?\n"
        "s.yaml:2:36: error: 'footprint' is -1; expected a number, 0 or more\n"
        "s.yaml:2:47: error: 'score' is '.nan'; expected a number\n"
        "s.yaml:2:53: error: 'score' is given twice (first at 2:40)");
  CHECK(refusal("[]\n", "s.yaml") ==
        "s.yaml: error: holds no scores; expected a row for each point");
}

TEST_CASE("a row of very many fields is refused before it fills the memory", "[input]") {
  CHECK(refusal(kHeader + std::string(10'000'000, ',')) ==
        "s.csv:2:1: error: a row of more than 1000 fields");
}

TEST_CASE("CSV fields know their places", "[input]") {
  input::Problems problems("s.csv");
  const std::string text = "a, \"b\nc\" ,1\n\n\"\"";
  input::CsvReader csv(text, problems);
  input::Tree row;
  REQUIRE(csv.next(row));
  std::vector<input::Position> places;
  for (const input::Node& field : row.root()) places.push_back(field.at);
  CHECK(places == std::vector<input::Position>{{1, 1}, {1, 4}, {2, 5}});
  REQUIRE(csv.next(row));
  CHECK(row.root().begin()->at == input::Position{4, 1});
  CHECK(row.root().begin()->text.empty());
  CHECK_FALSE(csv.next(row));
  CHECK(problems.empty());
}
