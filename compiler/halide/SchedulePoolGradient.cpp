//===- SchedulePoolGradient.cpp - Gradients of max pools ------------------===//
//
// Bound by memory, if each window is searched about once: the winners of all
// windows that a strip of rows belongs to are found first and kept in cache, a
// byte each. Vectors over a block of channels, which is the outermost loop of
// an image, so that the winners of a strip are few. Rows that are too long are
// cut; where the windows of one element are too many, each element searches
// its windows.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"
#include "passes/lower/StripModel.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int vectorsPerBlock = 4;

/// Windows up to 3×3 are unrolled, so that their addresses are constants.
static constexpr int64_t maximumUnrolledWindow = 9;

/// Winners of a strip: half of the first-level cache.
static constexpr int64_t maximumStripBytes = 16 << 10;

/// More, with the windows that strips have in common, might not fit on the
/// stack: how many there are is known up to one per dimension.
static constexpr int64_t maximumBoxBytes = maxStripBytes / 2;

static constexpr int64_t elementsPerCycle = 8;

/// A loop over taps or windows inside a vector of channels.
static void scheduleSum(Func func, const std::vector<Var> &vars,
                        const std::vector<Halide::RVar> &domain, int64_t size,
                        int lanes) {
  func.store_in(MemoryType::Register)
      .vectorize(vars[0], lanes, TailStrategy::GuardWithIf)
      .unroll(vars[0]);
  std::vector<VarOrRVar> order(vars.begin(), vars.end());
  order.insert(order.end(), domain.begin(), domain.end());
  Stage update = func.update();
  update.reorder(order)
      .vectorize(vars[0], lanes, TailStrategy::GuardWithIf)
      .unroll(vars[0]);
  if (size <= maximumUnrolledWindow)
    for (const Halide::RVar &var : domain)
      update.unroll(var);
}

namespace {
/// A strip of the output, whose windows are searched before.
struct PoolStrip {
  /// Vectors of channels.
  int vectors;
  /// Per spatial dimension, innermost first.
  std::vector<int> sizes;
  /// Whether the winners of its windows fit on the stack.
  bool fits;
};
} // namespace

/// Whole rows where they fit; else boxes, and at worst fewer channels. Small
/// windows rarely need either: a row of 2000 windows 3×3 fits.
static PoolStrip choosePoolStrip(const KernelFuncs &kernel,
                                 const MaxPoolGradientFuncs &pool, int lanes) {
  const size_t dims = pool.strides.size();
  PoolStrip strip;
  strip.vectors = getLargestDivisor(std::max(1, kernel.extents[0] / lanes),
                                    vectorsPerBlock);
  strip.sizes.assign(kernel.extents.begin() + 1,
                     kernel.extents.begin() + 1 + static_cast<long>(dims));
  // Strips are cut from the outermost spatial dimension.
  int64_t rowBytes = static_cast<int64_t>(lanes) * strip.vectors;
  for (size_t dim = 0; dim + 1 < dims; ++dim)
    rowBytes *= strip.sizes[dim] / pool.strides[dim] + 1;
  const int64_t windows = std::max<int64_t>(1, maximumStripBytes / rowBytes);
  strip.sizes.back() = static_cast<int>(
      std::min<int64_t>(strip.sizes.back(), windows * pool.strides.back()));

  const auto countWindows = [&](size_t dim) {
    const int stride = pool.strides[dim];
    return (strip.sizes[dim] + stride - 2) / stride + pool.overlaps[dim];
  };
  const auto getBytes = [&] {
    int64_t bytes = static_cast<int64_t>(lanes) * strip.vectors *
                    pool.winner.types().front().bytes();
    for (size_t dim = 0; dim < dims; ++dim)
      bytes *= countWindows(dim);
    return bytes;
  };
  while (getBytes() > maximumBoxBytes) {
    size_t longest = 0;
    for (size_t dim = 1; dim < dims; ++dim)
      if (strip.sizes[dim] / pool.strides[dim] >
          strip.sizes[longest] / pool.strides[longest])
        longest = dim;
    const int parts = strip.sizes[longest] / pool.strides[longest];
    if (parts > 1)
      strip.sizes[longest] = (parts + 1) / 2 * pool.strides[longest];
    else if (strip.vectors > 1)
      strip.vectors = getLargestDivisor(strip.vectors, strip.vectors - 1);
    else
      break;
  }
  strip.fits = getBytes() <= maximumBoxBytes;
  return strip;
}

/// Finds the winners of the windows of a strip, or of each window where its
/// winner is asked for.
static void scheduleSearch(KernelFuncs &kernel, MaxPoolGradientFuncs &pool,
                           const Var &strip, bool fits, int lanes) {
  Func winner = pool.winner;
  if (fits) {
    winner.compute_at(kernel.output, strip)
        .store_in(MemoryType::Register)
        .vectorize(winner.args()[0], lanes, TailStrategy::GuardWithIf);
    pool.search.compute_at(winner, winner.args()[1]);
  } else {
    pool.search.compute_at(pool.window.accumulator, pool.window.window.front());
  }
  scheduleSum(pool.search, winner.args(), pool.taps, pool.numTaps, lanes);
}

void bnopt::scheduleMaxPoolGradient(KernelFuncs &kernel,
                                    MaxPoolGradientFuncs &pool,
                                    const VectorUnit &unit) {
  Func &output = kernel.output;
  const int channels = kernel.extents[0];
  const int lanes =
      getLanes(channels, static_cast<int>(unit.lanes), kernel.inPlace);
  const PoolStrip strip = choosePoolStrip(kernel, pool, lanes);
  const int step = lanes * strip.vectors;
  const size_t dims = pool.strides.size();

  Var block("block"), within("within"), vector("vector"), lane("lane");
  splitLoop(output, kernel.vars[0], block, within, step, channels,
            kernel.inPlace);
  output.split(within, vector, lane, lanes, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {lane, vector};
  std::vector<Loop> outer;
  Var innermost;
  for (size_t dim = 0; dim < dims; ++dim) {
    Var inner = kernel.vars[dim + 1];
    const int extent = kernel.extents[dim + 1], size = strip.sizes[dim];
    if (size < extent || dim + 1 == dims) {
      const std::string number = std::to_string(dim);
      Var outerVar("strip" + number);
      inner = Var("inStrip" + number);
      output.split(kernel.vars[dim + 1], outerVar, inner, size,
                   TailStrategy::GuardWithIf);
      outer.push_back({outerVar, (extent + size - 1) / size});
    }
    order.emplace_back(inner);
    if (dim == 0)
      innermost = inner;
  }
  const Var innermostStrip = outer.front().var;
  outer.push_back({block, (channels + step - 1) / step});
  for (size_t dim = dims + 1; dim < kernel.vars.size(); ++dim)
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  output.reorder(order).vectorize(lane).unroll(vector);

  pool.window.accumulator.compute_at(output, innermost);
  scheduleSum(pool.window.accumulator, pool.window.vars, pool.window.window,
              pool.window.windowSize, lanes);
  scheduleSearch(kernel, pool, innermostStrip, strip.fits, lanes);
  const int64_t work =
      (pool.window.windowSize + pool.numTaps) * countElements(kernel);
  parallelize(output, outer, work / elementsPerCycle);
}
