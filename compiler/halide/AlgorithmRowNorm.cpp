//===- AlgorithmRowNorm.cpp - Layer, group and RMS norm as Funcs ----------===//
//
// With p the first element of a row of n, and d = x − p in f64:
//
//   mean = p + Σd/n,  variance = Σd²/n − (Σd/n)²
//   y = ((x − hi) − lo)·factor·scale + offset,  factor = 1/√(variance +
//   epsilon)
//
// where hi + lo is the mean: a mean that is rounded to f32 is too far off where
// it is large beside the deviation. p is an element, so Σd/n is at most as
// large as d, and nothing that matters cancels in the variance.
//
// Vectors run over the dimension whose elements follow each other in memory.
// Where a row has several of it, its sums are a few lanes that are added in the
// end; where it has one, each lane is a row, or for a group norm a channel of
// a group.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/RowNormFormulas.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::strict_float;
using Halide::Tuple;
using Halide::Var;

template <typename Range>
static SmallVector<int64_t> sortByStride(Range &&range,
                                         const MemoryLayout &layout) {
  auto dims = llvm::to_vector(range);
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return std::pair(layout.strides[a], a) < std::pair(layout.strides[b], b);
  });
  return dims;
}

/// The dimension whose elements follow each other in memory.
static int64_t getContiguousDim(const MemoryLayout &layout) {
  for (auto [dim, stride] : llvm::enumerate(layout.strides))
    if (stride == 1 && layout.shape[dim] > 1)
      return dim;
  return layout.shape.size() - 1;
}

static int getBufferDim(int64_t logical, int64_t rank) {
  auto order = kernel::getBufferDimOrder(rank);
  return llvm::find(order, logical) - order.begin();
}

/// 1/√(variance + epsilon)
static Expr getFactor(const Expr &variance, double epsilon) {
  return toFloat(Expr(1.0) / Halide::sqrt(variance + Expr(epsilon)));
}

/// {hi, lo, factor} of {Σd, Σd²} over `count` elements.
static Tuple getStatistics(const Expr &first, const Expr &sum,
                           const Expr &squares, const Expr &count,
                           double epsilon) {
  Expr mean = sum / count;
  Expr variance = squares / count - mean * mean;
  auto [high, low] = splitMean(toDouble(first) + mean);
  return {high, low, getFactor(variance, epsilon)};
}

AlgorithmBuilder::Rows AlgorithmBuilder::makeRows(Value input,
                                                  const RowShape &shape) {
  const MemoryLayout layout =
      view.getLayout(kernel.getResultTypes().front(), kernel.getResultLayout());
  const int64_t rank = layout.shape.size();
  const int64_t contiguous = getContiguousDim(layout);
  Rows rows;
  rows.input = input;
  rows.groupChannels = shape.groupChannels;
  rows.kept = sortByStride(llvm::seq<int64_t>(0, shape.firstDim), layout);
  rows.dims = sortByStride(llvm::seq(shape.firstDim, rank), layout);
  for (int64_t dim : rows.kept)
    rows.vars.push_back(getVars(rank)[getBufferDim(dim, rank)]);
  for (int64_t dim : rows.dims)
    rows.sizes.push_back(layout.shape[dim]);
  rows.count =
      getNumElements(rows.sizes) * std::max<int64_t>(1, shape.groupChannels);
  // Without pixels the channels of a group are the row.
  rows.alongRow = contiguous >= shape.firstDim ||
                  (shape.groupChannels && !shape.channelsApart &&
                   getNumElements(rows.sizes) == 1);
  rows.mergesChannels =
      shape.groupChannels && !shape.channelsApart && rows.alongRow;
  if (rows.mergesChannels)
    rows.sizes.push_back(shape.groupChannels);
  // A channel of a single element.
  if (rows.sizes.empty())
    rows.sizes.push_back(1);
  return rows;
}

/// The logical indices of an element of row `row` (its kept dimensions).
Indices AlgorithmBuilder::getRowElement(const Rows &rows, ArrayRef<Expr> row,
                                        ArrayRef<Expr> within) {
  Indices indices(rows.kept.size() + rows.dims.size());
  for (auto [dim, index] : llvm::zip_equal(rows.kept, row))
    indices[dim] = index;
  for (auto [dim, index] : llvm::zip(rows.dims, within))
    indices[dim] = index;
  if (rows.mergesChannels)
    indices[1] =
        indices[1] * static_cast<int>(rows.groupChannels) + within.back();
  return indices;
}

/// The loops over rows and within them.
RowNormFuncs AlgorithmBuilder::makeRowLoops(const Rows &rows) {
  RowNormFuncs norm;
  norm.alongRow = rows.alongRow;
  norm.groupChannels = rows.groupChannels;
  norm.rows = rows.vars;
  for (int64_t dim : rows.kept)
    norm.keptDims.push_back(
        getBufferDim(dim, rows.kept.size() + rows.dims.size()));
  norm.reduction = getReductionVars(makeReductionDomain(rows.sizes));
  norm.reductionSizes.assign(rows.sizes.begin(), rows.sizes.end());
  return norm;
}

RowNormFuncs AlgorithmBuilder::makeRowNorm(const Rows &rows, double epsilon,
                                           bool centered) {
  RowNormFuncs norm = makeRowLoops(rows);
  const std::vector<Expr> row = toExprs(rows.vars);
  const std::vector<Expr> within(norm.reduction.begin(), norm.reduction.end());
  Expr x = read(rows.input, getRowElement(rows, row, within));
  const Expr count(static_cast<double>(rows.count));

  norm.sums = Func("sums");
  norm.statistics = Func("statistics");
  if (!centered) {
    norm.sums(rows.vars) = Expr(0.0);
    norm.sums(rows.vars) += toDouble(x) * toDouble(x);
    Expr squares = norm.sums(rows.vars);
    norm.statistics(rows.vars) = getFactor(squares / count, epsilon);
    return norm;
  }
  norm.first = Func("first");
  std::vector<Expr> firstRow = row;
  const bool isLane = rows.groupChannels > 1 && !rows.alongRow;
  const auto channels = static_cast<int>(rows.groupChannels);
  // Of a channel, that of its group.
  if (isLane)
    firstRow[0] = firstRow[0] / channels * channels;
  norm.first(rows.vars) =
      read(rows.input,
           getRowElement(rows, firstRow, std::vector<Expr>(within.size(), 0)));
  Expr distance = getDistance(x, norm.first(rows.vars));
  norm.sums(rows.vars) = Tuple(Expr(0.0), Expr(0.0));
  norm.sums(rows.vars) = Tuple(norm.sums(rows.vars)[0] + distance,
                               norm.sums(rows.vars)[1] + distance * distance);
  if (!isLane) {
    norm.statistics(rows.vars) =
        getStatistics(norm.first(rows.vars), norm.sums(rows.vars)[0],
                      norm.sums(rows.vars)[1], count, epsilon);
    return norm;
  }
  addGroupSums(norm, rows, epsilon);
  return norm;
}

/// Adds up the channels of each group, and gives each channel the statistics of
/// its group: vectors read them as they lie.
void AlgorithmBuilder::addGroupSums(RowNormFuncs &norm, const Rows &rows,
                                    double epsilon) {
  const auto channels = static_cast<int>(rows.groupChannels);
  std::vector<Var> groupVars = rows.vars;
  groupVars[0] = Var("group");
  RDom member(0, channels, "member");
  std::vector<Expr> lane = toExprs(groupVars);
  lane[0] = groupVars[0] * channels + member;
  norm.groupSums = Func("group_sums");
  norm.groupSums(groupVars) = Tuple(Expr(0.0), Expr(0.0));
  norm.groupSums(groupVars) =
      Tuple(norm.groupSums(groupVars)[0] + norm.sums(lane)[0],
            norm.groupSums(groupVars)[1] + norm.sums(lane)[1]);
  lane[0] = groupVars[0] * channels;
  norm.groupStatistics = Func("group_statistics");
  norm.groupStatistics(groupVars) =
      getStatistics(norm.first(lane), norm.groupSums(groupVars)[0],
                    norm.groupSums(groupVars)[1],
                    Expr(static_cast<double>(rows.count)), epsilon);
  std::vector<Expr> group = toExprs(rows.vars);
  group[0] = group[0] / channels;
  norm.statistics(rows.vars) = Tuple(norm.groupStatistics(group));
}

void AlgorithmBuilder::defineRowNorm(Operation *op, const RowShape &shape,
                                     const RowParameters &parameters) {
  Indices indices = declare(op);
  const Rows rows = makeRows(op->getOperand(0), shape);
  RowNormFuncs norm =
      makeRowNorm(rows, parameters.epsilon, parameters.centered);
  std::vector<Expr> row;
  for (int64_t dim : rows.kept)
    row.push_back(indices[dim]);
  if (rows.mergesChannels)
    for (auto [dim, index] : llvm::zip_equal(rows.kept, row))
      if (dim == 1)
        index = index / static_cast<int>(rows.groupChannels);
  const auto readParameter = [&](Value parameter) {
    return shape.groupChannels ? read(parameter, indices[1])
                               : readBroadcast(parameter, indices);
  };
  Expr x = read(rows.input, indices);
  Expr factor;
  if (parameters.centered) {
    x = getDistance(x, norm.statistics(row)[0], norm.statistics(row)[1]);
    factor = norm.statistics(row)[2];
  } else {
    factor = norm.statistics(row);
  }
  Expr scale = readParameter(parameters.scale);
  // What is the same for a whole row or channel is multiplied first.
  Expr y = shape.groupChannels ? x * (factor * scale) : x * factor * scale;
  if (parameters.offset)
    y = y + readParameter(parameters.offset);
  funcOf(op)(getVars(indices.size())) = y;
  funcs.anchor = std::move(norm);
}

bool AlgorithmBuilder::buildRowNorm(Operation *op) {
  const bool mergesRows = view.merged() == KernelView::Merge::Rows;
  const auto getShape = [&](int64_t axis) {
    return RowShape{mergesRows ? 1 : axis, 0};
  };
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](bn::LayerNormOp norm) {
        defineRowNorm(op, getShape(norm.getAxis()),
                      {norm.getScale(), norm.getOffset(),
                       norm.getEpsilon().convertToDouble(), true});
        return true;
      })
      .Case([&](bn::RMSNormOp norm) {
        defineRowNorm(
            op, getShape(norm.getAxis()),
            {norm.getScale(), {}, norm.getEpsilon().convertToDouble(), false});
        return true;
      })
      .Case([&](bn::GroupNormOp norm) {
        const int64_t channels = norm.getType().getDimSize(1);
        const int64_t groups = norm.getGroups();
        defineRowNorm(op, {2, channels / groups},
                      {norm.getScale(), norm.getOffset(),
                       norm.getEpsilon().convertToDouble(), true});
        return true;
      })
      .Default(false);
}
