// A box for whole numbers of any size: "131,072", also typed as 128K or 1M.
#pragma once

#include <QDoubleSpinBox>
#include <cstdint>

namespace kvf::gui {

class CountBox : public QDoubleSpinBox {
  Q_OBJECT

 public:
  // As a double counts them: up to 2^53.
  explicit CountBox(QWidget* parent = nullptr);

  std::int64_t count() const { return static_cast<std::int64_t>(value()); }
  void set_count(std::int64_t count) { setValue(static_cast<double>(count)); }

  QString textFromValue(double value) const override;
  double valueFromText(const QString& text) const override;
  QValidator::State validate(QString& text, int& position) const override;
  // To the next number of a slider's scale.
  void stepBy(int steps) override;
};

// Places of a slider that grows by eighths of a power of two: 0, 1, 2 ... 8, 9 ... 16, 18, 20 ...
inline constexpr int kCountPlaces = 8 * 19;
std::int64_t count_at(int place);
int place_of(std::int64_t count);  // the last at or below it

}  // namespace kvf::gui
