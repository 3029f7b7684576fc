// The picture of critical footprints: what is where, in each format of file.
#include "gui/plots/critical_plot.h"

#include <QDir>
#include <QFile>
#include <QImageReader>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest/QTest>
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "gui/export/figure_file.h"
#include "gui/render/labels.h"
#include "gui/render/theme.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

// Method a crosses 90 at a footprint of 0.8, b is below its least, c above its most.
std::vector<Score> scores_of(const std::vector<std::string>& tasks) {
  std::vector<Score> scores;
  for (const std::string& task : tasks) {
    scores.push_back({"method a", task, 0.2, 30, 100});
    scores.push_back({"method a", task, 1.0, 110, 100});
    scores.push_back({"method b", task, 0.3, 95, 100});
    scores.push_back({"method b", task, 0.6, 96, 100});
    scores.push_back({"method c", task, 0.4, 5, 100});
    scores.push_back({"method c", task, 0.9, 50, 100});
  }
  return scores;
}

constexpr QSize kSize(1000, 640);

struct Picture {
  CriticalFigure figure;
  Theme theme = Theme::light;
  QSize size = kSize;

  explicit Picture(const std::vector<std::string>& tasks = {"recall"}, Theme t = Theme::light)
      : figure(critical_figure(scores_of(tasks), {})), theme(t) {}
  CriticalLayout layout() const { return critical_layout(figure, size); }
  Paint paint() const {
    return [this](QPainter& painter, QSize area) { paint_critical(painter, figure, theme, area); };
  }
  QImage image() const { return figure_image(size, paint()); }
};

// How many pixels of about that colour lie within `reach` of a point.
int pixels_of(const QImage& image, const QColor& colour, QPointF at, int reach) {
  int found = 0;
  const QPoint centre = at.toPoint();
  for (int y = centre.y() - reach; y <= centre.y() + reach; ++y) {
    for (int x = centre.x() - reach; x <= centre.x() + reach; ++x) {
      if (!image.valid(x, y)) continue;
      const QColor pixel = image.pixelColor(x, y);
      found += std::abs(pixel.red() - colour.red()) + std::abs(pixel.green() - colour.green()) +
                   std::abs(pixel.blue() - colour.blue()) <
               24;
    }
  }
  return found;
}

// The texts of an SVG file in its order; empty if it is not XML.
QStringList texts_of(const QByteArray& svg) {
  QXmlStreamReader xml(svg);
  QStringList texts;
  while (!xml.atEnd()) {
    xml.readNext();
    if (xml.isStartElement() && xml.name() == QStringLiteral("text")) {
      texts << xml.readElementText();
    }
  }
  return xml.hasError() ? QStringList() : texts;
}

}  // namespace

class CriticalPlotTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void points_lines_and_rings_are_where_their_numbers_are() {
    for (const Theme theme : {Theme::light, Theme::dark}) {
      const Picture picture({"recall"}, theme);
      const QImage image = picture.image();
      const CriticalLayout::Panel panel = picture.layout().panels.at(0);
      for (const ScoreCurve& curve : picture.figure.panels[0].curves) {
        const QColor colour = mark(curve.method, theme).line;
        for (const Score& point : curve.points) {
          const int found = pixels_of(image, colour, panel.at(point.footprint, point.score), 3);
          QVERIFY2(found > 15, qPrintable(QString("%1 of %2 at %3")
                                              .arg(found)
                                              .arg(point.method.c_str())
                                              .arg(point.footprint)));
        }
      }
      // Half way from the first to the last point of method a.
      QVERIFY(pixels_of(image, mark(0, theme).line, panel.at(0.6, 70), 2) > 4);
      // The ring is hollow, and on its rim the method's colour.
      const QPointF ring = panel.at(0.8, 90);
      QCOMPARE(pixels_of(image, palette(theme).lane, ring, 2), 25);
      for (const QPointF side : {QPointF(7, 0), QPointF(-7, 0), QPointF(0, 7), QPointF(0, -7)}) {
        QVERIFY(pixels_of(image, mark(0, theme).line, ring + side, 1) >= 3);
      }
      // Full attention's score.
      QVERIFY(pixels_of(image, palette(theme).text, panel.at(0.75, 100), 1) >= 3);
      QCOMPARE(image.pixelColor(1, 1), palette(theme).background);
    }
  }

  // From the footprint that was measured on, without a mark that would be taken for another measured point, and
  // tied to what was measured.
  void bounds_are_arrows_from_what_was_measured() {
    const Picture picture;
    const QImage image = picture.image();
    const CriticalLayout::Panel panel = picture.layout().panels.at(0);
    const QColor b = mark(1, Theme::light).line, c = mark(2, Theme::light).line;
    const QPointF least = panel.at(0.3, 90), most = panel.at(0.9, 90);
    // Heads, on the line or a row beside it: as high as a line is not.
    const auto most_near = [&](const QColor& colour, QPointF at) {
      int found = 0;
      for (const double row : {-18, -9, 0, 9, 18}) {
        found = std::max(found, pixels_of(image, colour, at + QPointF(0, row), 4));
      }
      return found;
    };
    QVERIFY(most_near(b, least - QPointF(14, 0)) > 25);
    QVERIFY(most_near(c, most + QPointF(14, 0)) > 25);
    // Tails: no wider than a line and the tie.
    QVERIFY(most_near(b, least) < 45);
    QVERIFY(most_near(c, most) < 45);
    QVERIFY(pixels_of(image, b, panel.at(0.3, 92.5), 2) >= 3);
    QVERIFY(pixels_of(image, c, panel.at(0.9, 70), 2) >= 3);
    // Nothing where nobody measured.
    QCOMPARE(most_near(b, {panel.plot.left() + 9, least.y()}), 0);
    QCOMPARE(most_near(c, {panel.plot.right() - 9, most.y()}), 0);
  }

  void names_are_cut_only_where_there_is_no_room() {
    Picture picture;
    const std::string name = "streaming with 128 sinks, a window of 4096 tokens, patched eviction";
    std::vector<Score> scores = scores_of({"recall"});
    for (Score& score : scores) {
      if (score.method == "method b") score.method = name;
    }
    picture.figure = critical_figure(scores, {});
    const auto has_name = [&](QSize size) {
      picture.size = size;
      return texts_of(figure_bytes(FigureFormat::svg, size, picture.paint(), ""))
          .contains(QString::fromStdString(name));
    };
    QVERIFY(has_name({1600, 900}));
    QVERIFY(has_name({900, 500}));
    QVERIFY(!has_name({300, 500}));
  }

  void too_small_a_picture_has_no_room() {
    Picture picture;
    QVERIFY(has_room(picture.layout()));
    for (const QSize size : {QSize(100, 900), QSize(900, 100)}) {
      picture.size = size;
      QVERIFY(!has_room(picture.layout()));
    }
  }

  void svg_says_what_is_shown() {
    const QStringList texts =
        texts_of(figure_bytes(FigureFormat::svg, kSize, Picture().paint(), ""));
    for (const QString wanted :
         {"recall", "method a", "method b", "method c", "80.0 %", "< 30.0 %", "> 90.0 %", "score",
          "full attention: 100", "90 %: 90", "Score against KV footprint", "20 %", "100 %"}) {
      QVERIFY2(texts.contains(wanted), qPrintable(wanted + " in " + texts.join("|")));
    }
    QCOMPARE(texts.count("method a"), 1);
  }

  void many_panels_share_one_legend() {
    const Picture picture({"a", "b", "c", "d", "e"});
    const CriticalLayout layout = picture.layout();
    QVERIFY(!layout.direct);
    QVERIFY(QRectF({}, QSizeF(kSize)).contains(layout.legend));
    for (std::size_t i = 0; i < layout.panels.size(); ++i) {
      QVERIFY(QRectF({}, QSizeF(kSize)).contains(layout.panels[i].frame));
      QVERIFY(layout.panels[i].frame.contains(layout.panels[i].plot));
      QVERIFY(!layout.panels[i].frame.intersects(layout.legend));
      for (std::size_t j = 0; j < i; ++j) {
        QVERIFY(!layout.panels[i].frame.intersects(layout.panels[j].frame));
      }
    }
    const QStringList texts = texts_of(figure_bytes(FigureFormat::svg, kSize, picture.paint(), ""));
    QCOMPARE(texts.count("method a"), 1);
    QCOMPARE(texts.count("> 90.0 %"), 5);
  }

  void small_sizes_and_single_points_are_drawn() {
    Picture picture;
    for (const QSize size : {QSize(1, 1), QSize(60, 40), QSize(200, 3000)}) {
      picture.size = size;
      QCOMPARE(picture.image().size(), size);
    }
    const std::vector<Score> one{{"m", "t", 0, 0, 0}};
    picture.figure = critical_figure(one, {});
    picture.size = kSize;
    QCOMPARE(picture.image().size(), kSize);
  }

  void png_is_the_picture_and_the_same_each_time() {
    const QTemporaryDir folder;
    const Picture picture;
    const std::string file = folder.filePath("a.PNG").toStdString();
    write_figure(file, kSize, picture.paint(), "");
    const QByteArray bytes = read(file);
    QCOMPARE(QImage::fromData(bytes).convertToFormat(QImage::Format_RGB32), picture.image());
    QCOMPARE(figure_bytes(FigureFormat::png, kSize, picture.paint(), ""), bytes);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList("a.PNG"));
  }

  void pdf_has_the_size_of_the_picture() {
    const QByteArray bytes = figure_bytes(FigureFormat::pdf, kSize, Picture().paint(), "a title");
    QVERIFY(bytes.startsWith("%PDF-"));
    // 1000 x 640 pixels at 96 an inch, in points.
    QVERIFY2(bytes.contains("/MediaBox [0 0 750.000000 480.000000]") ||
                 bytes.contains("/MediaBox [0 0 750 480]"),
             bytes.mid(bytes.indexOf("/MediaBox"), 60));
  }

  void files_that_cannot_be_written_are_named() {
    const Picture picture;
    const auto why = [&](const std::string& file) -> std::string {
      try {
        write_figure(file, kSize, picture.paint(), "");
      } catch (const FigureError& error) {
        return error.what();
      }
      return "";
    };
    QCOMPARE(why("/nowhere/a.png"), "cannot write /nowhere/a.png: No such file or directory");
    QCOMPARE(why("a.jpg"),
             "cannot write a.jpg: its name ends with '.jpg'; expected .png, .svg, .pdf or .csv");
    QCOMPARE(why("a"), "cannot write a: its name has no ending; expected .png, .svg, .pdf or .csv");
    const QTemporaryDir folder;
    const std::string taken = folder.filePath("folder.svg").toStdString();
    QVERIFY(QDir().mkdir(QString::fromStdString(taken)));
    QCOMPARE(why(taken), "cannot write " + taken + ": it is a folder");
  }

  void labels_are_spread_as_little_as_need_be() {
    using List = std::vector<double>;
    QCOMPARE(spread(List{}, 10, 0, 100), List{});
    QCOMPARE(spread(List{50, 20}, 10, 0, 100), (List{50, 20}));
    QCOMPARE(spread(List{50, 50, 50}, 10, 0, 100), (List{40, 50, 60}));
    QCOMPARE(spread(List{-5, 0, 95, 99}, 10, 0, 100), (List{0, 10, 80, 90}));
    QCOMPARE(spread(List{20, 24, 28}, 10, 0, 100), (List{14, 24, 34}));
    // Too many: from the top on.
    QCOMPARE(spread(List{5, 5, 5}, 10, 0, 20), (List{0, 10, 20}));
    std::mt19937 random(3);
    std::uniform_real_distribution<double> anywhere(-20, 220);
    for (std::size_t i = 0; i < 500; ++i) {
      List wanted(1 + i % 12);
      for (double& place : wanted) place = anywhere(random);
      List places = spread(wanted, 15, 0, 200);
      std::sort(places.begin(), places.end());
      QVERIFY(places.front() >= 0 && places.back() <= 185 + 1e-9);
      for (std::size_t k = 1; k < places.size(); ++k) {
        QVERIFY(places[k] - places[k - 1] >= 15 - 1e-9);
      }
    }
  }

  // Where it is too narrow for one line, the explanation goes on in a second one: nothing is cut off.
  void the_explanation_is_whole() {
    Picture picture;
    picture.figure.pareto = true;
    for (const int width : {800, 1600}) {
      picture.size = QSize(width, 500);
      const QStringList texts =
          texts_of(figure_bytes(FigureFormat::svg, picture.size, picture.paint(), "a"));
      const QString all = texts.join(QLatin1Char(' '));
      QVERIFY2(all.contains("no other beats."), qPrintable(all));
      QVERIFY(!all.contains(QChar(0x2026)));
    }
  }

  void labels_cover_neither_one_another_nor_what_is_taken() {
    LabelPlacer labels(QRectF(0, 0, 300, 200));
    const QRectF taken(140, 90, 20, 20);
    labels.avoid(taken);
    std::vector<QRectF> placed;
    while (const auto rect = labels.place_beside({40, 14}, {150, 100}, 6)) {
      QVERIFY(QRectF(0, 0, 300, 200).contains(*rect));
      QVERIFY(!rect->intersects(taken));
      for (const QRectF& other : placed) QVERIFY(!rect->intersects(other));
      placed.push_back(*rect);
    }
    QVERIFY(placed.size() > 6);
    // Of two free places the one that no line crosses.
    LabelPlacer beside(QRectF(0, 0, 100, 100));
    beside.avoid(QPolygonF({{0, 10}, {100, 10}}));
    const std::vector<QPointF> places{{10, 4}, {10, 40}};
    QCOMPARE(beside.place({20, 12}, places), QRectF(10, 40, 20, 12));
    // Rather over a line than where it would be taken for another point's.
    LabelPlacer among(QRectF(0, 0, 100, 100));
    among.avoid_point({50, 20}, 2);
    among.avoid_point({50, 70}, 2);
    among.avoid(QPolygonF({{0, 10}, {100, 10}}));
    const std::vector<QPointF> both{{30, 55}, {30, 4}};
    QCOMPARE(among.place_for({40, 12}, {50, 20}, both), QRectF(30, 4, 40, 12));
    QCOMPARE(among.place_for({40, 12}, {50, 70}, both), QRectF(30, 55, 40, 12));
  }

 private:
  static QByteArray read(const std::string& file) {
    QFile in(QString::fromStdString(file));
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
  }
};

QTEST_MAIN(CriticalPlotTest)
#include "critical_plot_test.moc"
