#include "gui/export/command.h"

#include <QGuiApplication>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "gui/document/load.h"
#include "gui/export/figure_file.h"
#include "gui/export/missing.h"
#include "gui/export/view_file.h"
#include "gui/plots/critical_plot.h"
#include "gui/view/derive.h"
#include "gui/view/saved_view.h"
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

QSize size_of(const cli::FigureOptions& options) {
  return {options.width.value_or(cli::kFigureWidth), options.height.value_or(cli::kFigureHeight)};
}

void export_critical(const cli::FigureOptions& options, const std::string& file) {
  if (options.files.size() != 1) {
    throw FigureError(
        fmt::format("critical footprints are of one table of scores; {} files are "
                    "given",
                    options.files.size()));
  }
  CriticalOptions shown{options.fraction.value_or(cli::kFraction), {}, options.pareto};
  if (!options.task.empty()) shown.task = options.task;
  const CriticalFigure figure = critical_figure(input::read_scores(options.files.front()), shown);
  if (figure_format(file) == FigureFormat::csv) return write_file(file, csv_of(figure));
  const auto paint = [&](QPainter& painter, QSize size) {
    paint_critical(painter, figure, theme_of(options), size);
  };
  const QSize size = size_of(options);
  if (!has_room(critical_layout(figure, size))) {
    throw FigureError(fmt::format("cannot write {}: {} x {} has no room for {} plot{}", file,
                                  size.width(), size.height(), figure.panels.size(),
                                  figure.panels.size() == 1 ? "" : "s"));
  }
  write_figure(file, size, paint, "Score against KV footprint", options.scale.value_or(1));
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
      saved_view(document, view_from_json(input::read_text_file(options.view), options.view));
  if (!view.lanes.empty() && shown_runs(document, view).empty()) {
    const std::string has =
        document.runs.empty() ? "none" : "runs such as " + document.runs.front()->id;
    throw ViewError(fmt::format(
        "{} shows no run of these files: it names {}; expected {}", options.view,
        view.lanes.front().runs.empty() ? "none" : view.lanes.front().runs.front(), has));
  }
  return view;
}

// What is wrong with the data of a figure, which its badges say too, and what of the view is not seen.
void warn(const Document& document, const ViewState& view, bool all) {
  std::vector<std::string> texts = missing_of(document, view);
  for (std::string& text : problems_of(document, view, all)) texts.push_back(std::move(text));
  for (const std::string& text : texts) {
    fmt::print(stderr, "kvfootprint-viewer: warning: {}\n", valid_utf8(text));
  }
}

void export_view(const cli::FigureOptions& options, const std::string& file) {
  const Document files = read(options.files);
  const ViewState view = view_of(options, files);
  const Document document = with_derived(files, view);
  warn(document, view, options.view.empty());
  if (view.lanes.empty()) throw FigureError("there is nothing to draw: no run has a series");
  write_view(file, document, view, size_of(options), options.scale.value_or(1));
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
    if (const std::string words = cli::without_meaning(options); !words.empty()) {
      throw FigureError(words);
    }
    // Before files are read that may be long.
    if (figure_format(file) != FigureFormat::png && options.scale) {
      throw FigureError(fmt::format("--scale has no meaning for {}; expected a .png", file));
    }
    const QSize dots = size_of(options) * options.scale.value_or(1);
    if (std::max(dots.width(), dots.height()) > cli::kLargestFigure) {
      throw FigureError(
          fmt::format("cannot write {}: {} x {} dots are asked for; expected at most {} "
                      "in each direction",
                      file, dots.width(), dots.height(), cli::kLargestFigure));
    }
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
