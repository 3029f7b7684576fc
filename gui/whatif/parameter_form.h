// The controls of a policy's parameters, made from its own table: sliders and boxes for shares and
// counts, menus for words, a file for scores, a menu and controls again for a policy inside.
//
// No policy's name occurs here: a control knows nothing but the type of its parameter.
#pragma once

#include <QFormLayout>
#include <QWidget>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "models/policy.h"

namespace kvf::gui {

class ParameterForm : public QWidget {
  Q_OBJECT

 public:
  explicit ParameterForm(QWidget* parent = nullptr);

  const PolicySpec& policy() const { return policy_; }
  // Controls are made anew only for another policy. Emits nothing.
  void set_policy(const PolicySpec& policy);

  // The file of a parameter that is a table of scores. Emits failed() if it is none.
  void read_scores(const std::string& parameter, const QString& path);

 Q_SIGNALS:
  void edited();                       // policy() is another
  void failed(const QString& reason);  // what was typed or chosen is no value

 private:
  // Shows what the parameter of the row is now.
  struct Row {
    std::string name;
    std::function<void(const ParameterRef&)> show;
  };
  // Changes a parameter of policy_ by `change(slot)`.
  template <class Slot, class Change>
  void edit(const std::string& name, Change&& change) {
    change(*std::get<Slot>(find_parameter(policy_, name)->slot));
    show_values();
    Q_EMIT edited();
  }

  void build();
  void show_values();
  Row make(const ParameterInfo& info, Tokens* slot);
  Row make(const ParameterInfo& info, std::optional<Tokens>* slot);
  Row make(const ParameterInfo& info, std::int64_t* slot);
  Row make(const ParameterInfo& info, double* slot);
  Row make(const ParameterInfo& info, std::optional<double>* slot);
  Row make(const ParameterInfo& info, std::vector<double>* slot);
  Row make(const ParameterInfo& info, const ChoiceRef& slot);
  Row make(const ParameterInfo& info, HeadScores* slot);
  Row make(const ParameterInfo& info, PolicyBox* slot);
  Row make(const ParameterInfo& info, std::vector<PolicySpec>* slot);
  template <class Slot>
  Row make_count(const ParameterInfo& info);
  template <class Slot>
  Row make_share(const ParameterInfo& info);
  void add_row(const ParameterInfo& info, const QList<QWidget*>& widgets);

  PolicySpec policy_;
  std::vector<Row> rows_;
  QFormLayout* layout_ = nullptr;
};

// "sink tokens": how a parameter is called on the screen.
QString title_of(std::string_view parameter);
// Wheels turn a control only when it has the focus, so that scrolling past changes nothing.
void ignore_wheel_unless_focused(QWidget& control);

}  // namespace kvf::gui
