// Lives of entries as a part of a run file.
#pragma once

#include <limits>

#include "timeline/run_file_series.h"

namespace kvf::run_file {

struct LivesFormat {
  using Item = Life;
  using Info = LifespanInfo;
  using Stored = StoredLifespan;
  using Chunk = StoredLifeChunk;
  static constexpr auto kSize = &StoredLifespan::lives;
  static constexpr auto kOwner = &StoredLifeChunk::lifespan_id;
  static constexpr auto kFirst = &StoredLifeChunk::first_life;
  static constexpr auto kCount = &StoredLifeChunk::lives;
  static constexpr std::string_view kSchema = kLivesSchema;
  static constexpr std::string_view kTable = "lifespans";
  static constexpr std::string_view kChunkTable = "lifespan_chunks";
  static constexpr std::string_view kColumnTable = "lifespan_columns";
  static constexpr std::string_view kOwnerColumn = "lifespan_id";
  static constexpr std::string_view kOrder = "first_life";
  static constexpr std::array<std::string_view, 4> kColumns{"first", "last", "born", "gone"};

  template <class Visitor, class Any>
  static void visit(Visitor& visitor, Any& stored) {
    visit_lifespan(visitor, stored);
  }

  // The codec has no numbers below 0: kNever becomes 0.
  static std::array<std::int64_t, 4> values_of(const Life& life) {
    return {life.first, life.last, life.born, life.evicted + 1};
  }
  static Life item_of(const std::array<std::int64_t, 4>& values) {
    return {values[0], values[1], values[2], values[3] - 1};
  }

  // A life is evicted only in a pass that is, or comes after, its birth.
  static std::string why_invalid(const Life& life, const Life*) {
    const bool ends =
        life.evicted == Life::kNever ||
        (life.evicted >= life.born && life.evicted < std::numeric_limits<std::int64_t>::max());
    if (life.first >= 0 && life.last >= life.first && life.born >= 0 && ends) return "";
    return fmt::format("no life is {}..{}, born {}, evicted {}", life.first, life.last, life.born,
                       life.evicted);
  }
};

}  // namespace kvf::run_file
