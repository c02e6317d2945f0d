//===- tiny-opt.cpp - A dialect of somebody else, folded by bn-opt --------===//

#include "compiler/Pipeline.h"
#include "dialect/AllDialects.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "passes/Passes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "TinyDialect.h.inc"

#define GET_OP_CLASSES
#include "TinyOps.h.inc"

#include "TinyDialect.cpp.inc"

#define GET_OP_CLASSES
#include "TinyOps.cpp.inc"

using namespace mlir;

void tiny::TinyDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "TinyOps.cpp.inc"
      >();
}

// Weights [features, inputs]: one row for each feature.
FailureOr<bnopt::ScaleShiftTarget>
tiny::DenseOp::getScaleShiftTargetBelow(int64_t featureIndex,
                                        std::string &reason) {
  RankedTensorType weights = getWeights().getType();
  if (featureIndex != 1 || !weights.hasStaticShape()) {
    reason = "'tiny.dense' has features along dimension 1";
    return failure();
  }
  bnopt::ScaleShiftTarget target;
  target.weightsOperand = 1;
  target.view.featuresPerGroup = weights.getDimSize(0);
  target.view.inner = weights.getDimSize(1);
  target.bias = getBias();
  return target;
}

Operation *tiny::DenseOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                           Value bias) {
  return DenseOp::create(builder, getLoc(), getType(), getInput(), weights,
                         bias ? bias : getBias());
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  bnopt::registerAllDialects(registry);
  registry.insert<tiny::TinyDialect>();
  bnopt::registerBNOptPasses();
  bnopt::registerPipelines();
  return asMainReturnCode(
      MlirOptMain(argc, argv, "tiny-opt: somebody else's dialect\n", registry));
}
