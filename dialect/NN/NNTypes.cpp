//===- NNTypes.cpp - Result types of the operators ------------------------===//
//
// Inference is total: a dimension that a violated constraint leaves undefined
// is unknown, and the verifier states the violation.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNOps.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

using InferredTypes = SmallVectorImpl<Type>;
using MaybeLocation = std::optional<Location>;
using Shape = SmallVector<int64_t>;
static constexpr int64_t unknown = ShapedType::kDynamic;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static LogicalResult infer(InferredTypes &inferred, ArrayRef<int64_t> shape,
                           Type elementType) {
  inferred.assign({RankedTensorType::get(shape, elementType)});
  return success();
}

/// The quotient, or unknown unless both are known and divide.
static int64_t divide(int64_t size, int64_t divisor) {
  return size == unknown || divisor <= 0 || size % divisor ? unknown
                                                           : size / divisor;
}

static int64_t multiply(int64_t size, int64_t factor) {
  return size == unknown ? unknown : size * factor;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Dimensions 2 and later of the weights, one per spatial dimension of the
/// input.
static Shape getWindowSizes(RankedTensorType input, RankedTensorType weights) {
  Shape sizes(weights.getShape().drop_front(2));
  sizes.resize(input.getRank() - 2, unknown);
  return sizes;
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  RankedTensorType weights = getTensorType(adaptor.getWeights());
  auto window = getWindow(getWindowSizes(input, weights), adaptor.getStrides(),
                          adaptor.getPads(), adaptor.getDilations());
  Shape shape = {input.getDimSize(0), weights.getDimSize(0)};
  for (auto [size, dim] : llvm::zip(input.getShape().drop_front(2), window))
    shape.push_back(getNumWindows(size, dim));
  return infer(inferred, shape, input.getElementType());
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                                Adaptor adaptor,
                                                InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  RankedTensorType weights = getTensorType(adaptor.getWeights());
  auto window = getWindow(getWindowSizes(input, weights), adaptor.getStrides(),
                          adaptor.getPads(), adaptor.getDilations());
  Shape outputPads(adaptor.getOutputPads().value_or(ArrayRef<int64_t>()));
  outputPads.resize(window.size(), 0);
  Shape shape = {input.getDimSize(0),
                 multiply(weights.getDimSize(1), adaptor.getGroups())};
  for (auto [size, dim, outputPad] :
       llvm::zip(input.getShape().drop_front(2), window, outputPads))
    shape.push_back(getTransposedSize(size, dim, outputPad));
  return infer(inferred, shape, input.getElementType());
}

template <typename AdaptorT>
static LogicalResult inferPool(AdaptorT adaptor, InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  Shape sizes(adaptor.getKernelShape());
  sizes.resize(input.getRank() - 2, unknown);
  auto window = getWindow(sizes, adaptor.getStrides(), adaptor.getPads(),
                          adaptor.getDilations());
  Shape shape(input.getShape().take_front(2));
  for (auto [size, dim] : llvm::zip(input.getShape().drop_front(2), window))
    shape.push_back(getNumWindows(size, dim, adaptor.getCeilMode()));
  return infer(inferred, shape, input.getElementType());
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  return inferPool(adaptor, inferred);
}

LogicalResult AveragePoolOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                              Adaptor adaptor,
                                              InferredTypes &inferred) {
  return inferPool(adaptor, inferred);
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult GemmOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  RankedTensorType a = getTensorType(adaptor.getA()),
                   b = getTensorType(adaptor.getB());
  return infer(inferred,
               {a.getDimSize(adaptor.getTransA() ? 1 : 0),
                b.getDimSize(adaptor.getTransB() ? 0 : 1)},
               a.getElementType());
}

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  RankedTensorType lhs = getTensorType(adaptor.getLhs());
  RankedTensorType rhs = getTensorType(adaptor.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2) {
    inferred.assign({UnrankedTensorType::get(lhs.getElementType())});
    return success();
  }
  ArrayRef<int64_t> lhsBatch = lhs.getShape().drop_back(2);
  ArrayRef<int64_t> rhsBatch = rhs.getShape().drop_back(2);
  Shape shape =
      getBroadcastShape(lhsBatch, rhsBatch)
          .value_or(Shape(std::max(lhsBatch.size(), rhsBatch.size()), unknown));
  shape.push_back(lhs.getShape().drop_back().back());
  shape.push_back(rhs.getShape().back());
  return infer(inferred, shape, lhs.getElementType());
}

//===----------------------------------------------------------------------===//
// Reductions and elementwise operators
//===----------------------------------------------------------------------===//

template <typename AdaptorT>
static LogicalResult inferReduce(AdaptorT adaptor, InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  Shape shape;
  for (auto [dim, size] : llvm::enumerate(input.getShape())) {
    if (!llvm::is_contained(adaptor.getAxes(), static_cast<int64_t>(dim)))
      shape.push_back(size);
    else if (adaptor.getKeepDims())
      shape.push_back(1);
  }
  return infer(inferred, shape, input.getElementType());
}

template <typename AdaptorT>
static LogicalResult inferBinary(AdaptorT adaptor, InferredTypes &inferred) {
  RankedTensorType lhs = getTensorType(adaptor.getLhs());
  RankedTensorType rhs = getTensorType(adaptor.getRhs());
  Shape shape =
      getBroadcastShape(lhs.getShape(), rhs.getShape())
          .value_or(Shape(std::max(lhs.getRank(), rhs.getRank()), unknown));
  return infer(inferred, shape, lhs.getElementType());
}

#define BNOPT_INFER_BY(FUNCTION, OP)                                           \
  LogicalResult OP::inferReturnTypes(MLIRContext *, MaybeLocation,             \
                                     Adaptor adaptor,                          \
                                     InferredTypes &inferred) {                \
    return FUNCTION(adaptor, inferred);                                        \
  }

BNOPT_INFER_BY(inferReduce, ReduceMeanOp)
BNOPT_INFER_BY(inferReduce, ReduceSumOp)
BNOPT_INFER_BY(inferReduce, ReduceMaxOp)
BNOPT_INFER_BY(inferBinary, AddOp)
BNOPT_INFER_BY(inferBinary, SubOp)
BNOPT_INFER_BY(inferBinary, MulOp)
BNOPT_INFER_BY(inferBinary, DivOp)
BNOPT_INFER_BY(inferBinary, PowOp)
BNOPT_INFER_BY(inferBinary, MinOp)
BNOPT_INFER_BY(inferBinary, MaxOp)
BNOPT_INFER_BY(inferBinary, PReluOp)

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context, MaybeLocation,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  if (adaptor.getInputs().empty()) {
    inferred.assign({UnrankedTensorType::get(Float32Type::get(context))});
    return success();
  }
  RankedTensorType first = getTensorType(adaptor.getInputs()[0]);
  Shape shape(first.getShape());
  auto axis = static_cast<size_t>(adaptor.getAxis());
  for (Value input : adaptor.getInputs().drop_front()) {
    RankedTensorType type = getTensorType(input);
    if (type.getRank() != first.getRank())
      continue;
    for (auto [dim, size] : llvm::enumerate(type.getShape())) {
      if (dim == axis)
        shape[dim] = shape[dim] == unknown || size == unknown
                         ? unknown
                         : shape[dim] + size;
      else if (shape[dim] == unknown)
        shape[dim] = size;
    }
  }
  return infer(inferred, shape, first.getElementType());
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                        Adaptor adaptor,
                                        InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  Shape shape(adaptor.getSizes());
  shape.resize(input.getRank(), unknown);
  for (int64_t &size : shape)
    size = size < 0 ? unknown : size;
  return infer(inferred, shape, input.getElementType());
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  ArrayRef<int64_t> pads = adaptor.getPads();
  Shape shape(input.getRank(), unknown);
  if (pads.size() == 2 * shape.size() &&
      llvm::all_of(pads, [](int64_t pad) { return pad >= 0; }))
    for (auto [dim, size] : llvm::enumerate(input.getShape()))
      if (size != unknown)
        shape[dim] = pads[dim] + size + pads[shape.size() + dim];
  return infer(inferred, shape, input.getElementType());
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  Shape shape(input.getRank(), unknown);
  if (permutation.size() == shape.size() && isPermutation(permutation))
    for (auto [size, source] : llvm::zip(shape, permutation))
      size = input.getDimSize(source);
  return infer(inferred, shape, input.getElementType());
}

LogicalResult DepthToSpaceOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                               Adaptor adaptor,
                                               InferredTypes &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  int64_t block = adaptor.getBlockSize();
  Shape shape = {input.getDimSize(0),
                 divide(input.getDimSize(1), block * block)};
  for (int64_t size : input.getShape().drop_front(2))
    shape.push_back(block > 0 ? multiply(size, block) : unknown);
  return infer(inferred, shape, input.getElementType());
}
