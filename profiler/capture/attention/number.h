// Numbers of 16 bits as the GPU has them, for both compilers: conversion rounds to nearest, ties to
// even; every NaN becomes 0x7fff. Arithmetic is in float only.
#pragma once

#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define KVF_HOST_DEVICE __host__ __device__
#else
#define KVF_HOST_DEVICE
#endif

namespace kvf::capture {

// IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
struct Half {
  std::uint16_t bits = 0;
};

// The upper half of a float: 8 bits of exponent, 7 of fraction.
struct BFloat {
  std::uint16_t bits = 0;
};

namespace detail {

// memcpy, for std::bit_cast is not callable on a GPU.
KVF_HOST_DEVICE inline float as_float(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

KVF_HOST_DEVICE inline std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

}  // namespace detail

KVF_HOST_DEVICE inline float to_float(float value) { return value; }

KVF_HOST_DEVICE inline float to_float(BFloat value) {
  return detail::as_float(std::uint32_t{value.bits} << 16);
}

KVF_HOST_DEVICE inline float to_float(Half value) {
  const std::uint32_t sign = (value.bits & 0x8000U) << 16;
  const std::uint32_t magnitude = (value.bits & 0x7fffU) << 13;
  // The exponent's bias is 15 there and 127 here. Right for subnormal numbers, too.
  const std::uint32_t scaled = detail::bits_of(detail::as_float(magnitude) * 0x1p112F);
  // Infinity and NaN have all bits of the exponent set. Without a branch, for the sake of vectors.
  const std::uint32_t endless = 0U - static_cast<std::uint32_t>(magnitude >= 0x0f800000U);
  return detail::as_float(sign | scaled | (endless & 0x7f800000U));
}

// from_float<Half>(x)
template <class T>
KVF_HOST_DEVICE T from_float(float value);

template <>
KVF_HOST_DEVICE inline float from_float<float>(float value) {
  return value;
}

template <>
KVF_HOST_DEVICE inline BFloat from_float<BFloat>(float value) {
  const std::uint32_t bits = detail::bits_of(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return {0x7fff};
  // Half of the last place that stays, less one unless that place is odd.
  return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16)};
}

template <>
KVF_HOST_DEVICE inline Half from_float<Half>(float value) {
  const std::uint32_t sign = (detail::bits_of(value) >> 16) & 0x8000U;
  const std::uint32_t magnitude = detail::bits_of(value) & 0x7fffffffU;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000U) return {0x7fff};
  if (magnitude >= 0x47800000U) {  // 2^16 and more
    half = 0x7c00U;
  } else if (magnitude < 0x38800000U) {  // less than 2^-14: the places of the sum are subnormal's
    half = detail::bits_of(detail::as_float(magnitude) + 0.5F) - 0x3f000000U;
  } else {
    half = (magnitude - (112U << 23) + 0xfffU + ((magnitude >> 13) & 1U)) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | half)};
}

}  // namespace kvf::capture
