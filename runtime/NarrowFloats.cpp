#include "runtime/NarrowFloats.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace bnopt {

float decodeFloat16(uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f, mantissa = bits & 0x3ff;
  float magnitude;
  if (exponent == 0x1f)
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  else if (exponent == 0)
    magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  else
    magnitude = std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

float decodeBFloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

std::vector<double> toDoubles(const Tensor &tensor) {
  std::vector<double> values(tensor.elementCount());
  const auto [code, bits, lanes] = tensor.type();
  if (code == kDLFloat && bits == 32)
    std::ranges::copy(tensor.elements<float>(), values.begin());
  else if (code == kDLFloat && bits == 64)
    std::ranges::copy(tensor.elements<double>(), values.begin());
  else if (code == kDLFloat && bits == 16)
    std::ranges::transform(tensor.elements<uint16_t>(), values.begin(),
                           decodeFloat16);
  else if (code == kDLBfloat && bits == 16)
    std::ranges::transform(tensor.elements<uint16_t>(), values.begin(),
                           decodeBFloat16);
  else
    throw RuntimeError("expected elements of f32, f64, f16 or bf16, but got " +
                       typeName(tensor.type()));
  return values;
}

} // namespace bnopt
