//===- Prefetch.h - Loads that are asked for ahead ------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_PREFETCH_H
#define BNOPT_COMPILER_HALIDE_PREFETCH_H

#include "compiler/halide/KernelFuncs.h"

namespace bnopt {

/// `stmt`, a kernel lowered, in which every iteration of the loops in
/// `kernel.prefetches` asks for the cache lines of arguments that a later one
/// loads. Addresses may lie behind the arguments: asking for those is harmless.
Halide::Internal::Stmt addPrefetches(const Halide::Internal::Stmt &stmt,
                                     const KernelFuncs &kernel);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_PREFETCH_H
