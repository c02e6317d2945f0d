//===- KernelView.cpp - Dimensions that a kernel treats as one ------------===//

#include "compiler/halide/KernelView.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/TileModel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace bnopt;

static MemoryLayout getPlainLayout(Type type, Attribute attr) {
  auto tensor = cast<RankedTensorType>(type);
  return {llvm::to_vector(tensor.getShape()), kernel::getStrides(tensor, attr),
          kernel::getHalo(tensor.getRank(), attr)};
}

//===----------------------------------------------------------------------===//
// What may be merged
//===----------------------------------------------------------------------===//

/// All tensors have the same shape and the same dense order, so that only the
/// position among the elements in memory matters.
static bool canMergeEverything(kernel::FuncOp kernel) {
  auto result = cast<RankedTensorType>(kernel.getResultTypes().front());
  MemoryLayout expected = getPlainLayout(result, kernel.getResultLayout());
  int64_t last = 0;
  for (auto [size, stride] : llvm::zip_equal(expected.shape, expected.strides))
    last += (size - 1) * stride;
  if (last + 1 != result.getNumElements())
    return false;
  for (BlockArgument arg : kernel.getBody().getArguments()) {
    MemoryLayout layout =
        getPlainLayout(arg.getType(), kernel.getArgLayout(arg.getArgNumber()));
    if (layout.shape != expected.shape || layout.strides != expected.strides ||
        llvm::any_of(layout.halo, [](int64_t halo) { return halo != 0; }))
      return false;
  }
  return kernel.getResultTypes().size() == 1 &&
         llvm::all_of(kernel.getBody().front(), [](Operation &op) {
           return isPixelwise(&op) &&
                  !isa<nn::ConvOp, nn::ConvInputGradientOp, bn::ScaleShiftOp,
                       bn::GroupNormOp>(op);
         });
}

/// Element types may differ: kernels convert what they load and store.
static bool haveSameShape(Type lhs, Type rhs) {
  return cast<RankedTensorType>(lhs).getShape() ==
         cast<RankedTensorType>(rhs).getShape();
}

/// The dimensions that tell the rows of the kernel's norm apart; nothing where
/// it has none over trailing dimensions.
static std::optional<int64_t> findRowDims(kernel::FuncOp kernel) {
  for (Operation &op : kernel.getBody().front())
    if (isa<bn::LayerNormOp, bn::RMSNormOp, bn::LayerNormGradientOp,
            bn::RMSNormGradientOp>(op))
      return op.getAttrOfType<IntegerAttr>("axis").getInt();
  return std::nullopt;
}

/// Whether `shape` is of several parts of sums of the shape of `row`.
static bool hasPartsOf(ArrayRef<int64_t> row, ArrayRef<int64_t> shape) {
  return shape.size() == row.size() + 1 && shape.drop_front() == row;
}

/// All tensors are row-major, and of the shape of the data, of its rows, of
/// parts of sums over these, or numbers.
static bool canMergeRows(kernel::FuncOp kernel, int64_t rowDims) {
  const auto data = cast<RankedTensorType>(kernel.getResultTypes().front());
  const ArrayRef<int64_t> row = data.getShape().drop_front(rowDims);
  const auto isDataOrRow = [&](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return type == data || tensor.getShape() == row ||
           hasPartsOf(row, tensor.getShape());
  };
  for (BlockArgument arg : kernel.getBody().getArguments())
    if (!isDataOrRow(arg.getType()) || kernel.getArgLayout(arg.getArgNumber()))
      return false;
  for (unsigned index = 0; index < kernel.getResultTypes().size(); ++index)
    if (kernel.getResultLayout(index))
      return false;
  return llvm::all_of(kernel.getBody().front(), [&](Operation &op) {
    return llvm::all_of(op.getResultTypes(), [&](Type type) {
      return isDataOrRow(type) ||
             cast<RankedTensorType>(type).getNumElements() == 1;
    });
  });
}

/// The type and layout of the tensors whose features an operator of `kernel`
/// normalizes; null where there are none.
static std::pair<RankedTensorType, Attribute> findData(kernel::FuncOp kernel) {
  RankedTensorType type;
  for (Operation &op : kernel.getBody().front())
    if (isa<bn::TrainingOp, bn::StatisticsOp, bn::GradientOp,
            bn::GradientStatisticsOp, bn::NormalizeOp, bn::GradientInputOp,
            bn::InferenceOp, bn::MergeStatisticsOp,
            bn::MergeGradientStatisticsOp>(op))
      type = cast<RankedTensorType>(op.getOperand(0).getType());
  for (BlockArgument arg : kernel.getBody().getArguments())
    if (type && haveSameShape(arg.getType(), type))
      return {type, kernel.getArgLayout(arg.getArgNumber())};
  return {};
}

/// The dimension of the features, where all operators have the same.
static std::optional<int64_t> findFeatureIndex(kernel::FuncOp kernel) {
  std::optional<int64_t> index;
  for (Operation &op : kernel.getBody().front()) {
    auto attr = op.getAttrOfType<IntegerAttr>("featureIndex");
    if (!attr)
      continue;
    if (index && *index != attr.getInt())
      return std::nullopt;
    index = attr.getInt();
  }
  return index;
}

/// Whether a tensor that is not of the data's shape has features only, when it
/// is broadcast to that.
static bool hasFeaturesOnly(Type type, int64_t rank, int64_t featureIndex) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  for (auto [dim, size] : llvm::enumerate(shape))
    if (size != 1 &&
        static_cast<int64_t>(dim + rank - shape.size()) != featureIndex)
      return false;
  return true;
}

/// Whether normalizations alone read `value`, a vector; to an elementwise
/// operator it would lie along the last dimension.
static bool isVectorOfFeatures(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank() == 1 &&
         llvm::all_of(value.getUsers(), [](Operation *user) {
           return isa<bn::BNDialect>(user->getDialect());
         });
}

/// Merges dimensions of the data that follow each other in memory, but for the
/// features'. All tensors of the data's shape must lie alike.
static std::optional<MemoryLayout> mergeData(kernel::FuncOp kernel) {
  const auto [type, attr] = findData(kernel);
  const std::optional<int64_t> feature = findFeatureIndex(kernel);
  if (!type || !feature)
    return std::nullopt;
  MemoryLayout layout = getPlainLayout(type, attr);
  const auto isLikeData = [&, type = type](Type other, Attribute otherAttr) {
    if (!haveSameShape(other, type))
      return hasFeaturesOnly(other, type.getRank(), *feature);
    MemoryLayout own = getPlainLayout(other, otherAttr);
    return own.strides == layout.strides &&
           llvm::all_of(own.halo, [](int64_t halo) { return halo == 0; });
  };
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (!isVectorOfFeatures(argument) &&
        !isLikeData(argument.getType(),
                    kernel.getArgLayout(argument.getArgNumber())))
      return std::nullopt;
  for (auto [index, result] : llvm::enumerate(kernel.getResultTypes()))
    if (cast<RankedTensorType>(result).getRank() > 1 &&
        !isLikeData(result, kernel.getResultLayout(index)))
      return std::nullopt;

  SmallVector<int64_t> dims =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  llvm::erase_if(dims, [&](int64_t dim) { return layout.shape[dim] == 1; });
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return std::pair(layout.strides[a], a) < std::pair(layout.strides[b], b);
  });
  for (auto [inner, outer] : llvm::zip(dims, llvm::drop_begin(dims))) {
    const int64_t size = layout.shape[inner];
    if (inner == *feature || outer == *feature ||
        layout.strides[outer] != layout.strides[inner] * size)
      continue;
    layout.strides[outer] = layout.strides[inner];
    layout.shape[outer] *= size;
    layout.shape[inner] = 1;
  }
  return layout;
}

/// Whether `op` may see several pixels as one.
static bool mayRepeatFeatures(Operation &op) {
  return isa<bn::TrainingOp, bn::StatisticsOp, bn::GradientOp,
             bn::GradientStatisticsOp, bn::NormalizeOp, bn::GradientInputOp,
             bn::InferenceOp, arith::ConstantOp, kernel::ReturnOp>(op) ||
         isElementwise(&op);
}

/// Pixels of `features` each, of `pixels`, that are taken for one: whole cache
/// lines, if they can be.
static int64_t getRepeats(int64_t features, int64_t pixels) {
  constexpr int64_t lineElements = 16;
  // Some vectors, with sums in registers; and rows for runs, which each cost an
  // addition in f64.
  constexpr int64_t mostColumns = 64, leastRows = 16;
  if (features >= mostColumns || features % lineElements == 0)
    return 1;
  const int64_t perLine = lineElements / std::gcd(features, lineElements);
  const int64_t most = std::min(mostColumns / features, pixels / leastRows);
  if (pixels % perLine == 0 && pixels / perLine >= leastRows)
    return perLine * getLargestDivisor(pixels / perLine,
                                       std::max<int64_t>(1, most / perLine));
  return getLargestDivisor(pixels, std::max<int64_t>(1, most));
}

/// Takes several pixels of the data for one, where these are nothing but their
/// features, which are few. How many.
static int64_t repeatFeatures(kernel::FuncOp kernel, MemoryLayout &layout) {
  const auto feature = static_cast<size_t>(*findFeatureIndex(kernel));
  // Images of a network: the convolution that makes them may sum runs of their
  // rows, and whoever sums them here has to get the same bits.
  if (feature == 1 && layout.shape.size() > 2)
    return 1;
  const int64_t features = layout.shape[feature];
  std::optional<size_t> pixels;
  for (auto [dim, size] : llvm::enumerate(layout.shape)) {
    if (dim == feature || size == 1)
      continue;
    if (pixels)
      return 1;
    pixels = dim;
  }
  const bool isDense = pixels && layout.strides[*pixels] == features &&
                       (features == 1 || layout.strides[feature] == 1);
  if (!isDense || !llvm::all_of(kernel.getBody().front(), mayRepeatFeatures))
    return 1;
  // What is broadcast would have to be repeated, too.
  for (Type type : kernel.getBody().getArgumentTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    if (tensor.getRank() > 1 && tensor.getNumElements() > 1 &&
        !haveSameShape(type, findData(kernel).first))
      return 1;
  }
  const int64_t repeats = getRepeats(features, layout.shape[*pixels]);
  if (repeats == 1)
    return 1;
  layout.shape[feature] *= repeats;
  layout.strides[feature] = 1;
  layout.shape[*pixels] /= repeats;
  layout.strides[*pixels] *= repeats;
  return repeats;
}

/// Whether the result of `kernel` is packed, or packed weights as they are.
static bool isPacking(kernel::FuncOp kernel) {
  auto returned = dyn_cast<BlockArgument>(
      kernel.getBody().front().getTerminator()->getOperand(0));
  return isa_and_nonnull<kernel::PackedAttr>(kernel.getResultLayout()) ||
         (returned && isa_and_nonnull<kernel::PackedAttr>(
                          kernel.getArgLayout(returned.getArgNumber())));
}

KernelView KernelView::getMerged(kernel::FuncOp kernel) {
  if (isPacking(kernel))
    return KernelView();
  if (canMergeEverything(kernel))
    return KernelView(Merge::Everything);
  if (auto rowDims = findRowDims(kernel)) {
    if (!canMergeRows(kernel, *rowDims))
      return KernelView();
    KernelView view(Merge::Rows);
    view.rowsType = cast<RankedTensorType>(kernel.getResultTypes().front());
    view.rowDims = *rowDims;
    return view;
  }
  if (std::optional<MemoryLayout> data = mergeData(kernel)) {
    KernelView view(Merge::Data);
    view.dataType = findData(kernel).first;
    view.numRepeats = repeatFeatures(kernel, *data);
    view.data = std::move(*data);
    return view;
  }
  if (canMergePixels(kernel))
    return KernelView(Merge::Pixels);
  return KernelView();
}

//===----------------------------------------------------------------------===//
// Merged shapes
//===----------------------------------------------------------------------===//

SmallVector<int64_t> KernelView::getShape(Type type) const {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape = llvm::to_vector(tensor.getShape());
  if (merge == Merge::Everything)
    return {tensor.getNumElements()};
  if (merge == Merge::Data && haveSameShape(type, dataType))
    return data.shape;
  if (merge == Merge::Rows) {
    const ArrayRef<int64_t> row = rowsType.getShape().drop_front(rowDims);
    const int64_t size = ShapedType::getNumElements(row);
    if (type == rowsType)
      return {rowsType.getNumElements() / size, size};
    if (hasPartsOf(row, shape))
      return {shape.front(), size};
    return tensor.getShape() == row ? SmallVector<int64_t>{size} : shape;
  }
  if (merge == Merge::Pixels && shape.size() >= 4) {
    for (size_t dim = 2; dim + 1 < shape.size(); ++dim) {
      shape.back() *= shape[dim];
      shape[dim] = 1;
    }
  }
  return shape;
}

MemoryLayout KernelView::getLayout(Type type, Attribute attr) const {
  MemoryLayout layout = getPlainLayout(type, attr);
  layout.shape = getShape(type);
  if (merge == Merge::Everything)
    layout.strides = {1};
  if (merge == Merge::Data && haveSameShape(type, dataType))
    layout.strides = data.strides;
  if (merge == Merge::Rows) {
    layout.strides = kernel::getRowMajorStrides(layout.shape);
    layout.halo.assign(2 * layout.shape.size(), 0);
  }
  return layout;
}
