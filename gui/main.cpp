// kvfootprint-viewer: memory over time.
#include <QApplication>
#include <QFile>
#include <QMessageBox>
#include <QStyleFactory>
#include <QTimer>
#include <cstdio>

#include "gui/view/options.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/opener.h"

namespace {

using namespace kvf::gui;

int show(const Options& options) {
  MainWindow window;
  Opener opener;
  QObject::connect(&window, &MainWindow::open_asked, &opener, &Opener::open);
  QObject::connect(&window, &MainWindow::range_shown, &opener, &Opener::read_detail);
  QObject::connect(&opener, &Opener::document_ready, &window, &MainWindow::show_document);
  QStringList files;
  for (const std::string& file : options.files) files << QFile::decodeName(file.c_str());
  if (options.view) {
    const QString words = window.open_view(QFile::decodeName(options.view->c_str()));
    if (!words.isEmpty()) {
      std::fprintf(stderr, "%s\n", qPrintable(words));
      return 2;
    }
  }
  window.show();
  opener.open(files);
  return QApplication::exec();
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  try {
    options = read_options({arguments + 1, arguments + count});
  } catch (const OptionError& error) {
    std::fprintf(stderr, "kvfootprint-viewer: %s\nRun kvfootprint-viewer --help for all options.\n",
                 error.what());
    return 2;
  }
  if (options.help) {
    std::fputs(options_help().c_str(), stdout);
    return 0;
  }
  if (options.version) {
    std::puts("kvfootprint-viewer " KVF_VERSION);
    return 0;
  }
  // As large as the desktop says, also where that is one and a half.
  QGuiApplication::setHighDpiScaleFactorRoundingPolicy(
      Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
  QApplication application(count, arguments);
  QApplication::setApplicationName(QStringLiteral("kvfootprint-viewer"));
  QApplication::setOrganizationName(QStringLiteral("kvfootprint"));
  QApplication::setApplicationVersion(QStringLiteral(KVF_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("kvfootprint-viewer"));
  // The same look on every desktop, so that it is known to fit.
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  return show(options);
}
