//===- LinalgScaleShift.cpp - Linalg operators join the folding -----------===//
//
// What an operator does is read off its indexing maps and body, not its name,
// so one model serves all of them, and every `linalg.generic` of their form.
//
//===----------------------------------------------------------------------===//

#include "dialect/External/ElementwiseMoves.h"
#include "dialect/External/LinearGeometry.h"
#include "dialect/External/ScaleShiftModels.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using linalg::LinalgOp;

namespace bnopt {
namespace {

template <typename ConcreteOp>
struct LinalgModel
    : ScaleShiftOpInterface::ExternalModel<LinalgModel<ConcreteOp>,
                                           ConcreteOp> {
  FailureOr<ScaleShiftTarget>
  getScaleShiftTargetBelow(Operation *op, int64_t featureIndex,
                           std::string &reason) const {
    auto linear = cast<LinalgOp>(op);
    if (!isLinear(linear))
      return failure();
    return getLinearTargetBelow(linear, {featureIndex}, reason);
  }

  FailureOr<ScaleShiftTargetAbove>
  getScaleShiftTargetAbove(Operation *op, unsigned operand,
                           int64_t featureIndex, std::string &reason) const {
    auto linear = cast<LinalgOp>(op);
    if (!isLinear(linear))
      return failure();
    return getLinearTargetAbove(linear, operand, featureIndex, reason);
  }

  Operation *cloneWithWeights(Operation *op, OpBuilder &builder, Value weights,
                              Value bias) const {
    return cloneLinear(builder, cast<LinalgOp>(op), weights, bias);
  }

  FailureOr<SmallVector<ScaleShiftMove>>
  moveScaleShiftUp(Operation *op, const ScaleAndShift &below,
                   std::string &reason) const {
    auto elementwise = cast<LinalgOp>(op);
    auto kind = getElementwiseKind(elementwise);
    if (!kind)
      return failure();
    return moveElementwiseUp(elementwise, *kind, below, reason);
  }

  Value buildMovedUp(Operation *op, OpBuilder &builder,
                     const ScaleAndShift &below, ValueRange operands) const {
    if (getElementwiseKind(cast<LinalgOp>(op)) != ElementwiseKind::Relu ||
        keepsRelu(below))
      return cloneWithOperands(builder, op, operands);
    return buildClampOf(op, builder, operands, below.featureIndex,
                        getReluBounds(below.numFeatures()).moveUp(below));
  }

  FailureOr<ScaleAndShift> moveScaleShiftDown(Operation *op, unsigned operand,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) const {
    auto elementwise = cast<LinalgOp>(op);
    auto kind = getElementwiseKind(elementwise);
    if (!kind)
      return failure();
    return moveElementwiseDown(elementwise, *kind, operand, above,
                               changesOperator, reason);
  }

  Value buildMovedDown(Operation *op, OpBuilder &builder, unsigned operand,
                       const ScaleAndShift &above, ValueRange operands) const {
    if (getElementwiseKind(cast<LinalgOp>(op)) != ElementwiseKind::Relu ||
        keepsRelu(above))
      return cloneWithOperands(builder, op, operands);
    return buildClampOf(op, builder, operands, above.featureIndex,
                        getReluBounds(above.numFeatures()).moveDown(above));
  }

private:
  /// A relu has the same maps for input and result, but they may permute.
  static Value buildClampOf(Operation *op, OpBuilder &builder,
                            ValueRange operands, int64_t featureIndex,
                            const ClampBounds &bounds) {
    auto relu = cast<LinalgOp>(op);
    const unsigned input = getReluOperand(relu);
    return buildClamp(builder, relu, operands[input], featureIndex, bounds);
  }
};

template <typename... Ops>
void attachModels(MLIRContext *context) {
  (Ops::template attachInterface<LinalgModel<Ops>>(*context), ...);
}

} // namespace

void registerLinalgScaleShiftModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    using namespace linalg;
    attachModels<Conv1DNcwFcwOp, Conv1DNwcWcfOp, Conv2DNchwFchwOp,
                 Conv2DNgchwFgchwOp, Conv2DNgchwGfchwOp, Conv2DNhwcFhwcOp,
                 Conv2DNhwcHwcfOp, Conv2DNhwgcGfhwcOp, Conv3DNcdhwFcdhwOp,
                 Conv3DNdhwcDhwcfOp>(context);
    attachModels<DepthwiseConv1DNcwCwOp, DepthwiseConv1DNwcWcOp,
                 DepthwiseConv1DNwcWcmOp, DepthwiseConv2DNchwChwOp,
                 DepthwiseConv2DNhwcHwcOp, DepthwiseConv2DNhwcHwcmOp,
                 DepthwiseConv3DNcdhwCdhwOp, DepthwiseConv3DNdhwcDhwcOp,
                 DepthwiseConv3DNdhwcDhwcmOp>(context);
    attachModels<BatchMatmulOp, ContractOp, MatmulOp, MatvecOp, VecmatOp>(
        context);
    attachModels<AddOp, BroadcastOp, ElementwiseOp, GenericOp, MapOp, MaxOp,
                 SubOp, TransposeOp>(context);
  });
}

} // namespace bnopt
