//===- NNWindows.cpp - Operators with a sliding window --------------------===//
//
// Accessors and verifiers of convolutions and pools.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNWindows.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

using Values = ArrayRef<int64_t>;

//===----------------------------------------------------------------------===//
// Accessors
//===----------------------------------------------------------------------===//

SmallVector<int64_t> nn::getOrFill(OptionalValues values, size_t count,
                                   int64_t fill) {
  return values ? SmallVector<int64_t>(*values)
                : SmallVector<int64_t>(count, fill);
}

BNOPT_WINDOW_ACCESSORS(ConvOp)
BNOPT_WINDOW_ACCESSORS(ConvTransposeOp)
BNOPT_WINDOW_ACCESSORS(MaxPoolOp)
BNOPT_WINDOW_ACCESSORS(AveragePoolOp)

SmallVector<int64_t> ConvOp::getKernelShape() {
  return SmallVector<int64_t>(getWeights().getType().getShape().drop_front(2));
}

bool ConvOp::isDepthwise() {
  return getGroups() > 1 && getWeights().getType().getDimSize(1) == 1;
}

SmallVector<int64_t> ConvTransposeOp::getKernelShape() {
  return SmallVector<int64_t>(getWeights().getType().getShape().drop_front(2));
}

SmallVector<int64_t> ConvTransposeOp::getOutputPadValues() {
  return getOrFill(getOutputPads(), getNumSpatialDims(), 0);
}

//===----------------------------------------------------------------------===//
// Parts of verifiers
//===----------------------------------------------------------------------===//

/// Appends where `value` comes from, under an error about an operator using it.
static LogicalResult noteOrigin(InFlightDiagnostic diagnostic, Value value,
                                StringRef name) {
  diagnostic.attachNote(value.getLoc()) << name << " defined here";
  return diagnostic;
}

LogicalResult nn::verifyValues(Operation *op, StringRef name,
                               OptionalValues values, int64_t count,
                               int64_t minimum) {
  if (!values ||
      (static_cast<int64_t>(values->size()) == count &&
       llvm::all_of(*values, [=](int64_t v) { return v >= minimum; })))
    return success();
  return op->emitOpError("expects '")
         << name << "' to have " << count
         << (minimum > 0 ? " positive" : " non-negative")
         << " values for the spatial dimensions, but got [" << *values << "]";
}

static LogicalResult verifySameRank(Operation *op, RankedTensorType input,
                                    RankedTensorType weights) {
  if (weights.getRank() == input.getRank())
    return success();
  return op->emitOpError("expects 'weights' to have rank ")
         << input.getRank() << " as 'input', but got " << weights.getRank();
}

LogicalResult nn::verifyGroups(Operation *op, int64_t groups, int64_t channels,
                               StringRef which, Value origin, StringRef name) {
  if (groups <= 0)
    return op->emitOpError("expects 'groups' to be positive, but got ")
           << groups;
  if (ShapedType::isDynamic(channels) || channels % groups == 0)
    return success();
  return noteOrigin(op->emitOpError("expects 'groups' to divide ")
                        << channels << " " << which << " channels, but got "
                        << groups,
                    origin, name);
}

static LogicalResult
verifyBias(Operation *op, TypedValue<RankedTensorType> bias, int64_t channels) {
  if (!bias || areCompatibleSizes(bias.getType().getDimSize(0), channels))
    return success();
  return noteOrigin(op->emitOpError("expects 'bias' to have ")
                        << channels << " elements, one per output channel, "
                        << "but got " << bias.getType().getDimSize(0),
                    bias, "bias");
}

static LogicalResult verifyFits(Operation *op, RankedTensorType input,
                                ArrayRef<WindowDim> window,
                                StringRef name = "'input'") {
  for (auto [index, dim] : llvm::enumerate(window)) {
    int64_t size = input.getDimSize(index + 2);
    if (ShapedType::isDynamic(size) || ShapedType::isDynamic(dim.size))
      continue;
    int64_t padded = size + dim.padLow + dim.padHigh;
    if (padded < dim.getExtent())
      return op->emitOpError("expects the window to fit into dimension ")
             << index + 2 << " of the padded " << name << ", " << padded
             << " elements, but it spans " << dim.getExtent();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult ConvOp::verify() {
  RankedTensorType input = getInput().getType();
  RankedTensorType weights = getWeights().getType();
  int64_t spatial = getNumSpatialDims();
  int64_t channels = input.getDimSize(1), groups = getGroups();

  // (C1)
  if (failed(verifySameRank(*this, input, weights)))
    return failure();
  // (C2)
  if (failed(verifyGroups(*this, groups, channels, "input", getInput(),
                          "input")) ||
      failed(verifyGroups(*this, groups, weights.getDimSize(0), "output",
                          getWeights(), "weights")))
    return failure();
  // (C3)
  if (!ShapedType::isDynamic(channels) &&
      !areCompatibleSizes(weights.getDimSize(1), channels / groups))
    return noteOrigin(
        emitOpError("expects dimension 1 of 'weights' to have ")
            << channels / groups << " elements, the number of input channels "
            << "divided by 'groups', but got " << weights.getDimSize(1),
        getWeights(), "weights");
  // (C4), (C5), (C6)
  if (failed(verifyBias(*this, getBias(), weights.getDimSize(0))) ||
      failed(verifyValues(*this, "strides", getStrides(), spatial, 1)) ||
      failed(verifyValues(*this, "dilations", getDilations(), spatial, 1)) ||
      failed(verifyValues(*this, "pads", getPads(), 2 * spatial, 0)))
    return failure();
  // (C7)
  return verifyFits(
      *this, input,
      getWindow(getKernelShape(), getStrides(), getPads(), getDilations()));
}

LogicalResult ConvTransposeOp::verify() {
  RankedTensorType input = getInput().getType();
  RankedTensorType weights = getWeights().getType();
  int64_t spatial = getNumSpatialDims();
  int64_t channels = input.getDimSize(1);

  // (C1)
  if (failed(verifySameRank(*this, input, weights)))
    return failure();
  // (C2)
  if (failed(verifyGroups(*this, getGroups(), channels, "input", getInput(),
                          "input")))
    return failure();
  // (C3)
  if (!areCompatibleSizes(weights.getDimSize(0), channels))
    return noteOrigin(emitOpError("expects dimension 0 of 'weights' to have ")
                          << channels << " elements, one per input channel, "
                          << "but got " << weights.getDimSize(0),
                      getWeights(), "weights");
  // (C4)
  int64_t perGroup = weights.getDimSize(1);
  if (!ShapedType::isDynamic(perGroup) &&
      failed(verifyBias(*this, getBias(), perGroup * getGroups())))
    return failure();
  // (C5), (C6)
  if (failed(verifyValues(*this, "strides", getStrides(), spatial, 1)) ||
      failed(verifyValues(*this, "dilations", getDilations(), spatial, 1)) ||
      failed(verifyValues(*this, "pads", getPads(), 2 * spatial, 0)) ||
      failed(verifyValues(*this, "output_pads", getOutputPads(), spatial, 0)))
    return failure();
  // (C7)
  auto window =
      getWindow(getKernelShape(), getStrides(), getPads(), getDilations());
  for (auto [index, dim, outputPad] :
       llvm::enumerate(window, getOutputPadValues())) {
    int64_t size = input.getDimSize(index + 2);
    if (!ShapedType::isDynamic(size) && !ShapedType::isDynamic(dim.size) &&
        ShapedType::isDynamic(getTransposedSize(size, dim, outputPad)))
      return emitOpError("expects 'pads' to leave elements of dimension ")
             << index + 2 << " of the result, but got [" << getPadValues()
             << "]";
  }
  return success();
}

LogicalResult nn::verifyPoolWindow(Operation *op, Values sizes,
                                   OptionalValues strides, OptionalValues pads,
                                   OptionalValues dilations,
                                   RankedTensorType input, StringRef name) {
  int64_t spatial = input.getRank() - 2;
  // (C1)
  if (failed(verifyValues(op, "kernel_shape", sizes, spatial, 1)) ||
      failed(verifyValues(op, "strides", strides, spatial, 1)) ||
      failed(verifyValues(op, "dilations", dilations, spatial, 1)))
    return failure();
  // (C2) A window inside the padding alone would have no element to read.
  if (failed(verifyValues(op, "pads", pads, 2 * spatial, 0)))
    return failure();
  auto window = getWindow(sizes, strides, pads, dilations);
  for (const WindowDim &dim : window)
    if (std::max(dim.padLow, dim.padHigh) >= dim.getExtent())
      return op->emitOpError("expects 'pads' to be smaller than the dilated "
                             "window, ")
             << dim.getExtent() << ", but got [" << *pads << "]";
  // (C3)
  return verifyFits(op, input, window, name);
}

template <typename PoolOp>
static LogicalResult verifyPool(PoolOp op) {
  return verifyPoolWindow(op, op.getKernelShape(), op.getStrides(),
                          op.getPads(), op.getDilations(),
                          op.getInput().getType(), "'input'");
}

LogicalResult MaxPoolOp::verify() { return verifyPool(*this); }
LogicalResult AveragePoolOp::verify() { return verifyPool(*this); }
