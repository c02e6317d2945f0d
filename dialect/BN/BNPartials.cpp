//===- BNPartials.cpp - Types and constraints of statistics of runs -------===//

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::bn;

using InferredTypes = SmallVectorImpl<Type>;
using MaybeLocation = std::optional<Location>;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// One element for each run of `input`; as many as there are, where the
/// verifier will object to `run`.
static Type getRunsType(Value input, uint64_t run, Type elementType) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
  if (!shape.empty() && run > 0 && !ShapedType::isDynamic(shape.back()))
    shape.back() /= static_cast<int64_t>(run);
  return RankedTensorType::get(shape, elementType);
}

/// One element for each feature of `input`; as for `getRunsType`.
static Type getFeaturesType(Value input, uint64_t featureIndex,
                            Type elementType) {
  auto type = cast<RankedTensorType>(input.getType());
  const bool isValid = featureIndex < static_cast<uint64_t>(type.getRank());
  return RankedTensorType::get(
      {isValid ? type.getDimSize(featureIndex) : ShapedType::kDynamic},
      elementType);
}

/// The element type of `value`, f32 if that is narrower.
static Type getSumType(Value value) {
  Type type = getElementTypeOrSelf(value);
  return type.getIntOrFloatBitWidth() < 32
             ? Float32Type::get(value.getContext())
             : type;
}

LogicalResult PartialStatisticsOp::inferReturnTypes(MLIRContext *,
                                                    MaybeLocation,
                                                    Adaptor adaptor,
                                                    InferredTypes &inferred) {
  inferred.assign(3, getRunsType(adaptor.getInput(), adaptor.getRun(),
                                 getSumType(adaptor.getInput())));
  return success();
}

LogicalResult MergeStatisticsOp::inferReturnTypes(MLIRContext *, MaybeLocation,
                                                  Adaptor adaptor,
                                                  InferredTypes &inferred) {
  inferred.assign(2,
                  getFeaturesType(adaptor.getFirst(), adaptor.getFeatureIndex(),
                                  getElementTypeOrSelf(adaptor.getFirst())));
  return success();
}

LogicalResult PartialGradientStatisticsOp::inferReturnTypes(
    MLIRContext *, MaybeLocation, Adaptor adaptor, InferredTypes &inferred) {
  inferred.assign(2, getRunsType(adaptor.getOutputGradient(), adaptor.getRun(),
                                 getSumType(adaptor.getOutputGradient())));
  return success();
}

LogicalResult MergeGradientStatisticsOp::inferReturnTypes(
    MLIRContext *, MaybeLocation, Adaptor adaptor, InferredTypes &inferred) {
  inferred.assign(
      2, getFeaturesType(adaptor.getProducts(), adaptor.getFeatureIndex(),
                         getElementTypeOrSelf(adaptor.getProducts())));
  return success();
}

//===----------------------------------------------------------------------===//
// Constraints
//===----------------------------------------------------------------------===//

/// (C1)
static LogicalResult verifyFeatureIndex(Operation *op, StringRef name,
                                        RankedTensorType type,
                                        uint64_t featureIndex) {
  if (static_cast<int64_t>(featureIndex) >= 0 &&
      static_cast<int64_t>(featureIndex) < type.getRank() - 1)
    return success();
  return op->emitOpError("expects 'featureIndex' to be in 0..")
         << type.getRank() - 2 << ", the dimensions of '" << name
         << "' but the last, but got " << static_cast<int64_t>(featureIndex);
}

static LogicalResult verifyRun(Operation *op, int64_t run) {
  if (run > 0)
    return success();
  return op->emitOpError("expects 'run' to be positive, but got ") << run;
}

/// Whether `run` divides the last dimension of `type`.
static LogicalResult verifyRunOf(Operation *op, StringRef name,
                                 RankedTensorType type, int64_t run) {
  if (failed(verifyRun(op, run)))
    return failure();
  const int64_t size = type.getShape().back();
  if (ShapedType::isDynamic(size) || size % run == 0)
    return success();
  return op->emitOpError("expects 'run' to divide ")
         << size << ", the last dimension of '" << name << "', but got " << run;
}

static LogicalResult verifySameShape(Operation *op, StringRef name, Value value,
                                     StringRef otherName, Value other) {
  auto type = cast<RankedTensorType>(value.getType());
  auto otherType = cast<RankedTensorType>(other.getType());
  if (type.getRank() == otherType.getRank() &&
      llvm::all_of_zip(type.getShape(), otherType.getShape(),
                       areCompatibleSizes))
    return success();
  return op->emitOpError("expects '")
         << name << "' to have the shape of '" << otherName << "', "
         << otherType << ", but got " << type;
}

static LogicalResult verifyVector(Operation *op, StringRef name, Value vector,
                                  StringRef dataName, RankedTensorType data,
                                  uint64_t featureIndex) {
  const int64_t size = cast<RankedTensorType>(vector.getType()).getDimSize(0);
  const int64_t features = data.getDimSize(featureIndex);
  if (areCompatibleSizes(size, features))
    return success();
  return op->emitOpError("expects '")
         << name << "' to have " << features
         << " elements, the size of dimension " << featureIndex << " of '"
         << dataName << "', but got " << size;
}

LogicalResult PartialStatisticsOp::verify() {
  RankedTensorType input = getInput().getType();
  if (failed(verifyFeatureIndex(*this, "input", input, getFeatureIndex())))
    return failure();
  return verifyRunOf(*this, "input", input, getRun());
}

LogicalResult MergeStatisticsOp::verify() {
  if (failed(verifyFeatureIndex(*this, "first", getFirst().getType(),
                                getFeatureIndex())) ||
      failed(verifyRun(*this, getRun())) ||
      failed(verifySameShape(*this, "distances", getDistances(), "first",
                             getFirst())))
    return failure();
  return verifySameShape(*this, "squares", getSquares(), "first", getFirst());
}

LogicalResult PartialGradientStatisticsOp::verify() {
  RankedTensorType gradient = getOutputGradient().getType();
  if (failed(verifyFeatureIndex(*this, "outputGradient", gradient,
                                getFeatureIndex())) ||
      failed(verifyRunOf(*this, "outputGradient", gradient, getRun())) ||
      failed(verifySameShape(*this, "input", getInput(), "outputGradient",
                             getOutputGradient())))
    return failure();
  return verifyVector(*this, "mean", getMean(), "outputGradient", gradient,
                      getFeatureIndex());
}

LogicalResult MergeGradientStatisticsOp::verify() {
  RankedTensorType products = getProducts().getType();
  if (failed(
          verifyFeatureIndex(*this, "products", products, getFeatureIndex())) ||
      failed(verifySameShape(*this, "gradients", getGradients(), "products",
                             getProducts())) ||
      failed(verifyVector(*this, "variance", getVariance(), "products",
                          products, getFeatureIndex())) ||
      (getMeanRest() &&
       failed(verifyVector(*this, "meanRest", getMeanRest(), "products",
                           products, getFeatureIndex()))))
    return failure();
  const double epsilon = getEpsilon().convertToDouble();
  if (std::isfinite(epsilon) && epsilon >= 0)
    return success();
  return emitOpError("expects 'epsilon' to be finite and not negative, "
                     "but got ")
         << epsilon;
}
