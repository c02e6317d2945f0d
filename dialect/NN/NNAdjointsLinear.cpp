//===- NNAdjointsLinear.cpp - Adjoints of products ------------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// A bias is repeated over all dimensions but the channels.
static Value getBiasGradient(AdjointBuilder &b, Value dy) {
  SmallVector<int64_t> axes = {0};
  llvm::append_range(axes, llvm::seq<int64_t>(2, getTensorType(dy).getRank()));
  return b.sum(dy, axes, /*keepDims=*/false);
}

FailureOr<Gradients> ConvOp::buildAdjoint(OpBuilder &builder,
                                          const AdjointRequest &request,
                                          std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.create<ConvInputGradientOp>(
        getInput().getType(), dy, getWeights(), getStridesAttr(), getPadsAttr(),
        getDilationsAttr(), getGroupsAttr());
  if (request.isNeeded(1))
    gradients[1] = b.create<ConvWeightGradientOp>(
        getWeights().getType(), getInput(), dy, getStridesAttr(), getPadsAttr(),
        getDilationsAttr(), getGroupsAttr());
  if (getBias() && request.isNeeded(2))
    gradients[2] = getBiasGradient(b, dy);
  return gradients;
}

// The adjoint of a convolution's adjoint is the convolution. Output pads
// smaller than the strides make room for no further window, so that its result
// has the size of the input.
FailureOr<Gradients>
ConvTransposeOp::buildAdjoint(OpBuilder &builder, const AdjointRequest &request,
                              std::string &reason) {
  for (auto [pad, stride] :
       llvm::zip_equal(getOutputPadValues(), getStrideValues()))
    if (pad >= stride) {
      reason = "'output_pads' are not smaller than 'strides'";
      return failure();
    }
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] =
        b.create<ConvOp>(dy, getWeights(), /*bias=*/Value(), getStridesAttr(),
                         getPadsAttr(), getDilationsAttr(), getGroupsAttr());
  if (request.isNeeded(1))
    gradients[1] = b.create<ConvWeightGradientOp>(
        getWeights().getType(), dy, getInput(), getStridesAttr(), getPadsAttr(),
        getDilationsAttr(), getGroupsAttr());
  if (getBias() && request.isNeeded(2))
    gradients[2] = getBiasGradient(b, dy);
  return gradients;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// alpha·A'·B', A' and B' being transposed as asked for.
static Value multiply(AdjointBuilder &b, FloatAttr alpha, Value lhs,
                      bool transposeLhs, Value rhs, bool transposeRhs) {
  OpBuilder &builder = b.getBuilder();
  const auto flag = [&](bool isSet) {
    return isSet ? builder.getUnitAttr() : UnitAttr();
  };
  return b.create<GemmOp>(lhs, rhs, /*bias=*/Value(), alpha,
                          builder.getF64FloatAttr(1), flag(transposeLhs),
                          flag(transposeRhs));
}

// dA' = alpha·dy·B'ᵀ and dB' = alpha·A'ᵀ·dy, transposed where A and B are.
FailureOr<Gradients> GemmOp::buildAdjoint(OpBuilder &builder,
                                          const AdjointRequest &request,
                                          std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  const bool transA = getTransA(), transB = getTransB();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] =
        transA ? multiply(b, getAlphaAttr(), getB(), transB, dy, true)
               : multiply(b, getAlphaAttr(), dy, false, getB(), !transB);
  if (request.isNeeded(1))
    gradients[1] =
        transB ? multiply(b, getAlphaAttr(), dy, true, getA(), transA)
               : multiply(b, getAlphaAttr(), getA(), !transA, dy, false);
  if (getBias() && request.isNeeded(2))
    gradients[2] =
        b.scale(b.sumTo(dy, getBias().getType()), getBeta().convertToDouble());
  return gradients;
}

static Value swapLastTwo(AdjointBuilder &b, Value value) {
  const int64_t rank = getTensorType(value).getRank();
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 2], permutation[rank - 1]);
  return b.transpose(value, permutation);
}

FailureOr<Gradients> MatMulOp::buildAdjoint(OpBuilder &builder,
                                            const AdjointRequest &request,
                                            std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.sumTo(b.create<MatMulOp>(dy, swapLastTwo(b, getRhs())),
                           getLhs().getType());
  if (request.isNeeded(1))
    gradients[1] = b.sumTo(b.create<MatMulOp>(swapLastTwo(b, getLhs()), dy),
                           getRhs().getType());
  return gradients;
}
