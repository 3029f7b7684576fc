#include "profiler/import/snapshot/pickle.h"

#include "profiler/import/snapshot/pickle_machine.h"

namespace kvf::traces {

Pickle::Pickle(std::string_view bytes, const Options& options) {
  PickleMachine(*this, bytes, options).run();
}

bool Pickle::is_list(const Value& value) const {
  const auto* container = std::get_if<Container>(&value);
  return container != nullptr && std::holds_alternative<Items>(containers_[container->number]);
}

bool Pickle::is_dict(const Value& value) const {
  const auto* container = std::get_if<Container>(&value);
  return container != nullptr && std::holds_alternative<Members>(containers_[container->number]);
}

const Pickle::Items& Pickle::items(const Value& value) const {
  static const Items kNone;
  return is_list(value) ? std::get<Items>(containers_[std::get<Container>(value).number]) : kNone;
}

const Pickle::Members& Pickle::members(const Value& value) const {
  static const Members kNone;
  return is_dict(value) ? std::get<Members>(containers_[std::get<Container>(value).number]) : kNone;
}

}  // namespace kvf::traces
