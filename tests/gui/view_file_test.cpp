// A view as a table: the points of what is shown, no more and no less.
#include "gui/export/view_file.h"

#include <QImage>
#include <QTemporaryDir>
#include <QtTest/QTest>
#include <cstdlib>
#include <memory>

#include "gui/export/figure_file.h"
#include "gui/export/missing.h"
#include "gui/render/maps.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

// Holds 10, 40, 40, 5 from 0, 100, 100, 200 on, until 300.
Document document() {
  auto on = std::make_shared<SeriesOnAxis>();
  on->steps = StepSeries({0, 100, 100, 200}, {10, 30, 40, 5}, 300);
  on->begin = 0;
  on->end = 300;
  Series total;
  total.name = "total";
  total.unit = TrackUnit::bytes;
  total.on[static_cast<std::size_t>(Axis::row)] = on;
  Run run;
  run.id = "a.kvf#1";
  run.label = "full, \"all\"";
  run.series.push_back(total);
  Document document;
  document.runs.push_back(std::make_shared<const Run>(run));
  return document;
}

ViewState view(double begin, double end) {
  ViewState view;
  view.axis = Axis::row;
  view.range = {begin, end};
  Lane lane;
  lane.kind = LaneKind::lines;
  lane.runs = {"a.kvf#1"};
  lane.series = "total";
  view.lanes = {lane};
  return view;
}

std::string table(std::initializer_list<const char*> points) {
  std::string out = "lane,run,label,series,unit,row,value\n";
  for (const char* point : points) {
    out += std::string("1,a.kvf#1,\"full, \"\"all\"\"\",total,bytes,") + point + "\n";
  }
  return out;
}

}  // namespace

class ViewFileTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void all_points_of_the_full_range() {
    QCOMPARE(csv_of(document(), view(0, 0)), table({"0,10", "100,30", "100,40", "200,5"}));
  }

  void a_range_begins_with_what_it_enters_with() {
    QCOMPARE(csv_of(document(), view(50, 150)), table({"0,10", "100,30", "100,40"}));
    QCOMPARE(csv_of(document(), view(100, 199)), table({"100,30", "100,40"}));
    QCOMPARE(csv_of(document(), view(100, 200)), table({"100,30", "100,40", "200,5"}));
    QCOMPARE(csv_of(document(), view(250, 260)), table({"200,5"}));
    QCOMPARE(csv_of(document(), view(-50, -1)), table({}));
    QCOMPARE(csv_of(document(), view(300, 400)), table({}));
  }

  void too_narrow_a_picture_is_refused() {
    const auto why = [&](int width) -> std::string {
      try {
        write_view("/no/a.png", document(), view(0, 0), QSize(width, 900));
      } catch (const FigureError& error) {
        return error.what();
      }
      return "";
    };
    QCOMPARE(why(215), "cannot write /no/a.png: a width of at least 216 is needed; it is 215");
    QVERIFY(why(216).starts_with("cannot write /no/a.png: No such file"));
  }

  // As large as before, and finer: what a screen of more dots shows.
  void a_png_of_more_dots_shows_the_same() {
    const QTemporaryDir folder;
    const auto picture = [&](double scale) {
      const std::string file = folder.filePath("a.png").toStdString();
      write_view(file, document(), view(0, 0), QSize(600, 400), scale);
      return QImage(QString::fromStdString(file)).convertToFormat(QImage::Format_RGB32);
    };
    const QImage once = picture(1);
    QCOMPARE(once.size(), QSize(600, 400));
    for (const double scale : {1.5, 2.0, 4.0}) {
      const QImage fine = picture(scale);
      QCOMPARE(fine.size(), QSize(600, 400) * scale);
      QCOMPARE(fine.dotsPerMeterX(), qRound(once.dotsPerMeterX() * scale));
      QVERIFY(fine != once.scaled(fine.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
      const QImage again =
          fine.scaled(once.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
      double difference = 0;
      for (int y = 0; y < once.height(); ++y) {
        for (int x = 0; x < once.width(); ++x) {
          difference += std::abs(qGray(again.pixel(x, y)) - qGray(once.pixel(x, y)));
        }
      }
      difference /= once.width() * once.height();
      QVERIFY2(difference < 2, qPrintable(QString::number(difference)));
    }
  }

  void what_is_not_shown_is_told_with_its_reason() {
    Document all = document();
    for (const char* id : {"b.kvf#1", "b.kvf#2"}) {
      Run bare;
      bare.id = id;
      bare.file = "b.kvf";
      bare.label = id;
      bare.problems = {"not predicted: too many"};
      all.runs.push_back(std::make_shared<const Run>(bare));
    }
    using Texts = std::vector<std::string>;
    const auto missing = [&](LaneKind kind, std::vector<std::string> runs, Interval range = {},
                             Axis axis = Axis::row) {
      ViewState asked = view(range.begin, range.end);
      asked.axis = axis;
      asked.lanes[0].kind = kind;
      asked.lanes[0].runs = std::move(runs);
      return missing_of(all, asked);
    };
    QCOMPARE(missing(LaneKind::lines, {"a.kvf#1"}), Texts());
    QCOMPARE(missing(LaneKind::lines, {}), Texts{"lane 1 shows nothing: no run is chosen"});
    QCOMPARE(missing(LaneKind::lines, {"a.kvf#1", "c.kvf#1", "d.kvf#1"}),
             Texts{"lane 1 does not show c.kvf#1 and 1 more: there is no such run"});
    QCOMPARE(missing(LaneKind::difference, {"a.kvf#1", "c.kvf#1"}),
             Texts{"lane 1 does not show c.kvf#1: there is no such run"});
    QCOMPARE(missing(LaneKind::difference, {"a.kvf#1"}),
             Texts{"lane 1 shows nothing: a difference is of two runs, not of 1"});
    QCOMPARE(missing(LaneKind::lines, {"b.kvf#1", "a.kvf#1", "b.kvf#2"}),
             Texts{"lane 1 does not show b.kvf#1 and 1 more: it has no series 'total'"});
    QCOMPARE(missing(LaneKind::lines, {"a.kvf#1"}, {}, Axis::pass),
             Texts{"lane 1 does not show a.kvf#1: its 'total' is not on the axis of passes"});
    QCOMPARE(missing(LaneKind::stack, {"a.kvf#1"}, {299, 400}), Texts());
    QCOMPARE(missing(LaneKind::stack, {"a.kvf#1"}, {300, 400}),
             Texts{"lane 1 does not show a.kvf#1: the range has nothing of it: it is from 0 to "
                   "300 rows"});
    QCOMPARE(missing(LaneKind::heads, {"a.kvf#1"}),
             Texts{"lane 1 does not show a.kvf#1: no tracks of groups of heads on this axis: "
                   "kvfootprint run --tracks group"});
    QCOMPARE(
        missing(LaneKind::occupancy, {"a.kvf#1"}),
        Texts{"lane 1 does not show a.kvf#1: no lives of entries: kvfootprint run --lifespans"});

    // Each reason once; of runs with nothing to be seen also where the view does not name them.
    QCOMPARE(problems_of(all, view(0, 0), true),
             Texts{"b.kvf: b.kvf#1 and 1 more: not predicted: too many"});
    QCOMPARE(problems_of(all, view(0, 0), false), Texts());
  }

  void a_map_says_which_cells_there_are() {
    Run run = *document().runs.front();
    run.cells.resize(2);
    run.cells[1].info.layer = 3;
    Lane lane = view(0, 0).lanes[0];
    lane.kind = LaneKind::attention;
    lane.series = "layer 9 head 0";
    Document all;
    QCOMPARE(why_no_map(all, Axis::row, lane, run),
             "no lives of layer 9 head 0: the file has those of " + run.cells[0].name() +
                 " and of 1 more");
    lane.series = run.cells[1].name();
    QCOMPARE(why_no_map(all, Axis::row, lane, run), std::string("more lives than are read"));
    all.complete = false;
    QCOMPARE(why_no_map(all, Axis::row, lane, run), std::string("reading the lives"));
    auto maps = std::make_shared<CellMaps>();
    run.cells[1].maps = maps;
    QCOMPARE(why_no_map(all, Axis::row, lane, run),
             std::string("a map of attention is for cases of few tokens"));
    lane.kind = LaneKind::occupancy;
    QCOMPARE(why_no_map(all, Axis::row, lane, run), std::string());
    QCOMPARE(why_no_map(all, Axis::second, lane, run),
             std::string("lives have no time in seconds"));
  }

  // A value of none where a gap begins: else the last one would be taken to hold on.
  void a_gap_begins_with_nothing() {
    auto on = std::make_shared<SeriesOnAxis>();
    on->steps = StepSeries(
        std::make_shared<const Ascending>(std::vector<std::int64_t>{0, 10, 30}),
        std::make_shared<const MinMaxPyramid>(std::vector<std::int64_t>{5, 7, 1}), 40, {1});
    on->end = 40;
    Document with = document();
    Run run = *with.runs[0];
    run.series[0].on[index_of(Axis::row)] = on;
    with.runs[0] = std::make_shared<const Run>(run);
    QCOMPARE(csv_of(with, view(0, 0)), table({"0,5", "10,7", "10,", "30,1"}));
  }

  void nothing_of_what_is_not_there() {
    ViewState other = view(0, 0);
    other.lanes[0].series = "device";
    QCOMPARE(csv_of(document(), other), table({}));
  }
};

QTEST_MAIN(ViewFileTest)
#include "view_file_test.moc"
