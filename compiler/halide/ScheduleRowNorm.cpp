//===- ScheduleRowNorm.cpp - Layer, group and RMS norm --------------------===//
//
// Bound by memory: a row is read once to sum it, and again, from cache, to
// normalize it. Rows are computed in parallel. Sums are of f64: beside the
// loads they cost nothing.
//
//   along a row      vectors of sums, enough to hide the latency of additions,
//                    then the sum of their lanes
//   across rows      a vector of sums per vector of lanes (rows, or channels of
//                    groups), a few pixels at a time in registers
//
// The gradients of a group norm's scale and offset are results per sample and
// channel, which the task that has summed these writes.
//
// How elements are divided depends on shapes alone: the result is the same for
// any number of threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::LoopLevel;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Vectors of f32 whose sums are kept apart.
static constexpr int vectorsPerSum = 2;

/// Pixels whose values are added to a lane's sum before it is stored.
static constexpr int pixelsPerStore = 8;

/// Elements of each tensor that a task of whole groups takes, if groups are
/// smaller: a microsecond to start it does not count, and they stay in cache.
static constexpr int64_t elementsPerTask = 1 << 14;

/// Elements of a block of channels in lanes that stay in the second-level
/// cache: a megabyte.
static constexpr int64_t elementsPerBlock = 1 << 18;

namespace {
class RowNormSchedule {
public:
  RowNormSchedule(KernelFuncs &kernel, RowNormFuncs &norm,
                  const VectorUnit &unit)
      : kernel(kernel), norm(norm), unit(unit) {}

  void schedule();

private:
  void splitLoops();
  int getChannelsPerBlock(int channels, bool areLanes) const;
  Loop splitChannels(Func func, const Var &channels);
  void scheduleOutput();
  void scheduleResult(Func result);
  void distribute(Func func);
  void computePerRow(Func func);
  void scheduleLanes();
  void scheduleGroups();

  /// Of a group norm: results per sample and channel.
  bool hasResults() const {
    return norm.groupChannels > 0 && !kernel.vectors.empty();
  }

  bool isRow(int outputDim) const {
    return std::find(norm.keptDims.begin(), norm.keptDims.end(), outputDim) !=
           norm.keptDims.end();
  }

  KernelFuncs &kernel;
  RowNormFuncs &norm;
  const VectorUnit &unit;
  /// The loops over rows, innermost first; where these are lanes, without them.
  std::vector<Loop> rows;
  /// The output's loops within a row, but for the vectors.
  std::vector<Loop> within;
  Loop vectors = {Var(), 1};
  Var channelBlock{"channel_block"}, channel{"channel"};
  /// Where these are the loops over channels, else 0.
  int channelsPerBlock = 0;
  int64_t cycles = 0;
};
} // namespace

/// Finds the loops over rows and those within them.
void RowNormSchedule::splitLoops() {
  for (int outputDim : getDimsByStride(kernel)) {
    const bool isLane = !norm.alongRow && outputDim == norm.keptDims.front();
    Loop loop = {kernel.vars[outputDim], kernel.extents[outputDim]};
    // Channels are the first dimension of a buffer.
    if (norm.groupChannels && outputDim == 0 && (norm.alongRow || isLane)) {
      channelsPerBlock = getChannelsPerBlock(loop.extent, isLane);
      rows.push_back({channelBlock, loop.extent / channelsPerBlock});
      loop = splitChannels(kernel.output, loop.var);
    } else if (isRow(outputDim) && !isLane) {
      rows.push_back(loop);
      continue;
    }
    if (isLane)
      vectors = loop;
    else
      within.push_back(loop);
  }
  if (!norm.alongRow)
    return;
  // Of the loops within a row, the contiguous one is before those of one step.
  auto longest = std::find_if(within.begin(), within.end(),
                              [](const Loop &loop) { return loop.extent > 1; });
  if (longest == within.end())
    longest = within.begin();
  vectors = *longest;
  within.erase(longest);
}

/// Channels of whole groups whose sums are taken before they are normalized.
int RowNormSchedule::getChannelsPerBlock(int channels, bool areLanes) const {
  if (!areLanes && !hasResults())
    return norm.groupChannels;
  int64_t perChannel = 1;
  for (int64_t size : norm.reductionSizes)
    perChannel *= size;
  int64_t most = elementsPerTask / perChannel;
  if (areLanes) {
    const int64_t samples = kernel.extents.back();
    most = std::min(elementsPerBlock / (hasResults() ? 2 : 1) / perChannel,
                    std::max<int64_t>(1, samples * channels / minimumTasks));
    most = std::max(most, leastLaneChannels);
  }
  const int block =
      norm.groupChannels *
      getLargestDivisor(channels / norm.groupChannels,
                        static_cast<int>(most / norm.groupChannels));
  return areLanes && block < leastLaneChannels ? channels : block;
}

/// Makes a loop over rows of the one over blocks of channels; the loop over
/// those of a block.
Loop RowNormSchedule::splitChannels(Func func, const Var &channels) {
  func.split(channels, channelBlock, channel, channelsPerBlock,
             TailStrategy::GuardWithIf);
  return {channel, channelsPerBlock};
}

void RowNormSchedule::scheduleOutput() {
  std::vector<VarOrRVar> order = splitVectors(kernel, vectors, unit);
  for (const Loop &loop : within)
    order.emplace_back(loop.var);
  int64_t elements = 1;
  for (int size : kernel.extents)
    elements *= size;
  for (const Loop &loop : rows)
    order.emplace_back(loop.var);
  kernel.output.reorder(order);
  cycles = elements / movedPerCycle;
  distribute(kernel.output);
  kernel.streams = !kernel.inPlace && isStreamed(elements);
}

/// A result per sample and channel, written by the task that sums these.
void RowNormSchedule::scheduleResult(Func result) {
  const Loop inside =
      channelsPerBlock > 0 ? splitChannels(result, result.args()[0]) : vectors;
  std::vector<VarOrRVar> order = {inside.var};
  for (const Loop &loop : rows)
    order.emplace_back(loop.var);
  result.reorder(order).vectorize(inside.var,
                                  getLanes(inside.extent, unit.lanes, false),
                                  TailStrategy::ShiftInwards);
  distribute(result);
  result.compute_with(kernel.output, rows.front().var);
}

/// Distributes the loops over rows over threads.
void RowNormSchedule::distribute(Func func) {
  if (!hasResults())
    return parallelize(func, rows, cycles);
  // Of loops that are computed together Halide does not see through divided or
  // fused ones: it would compute all sums in each iteration.
  if (cycles < parallelCycles)
    return;
  func.parallel(rows.back().var);
  if (rows.back().extent < minimumTasks)
    func.parallel(rows.front().var);
}

void RowNormSchedule::computePerRow(Func func) {
  if (rows.empty())
    func.compute_root();
  else
    func.compute_at(kernel.output, rows.front().var);
  // On the stack: Halide takes larger slots from the heap, unless they are
  // called registers.
  func.store_in(MemoryType::Register);
}

void bnopt::scheduleSumsAlongRow(RowNormFuncs &norm, const VectorUnit &unit,
                                 const std::function<void(Func)> &place) {
  if (norm.first.defined())
    place(norm.first);
  place(norm.sums);
  place(norm.statistics);
  // Of one row or channel at a time.
  const auto placePart = [&](Func part) {
    if (norm.rows.empty())
      place(part);
    else
      part.compute_at(norm.sums, norm.rows.front())
          .store_in(MemoryType::Register);
  };
  size_t longest = 0;
  while (longest + 1 < norm.reductionSizes.size() &&
         norm.reductionSizes[longest] == 1)
    ++longest;
  const auto size = static_cast<int>(
      std::min<int64_t>(norm.reductionSizes[longest], 1 << 20));
  const int width = getLanes(size,
                             static_cast<int>(unit.lanes) *
                                 (norm.sums.outputs() > 2 ? 1 : vectorsPerSum),
                             false);
  // Vectors of f64.
  const int doubles = std::max(1, static_cast<int>(unit.lanes) / 2);
  if (width < 2)
    return;
  RVar steps("steps"), lane("sum_lane");
  norm.sums.update().split(norm.reduction[longest], steps, lane, width,
                           TailStrategy::GuardWithIf);
  Var part("part");
  Func parts = norm.sums.update().rfactor(lane, part);
  placePart(parts);
  parts.bound(part, 0, width).vectorize(part);
  std::vector<VarOrRVar> order = {part};
  for (size_t i = 0; i < norm.reduction.size(); ++i)
    order.emplace_back(i == longest ? steps : norm.reduction[i]);
  parts.update().reorder(order).vectorize(part);
  if (width <= doubles)
    return;
  // The vectors are added first, then the lanes of one.
  RVar outer("sum_vector"), inner("sum_element");
  norm.sums.update().split(lane, outer, inner, doubles,
                           TailStrategy::GuardWithIf);
  Var element("element");
  Func vector = norm.sums.update().rfactor(inner, element);
  placePart(vector);
  vector.bound(element, 0, doubles).vectorize(element);
  vector.update().reorder(element, outer).vectorize(element).unroll(outer);
}

/// Each lane has a sum of its own.
void RowNormSchedule::scheduleLanes() {
  const Var &v = norm.rows.front();
  const int lanes = getLanes(vectors.extent, unit.lanes, false);
  const auto vectorize = [&](Func func) {
    computePerRow(func);
    func.vectorize(v, lanes);
  };
  if (norm.first.defined())
    vectorize(norm.first);
  vectorize(norm.sums);
  Stage update = norm.sums.update();
  std::vector<VarOrRVar> order;
  RVar outer("pixels"), pixel("pixel");
  const int pixels = getLargestDivisor(
      static_cast<int>(norm.reductionSizes.front()), pixelsPerStore);
  update.split(norm.reduction.front(), outer, pixel, pixels,
               TailStrategy::GuardWithIf);
  Var block("lane_block"), lane("lane_element");
  update.split(v, block, lane, lanes, TailStrategy::GuardWithIf);
  order = {lane, pixel, block, outer};
  order.insert(order.end(), norm.reduction.begin() + 1, norm.reduction.end());
  update.reorder(order).vectorize(lane).unroll(pixel);
  if (!norm.groupSums.defined())
    vectorize(norm.statistics);
}

void RowNormSchedule::scheduleGroups() {
  computePerRow(norm.groupSums);
  computePerRow(norm.groupStatistics);
  computePerRow(norm.statistics);
}

void RowNormSchedule::schedule() {
  splitLoops();
  scheduleOutput();
  // Other gradients are sums over rows.
  if (hasResults())
    for (const Func &result : kernel.vectors)
      scheduleResult(result);
  if (norm.alongRow)
    scheduleSumsAlongRow(norm, unit,
                         [this](Func func) { computePerRow(func); });
  else
    scheduleLanes();
  if (norm.groupSums.defined())
    scheduleGroups();
}

void bnopt::scheduleRowNorm(KernelFuncs &kernel, RowNormFuncs &norm,
                            const VectorUnit &unit) {
  RowNormSchedule(kernel, norm, unit).schedule();
}
