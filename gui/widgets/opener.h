// Reads files on a thread of its own, coarse level first, and hands over what there is so far.
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gui/document/document.h"

namespace kvf::gui {

class Opener : public QObject {
  Q_OBJECT

 public:
  explicit Opener(QObject* parent = nullptr);
  // Stops reading; waits for the series that is being read.
  ~Opener() override;

 public Q_SLOTS:
  // Beside what is open already; a file that is open is read anew.
  void open(const QStringList& files);
  // What is looked at of very long files, once all else has been read.
  void read_detail(kvf::gui::Axis axis, double begin, double end);

 Q_SIGNALS:
  void document_ready(std::shared_ptr<const kvf::gui::Document> document);

 private:
  using HandOver = std::function<void(const Document&)>;
  using Job = std::function<void(const HandOver&, const std::stop_token&)>;
  struct Looked {
    Axis axis = Axis::row;
    double begin = 0, end = 0;
    friend bool operator==(const Looked&, const Looked&) = default;
  };
  std::string known_as(const std::string& file) const;
  void start(Job job);
  void take(const std::shared_ptr<const Document>& document, int job);

  std::shared_ptr<const Document> document_ = std::make_shared<Document>();
  std::vector<std::string> asked_;  // all files so far
  Looked looked_;
  int job_ = 0;  // what an earlier one still sends is dropped
  std::jthread worker_;
};

}  // namespace kvf::gui
