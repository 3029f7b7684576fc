#include "gui/export/command.h"

#include <QGuiApplication>
#include <cstdio>
#include <exception>
#include <set>

#include <fmt/format.h>

#include "gui/document/load.h"
#include "gui/export/figure_file.h"
#include "gui/export/view_file.h"
#include "gui/plots/critical_plot.h"
#include "gui/view/bind.h"
#include "gui/view/derive.h"
#include "gui/view/view_state.h"
#include "models/utf8.h"
#include "sim/input/problems.h"
#include "sim/input/scores.h"
#include "sim/input/text_file.h"

namespace kvf::gui {
namespace {

Theme theme_of(const cli::FigureOptions& options) {
  return options.theme == "dark" ? Theme::dark : Theme::light;
}

void export_critical(const cli::FigureOptions& options, const std::string& file) {
  if (options.files.size() != 1) {
    throw FigureError(
        fmt::format("critical footprints are of one table of scores; {} files are "
                    "given",
                    options.files.size()));
  }
  CriticalOptions shown{options.fraction, {}, options.pareto};
  if (!options.task.empty()) shown.task = options.task;
  const CriticalFigure figure = critical_figure(input::read_scores(options.files.front()), shown);
  if (figure_format(file) == FigureFormat::csv) return write_file(file, csv_of(figure));
  const auto paint = [&](QPainter& painter, QSize size) {
    paint_critical(painter, figure, theme_of(options), size);
  };
  write_figure(file, QSize(options.width, options.height), paint, "Score against KV footprint");
}

// All of the files, to their ends.
Document read(const std::vector<std::string>& files) {
  if (files.empty()) throw FigureError("there is nothing to draw: no file is given");
  Document document = complete(load_outline(files));
  if (!document.errors.empty()) {
    std::string words;
    for (const FileError& error : document.errors) {
      if (!words.empty()) words += "\n";
      const bool named = error.words.find(error.file) != std::string::npos;
      words += named ? error.words : fmt::format("{}: {}", error.file, error.words);
    }
    throw FigureError(valid_utf8(words));
  }
  return document;
}

ViewState view_of(const cli::FigureOptions& options, const Document& document) {
  if (options.view.empty()) {
    ViewState view = first_view(document);
    view.theme = theme_of(options);
    const std::size_t shown = shown_runs(document, view).size();
    if (shown < document.runs.size()) {
      fmt::print(stderr, "kvfootprint-viewer: note: {} of {} runs are drawn; --view shows others\n",
                 shown, document.runs.size());
    }
    return view;
  }
  const ViewState view =
      bound_to(document, view_from_json(input::read_text_file(options.view), options.view));
  if (!view.lanes.empty() && shown_runs(document, view).empty()) {
    const std::string has =
        document.runs.empty() ? "none" : "runs such as " + document.runs.front()->id;
    throw ViewError(fmt::format(
        "{} shows no run of these files: it names {}; expected {}", options.view,
        view.lanes.front().runs.empty() ? "none" : view.lanes.front().runs.front(), has));
  }
  return view;
}

// What is wrong with the data of a figure, which its badges say too, and what of the view shows nothing.
void warn(const Document& document, const ViewState& view) {
  if (view.lanes.empty()) {
    fmt::print(stderr, "kvfootprint-viewer: warning: the view has no lanes: nothing is drawn\n");
  }
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const std::string why = why_nothing(document, view.axis, view.lanes[i]);
    if (why.empty()) continue;
    fmt::print(stderr, "kvfootprint-viewer: warning: lane {} shows nothing: {}\n", i + 1,
               valid_utf8(why));
  }
  std::set<const Run*> told;
  for (const Lane& lane : view.lanes) {
    for (const Run* run : runs_behind(document, lane)) {
      if (!told.insert(run).second) continue;
      for (const std::string& problem : run->problems) {
        // What is made of two runs has no file, and its name says of which.
        fmt::print(stderr, "kvfootprint-viewer: warning: {}: {}\n",
                   valid_utf8(run->file.empty() ? run->label : run->file), valid_utf8(problem));
      }
    }
  }
}

void export_view(const cli::FigureOptions& options, const std::string& file) {
  const Document files = read(options.files);
  const ViewState view = view_of(options, files);
  const Document document = with_derived(files, view);
  warn(document, view);
  write_view(file, document, view, QSize(options.width, options.height));
}

// Qt's remarks on a session without a screen say nothing of the figure.
void errors_alone(QtMsgType type, const QMessageLogContext&, const QString& text) {
  if (type == QtCriticalMsg || type == QtFatalMsg) {
    fmt::print(stderr, "kvfootprint-viewer: {}\n", text.toStdString());
  }
}

}  // namespace

int export_figure(int& argc, char** argv, const cli::FigureOptions& options,
                  const std::string& file) {
  try {
    figure_format(file);  // before files are read that may be long
    qInstallMessageHandler(errors_alone);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    if (options.kind == "critical") {
      export_critical(options, file);
    } else {
      export_view(options, file);
    }
    return 0;
  } catch (const input::InputError& error) {  // these two name the file and the place
    fmt::print(stderr, "{}\n", error.what());
  } catch (const ViewError& error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "kvfootprint-viewer: {}\n", error.what());
  }
  return 2;
}

}  // namespace kvf::gui
