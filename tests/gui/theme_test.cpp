// The theme: contrasts are computed, and no two marks are told apart by colour alone.
#include "gui/render/theme.h"

#include <QtTest/QTest>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace kvf::gui;

class ThemeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void contrast_is_that_of_wcag() {
    QCOMPARE(contrast(Qt::white, Qt::black), 21.0);
    QCOMPARE(contrast(Qt::white, Qt::white), 1.0);
    // Published for these colours on white.
    QVERIFY(std::abs(contrast(QColor(0x0072b2), Qt::white) - 5.19) < 0.01);
    QVERIFY(std::abs(contrast(Qt::white, QColor(0xf0e442)) - 1.32) < 0.01);
  }

  void lines_can_be_seen() {
    for (const Theme theme : {Theme::light, Theme::dark}) {
      const Palette& p = palette(theme);
      for (const Mark& m : all(theme)) {
        QVERIFY2(contrast(m.line, p.lane) >= 3, qPrintable(m.line.name()));
        QVERIFY2(contrast(p.text, m.fill) >= 4.5, qPrintable(m.fill.name()));
        QCOMPARE(m.line.alpha(), 255);
        QCOMPARE(m.fill.alpha(), 255);
      }
      for (const QColor& text : {p.text, p.faint, p.warning, p.pin}) {
        QVERIFY2(contrast(text, p.background) >= 4.5, qPrintable(text.name()));
        QVERIFY2(contrast(text, p.lane) >= 4.5, qPrintable(text.name()));
      }
      for (const QColor& line : {p.axis, p.cursor, p.focus, p.pin}) {
        QVERIFY2(contrast(line, p.lane) >= 3, qPrintable(line.name()));
      }
      QVERIFY(contrast(p.text, p.selection) >= 4.5);
      QVERIFY(contrast(p.text, p.phase) >= 4.5);
    }
  }

  void colours_that_are_strong_enough_stay_as_they_are() {
    QCOMPARE(mark(Component::full_heads_kv, Theme::light).line, QColor(0x0072b2));
    QCOMPARE(mark(Component::slack, Theme::dark).line, QColor(0xf0e442));
    QVERIFY(mark(Component::slack, Theme::light).line != QColor(0xf0e442));
  }

  void no_two_components_look_alike() {
    for (const Theme theme : {Theme::light, Theme::dark}) {
      std::set<std::string> lines, fills;
      for (std::size_t i = 0; i < kComponents; ++i) {
        const Mark m = mark(static_cast<Component>(i), theme);
        lines.insert(line_of(m));
        fills.insert(fill_of(m));
      }
      QCOMPARE(lines.size(), kComponents);
      QCOMPARE(fills.size(), kComponents);
    }
  }

  void sixty_four_runs_differ_and_eight_do_without_colour() {
    std::set<std::string> lines, fills, dashes, hatches, shapes;
    for (std::size_t i = 0; i < 64; ++i) {
      const Mark m = mark(i, Theme::light);
      lines.insert(line_of(m));
      fills.insert(fill_of(m));
      if (i >= 8) continue;
      dashes.insert(dash_of(m));
      hatches.insert(std::to_string(m.hatch));
      shapes.insert(std::to_string(static_cast<int>(m.shape)));
    }
    QCOMPARE(lines.size(), 64U);
    QCOMPARE(fills.size(), 64U);
    QCOMPARE(dashes.size(), 8U);
    QCOMPARE(hatches.size(), 8U);
    QCOMPARE(shapes.size(), 8U);
    QVERIFY(mark(0, Theme::light).dash.empty());
  }

  void letters_are_nine_points_at_least() {
    for (const Letters size : {Letters::small, Letters::normal, Letters::title}) {
      QVERIFY(letters(size).pixelSize() * 72 >= 9 * 96);
    }
  }

 private:
  static std::string dash_of(const Mark& m) {
    std::string text;
    for (const qreal length : m.dash) text += std::to_string(length) + " ";
    return text;
  }
  static std::string line_of(const Mark& m) { return m.line.name().toStdString() + dash_of(m); }
  static std::string fill_of(const Mark& m) {
    return m.fill.name().toStdString() + std::to_string(m.hatch);
  }
  static std::vector<Mark> all(Theme theme) {
    std::vector<Mark> marks;
    for (std::size_t i = 0; i < kComponents; ++i) {
      marks.push_back(mark(static_cast<Component>(i), theme));
    }
    for (std::size_t i = 0; i < 8; ++i) marks.push_back(mark(i, theme));
    return marks;
  }
};

QTEST_GUILESS_MAIN(ThemeTest)
#include "theme_test.moc"
