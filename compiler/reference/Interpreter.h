//===- Interpreter.h - The executable specification of nn and bn ----------===//

#ifndef BNOPT_COMPILER_REFERENCE_INTERPRETER_H
#define BNOPT_COMPILER_REFERENCE_INTERPRETER_H

#include "compiler/reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnopt::reference {

/// Moves constants of more than one element, each number by `relative` times
/// itself, up or down by chance: what rounding does to weights, on a scale that
/// shows.
struct ConstantNoise {
  double relative = 0;
  uint64_t seed = 0;
};

/// Runs `function`, of nn and bn operators and kernel launches on tensors, on
/// `inputs`, in f64. Fails with a diagnostic on an operator it does not know
/// and on inputs that do not fit.
mlir::FailureOr<llvm::SmallVector<Tensor>>
interpret(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
          const ConstantNoise &noise = {});

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_INTERPRETER_H
