// Maps as they are painted: colours at places that are computed, words at points.
#include "gui/render/maps.h"

#include <QBuffer>
#include <QImage>
#include <QSvgGenerator>
#include <QtTest/QTest>
#include <set>

using namespace kvf;
using namespace kvf::gui;

namespace {

constexpr QRgb kAround = 0xff123456;  // of nothing that is painted

QImage painted(QSize size, const std::function<void(QPainter&)>& paint, double ratio = 1) {
  QImage image(size * ratio, QImage::Format_RGB32);
  image.setDevicePixelRatio(ratio);
  image.fill(kAround);
  QPainter painter(&image);
  paint(painter);
  return image;
}

bool is(const QImage& image, int x, int y, const MapFill& fill) {
  return image.pixel(x, y) == fill.base || image.pixel(x, y) == fill.mark;
}

// Blocks of 4: tokens 0..5 in pass 0, then one a pass. 1..3 go with pass 2, 4..5 with pass 0; token 0
// and what comes later is kept.
OccupancyMap small_map() {
  const std::vector<Life> lives{{4, 5, 0, 0}, {1, 3, 0, 2}, {0, 0, 0},
                                {6, 6, 1},    {7, 7, 2},    {8, 8, 3}};
  return {lives, 4, 5};
}

StepSeries steps(std::vector<std::int64_t> xs, std::vector<std::int64_t> values, std::int64_t end) {
  return {std::move(xs), std::move(values), end};
}

HeadRow row(const std::string& label, std::int64_t layer, std::int64_t cells,
            const SeriesOnAxis& on) {
  return {label, layer, cells, &on};
}

}  // namespace

class MapsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void each_block_and_pass_has_its_colour() {
    using enum BlockState;
    constexpr BlockState kWant[3][5] = {{live, live, live, pinned, pinned},
                                        {filling, pinned, pinned, pinned, pinned},
                                        {unused, unused, unused, filling, filling}};
    const OccupancyMap map = small_map();
    for (const Theme theme : {Theme::light, Theme::dark}) {
      // 20 pixels a pass and a block.
      const QRectF plot(10, 10, 100, 60);
      const QImage image = painted({120, 80}, [&](QPainter& painter) {
        paint_occupancy(painter, plot, map, PassAxis(5), {0, 5}, theme);
      });
      for (int block = 0; block < 3; ++block) {
        for (int pass = 0; pass < 5; ++pass) {
          const MapFill& fill = fill_of(kWant[block][pass], theme);
          const int left = 10 + 20 * pass;
          const int top = 10 + 20 * (2 - block);
          for (const auto& [x, y] : {std::pair{left, top},
                                     {left + 19, top},
                                     {left, top + 19},
                                     {left + 19, top + 19},
                                     {left + 10, top + 10}}) {
            QVERIFY2(is(image, x, y, fill), qPrintable(QString("%1, %2").arg(x).arg(y)));
          }
        }
      }
      for (const auto& [x, y] : {std::pair{9, 40}, {110, 40}, {60, 9}, {60, 70}}) {
        QCOMPARE(image.pixel(x, y), kAround);
      }
    }
  }

  void a_window_shows_its_passes_and_nothing_outside_of_the_run() {
    const QRectF plot(0, 0, 80, 30);
    const QImage image = painted({80, 30}, [&](QPainter& painter) {
      paint_occupancy(painter, plot, small_map(), PassAxis(5), {2, 6}, Theme::light);
    });
    QVERIFY(is(image, 19, 25, fill_of(BlockState::live, Theme::light)));
    QVERIFY(is(image, 20, 25, fill_of(BlockState::pinned, Theme::light)));
    QVERIFY(is(image, 59, 25, fill_of(BlockState::pinned, Theme::light)));
    QCOMPARE(image.pixel(60, 25), palette(Theme::light).lane.rgb());
  }

  void rows_of_the_sequence_are_an_axis_too() {
    // Passes of 6, 1, 1, 1, 1 rows: the first is 60 of 100 pixels wide.
    const QRectF plot(0, 0, 100, 30);
    const PassAxis axis({0, 6, 7, 8, 9}, 10);
    const QImage image = painted({100, 30}, [&](QPainter& painter) {
      paint_occupancy(painter, plot, small_map(), axis, {0, 10}, Theme::light);
    });
    QVERIFY(is(image, 59, 15, fill_of(BlockState::filling, Theme::light)));
    QVERIFY(is(image, 60, 15, fill_of(BlockState::pinned, Theme::light)));
  }

  void one_pinned_block_of_6250_is_seen_from_afar() {
    constexpr std::int64_t kPasses = 100'000;
    std::vector<Life> lives;
    for (std::int64_t pass = 0; pass < kPasses; ++pass) lives.push_back({pass, pass, pass});
    for (std::int64_t token = 50'000; token < 50'016; ++token) {
      lives[static_cast<std::size_t>(token)].evicted = token == 50'003 ? 70'000 : 70'001;
    }
    const OccupancyMap map(lives, 16, kPasses);
    const QImage image = painted({50, 10}, [&](QPainter& painter) {
      paint_occupancy(painter, {0, 0, 50, 10}, map, PassAxis(kPasses), {0, kPasses}, Theme::light);
    });
    // Pinned for a pass, and freed from then on, in column 35 of row 4 or 5.
    const OccupancyFills& fills = occupancy_fills(Theme::light);
    const auto shows_pinned = [&](int x, int y) {
      for (std::size_t states = 16; states < 32; ++states) {
        if (image.pixel(x, y) == fills[states].base || image.pixel(x, y) == fills[states].mark) {
          return true;
        }
      }
      return false;
    };
    int found = 0;
    for (int y = 0; y < 10; ++y) {
      for (int x = 0; x < 50; ++x) {
        if (shows_pinned(x, y)) {
          ++found;
          QCOMPARE(x, 35);
          QVERIFY(y == 4 || y == 5);
        }
      }
    }
    QCOMPARE(found, 1);
    // The blocks beside it are live: with a freed one among them they look otherwise.
    const int row_of_it = shows_pinned(35, 4) ? 4 : 5;
    QVERIFY(image.pixel(40, row_of_it) != fill_of(BlockState::live, Theme::light).base ||
            image.pixel(41, row_of_it) != fill_of(BlockState::live, Theme::light).base);
  }

  void shares_are_those_of_the_block_with_the_least() {
    const QRectF plot(0, 0, 50, 3);
    const OccupancyMap map = small_map();
    const QImage image = painted({50, 3}, [&](QPainter& painter) {
      paint_occupancy(painter, plot, map, PassAxis(5), {0, 5}, Theme::light,
                      OccupancyColours::shares);
    });
    QCOMPARE(image.pixel(5, 2), share_colour(1));
    QCOMPARE(image.pixel(35, 2), share_colour(0.25));
    // Filling; then token 6 alone, then two.
    QVERIFY(is(image, 5, 1, fill_of(BlockState::filling, Theme::light)));
    QCOMPARE(image.pixel(15, 1), share_colour(0.25));
    QCOMPARE(image.pixel(45, 1), share_colour(0.5));
    QCOMPARE(image.pixel(5, 0), palette(Theme::light).lane.rgb());
  }

  void states_differ_without_colour() {
    for (const Theme theme : {Theme::light, Theme::dark}) {
      std::set<std::array<std::uint8_t, 8>> patterns;
      for (const BlockState state :
           {BlockState::freed, BlockState::live, BlockState::filling, BlockState::pinned}) {
        patterns.insert(fill_of(state, theme).pattern);
      }
      QCOMPARE(patterns.size(), std::size_t{4});
      const QColor lane = palette(theme).lane;
      QVERIFY(contrast(QColor(fill_of(BlockState::live, theme).base), lane) >= 3);
      // What is mixed with freed blocks has another base, so that one pixel is enough to tell.
      const OccupancyFills& fills = occupancy_fills(theme);
      for (const std::size_t in_use : {4U, 8U, 16U, 20U, 28U}) {
        QVERIFY(fills[in_use].base != fills[in_use | 2U].base);
      }
    }
  }

  void shares_grow_lighter() {
    double before = 0;
    for (int i = 0; i <= 100; ++i) {
      const double light = contrast(QColor(share_colour(i / 100.0)), Qt::black);
      QVERIFY(light > before);
      before = light;
    }
  }

  void a_point_of_the_occupancy_map_is_told_in_words() {
    const QRectF plot(10, 10, 100, 60);
    const OccupancyMap map = small_map();
    const auto at = [&](double x, double y) {
      return occupancy_readout(plot, map, PassAxis(5), {0, 5}, {x, y});
    };
    QCOMPARE(at(109, 69),
             std::string("block 0: tokens 0..3, 1 of 4 slots live, pinned since pass 3"));
    QCOMPARE(at(69.9, 51),
             std::string("block 0: tokens 0..3, 4 of 4 slots live, live since pass 0"));
    QCOMPARE(at(10, 11), std::string("block 2: tokens 8..11, not yet used"));
    QCOMPARE(at(9, 11), std::string());
    const OccupancyMap tokens(std::vector<Life>{{0, 0, 0, 1}}, 1, 4);
    const auto token_at = [&](double x) {
      return occupancy_readout(plot, tokens, PassAxis(4), {0, 4}, {x, 30});
    };
    QCOMPARE(token_at(59), std::string("token 0, live since pass 0"));
    QCOMPARE(token_at(61), std::string("token 0, evicted since pass 2"));
  }

  // A row without room for its name has that of its layer, and the legend says what its rows are.
  void rows_of_heads_are_named_or_their_layers() {
    const SeriesOnAxis on{steps({0}, {20}, 10), {}, 0, 10};
    const HeadRows heads{{row("layer 7 full", 7, 2, on), row("layer 7 streaming", 7, 3, on)}, 20};
    const auto texts = [&](double room, double height) {
      QByteArray bytes;
      QBuffer buffer(&bytes);
      QSvgGenerator generator;
      generator.setOutputDevice(&buffer);
      QPainter painter(&generator);
      paint_head_names(painter, {room, 0, 100, height}, 0, room, heads, Theme::light);
      paint_heads_legend(painter, {0, 100}, 600, heads, Theme::light);
      painter.end();
      return bytes;
    };
    const QByteArray wide = texts(300, 80);
    QVERIFY(wide.contains(">layer 7 full<") && wide.contains(">layer 7 streaming<"));
    for (const QByteArray& small : {texts(60, 80), texts(300, 20)}) {
      QCOMPARE(small.count(">layer 7<"), 1);
      QVERIFY(!small.contains(">layer 7 full<"));
      QVERIFY(small.contains(">rows of a layer: full, streaming<"));
    }
  }

  void heads_are_shares_of_the_most_that_a_head_holds() {
    const SeriesOnAxis full{steps({0, 5}, {20, 40}, 10), {}, 0, 10};
    const SeriesOnAxis streaming{steps({0, 5}, {30, 12}, 10), {}, 0, 10};
    const HeadRows heads{
        {row("layer 0 full", 0, 2, full), row("layer 0 streaming", 0, 3, streaming)}, 20};
    const QRectF plot(0, 0, 120, 20);
    const QImage image = painted({120, 20}, [&](QPainter& painter) {
      paint_heads(painter, plot, heads, {0, 12}, Theme::light);
    });
    const auto shade = [](double share) { return share_colour(std::round(share * 255) / 255); };
    QCOMPARE(image.pixel(0, 0), shade(0.5));
    QCOMPARE(image.pixel(49, 9), shade(0.5));
    QCOMPARE(image.pixel(50, 9), shade(1));
    QCOMPARE(image.pixel(49, 10), shade(0.5));
    QCOMPARE(image.pixel(99, 19), shade(0.2));
    QCOMPARE(image.pixel(100, 19), palette(Theme::light).lane.rgb());
    QCOMPARE(heads_readout(plot, heads, {0, 12}, {60, 15}),
             std::string("layer 0 streaming: 4 of at most 20 entries a head"));
    QCOMPARE(heads_readout(plot, heads, {0, 12}, {110, 15}), std::string());
  }

  void groups_that_share_a_pixel_show_the_most() {
    std::vector<SeriesOnAxis> series;
    for (std::int64_t i = 0; i < 64; ++i) {
      series.push_back({steps({0}, {i == 37 ? 100 : 1}, 4), {}, 0, 4});
    }
    HeadRows heads{{}, 100};
    for (const SeriesOnAxis& on : series) heads.rows.push_back(row("a", 0, 1, on));
    const QImage image = painted({4, 8}, [&](QPainter& painter) {
      paint_heads(painter, {0, 0, 4, 8}, heads, {0, 4}, Theme::light);
    });
    for (int y = 0; y < 8; ++y) QCOMPARE(image.pixel(0, y) == share_colour(1), y == 4);
  }

  void groups_that_are_not_read_yet_show_what_is_known() {
    SeriesOnAxis on;
    on.outline = {{0, 4, 1, 10}, {4, 8, 5, 20}};
    on.end = 8;
    const HeadRows heads{{row("a", 0, 1, on)}, 20};
    const QImage image = painted({8, 2}, [&](QPainter& painter) {
      paint_heads(painter, {0, 0, 8, 2}, heads, {0, 8}, Theme::light);
    });
    QCOMPARE(image.pixel(3, 0), share_colour(std::round(0.5 * 255) / 255));
    QCOMPARE(image.pixel(4, 0), share_colour(1));
  }

  void squares_of_the_attention_map_are_rows_and_keys() {
    // Two passes of 2 rows; token 0 goes with the first, which still attends it.
    const AttentionMap map(std::vector<Life>{{0, 0, 0, 0}, {1, 1, 0}, {2, 3, 1}},
                           std::vector<std::int64_t>{0, 2}, std::vector<std::int64_t>{2, 2});
    const QRectF area(0, 0, 272, 256);
    const QRectF square = attention_box(area, map);
    QCOMPARE(square.size(), QSizeF(200, 200));
    // More width is used, but nothing is stretched beyond reading.
    QCOMPARE(attention_box({0, 0, 472, 220}, map).size(), QSizeF(400, 200));
    QCOMPARE(attention_box({0, 0, 1472, 220}, map).size(), QSizeF(600, 200));
    // Of tokens that are less than two pixels high no half of the room is lost.
    const AttentionMap many(std::vector<Life>{{0, 0, 0}}, std::vector<std::int64_t>{0},
                            std::vector<std::int64_t>{130});
    QCOMPARE(attention_box({0, 0, 1472, 220}, many).height(), 200.0);
    const QImage image = painted(
        {300, 256}, [&](QPainter& painter) { paint_attention(painter, area, map, Theme::light); });
    using enum KeyState;
    constexpr KeyState kWant[4][4] = {{active, unseen, unseen, unseen},
                                      {active, active, unseen, unseen},
                                      {evicted, active, active, unseen},
                                      {evicted, active, active, active}};
    for (int r = 0; r < 4; ++r) {
      for (int k = 0; k < 4; ++k) {
        const MapFill fill = fill_of(kWant[r][k], Theme::light);
        const int left = static_cast<int>(square.left()) + 50 * k;
        const int top = static_cast<int>(square.top()) + 50 * r;
        // Not at the edges, where passes are parted.
        QVERIFY(is(image, left + 1, top + 2, fill));
        QVERIFY(is(image, left + 48, top + 47, fill));
      }
    }
    QCOMPARE(attention_readout(area, map, square.topLeft() + QPointF(49, 101)),
             std::string("row 2, pass 1: key 0 is evicted"));
    QCOMPARE(attention_readout(area, map, square.topLeft() + QPointF(-1, 0)), std::string());
  }

  void a_finer_device_gets_finer_columns() {
    // 64 passes in 32 pixels of 2: each has a pixel of the device to itself.
    std::vector<Life> lives;
    for (std::int64_t pass = 0; pass < 64; ++pass) lives.push_back({pass, pass, pass, pass});
    const OccupancyMap map(lives, 1, 64);
    const QImage image = painted(
        {32, 32},
        [&](QPainter& painter) {
          paint_occupancy(painter, {0, 0, 32, 32}, map, PassAxis(64), {0, 64}, Theme::light);
        },
        2);
    for (int i = 0; i < 64; ++i) {
      QCOMPARE(image.pixel(i, 63 - i), fill_of(BlockState::live, Theme::light).base);
      if (i > 0) QVERIFY(is(image, i, 64 - i, fill_of(BlockState::freed, Theme::light)));
    }
  }

  void vectors_hold_the_map_as_an_image() {
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize({200, 100});
    QPainter painter(&svg);
    paint_occupancy(painter, {0, 0, 200, 100}, small_map(), PassAxis(5), {0, 5}, Theme::light);
    paint_occupancy_legend(painter, {0, 80}, 60, small_map(), Theme::light);
    painter.end();
    QVERIFY(buffer.data().contains("<image"));
  }
};

QTEST_MAIN(MapsTest)
#include "maps_test.moc"
