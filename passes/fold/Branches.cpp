//===- Branches.cpp - Parallel paths that are one convolution -------------===//
//
// Convolutions of one input with equal strides, Σ_i (s_i·(W_i∗x + b_i) + t_i),
// are one whose window holds the taps of all:
//
//   W = Σ_i s_i·embed(W_i),  b = Σ_i (s_i·b_i + t_i).
//
// Zero padding is what every tap outside the input reads, so only the offsets
// of taps matter, not the pads they come from. Groups: a branch of g_i groups
// is block-diagonal with blocks of gcd(g_1, g_2, …) groups, since these are
// unions of its own. The identity has as many groups as channels and one tap,
// of one; an average pool divides by the same number everywhere if padding
// counts or there is none.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/Branches.h"

#include "passes/Normalizations.h"
#include "passes/fold/FoldedShifts.h"

#include "mlir/IR/Threading.h"

#include "llvm/Support/Format.h"

#include <numeric>

using namespace mlir;

namespace bnopt {

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static int64_t getWindowSize(ArrayRef<nn::WindowDim> window) {
  int64_t size = 1;
  for (const nn::WindowDim &dim : window)
    size *= dim.size;
  return size;
}

int64_t Branch::countMultiplications() const {
  return numOutputs * inputsPerGroup() * getWindowSize(window);
}

static bool readConvolution(nn::ConvOp conv, Branch &branch) {
  std::optional<ConstantData> weights = ConstantData::get(conv.getWeights());
  if (!weights)
    return false;
  if (conv.getBias()) {
    branch.bias = ConstantData::get(conv.getBias());
    if (!branch.bias)
      return false;
  }
  branch.weights = weights;
  branch.input = conv.getInput();
  branch.groups = conv.getGroups();
  branch.numInputs = weights->getType().getDimSize(1) * branch.groups;
  branch.window = nn::getWindow(conv.getKernelShape(), conv.getStrides(),
                                conv.getPads(), conv.getDilations());
  return true;
}

/// Whether `pool` divides by the size of its window everywhere.
static bool dividesByWindow(nn::AveragePoolOp pool,
                            ArrayRef<nn::WindowDim> window) {
  for (auto [index, dim] : llvm::enumerate(window)) {
    if (!pool.getCountIncludePad() && (dim.padLow != 0 || dim.padHigh != 0))
      return false;
    if (!pool.getCeilMode())
      continue;
    // Rounded up, the last window may reach beyond what counts.
    const int64_t size = pool.getInput().getType().getDimSize(index + 2);
    if (ShapedType::isDynamic(size) ||
        nn::getNumWindows(size, dim, true) != nn::getNumWindows(size, dim))
      return false;
  }
  return true;
}

static bool readPool(nn::AveragePoolOp pool, Branch &branch) {
  SmallVector<nn::WindowDim> window =
      nn::getWindow(pool.getKernelShape(), pool.getStrides(), pool.getPads(),
                    pool.getDilations());
  if (!dividesByWindow(pool, window))
    return false;
  branch.input = pool.getInput();
  branch.diagonal = 1.0 / static_cast<double>(getWindowSize(window));
  branch.window = std::move(window);
  return true;
}

std::optional<Branch> readBranch(Value addend) {
  auto type = dyn_cast<RankedTensorType>(addend.getType());
  if (!type || type.getRank() < 3 || type.isDynamicDim(1))
    return std::nullopt;
  Branch branch;
  branch.addend = addend;
  branch.numOutputs = type.getDimSize(1);
  branch.values = ScaleAndShift(branch.numOutputs);
  Value value = addend;
  if (auto scaleShift = value.getDefiningOp<bn::ScaleShiftOp>())
    if (auto values = readScaleAndShift(scaleShift);
        values && values->featureIndex == 1 && scaleShift->hasOneUse() &&
        !isAskedToStay(scaleShift)) {
      branch.scaleShift = scaleShift;
      branch.values = *values;
      value = scaleShift.getInput();
    }

  Operation *linear = value.getDefiningOp();
  branch.numInputs = branch.groups = branch.numOutputs;
  if (linear && linear->hasOneUse())
    if (isa<nn::ConvOp>(linear)
            ? readConvolution(cast<nn::ConvOp>(linear), branch)
            : isa<nn::AveragePoolOp>(linear) &&
                  readPool(cast<nn::AveragePoolOp>(linear), branch)) {
      branch.linear = linear;
      return branch;
    }
  branch.input = value;
  branch.window.resize(type.getRank() - 2);
  return branch;
}

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

/// The window of the merged convolution along `dim`, on which all branches
/// must agree.
static std::optional<nn::WindowDim>
getMergedWindow(ArrayRef<const Branch *> branches, const TapGrid &grid,
                size_t dim) {
  auto input = cast<RankedTensorType>(branches.front()->input.getType());
  const int64_t size = input.getDimSize(dim + 2);
  std::optional<nn::WindowDim> merged;
  for (const Branch *branch : branches) {
    auto window = getWindowOfGrid(grid, branch->window[dim], size);
    if (!window)
      return std::nullopt;
    // Branches of an unknown size may agree in some inputs only.
    if (merged && ShapedType::isDynamic(size) &&
        merged->padHigh != window->padHigh)
      return std::nullopt;
    if (!merged)
      merged = window;
  }
  return merged;
}

static LogicalResult checkBranches(ArrayRef<const Branch *> branches,
                                   std::string &reason) {
  const Branch &first = *branches.front();
  Type elementType;
  for (const Branch *branch : branches) {
    for (auto [lhs, rhs] : llvm::zip_equal(branch->window, first.window))
      if (lhs.stride != rhs.stride) {
        reason = "the strides of the branches differ";
        return failure();
      }
    if (branch->numInputs != first.numInputs) {
      reason = "the branches have different numbers of input channels";
      return failure();
    }
    if (!branch->weights)
      continue;
    Type type = branch->weights->getType().getElementType();
    if (elementType && type != elementType) {
      reason = "the weights of the branches differ in type";
      return failure();
    }
    elementType = type;
  }
  return success();
}

FailureOr<MergedShape> getMergedShape(ArrayRef<const Branch *> branches,
                                      std::string &reason) {
  if (failed(checkBranches(branches, reason)))
    return failure();
  const Branch &first = *branches.front();
  MergedShape shape{first.groups, {}, {}};
  int64_t separate = 0;
  for (const Branch *branch : branches) {
    shape.groups = std::gcd(shape.groups, branch->groups);
    separate += branch->countMultiplications();
  }
  for (size_t dim = 0; dim < first.window.size(); ++dim) {
    TapGrid grid = TapGrid::get(first.window[dim]);
    for (const Branch *branch : branches.drop_front())
      grid = getCommonGrid(grid, TapGrid::get(branch->window[dim]));
    auto window = getMergedWindow(branches, grid, dim);
    if (!window) {
      reason = "no window has the taps and the positions of all branches";
      return failure();
    }
    shape.grids.push_back(grid);
    shape.window.push_back(*window);
  }
  const int64_t merged = first.numOutputs * (first.numInputs / shape.groups) *
                         getWindowSize(shape.window);
  if (merged > separate) {
    reason = "one convolution would take " + std::to_string(merged) +
             " multiplications per position, the branches take " +
             std::to_string(separate);
    return failure();
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

namespace {
/// Weights that one thread adds up at a time, some 50 µs of work.
constexpr int64_t elementsPerTask = 1 << 16;

/// Sums the weights of branches row by row, a row being what one output reads.
class MergedWeights {
public:
  MergedWeights(ArrayRef<const Branch *> branches, const MergedShape &shape)
      : branches(branches), shape(shape),
        inputsPerGroup(branches.front()->numInputs / shape.groups),
        windowSize(getWindowSize(shape.window)) {
    for (const Branch *branch : branches) {
      SmallVector<TapGrid> parts;
      for (const nn::WindowDim &dim : branch->window)
        parts.push_back(TapGrid::get(dim));
      positions.push_back(embedWindow(parts, shape.grids));
    }
  }

  int64_t getRowSize() const { return inputsPerGroup * windowSize; }

  /// The largest error of a row after rounding, relative to its terms; not
  /// finite where a weight is not.
  double fill(ConstantBuffer &result, MLIRContext *context) const {
    const int64_t numRows = branches.front()->numOutputs;
    const int64_t rowsPerTask =
        std::max<int64_t>(1, elementsPerTask / getRowSize());
    std::vector<double> bounds(numRows);
    parallelFor(
        context, 0, llvm::divideCeil(numRows, rowsPerTask), [&](int64_t task) {
          const int64_t end = std::min((task + 1) * rowsPerTask, numRows);
          for (int64_t row = task * rowsPerTask; row < end; ++row)
            bounds[row] = fillRow(result, row);
        });
    double bound = 0;
    for (const double row : bounds)
      bound = std::isfinite(row) ? std::max(bound, row) : INFINITY;
    return bound;
  }

private:
  double fillRow(ConstantBuffer &result, int64_t output) const {
    std::vector<double> row(getRowSize());
    double error = 0, magnitude = 0;
    for (size_t index = 0; index < branches.size(); ++index)
      magnitude += addBranch(*branches[index], positions[index], output, row);
    const int64_t begin = output * getRowSize();
    for (int64_t i = 0; i < getRowSize(); ++i)
      error += std::fabs(row[i] - result.store(begin + i, row[i]));
    return error / std::max(magnitude, smallestNormal);
  }

  /// Returns the sum of the magnitudes of what it adds.
  double addBranch(const Branch &branch, ArrayRef<int64_t> taps, int64_t output,
                   MutableArrayRef<double> row) const {
    const auto firstInput = [&](int64_t groups) {
      return output / (branch.numOutputs / groups) *
             (branch.numInputs / groups);
    };
    const double scale = branch.values.scale[output];
    const int64_t numTaps = taps.size();
    double magnitude = 0;
    int64_t weight = output * branch.inputsPerGroup() * numTaps;
    int64_t column =
        (firstInput(branch.groups) - firstInput(shape.groups)) * windowSize;
    for (int64_t i = 0; i < branch.inputsPerGroup(); ++i) {
      for (int64_t tap = 0; tap < numTaps; ++tap, ++weight) {
        const double term = scale * (branch.weights ? (*branch.weights)[weight]
                                                    : branch.diagonal);
        row[column + taps[tap]] += term;
        magnitude += std::fabs(term);
      }
      column += windowSize;
    }
    return magnitude;
  }

  ArrayRef<const Branch *> branches;
  const MergedShape &shape;
  int64_t inputsPerGroup, windowSize;
  /// For each branch, where its taps are in the merged window.
  SmallVector<SmallVector<int64_t>> positions;
};
} // namespace

/// Raises `bound`, without limit where a sum is not finite.
static ConstantBuffer sumBiases(ArrayRef<const Branch *> branches,
                                Type elementType, double &bound) {
  const int64_t numOutputs = branches.front()->numOutputs;
  ConstantBuffer bias(RankedTensorType::get(numOutputs, elementType));
  const bool finite = fillSums(bias, bound, [&](int64_t output) {
    SumOfTerms sum{0, 0};
    for (const Branch *branch : branches) {
      const double shift = branch->values.shift[output];
      const double scaled =
          branch->bias ? branch->values.scale[output] * (*branch->bias)[output]
                       : 0;
      sum.value += shift + scaled;
      sum.magnitude += std::fabs(shift) + std::fabs(scaled);
    }
    return sum;
  });
  if (!finite)
    bound = INFINITY;
  return bias;
}

static nn::ConvOp createConvolution(OpBuilder &builder, Location loc, Type type,
                                    Value input, Value weights, Value bias,
                                    const MergedShape &shape) {
  SmallVector<int64_t> strides, pads, highPads, dilations;
  for (const nn::WindowDim &dim : shape.window) {
    strides.push_back(dim.stride);
    pads.push_back(dim.padLow);
    highPads.push_back(dim.padHigh);
    dilations.push_back(dim.dilation);
  }
  pads.append(highPads);
  // Left out where they say nothing, as models do.
  const auto getUnless = [&](ArrayRef<int64_t> values, int64_t absent) {
    return llvm::all_equal(values) && values.front() == absent
               ? DenseI64ArrayAttr()
               : builder.getDenseI64ArrayAttr(values);
  };
  return nn::ConvOp::create(builder, loc, type, input, weights, bias,
                            getUnless(strides, 1), getUnless(pads, 0),
                            getUnless(dilations, 1),
                            builder.getI64IntegerAttr(shape.groups));
}

/// Whether weights as exact as `bound` will do; if not, `reason` says why.
static bool isExactEnough(double bound, Type elementType, double tolerance,
                          std::string &reason) {
  if (std::isfinite(bound) && bound <= tolerance)
    return true;
  llvm::raw_string_ostream stream(reason);
  if (!std::isfinite(bound))
    stream << "the sum of the weights is not finite in their type";
  else
    stream << "rounding the sum of the weights to " << elementType
           << llvm::format(" may change results by %.1e of their terms, more "
                           "than the tolerance of %.1e",
                           bound, tolerance);
  return false;
}

FailureOr<MergedBranches> buildMerged(OpBuilder &builder, Location loc,
                                      ArrayRef<const Branch *> branches,
                                      const MergedShape &shape,
                                      double tolerance, std::string &reason) {
  const Branch &first = *branches.front();
  const Branch &convolution = **llvm::find_if(
      branches, [](const Branch *branch) { return branch->isConvolution(); });
  auto type = cast<RankedTensorType>(first.addend.getType());
  SmallVector<int64_t> weightShape = {first.numOutputs,
                                      first.numInputs / shape.groups};
  for (const TapGrid &grid : shape.grids)
    weightShape.push_back(grid.count);
  Type elementType = convolution.weights->getType().getElementType();
  ConstantBuffer weights(RankedTensorType::get(weightShape, elementType));
  double bound =
      MergedWeights(branches, shape).fill(weights, builder.getContext());
  ConstantBuffer bias =
      sumBiases(branches,
                convolution.bias ? convolution.bias->getType().getElementType()
                                 : type.getElementType(),
                bound);
  if (!isExactEnough(bound, elementType, tolerance, reason))
    return failure();
  Value biasValue;
  if (llvm::any_of(branches, [](const Branch *b) { return b->hasBias(); }))
    biasValue = std::move(bias).build(builder, loc, "bias");
  Value weightsValue = std::move(weights).build(builder, loc, "weights");
  return MergedBranches{createConvolution(builder, loc, type, first.input,
                                          weightsValue, biasValue, shape),
                        bound};
}

} // namespace bnopt
