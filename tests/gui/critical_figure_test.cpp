// The numbers of the picture of critical footprints, over a table calculated by hand.
#include "gui/plots/critical_figure.h"

#include "tests/catch.h"

namespace kvf::gui {
namespace {

using kvf::test::contains;

const std::vector<Score> kScores{
    {"b", "recall", 0.5, 40, 100},    {"b", "recall", 1.0, 100, 100},
    {"a", "recall", 0.25, 95, 100},   {"a", "recall", 0.25, 97, 100},
    {"a", "rag, long", 0.75, 10, 50},
};

TEST_CASE("A panel a task, a curve a method, the best score of equal footprints", "[gui]") {
  const CriticalFigure figure = critical_figure(kScores, {});
  CHECK(figure.methods == std::vector<std::string>{"b", "a"});
  REQUIRE(figure.panels.size() == 2);
  const CriticalPanel& recall = figure.panels[0];
  CHECK(recall.task == "recall");
  CHECK(recall.full_score == 100);
  CHECK(recall.wanted == 90);
  CHECK(recall.least == 40);
  CHECK(recall.most == 100);
  REQUIRE(recall.curves.size() == 2);
  CHECK(recall.curves[0].points == std::vector<Score>{kScores[0], kScores[1]});
  // 40 at 0.5, 100 at 1: 90 lies 5/6 of the way.
  CHECK(recall.curves[0].critical.footprint == Approx(0.5 + 0.5 * 5 / 6));
  CHECK(recall.curves[0].critical.bound == Bound::equal);
  CHECK(recall.curves[1].method == 1);
  CHECK(recall.curves[1].points == std::vector<Score>{kScores[3]});
  CHECK(recall.curves[1].critical.bound == Bound::below);
  CHECK(figure.panels[1].curves[0].critical.bound == Bound::above);
  // The wanted score is in the panel although no point is.
  CHECK(figure.panels[1].least == 10);
  CHECK(figure.panels[1].most == 50);
  CHECK(figure.most_footprint == 1);
  CHECK(figure.shares);
  CHECK(recall.front.empty());
}

TEST_CASE("One task, and the points that no other beats", "[gui]") {
  CriticalOptions options;
  options.task = "recall";
  options.pareto = true;
  const CriticalFigure figure = critical_figure(kScores, options);
  REQUIRE(figure.panels.size() == 1);
  CHECK(figure.panels[0].front == std::vector<Score>{kScores[3], kScores[1]});
  // Colours belong to methods, whatever is shown.
  CHECK(critical_figure(kScores, {0.9, "rag, long", false}).panels[0].curves[0].method == 1);
  CHECK(critical_figure(kScores, {0.9, "rag, long", false}).most_footprint == 0.75);
}

TEST_CASE("What cannot be drawn is said", "[gui]") {
  CHECK_THROWS_WITH(critical_figure(kScores, {0.9, "recal", false}),
                    "no scores of task 'recal'; did you mean 'recall'?");
  CHECK_THROWS_WITH(critical_figure(kScores, {0, {}, false}),
                    contains("the fraction is 0; expected more than 0 and at most 1"));
  CHECK_THROWS_WITH(critical_figure(kScores, {1.5, {}, false}), contains("the fraction is 1.5"));
}

TEST_CASE("The points as CSV", "[gui]") {
  CHECK(csv_of(critical_figure(kScores, {0.9, "rag, long", false})) ==
        "task,method,footprint,score,full_score,wanted_score,critical_footprint,bound\n"
        "\"rag, long\",a,0.75,10,50,45,0.75,>\n");
}

TEST_CASE("Footprints are shares where none is above 1", "[gui]") {
  CriticalFigure figure;
  CHECK(footprint_text(figure, 46) == "46.0");
  CHECK(footprint_text(figure, 1234567890) == "1.23e+09");
  CHECK(footprint_text(figure, 0.125) == "0.125");
  figure.shares = true;
  CHECK(footprint_text(figure, 0.456) == "45.6 %");
  std::vector<Score> scores = kScores;
  scores[0].footprint = 1.01;
  CHECK_FALSE(critical_figure(scores, {}).shares);
}

}  // namespace
}  // namespace kvf::gui
