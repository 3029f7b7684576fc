// Lists of types, and what the lists of policies and rules need of them.
#pragma once

#include <type_traits>
#include <variant>

namespace kvf {

template <class... Types>
struct TypeList {
  using Variant = std::variant<Types...>;
};

// Appends a type unless it is there.
template <class List, class Type>
struct AddType;
template <class... Types, class Type>
struct AddType<TypeList<Types...>, Type> {
  using List = std::conditional_t<(std::is_same_v<Types, Type> || ...), TypeList<Types...>,
                                  TypeList<Types..., Type>>;
};
// Of a variant: each of its alternatives.
template <class... Types, class... Alternatives>
struct AddType<TypeList<Types...>, std::variant<Alternatives...>> {
  template <class List, class... Rest>
  struct Each {
    using Result = List;
  };
  template <class List, class First, class... Rest>
  struct Each<List, First, Rest...> {
    using Result = typename Each<typename AddType<List, First>::List, Rest...>::Result;
  };
  using List = typename Each<TypeList<Types...>, Alternatives...>::Result;
};

}  // namespace kvf
