//===- BNTypes.cpp - Result types of training and gradients ---------------===//

#include "dialect/BN/BNOps.h"

using namespace mlir;
using namespace bnopt::bn;

using InferredTypes = SmallVectorImpl<Type>;
using MaybeLocation = std::optional<Location>;

/// A vector of one element per feature; its size is unknown where the verifier
/// will object to `featureIndex`.
static Type getFeatureVector(Value input, uint64_t featureIndex,
                             Type elementType) {
  auto type = cast<RankedTensorType>(input.getType());
  int64_t size = ShapedType::kDynamic;
  if (featureIndex < static_cast<uint64_t>(type.getRank()))
    size = type.getDimSize(featureIndex);
  return RankedTensorType::get({size}, elementType);
}

static Type getElementType(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

LogicalResult TrainingOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                           Adaptor adaptor,
                                           InferredTypes &inferred) {
  Type statistic =
      getFeatureVector(adaptor.getInput(), adaptor.getFeatureIndex(),
                       getElementType(adaptor.getScale()));
  inferred.assign({adaptor.getInput().getType(), statistic, statistic});
  return success();
}

LogicalResult GradientOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                           Adaptor adaptor,
                                           InferredTypes &inferred) {
  Type gradient =
      getFeatureVector(adaptor.getInput(), adaptor.getFeatureIndex(),
                       getElementType(adaptor.getScale()));
  inferred.assign({adaptor.getInput().getType(), gradient, gradient});
  return success();
}

LogicalResult StatisticsOp::inferReturnTypes(MLIRContext *context,
                                             MaybeLocation, Adaptor adaptor,
                                             InferredTypes &inferred) {
  Type elementType = getElementType(adaptor.getInput());
  if (elementType.getIntOrFloatBitWidth() < 32)
    elementType = Float32Type::get(context);
  inferred.assign(2, getFeatureVector(adaptor.getInput(),
                                      adaptor.getFeatureIndex(), elementType));
  return success();
}

LogicalResult GradientStatisticsOp::inferReturnTypes(MLIRContext *,
                                                     MaybeLocation,
                                                     Adaptor adaptor,
                                                     InferredTypes &inferred) {
  inferred.assign(2, getFeatureVector(adaptor.getInput(),
                                      adaptor.getFeatureIndex(),
                                      getElementType(adaptor.getMean())));
  return success();
}

//===----------------------------------------------------------------------===//
// Relatives
//===----------------------------------------------------------------------===//

/// `parameter` with a dimension of `parts`, if there are any, before it.
static Type getPartsType(Type parameter, std::optional<uint64_t> parts) {
  if (!parts)
    return parameter;
  auto type = cast<RankedTensorType>(parameter);
  SmallVector<int64_t> shape = {static_cast<int64_t>(*parts)};
  llvm::append_range(shape, type.getShape());
  return type.clone(shape);
}

LogicalResult LayerNormGradientOp::inferReturnTypes(MLIRContext *,
                                                    MaybeLocation,
                                                    Adaptor adaptor,
                                                    InferredTypes &inferred) {
  Type parameter =
      getPartsType(adaptor.getScale().getType(), adaptor.getParts());
  inferred.assign({adaptor.getInput().getType(), parameter, parameter});
  return success();
}

LogicalResult RMSNormGradientOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                                  Adaptor adaptor,
                                                  InferredTypes &inferred) {
  inferred.assign(
      {adaptor.getInput().getType(),
       getPartsType(adaptor.getScale().getType(), adaptor.getParts())});
  return success();
}

LogicalResult GroupNormGradientOp::inferReturnTypes(MLIRContext *,
                                                    MaybeLocation,
                                                    Adaptor adaptor,
                                                    InferredTypes &inferred) {
  Type parameter =
      getPartsType(adaptor.getScale().getType(), adaptor.getParts());
  inferred.assign({adaptor.getInput().getType(), parameter, parameter});
  return success();
}
