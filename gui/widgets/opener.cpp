#include "gui/widgets/opener.h"

#include <QFile>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gui/document/load.h"

namespace kvf::gui {
namespace {

// What of the document is not of these files.
Document without(Document document, const std::vector<std::string>& files) {
  const auto gone = [&](const std::string& file) {
    return std::find(files.begin(), files.end(), file) != files.end();
  };
  std::erase_if(document.files, gone);
  std::erase_if(document.unread, gone);
  std::erase_if(document.runs, [&](const auto& run) { return gone(run->file); });
  std::erase_if(document.errors, [&](const FileError& error) { return gone(error.file); });
  return document;
}

// Both, with their files in this order.
Document joined(const Document& open, const Document& more, const std::vector<std::string>& order) {
  Document both = open;
  both.files.insert(both.files.end(), more.files.begin(), more.files.end());
  both.unread.insert(both.unread.end(), more.unread.begin(), more.unread.end());
  both.runs.insert(both.runs.end(), more.runs.begin(), more.runs.end());
  both.errors.insert(both.errors.end(), more.errors.begin(), more.errors.end());
  both.complete = open.complete && more.complete;
  const auto place = [&](const std::string& file) {
    return std::find(order.begin(), order.end(), file);
  };
  std::stable_sort(both.files.begin(), both.files.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  std::stable_sort(both.runs.begin(), both.runs.end(),
                   [&](const auto& a, const auto& b) { return place(a->file) < place(b->file); });
  return both;
}

// Whether something on the axis has not been read: of a long file its details.
bool has_outlines(const Document& document, Axis axis) {
  for (const auto& run : document.runs) {
    for (const Series& series : run->series) {
      const SeriesOnAxis* on = series.at(axis);
      if (on != nullptr && !on->complete()) return true;
    }
  }
  return false;
}

}  // namespace

// The name by which the file was asked for first, if it was.
std::string Opener::known_as(const std::string& file) const {
  const auto same = std::find_if(asked_.begin(), asked_.end(), [&](const std::string& asked) {
    return path_of(asked) == path_of(file);
  });
  return same == asked_.end() ? file : *same;
}

Opener::Opener(QObject* parent) : QObject(parent) {}
Opener::~Opener() = default;

void Opener::open(const QStringList& names) {
  const auto has = [](const std::vector<std::string>& list, const std::string& file) {
    return std::find(list.begin(), list.end(), file) != list.end();
  };
  std::vector<std::string>
      files;  // those of `names`, which may have changed since, and what is not read yet
  for (const QString& name : names) {
    const std::string file = known_as(QFile::encodeName(name).toStdString());
    if (!has(asked_, file)) asked_.push_back(file);
    if (!has(files, file)) files.push_back(file);
  }
  for (const std::string& file : asked_) {
    if (!has(document_->files, file) && !has(files, file)) files.push_back(file);
  }
  if (files.empty()) return;
  start([files, order = asked_, before = document_](const HandOver& hand_over,
                                                    const std::stop_token& stop) {
    const Document outline = joined(without(*before, files), load_outline(files), order);
    hand_over(outline);
    const Document all = complete(outline, hand_over, stop);
    if (!stop.stop_requested()) hand_over(all);
  });
}

void Opener::read_detail(Axis axis, double begin, double end) {
  const Looked now{axis, begin, end};
  if (!document_->complete || now == looked_ || !has_outlines(*document_, axis)) return;
  looked_ = now;
  start([now, before = document_](const HandOver& hand_over, const std::stop_token&) {
    hand_over(load_detail(*before, now.axis, static_cast<std::int64_t>(std::floor(now.begin)),
                          static_cast<std::int64_t>(std::ceil(now.end))));
  });
}

void Opener::start(Job job) {
  const int number = ++job_;
  worker_.request_stop();
  // The new thread waits for the old one, so that nobody else has to.
  worker_ = std::jthread([this, number, job = std::move(job),
                          before = std::move(worker_)](const std::stop_token& stop) mutable {
    if (before.joinable()) before.join();
    const HandOver hand_over = [this, number](const Document& document) {
      auto shared = std::make_shared<const Document>(document);
      QMetaObject::invokeMethod(this, [this, shared, number] { take(shared, number); });
    };
    if (!stop.stop_requested()) job(hand_over, stop);
  });
}

void Opener::take(const std::shared_ptr<const Document>& document, int job) {
  if (job != job_) return;
  document_ = document;
  Q_EMIT document_ready(document_);
}

}  // namespace kvf::gui
