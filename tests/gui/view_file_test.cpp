// A view as a table: the points of what is shown, no more and no less.
#include "gui/export/view_file.h"

#include <QtTest/QTest>
#include <memory>

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

QTEST_GUILESS_MAIN(ViewFileTest)
#include "view_file_test.moc"
