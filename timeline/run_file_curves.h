// Curves over time as a part of a run file.
#pragma once

#include "timeline/run_file_series.h"

namespace kvf::run_file {

struct CurvesFormat {
  using Item = CurvePoint;
  using Info = CurveInfo;
  using Stored = StoredCurve;
  using Chunk = StoredCurveChunk;
  static constexpr auto kSize = &StoredCurve::points;
  static constexpr auto kOwner = &StoredCurveChunk::curve_id;
  static constexpr auto kFirst = &StoredCurveChunk::first_point;
  static constexpr auto kCount = &StoredCurveChunk::points;
  static constexpr std::string_view kSchema = kCurvesSchema;
  static constexpr std::string_view kTable = "curves";
  static constexpr std::string_view kChunkTable = "curve_chunks";
  static constexpr std::string_view kColumnTable = "curve_columns";
  static constexpr std::string_view kOwnerColumn = "curve_id";
  static constexpr std::string_view kOrder = "first_point";
  static constexpr std::array<std::string_view, 2> kColumns{"time_ns", "value"};

  template <class Visitor, class Any>
  static void visit(Visitor& visitor, Any& stored) {
    visit_curve(visitor, stored);
  }

  static std::array<std::int64_t, 2> values_of(const CurvePoint& point) {
    return {point.time_ns, point.value};
  }
  static CurvePoint item_of(const std::array<std::int64_t, 2>& values) {
    return {values[0], values[1]};
  }

  static std::string why_invalid(const CurvePoint& point, const CurvePoint* before) {
    if (point.time_ns < (before != nullptr ? before->time_ns : 0)) {
      return fmt::format("a curve goes back in time, to {} ns", point.time_ns);
    }
    if (point.value < 0) return fmt::format("a curve is {} at {} ns", point.value, point.time_ns);
    return "";
  }
};

}  // namespace kvf::run_file
