//===- NNVerifiers.cpp - Constraints of the operators ---------------------===//
//
// Convolutions and pools are in NNWindows.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

using Values = ArrayRef<int64_t>;

static LogicalResult verifyAxis(Operation *op, int64_t axis, int64_t rank) {
  if (axis >= 0 && axis < rank)
    return success();
  return op->emitOpError("expects 'axis' to be in 0..")
         << rank - 1 << ", the dimensions of its input, but got " << axis;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult GemmOp::verify() {
  // (C1)
  int64_t inner = getA().getType().getDimSize(getTransA() ? 0 : 1);
  int64_t innerB = getB().getType().getDimSize(getTransB() ? 1 : 0);
  if (!areCompatibleSizes(inner, innerB))
    return emitOpError("expects dimension ")
           << (getTransB() ? 1 : 0) << " of 'b' to have " << inner
           << " elements, the inner dimension of 'a', but got " << innerB;
  // (C2)
  if (!getBias() || broadcastsTo(getBias().getType().getShape(),
                                 getResult().getType().getShape()))
    return success();
  return emitOpError("expects 'bias' to broadcast to ")
         << getResult().getType() << ", but got " << getBias().getType();
}

LogicalResult MatMulOp::verify() {
  RankedTensorType lhs = getLhs().getType(), rhs = getRhs().getType();
  // (C1)
  for (auto [name, type] : {std::pair("lhs", lhs), std::pair("rhs", rhs)})
    if (type.getRank() < 2)
      return emitOpError("expects '")
             << name << "' to have at least 2 dimensions, but got " << type;
  // (C2)
  int64_t inner = lhs.getShape().back();
  int64_t innerRhs = rhs.getShape().drop_back().back();
  if (!areCompatibleSizes(inner, innerRhs))
    return emitOpError("expects the last but one dimension of 'rhs' to have ")
           << inner << " elements, the last dimension of 'lhs', but got "
           << innerRhs;
  // (C3)
  if (getBroadcastShape(lhs.getShape().drop_back(2),
                        rhs.getShape().drop_back(2)))
    return success();
  return emitOpError("expects the leading dimensions of its operands to "
                     "broadcast, but got ")
         << lhs << " and " << rhs;
}

//===----------------------------------------------------------------------===//
// Reductions and normalizations
//===----------------------------------------------------------------------===//

template <typename ReduceOp>
static LogicalResult verifyReduce(ReduceOp op) {
  // (C1)
  Values axes = op.getAxes();
  int64_t rank = op.getInput().getType().getRank();
  bool isSorted = llvm::is_sorted(axes, std::less_equal<int64_t>());
  if (isSorted && llvm::all_of(axes, [&](int64_t axis) {
        return axis >= 0 && axis < rank;
      }))
    return success();
  return op.emitOpError("expects 'axes' to be sorted, unique and in 0..")
         << rank - 1 << ", but got [" << axes << "]";
}

LogicalResult ReduceMeanOp::verify() { return verifyReduce(*this); }
LogicalResult ReduceSumOp::verify() { return verifyReduce(*this); }
LogicalResult ReduceMaxOp::verify() { return verifyReduce(*this); }

LogicalResult SoftmaxOp::verify() {
  // (C1)
  return verifyAxis(*this, getAxis(), getInput().getType().getRank());
}

LogicalResult LocalResponseNormOp::verify() {
  // (C1)
  if (getSize() > 0)
    return success();
  return emitOpError("expects 'size' to be positive, but got ") << getSize();
}

//===----------------------------------------------------------------------===//
// Elementwise operators
//===----------------------------------------------------------------------===//

template <typename BinaryOp>
static LogicalResult verifyBinary(BinaryOp op) {
  // (C1)
  RankedTensorType lhs = op.getLhs().getType(), rhs = op.getRhs().getType();
  if (getBroadcastShape(lhs.getShape(), rhs.getShape()))
    return success();
  return op.emitOpError("expects 'lhs' and 'rhs' to broadcast, but got ")
         << lhs << " and " << rhs;
}

LogicalResult AddOp::verify() { return verifyBinary(*this); }
LogicalResult SubOp::verify() { return verifyBinary(*this); }
LogicalResult MulOp::verify() { return verifyBinary(*this); }
LogicalResult DivOp::verify() { return verifyBinary(*this); }
LogicalResult PowOp::verify() { return verifyBinary(*this); }
LogicalResult MinOp::verify() { return verifyBinary(*this); }
LogicalResult MaxOp::verify() { return verifyBinary(*this); }
LogicalResult PReluOp::verify() { return verifyBinary(*this); }

LogicalResult GateOp::verify() {
  // (C1)
  for (auto [name, bound] :
       {std::pair("lowest", getLowest()), std::pair("highest", getHighest())})
    if (bound.isNaN())
      return emitOpError("expects '")
             << name << "' to be a number, but got NaN";
  // (C2)
  if (getSlope().isFinite())
    return success();
  return emitOpError("expects 'slope' to be finite, but got ")
         << getSlope().convertToDouble();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::verify() {
  // (C1)
  if (getInputs().empty())
    return emitOpError("expects at least one input");
  // (C2)
  auto first = cast<RankedTensorType>(getInputs()[0].getType());
  if (failed(verifyAxis(*this, getAxis(), first.getRank())))
    return failure();
  // (C3)
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    auto type = cast<RankedTensorType>(input.getType());
    bool isEqual = type.getElementType() == first.getElementType() &&
                   type.getRank() == first.getRank();
    for (int64_t dim = 0; isEqual && dim < type.getRank(); ++dim)
      isEqual = dim == static_cast<int64_t>(getAxis()) ||
                areCompatibleSizes(type.getDimSize(dim), first.getDimSize(dim));
    if (!isEqual)
      return emitOpError("expects input ")
             << index << " to have the type of input 0, " << first
             << ", but for the size of dimension " << getAxis() << ", but got "
             << type;
  }
  return success();
}

LogicalResult SliceOp::verify() {
  RankedTensorType input = getInput().getType();
  auto rank = static_cast<size_t>(input.getRank());
  // (C1)
  for (auto [name, values] :
       {std::pair("offsets", getOffsets()), std::pair("sizes", getSizes()),
        std::pair("steps", getSteps())})
    if (values.size() != rank)
      return emitOpError("expects '")
             << name << "' to have " << rank
             << " values, one per dimension of 'input', but got [" << values
             << "]";
  // (C2)
  for (auto [index, size, offset, count, step] : llvm::enumerate(
           input.getShape(), getOffsets(), getSizes(), getSteps())) {
    int64_t last = count > 0 ? offset + (count - 1) * step : offset;
    bool isWithin = count >= 0 && step != 0 && offset >= 0 && last >= 0 &&
                    (count == 0 || ShapedType::isDynamic(size) ||
                     std::max(offset, last) < size);
    if (!isWithin)
      return emitOpError("expects the slice to lie within dimension ")
             << index << " of 'input', " << input << ", but got offset "
             << offset << ", size " << count << ", step " << step;
  }
  return success();
}

LogicalResult PadOp::verify() {
  RankedTensorType input = getInput().getType();
  // (C1)
  Values pads = getPads();
  auto rank = static_cast<size_t>(input.getRank());
  if (pads.size() != 2 * rank ||
      llvm::any_of(pads, [](int64_t pad) { return pad < 0; }))
    return emitOpError("expects 'pads' to have ")
           << 2 * rank << " non-negative values, but got [" << pads << "]";
  // (C2) Reflection repeats elements other than the outermost one.
  if (getMode() != PadMode::Reflect)
    return success();
  for (auto [index, size] : llvm::enumerate(input.getShape())) {
    int64_t margin = std::max(pads[index], pads[rank + index]);
    if (!ShapedType::isDynamic(size) && margin >= size)
      return emitOpError("expects reflected margins smaller than dimension ")
             << index << " of 'input', " << size << " elements, but got "
             << margin;
  }
  return success();
}

LogicalResult ReshapeOp::verify() {
  // (C1)
  int64_t from = getNumElements(getInput().getType().getShape());
  int64_t to = getNumElements(getResult().getType().getShape());
  if (areCompatibleSizes(from, to))
    return success();
  return emitOpError("expects a result of ")
         << from << " elements, as 'input', but got " << to;
}

LogicalResult TransposeOp::verify() {
  // (C1)
  Values permutation = getPermutation();
  int64_t rank = getInput().getType().getRank();
  if (static_cast<int64_t>(permutation.size()) == rank &&
      isPermutation(permutation))
    return success();
  return emitOpError("expects 'permutation' to permute the ")
         << rank << " dimensions of 'input', but got [" << permutation << "]";
}

LogicalResult ChannelShuffleOp::verify() {
  // (C1)
  int64_t channels = getInput().getType().getDimSize(1);
  int64_t groups = getGroups();
  if (groups <= 0)
    return emitOpError("expects 'groups' to be positive, but got ") << groups;
  if (ShapedType::isDynamic(channels) || channels % groups == 0)
    return success();
  return emitOpError("expects 'groups' to divide ")
         << channels << " input channels, but got " << groups;
}

LogicalResult DepthToSpaceOp::verify() {
  RankedTensorType input = getInput().getType();
  // (C1)
  if (input.getRank() != 4)
    return emitOpError("expects 'input' to have 2 spatial dimensions, but got ")
           << input.getRank() - 2;
  // (C2)
  int64_t channels = input.getDimSize(1), block = getBlockSize();
  if (block <= 0)
    return emitOpError("expects 'block_size' to be positive, but got ")
           << block;
  if (ShapedType::isDynamic(channels) || channels % (block * block) == 0)
    return success();
  return emitOpError("expects the square of 'block_size' to divide ")
         << channels << " input channels, but got " << block;
}

LogicalResult ResizeOp::verify() {
  // (C1)
  RankedTensorType input = getInput().getType(), result = getResult().getType();
  if (input.getRank() == result.getRank() &&
      areCompatibleSizes(input.getDimSize(0), result.getDimSize(0)) &&
      areCompatibleSizes(input.getDimSize(1), result.getDimSize(1)))
    return success();
  return emitOpError("expects a result with the rank of 'input' and its "
                     "dimensions 0 and 1, ")
         << input << ", but got " << result;
}
