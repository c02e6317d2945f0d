//===- LoweredChecks.h - What generated code must not do ------------------===//

#ifndef BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H
#define BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H

#include "Halide.h"

#include "llvm/Support/Error.h"

namespace bnopt {

/// Proves that the functions of `module`, lowered with assertions, may run
/// without them and without a heap:
/// - every assertion about the bounds of what is read, written or computed was
///   simplified away, so only those about the caller's descriptors are left;
/// - every allocation has a constant size that fits the stack.
llvm::Error checkLowered(const Halide::Module &module);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H
