//===- HalideTarget.h - Targets in Halide's terms -------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_HALIDETARGET_H
#define BNOPT_COMPILER_HALIDE_HALIDETARGET_H

#include "compiler/Target.h"
#include "passes/lower/TileModel.h"

#include "Halide.h"

namespace bnopt {

/// Halide's name of `target`, with the features of every kernel: no runtime of
/// its own, no inference of bounds at run time, and with `sanitizeThread`
/// instrumented for ThreadSanitizer.
Halide::Target getHalideTarget(const Target &target, bool sanitizeThread);

/// The registers that schedules of `target` may fill.
VectorUnit getVectorUnit(const Target &target);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_HALIDETARGET_H
