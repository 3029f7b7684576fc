// The renderer, by pixels at places that are calculated: no stored pictures.
#include "gui/render/render.h"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>
#include <QXmlStreamReader>
#include <QtTest/QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gui/document/timeline_run.h"
#include "gui/render/columns.h"
#include "gui/render/frame.h"
#include "gui/render/labels.h"
#include "gui/render/lanes.h"
#include "gui/render/legend.h"
#include "gui/render/overlay.h"
#include "gui/render/pass_marks.h"
#include "gui/render/peaks.h"
#include "gui/render/stack.h"
#include "gui/render/theme.h"
#include "gui/view/derive.h"
#include "gui/whatif/model.h"
#include "gui/whatif/runner.h"
#include "sim/input/policy.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

constexpr QSize kSize(800, 400);

Series series(const std::string& name, std::shared_ptr<const Ascending> xs,
              std::vector<std::int64_t> values, std::int64_t end,
              TrackUnit unit = TrackUnit::bytes) {
  Series one;
  one.name = name;
  one.unit = unit;
  one.peak = *std::max_element(values.begin(), values.end());
  auto on = std::make_shared<SeriesOnAxis>();
  on->begin = xs->front();
  on->end = end;
  on->steps = StepSeries(xs, std::make_shared<const MinMaxPyramid>(std::move(values)), end);
  one.on[static_cast<std::size_t>(Axis::pass)] = on;
  return one;
}

std::shared_ptr<const Ascending> count(std::int64_t n) {
  std::vector<std::int64_t> xs(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) xs[static_cast<std::size_t>(i)] = i;
  return std::make_shared<const Ascending>(std::move(xs));
}

// 1,000,000 passes of 100 bytes, with one of 1,000 at 654,321.
constexpr std::int64_t kPasses = 1'000'000;
constexpr std::int64_t kSpike = 654'321;
std::shared_ptr<Run> spiked() {
  auto run = std::make_shared<Run>();
  run->id = "a#1";
  run->label = "spiked";
  std::vector<std::int64_t> values(kPasses, 100);
  values[kSpike] = 1000;
  run->series.push_back(series("held", count(kPasses), std::move(values), kPasses));
  return run;
}

Document document_of(std::shared_ptr<const Run> run) {
  Document document;
  document.runs = {std::move(run)};
  return document;
}

ViewState view_of(LaneKind kind, const std::string& name, std::vector<std::string> runs) {
  ViewState view;
  view.axis = Axis::pass;
  Lane lane;
  lane.kind = kind;
  lane.series = name;
  lane.runs = std::move(runs);
  view.lanes.push_back(lane);
  view.range = {0, static_cast<double>(kPasses)};
  return view;
}

QImage picture(const Document& document, const ViewState& view, double ratio = 1) {
  QImage image(kSize * ratio, QImage::Format_RGB32);
  image.setDevicePixelRatio(ratio);
  image.fill(Qt::magenta);
  QPainter painter(&image);
  render(painter, document, view, kSize);
  return image;
}

bool near(QRgb a, const QColor& b) {
  const QColor c(a);
  return std::abs(c.red() - b.red()) + std::abs(c.green() - b.green()) +
             std::abs(c.blue() - b.blue()) <
         12;
}

// The uppermost pixel of that colour in a column; -1 if there is none.
int top_of(const QImage& image, int x, const QColor& colour, int from, int to) {
  for (int y = from; y < to; ++y) {
    if (near(image.pixel(x, y), colour)) return y;
  }
  return -1;
}

// The texts of a picture, in the order in which they are drawn.
std::vector<std::string> texts_of(const Document& document, const ViewState& view,
                                  QSize size = kSize) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(size);
  QPainter painter(&generator);
  render(painter, document, view, size);
  painter.end();
  std::vector<std::string> texts;
  QXmlStreamReader xml(bytes);
  while (!xml.atEnd()) {
    xml.readNext();
    if (xml.isStartElement() && xml.name() == QStringLiteral("text")) {
      texts.push_back(xml.readElementText().trimmed().toStdString());
    }
  }
  return texts;
}

// The frame of the first lane, as the renderer makes it.
Scale scale_in(const Document& document, const ViewState& view) {
  const Layout layout = layout_of(document, view, kSize);
  const QRectF rect = layout.lanes[0];
  const Frame frame{document, view, view.lanes[0], layout, rect, layout.plot_of(0), {}};
  return scale_of_lane(frame);
}

// Passes of so many rows, all that is held evicted down to `budget` where that is not 0.
std::shared_ptr<Run> run_of_passes(const std::vector<std::int64_t>& rows, std::size_t prefill,
                                   const std::vector<std::int64_t>& budgets) {
  Track track;
  track.info.name = "total";
  std::int64_t row = 0, held = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    track.columns.first_row.push_back(row);
    track.columns.rows.push_back(rows[i]);
    track.columns.past.push_back(held);
    row += rows[i];
    held += rows[i];
    track.columns.held_during.push_back(held);
    if (budgets[i] > 0) held = std::min(held, budgets[i]);
    track.columns.held_after.push_back(held);
  }
  Timeline timeline;
  timeline.tracks.push_back(track);
  const auto count = static_cast<std::int64_t>(prefill);
  timeline.phases = {{"prefill", 0, count}, {"decode", count, std::ssize(rows) - count}};
  Run run;
  run.id = run.label = "a";
  return std::make_shared<Run>(with_timeline(run, timeline));
}

}  // namespace

class RenderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // A maximum of one pass in a million is as high as it should be, at its place, at any zoom.
  void no_peak_is_lost() {
    const Document document = document_of(spiked());
    for (const double width : {1e6, 1e5, 1234.0}) {
      ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
      view.range = {std::max(0.0, kSpike - width * 0.6), 0};
      view.range.end = view.range.begin + width;
      const QImage image = picture(document, view);
      const Layout layout = layout_of(document, view, kSize);
      const Scale scale = scale_in(document, view);
      const QColor line = mark(std::size_t{0}, view.theme).line;
      const auto column = static_cast<int>(layout.pixel_of(kSpike + 0.0));
      const double high = scale.y_of(1000), low = scale.y_of(100);
      const auto from = static_cast<int>(layout.lanes[0].top() + kHeader);
      const auto to = static_cast<int>(layout.ruler.top());
      int found = -1;
      for (int x = column - 1; x <= column + 1; ++x) {
        const int y = top_of(image, x, line, from, to);
        if (y >= 0 && (found < 0 || y < found)) found = y;
      }
      QVERIFY2(std::abs(found - high) <= 6, qPrintable(QString::number(found)));  // the diamond
      const int level = top_of(image, column - 60, line, from, to);
      QVERIFY2(std::abs(level - low) <= 2, qPrintable(QString::number(level)));
    }
  }

  void nothing_is_left_unpainted() {
    const Document document = document_of(spiked());
    for (const Theme theme : {Theme::light, Theme::dark}) {
      ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
      view.theme = theme;
      const QImage image = picture(document, view);
      for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
          QVERIFY(image.pixel(x, y) != QColor(Qt::magenta).rgb());
        }
      }
      QVERIFY(near(image.pixel(2, 2), palette(theme).background));
    }
  }

  // Parts lie upon one another as they were at the peak of the total in the column, not each at its own.
  void a_stack_is_of_one_instant() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    const auto xs = count(4);
    // In pass 1 the cache has 300 of 700, in pass 2 500 of 600.
    run->series.push_back(series("device", xs, {400, 700, 600, 100}, 4));
    run->series.push_back(series("reserved", xs, {100, 300, 500, 50}, 4));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::stack, "device", {"a#1"});
    view.range = {0, 4};
    const Stack stack = stack_of(*run, *run->find("device"), Axis::pass);
    QCOMPARE(stack.parts.size(), std::size_t{1});
    std::vector<std::int64_t> sizes(2);
    sample(stack, 1, sizes);
    QCOMPARE(sizes[0], 300);
    QCOMPARE(sizes[1], 400);

    // One column over all passes: the instant is pass 1.
    StepColumn column;
    const std::int64_t edges[] = {0, 4};
    stack.total->columns(edges, {&column, 1});
    QCOMPARE(column.max_point, 1);

    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const QColor kv = mark(Component::live_kv, view.theme).fill;
    const auto x = static_cast<int>(layout.pixel_of(2.5));
    const auto top = static_cast<int>(layout.lanes[0].top() + kHeader);
    const int y = top_of(image, x, kv, top, static_cast<int>(layout.ruler.top()));
    QVERIFY2(std::abs(y - scale.y_of(500)) <= 2, qPrintable(QString::number(y)));
  }

  // The same where a column has many passes: the parts are those of the pass in which the total is greatest,
  // not the greatest of each, nor those with which the column begins.
  void a_column_of_a_stack_is_of_one_instant() {
    constexpr std::int64_t kMany = 100'000;
    std::vector<std::int64_t> device(kMany), reserved(kMany);
    for (std::size_t i = 0; i < kMany; ++i) {
      device[i] = i % 7 == 3 ? 700 : 600;
      reserved[i] = i % 7 == 3 ? 300 : 500;
    }
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    const auto xs = count(kMany);
    run->series.push_back(series("device", xs, device, kMany));
    run->series.push_back(series("reserved", xs, reserved, kMany));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::stack, "device", {"a#1"});
    view.range = {0, kMany};
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const QColor kv = mark(Component::live_kv, view.theme).fill;
    const auto top = static_cast<int>(layout.lanes[0].top() + kHeader);
    for (const double share : {0.2, 0.5, 0.8}) {
      const auto x = static_cast<int>(layout.pixel_of(share * kMany));
      const int y = top_of(image, x, kv, top, static_cast<int>(layout.ruler.top()));
      QVERIFY2(std::abs(y - scale.y_of(300)) <= 2, qPrintable(QString::number(y)));
    }
  }

  // The picture of a lane is put together of stripes: no seam is seen, whatever a pixel is.
  void a_lane_has_no_seams() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    const auto xs = count(4);
    run->series.push_back(series("device", xs, {700, 700, 700, 700}, 4));
    run->series.push_back(series("reserved", xs, {500, 500, 500, 500}, 4));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::stack, "device", {"a#1"});
    view.range = {0, 4};
    const QRectF plot = layout_of(document, view, kSize).plot_of(0);
    const Scale scale = scale_in(document, view);
    for (const double ratio : {1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0}) {
      const QImage image = picture(document, view, ratio);
      const auto pixel = [&](double x, double y) {
        return image.pixel(static_cast<int>(x * ratio), static_cast<int>(y * ratio));
      };
      // Of the line along the top, which is of one colour behind the label of its peak.
      const double y = scale.y_of(700), from = plot.left() + 160;
      const QRgb line = pixel(from, y);
      QVERIFY(line != pixel(from, y - 5));
      for (double x = from; x < plot.right() - 1; x += 1 / ratio) {
        QVERIFY2(pixel(x, y) == line, qPrintable(QString::number(ratio)));
      }
      // Of a fill, whose hatch comes again.
      const Mark kv = mark(Component::live_kv, view.theme);
      for (double x = from; x < plot.right() - 1; x += 1 / ratio) {
        const QColor found(pixel(x, scale.y_of(250)));
        QVERIFY2(near(found.rgb(), kv.fill) || near(found.rgb(), kv.line),
                 qPrintable(QString::number(ratio)));
      }
    }
  }

  // A hatch begins at the upper left of the plot, and is as coarse on a screen of more dots.
  void a_hatch_goes_through_all_of_a_part() {
    auto a = std::make_shared<Run>(), b = std::make_shared<Run>();
    a->id = "a#1";
    b->id = "b#1";
    a->series.push_back(series("held", count(4), {100, 100, 100, 100}, 4));
    b->series.push_back(series("held", count(4), {700, 650, 500, 700}, 4));
    Document document = document_of(a);
    document.runs.push_back(b);
    ViewState view = view_of(LaneKind::difference, "held", {"a#1", "b#1"});
    view.range = {0, 4};
    document = with_derived(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const QRectF plot = layout.plot_of(0);
    const Scale scale = scale_in(document, view);
    const Mark more = mark(Component::residual_above, view.theme);
    QVERIFY(more.hatch == Qt::BDiagPattern);
    for (const double ratio : {1.0, 1.5, 2.0, 3.0}) {
      const QImage image = picture(document, view, ratio);
      const int left = qRound(plot.left() * ratio), top = qRound(plot.top() * ratio);
      const int unit = qRound(ratio);
      const auto from = static_cast<int>((scale.y_of(350) - plot.top()) * ratio);
      const auto to = static_cast<int>((scale.y_of(50) - plot.top()) * ratio);
      const auto wide = static_cast<int>((layout.pixel_of(3.9) - plot.left()) * ratio);
      QVERIFY(to - from > 20 && wide > 100);
      for (int y = from; y < to; ++y) {
        for (int x = 0; x < wide; ++x) {
          const bool hatched = (x / unit + y / unit) % 8 == 0;
          QCOMPARE(image.pixel(left + x, top + y), (hatched ? more.line : more.fill).rgb());
        }
      }
    }
  }

  // Wherever it is, a peak of one moment does not fall between two dashes.
  void no_peak_falls_between_dashes() {
    auto flat = std::make_shared<Run>(), peaked = std::make_shared<Run>();
    flat->id = "a#1";
    peaked->id = "b#1";
    flat->label = "a";
    peaked->label = "b";
    flat->series.push_back(series("device", count(1), {100}, 20000));
    const QColor line = mark(std::size_t{1}, Theme::light).line;
    for (std::int64_t at = 5000; at < 6500; at += 25) {
      const auto xs = std::make_shared<const Ascending>(std::vector<std::int64_t>{0, at, at + 1});
      peaked->series = {series("device", xs, {300, 700, 300}, 20000)};
      Document document = document_of(flat);
      document.runs.push_back(std::make_shared<const Run>(*peaked));
      ViewState view = view_of(LaneKind::lines, "device", {"a#1", "b#1"});
      view.range = {0, 20000};
      const QImage image = picture(document, view);
      const auto x =
          static_cast<int>(layout_of(document, view, kSize).pixel_of(static_cast<double>(at)));
      const auto y = static_cast<int>(scale_in(document, view).y_of(500));
      bool seen = false;
      for (int i = -2; i <= 2; ++i) seen = seen || near(image.pixel(x + i, y), line);
      QVERIFY2(seen, qPrintable(QString::number(at)));
    }
  }

  // On a screen of more dots a jump is as wide as on another.
  void a_jump_is_a_unit_wide() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    run->series.push_back(series("device", count(4), {100, 100, 700, 700}, 4));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "device", {"a#1"});
    view.range = {0, 4};
    const Scale scale = scale_in(document, view);
    const Layout layout = layout_of(document, view, kSize);
    for (const double ratio : {1.0, 1.25, 1.5, 2.0, 3.0, 4.0}) {
      const QImage image = picture(document, view, ratio);
      const auto y = static_cast<int>(scale.y_of(430) * ratio);
      const QRgb background = image.pixel(static_cast<int>(layout.pixel_of(1) * ratio), y);
      int wide = 0;
      for (double x = -10; x < 10; x += 1 / ratio) {
        if (image.pixel(static_cast<int>((layout.pixel_of(2) + x) * ratio), y) != background)
          ++wide;
      }
      QCOMPARE(wide, qRound(ratio));
    }
  }

  // Where nothing is held after a jump, nothing is drawn.
  void a_jump_does_not_reach_into_a_gap() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    Series held = series("device", count(2), {100, 700}, 2000);
    auto on = std::make_shared<SeriesOnAxis>(*held.on[static_cast<std::size_t>(Axis::pass)]);
    on->steps = StepSeries(
        std::make_shared<const Ascending>(std::vector<std::int64_t>{0, 1000, 1000, 1999}),
        std::make_shared<const MinMaxPyramid>(std::vector<std::int64_t>{100, 700, 700, 100}), 2000,
        {2});
    held.on[static_cast<std::size_t>(Axis::pass)] = on;
    run->series.push_back(held);
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "device", {"a#1"});
    view.range = {0, 2000};
    const Scale scale = scale_in(document, view);
    const Layout layout = layout_of(document, view, kSize);
    for (const double ratio : {1.0, 2.0, 3.0}) {
      const QImage image = picture(document, view, ratio);
      const auto y = static_cast<int>(scale.y_of(430) * ratio);
      const QRgb background = image.pixel(static_cast<int>(layout.pixel_of(500) * ratio), y);
      int wide = 0;
      for (double x = -10; x < 10; x += 1 / ratio) {
        const auto at = static_cast<int>((layout.pixel_of(1000) + x) * ratio);
        if (image.pixel(at, y) != background) ++wide;
      }
      QVERIFY2(wide == 1, qPrintable(QString::number(ratio)));
    }
  }

  // What no part accounts for is drawn, and a part is never below 0.
  void parts_and_rest_are_the_total() {
    Run run;
    const auto xs = count(3);
    run.series.push_back(series("device", xs, {100, 100, 100}, 3));
    run.series.push_back(series("held", xs, {20, 30, 0}, 3));
    run.series.push_back(series("cache", xs, {30, 20, 0}, 3));
    Series weights = series("weights", xs, {50, 60, 100}, 3);
    weights.role = "beside";
    run.series.push_back(weights);
    const Stack stack = stack_of(run, *run.find("device"), Axis::pass);
    QCOMPARE(stack.parts.size(), std::size_t{3});
    std::vector<std::int64_t> sizes(4);
    sample(stack, 0, sizes);
    QCOMPARE(sizes, (std::vector<std::int64_t>{50, 20, 10, 20}));
    sample(stack, 1, sizes);
    QCOMPARE(sizes, (std::vector<std::int64_t>{60, 30, 0, 10}));
  }

  // What is no level of memory, or only one of its parts, contains none.
  void what_contains_no_level_has_no_parts() {
    Run run;
    const auto xs = count(2);
    for (const auto& [name, value] : std::map<std::string, std::int64_t>{
             {"held", 20}, {"cache", 30}, {"allocator", 32}, {"resident", 31}, {"weights", 90}}) {
      run.series.push_back(series(name, xs, {value, value}, 2));
    }
    run.series.back().role = "beside";
    for (const char* role : {"full", "streaming"}) {
      run.series.push_back(series(role, xs, {7, 8}, 2, TrackUnit::entries));
      run.series.back().role = role;
      run.series.back().layer = 0;
    }
    const auto parts = [&](const char* name) {
      return stack_of(run, *run.find(name), Axis::pass).parts.size();
    };
    QCOMPARE(parts("cache"), std::size_t{2});
    QCOMPARE(parts("allocator"), std::size_t{3});
    for (const char* name : {"weights", "resident", "full", "streaming"}) {
      QCOMPARE(parts(name), std::size_t{0});
      QVERIFY(stack_of(run, *run.find(name), Axis::pass).total == nullptr);  // a line
    }
  }

  // At the cursor each part has what it holds there, from the top down.
  void values_of_a_stack_are_those_of_its_parts() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    const auto xs = count(2);
    run->series.push_back(series("device", xs, {400, 700}, 2));
    run->series.push_back(series("held", xs, {100, 200}, 2));
    run->series.push_back(series("cache", xs, {110, 230}, 2));
    run->series.push_back(series("reserved", xs, {130, 290}, 2));
    ViewState view = view_of(LaneKind::stack, "device", {"a#1"});
    std::vector<std::pair<std::string, std::int64_t>> found;
    for (const Readout& value : values_at(document_of(run), view, 1)) {
      found.emplace_back(value.series, value.value.value_or(-1));
      QCOMPARE(value.text, std::to_string(*value.value) + " bytes");
    }
    const std::vector<std::pair<std::string, std::int64_t>> want{
        {"device", 700}, {"other", 410}, {"allocator slack", 60}, {"copies", 30}, {"KV", 200}};
    QCOMPARE(found, want);
  }

  // Of a residual whose passes do not match the lane says so, and has nothing where none was compared.
  void a_residual_says_what_was_not_compared() {
    const auto expected = run_of_passes({2, 2, 2, 1, 1}, 3, {0, 0, 0, 0, 0});
    const auto found = run_of_passes({2, 1, 1}, 1, {0, 0, 0});
    expected->id = "a#1";
    found->id = "b#1";
    expected->kind = RunKind::predicted;
    found->kind = RunKind::captured;
    Document document;
    document.runs = {expected, found};
    ViewState view = view_of(LaneKind::residual, "total", {"a#1", "b#1"});
    view.range = {0, 5};
    document = with_derived(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const QImage image = picture(document, view);
    const QRectF lane = layout.lanes[0];
    QVERIFY(near(image.pixel(static_cast<int>(lane.right()) - 4, static_cast<int>(lane.top()) + 6),
                 palette(view.theme).warning));
    const QRectF plot = layout.plot_of(0);
    const Mark less = mark(Component::residual_below, view.theme);
    const auto has = [&](double at) {
      return top_of(image, static_cast<int>(layout.pixel_of(at)), less.fill,
                    static_cast<int>(plot.top()), static_cast<int>(plot.bottom())) >= 0;
    };
    QVERIFY(!has(1.5) && !has(2.5) && has(3.5) && has(4.5));
    for (const double at : {0.5, 3.5}) QVERIFY(values_at(document, view, at)[0].value);
    for (const double at : {1.0, 1.5, 2.5}) {
      QCOMPARE(values_at(document, view, at)[0].text, std::string("nothing here"));
    }
  }

  void other_units_and_points_are_no_parts() {
    Run run;
    run.series.push_back(series("device", count(3), {100, 100, 100}, 3));
    run.series.push_back(series("held", count(2), {20, 30}, 3));
    run.series.push_back(series("cache", count(3), {1, 2, 3}, 3, TrackUnit::blocks));
    QVERIFY(stack_of(run, *run.find("device"), Axis::pass).parts.empty());
  }

  void the_cursor_has_its_values() {
    const Document document = document_of(spiked());
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    for (const double x : {kSpike + 0.0, kSpike + 0.9}) {
      const std::vector<Readout> values = values_at(document, view, x);
      QCOMPARE(values.size(), std::size_t{1});
      QCOMPARE(values[0].value, std::optional<std::int64_t>(1000));
      QCOMPARE(values[0].text, std::string("1,000 bytes"));
    }
    QCOMPARE(values_at(document, view, kSpike + 1.0)[0].value, std::optional<std::int64_t>(100));
    QVERIFY(!values_at(document, view, -5)[0].value);

    view.cursor = kSpike;
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const auto x = static_cast<int>(std::round(layout.pixel_of(kSpike)));
    QVERIFY(
        near(image.pixel(x, static_cast<int>(layout.ruler.top()) - 4), palette(view.theme).cursor));
  }

  // Overlay over lanes is the same picture as all at once, and so are two pictures.
  void screen_and_file_are_equal() {
    const Document document = document_of(spiked());
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    view.cursor = 10;
    view.selection = Interval{1000, 200'000};
    view.pins = {300'000};
    QImage halves(kSize, QImage::Format_RGB32);
    {
      QPainter painter(&halves);
      render_lanes(painter, document, view, kSize);
    }
    {
      QPainter painter(&halves);
      render_overlay(painter, document, view, kSize);
    }
    QCOMPARE(halves, picture(document, view));
  }

  // Drawn only where the overlay has changed, the picture is that of all drawn anew.
  void a_part_drawn_anew_makes_the_whole() {
    const Document document = document_of(spiked());
    std::vector<ViewState> moves(6, view_of(LaneKind::lines, "held", {"a#1"}));
    moves[1].cursor = 10;
    moves[2].cursor = kSpike;
    moves[2].selection = Interval{1000, 200'000};
    moves[2].pins = {300'000};
    moves[3] = moves[2];
    moves[3].cursor = 990'000;
    moves[3].pins = {300'000, 990'000};
    moves[4] = moves[3];
    moves[4].selection = Interval{1000, 700'000};
    for (const double ratio : {1.0, 1.25, 2.0}) {
      QImage lanes(kSize * ratio, QImage::Format_RGB32);
      lanes.setDevicePixelRatio(ratio);
      {
        QPainter painter(&lanes);
        render_lanes(painter, document, moves[0], kSize);
      }
      QImage screen = lanes;
      Overlay before;
      for (const ViewState& view : moves) {
        const Overlay now = overlay_of(document, view, kSize);
        const QRegion region = changed(before, now);
        {
          QPainter painter(&screen);
          painter.setClipRegion(region);
          painter.drawImage(0, 0, lanes);
          paint_overlay(painter, now);
        }
        QCOMPARE(screen, picture(document, view, ratio));
        before = now;
      }
      QVERIFY(before.empty());
    }
    // What has not moved is left alone.
    const QRegion moved =
        changed(overlay_of(document, moves[2], kSize), overlay_of(document, moves[3], kSize));
    const Layout layout = layout_of(document, moves[2], kSize);
    QVERIFY(!moved.contains(QPoint(static_cast<int>(layout.pixel_of(100'000)), 200)));
    QVERIFY(moved.contains(QPoint(static_cast<int>(layout.pixel_of(kSpike)), 200)));
  }

  // The picture of a million passes is as small as one of its columns.
  void vectors_are_reduced_to_columns() {
    const Document document = document_of(spiked());
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(kSize);
    generator.setViewBox(QRect(QPoint(), kSize));
    {
      QPainter painter(&generator);
      render(painter, document, view_of(LaneKind::lines, "held", {"a#1"}), kSize);
    }
    QVERIFY2(bytes.size() < 200'000, qPrintable(QString::number(bytes.size())));
    QVERIFY(bytes.contains("held"));
    QVERIFY(bytes.contains("forward pass"));
  }

  // A policy keeps its colour whatever else is shown, and so on other tasks.
  void a_label_has_its_mark() {
    Document document;
    for (const char* task : {"x", "y"}) {
      for (const char* label : {"full", "streaming", "snapkv"}) {
        auto run = std::make_shared<Run>();
        run->label = label;
        run->task = task;
        run->file = std::string("/runs/") + task + "/a.kvf";
        document.runs.push_back(run);
      }
    }
    const auto run = [&](std::size_t i) { return document.runs[i].get(); };
    QCOMPARE(mark_number(document, {run(0), run(1), run(2)}, *run(2)), std::size_t{2});
    QCOMPARE(mark_number(document, {run(2)}, *run(2)), std::size_t{2});
    QCOMPARE(mark_number(document, {run(4), run(5)}, *run(5)), std::size_t{2});
    // Two runs of one label are told apart.
    QCOMPARE(mark_number(document, {run(1), run(4)}, *run(1)), std::size_t{0});
    QCOMPARE(mark_number(document, {run(1), run(4)}, *run(4)), std::size_t{1});
  }

  void files_of_one_name_are_told_apart() {
    Run a, b;
    a.file = a.label = "decode32-full/trace.json.gz";
    b.file = b.label = "decode32-snapkv/trace.json.gz";
    a.label = b.label = "trace.json.gz";
    QCOMPARE(name_of(a, {&a, &b}), std::string("decode32-full/trace.json.gz"));
    QCOMPARE(name_of(a, {&a}), std::string("trace.json.gz"));
    a.label = b.label = "streaming";
    QCOMPARE(name_of(b, {&a, &b}), std::string("streaming, decode32-snapkv/trace.json.gz"));
  }

  void what_a_trace_keeps_is_not_called_kv() {
    Run run;
    run.kind = RunKind::trace;
    run.series.push_back(series("reserved", count(3), {100, 100, 100}, 3));
    const Stack stack = stack_of(run, *run.find("reserved"), Axis::pass);
    QCOMPARE(stack.parts.size(), std::size_t{1});
    QCOMPARE(stack.parts[0].name, std::string("reserved"));
  }

  // The limit of the GPU is a line where it is near, and does not flatten the curves where it is far.
  void a_limit_that_is_near_is_drawn() {
    for (const std::int64_t limit : {1200, 100'000}) {
      auto run = spiked();
      run->device_limit = limit;
      const Document document = document_of(run);
      const ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
      const QImage image = picture(document, view);
      const Scale scale = scale_in(document, view);
      QCOMPARE(scale.high > 1200, limit == 1200);
      const QColor line = mark(Component::device_limit, view.theme).line;
      const auto y = static_cast<int>(std::round(scale.y_of(static_cast<double>(limit))));
      int dashes = 0;
      for (int x = 120; x < 760 && y >= 1; ++x) {
        dashes += near(image.pixel(x, y), line) || near(image.pixel(x, y - 1), line) ? 1 : 0;
      }
      QCOMPARE(dashes > 300, limit == 1200);
    }
  }

  // What is only a part of what counts against the limit has none, unless it comes near by itself.
  void a_limit_is_of_what_counts_against_it() {
    for (const char* name : {"weights", "reserved", "device"}) {
      auto run = spiked();
      run->series[0].name = name;
      run->device_limit = 1500;
      const Document document = document_of(run);
      const ViewState view = view_of(LaneKind::lines, name, {"a#1"});
      QCOMPARE(scale_in(document, view).high > 1500, std::string(name) != "weights");
    }
  }

  // Labels go where nothing is drawn if they can.
  void labels_leave_lines_alone() {
    Cover cover(QRectF(0, 0, 400, 100));
    cover.add({0, 49, 400, 2});
    cover.add({0, 48, 100, 2});  // twice covered is once covered
    QCOMPARE(cover.covered({0, 0, 400, 40}), 0.0);
    QCOMPARE(cover.covered({0, 60, 400, 40}), 0.0);
    QVERIFY(cover.covered({200, 40, 80, 20}) >= 160);
    QVERIFY(cover.covered({200, 40, 80, 20}) <= 4 * 88);
    QCOMPARE(cover.covered({500, 40, 80, 20}), 0.0);

    // A peak between two level lines that its label would hide if it lay beside it.
    auto a = spiked();
    auto b = std::make_shared<Run>();
    b->id = b->label = "b";
    b->series.push_back(
        series("held", count(kPasses), std::vector<std::int64_t>(kPasses, 1000), kPasses));
    Document document;
    document.runs = {a, b};
    const ViewState view = view_of(LaneKind::lines, "held", {"a#1", "b"});
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const auto y = static_cast<int>(std::round(scale_in(document, view).y_of(1000)));
    const QColor line = mark(std::size_t{1}, view.theme).line;
    int seen = 0, wide = 0;
    for (auto x = static_cast<int>(layout.plot.left()) + 8; x < layout.plot.right() - 8; ++x) {
      ++wide;
      seen += near(image.pixel(x, y), line) || near(image.pixel(x, y - 1), line) ? 1 : 0;
    }
    // Its dashes are 12 of 17 pixels.
    QVERIFY2(seen > 0.65 * wide, qPrintable(QString::number(seen)));
  }

  // One diamond for several runs says so.
  void peaks_at_one_place_are_one() {
    std::vector<PeakLabel> peaks;
    for (const char* who : {"a", "b", "c", "d"}) peaks.push_back({5, 10, who, "10 entries", {}});
    peaks[2].value = 20;
    peaks.push_back({6, 10, "e", "10 entries", {}});
    const std::vector<PeakLabel> places = together(peaks);
    QCOMPARE(places.size(), std::size_t{3});
    QCOMPARE(places[0].who, std::string("c"));
    QCOMPARE(places[1].who, std::string("a and 2 more"));
    QCOMPARE(places[2].who, std::string("e"));
  }

  void a_diamond_at_an_edge_is_whole() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    run->series.push_back(series("held", count(4), {1000, 100, 100, 100}, 4));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    view.range = {0, 4};
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const auto y = static_cast<int>(std::round(scale_in(document, view).y_of(1000)));
    const auto x = static_cast<int>(layout.plot.left());
    QVERIFY(near(image.pixel(x - 3, y), mark(std::size_t{0}, view.theme).line));
  }

  // A title says of what task a lane is where there are others, and the first of what model.
  void titles_say_what_they_are_of() {
    Document document;
    for (const char* task : {"recall", "rag"}) {
      for (const char* label : {"full", "streaming"}) {
        auto run = spiked();
        run->id = std::string(label) + task;
        run->label = label;
        run->task = task;
        document.runs.push_back(run);
      }
    }
    ViewState view = view_of(LaneKind::lines, "held", {"fullrecall", "streamingrecall"});
    view.lanes.push_back(view_of(LaneKind::stack, "held", {"fullrag"}).lanes[0]);
    view.lanes.push_back(view_of(LaneKind::lines, "held", {"fullrag", "fullrecall"}).lanes[0]);
    QCOMPARE(header_of(document, view, view.lanes[0]).title, std::string("held, bytes, recall"));
    QCOMPARE(header_of(document, view, view.lanes[1]).title, std::string("held of full, rag"));
    QCOMPARE(subject_of(document, view, view.lanes[2]), std::string());
    for (auto& run : document.runs) {
      auto with = std::make_shared<Run>(*run);
      with->model = "llama";
      run = with;
    }
    QCOMPARE(subject_of(document, view, view.lanes[0]), std::string("recall, llama"));
    QCOMPARE(subject_of(document, view, view.lanes[1]), std::string("rag"));
    // What nearly all of a lane are the title says, and the others of themselves.
    for (auto& run : document.runs) {
      auto with = std::make_shared<Run>(*run);
      with->series[0].layers = run->id == "fullrag" ? Layers::at_once : Layers::in_turn;
      run = with;
    }
    auto third = std::make_shared<Run>(*document.runs[1]);
    third->id = third->label = "locret";
    document.runs.push_back(third);
    view.lanes[0].runs = {"fullrecall", "streamingrecall", "locret", "fullrag"};
    const Header header = header_of(document, view, view.lanes[0]);
    QCOMPARE(header.title, std::string("held, bytes, layer by layer, recall, llama"));
    QCOMPARE(header.entries[0].text, std::string("full"));
    QCOMPARE(header.entries[3].text, std::string("full, rag, all layers at once"));
    view.lanes[0].runs = {"fullrecall", "fullrag"};
    QCOMPARE(header_of(document, view, view.lanes[0]).entries[0].text,
             std::string("full, recall, layer by layer"));
    view.lanes[0].runs = {"fullrecall", "streamingrecall"};
    // Of one task nothing is said of it.
    document.runs.resize(2);
    auto other = std::make_shared<Run>(*document.runs[1]);
    other->model = "qwen";
    document.runs[1] = other;
    QCOMPARE(subject_of(document, view, view.lanes[0]), std::string());
  }

  // Each kind of memory beside the cache has a look of its own.
  void kinds_beside_the_cache_differ() {
    Run run;
    run.series.push_back(series("device", count(1), {100}, 1));
    for (const char* name : {"weights", "activations", "cuda_graphs", "context", "non_torch"}) {
      run.series.push_back(series(name, count(1), {10}, 1));
      run.series.back().role = "beside";
      run.series.back().on[1] = run.series[0].on[1];
    }
    std::vector<Component> seen;
    for (const StackPart& part : stack_of(run, run.series[0], Axis::pass).parts) {
      QVERIFY(std::find(seen.begin(), seen.end(), part.component) == seen.end());
      seen.push_back(part.component);
    }
    QCOMPARE(seen.size(), std::size_t{5});
    // And each kind of cell.
    run.series = {series("total", count(1), {30}, 1, TrackUnit::entries)};
    for (const char* role : {"full", "streaming", "window"}) {
      run.series.push_back(series("group", count(1), {10}, 1, TrackUnit::entries));
      run.series.back().role = role;
      run.series.back().on[1] = run.series[0].on[1];
    }
    seen.clear();
    for (const StackPart& part : stack_of(run, run.series[0], Axis::pass).parts) {
      QVERIFY(std::find(seen.begin(), seen.end(), part.component) == seen.end());
      seen.push_back(part.component);
    }
    QCOMPARE(seen.size(), std::size_t{3});
  }

  // More lies above zero, less below it, each in its own colour; what is equal in neither.
  void differences_go_up_and_down() {
    auto a = std::make_shared<Run>();
    auto b = std::make_shared<Run>();
    a->id = "a#1";
    b->id = "b#1";
    a->label = b->label = "x";
    a->series.push_back(series("held", count(3), {100, 100, 100}, 3));
    b->series.push_back(series("held", count(3), {150, 100, 70}, 3));
    Document document;
    document.runs = {a, b};
    ViewState view = view_of(LaneKind::difference, "held", {"a#1", "b#1"});
    view.range = {0, 3};
    document = with_derived(document, view);
    QCOMPARE(document.runs.size(), std::size_t{3});
    QCOMPARE(with_derived(document, view).runs.size(), std::size_t{3});
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const auto count_of = [&](Component component, double x, double from, double to) {
      const QColor fill = mark(component, view.theme).fill;
      int count = 0;
      for (int y = static_cast<int>(scale.y_of(to)) + 2; y < scale.y_of(from) - 2; ++y) {
        count += near(image.pixel(static_cast<int>(layout.pixel_of(x)), y), fill) ? 1 : 0;
      }
      return count;
    };
    QVERIFY(count_of(Component::residual_above, 0.5, 0, 50) > 20);
    QCOMPARE(count_of(Component::residual_below, 0.5, -30, 50), 0);
    QCOMPARE(count_of(Component::residual_above, 1.5, -30, 50), 0);
    QCOMPARE(count_of(Component::residual_below, 1.5, -30, 50), 0);
    QVERIFY(count_of(Component::residual_below, 2.5, -30, 0) > 20);
    QCOMPARE(count_of(Component::residual_above, 2.5, -30, 50), 0);
  }

  void phases_are_shaded_in_turn() {
    auto run = spiked();
    run->phases[static_cast<std::size_t>(Axis::pass)] = {{"prefill", 0, kPasses / 2},
                                                         {"decode", kPasses / 2, kPasses}};
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    for (const bool shown : {true, false}) {
      view.phases = shown;
      const QImage image = picture(document, view);
      const Layout layout = layout_of(document, view, kSize);
      const Scale scale = scale_in(document, view);
      const auto y = static_cast<int>(scale.y_of(50));  // between grid lines and below the curve
      const auto at = [&](double share) {
        return image.pixel(static_cast<int>(layout.pixel_of(share * kPasses)), y);
      };
      QVERIFY(near(at(0.3), palette(view.theme).lane));
      QCOMPARE(near(at(0.8), palette(view.theme).phase), shown);
      QCOMPARE(near(at(0.8), palette(view.theme).lane), !shown);
    }
  }

  // Bands are those of the lane's own runs, and none where these have others.
  void phases_that_differ_are_not_shaded() {
    Document document;
    constexpr std::int64_t kHalf = kPasses / 2;
    for (const std::int64_t decode : {kHalf, kHalf, kHalf + kHalf / 2}) {
      auto run = spiked();
      run->id = run->label = std::to_string(document.runs.size());
      run->phases[static_cast<std::size_t>(Axis::pass)] = {{"prefill", 0, decode},
                                                           {"decode", decode, kPasses}};
      document.runs.push_back(run);
    }
    document.runs.push_back(spiked());  // has none
    ViewState view = view_of(LaneKind::lines, "held", {"0", "1", "a#1"});
    view.lanes.push_back(view_of(LaneKind::lines, "held", {"0", "2"}).lanes[0]);
    view.lanes.push_back(view_of(LaneKind::lines, "held", {"2"}).lanes[0]);
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const auto shaded = [&](std::size_t lane, double share) {
      const auto y = static_cast<int>(layout.plot_of(lane).bottom()) - 3;
      return near(image.pixel(static_cast<int>(layout.pixel_of(share * kPasses)), y),
                  palette(view.theme).phase);
    };
    QVERIFY(shaded(0, 0.6) && !shaded(0, 0.4));
    QVERIFY(!shaded(1, 0.6) && !shaded(1, 0.9));
    QVERIFY(!shaded(2, 0.6) && shaded(2, 0.9));
  }

  // So with marks: a line where all runs of the lane that have any have it.
  void marks_that_differ_are_not_drawn() {
    Document document;
    for (const std::int64_t at : {kPasses / 4, kPasses / 4, kPasses / 2}) {
      auto run = spiked();
      run->id = run->label = std::to_string(document.runs.size());
      run->phases[static_cast<std::size_t>(Axis::pass)] = {{"prefill", 0, kPasses}};
      run->markers[static_cast<std::size_t>(Axis::pass)] = {{"turn", at}};
      document.runs.push_back(run);
    }
    ViewState view = view_of(LaneKind::lines, "held", {"0", "1"});
    view.lanes.push_back(view_of(LaneKind::lines, "held", {"0", "2"}).lanes[0]);
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const auto marked = [&](std::size_t lane, double share) {
      const auto y = static_cast<int>(layout.plot_of(lane).bottom()) - 3;
      const double x = std::round(layout.pixel_of(share * kPasses));
      return near(image.pixel(static_cast<int>(x), y), palette(view.theme).grid);
    };
    QVERIFY(marked(0, 0.25) && !marked(0, 0.5));
    QVERIFY(!marked(1, 0.25) && !marked(1, 0.5));
  }

  // Three chunks of 100 rows, of which two evict, and 300 decode passes that all do.
  void chunks_and_evictions_are_marked() {
    std::vector<std::int64_t> rows(303, 1), budgets(303, 80);
    std::fill_n(rows.begin(), 3, 100);
    budgets[0] = 0;
    const Document document = document_of(run_of_passes(rows, 3, budgets));
    ViewState view = view_of(LaneKind::lines, "total", {"a"});
    view.axis = Axis::row;
    view.range = {0, 600};
    const Layout layout = layout_of(document, view, kSize);
    const PassMarks marks = pass_marks({document.runs[0].get()}, Axis::row, layout);
    QCOMPARE(marks.chunks, (std::vector<double>{layout.pixel_of(100), layout.pixel_of(200)}));
    QCOMPARE(marks.evictions.front(), layout.pixel_of(200));
    QCOMPARE(marks.steady.size(), std::size_t{1});
    QCOMPARE(marks.steady[0].left, layout.pixel_of(301));
    QCOMPARE(marks.steady[0].right, layout.pixel_of(600));

    const QImage image = picture(document, view);
    const auto in_strip = [&](double x, double above) {
      return image.pixel(static_cast<int>(std::round(x)),
                         static_cast<int>(layout.plot.top() - above));
    };
    const Palette& colours = palette(view.theme);
    QVERIFY(near(in_strip(layout.pixel_of(100), 3), colours.axis));
    QVERIFY(near(in_strip(layout.pixel_of(200), 5), colours.text));
    QVERIFY(near(in_strip(layout.pixel_of(200), 11), colours.axis));
    QVERIFY(near(in_strip(layout.pixel_of(450), 4), colours.text));
    QVERIFY(near(in_strip(layout.pixel_of(50), 4), colours.background));
    view.phases = false;
    QVERIFY(layout_of(document, view, kSize).plot.top() < layout.plot.top());

    // Near enough each pass has its mark.
    view.phases = true;
    view.range = {400, 420};
    const Layout close = layout_of(document, view, kSize);
    const PassMarks each = pass_marks({document.runs[0].get()}, Axis::row, close);
    QVERIFY(each.steady.empty());
    QCOMPARE(each.evictions.size(), std::size_t{21});
    QVERIFY(each.chunks.empty());
  }

  // A legend that is wider than its lane goes on in further rows, and the curves begin below it.
  void a_long_legend_is_wrapped() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {});
    view.range = {0, 4};
    for (int i = 0; i < 8; ++i) {
      auto run = std::make_shared<Run>();
      run->id = run->label = "a policy with a long name, number " + std::to_string(i);
      run->series.push_back(series("held", count(4), {100, 100, 100, 100}, 4));
      document.runs.push_back(run);
      view.lanes[0].runs.push_back(run->id);
      const Layout layout = layout_of(document, view, kSize);
      if (i == 0) QCOMPARE(layout.headers[0], kHeader);
    }
    const Layout layout = layout_of(document, view, kSize);
    QVERIFY(layout.headers[0] > kHeader + 17);
    const QImage image = picture(document, view);
    const auto left = static_cast<int>(layout.plot.left());
    const auto right = static_cast<int>(layout.plot.right());
    for (std::size_t number = 0; number < 8; ++number) {
      bool found = false;
      for (int x = left; x < right && !found; ++x) {
        found =
            top_of(image, x, mark(number, view.theme).line, static_cast<int>(layout.lanes[0].top()),
                   static_cast<int>(layout.plot_of(0).top())) >= 0;
      }
      QVERIFY2(found, qPrintable(QString::number(number)));
    }
    view.legend = false;
    QCOMPARE(layout_of(document, view, kSize).headers[0], kHeader);
  }

  // All values at the cursor, the nearest to the pointer first.
  void the_box_at_the_cursor_shows_all_that_fit() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {});
    view.range = {0, 4};
    view.cursor = 1.5;
    for (std::int64_t i = 0; i < 12; ++i) {
      auto run = std::make_shared<Run>();
      run->id = run->label = "run " + std::to_string(i);
      const std::int64_t held = 100 * (i + 1);
      run->series.push_back(series("held", count(4), {held, held, held, held}, 4));
      document.runs.push_back(run);
      view.lanes[0].runs.push_back(run->id);
    }
    const auto lines = [&](std::optional<QPointF> pointer) {
      for (const OverlayItem& item : overlay_of(document, view, kSize, pointer)) {
        if (item.lines.size() > 1) return item.lines;
      }
      return std::vector<QString>{};
    };
    QCOMPARE(lines({}).size(), std::size_t{12});
    QVERIFY(lines({}).front().startsWith("run 0 "));
    const Scale scale = scale_in(document, view);
    QVERIFY(lines(QPointF(300, scale.y_of(790))).front().startsWith("run 7 "));
    QVERIFY(lines(QPointF(300, scale.y_of(1190))).front().startsWith("run 11 "));
    // Of two lanes, the one in which the pointer is has room.
    view.lanes.push_back(view.lanes[0]);
    const auto in_first = lines({});
    QVERIFY(in_first.size() < 12 && in_first.back().startsWith("+"));
    const Layout layout = layout_of(document, view, kSize);
    QCOMPARE(overlay_of(document, view, kSize, layout.lanes[0].center()).size(), std::size_t{4});
    for (const OverlayItem& item : overlay_of(document, view, kSize, layout.lanes[0].center())) {
      if (item.rect.top() < layout.lanes[0].bottom() && item.lines.size() > 1) {
        QCOMPARE(item.lines.size(), std::size_t{12});
      }
    }
  }

  // Marks of many passes are no grey mass, and found at once.
  void marks_keep_apart() {
    constexpr std::size_t kMany = 1'000'000;
    std::vector<std::int64_t> rows(kMany, 1), budgets(kMany, 0);
    for (std::size_t i = 0; i < kMany; i += 2) budgets[i] = 10;
    const Document document = document_of(run_of_passes(rows, kMany / 2, budgets));
    ViewState view = view_of(LaneKind::lines, "total", {"a"});
    view.axis = Axis::row;
    view.range = {0, kMany};
    const Layout layout = layout_of(document, view, kSize);
    const PassMarks marks = pass_marks({document.runs[0].get()}, Axis::row, layout);
    QVERIFY(marks.chunks.empty());
    QVERIFY(marks.evictions.size() > 50);
    for (std::size_t i = 1; i < marks.evictions.size(); ++i) {
      QVERIFY(marks.evictions[i] - marks.evictions[i - 1] >= 7.9);
    }
  }

  // Where a part of a series has been read, its points count; elsewhere the outline does.
  void what_is_read_takes_the_place_of_its_outline() {
    SeriesOnAxis on;
    on.begin = 0;
    on.end = 300;
    on.outline = {{0, 100, 1, 9}, {200, 300, 5, 7}};
    on.steps = StepSeries({100, 150}, {3, 4}, 200);
    const std::vector<std::int64_t> edges{0, 50, 100, 150, 200, 250, 300};
    std::vector<StepColumn> columns(6);
    columns_of(on, edges, columns);
    const std::vector<std::pair<std::int64_t, std::int64_t>> want{{1, 9}, {1, 9}, {3, 3},
                                                                  {4, 4}, {5, 7}, {5, 7}};
    for (std::size_t i = 0; i < want.size(); ++i) {
      QVERIFY(!columns[i].empty);
      QCOMPARE(columns[i].min, want[i].first);
      QCOMPARE(columns[i].max, want[i].second);
    }
  }

  // A nominal share of heads weighs its groups; parts are rounded so that they add up to the total, as the
  // simulator rounded that, and nothing has to be cut off.
  void parts_weigh_what_their_groups_do() {
    WhatIf what = first_what_if();
    what.policy =
        input::parse_policy("prulong:streaming_heads=0.7,rounding=nominal,window_tokens=64");
    what.workload = {Tokens(3001), Tokens(40), Tokens(640), {}};
    const auto played = play_what_if(what, "what-if#1");
    QVERIFY(played && played->run != nullptr);
    const Run& run = *played->run;
    const Series& total = *run.find("total");
    for (const Axis axis : {Axis::row, Axis::pass}) {
      const Stack stack = stack_of(run, total, axis);
      QCOMPARE(stack.parts.size(), std::size_t{2});
      std::vector<std::int64_t> sizes(3);
      for (std::int64_t point = 0; point < stack.total->points(); ++point) {
        sample(stack, point, sizes);
        QCOMPARE(sizes[0] + sizes[1], stack.total->value(point));
        QCOMPARE(sizes[2], 0);
        for (std::size_t part = 0; part < 2; ++part) {
          double share = 0;
          for (const StepSeries* steps : stack.parts[part].plus) {
            share += static_cast<double>(steps->value(point));
          }
          share *= stack.parts[part].name == "streaming" ? 0.7 : 1 - 0.7;
          QVERIFY(std::abs(static_cast<double>(sizes[part]) - share) < 1);
          QVERIFY(sizes[part] > 0);
        }
      }
    }
  }

  // All series of a curve from the closed form have one x, and so have those of a played one.
  void a_what_if_has_components() {
    WhatIf what = first_what_if();
    what.policy = input::parse_policy("prulong:streaming_heads=0.7,window_tokens=64");
    what.workload = {Tokens(300), Tokens(40), Tokens(64), {}};
    const auto played = play_what_if(what, "what-if#1");
    QVERIFY(played && played->run != nullptr);
    const WhatIfResult result = evaluate(what);
    QVERIFY(result.run != nullptr);
    for (const Run* run : {played->run.get(), result.run.get()}) {
      for (const Axis axis : {Axis::row, Axis::pass}) {
        const StepSeries& total = run->find("total")->at(axis)->steps;
        for (const Series& series : run->series) {
          QVERIFY(series.at(axis)->steps.shares_points_with(total));
        }
      }
    }
    QCOMPARE(stack_of(*played->run, *played->run->find("total"), Axis::row).parts.size(),
             std::size_t{2});
    // Its two lanes add up layers differently, and their titles say so.
    for (const Run* run : {played->run.get(), result.run.get()}) {
      QCOMPARE(run->find("total")->layers, Layers::at_once);
      QCOMPARE(run->find("held")->layers, Layers::in_turn);
    }
  }

  // A curve ends with its last point: if that is the peak, it is drawn, labelled and in the scale.
  void a_peak_at_the_very_end_is_seen() {
    constexpr std::int64_t kEpoch = 1'700'000'000'123'456'789;  // where doubles are 256 apart
    for (const std::int64_t begin : {std::int64_t{0}, kEpoch}) {
      const std::int64_t end = begin + 1'000'000;
      auto run = std::make_shared<Run>();
      run->id = "a#1";
      const auto xs = std::make_shared<const Ascending>(
          std::vector<std::int64_t>{begin, begin + 1'000, begin + 500'000, end});
      run->series.push_back(series("live", xs, {100, 100, 200, 1000}, end));
      const Document document = document_of(run);
      ViewState view = view_of(LaneKind::lines, "live", {"a#1"});
      view.range = {};
      const Interval range = shown_range(document, view);
      const SeriesOnAxis& on = *run->series[0].at(view.axis);
      const auto peak = peak_of(on, range, TrackUnit::bytes, 100);
      QVERIFY(peak.has_value());
      QCOMPARE(peak->value, 1000);
      QCOMPARE(peak->x, end);
      run->series[0].peak.reset();  // the scale finds it by itself
      QVERIFY(scale_in(document, view).high >= 1000);
      std::vector<StepColumn> columns(700);
      columns_of(on, column_edges(range, 700), columns, StepSeries::MaxPoint::unwanted);
      QCOMPARE(columns[698].max, 200);
      QCOMPARE(columns[699].max, 1000);
      const QImage image = picture(document, view);
      const Layout layout = layout_of(document, view, kSize);
      const auto y = static_cast<int>(scale_in(document, view).y_of(600));
      const auto x = static_cast<int>(layout.plot.right());
      const QColor line = mark(std::size_t{0}, view.theme).line;
      QVERIFY(near(image.pixel(x - 1, y), line) || near(image.pixel(x - 2, y), line));
    }
  }

  void the_ends_of_64_bits_are_drawn() {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    const auto xs = std::make_shared<const Ascending>(std::vector<std::int64_t>{kMost - 99, kMost});
    run->series.push_back(series("total", xs, {5, kMost}, kMost, TrackUnit::entries));
    for (int group = 0; group < 4; ++group) {
      run->series.push_back(series("group", xs, {1, kMost / 2}, kMost, TrackUnit::entries));
      run->series.back().role = group % 2 == 0 ? "full" : "streaming";
    }
    run->series[0].peak.reset();
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::stack, "total", {"a#1"});
    view.range = {};
    QVERIFY(scale_in(document, view).high >= 9e18);
    const Stack stack = stack_of(*run, run->series[0], view.axis);
    std::vector<std::int64_t> sizes(3);
    sample(stack, 0, sizes);
    QCOMPARE(sizes, (std::vector<std::int64_t>{2, 2, 1}));
    sample(stack, 1, sizes);  // more parts than there is
    QCOMPARE(sizes[0], kMost - 1);
    QCOMPARE(sizes[0] + sizes[1] + sizes[2], kMost);
    picture(document, view);
  }

  // Closer up than an integer a pixel, too, and of what is not read.
  void nothing_at_the_end_is_lost() {
    SeriesOnAxis on;
    on.end = 4;
    on.steps = StepSeries({0, 2, 4, 4}, {1, 2, 9, 3}, 4);
    std::vector<StepColumn> columns(40);
    columns_of(on, column_edges({0, 4}, 40), columns);
    QCOMPARE(columns[38].max, 2);
    QCOMPARE(columns[39].max, 9);
    QCOMPARE(columns[39].last, 3);
    on.steps = {};
    on.outline = {{0, 2, 1, 1}, {2, 2, 7, 8}, {2, 4, 1, 2}, {4, 4, 3, 9}};
    columns_of(on, column_edges({0, 4}, 40), columns);
    QCOMPARE(columns[39].max, 9);
    QCOMPARE(columns[20].max, 8);
    QCOMPARE(columns[21].max, 2);
    columns.resize(2);
    columns_of(on, column_edges({0, 4}, 2), columns);
    QCOMPARE(columns[0].max, 1);
    QCOMPARE(columns[1].max, 9);
  }

  // What has been read of a column does not hide what of it has not.
  void a_column_that_is_partly_read_has_both() {
    SeriesOnAxis on;
    on.end = 300;
    on.outline = {{0, 100, 1, 9}, {200, 300, 5, 7}};
    on.steps = StepSeries({100, 150}, {3, 4}, 200);
    StepColumn column;
    columns_of(on, std::vector<std::int64_t>{50, 250}, {&column, 1});
    QCOMPARE(column.min, 1);
    QCOMPARE(column.max, 9);
    QCOMPARE(column.max_point, kNotRead);
    // Its peak has a label once it is known where it lies.
    QVERIFY(!peak_of(on, {50, 250}, TrackUnit::bytes, 100).has_value());
    const auto peak = peak_of(on, {50, 250}, TrackUnit::bytes, 2);
    QVERIFY(peak.has_value());
    QCOMPARE(peak->value, 9);
    QCOMPARE(peak_of(on, {100, 199}, TrackUnit::bytes, 100)->value, 4);
  }

  // A step between two columns is a line from one value to the other, also where a point lies on their edge.
  void steps_are_joined() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    run->series.push_back(series("held", count(4), {100, 1000, 100, 100}, 4));
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    view.range = {0, 4};
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const QColor line = mark(std::size_t{0}, view.theme).line;
    for (const double pass : {1.0, 2.0}) {  // up, down
      const auto x = static_cast<int>(layout.pixel_of(pass));
      for (const double value : {300.0, 500.0, 700.0}) {
        const auto y = static_cast<int>(scale.y_of(value));
        QVERIFY(near(image.pixel(x - 1, y), line) || near(image.pixel(x, y), line) ||
                near(image.pixel(x + 1, y), line));
      }
    }
  }

  // Of lines that coincide each is seen, where they are level and where they step.
  void lines_that_coincide_are_seen_in_turns() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {});
    view.range = {0, 4};
    for (const char* name : {"a", "b", "c", "d"}) {
      auto run = std::make_shared<Run>();
      run->id = run->label = name;
      run->series.push_back(series("held", count(4), {100, 100, 1000, 1000}, 4));
      document.runs.push_back(run);
      view.lanes[0].runs.push_back(name);
    }
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const auto level = static_cast<int>(std::round(scale.y_of(100)));
    const auto begin = static_cast<int>(layout.pixel_of(0.1));
    const auto end = static_cast<int>(layout.pixel_of(1.9));
    const auto step = static_cast<int>(layout.pixel_of(2));
    const auto top = static_cast<int>(scale.y_of(900));
    const auto bottom = static_cast<int>(scale.y_of(200));
    for (std::size_t number = 0; number < 4; ++number) {
      const QColor line = mark(number, view.theme).line;
      int across = 0, up = 0;
      for (int x = begin; x < end; ++x) across += near(image.pixel(x, level), line) ? 1 : 0;
      for (int y = top; y < bottom; ++y) up += near(image.pixel(step, y), line) ? 1 : 0;
      QVERIFY2(across > 0.08 * (end - begin), qPrintable(QString::number(across)));
      QVERIFY2(up > 0.15 * (bottom - top), qPrintable(QString::number(up)));
    }
  }

  void a_short_step_is_seen_upon_a_long_one() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {"a", "b"});
    view.range = {0, 4};
    const std::vector<std::vector<std::int64_t>> values{{400, 400, 600, 600}, {100, 100, 900, 900}};
    for (std::size_t i = 0; i < 2; ++i) {
      auto run = std::make_shared<Run>();
      run->id = run->label = view.lanes[0].runs[i];
      run->series.push_back(series("held", count(4), values[i], 4));
      document.runs.push_back(run);
    }
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const auto step = static_cast<int>(layout.pixel_of(2));
    const auto line_at = [&](double value, std::size_t number) {
      return near(image.pixel(step, static_cast<int>(scale.y_of(value))),
                  mark(number, view.theme).line);
    };
    QVERIFY(line_at(500, 0));
    QVERIFY(line_at(250, 1));
    QVERIFY(line_at(750, 1));
  }

  void vectors_of_lines_that_coincide_take_turns() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {"a", "b"});
    view.range = {0, 4};
    for (const char* name : {"a", "b"}) {
      auto run = std::make_shared<Run>();
      run->id = run->label = name;
      run->series.push_back(series("held", count(4), {100, 100, 100, 100}, 4));
      document.runs.push_back(run);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    {
      QPainter painter(&generator);
      render(painter, document, view, kSize);
    }
    // Each in pieces, of which there are at least ten.
    int in_pieces = 0;
    for (const QByteArray& element : bytes.split('<')) {
      if (element.startsWith("path") && element.count('M') >= 10) ++in_pieces;
    }
    QCOMPARE(in_pieces, 2);
  }

  // Few enough to read between them, enough to read by them.
  void ticks_of_values_are_well_apart() {
    for (const double height : {74.0, 150.0, 300.0, 780.0}) {
      for (const TrackUnit unit : {TrackUnit::entries, TrackUnit::bytes}) {
        for (double most = 10; most < 1e12; most *= 1.37) {
          const Scale scale = scale_of({0, 0, 600, height}, unit, 0, most);
          const std::vector<Tick> ticks = value_ticks(scale, 14).major;
          const int fewest = height < 150 ? 2 : 3;
          QVERIFY2(std::ssize(ticks) >= fewest, qPrintable(QString::number(most)));
          const double apart = scale.y_of(ticks[0].at) - scale.y_of(ticks[1].at);
          if (height >= 300)
            QVERIFY2(apart >= 49 && apart <= 126, qPrintable(QString::number(apart)));
        }
      }
    }
  }

  void an_outline_ends_where_the_next_piece_begins() {
    SeriesOnAxis on;
    on.end = 200;
    on.outline = {{0, 100, 1, 9}, {100, 200, 5, 20}};
    const std::vector<std::int64_t> edges{0, 100, 150, 200};
    std::vector<StepColumn> columns(3);
    columns_of(on, edges, columns);
    QCOMPARE(columns[0].max, 9);
    QCOMPARE(columns[1].min, 5);
    QCOMPARE(columns[1].max, 20);
    QCOMPARE(columns[2].max, 20);
  }

  // Between two integers a column shows what is held since the first of them.
  void columns_narrower_than_a_pass_hold() {
    SeriesOnAxis on;
    on.steps = StepSeries({0, 1, 2}, {10, 20, 30}, 3);
    on.end = 3;
    const std::vector<std::int64_t> edges = column_edges({0, 4}, 16);
    std::vector<StepColumn> columns(16);
    columns_of(on, edges, columns);
    for (std::size_t i = 0; i < 16; ++i) {
      QCOMPARE(columns[i].empty, i >= 12);
      if (i < 12) QCOMPARE(columns[i].last, static_cast<std::int64_t>(10 * (i / 4 + 1)));
    }
  }

  void an_outline_stands_for_what_is_not_read_yet() {
    auto run = std::make_shared<Run>();
    run->id = "a#1";
    Series held;
    held.name = "held";
    held.unit = TrackUnit::bytes;
    held.peak = 1000;
    auto on = std::make_shared<SeriesOnAxis>();
    on->end = kPasses;
    on->outline = {{0, kPasses / 2, 50, 100}, {kPasses / 2, kPasses, 100, 1000}};
    held.on[static_cast<std::size_t>(Axis::pass)] = on;
    run->series.push_back(held);
    const Document document = document_of(run);
    const ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    const QImage image = picture(document, view);
    const Layout layout = layout_of(document, view, kSize);
    const Scale scale = scale_in(document, view);
    const QColor line = mark(std::size_t{0}, view.theme).line;
    const auto from = static_cast<int>(layout.lanes[0].top() + kHeader);
    const auto x = static_cast<int>(layout.pixel_of(kPasses * 0.75));
    const int y = top_of(image, x, line, from, static_cast<int>(layout.ruler.top()));
    QVERIFY(std::abs(y - scale.y_of(1000)) <= 2);
  }

  void lanes_scroll_below_those_that_are_pinned() {
    const Document document = document_of(spiked());
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    for (int i = 0; i < 7; ++i) view.lanes.push_back(view.lanes[0]);
    view.lanes[3].pinned = true;
    Layout layout = layout_of(document, view, kSize);
    QCOMPARE(layout.lanes[3].top(), layout.plot.top());
    QVERIFY(layout.most_scroll > 0);
    const double first = layout.lanes[0].top();
    view.scroll = 1;
    layout = layout_of(document, view, kSize);
    QVERIFY(layout.lanes[0].top() < first);
    QCOMPARE(layout.lanes[3].top(), layout.plot.top());
    view.scroll = 1e9;
    layout = layout_of(document, view, kSize);
    QVERIFY(std::abs(layout.lanes[7].bottom() - layout.plot.bottom()) < 1);
    picture(document, view);
  }

  // Lanes that have scrolled under those that are pinned, or below the axis, leave nothing there.
  void lanes_are_drawn_where_they_are_seen() {
    auto run = spiked();
    const auto xs = count(4);
    run->series = {series("held", xs, {900, 900, 900, 900}, 4),
                   series("device", xs, {1000, 1000, 1000, 1000}, 4),
                   series("reserved", xs, {800, 800, 800, 800}, 4)};
    Document document = document_of(run);
    auto less = std::make_shared<Run>(*run);
    less->id = "b#1";
    less->series = {series("device", xs, {0, 0, 0, 0}, 4)};
    document.runs.push_back(less);
    const QColor edge = palette(Theme::light).axis;
    const struct {
      LaneKind kind;
      std::vector<std::string> runs;
      std::vector<QColor> colours;
    } cases[] = {
        {LaneKind::lines, {"a#1"}, {mark(std::size_t{0}, Theme::light).line}},
        {LaneKind::stack, {"a#1"}, {mark(Component::live_kv, Theme::light).fill, edge}},
        {LaneKind::difference,
         {"b#1", "a#1"},
         {mark(Component::residual_above, Theme::light).fill, edge}},
    };
    for (const auto& [kind, runs, colours] : cases) {
      ViewState view = view_of(LaneKind::lines, "nothing", {"a#1"});
      view.lanes[0].pinned = true;
      view.range = {0, 4};
      for (int i = 0; i < 7; ++i) view.lanes.push_back(view_of(kind, "device", runs).lanes[0]);
      const Document with = with_derived(document, view);
      bool under = false, below = false;
      for (double scroll = 0; scroll < 3; scroll += 0.05) {
        view.scroll = scroll;
        const Layout layout = layout_of(document, view, kSize);
        const QImage image = picture(with, view);
        const QRectF pinned = layout.plot_of(0);
        for (std::size_t lane = 1; lane < 8; ++lane) {
          const QRectF plot = layout.plot_of(lane);
          under = under || plot.intersects(pinned);
          below = below || (plot.top() < layout.ruler.top() && plot.bottom() > layout.ruler.top());
        }
        const auto x = static_cast<int>(layout.pixel_of(2.9));
        for (int y = 0; y < kSize.height(); ++y) {
          const QRgb pixel = image.pixel(x, y);
          const bool curve = std::any_of(colours.begin(), colours.end(),
                                         [&](const QColor& colour) { return near(pixel, colour); });
          const bool allowed = y >= layout.pinned_bottom && y <= layout.ruler.top();
          QVERIFY2(!curve || allowed, qPrintable(QString::number(y)));
        }
      }
      QVERIFY(under && below);
    }
  }

  // Where the runs of a lane have other phases it is said whose are named.
  void phases_say_whose_they_are() {
    Document document;
    for (const std::int64_t decode : {kPasses / 2, kPasses / 2, kPasses / 4}) {
      auto run = spiked();
      run->id = run->label = "run " + std::to_string(document.runs.size());
      run->phases[static_cast<std::size_t>(Axis::pass)] = {{"prefill", 0, decode},
                                                           {"decode", decode, kPasses}};
      document.runs.push_back(run);
    }
    const auto says = [&](std::vector<std::string> runs, const char* words) {
      const ViewState view = view_of(LaneKind::lines, "held", std::move(runs));
      const std::vector<std::string> texts = texts_of(document, view);
      return std::count(texts.begin(), texts.end(), words) == 1;
    };
    QVERIFY(says({"run 0", "run 1"}, "prefill"));
    QVERIFY(says({"run 0", "run 2"}, "prefill of run 0") && says({"run 0", "run 2"}, "decode"));
    QVERIFY(says({"run 2", "run 1"}, "prefill of run 2"));
    // What differs by less than a pixel looks alike.
    auto later = std::make_shared<Run>(*document.runs[0]);
    later->id = later->label = "run 3";
    for (PhaseOnAxis& phase : later->phases[static_cast<std::size_t>(Axis::pass)]) {
      if (phase.begin > 0) ++phase.begin;
      if (phase.end < kPasses) ++phase.end;
    }
    document.runs.push_back(later);
    QVERIFY(says({"run 0", "run 3"}, "prefill") && says({"run 3", "run 1"}, "decode"));
    // A phase that nearly fills the picture has its name, beside that of a narrow one before it.
    auto narrow = spiked();
    narrow->phases[static_cast<std::size_t>(Axis::pass)] = {{"prefill", 0, 10},
                                                            {"decode", 10, kPasses}};
    document.runs = {narrow};
    QVERIFY(says({"a#1"}, "prefill") && says({"a#1"}, "decode"));
  }

  // What comes near to the limit says how near: in short both look alike.
  void what_is_near_the_limit_says_how_near() {
    constexpr std::int64_t kGib = std::int64_t{1} << 30, kMib = 1 << 20;
    for (const LaneKind kind : {LaneKind::lines, LaneKind::stack}) {
      for (const std::int64_t room : {5 * kMib, -5 * kMib, kGib}) {
        auto run = std::make_shared<Run>();
        run->id = "a#1";
        const auto xs = count(4);
        run->series.push_back(series("device", xs, {kGib, 1, 1, 1}, 4));
        run->series.push_back(series("reserved", xs, {kMib, 1, 1, 1}, 4));
        run->device_limit = kGib + room;
        const Document document = document_of(run);
        ViewState view = view_of(kind, "device", {"a#1"});
        view.range = {0, 4};
        const std::vector<std::string> texts = texts_of(document, view);
        const auto says = [&](const std::string& words) {
          return std::count(texts.begin(), texts.end(), "1.00 GiB, " + words) == 1;
        };
        QCOMPARE(says("5.00 MiB left"), room == 5 * kMib);
        QCOMPARE(says("5.00 MiB too much"), room == -5 * kMib);
        QCOMPARE(says("1.00 GiB left"), false);  // far from it, there is nothing to be told apart
      }
    }
  }

  // However low a lane is, its scale has two labels.
  void a_scale_is_more_than_zero() {
    Document document;
    auto a = std::make_shared<Run>(), b = std::make_shared<Run>();
    const auto xs = count(4);
    constexpr std::int64_t kGib = std::int64_t{1} << 30;
    a->id = "a#1";
    b->id = "b#1";
    a->series.push_back(series("device", xs, {0, 0, 0, 0}, 4));
    for (std::int64_t most = kGib; most < 4 * kGib; most += kGib / 8) {
      b->series = {series("device", xs, {most, -most, most, -most}, 4)};
      document.runs = {a, std::make_shared<Run>(*b)};
      ViewState view = view_of(LaneKind::difference, "device", {"a#1", "b#1"});
      view.range = {0, 4};
      const Document with = with_derived(document, view);
      for (int height = 150; height < 300; height += 10) {
        const std::vector<std::string> texts = texts_of(with, view, QSize(800, height));
        const auto labels = std::count_if(texts.begin(), texts.end(), [](const std::string& text) {
          return text == "0" || text.ends_with("iB");
        });
        QVERIFY2(labels >= 2, qPrintable(QString::number(height)));
      }
    }
  }

  // Every pin says where it is, and a selection how long; boxes are in the picture wherever the cursor is.
  void what_lies_over_the_lanes_is_said_and_seen() {
    auto run = spiked();
    run->label = std::string(120, 'x');
    const Document document = document_of(run);
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    view.lanes.push_back(view.lanes[0]);
    view.pins = {100'000, 700'000};
    view.selection = Interval{200'000, 450'000};
    std::vector<QString> lines;
    const Layout layout = layout_of(document, view, kSize);
    for (const OverlayItem& item : overlay_of(document, view, kSize)) {
      lines.insert(lines.end(), item.lines.begin(), item.lines.end());
      if (item.rect.width() < 100 || !item.lines.empty()) continue;  // a shade: not over titles
      QVERIFY(item.rect.top() == layout.plot_of(0).top() ||
              item.rect.top() == layout.plot_of(1).top());
    }
    QCOMPARE(lines, (std::vector<QString>{"250,000 passes", "1: pass 100,000", "2: pass 700,000"}));
    for (double share = 0; share <= 1; share += 0.05) {
      view.cursor = share * kPasses;
      for (const OverlayItem& item : overlay_of(document, view, kSize)) {
        QVERIFY(item.lines.empty() || item.rect.left() >= 0);
      }
    }
  }

  // A file cannot scroll: all of its lanes are there, as low as that takes, and none is too low.
  void a_picture_that_does_not_scroll_has_all_lanes() {
    const Document document = document_of(spiked());
    ViewState view = view_of(LaneKind::lines, "held", {"a#1"});
    for (int i = 0; i < 11; ++i) view.lanes.push_back(view.lanes[0]);
    view.lanes[2].height = 0.1;
    view.lanes[5].height = 3;
    const QSize size(800, 900);
    QVERIFY(layout_of(document, view, size).most_scroll > 0);
    view.scroll = 2;  // has no effect
    const Layout layout = layout_of(document, view, size, Room::fixed);
    QCOMPARE(layout.most_scroll, 0.0);
    QCOMPARE(layout.lanes.front().top(), layout.plot.top());
    QVERIFY(std::abs(layout.lanes.back().bottom() - layout.plot.bottom()) < 0.01);
    QCOMPARE(layout.lanes[2].height(), least_lane());
    QVERIFY(std::abs(layout.lanes[5].height() - 3 * layout.lanes[0].height()) < 0.01);
    // As high as is needed, and a pixel less.
    view.scroll = 0;
    QSize least(800, least_height(view));
    const auto fits = [&] {
      const Layout tight = layout_of(document, view, least, Room::fixed);
      return tight.lanes.back().bottom() < tight.plot.bottom() + 0.01;
    };
    QVERIFY(fits());
    least.rheight() -= 1;
    QVERIFY(!fits());
  }

  // Neither a small share of the height nor a long legend leaves a lane without a plot.
  void no_lane_is_upside_down() {
    Document document;
    ViewState view = view_of(LaneKind::lines, "held", {});
    for (int i = 0; i < 12; ++i) {
      auto run = spiked();
      run->id = run->label = "a policy with a long name, number " + std::to_string(i);
      document.runs.push_back(run);
      view.lanes[0].runs.push_back(run->id);
    }
    view.lanes.resize(3, view.lanes[0]);
    for (const double height : {0.1, 0.3, 0.5, 0.7, 1.0}) {
      view.lanes[1].height = height;
      for (const Room room : {Room::scrolls, Room::fixed}) {
        const Layout layout = layout_of(document, view, kSize, room);
        for (std::size_t i = 0; i < 3; ++i) QVERIFY(layout.plot_of(i).height() >= 24);
      }
    }
  }

  void a_view_of_nothing_is_a_picture_too() {
    picture({}, {});
    ViewState view = view_of(LaneKind::difference, "held", {"x", "y"});
    picture({}, view);
    view.lanes[0].kind = LaneKind::stack;
    picture({}, view);
  }
};

QTEST_MAIN(RenderTest)
#include "render_test.moc"
