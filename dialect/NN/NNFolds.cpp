//===- NNFolds.cpp - Operators that are the identity ----------------------===//

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt::nn;

bool CastOp::isExact() {
  return APFloat::isRepresentableBy(
      cast<FloatType>(getInput().getType().getElementType())
          .getFloatSemantics(),
      cast<FloatType>(getType().getElementType()).getFloatSemantics());
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  // What has not been rounded before is rounded as if it came from there.
  auto inner = getInput().getDefiningOp<CastOp>();
  if (!inner || !inner.isExact())
    return {};
  getInputMutable().assign(inner.getInput());
  return getResult();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() != 1 || getInputs()[0].getType() != getType())
    return {};
  return getInputs()[0];
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  // Between dynamic shapes the equality of types says nothing about sizes,
  // unless at most one size is unknown: the number of elements fixes it.
  if (getInput().getType() != getType() || getType().getNumDynamicDims() > 1)
    return {};
  return getInput();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  bool isIdentity = llvm::equal(
      getPermutation(),
      llvm::seq<int64_t>(0, static_cast<int64_t>(getPermutation().size())));
  if (!isIdentity || getInput().getType() != getType())
    return {};
  return getInput();
}
