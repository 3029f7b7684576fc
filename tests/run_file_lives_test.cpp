// Run files with lives of entries: what is written comes back, and files without them have no table
// for them.
#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/export.h"
#include "timeline/run_file.h"

using namespace kvf;
using namespace kvf::test;
namespace fs = std::filesystem;

namespace {

using CellsOfRuns = std::vector<std::pair<std::int64_t, CellLives>>;

template <class Export>
std::string exported(const fs::path& file, Export&& write) {
  std::string text;
  write(RunFileReader(file), [&](std::string_view piece) { text += piece; });
  return text;
}

void write_small(const fs::path& file) {
  RunFileWriter writer(file, {});
  writer.write_run({}, {});
  RunInfo info;
  info.label = "a, b";
  const std::int64_t one = writer.add_lifespan({"full", 2, 5, -1});
  writer.append_lives(one, std::vector<Life>{{1, 2, 0, 3}, {0, 0, 0}});
  writer.add_lifespan({"all", 3, 0, 1});
  writer.finish_run(info, {}, {});
  writer.finish();
}

}  // namespace

TEST_CASE("a run file gives back the lives that were written", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_sample(file, Sample::with_lives);
  const Contents contents = read_all(file);
  CellsOfRuns want;
  for (const CellLives& cell : sample_lives()) want.emplace_back(1, cell);
  CHECK(contents.lives == want);
  CHECK(contents.meta == sample_meta());
  CHECK(contents.runs[0].second == sample_timeline());

  const RunFileReader reader(file);
  const std::vector<StoredLifeChunk> chunks = reader.chunks(reader.lifespans().front());
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[1].first_life == 4096);
  CHECK(chunks[1].lives == 905);
  CHECK(chunks[0].columns == std::array<MinMax, 4>{{{4, 4099}, {4, 4099}, {0, 2047}, {61, 4156}}});
  CHECK(chunks[1].columns[3] == MinMax{0, 5060});
}

TEST_CASE("a run file without lives has no tables for them", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path plain = folder.path / "plain.kvf";
  const fs::path abandoned = folder.path / "abandoned.kvf";
  write_sample(plain);
  {
    RunFileWriter writer(abandoned, sample_meta());
    writer.append_lives(writer.add_lifespan({}), sample_lives()[0].lives);
    writer.abandon_run();
    writer.write_run(sample_info(), sample_timeline());
    writer.write_run(bare_info(), {});
    writer.finish();
  }
  for (const fs::path& file : {plain, abandoned}) {
    CHECK(read_file(file).find("lifespan") == std::string::npos);
    CHECK(read_all(file) == read_all(plain));
  }
}

TEST_CASE("lives of several cells may be mixed, and a run of them abandoned", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  const std::vector<Life> lives = sample_lives()[0].lives;
  RunFileWriter writer(file, {});
  const std::int64_t a = writer.add_lifespan({"a", 0, 0, -1});
  const std::int64_t b = writer.add_lifespan({"b", 0, 1, -1});
  for (std::size_t i = 0; i < lives.size(); i += 7) {
    const auto piece = std::span(lives).subspan(i, std::min<std::size_t>(7, lives.size() - i));
    writer.append_lives(a, piece);
    writer.append_lives(b, piece.first(1));
  }
  writer.finish_run({}, {}, {});
  writer.append_lives(writer.add_lifespan({"lost", 0, 0, -1}), lives);
  writer.abandon_run();
  writer.append_lives(writer.add_lifespan({"c", 1, 0, -1}), std::span(lives).first(1));
  writer.finish_run({}, {}, {});
  writer.finish();

  const Contents contents = read_all(file);
  REQUIRE(contents.lives.size() == 3);
  const auto& [run, cell] = contents.lives[0];
  CHECK(run == 1);
  CHECK(cell.info == LifespanInfo{"a", 0, 0, -1});
  CHECK(cell.lives == lives);
  CHECK(contents.lives[1].second.lives.size() == (lives.size() + 6) / 7);
  const auto& [last_run, last_cell] = contents.lives[2];
  CHECK(last_run == 2);
  CHECK(last_cell.info == LifespanInfo{"c", 1, 0, -1});
  CHECK(last_cell.lives == std::vector<Life>{lives[0]});
}

TEST_CASE("lives that cannot be are not written", "[run_file]") {
  const TemporaryFolder folder;
  const Life life =
      GENERATE(Life{2, 1, 0}, Life{-1, 1, 0}, Life{0, 0, -1}, Life{0, 0, 3, 2}, Life{0, 0, 0, -2});
  RunFileWriter writer(folder.path / "a.kvf", {});
  const std::int64_t id = writer.add_lifespan({});
  CHECK_THROWS_AS(writer.append_lives(id + 1, {}), std::logic_error);
  writer.abandon_run();
  CHECK_THROWS_AS(writer.append_lives(writer.add_lifespan({}), std::span(&life, 1)),
                  std::invalid_argument);
}

TEST_CASE("lives are exported", "[run_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.kvf";
  write_small(file);
  CHECK(exported(file, export_lives_csv) ==
        "run_id,label,task,lifespan_id,role,layer,head,sequence,first_token,last_token,born_pass,"
        "evicted_pass\n"
        "2,\"a, b\",,1,full,2,5,-1,1,2,0,3\n"
        "2,\"a, b\",,1,full,2,5,-1,0,0,0,\n");
  const std::string json = exported(file, export_lives_json);
  CHECK_THAT(json, contains(R"("lifespans":[]},)"));
  CHECK_THAT(json, contains(R"({"lifespan_id":1,"run_id":2,"role":"full","layer":2,"head":5,)"
                            R"("sequence":-1,"lives":2,"columns":["first_token","last_token",)"
                            R"("born_pass","evicted_pass"],"data":[)"
                            "\n    [1,2,0,3],\n    [0,0,0,null]]},"));
}
