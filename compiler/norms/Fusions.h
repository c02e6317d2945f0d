//===- Fusions.h - What is fused with a norm kernel -----------------------===//

#ifndef BNOPT_COMPILER_NORMS_FUSIONS_H
#define BNOPT_COMPILER_NORMS_FUSIONS_H

#include "compiler/norms/NormKernelFunction.h"

#include "llvm/ADT/STLFunctionalExtras.h"
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

/// Gradients at the start of the steps.
struct FusionGradients {
  mlir::Value input;
  /// Of the addend of an 'add' that activations come behind; it is null where
  /// there is none, or where it is the gradient of the output itself.
  mlir::Value addend;
};

/// Takes the gradient `dy` of what comes out of `steps` back through them,
/// without anything kept but the values that are there anyway: activations
/// start again from what the norm gives, which `normalize` computes, and the
/// input 'addend'. An activation right behind an 'add' whose sign says on which
/// side of its kinks it was reads the input 'output' instead of both.
mlir::FailureOr<FusionGradients>
differentiateFusions(NormKernelFunction &function,
                     llvm::ArrayRef<std::string> steps, mlir::Value dy,
                     llvm::function_ref<mlir::Value()> normalize);

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_FUSIONS_H
