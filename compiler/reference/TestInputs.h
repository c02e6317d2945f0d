//===- TestInputs.h - Inputs that are hard in different ways --------------===//

#ifndef BNOPT_COMPILER_REFERENCE_TESTINPUTS_H
#define BNOPT_COMPILER_REFERENCE_TESTINPUTS_H

#include "compiler/reference/Tensor.h"

#include "mlir/IR/BuiltinTypes.h"

namespace bnopt::reference {

enum class InputKind {
  Normal,       ///< what models expect: mean 0, standard deviation 1
  Large,        ///< 10⁴ times that
  Constant,     ///< ones: windows sum up their weights, borders stand out
  Zeros,        ///< nothing but biases and shifts
  Checkerboard, ///< 1 and −1 in turns: neighbours cancel
  Impulse,      ///< a single 1: each tap of a window by itself
  Denormal,     ///< numbers that f32 holds with a few bits
};

inline constexpr InputKind allInputKinds[] = {
    InputKind::Normal,   InputKind::Large,        InputKind::Constant,
    InputKind::Zeros,    InputKind::Checkerboard, InputKind::Impulse,
    InputKind::Denormal,
};

llvm::StringRef getInputKindName(InputKind kind);

/// A tensor of `type`, a dynamic size being 1. Equal seeds give equal tensors.
Tensor makeTestInput(mlir::RankedTensorType type, InputKind kind,
                     uint64_t seed);

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_TESTINPUTS_H
