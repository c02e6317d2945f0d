/// Floating-point types that C++ has no names for, as bits.

#ifndef BNOPT_RUNTIME_NARROWFLOATS_H
#define BNOPT_RUNTIME_NARROWFLOATS_H

#include "runtime/Tensor.h"

#include <cstdint>
#include <vector>

namespace bnopt {

/// The value of the bits of an IEEE 754 binary16.
float decodeFloat16(uint16_t bits);

/// The value of the bits of a bfloat16, the upper half of an f32.
float decodeBFloat16(uint16_t bits);

/// The elements of a tensor of f16, bf16, f32 or f64; throws RuntimeError for
/// other types.
std::vector<double> toDoubles(const Tensor &tensor);

} // namespace bnopt

#endif // BNOPT_RUNTIME_NARROWFLOATS_H
