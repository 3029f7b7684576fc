#include "gui/export/figure_file.h"

#include <QBuffer>
#include <QPageLayout>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <cassert>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "timeline/partial_file.h"

namespace kvf::gui {
namespace {

constexpr int kDotsPerInch = 96;

[[noreturn]] void fail(const std::string& file, std::string_view why) {
  throw FigureError(fmt::format("cannot write {}: {}", file, why));
}

QByteArray png(QSize size, const Paint& paint, double scale) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  figure_image(size, paint, scale).save(&buffer, "PNG");
  return bytes;
}

QByteArray svg(QSize size, const Paint& paint, const QString& title) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(kDotsPerInch);
  generator.setSize(size);
  generator.setViewBox(QRect({}, size));
  generator.setTitle(title);
  QPainter painter(&generator);
  paint(painter, size);
  painter.end();
  return bytes;
}

QByteArray pdf(QSize size, const Paint& paint, const QString& title) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setTitle(title);
  writer.setCreator("kvfootprint");
  writer.setResolution(kDotsPerInch);
  constexpr double kPoint = 72.0 / kDotsPerInch;
  writer.setPageLayout(
      {QPageSize(QSizeF(size) * kPoint, QPageSize::Point, "", QPageSize::ExactMatch),
       QPageLayout::Portrait,
       {}});
  QPainter painter(&writer);
  paint(painter, size);
  painter.end();
  return bytes;
}

}  // namespace

FigureFormat figure_format(const std::string& file) {
  std::string ending = std::filesystem::path(file).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".png") return FigureFormat::png;
  if (ending == ".svg") return FigureFormat::svg;
  if (ending == ".pdf") return FigureFormat::pdf;
  if (ending == ".csv") return FigureFormat::csv;
  throw FigureError(fmt::format(
      "cannot write {}: {}; expected .png, .svg, .pdf "
      "or .csv",
      file, ending.empty() ? "its name has no ending" : "its name ends with '" + ending + "'"));
}

QImage figure_image(QSize size, const Paint& paint, double scale) {
  QImage image(size * scale, QImage::Format_RGB32);
  if (image.isNull()) return image;
  image.setDevicePixelRatio(scale);
  constexpr double kDotsPerMeter = 3780;  // 96 an inch
  image.setDotsPerMeterX(qRound(kDotsPerMeter * scale));
  image.setDotsPerMeterY(qRound(kDotsPerMeter * scale));
  QPainter painter(&image);
  paint(painter, size);
  return image;
}

QByteArray figure_bytes(FigureFormat format, QSize size, const Paint& paint, const QString& title,
                        double scale) {
  switch (format) {
    case FigureFormat::png:
      return png(size, paint, scale);
    case FigureFormat::svg:
      return svg(size, paint, title);
    case FigureFormat::pdf:
      return pdf(size, paint, title);
    case FigureFormat::csv:
      break;
  }
  assert(false);
  return {};
}

void write_file(const std::string& file, std::string_view bytes) {
  try {
    PartialFile partial(file);
    const auto require = [](bool done) {
      if (!done) throw std::runtime_error(std::generic_category().message(errno));
    };
    struct Close {
      void operator()(std::FILE* open) const { std::fclose(open); }
    };
    std::unique_ptr<std::FILE, Close> open(std::fopen(partial.path().c_str(), "wb"));
    require(open != nullptr);
    errno = 0;
    require(std::fwrite(bytes.data(), 1, bytes.size(), open.get()) == bytes.size());
    require(std::fclose(open.release()) == 0);
    partial.rename_to_target();
  } catch (const std::runtime_error& error) {
    fail(file, error.what());
  }
}

void write_figure(const std::string& file, QSize size, const Paint& paint, const QString& title,
                  double scale) {
  const QByteArray bytes = figure_bytes(figure_format(file), size, paint, title, scale);
  if (bytes.isEmpty())
    fail(file, fmt::format("no picture of {} x {}", size.width(), size.height()));
  write_file(file, {bytes.data(), static_cast<std::size_t>(bytes.size())});
}

}  // namespace kvf::gui
