//===- Fusions.h - What is fused with a norm kernel -----------------------===//

#ifndef BNOPT_COMPILER_NORMS_FUSIONS_H
#define BNOPT_COMPILER_NORMS_FUSIONS_H

#include "compiler/norms/NormKernelFunction.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace bnopt {

/// The steps that are known.
std::vector<std::string> getNormKernelFusions();

/// The steps of a list in which `add_relu` may stand for `add`, `relu`; fails
/// on an unknown step or a second 'add'.
llvm::Expected<std::vector<std::string>>
expandFusions(llvm::ArrayRef<std::string> fuse);

/// `x` after all `steps`. An `add` adds the input 'addend', which is created
/// where it is missing.
mlir::Value applyFusions(NormKernelFunction &function,
                         llvm::ArrayRef<std::string> steps, mlir::Value x);

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_FUSIONS_H
