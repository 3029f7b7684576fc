// The what-if panel: controls of a case and what becomes of it, at every change.
//
// The closed form answers at once; the full simulation follows from the runner's thread and replaces
// the sampled curve by one of every pass.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gui/document/document.h"
#include "gui/whatif/cases.h"
#include "gui/whatif/model.h"
#include "gui/whatif/runner.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QTimer;

namespace kvf::gui {

class CountBox;
class ParameterForm;

class WhatIfPanel : public QWidget {
  Q_OBJECT

 public:
  explicit WhatIfPanel(QWidget* parent = nullptr);
  ~WhatIfPanel() override;

  const WhatIf& what_if() const { return what_; }
  const WhatIfResult& result() const { return result_; }
  // Shows another case, as if its controls had been used.
  void set_what_if(WhatIf what);

  // Opens a case of a scenario; asks which if there are several and none is given.
  void open_scenario(const QString& path, std::optional<int> number = {});
  // Opens the case of the run that is selected; without one, first_case() of those that are shown. A run that
  // has no case leaves the one that is here as it is; where nobody has touched that yet, first_case() is opened.
  // Says what was opened, and why another was not.
  void begin(const Run* selected, const std::vector<const Run*>& shown);

 public Q_SLOTS:
  void pin_baseline();
  void copy_command_line();
  void copy_scenario();
  void copy_plan();  // of the GPU that is selected
  void choose_scenario();

 Q_SIGNALS:
  // What the case holds now, and what the baseline does: not before a case is set, opened or changed.
  // `baseline` is nullptr until one is pinned, `now` while there is no answer. Comes again, with the same
  // ids, when a case has been played.
  void changed(std::shared_ptr<const kvf::gui::Run> baseline,
               std::shared_ptr<const kvf::gui::Run> now);

 protected:
  void changeEvent(QEvent* event) override;  // of colours

 private:
  struct Baseline {
    WhatIfFigures figures;
    std::shared_ptr<const Run> run;
  };

  QWidget* make_controls();
  QWidget* make_figures();
  QWidget* make_gpus();
  QWidget* make_buttons();

  // What a control does: nothing while controls follow the value.
  void edit(const std::function<void()>& change);
  void show_controls();
  void update_answer();
  void show_figures();
  void show_gpus();
  void hear(const Played& played);
  void open(Opened opened);
  void copy(const QString& what, const std::string& text, const std::string& why_not);
  void say(const QString& words);
  void warn(const QString& words);

  WhatIf what_;
  WhatIfResult result_;
  std::optional<Baseline> baseline_;
  bool begun_ = false;    // a case was set, opened, changed or pinned
  bool showing_ = false;  // controls follow the value, not the other way

  QComboBox* model_ = nullptr;
  QComboBox* policy_ = nullptr;
  QLabel* policy_words_ = nullptr;
  ParameterForm* parameters_ = nullptr;
  CountBox* prompt_ = nullptr;
  CountBox* output_ = nullptr;
  QCheckBox* chunked_ = nullptr;
  CountBox* chunk_ = nullptr;
  CountBox* batch_ = nullptr;
  QComboBox* dtype_ = nullptr;
  QComboBox* counting_ = nullptr;
  QLabel* footprint_ = nullptr;
  QLabel* peak_ = nullptr;
  QLabel* details_ = nullptr;
  QLabel* difference_ = nullptr;
  QLabel* notes_ = nullptr;
  QLabel* error_ = nullptr;
  QLabel* simulation_ = nullptr;
  QLabel* message_ = nullptr;
  QSpinBox* gpus_ = nullptr;
  QTableWidget* fits_ = nullptr;
  QPushButton* copy_plan_ = nullptr;
  QTimer* gpus_later_ = nullptr;

  std::uint64_t asked_ = 0;
  std::unique_ptr<WhatIfRunner> runner_;  // last, so that it ends first
};

}  // namespace kvf::gui
