//===- AlgorithmReduction.cpp - Pools, reductions, softmax as Funcs -------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/PoolWindow.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

static constexpr float lowest = lowestValue;

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

/// Sizes of the windows from the last dimension on.
static SmallVector<int64_t> getWindowSizes(ArrayRef<PoolWindow> windows) {
  SmallVector<int64_t> sizes;
  for (const PoolWindow &window : llvm::reverse(windows))
    sizes.push_back(window.size);
  return sizes;
}

/// The input element that step `domain` of a window reads.
static Indices getWindowIndices(ArrayRef<Expr> indices,
                                ArrayRef<PoolWindow> windows,
                                const RDom &domain) {
  Indices result(indices);
  for (auto [dim, window] : llvm::enumerate(windows)) {
    Expr k = domain[static_cast<int>(windows.size() - 1 - dim)];
    result[dim + 2] =
        indices[dim + 2] * window.stride + k * window.dilation - window.padLow;
  }
  return result;
}

static SmallVector<int64_t> getReach(ArrayRef<PoolWindow> windows) {
  SmallVector<int64_t> reach;
  for (const PoolWindow &window : windows)
    reach.push_back(window.padLow);
  for (const PoolWindow &window : windows)
    reach.push_back(window.reachHigh());
  return reach;
}

static WindowFuncs makeWindowFuncs(const std::vector<Var> &vars,
                                   const RDom &domain,
                                   ArrayRef<int64_t> sizes) {
  WindowFuncs funcs;
  funcs.accumulator = Func("accumulator");
  funcs.vars = vars;
  funcs.window = getReductionVars(domain);
  funcs.windowSize = getNumElements(sizes);
  return funcs;
}

void AlgorithmBuilder::buildMaxPool(nn::MaxPoolOp op) {
  auto windows =
      getWindows(op, shapeOf(op.getInput()), view.getShape(op.getType()));
  SmallVector<int64_t> sizes = getWindowSizes(windows);
  RDom domain = makeReductionDomain(sizes);
  Indices indices = declare(op);
  WindowFuncs pool = makeWindowFuncs(getVars(indices.size()), domain, sizes);
  Indices inputIndices = getWindowIndices(indices, windows, domain);
  // An element at the edge is part of every window that reaches beyond it,
  // unless dilation skips it; reading it twice does not change the maximum.
  bool dense =
      llvm::all_of(windows, [](auto &window) { return window.dilation == 1; });
  for (auto [dim, window] : llvm::enumerate(windows))
    if (dense && (window.padLow > 0 || window.reachHigh() > 0))
      inputIndices[dim + 2] =
          Halide::clamp(inputIndices[dim + 2], 0, window.input - 1);
  SmallVector<int64_t> reach(2 * windows.size());
  if (!dense)
    reach = getReach(windows);
  pool.accumulator(pool.vars) = lowest;
  pool.accumulator(pool.vars) =
      Halide::max(pool.accumulator(pool.vars),
                  readPadded(op.getInput(), inputIndices, reach, lowest));
  funcOf(op)(pool.vars) = pool.accumulator(pool.vars);
  funcs.anchor = std::move(pool);
}

void AlgorithmBuilder::buildAveragePool(nn::AveragePoolOp op) {
  auto windows =
      getWindows(op, shapeOf(op.getInput()), view.getShape(op.getType()));
  SmallVector<int64_t> sizes = getWindowSizes(windows);
  RDom domain = makeReductionDomain(sizes);
  Indices indices = declare(op);
  WindowFuncs pool = makeWindowFuncs(getVars(indices.size()), domain, sizes);
  Expr count = 1;
  for (auto [dim, window] : llvm::enumerate(windows)) {
    int low = op.getCountIncludePad() ? -window.padLow : 0;
    int high = window.input + (op.getCountIncludePad() ? window.padHigh : 0);
    count = count * window.count(indices[dim + 2], low, high);
  }
  pool.accumulator(pool.vars) = 0.0f;
  pool.accumulator(pool.vars) +=
      readPadded(op.getInput(), getWindowIndices(indices, windows, domain),
                 getReach(windows), 0);
  funcOf(op)(pool.vars) =
      pool.accumulator(pool.vars) * (1.0f / Halide::cast<float>(count));
  funcs.anchor = std::move(pool);
}

/// The squares of the neighbouring channels are summed per element: windows
/// of at most a few channels.
void AlgorithmBuilder::buildLocalResponseNorm(nn::LocalResponseNormOp op) {
  int size = op.getSize(), channels = shapeOf(op.getInput())[1];
  RDom domain = makeReductionDomain({size});
  Indices indices = declare(op);
  WindowFuncs sum = makeWindowFuncs(getVars(indices.size()), domain, {size});
  // Squares of all channels of a pixel and of zeros around them, so that the
  // sum reads neighbours without a test.
  Expr channel = indices[1];
  Indices clamped(indices);
  clamped[1] = Halide::clamp(channel, 0, channels - 1);
  Expr element = read(op.getInput(), clamped);
  sum.staged = Func("squares");
  sum.staged(sum.vars) = Halide::select(channel >= 0 && channel < channels,
                                        element * element, 0.0f);
  std::vector<Expr> neighbour(sum.vars.begin(), sum.vars.end());
  neighbour[0] = neighbour[0] + domain[0] - (size - 1) / 2;
  sum.accumulator(sum.vars) = 0.0f;
  sum.accumulator(sum.vars) += sum.staged(neighbour);

  float alpha = static_cast<float>(op.getAlpha().convertToDouble() / size);
  float bias = static_cast<float>(op.getBias().convertToDouble());
  double beta = op.getBeta().convertToDouble();
  Expr base = bias + alpha * sum.accumulator(sum.vars);
  // Every published network has beta = 3/4: two square roots instead of a
  // power.
  Expr power = beta == 0.75
                   ? Halide::sqrt(base) * Halide::sqrt(Halide::sqrt(base))
                   : Halide::pow(base, static_cast<float>(beta));
  funcOf(op)(sum.vars) = read(op.getInput(), indices) / power;
  funcs.anchor = std::move(sum);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

void AlgorithmBuilder::buildReduce(Operation *op, ArrayRef<int64_t> axes,
                                   bool keepDims) {
  Value input = op->getOperand(0);
  auto shape = llvm::to_vector(shapeOf(input));
  SmallVector<int64_t> sizes;
  for (int64_t axis : llvm::reverse(axes))
    sizes.push_back(shape[axis]);
  int64_t elements = getNumElements(sizes);
  RDom domain = makeReductionDomain(sizes);
  Indices indices = declare(op);
  Indices inputIndices(shape.size());
  size_t kept = 0;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    const auto *axis = llvm::find(axes, static_cast<int64_t>(dim));
    if (axis == axes.end()) {
      inputIndices[dim] = indices[kept++];
      continue;
    }
    inputIndices[dim] = domain[static_cast<int>(axes.end() - axis - 1)];
    kept += keepDims;
  }
  ReductionFuncs reduction;
  reduction.vars = getVars(indices.size());
  reduction.reductionSize = elements;
  reduction.reductionSizes.assign(sizes.begin(), sizes.end());
  reduction.reduction = getReductionVars(domain);
  Expr element = read(input, inputIndices);
  bool isMax = isa<nn::ReduceMaxOp>(op);
  reduction.accumulator = Func("accumulator");
  reduction.accumulator(reduction.vars) = isMax ? lowest : 0.0f;
  Expr sum = reduction.accumulator(reduction.vars);
  reduction.accumulator(reduction.vars) =
      isMax ? Halide::max(sum, element) : sum + element;
  float factor =
      isa<nn::ReduceMeanOp>(op) ? 1.0 / static_cast<double>(elements) : 1.0;
  funcOf(op)(reduction.vars) = reduction.accumulator(reduction.vars) * factor;
  funcs.anchor = std::move(reduction);
}

void AlgorithmBuilder::buildSoftmax(nn::SoftmaxOp op) {
  auto shape = llvm::to_vector(shapeOf(op.getInput()));
  int64_t size = shape[op.getAxis()];
  Indices indices = declare(op);
  SoftmaxFuncs softmax;
  softmax.vars = getVars(indices.size());
  softmax.axisSize = size;
  auto order = kernel::getBufferDimOrder(shape.size());
  softmax.axis = llvm::find(order, op.getAxis()) - order.begin();
  std::vector<Expr> row;
  for (int dim = 0; dim < static_cast<int>(softmax.vars.size()); ++dim)
    if (dim != softmax.axis)
      row.push_back(softmax.vars[dim]);
  std::vector<Var> rowVars = softmax.vars;
  rowVars.erase(rowVars.begin() + softmax.axis);

  RDom forMaximum = makeReductionDomain({size}),
       forSum = makeReductionDomain({size});
  softmax.maximumAxis = forMaximum[0];
  softmax.sumAxis = forSum[0];
  Indices along(indices);
  along[op.getAxis()] = forMaximum[0];
  softmax.maximum = Func("maximum");
  softmax.maximum(rowVars) = lowest;
  softmax.maximum(rowVars) =
      Halide::max(softmax.maximum(rowVars), read(op.getInput(), along));

  softmax.exponentials = Func("exponentials");
  softmax.exponentials(softmax.vars) =
      Halide::exp(read(op.getInput(), indices) - softmax.maximum(row));
  std::vector<Expr> alongVars(softmax.vars.begin(), softmax.vars.end());
  alongVars[softmax.axis] = forSum[0];
  softmax.sum = Func("sum");
  softmax.sum(rowVars) = 0.0f;
  softmax.sum(rowVars) += softmax.exponentials(alongVars);
  funcOf(op)(softmax.vars) =
      softmax.exponentials(softmax.vars) / softmax.sum(row);
  funcs.anchor = std::move(softmax);
}

bool AlgorithmBuilder::buildReduction(Operation *op) {
  auto reduce = [&](auto op) {
    buildReduce(op, op.getAxes(), op.getKeepDims());
    return true;
  };
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](nn::MaxPoolOp op) { return buildMaxPool(op), true; })
      .Case([&](nn::AveragePoolOp op) { return buildAveragePool(op), true; })
      .Case<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp>(reduce)
      .Case([&](nn::SoftmaxOp op) { return buildSoftmax(op), true; })
      .Case([&](nn::LocalResponseNormOp op) {
        return buildLocalResponseNorm(op), true;
      })
      .Default(false);
}
