//===- NNGradients.cpp - Adjoints of operators with a window --------------===//
//
// Accessors, result types and verifiers.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNOps.h"
#include "dialect/NN/NNWindows.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

using Shape = SmallVector<int64_t>;
static constexpr int64_t unknown = ShapedType::kDynamic;

//===----------------------------------------------------------------------===//
// Accessors and types
//===----------------------------------------------------------------------===//

BNOPT_WINDOW_ACCESSORS(ConvInputGradientOp)
BNOPT_WINDOW_ACCESSORS(ConvWeightGradientOp)
BNOPT_WINDOW_ACCESSORS(MaxPoolGradientOp)
BNOPT_WINDOW_ACCESSORS(AveragePoolGradientOp)

Shape ConvInputGradientOp::getKernelShape() {
  return Shape(getWeights().getType().getShape().drop_front(2));
}

bool ConvInputGradientOp::isDepthwise() {
  return getGroups() > 1 && getWeights().getType().getDimSize(1) == 1;
}

Shape ConvWeightGradientOp::getKernelShape() {
  return Shape(getType().getShape().drop_front(2));
}

bool ConvWeightGradientOp::isDepthwise() {
  return getGroups() > 1 && getType().getDimSize(1) == 1;
}

LogicalResult
MaxPoolGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &inferred) {
  inferred.assign({adaptor.getInput().getType()});
  return success();
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// Fails unless 'outputGradient' has the shape that the operator it belongs to,
/// `forward`, gives.
static LogicalResult
verifyOutputGradient(Operation *op, TypedValue<RankedTensorType> outputGradient,
                     ArrayRef<int64_t> expected, StringRef forward) {
  RankedTensorType type = outputGradient.getType();
  if (succeeded(verifyCompatibleShape(type.getShape(), expected)))
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError("expects 'outputGradient' to have the shape that ")
      << forward << " gives, "
      << RankedTensorType::get(expected, type.getElementType()) << ", but got "
      << type;
  diagnostic.attachNote(outputGradient.getLoc())
      << "outputGradient defined here";
  return diagnostic;
}

/// (C1) of convolutions' gradients.
static LogicalResult verifyRank(Operation *op, RankedTensorType type,
                                StringRef name, int64_t rank,
                                StringRef reference) {
  if (type.getRank() == rank)
    return success();
  return op->emitOpError("expects ")
         << name << " to have rank " << rank << " as '" << reference
         << "', but got " << type.getRank();
}

/// (C4), (C5) and (C6) of convolutions' gradients.
template <typename GradientOp>
static LogicalResult verifyWindows(GradientOp op, RankedTensorType input,
                                   RankedTensorType weights,
                                   StringRef forward) {
  int64_t spatial = op.getNumSpatialDims();
  // (C4), (C5)
  if (failed(verifyValues(op, "strides", op.getStrides(), spatial, 1)) ||
      failed(verifyValues(op, "dilations", op.getDilations(), spatial, 1)) ||
      failed(verifyValues(op, "pads", op.getPads(), 2 * spatial, 0)))
    return failure();
  // (C6)
  Shape expected = {input.getDimSize(0), weights.getDimSize(0)};
  auto window = getWindow(op.getKernelShape(), op.getStrides(), op.getPads(),
                          op.getDilations());
  for (auto [size, dim] : llvm::zip(input.getShape().drop_front(2), window)) {
    expected.push_back(getNumWindows(size, dim));
    if (size != unknown && dim.size != unknown && expected.back() == unknown)
      expected.back() = 0;
  }
  return verifyOutputGradient(op, op.getOutputGradient(), expected, forward);
}

LogicalResult ConvInputGradientOp::verify() {
  RankedTensorType gradient = getOutputGradient().getType();
  RankedTensorType weights = getWeights().getType();
  // (C1)
  if (failed(verifyRank(*this, weights, "'weights'", gradient.getRank(),
                        "outputGradient")) ||
      failed(verifyRank(*this, getType(), "the result", gradient.getRank(),
                        "outputGradient")))
    return failure();
  // (C2)
  int64_t groups = getGroups();
  if (failed(verifyGroups(*this, groups, weights.getDimSize(0), "output",
                          getWeights(), "weights")))
    return failure();
  // (C3)
  int64_t perGroup = weights.getDimSize(1);
  if (perGroup != unknown &&
      !areCompatibleSizes(getType().getDimSize(1), perGroup * groups))
    return emitOpError("expects a result with ")
           << perGroup * groups << " channels, dimension 1 of 'weights' times "
           << "'groups', but got " << getType().getDimSize(1);
  return verifyWindows(*this, getType(), weights,
                       "a convolution of the result with 'weights'");
}

LogicalResult ConvWeightGradientOp::verify() {
  RankedTensorType input = getInput().getType(), weights = getType();
  // (C1)
  if (failed(verifyRank(*this, getOutputGradient().getType(),
                        "'outputGradient'", input.getRank(), "input")) ||
      failed(
          verifyRank(*this, weights, "the result", input.getRank(), "input")))
    return failure();
  // (C2)
  int64_t channels = input.getDimSize(1), groups = getGroups();
  if (failed(verifyGroups(*this, groups, channels, "input", getInput(),
                          "input")) ||
      failed(verifyGroups(*this, groups, weights.getDimSize(0), "output",
                          getOutputGradient(), "outputGradient")))
    return failure();
  // (C3)
  if (channels != unknown &&
      !areCompatibleSizes(weights.getDimSize(1), channels / groups))
    return emitOpError("expects dimension 1 of the result to have ")
           << channels / groups << " elements, the number of input channels "
           << "divided by 'groups', but got " << weights.getDimSize(1);
  return verifyWindows(*this, input, weights,
                       "a convolution of 'input' with the result");
}

/// The attributes of a pool for an `input` called `name`, and the shape of the
/// gradient of `forward`.
template <typename GradientOp>
static LogicalResult verifyPoolGradient(GradientOp op, RankedTensorType input,
                                        StringRef name, StringRef forward) {
  // (C1), (C2), (C3)
  if (failed(verifyPoolWindow(op, op.getKernelShape(), op.getStrides(),
                              op.getPads(), op.getDilations(), input, name)))
    return failure();
  // (C4)
  Shape expected(input.getShape().take_front(2));
  auto window = getWindow(op.getKernelShape(), op.getStrides(), op.getPads(),
                          op.getDilations());
  for (auto [size, dim] : llvm::zip(input.getShape().drop_front(2), window))
    expected.push_back(getNumWindows(size, dim, op.getCeilMode()));
  return verifyOutputGradient(op, op.getOutputGradient(), expected, forward);
}

LogicalResult MaxPoolGradientOp::verify() {
  return verifyPoolGradient(*this, getInput().getType(), "'input'",
                            "a pool of 'input'");
}

LogicalResult AveragePoolGradientOp::verify() {
  return verifyPoolGradient(*this, getType(), "result", "a pool of the result");
}
