#include "gui/document/run_names.h"

namespace kvf::gui {
namespace {

std::string base(const std::string& file) { return file.substr(file.find_last_of('/') + 1); }

}  // namespace

std::string short_file(const Run& run, const std::vector<const Run*>& among) {
  std::size_t at = run.file.size();
  while (at != 0) {
    const std::size_t slash = run.file.find_last_of('/', at - 1);
    at = slash == std::string::npos ? 0 : slash;
    const std::string tail = run.file.substr(at == 0 ? 0 : at + 1);
    const bool told = std::none_of(among.begin(), among.end(), [&](const Run* other) {
      return other->file != run.file && ("/" + other->file).ends_with("/" + tail);
    });
    if (told) return tail;
  }
  return run.file;
}

std::string name_of(const Run& run, const std::vector<const Run*>& among) {
  const auto usual_of = [&](auto Run::*member) {
    return usual(among, [&](const Run* other) { return other->*member; });
  };
  const bool say_predicted = usual_of(&Run::kind) != RunKind::predicted;
  const auto kind_words = [&](const Run& of) -> std::string {
    if (of.kind == RunKind::captured) return " (" + of.source + ")";
    if (of.kind == RunKind::what_if) return of.pinned ? " (baseline)" : " (what if)";
    return of.kind == RunKind::predicted && say_predicted ? " (predicted)" : "";
  };
  const auto twin = [&](const Run* other) {
    return other->file != run.file && other->label == run.label && other->task == run.task &&
           kind_words(*other) == kind_words(run);
  };
  std::string name = run.label;
  if (!run.task.empty() && usual_of(&Run::task) != run.task) name += ", " + run.task;
  if (std::any_of(among.begin(), among.end(), twin)) {
    const std::string file = short_file(run, among);
    name = name == base(run.file) ? file : name + ", " + file;
  }
  return name + kind_words(run);
}

}  // namespace kvf::gui
