//===- NormKernelBuilder.h - One norm kernel under construction -----------===//

#ifndef BNOPT_COMPILER_NORMS_NORMKERNELBUILDER_H
#define BNOPT_COMPILER_NORMS_NORMKERNELBUILDER_H

#include "compiler/norms/Fusions.h"
#include "compiler/norms/NormKernelFunction.h"
#include "compiler/norms/NormKernels.h"

namespace bnopt {

/// One kernel under construction, its options checked.
struct NormKernelBuilder {
  const NormKernelOptions &options;
  NormKernelFunction function;
  /// As it lies in memory, or as `function` transposes it.
  mlir::RankedTensorType type;
  /// The features, or the first normalized dimension, of `type`.
  int64_t axis;
  std::vector<std::string> fusions;

  mlir::Value addData(llvm::StringRef name) {
    return function.addInput(name, type);
  }

  /// One value per feature.
  mlir::Value addVector(llvm::StringRef name) {
    return function.addInput(name, getVectorType());
  }
  mlir::RankedTensorType getVectorType() {
    return mlir::RankedTensorType::get({type.getDimSize(axis)},
                                       function.getBuilder().getF32Type());
  }

  /// One value per element of a normalized row.
  mlir::Value addRow(llvm::StringRef name) {
    return function.addInput(
        name, mlir::RankedTensorType::get(type.getShape().drop_front(axis),
                                          function.getBuilder().getF32Type()));
  }

  void addFused(mlir::Value y) {
    function.addOutput("output", applyFusions(function, fusions, y));
  }

  mlir::FloatAttr getEpsilon() {
    return function.getBuilder().getF64FloatAttr(options.epsilon);
  }
  mlir::IntegerAttr getAxis() {
    return function.getBuilder().getI64IntegerAttr(axis);
  }
};

/// Each makes inputs, operators and outputs of the kernels of its name. A
/// failure has been reported.
mlir::LogicalResult buildBatchNormTraining(NormKernelBuilder &kernel);
mlir::LogicalResult buildBatchNormInference(NormKernelBuilder &kernel);
mlir::LogicalResult buildBatchNormStatistics(NormKernelBuilder &kernel);
mlir::LogicalResult buildBatchNormGradient(NormKernelBuilder &kernel);
mlir::LogicalResult buildLayerNorm(NormKernelBuilder &kernel);
mlir::LogicalResult buildLayerNormGradient(NormKernelBuilder &kernel);
mlir::LogicalResult buildRMSNorm(NormKernelBuilder &kernel);
mlir::LogicalResult buildRMSNormGradient(NormKernelBuilder &kernel);
mlir::LogicalResult buildGroupNorm(NormKernelBuilder &kernel);
mlir::LogicalResult buildGroupNormGradient(NormKernelBuilder &kernel);

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_NORMKERNELBUILDER_H
