//===- NNMovesPooling.cpp - Scale-shifts pass pools and reductions --------===//
//
//   mean(s·x + t) = s·mean(x) + t            where all elements count
//   sum(s·x + t) = s·sum(x) + n·t
//   max(s·x + t) = s·max(x) + t, s >= 0      padding never wins
//
// Padding that a mean counts is zero behind the scale-shift, so that the scale
// alone passes. Features must not be pooled with each other.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

static LogicalResult checkPool(MaxPoolOp op, const ScaleAndShift &values,
                               std::string &reason) {
  if (!hasNonNegativeScales(values))
    return refuse(reason, op, "lets no negative scale pass");
  return success();
}

static LogicalResult checkPool(AveragePoolOp op, const ScaleAndShift &values,
                               std::string &reason) {
  const bool countsPads =
      op.getCountIncludePad() &&
      llvm::any_of(op.getPadValues(), [](int64_t pad) { return pad != 0; });
  if (countsPads && hasShift(values))
    return refuse(reason, op, "counts padding, which is not shifted");
  return success();
}

template <typename PoolOp>
static FailureOr<ScaleAndShift> passPool(PoolOp op, const ScaleAndShift &values,
                                         std::string &reason) {
  if (values.featureIndex > 1)
    return refuse(reason, op, "pools the features with each other");
  if (failed(checkPool(op, values, reason)))
    return failure();
  return values;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// The dimension of the input that becomes dimension `dim` of the result; none
/// if it is one that was reduced.
template <typename ReduceOp>
static std::optional<int64_t> getInputDim(ReduceOp op, int64_t dim) {
  if (!op.getKeepDims())
    for (int64_t axis : op.getAxes())
      dim += axis <= dim;
  if (llvm::is_contained(op.getAxes(), dim))
    return std::nullopt;
  return dim;
}

template <typename ReduceOp>
static int64_t getResultDim(ReduceOp op, int64_t dim) {
  if (op.getKeepDims())
    return dim;
  return dim -
         llvm::count_if(op.getAxes(), [&](int64_t axis) { return axis < dim; });
}

/// The number of elements in each sum; none if it is not known.
static std::optional<double> getNumSummed(ReduceSumOp op) {
  double count = 1;
  for (int64_t axis : op.getAxes()) {
    if (getTensorType(op.getInput()).isDynamicDim(axis))
      return std::nullopt;
    count *= static_cast<double>(getTensorType(op.getInput()).getDimSize(axis));
  }
  return count;
}

/// The factor by which a shift grows, where `values` pass at all.
static FailureOr<double> getShiftFactor(ReduceMeanOp, const ScaleAndShift &,
                                        std::string &) {
  return 1;
}

static FailureOr<double> getShiftFactor(ReduceSumOp op,
                                        const ScaleAndShift &values,
                                        std::string &reason) {
  const std::optional<double> count = getNumSummed(op);
  if (count)
    return *count;
  if (!hasShift(values))
    return 1;
  return refuse(reason, op, "adds an unknown number of shifts");
}

static FailureOr<double> getShiftFactor(ReduceMaxOp op,
                                        const ScaleAndShift &values,
                                        std::string &reason) {
  if (!hasNonNegativeScales(values))
    return refuse(reason, op, "lets no negative scale pass");
  return 1;
}

template <typename ReduceOp>
static ScaleShiftMoves moveUpThroughReduction(ReduceOp op,
                                              const ScaleAndShift &below,
                                              std::string &reason) {
  const std::optional<int64_t> dim = getInputDim(op, below.featureIndex);
  if (!dim)
    return refuse(reason, op, "reduces the features");
  const FailureOr<double> factor = getShiftFactor(op, below, reason);
  if (failed(factor))
    return failure();
  return asMove(alongDim(withShiftsTimes(below, 1 / *factor), *dim));
}

template <typename ReduceOp>
static FailureOr<ScaleAndShift>
moveDownThroughReduction(ReduceOp op, const ScaleAndShift &above,
                         std::string &reason) {
  if (llvm::is_contained(op.getAxes(), above.featureIndex))
    return refuse(reason, op, "reduces the features");
  const FailureOr<double> factor = getShiftFactor(op, above, reason);
  if (failed(factor))
    return failure();
  return alongDim(withShiftsTimes(above, *factor),
                  getResultDim(op, above.featureIndex));
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

#define BNOPT_POOL_METHODS(OP)                                                 \
  ScaleShiftMoves OP::moveScaleShiftUp(const ScaleAndShift &below,             \
                                       std::string &reason) {                  \
    return asMove(passPool(*this, below, reason));                             \
  }                                                                            \
  FailureOr<ScaleAndShift> OP::moveScaleShiftDown(                             \
      unsigned, const ScaleAndShift &above, bool &, std::string &reason) {     \
    return passPool(*this, above, reason);                                     \
  }

BNOPT_POOL_METHODS(MaxPoolOp)
BNOPT_POOL_METHODS(AveragePoolOp)

#define BNOPT_REDUCTION_METHODS(OP)                                            \
  ScaleShiftMoves OP::moveScaleShiftUp(const ScaleAndShift &below,             \
                                       std::string &reason) {                  \
    return moveUpThroughReduction(*this, below, reason);                       \
  }                                                                            \
  FailureOr<ScaleAndShift> OP::moveScaleShiftDown(                             \
      unsigned, const ScaleAndShift &above, bool &, std::string &reason) {     \
    return moveDownThroughReduction(*this, above, reason);                     \
  }

BNOPT_REDUCTION_METHODS(ReduceMeanOp)
BNOPT_REDUCTION_METHODS(ReduceSumOp)
BNOPT_REDUCTION_METHODS(ReduceMaxOp)
