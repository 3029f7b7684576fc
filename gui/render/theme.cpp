#include "gui/render/theme.h"

#include <QFontDatabase>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace kvf::gui {
namespace {

constexpr QRgb kBlue = 0xff0072b2;
constexpr QRgb kVermillion = 0xffd55e00;
constexpr QRgb kGreen = 0xff009e73;
constexpr QRgb kPurple = 0xffcc79a7;
constexpr QRgb kOrange = 0xffe69f00;
constexpr QRgb kSky = 0xff56b4e9;
constexpr QRgb kYellow = 0xfff0e442;
constexpr QRgb kBlack = 0xff000000;  // white on a dark background
constexpr QRgb kGrey = 0xff8a8a8a;   // black, fainter: what is no KV and does not change

// In widths of the pen. 0: solid.
constexpr std::size_t kDashes = 8;
QList<qreal> dash(std::size_t number) {
  switch (number % kDashes) {
    case 1:
      return {6, 2.5};
    case 2:
      return {1.5, 2};
    case 3:
      return {7, 2, 1.5, 2};
    case 4:
      return {12, 3};
    case 5:
      return {3, 2};
    case 6:
      return {7, 2, 1.5, 2, 1.5, 2};
    case 7:
      return {12, 2.5, 3, 2.5};
    default:
      return {};
  }
}

constexpr std::array<Qt::BrushStyle, 8> kHatches{
    Qt::NoBrush,    Qt::BDiagPattern, Qt::FDiagPattern,     Qt::HorPattern,
    Qt::VerPattern, Qt::CrossPattern, Qt::DiagCrossPattern, Qt::Dense6Pattern};

struct Look {
  Component component;
  QRgb colour;
  std::size_t dash;
  Qt::BrushStyle hatch;
  Shape shape;
};

constexpr std::array<Look, kComponents> kLooks{{
    {Component::live_kv, kGreen, 0, Qt::NoBrush, Shape::circle},
    {Component::full_heads_kv, kBlue, 0, Qt::NoBrush, Shape::square},
    {Component::streaming_heads_kv, kSky, 1, Qt::BDiagPattern, Shape::triangle},
    {Component::window_layers_kv, kSky, 4, Qt::HorPattern, Shape::diamond},
    {Component::waste, kVermillion, 2, Qt::DiagCrossPattern, Shape::cross},
    {Component::copies, kOrange, 3, Qt::FDiagPattern, Shape::diamond},
    {Component::slack, kYellow, 5, Qt::HorPattern, Shape::down},
    {Component::weights, kGrey, 0, Qt::NoBrush, Shape::square},
    {Component::activations, kPurple, 0, Qt::NoBrush, Shape::triangle},
    {Component::cuda_graphs, kPurple, 3, Qt::VerPattern, Shape::plus},
    {Component::context, kGrey, 2, Qt::CrossPattern, Shape::cross},
    {Component::non_torch, kGrey, 4, Qt::DiagCrossPattern, Shape::plus},
    {Component::device_limit, kBlack, 4, Qt::BDiagPattern, Shape::down},
    {Component::prediction, kBlue, 1, Qt::FDiagPattern, Shape::diamond},
    {Component::measurement, kBlack, 0, Qt::NoBrush, Shape::circle},
    {Component::residual_above, kVermillion, 0, Qt::BDiagPattern, Shape::triangle},
    {Component::residual_below, kBlue, 2, Qt::HorPattern, Shape::down},
}};

constexpr std::array<QRgb, 8> kRunColours{kBlue,  kVermillion, kGreen, kPurple,
                                          kBlack, kOrange,     kSky,   kYellow};

double luminance(const QColor& colour) {
  const auto linear = [](double c) {
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
         0.0722 * linear(colour.blueF());
}

// `colour` moved towards the text's colour until it can be seen as a line.
QColor strong(const QColor& colour, const Palette& p) {
  constexpr double kEnough = 3.05;  // 3 after rounding to eight bits
  QColor out = colour;
  for (int percent = 0; contrast(out, p.lane) < kEnough && percent <= 100; percent += 2) {
    out = mixed(p.text, colour, percent / 100.0);
  }
  return out;
}

Mark mark_of(QRgb rgb, std::size_t dash_number, Qt::BrushStyle hatch, Shape shape, Theme theme) {
  const Palette& p = palette(theme);
  const QColor colour = rgb == kBlack ? p.text : QColor(rgb);
  return {strong(colour, p), mixed(colour, p.lane, theme == Theme::light ? 0.5 : 0.35),
          dash(dash_number), hatch, shape};
}

}  // namespace

QPen Mark::pen(double width) const {
  QPen pen(line, width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
  if (!dash.empty()) pen.setDashPattern(dash);
  return pen;
}

const Palette& palette(Theme theme) {
  static const Palette light{
      .background = 0xffffff,
      .lane = 0xffffff,
      .text = 0x1a1a1a,
      .faint = 0x5c5c5c,
      .axis = 0x5c5c5c,
      .grid = 0xd9d9d9,
      .minor_grid = 0xeeeeee,
      .phase = 0xf5f5f5,
      .cursor = 0x1a1a1a,
      .selection = 0xd9e8f5,
      .pin = 0x8a4b00,
      .focus = 0x0072b2,
      .warning = 0xb84300,
  };
  static const Palette dark{
      .background = 0x1e1e1e,
      .lane = 0x1e1e1e,
      .text = 0xeaeaea,
      .faint = 0xa6a6a6,
      .axis = 0xa6a6a6,
      .grid = 0x3d3d3d,
      .minor_grid = 0x2b2b2b,
      .phase = 0x262626,
      .cursor = 0xeaeaea,
      .selection = 0x223a4e,
      .pin = 0xffb454,
      .focus = 0x56b4e9,
      .warning = 0xff8a4c,
  };
  return theme == Theme::light ? light : dark;
}

Mark mark(Component component, Theme theme) {
  const Look& look = kLooks[static_cast<std::size_t>(component)];
  return mark_of(look.colour, look.dash, look.hatch, look.shape, theme);
}

Mark mark(std::size_t number, Theme theme) {
  const std::size_t colour = number % kRunColours.size();
  const std::size_t second = number + number / kRunColours.size();
  return mark_of(kRunColours[colour], second, kHatches[second % kHatches.size()],
                 static_cast<Shape>(second % kShapes), theme);
}

void fill(QPainter& painter, const QPainterPath& path, const Mark& mark) {
  painter.fillPath(path, mark.fill);
  if (mark.hatch != Qt::NoBrush) painter.fillPath(path, QBrush(mark.line, mark.hatch));
}

void draw_shape(QPainter& painter, QPointF at, double size, const Mark& mark, const QColor& rim) {
  const double r = size / 2;
  const auto polygon = [&](std::initializer_list<QPointF> corners) {
    QPolygonF points;
    for (const QPointF& corner : corners) points << at + r * corner;
    painter.drawPolygon(points);
  };
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(rim, 1));
  painter.setBrush(mark.line);
  switch (mark.shape) {
    case Shape::circle:
      painter.drawEllipse(at, r, r);
      break;
    case Shape::square:
      polygon({{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}});
      break;
    case Shape::triangle:
      polygon({{0, -1.1}, {1.05, .85}, {-1.05, .85}});
      break;
    case Shape::down:
      polygon({{0, 1.1}, {1.05, -.85}, {-1.05, -.85}});
      break;
    case Shape::diamond:
      polygon({{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}});
      break;
    case Shape::plus:
      polygon({{-.4, -1.1},
               {.4, -1.1},
               {.4, -.4},
               {1.1, -.4},
               {1.1, .4},
               {.4, .4},
               {.4, 1.1},
               {-.4, 1.1},
               {-.4, .4},
               {-1.1, .4},
               {-1.1, -.4},
               {-.4, -.4}});
      break;
    case Shape::cross:
      polygon({{0, -.55},
               {.6, -1.1},
               {1.1, -.6},
               {.55, 0},
               {1.1, .6},
               {.6, 1.1},
               {0, .55},
               {-.6, 1.1},
               {-1.1, .6},
               {-.55, 0},
               {-1.1, -.6},
               {-.6, -1.1}});
      break;
    case Shape::star: {
      QPolygonF points;
      for (int i = 0; i < 10; ++i) {
        const double angle = i * M_PI / 5;
        const double radius = i % 2 == 0 ? 1.25 * r : 0.55 * r;
        points << at + QPointF(radius * std::sin(angle), -radius * std::cos(angle));
      }
      painter.drawPolygon(points);
      break;
    }
  }
  painter.restore();
}

double contrast(const QColor& a, const QColor& b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

QColor mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int x, int y) {
    return static_cast<int>(std::lround(share * x + (1 - share) * y));
  };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QFont letters(Letters size, bool bold) {
  constexpr std::array<int, 3> kPixels{12, 13, 16};
  QFont font("DejaVu Sans");
  font.setStyleHint(QFont::SansSerif);
  font.setPixelSize(kPixels[static_cast<std::size_t>(size)]);
  font.setBold(bold);
  return font;
}

}  // namespace kvf::gui
