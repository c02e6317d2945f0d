//===- NormKernelFunction.h - A function that grows ----------------------===//

#ifndef BNOPT_COMPILER_NORMS_NORMKERNELFUNCTION_H
#define BNOPT_COMPILER_NORMS_NORMKERNELFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace bnopt {

/// A module with one function, to which inputs, operators and outputs are
/// added in any order.
class NormKernelFunction {
public:
  NormKernelFunction(llvm::StringRef name, mlir::MLIRContext *context);

  /// From now on, inputs and outputs of three or more dimensions have dimension
  /// 1 of what is computed last: N×…×C in the place of N×C×….
  void transposeData() { transposesData = true; }

  /// The value to compute with, of `type`, that of a tensor.
  mlir::Value addInput(llvm::StringRef name, mlir::Type type);
  void addOutput(llvm::StringRef name, mlir::Value value);

  /// Lets the first output be in the memory of `input`.
  void overwrite(mlir::Value input) { overwritten = input; }

  /// What `addInput` gave for this name, or null.
  mlir::Value getInput(llvm::StringRef name);

  template <typename Op, typename... Args>
  Op create(Args &&...args) {
    return Op::create(builder, builder.getUnknownLoc(),
                      std::forward<Args>(args)...);
  }

  /// A constant that stands for one value of every element of `like`.
  mlir::Value createNumber(mlir::Value like, double value);

  mlir::OpBuilder &getBuilder() { return builder; }

  mlir::func::FuncOp getFunction() { return function; }

  /// The module, with all inputs and outputs; ends the function's use.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

private:
  bool isTransposed(mlir::RankedTensorType type) const;

  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  mlir::func::ReturnOp end;
  llvm::SmallVector<mlir::Value> inputs, outputs;
  mlir::Value overwritten;
  llvm::SmallVector<std::string> inputNames, outputNames;
  bool transposesData = false;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_NORMKERNELFUNCTION_H
