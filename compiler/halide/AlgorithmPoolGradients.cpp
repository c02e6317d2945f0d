//===- AlgorithmPoolGradients.cpp - Gradients of pools as Funcs -----------===//
//
// Each element of the input looks at the windows that contain it and adds what
// they give to it. Of window p, element q is the offset q + pad − p·stride; so
// the windows of q are ⌊(q + pad)/stride⌋ − j, for j from 0 on.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/PoolWindow.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

namespace {
/// The windows that contain an element along one dimension.
struct Containing {
  PoolWindow window;

  /// How many there are at most.
  int count() const {
    return (window.dilation * (window.size - 1)) / window.stride + 1;
  }
  /// The j-th window that contains `element`.
  Expr at(const Expr &element, const Expr &j) const {
    return (element + window.padLow) / window.stride - j;
  }
  /// The place of `element` in that window.
  Expr offset(const Expr &element, const Expr &j) const {
    return (element + window.padLow) % window.stride + j * window.stride;
  }
  /// The tap that reads it there, where `exists`.
  Expr tap(const Expr &element, const Expr &j) const {
    return offset(element, j) / window.dilation;
  }
  Expr exists(const Expr &element, const Expr &j) const {
    Expr place = offset(element, j), p = at(element, j);
    Expr result = p >= 0 && p < window.output &&
                  place <= window.dilation * (window.size - 1);
    return window.dilation == 1 ? result
                                : result && place % window.dilation == 0;
  }
  /// Elements beyond the input that windows which contain none of the range
  /// read: before and after.
  std::pair<int, int> reach() const {
    const int first = window.padLow / window.stride - (count() - 1);
    const int last = (window.input - 1 + window.padLow) / window.stride;
    return {std::max(0, window.padLow - first * window.stride),
            std::max(0, last * window.stride +
                            window.dilation * (window.size - 1) -
                            window.padLow - (window.input - 1))};
  }
};

/// The sum over the windows that contain an element.
struct ContainingSum {
  SmallVector<Containing> dims;
  RDom domain;
  WindowFuncs funcs;

  ContainingSum(ArrayRef<PoolWindow> windows, const std::vector<Var> &vars);

  /// The step along spatial dimension `dim`.
  Expr j(size_t dim) const {
    return domain[static_cast<int>(dims.size() - 1 - dim)];
  }
};
} // namespace

ContainingSum::ContainingSum(ArrayRef<PoolWindow> windows,
                             const std::vector<Var> &vars) {
  SmallVector<int64_t> counts;
  for (const PoolWindow &window : windows) {
    dims.push_back({window});
    counts.insert(counts.begin(), dims.back().count());
  }
  domain = makeReductionDomain(counts);
  funcs.accumulator = Func("accumulator");
  funcs.vars = vars;
  funcs.window = getReductionVars(domain);
  funcs.windowSize = getNumElements(counts);
}

void AlgorithmBuilder::buildAveragePoolGradient(nn::AveragePoolGradientOp op) {
  auto windows = getWindows(op, view.getShape(op.getType()),
                            shapeOf(op.getOutputGradient()));
  Indices indices = declare(op);
  ContainingSum sum(windows, getVars(indices.size()));
  Indices gradientIndices(indices);
  Expr exists = Halide::Internal::const_true(), count = 1;
  for (auto [dim, containing] : llvm::enumerate(sum.dims)) {
    const PoolWindow &window = containing.window;
    Expr element = indices[dim + 2], j = sum.j(dim);
    exists = exists && containing.exists(element, j);
    Expr p = Halide::clamp(containing.at(element, j), 0, window.output - 1);
    gradientIndices[dim + 2] = p;
    int low = op.getCountIncludePad() ? -window.padLow : 0;
    int high = window.input + (op.getCountIncludePad() ? window.padHigh : 0);
    count = count * window.count(p, low, high);
  }
  sum.funcs.accumulator(sum.funcs.vars) = 0.0f;
  sum.funcs.accumulator(sum.funcs.vars) +=
      Halide::select(exists, read(op.getOutputGradient(), gradientIndices),
                     0.0f) *
      (1.0f / Halide::cast<float>(count));
  funcOf(op)(sum.funcs.vars) = sum.funcs.accumulator(sum.funcs.vars);
  funcs.anchor = std::move(sum.funcs);
}

/// The tap, row-major, at `taps` per spatial dimension.
static Expr flattenTap(ArrayRef<Expr> taps, ArrayRef<PoolWindow> windows) {
  Expr flat = 0;
  for (auto [tap, window] : llvm::zip_equal(taps, windows))
    flat = flat * window.size + tap;
  return flat;
}

/// Of the taps of a window, the first that reads the input and not the pads.
static SmallVector<Expr> getFirstTaps(ArrayRef<Expr> indices,
                                      ArrayRef<PoolWindow> windows) {
  SmallVector<Expr> taps;
  for (auto [dim, window] : llvm::enumerate(windows)) {
    Expr before = window.padLow - indices[dim + 2] * window.stride;
    taps.push_back(Halide::clamp(
        (before + window.dilation - 1) / window.dilation, 0, window.size - 1));
  }
  return taps;
}

void AlgorithmBuilder::buildMaxPoolGradient(nn::MaxPoolGradientOp op) {
  auto windows =
      getWindows(op, shapeOf(op.getInput()), shapeOf(op.getOutputGradient()));
  Indices indices = declare(op);
  const std::vector<Var> vars = getVars(indices.size());
  ContainingSum sum(windows, vars);
  SmallVector<int64_t> sizes, reach(2 * windows.size());
  for (const PoolWindow &window : llvm::reverse(windows))
    sizes.push_back(window.size);
  RDom taps = makeReductionDomain(sizes);

  // The largest value so far, and the tap that has read it.
  MaxPoolGradientFuncs pool;
  pool.search = Func("search");
  Indices inputIndices(indices), gradientIndices(indices);
  Indices winnerIndices(indices);
  SmallVector<Expr> tap, own;
  Expr exists = Halide::Internal::const_true();
  for (auto [dim, containing] : llvm::enumerate(sum.dims)) {
    const PoolWindow &window = containing.window;
    tap.push_back(taps[static_cast<int>(windows.size() - 1 - dim)]);
    inputIndices[dim + 2] = indices[dim + 2] * window.stride +
                            tap.back() * window.dilation - window.padLow;
    std::tie(reach[dim], reach[dim + windows.size()]) = containing.reach();
    Expr element = indices[dim + 2], j = sum.j(dim);
    exists = exists && containing.exists(element, j);
    own.push_back(containing.tap(element, j));
    winnerIndices[dim + 2] = containing.at(element, j);
    gradientIndices[dim + 2] =
        Halide::clamp(winnerIndices[dim + 2], 0, window.output - 1);
  }
  Expr value = readPadded(op.getInput(), inputIndices, reach, lowestValue);
  Expr first = flattenTap(getFirstTaps(indices, windows), windows);
  pool.search(vars) = Halide::Tuple(lowestValue, first);
  Expr isLarger = value > pool.search(vars)[0];
  pool.search(vars) = Halide::Tuple(
      Halide::select(isLarger, value, pool.search(vars)[0]),
      Halide::select(isLarger, flattenTap(tap, windows), pool.search(vars)[1]));
  pool.taps = getReductionVars(taps);
  pool.numTaps = getNumElements(sizes);
  // A byte, where it suffices, is a quarter of the memory between the two.
  const Halide::Type type =
      pool.numTaps <= 256 ? Halide::UInt(8) : Halide::Int(32);
  pool.winner = Func("winner");
  pool.winner(vars) = Halide::cast(type, pool.search(vars)[1]);

  Expr isWinner = pool.winner(orderIndices(winnerIndices)) ==
                  Halide::cast(type, flattenTap(own, windows));
  sum.funcs.accumulator(vars) = 0.0f;
  sum.funcs.accumulator(vars) += Halide::select(
      exists && isWinner, read(op.getOutputGradient(), gradientIndices), 0.0f);
  funcOf(op)(vars) = sum.funcs.accumulator(vars);
  pool.window = std::move(sum.funcs);
  for (const Containing &containing : llvm::reverse(sum.dims)) {
    pool.strides.push_back(containing.window.stride);
    pool.overlaps.push_back(containing.count());
  }
  funcs.anchor = std::move(pool);
}
