//===- AlgorithmLines.cpp - Features that share cache lines ---------------===//
//
// 7×7 pixels of a feature are 3 cache lines and a bit, so that vectors along a
// feature cross lines, and no store of them can bypass the cache. But a group
// of 16 such features is 49 whole lines. So the output is
//
//   output(element, group, image) =
//       value(element mod pixels, group·16 + element ÷ pixels, image)
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"

#include <numeric>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::Var;

static int64_t getFeaturesPerLine(int64_t pixels) {
  return FeatureFuncs::lineElements /
         std::gcd(pixels, FeatureFuncs::lineElements);
}

bool AlgorithmBuilder::canShareLines(const FeatureFuncs &features) {
  const int64_t perLine = getFeaturesPerLine(features.pixels);
  const size_t feature = features.featureDim;
  // Images are all that is left beside pixels and features.
  return features.writesData && features.runsOfImages && !kernel.getInPlace() &&
         view.merged() == KernelView::Merge::Data &&
         features.reduction.size() == 1 && perLine > 1 &&
         features.extents[feature] % perLine == 0 &&
         features.strides[feature] == features.pixels;
}

void AlgorithmBuilder::finishLines(Value value, FeatureFuncs &features) {
  const int pixels = static_cast<int>(features.pixels),
            perGroup = static_cast<int>(getFeaturesPerLine(pixels)),
            numFeatures = features.extents[features.featureDim];
  const Var element("element"), group = getVars(1)[0], image("n");
  std::vector<Expr> indices;
  for (size_t dim = 0; dim < features.extents.size(); ++dim) {
    if (static_cast<int>(dim) == features.featureDim)
      indices.emplace_back(group * perGroup + element / pixels);
    else if (features.extents[dim] == 1)
      indices.emplace_back(0);
    else if (static_cast<int>(dim) == features.pixelDim)
      indices.emplace_back(element % pixels);
    else
      indices.emplace_back(image);
  }
  features.featuresPerGroup = perGroup;
  features.groupValue = get(value).func;
  funcs.output = Func("output");
  funcs.output(element, group, image) = toStored(
      Halide::cast<float>(features.groupValue(indices)), value.getType());
  funcs.vars = {element, group, image};
  funcs.extents = {pixels * perGroup, numFeatures / perGroup,
                   static_cast<int>(features.count) / pixels};
  funcs.strides = {1, pixels * perGroup, pixels * numFeatures};
  for (int dim = 0; dim < 3; ++dim)
    funcs.output.output_buffer()
        .dim(dim)
        .set_bounds(0, funcs.extents[dim])
        .set_stride(funcs.strides[dim]);
}
