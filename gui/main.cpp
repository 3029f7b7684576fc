// kvfootprint-viewer: memory over time.
#include <QApplication>
#include <QFile>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/common/figure_options.h"
#include "cli/common/manual.h"
#include "gui/export/command.h"
#include "gui/export/figure_file.h"
#include "gui/export/view_file.h"
#include "gui/view/keys.h"
#include "gui/widgets/look.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/opener.h"
#include "gui/widgets/window_options.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

struct Options {
  cli::FigureOptions figure;  // its view, files, theme and size are those of the window too
  std::string export_file;
  std::string generate;
};

cli::Manual manual() {
  cli::ManualSection keys{"KEYS", {}};
  for (const CommandInfo& command : commands()) {
    keys.items.push_back({std::string(command.keys), std::string(command.words)});
  }
  cli::ManualSection mouse{"MOUSE", {}};
  for (const Gesture& gesture : gestures()) {
    mouse.items.push_back({std::string(gesture.gesture), std::string(gesture.words)});
  }
  return {"kvfootprint-viewer",
          KVF_VERSION,
          "shows the GPU memory of KV caches over time",
          {keys, mouse, {"SEE ALSO", {{"", "kvfootprint(1)"}}}}};
}

int show_window(const Options& options) {
  const cli::FigureOptions& figure = options.figure;
  MainWindow window;
  apply(figure, window);
  Opener opener;
  window.set_export([](const QString& file, const Document& document, const ViewState& view,
                       QSize size, double scale) -> QString {
    try {
      write_view(QFile::encodeName(file).toStdString(), document, view, size, scale);
      return {};
    } catch (const FigureError& error) {
      return QString::fromStdString(error.what());
    }
  });
  QObject::connect(&window, &MainWindow::open_asked, &opener, &Opener::open);
  QObject::connect(&window, &MainWindow::range_shown, &opener, &Opener::read_detail);
  QObject::connect(&opener, &Opener::document_ready, &window, &MainWindow::show_document);
  if (!figure.view.empty()) {
    const QString words = window.open_view(QFile::decodeName(figure.view.c_str()));
    if (!words.isEmpty()) {
      std::fprintf(stderr, "%s\n", qPrintable(words));
      return 2;
    }
  }
  QStringList files;
  for (const std::string& file : figure.files) files << QFile::decodeName(file.c_str());
  window.show();
  opener.open(files);
  return QApplication::exec();
}

int run(int count, char** arguments) {
  CLI::App app{"Shows GPU memory over time: run files, traces, and scenarios as predictions.",
               "kvfootprint-viewer"};
  Options options;
  app.add_option("FILES", options.figure.files,
                 "run files, traces or scenarios, laid over each other");
  app.add_option(
      "--export", options.export_file,
      "draw to this file instead of a window: .png, .svg, .pdf, or .csv of what it shows");
  cli::add_figure_options(app, options.figure);
  app.add_option("--generate", options.generate)->group("");
  app.set_version_flag("--version", std::string("kvfootprint-viewer ") + KVF_VERSION);
  app.footer("Example: kvfootprint-viewer paper-128k.kvf\nIn the window, ? shows all keys.");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!options.generate.empty()) {
    std::fputs(cli::generate(options.generate, app, manual()).c_str(), stdout);
    return 0;
  }
  if (!options.export_file.empty()) {
    return export_figure(count, arguments, options.figure, options.export_file);
  }
  if (const std::string words = without_meaning_in_window(options.figure); !words.empty()) {
    std::fprintf(stderr, "kvfootprint-viewer: %s\n", words.c_str());
    return 2;
  }
  // As large as the desktop says, also where that is one and a half.
  QGuiApplication::setHighDpiScaleFactorRoundingPolicy(
      Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
  QApplication application(count, arguments);
  QApplication::setApplicationName(QStringLiteral("kvfootprint-viewer"));
  QApplication::setOrganizationName(QStringLiteral("kvfootprint"));
  QApplication::setDesktopFileName(QStringLiteral("kvfootprint-viewer"));
  // The same look on every desktop, so that it is known to fit.
  QApplication::setStyle(window_style());
  return show_window(options);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kvfootprint-viewer: %s\n", error.what());
    return 2;
  }
}
