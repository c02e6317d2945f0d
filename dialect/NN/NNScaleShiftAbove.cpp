//===- NNScaleShiftAbove.cpp - Weights that absorb what stands above ------===//
//
// For a linear operator y[f] = Σ w[f,c,k]·x[c,…] + b[f], a scale-shift above it
// is Σ (w[f,c,k]·s[c])·x[c,…] + Σ w[f,c,k]·t[c] + b[f], where the second sum
// runs over the taps k that read the input and not the padding.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

//===----------------------------------------------------------------------===//
// Taps
//===----------------------------------------------------------------------===//

/// The taps that read one of `inputSize` elements at each of the positions.
static ReadTaps getConvTaps(int64_t inputSize, const WindowDim &window) {
  ReadTaps positions(getNumWindows(inputSize, window));
  for (auto [position, taps] : llvm::enumerate(positions))
    for (int64_t tap = 0; tap < window.size; ++tap) {
      const int64_t read = static_cast<int64_t>(position) * window.stride +
                           tap * window.dilation - window.padLow;
      if (read >= 0 && read < inputSize)
        taps.push_back(tap);
    }
  return positions;
}

/// The same for a transposed convolution: tap k of the element at i adds to
/// position i·stride + k·dilation − padLow.
static ReadTaps getTransposedTaps(int64_t inputSize, const WindowDim &window,
                                  int64_t outputPad) {
  ReadTaps positions(getTransposedSize(inputSize, window, outputPad));
  for (auto [position, taps] : llvm::enumerate(positions))
    for (int64_t tap = 0; tap < window.size; ++tap) {
      const int64_t distance = static_cast<int64_t>(position) + window.padLow -
                               tap * window.dilation;
      if (distance >= 0 && distance % window.stride == 0 &&
          distance / window.stride < inputSize)
        taps.push_back(tap);
    }
  return positions;
}

/// Whether all taps read the input everywhere, whatever its size.
static bool readsAllTaps(const WindowDim &window) {
  return window.padLow == 0 && window.padHigh == 0;
}

static bool addsAllTaps(const WindowDim &window, int64_t outputPad) {
  const int64_t margin = window.getExtent() - 1;
  return window.stride == 1 && outputPad == 0 && window.padLow >= margin &&
         window.padHigh >= margin;
}

/// Sets the taps of `target`, dimension by dimension; a shift is refused where
/// they depend on a size that is not known.
template <typename GetTaps>
static void setTaps(Operation *op, RankedTensorType input,
                    ArrayRef<WindowDim> window, GetTaps &&getTaps,
                    ScaleShiftTargetAbove &target) {
  for (auto [dim, each] : llvm::enumerate(window)) {
    target.window.push_back(each.size);
    const int64_t size = input.getDimSize(static_cast<int64_t>(dim) + 2);
    if (!ShapedType::isDynamic(size)) {
      target.readTaps.push_back(getTaps(dim, size));
      continue;
    }
    (void)refuse(target.shiftObstacle, op,
                 "reads padding at borders of which dimension " +
                     Twine(dim + 2) + " does not say where they are");
    target.readTaps.clear();
    return;
  }
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

static LogicalResult checkData(Operation *op, unsigned operand,
                               int64_t featureIndex, std::string &reason) {
  if (operand != 0)
    return refuse(reason, op,
                  "reads what is scaled as operand " + Twine(operand) +
                      ", not as its data");
  if (featureIndex != 1) {
    reason = "features lie along dimension " + std::to_string(featureIndex) +
             ", not along the input channels";
    return failure();
  }
  if (!getTensorType(op->getOperand(1)).hasStaticShape()) {
    reason = "the shape of the weights is not known";
    return failure();
  }
  return success();
}

FailureOr<ScaleShiftTargetAbove>
ConvOp::getScaleShiftTargetAbove(unsigned operand, int64_t featureIndex,
                                 std::string &reason) {
  if (failed(checkData(*this, operand, featureIndex, reason)))
    return failure();
  const auto groups = static_cast<int64_t>(getGroups());
  const RankedTensorType weights = getWeights().getType();
  const SmallVector<int64_t> kernel = getKernelShape();
  const int64_t numTaps = ShapedType::getNumElements(kernel);
  ScaleShiftTargetAbove target;
  target.weightsOperand = getWeightsMutable().getOperandNumber();
  target.inputView = {groups, weights.getDimSize(0) / groups,
                      weights.getDimSize(1), numTaps};
  target.resultView = {1, 1, weights.getDimSize(0),
                       weights.getDimSize(1) * numTaps};
  target.bias = getBias();
  const auto window =
      nn::getWindow(kernel, getStrides(), getPads(), getDilations());
  if (!llvm::all_of(window, readsAllTaps))
    setTaps(
        *this, getInput().getType(), window,
        [&](size_t dim, int64_t size) {
          return getConvTaps(size, window[dim]);
        },
        target);
  return target;
}

FailureOr<ScaleShiftTargetAbove> ConvTransposeOp::getScaleShiftTargetAbove(
    unsigned operand, int64_t featureIndex, std::string &reason) {
  if (failed(checkData(*this, operand, featureIndex, reason)))
    return failure();
  const auto groups = static_cast<int64_t>(getGroups());
  const RankedTensorType weights = getWeights().getType();
  const SmallVector<int64_t> kernel = getKernelShape(),
                             outputPads = getOutputPadValues();
  const int64_t numTaps = ShapedType::getNumElements(kernel);
  ScaleShiftTargetAbove target;
  target.weightsOperand = getWeightsMutable().getOperandNumber();
  target.inputView = {1, 1, weights.getDimSize(0),
                      weights.getDimSize(1) * numTaps};
  target.resultView = {groups, weights.getDimSize(0) / groups,
                       weights.getDimSize(1), numTaps};
  target.bias = getBias();
  const auto window =
      nn::getWindow(kernel, getStrides(), getPads(), getDilations());
  if (!llvm::all_of(llvm::zip_equal(window, outputPads), [](auto pair) {
        return addsAllTaps(std::get<0>(pair), std::get<1>(pair));
      }))
    setTaps(
        *this, getInput().getType(), window,
        [&](size_t dim, int64_t size) {
          return getTransposedTaps(size, window[dim], outputPads[dim]);
        },
        target);
  return target;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// Of the two factors one is the data, the other the weights.
static LogicalResult checkIsData(Operation *op, unsigned operand,
                                 unsigned weightsOperand, std::string &reason) {
  if (operand == 1 - weightsOperand)
    return success();
  return refuse(reason, op,
                "reads what is scaled as operand " + Twine(operand) +
                    ", not as its data");
}

FailureOr<ScaleShiftTargetAbove>
GemmOp::getScaleShiftTargetAbove(unsigned operand, int64_t featureIndex,
                                 std::string &reason) {
  const unsigned weightsOperand = getWeightsOperand();
  if (failed(checkIsData(*this, operand, weightsOperand, reason)))
    return failure();
  const RankedTensorType weights = getTensorType(getOperand(weightsOperand));
  const bool isLeft = weightsOperand == 0;
  const bool isDataTransposed = isLeft ? getTransB() : getTransA();
  const bool isTransposed = isLeft ? getTransA() : getTransB();
  // K is the inner dimension: the last of A', the first of B'.
  if (featureIndex != (isLeft != isDataTransposed ? 0 : 1))
    return refuse(reason, *this,
                  "does not add along dimension " + Twine(featureIndex) +
                      " of its data");
  if (!weights.hasStaticShape())
    return refuse(reason, *this, "has weights of unknown shape");
  if (getAlpha().convertToDouble() != 1)
    return refuse(reason, *this, "multiplies the product by alpha");
  if (failed(checkBias(reason)))
    return failure();
  // The weights are K×N, or N×K: N is the dimension of the result.
  const bool innerFirst = isLeft == isTransposed;
  const int64_t rows = weights.getDimSize(0), columns = weights.getDimSize(1);
  const FeatureView first{1, 1, rows, columns}, last{1, rows, columns, 1};
  ScaleShiftTargetAbove target;
  target.weightsOperand = weightsOperand;
  target.inputView = innerFirst ? first : last;
  target.resultView = innerFirst ? last : first;
  target.bias = getBias();
  target.takesBias = !isLeft;
  target.resultFeatureIndex = isLeft ? 0 : 1;
  return target;
}

FailureOr<ScaleShiftTargetAbove>
MatMulOp::getScaleShiftTargetAbove(unsigned operand, int64_t featureIndex,
                                   std::string &reason) {
  const unsigned weightsOperand = getWeightsOperand();
  if (failed(checkIsData(*this, operand, weightsOperand, reason)))
    return failure();
  const bool isLeft = weightsOperand == 0;
  const RankedTensorType weights = getTensorType(getOperand(weightsOperand));
  const int64_t rank = weights.getRank();
  const int64_t dataRank = getTensorType(getOperand(operand)).getRank();
  if (featureIndex != dataRank - (isLeft ? 2 : 1))
    return refuse(reason, *this,
                  "does not add along dimension " + Twine(featureIndex) +
                      " of its data");
  if (!weights.hasStaticShape())
    return refuse(reason, *this, "has weights of unknown shape");
  const int64_t rows = weights.getDimSize(rank - 2),
                columns = weights.getDimSize(rank - 1);
  const int64_t batch =
      ShapedType::getNumElements(weights.getShape().drop_back(2));
  const FeatureView first{1, batch, rows, columns},
      last{1, batch * rows, columns, 1};
  ScaleShiftTargetAbove target;
  target.weightsOperand = weightsOperand;
  target.inputView = isLeft ? last : first;
  target.resultView = isLeft ? first : last;
  target.takesBias = false;
  target.resultFeatureIndex = getType().getRank() - (isLeft ? 2 : 1);
  if (batch != 1)
    (void)refuse(target.shiftObstacle, *this,
                 "has other weights, and so another shift, for each matrix");
  return target;
}
