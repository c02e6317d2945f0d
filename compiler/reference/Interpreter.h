//===- Interpreter.h - The executable specification of nn and bn ----------===//

#ifndef BNOPT_COMPILER_REFERENCE_INTERPRETER_H
#define BNOPT_COMPILER_REFERENCE_INTERPRETER_H

#include "compiler/reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnopt::reference {

/// Runs `function`, of nn and bn operators and kernel launches on tensors, on
/// `inputs`, in f64. Fails with a diagnostic on an operator it does not know
/// and on inputs that do not fit.
mlir::FailureOr<llvm::SmallVector<Tensor>>
interpret(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs);

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_INTERPRETER_H
