// A picture as a file: PNG, SVG or PDF, as the ending says, from the same painting as the screen.
//
// The file gets its name when it is whole: a full disk leaves nothing half-written.
#pragma once

#include <QByteArray>
#include <QImage>
#include <QPainter>
#include <QSize>
#include <QString>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kvf::gui {

// Draws all of a picture that is `size` large, its background too.
using Paint = std::function<void(QPainter&, QSize size)>;

// Could not be written: names the file, and why in the system's words.
struct FigureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class FigureFormat { png, svg, pdf, csv };
// By the ending, of any case. Throws FigureError for another.
FigureFormat figure_format(const std::string& file);

// The picture in the screen's own format of pixels, at 96 dots per inch; at `scale` times as many where a
// screen has them, so that all is as large as before, and finer. A null image if it is too large.
QImage figure_image(QSize size, const Paint& paint, double scale = 1);
// The bytes of a file; `scale` is of a PNG. Of CSV there is nothing to paint.
QByteArray figure_bytes(FigureFormat format, QSize size, const Paint& paint, const QString& title,
                        double scale = 1);

// Throws FigureError.
void write_file(const std::string& file, std::string_view bytes);
void write_figure(const std::string& file, QSize size, const Paint& paint, const QString& title,
                  double scale = 1);

}  // namespace kvf::gui
