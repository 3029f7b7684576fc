// The maps of cells from a run file alone, against the simulation that wrote it.
#include "gui/document/map_facts.h"

#include <string>

#include "sim/lives.h"
#include "sim/play.h"
#include "tests/catch.h"
#include "tests/run_file_sample.h"

namespace kvf::gui {
namespace {

// What the simulation's text shows, less the names of phases and the numbers of rows.
std::string squares(const std::string& text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    out += text.substr(begin + 14, end - begin - 13);
    begin = end + 1;
  }
  return out;
}

std::string squares(const AttentionMap& map) {
  std::string out;
  for (std::int64_t row = 0; row < map.tokens(); ++row) {
    out += '|';
    for (std::int64_t key = 0; key < map.tokens(); ++key) {
      out += " .o#?"[static_cast<std::size_t>(map.at(row, key))];
    }
    out += "|\n";
  }
  return out;
}

constexpr const char* kScenario = R"(kvfootprint-scenario: 1
model: {layers: 2, kv_heads: 2, head_dim: 4}
prompt_tokens: 30
output_tokens: 8
prefill_chunk_tokens: 8
memory: {blocks: {block_tokens: 4}}
scores: {seed: 3}
policies:
  - full
  - {name: streaming, sink_tokens: 2, window_tokens: 6}
  - {name: snapkv, sparsity: 0.6, window_tokens: 2, eviction: naive, kv: kv-head}
  - {name: head-roles, streaming_heads: 0.5, sink_tokens: 1, window_tokens: 3}
  - {name: quest, active_tokens: 5}
)";

// Plays the scenario into a file, with the lives of all cells.
std::vector<PlayedCase> write(const input::Scenario& scenario, const RunFileMeta& meta,
                              const std::filesystem::path& file) {
  PlayOptions options;
  options.tracks = Tracks::group;
  options.lives = Lives::all;
  options.scores = ScoreModel(ScoreModel::Synthetic{3});
  RunFileWriter writer(file, meta);
  std::vector<PlayedCase> cases = play(scenario, options, writer);
  writer.finish();
  return cases;
}

}  // namespace

TEST_CASE("a run file alone gives the attention of every cell", "[gui]") {
  const test::TemporaryFolder folder;
  const input::Scenario scenario = input::parse_scenario(kScenario, "maps.yaml");
  const std::vector<PlayedCase> cases =
      write(scenario, {{"scenario", kScenario}}, folder.path / "a.kvf");
  const RunFileReader reader(folder.path / "a.kvf");
  const std::vector<StoredRun> runs = reader.runs();
  REQUIRE(runs.size() == cases.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::vector<CellLives> cells = cells_of(reader, runs[i]);
    REQUIRE(cells.size() == 4);
    CHECK(cells[0].maps == nullptr);
    read_maps(reader, runs[i], cells, 1'000'000);
    for (const CellLives& cell : cells) {
      INFO(runs[i].info.label << ", " << cell.name());
      const CellRef ref = find_cell(cases[i].schedule, cell.info.layer, cell.info.head);
      REQUIRE(cell.maps != nullptr);
      CHECK(squares(*cell.maps->attention) ==
            squares(attention_map(cases[i].schedule, ref, ScoreModel(ScoreModel::Synthetic{3}))));
      CHECK(cell.maps->blocks.block_tokens() == 4);
      CHECK(cell.maps->blocks.blocks() == (cell.maps->attention->tokens() + 3) / 4);
      CHECK(cell.maps->axis(Axis::row)->end() == cell.maps->attention->tokens());
      CHECK(cell.maps->axis(Axis::pass)->end() == cell.maps->blocks.passes());
      CHECK(cell.maps->axis(Axis::second) == nullptr);
    }
  }
  std::vector<CellLives> some = cells_of(reader, runs[1]);
  read_maps(reader, runs[1], some, some[0].lives + 1);
  CHECK(some[1].maps != nullptr);
  CHECK(some[2].maps == nullptr);
}

TEST_CASE("what a sparse row reads is said only where it is known", "[gui]") {
  const test::TemporaryFolder folder;
  const input::Scenario scenario = input::parse_scenario(kScenario, "maps.yaml");
  const auto last_row = [&](const RunFileMeta& meta) {
    write(scenario, meta, folder.path / "b.kvf");
    const RunFileReader reader(folder.path / "b.kvf");
    const StoredRun run = reader.runs().back();
    std::vector<CellLives> cells = cells_of(reader, run);
    read_maps(reader, run, cells, 1);
    const AttentionMap& map = *cells[0].maps->attention;
    return map.at(map.tokens() - 1, 0);
  };
  CHECK(last_row({{"scenario", kScenario}}) == KeyState::active);
  CHECK(last_row({{"scenario", kScenario}, {"command_line", "run --seed 4"}}) == KeyState::stored);
  CHECK(last_row({}) == KeyState::stored);
}

TEST_CASE("sequences of a batch have maps on the passes of the batch", "[gui]") {
  const test::TemporaryFolder folder;
  const std::string text = R"(kvfootprint-scenario: 1
model: {layers: 1, kv_heads: 1, head_dim: 4}
prefill_chunk_tokens: 4
tasks:
  - name: two
    sequences:
      - {prompt_tokens: 12, output_tokens: 3}
      - {prompt_tokens: 5, output_tokens: 6}
policies: [{name: streaming, sink_tokens: 1, window_tokens: 3}]
)";
  write(input::parse_scenario(text, "batch.yaml"), {}, folder.path / "c.kvf");
  const RunFileReader reader(folder.path / "c.kvf");
  const StoredRun run = reader.runs().front();
  std::vector<CellLives> cells = cells_of(reader, run);
  read_maps(reader, run, cells, 1'000'000);
  REQUIRE(cells.size() == 2);
  CHECK(cells[1].name() == "layer 0 head 0 sequence 1");
  // Both decode from the same pass on.
  const AttentionMap& shorter = *cells[1].maps->attention;
  const AttentionMap& longer = *cells[0].maps->attention;
  CHECK(shorter.pass_of(shorter.tokens() - 6) == longer.pass_of(longer.tokens() - 3));
  CHECK(cells[1].maps->blocks.passes() == cells[0].maps->blocks.passes());
  CHECK(cells[1].maps->blocks.block_tokens() == 1);  // of few tokens, and no blocks are asked
}

TEST_CASE("the heads map has a row a group, in the order of layers", "[gui]") {
  const auto series = [](const std::string& name, std::int64_t layer, std::int64_t cells,
                         std::int64_t peak, TrackUnit unit = TrackUnit::entries) {
    Series s;
    s.name = name;
    s.layer = layer;
    s.cells = cells;
    s.peak = peak;
    s.unit = unit;
    s.on[1] = std::make_shared<const SeriesOnAxis>();
    return s;
  };
  Run run;
  run.series = {series("total", -1, 8, 1000), series("layer 1 full", 1, 2, 80),
                series("layer 0 streaming", 0, 3, 90),
                series("cache", -1, 8, 9999, TrackUnit::bytes)};
  const HeadRows heads = head_rows(run, Axis::pass);
  REQUIRE(heads.rows.size() == 2);
  CHECK(heads.rows[0].label == "layer 0 streaming");
  CHECK(heads.rows[1].label == "layer 1 full");
  CHECK(heads.most == 40);
  CHECK(head_rows(run, Axis::second).rows.empty());
}

}  // namespace kvf::gui
