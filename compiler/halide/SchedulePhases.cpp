//===- SchedulePhases.cpp - Gradients of strided convolutions' inputs -----===//
//
// One tile of the output is `pixels` elements of each phase: with stride 2,
// the four convolutions of stride 1 that neighbouring elements belong to are
// computed one after the other, each in registers as a direct convolution is,
// and then stored between each other.
//
// Where not all phases have a last element, it is computed as if they had, and
// not stored.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/ConvolutionStrips.h"
#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleConvolution.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int64_t multiplyAddsPerCycle = 16;

/// Strips of whole rows of tiles whose input stays in cache, if they make
/// sense.
static std::optional<Strip> getRowStrip(const KernelFuncs &kernel,
                                        const PhasedConvolutionFuncs &phased,
                                        int numTiles, int numBlocks) {
  if (phased.strides.size() < 2)
    return std::nullopt;
  const ConvolutionFuncs &first = phased.phases.front();
  std::vector<int64_t> extents;
  std::vector<WindowSteps> window = first.input.window;
  for (size_t dim = 0; dim < phased.strides.size(); ++dim) {
    const int stride = phased.strides[dim];
    extents.push_back((kernel.extents[dim + 1] + stride - 1) / stride);
    for (const ConvolutionFuncs &phase : phased.phases)
      window[dim].reach =
          std::max(window[dim].reach, phase.input.window[dim].reach);
  }
  StripProblem problem =
      StripProblem::get(first.input.channels, extents, window);
  problem.exact = kernel.inPlace;
  const std::optional<Strip> strip =
      chooseMemoryStrip(first, problem, numTiles, numBlocks);
  return strip && strip->pixels == extents[0] ? strip : std::nullopt;
}

/// Makes the loop over `tiles` of channels one inside the strips that the
/// second of the `outer` loops is divided into, around the rows of a strip.
static void moveTilesInside(Func &output, const Strip &strip, const Loop &tiles,
                            Var &block, bool exact,
                            std::vector<VarOrRVar> &order,
                            std::vector<Loop> &outer) {
  const Loop row = outer[0], rows = outer[1];
  const int stripRows = static_cast<int>(strip.rows);
  Var yStrip("yStrip"), yInside("yInside"), tile("tileOfBlock");
  splitLoop(output, rows.var, yStrip, yInside, stripRows, rows.extent, exact);
  output.split(tiles.var, block, tile, tiles.extent, TailStrategy::GuardWithIf);
  order.insert(order.end(), {row.var, yInside, tile});
  outer.erase(outer.begin());
  outer[0] = {yStrip, (rows.extent + stripRows - 1) / stripRows};
}

void bnopt::schedulePhases(KernelFuncs &kernel, PhasedConvolutionFuncs &phased,
                           const VectorUnit &unit) {
  Func &output = kernel.output;
  const ConvolutionFuncs &first = phased.phases.front();
  const int channels = kernel.extents[0];
  const int width = kernel.extents[1];
  const bool isTiled = first.isPacked && !first.isDepthwise;
  // Of unpacked weights a tile is one vector.
  const bool singleTile = first.tileChannels >= channels;
  const int lanes =
      isTiled ? static_cast<int>(getTileLanes(first.tileChannels, unit.lanes))
              : getLanes(singleTile ? channels : first.tileChannels,
                         static_cast<int>(unit.lanes), !singleTile);
  const int step = isTiled ? first.tileChannels : lanes;
  const int stride = phased.strides[0];
  const int perRow = (width + stride - 1) / stride;
  const int pixels = kernel.inPlace
                         ? getLargestDivisor(perRow, first.tilePixels)
                         : std::min(first.tilePixels, perRow);

  Var tile("tile"), within("within"), vector("vector"), lane("lane");
  Var xPlace("xPlace"), xTile("xTile"), xWithin("xWithin"), xPhase("xPhase");
  const int numTiles = (channels + step - 1) / step;
  int64_t weights = 0;
  for (const ConvolutionFuncs &phase : phased.phases)
    weights += phase.reductionSize * step;
  const int numBlocks = getNumWeightBlocks(weights, numTiles);
  const std::optional<Strip> strip =
      isTiled ? getRowStrip(kernel, phased, numTiles, numBlocks) : std::nullopt;

  output.split(kernel.vars[0], tile, within, step, TailStrategy::GuardWithIf)
      .split(within, vector, lane, lanes, TailStrategy::GuardWithIf)
      .split(kernel.vars[1], xPlace, xPhase, stride, TailStrategy::GuardWithIf);
  splitLoop(output, xPlace, xTile, xWithin, pixels, perRow, kernel.inPlace);
  std::vector<VarOrRVar> order = {lane, vector, xPhase, xWithin};
  std::vector<Loop> outer = {{xTile, (perRow + pixels - 1) / pixels}};
  std::vector<Var> unrolled = {vector, xPhase, xWithin};
  for (size_t dim = 2; dim < kernel.vars.size(); ++dim) {
    const int dimStride =
        dim - 1 < phased.strides.size() ? phased.strides[dim - 1] : 1;
    if (dimStride == 1) {
      outer.push_back({kernel.vars[dim], kernel.extents[dim]});
      continue;
    }
    Var place("place" + std::to_string(dim)),
        phase("phase" + std::to_string(dim));
    output.split(kernel.vars[dim], place, phase, dimStride,
                 TailStrategy::GuardWithIf);
    order.emplace_back(phase);
    unrolled.push_back(phase);
    outer.push_back({place, (kernel.extents[dim] + dimStride - 1) / dimStride});
  }
  if (strip) {
    Var block("block");
    moveTilesInside(output, *strip, {tile, numTiles / numBlocks}, block,
                    kernel.inPlace, order, outer);
    outer.push_back({block, numBlocks});
  } else {
    outer.push_back({tile, numTiles});
  }
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  output.reorder(order).vectorize(lane);
  for (const Var &var : unrolled)
    output.unroll(var);

  // Of a row or column of which not all phases have a last element.
  const auto bound = [&](ConvolutionFuncs &phase) {
    if (kernel.extents[1] % stride != 0)
      phase.accumulator.bound_extent(phase.vars[2], pixels);
    for (size_t dim = 1; dim < phased.strides.size(); ++dim)
      if (kernel.extents[dim + 1] % phased.strides[dim] != 0)
        phase.accumulator.bound_extent(phase.vars[dim + 2], 1);
  };
  kernel.streams = isTiled && isStreamedByTiles(kernel, step);
  int64_t work = 0;
  for (ConvolutionFuncs &phase : phased.phases) {
    if (isTiled)
      scheduleAccumulator(phase, output, xTile, lanes);
    else
      schedulePlainAccumulator(phase, output, xTile);
    bound(phase);
    work += phase.reductionSize;
  }
  work *= countElements(kernel);
  for (int dimStride : phased.strides)
    work /= dimStride;
  parallelize(output, outer, work / multiplyAddsPerCycle,
              strip ? Tasks::InnermostApart : Tasks::Fused);
}
