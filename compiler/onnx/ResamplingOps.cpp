//===- ResamplingOps.cpp - images enlarged and reduced --------------------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace bnopt::onnx_import {

static LogicalResult importDepthToSpace(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  StringRef mode = node.getString("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return node.unsupported("mode", mode, "DCR and CRD");
  // The channels are divided by the square, which must not overflow.
  int64_t blockSize = node.getInt("blocksize", 0);
  if (blockSize < 1 || blockSize > std::numeric_limits<int32_t>::max())
    return node.error() << "'DepthToSpace' expects a positive 'blocksize', but "
                           "got "
                        << blockSize;
  SmallVector<NamedAttribute> attributes = {
      node.integer("block_size", blockSize)};
  if (mode == "CRD")
    attributes.push_back(node.unit("column_row_depth"));
  return node.replaceWith<nn::DepthToSpaceOp>(*input, attributes);
}

//===----------------------------------------------------------------------===//
// Resize and Upsample
//===----------------------------------------------------------------------===//

namespace {
/// What an operator wants of each dimension.
struct ResizeTarget {
  SmallVector<int64_t> sizes;
  /// Result over input size, where the model states it.
  std::optional<std::vector<double>> scales;
};
} // namespace

/// Sizes from `scales`, `⌊size·scale⌋`; one that is not whole would resample
/// with a ratio other than that of the sizes.
static FailureOr<ResizeTarget> scaleSizes(Node &node, RankedTensorType input,
                                          std::vector<double> scales) {
  if (int64_t(scales.size()) != input.getRank())
    return node.error() << "'" << node.getType() << "' expects "
                        << input.getRank() << " scales, but got "
                        << scales.size();
  ResizeTarget target;
  for (auto [size, scale] : llvm::zip(input.getShape(), scales)) {
    if (ShapedType::isDynamic(size)) {
      if (scale != 1.0)
        return node.error() << "'" << node.getType()
                            << "' of a dynamic dimension is not supported; "
                               "fix it with --input-shape";
      target.sizes.push_back(size);
      continue;
    }
    double exact = static_cast<double>(size) * scale;
    int64_t whole = static_cast<int64_t>(std::floor(exact + 1e-4));
    if (std::abs(exact - static_cast<double>(whole)) > 1e-3)
      return node.error() << "'" << node.getType() << "' by " << scale << " of "
                          << size
                          << " elements is not supported; choose a scale with "
                             "a whole result";
    target.sizes.push_back(whole);
  }
  target.scales = std::move(scales);
  return target;
}

static FailureOr<ResizeTarget> readTarget(Node &node, RankedTensorType input) {
  // Scales are an attribute up to 8, input 1 in 9 and 10, then input 2.
  int scalesIndex = node.getOpset() >= 11 ? 2 : 1;
  if (const auto *scales = node.findAttribute("scales")) {
    std::vector<double> values(scales->floats().begin(),
                               scales->floats().end());
    return scaleSizes(node, input, std::move(values));
  }
  const ConstantValue *scales = node.getConstant(scalesIndex);
  if (scales && scales->getType().getNumElements() > 0)
    if (auto numbers = scales->getNumbers())
      return scaleSizes(node, input, std::move(*numbers));
  if (node.getOpset() < 11 || !node.hasInput(3))
    return node.error() << "'" << node.getType()
                        << "' expects scales known at import";
  auto sizes = node.getShapeIntegers(3);
  if (failed(sizes))
    return failure();
  ResizeTarget target;
  for (ShapeInteger size : *sizes)
    target.sizes.push_back(size.isKnown() ? size.value : ShapedType::kDynamic);
  return target;
}

/// pytorch_half_pixel differs from half_pixel where an image shrinks to one
/// row or column, which it takes from the first instead of the middle.
static bool shrinksToOne(RankedTensorType from, RankedTensorType to) {
  for (auto [before, after] : llvm::zip(from.getShape(), to.getShape()))
    if (after == 1 && before != 1)
      return true;
  return false;
}

/// Whether the mapping of coordinates is asymmetric rather than half-pixel.
static FailureOr<bool> readAsymmetric(Node &node) {
  if (node.getOpset() < 11)
    return true;
  StringRef mode =
      node.getString("coordinate_transformation_mode", "half_pixel");
  if (mode != "half_pixel" && mode != "pytorch_half_pixel" &&
      mode != "asymmetric")
    return node.unsupported("coordinate_transformation_mode", mode,
                            "half_pixel, pytorch_half_pixel and asymmetric");
  return mode == "asymmetric";
}

static LogicalResult importResize(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto type = cast<RankedTensorType>(input->getType());
  StringRef mode = node.getString("mode", "nearest");
  auto resizeMode = nn::symbolizeResizeMode(mode);
  if (!resizeMode)
    return node.unsupported("mode", mode, "nearest and linear");
  if (node.hasAttribute("axes"))
    return node.unsupported("axes", "…", "scales or sizes for all dimensions");
  if (node.getInt("antialias", 0))
    return node.unsupported("antialias", "1", "0");
  StringRef policy = node.getString("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch")
    return node.unsupported("keep_aspect_ratio_policy", policy, "stretch");
  auto asymmetric = readAsymmetric(node);
  if (failed(asymmetric))
    return failure();
  // Halfway coordinates arise in half-pixel mapping, fractions above one half
  // in both: where all scales are whole, asymmetric rounding down is exact.
  StringRef expected = *asymmetric ? "floor" : "round_prefer_floor";
  StringRef nearest = node.getString(
      "nearest_mode", node.getOpset() < 11 ? "floor" : "round_prefer_floor");
  if (mode == "nearest" && nearest != expected)
    return node.unsupported("nearest_mode", nearest, expected);

  auto target = readTarget(node, type);
  if (failed(target))
    return failure();
  if (int64_t(target->sizes.size()) != type.getRank())
    return node.error() << "'" << node.getType() << "' expects "
                        << type.getRank() << " sizes, but got "
                        << target->sizes.size();
  auto resultType = RankedTensorType::get(target->sizes, type.getElementType());
  StringRef mapping = node.getString("coordinate_transformation_mode", "");
  if (mapping == "pytorch_half_pixel" && shrinksToOne(type, resultType))
    return node.error() << "'Resize' with coordinate_transformation_mode "
                           "'pytorch_half_pixel' to size 1 is not supported";
  if (resultType == type && type.hasStaticShape())
    return node.forward(0, 0);
  SmallVector<NamedAttribute> attributes = {node.attribute(
      "mode",
      nn::ResizeModeAttr::get(node.getBuilder().getContext(), *resizeMode))};
  if (*asymmetric)
    attributes.push_back(node.unit("asymmetric"));
  return node.replaceWithAs<nn::ResizeOp>(resultType, *input, attributes);
}

ArrayRef<Operator> getResamplingOperators() {
  static const Operator operators[] = {
      {"DepthToSpace", importDepthToSpace, 1, 1, 1},
      {"Resize", importResize, 1, 4, 10},
      {"Upsample", importResize, 1, 2},
  };
  return operators;
}

} // namespace bnopt::onnx_import
