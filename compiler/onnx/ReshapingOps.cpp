//===- ReshapingOps.cpp - the same elements under another shape -----------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt::onnx_import {

/// A shape with at most one dynamic dimension that is a known multiple of the
/// batch size.
namespace {
struct TargetShape {
  SmallVector<int64_t> sizes;
  /// How many times the batch size the dynamic dimension is; 0 if unknown.
  int64_t batchFactor = 0;

  void append(ShapeInteger extent) {
    if (extent.isBatchMultiple())
      batchFactor = extent.value;
    sizes.push_back(extent.isKnown() ? extent.value : ShapedType::kDynamic);
  }
};
} // namespace

/// A product of extents; multiples of the batch size only once.
static ShapeInteger multiply(ShapeInteger a, ShapeInteger b) {
  if (a.isKnown() && b.isKnown())
    return ShapeInteger::known(a.value * b.value);
  if (a.isKnown() && b.isBatchMultiple())
    return ShapeInteger::batchMultiple(a.value * b.value);
  if (a.isBatchMultiple() && b.isKnown())
    return ShapeInteger::batchMultiple(a.value * b.value);
  return ShapeInteger::unknown();
}

/// `total/part` where it is a whole number.
static ShapeInteger divide(ShapeInteger total, ShapeInteger part) {
  if (part.value == 0 || total.value % part.value != 0)
    return ShapeInteger::unknown();
  if (total.isKnown() && part.isKnown())
    return ShapeInteger::known(total.value / part.value);
  if (total.isBatchMultiple() && part.isKnown())
    return ShapeInteger::batchMultiple(total.value / part.value);
  if (total.isBatchMultiple() && part.isBatchMultiple())
    return ShapeInteger::known(total.value / part.value);
  return ShapeInteger::unknown();
}

/// Input 0 under `shape`; constants stay constants.
static LogicalResult reshapeTo(Node &node, const TargetShape &shape) {
  if (const ConstantValue *constant = node.getConstant(0)) {
    int64_t count = 1;
    for (int64_t size : shape.sizes)
      count *= size;
    if (count != constant->getType().getNumElements())
      return node.error() << "'" << node.getType() << "' of "
                          << constant->getType().getNumElements()
                          << " elements to a shape of " << count;
    node.setConstant(0, constant->reshape(shape.sizes));
    return success();
  }
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  Type elementType = cast<RankedTensorType>(input->getType()).getElementType();
  auto result =
      node.reshape(*input, RankedTensorType::get(shape.sizes, elementType),
                   shape.batchFactor);
  if (succeeded(result))
    node.setResult(0, *result);
  return result;
}

/// The extents of input 0, be it a constant or a tensor.
static FailureOr<SmallVector<ShapeInteger>> getInputExtents(Node &node) {
  SmallVector<ShapeInteger> extents;
  if (const ConstantValue *constant = node.getConstant(0)) {
    for (int64_t size : constant->getType().getShape())
      extents.push_back(ShapeInteger::known(size));
    return extents;
  }
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  int64_t rank = cast<RankedTensorType>(input->getType()).getRank();
  for (int64_t d = 0; d < rank; ++d)
    extents.push_back(node.getImporter().getExtent(*input, d));
  return extents;
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// The size that replaces -1: what the other dimensions leave of the input.
/// Dimensions that are copied cancel, so that they need not be known.
static ShapeInteger inferRemaining(ArrayRef<ShapeInteger> input,
                                   ArrayRef<ShapeInteger> target,
                                   ArrayRef<bool> copied) {
  ShapeInteger total = ShapeInteger::known(1), part = ShapeInteger::known(1);
  for (auto [d, extent] : llvm::enumerate(input))
    if (d >= copied.size() || !copied[d])
      total = multiply(total, extent);
  for (auto [d, extent] : llvm::enumerate(target))
    if (!copied[d] && !(extent.isKnown() && extent.value == -1))
      part = multiply(part, extent);
  return divide(total, part);
}

static LogicalResult importReshape(Node &node) {
  auto input = getInputExtents(node);
  if (failed(input))
    return failure();
  SmallVector<ShapeInteger> target;
  if (node.getOpset() < 5) {
    for (int64_t size : node.getInts("shape").value_or(SmallVector<int64_t>()))
      target.push_back(ShapeInteger::known(size));
  } else {
    auto given = node.getShapeIntegers(1);
    if (failed(given))
      return failure();
    target = *given;
  }

  bool zeroCopies = !node.getInt("allowzero", 0);
  SmallVector<bool> copied(target.size(), false);
  std::optional<size_t> remaining;
  for (auto [d, extent] : llvm::enumerate(target)) {
    if (!extent.isKnown())
      continue;
    if (extent.value == 0 && zeroCopies) {
      if (d >= input->size())
        return node.error() << "'Reshape' copies dimension " << d
                            << " of an input of rank " << input->size();
      extent = (*input)[d];
      copied[d] = true;
    } else if (extent.value == -1) {
      if (remaining)
        return node.error() << "'Reshape' expects at most one size -1";
      remaining = d;
    } else if (extent.value < 0) {
      return node.error() << "'Reshape' expects sizes from -1 on, but got "
                          << extent.value;
    }
  }
  if (remaining) {
    ShapeInteger size = inferRemaining(*input, target, copied);
    bool isStatic = llvm::all_of(
        *input, [](ShapeInteger extent) { return extent.isKnown(); });
    if (isStatic && !size.isKnown())
      return node.error() << "'Reshape' cannot infer the size -1: the other "
                             "sizes do not divide the number of elements";
    target[*remaining] = size;
  }
  TargetShape shape;
  for (ShapeInteger extent : target)
    shape.append(extent);
  return reshapeTo(node, shape);
}

static LogicalResult importFlatten(Node &node) {
  auto input = getInputExtents(node);
  if (failed(input))
    return failure();
  int64_t rank = input->size();
  int64_t axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error() << "'Flatten' expects an axis of " << rank
                        << " dimensions, but got " << axis;
  axis = axis < 0 ? axis + rank : axis;
  ShapeInteger outer = ShapeInteger::known(1), inner = ShapeInteger::known(1);
  for (auto [d, extent] : llvm::enumerate(*input)) {
    ShapeInteger &side = int64_t(d) < axis ? outer : inner;
    side = multiply(side, extent);
  }
  TargetShape shape;
  shape.append(outer);
  shape.append(inner);
  return reshapeTo(node, shape);
}

//===----------------------------------------------------------------------===//
// Squeeze and Unsqueeze
//===----------------------------------------------------------------------===//

/// Axes as an attribute or, since operator set 13, input 1, without signs.
static FailureOr<llvm::SmallVector<bool>> readAxes(Node &node, bool &given,
                                                   int64_t rank) {
  SmallVector<bool> chosen;
  SmallVector<int64_t> axes =
      node.getInts("axes").value_or(SmallVector<int64_t>());
  given = node.hasAttribute("axes") || node.hasInput(1);
  if (node.hasInput(1)) {
    auto values = node.getIntegers(1);
    if (failed(values))
      return failure();
    axes = *values;
  }
  // Unsqueeze counts axes in the result, which has as many more dimensions.
  if (node.getType() == "Unsqueeze")
    rank += axes.size();
  chosen.assign(rank, false);
  for (int64_t axis : axes) {
    auto normal = node.normalizeAxis(axis, rank);
    if (failed(normal))
      return failure();
    if (chosen[*normal])
      return node.error() << "'" << node.getType() << "' names axis " << axis
                          << " twice";
    chosen[*normal] = true;
  }
  return chosen;
}

static LogicalResult importSqueeze(Node &node) {
  auto input = getInputExtents(node);
  if (failed(input))
    return failure();
  bool given = false;
  auto chosen = readAxes(node, given, input->size());
  if (failed(chosen))
    return failure();
  TargetShape shape;
  for (auto [d, extent] : llvm::enumerate(*input)) {
    bool isOne = extent.isKnown() && extent.value == 1;
    if (given && (*chosen)[d] && !isOne)
      return node.error() << "'Squeeze' expects dimension " << d
                          << " to have size 1";
    if (given ? !(*chosen)[d] : !isOne)
      shape.append(extent);
  }
  return reshapeTo(node, shape);
}

static LogicalResult importUnsqueeze(Node &node) {
  auto input = getInputExtents(node);
  if (failed(input))
    return failure();
  bool given = false;
  auto chosen = readAxes(node, given, input->size());
  if (failed(chosen))
    return failure();
  TargetShape shape;
  const ShapeInteger *next = input->begin();
  for (bool isNew : *chosen)
    shape.append(isNew ? ShapeInteger::known(1) : *next++);
  return reshapeTo(node, shape);
}

//===----------------------------------------------------------------------===//
// What changes nothing
//===----------------------------------------------------------------------===//

static LogicalResult importIdentity(Node &node) { return node.forward(0, 0); }

/// Dropout drops nothing in inference.
static LogicalResult importDropout(Node &node) {
  bool trains = node.getOpset() < 7 && !node.getInt("is_test", 0) &&
                node.getFloat("ratio", 0.5) > 0;
  if (node.getOpset() >= 12 && node.hasInput(2)) {
    auto training = node.getScalar(2);
    if (failed(training))
      return failure();
    double ratio = 0.5;
    if (node.hasInput(1)) {
      auto given = node.getScalar(1);
      if (failed(given))
        return failure();
      ratio = *given;
    }
    trains = *training != 0 && ratio > 0;
  }
  if (trains)
    return node.error() << "'Dropout' in training mode is not supported; "
                           "export the model for inference";
  return node.forward(0, 0);
}

/// Whether `to` holds every number of `from`.
static bool holdsAll(FloatType from, FloatType to) {
  const llvm::fltSemantics &narrow = from.getFloatSemantics(),
                           &wide = to.getFloatSemantics();
  return llvm::APFloat::semanticsPrecision(narrow) <=
             llvm::APFloat::semanticsPrecision(wide) &&
         llvm::APFloat::semanticsMaxExponent(narrow) <=
             llvm::APFloat::semanticsMaxExponent(wide) &&
         llvm::APFloat::semanticsMinExponent(narrow) >=
             llvm::APFloat::semanticsMinExponent(wide);
}

/// Whether all that reads the result of a cast casts it back.
static bool isWidenedAndBack(Node &node, Type from, Type to) {
  auto narrow = dyn_cast<FloatType>(from);
  auto wide = dyn_cast_or_null<FloatType>(to);
  return narrow && wide && holdsAll(narrow, wide) &&
         node.isReadByCastsTo(0, narrow);
}

/// To a wider type and straight back changes nothing.
static LogicalResult importCast(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto type = cast<RankedTensorType>(input->getType());
  int32_t to = static_cast<int32_t>(node.getInt("to", 0));
  Type toType = getElementType(to, node.getBuilder().getContext());
  if (toType == type.getElementType() ||
      isWidenedAndBack(node, type.getElementType(), toType))
    return node.forward(0, 0);
  if (!isa_and_nonnull<FloatType>(toType))
    return node.error() << "'Cast' from '"
                        << getDataTypeName(type.getElementType()) << "' to '"
                        << getDataTypeName(to) << "' is not supported";
  auto result = node.createAs<nn::CastOp>(type.clone(toType), *input);
  if (failed(result))
    return failure();
  node.setResult(0, result->getResult());
  return success();
}

ArrayRef<Operator> getReshapingOperators() {
  static const Operator operators[] = {
      {"Cast", importCast, 1, 1, 6},
      {"Dropout", importDropout, 1, 3, 1},
      {"Flatten", importFlatten, 1, 1, 1},
      {"Identity", importIdentity, 1, 1, 1},
      {"Reshape", importReshape, 1, 2, 1},
      {"Squeeze", importSqueeze, 1, 2, 1},
      {"Unsqueeze", importUnsqueeze, 1, 2, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
