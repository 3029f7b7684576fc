#include "models/rule.h"

#include <stdexcept>

namespace kvf {

RuleState initial_state(const Rule& rule) {
  return std::visit([]<class R>(const R&) { return RuleState{typename R::State{}}; }, rule.v);
}

Tokens keep(const Rule& rule, RuleState& state, const Pass& pass, Tokens size) {
  return std::visit(
      [&]<class R>(const R& r) { return r.keep(std::get<typename R::State>(state.v), pass, size); },
      rule.v);
}

std::optional<Tokens> before_drop(const Rule& rule, const Pass& pass, Tokens size) {
  return std::visit(
      [&](const auto& r) -> std::optional<Tokens> {
        if constexpr (requires { r.before_drop(pass, size); }) {
          return r.before_drop(pass, size);
        } else {
          return std::nullopt;
        }
      },
      rule.v);
}

Tokens live(const Rule& rule, const Pass& pass, Tokens after) {
  return std::visit(
      [&](const auto& r) -> Tokens {
        if constexpr (requires { r.live(pass, after); }) return r.live(pass, after);
        return after;
      },
      rule.v);
}

Tokens hidden_rows(const Rule& rule, const RuleState& state) {
  return std::visit(
      [&]<class R>(const R& r) -> Tokens {
        if constexpr (requires(const typename R::State& s) { r.hidden_rows(s); }) {
          return r.hidden_rows(std::get<typename R::State>(state.v));
        }
        return {};
      },
      rule.v);
}

bool masks(const Rule& rule) {
  return std::visit(
      [](const auto& r) {
        return requires(const Pass& pass) { r.live(pass, Tokens{}); };
      },
      rule.v);
}

Retention retention(const Rule& rule, const Pass& pass) {
  return std::visit(
      [&](const auto& r) -> Retention {
        if constexpr (requires { r.retention(pass); }) return r.retention(pass);
        return {};
      },
      rule.v);
}

std::optional<Tokens> reserved(const Rule& rule, const PlanContext& context) {
  return std::visit(
      [&](const auto& r) -> std::optional<Tokens> {
        if constexpr (requires { r.reserved(context); }) {
          return r.reserved(context);
        } else {
          return std::nullopt;
        }
      },
      rule.v);
}

}  // namespace kvf
