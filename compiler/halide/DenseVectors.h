//===- DenseVectors.h - Vectors of elements that follow each other --------===//

#ifndef BNOPT_COMPILER_HALIDE_DENSEVECTORS_H
#define BNOPT_COMPILER_HALIDE_DENSEVECTORS_H

#include "compiler/halide/KernelFuncs.h"

namespace bnopt {

/// `stmt`, a kernel lowered, with loads of vectors instead of gathers where the
/// indices turn out to follow each other, if the kernel has vectors that take
/// in several features.
Halide::Internal::Stmt findDenseVectors(const Halide::Internal::Stmt &stmt,
                                        const KernelFuncs &kernel);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_DENSEVECTORS_H
