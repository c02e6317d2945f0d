//===- ScheduleLoops.cpp - Loops that schedules have in common ------------===//

#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

using namespace bnopt;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Keep enough loads in flight and hide the loop's own cost.
static constexpr int vectorsPerIteration = 4;

int bnopt::getLanes(int extent, int lanes, bool exact) {
  while (lanes > 1 && (lanes > extent || (exact && extent % lanes != 0)))
    lanes /= 2;
  return lanes;
}

int bnopt::getVectorDim(const KernelFuncs &kernel) {
  for (size_t dim = 0; dim < kernel.strides.size(); ++dim)
    if (kernel.strides[dim] == 1 && kernel.extents[dim] > 1)
      return dim;
  return 0;
}

int64_t bnopt::countElements(const KernelFuncs &kernel) {
  return std::accumulate(kernel.extents.begin(), kernel.extents.end(),
                         int64_t(1), std::multiplies<>());
}

bool bnopt::isWrittenPastCaches(const KernelFuncs &kernel, int dim) {
  return !kernel.inPlace && isPrefetched(countElements(kernel)) &&
         hasWholeLines(kernel, dim);
}

void bnopt::computeOnStack(Func func, const Func &outer, const VarOrRVar &loop,
                           int lanes) {
  // Too large for a register, but what is not called one goes to the heap.
  func.compute_at(Halide::LoopLevel(outer, loop))
      .store_in(Halide::MemoryType::Register)
      .vectorize(func.args()[0], lanes, TailStrategy::GuardWithIf);
}

bool bnopt::hasWholeLines(const KernelFuncs &kernel, int dim) {
  const int64_t bytes = kernel.output.type().bytes();
  for (size_t other = 0; other < kernel.extents.size(); ++other) {
    const int64_t step = static_cast<int>(other) == dim ? kernel.extents[other]
                                                        : kernel.strides[other];
    if (kernel.extents[other] > 1 && step * bytes % cacheLineBytes != 0)
      return false;
  }
  return kernel.strides[dim] == 1;
}

std::vector<int> bnopt::getDimsByStride(const KernelFuncs &kernel) {
  std::vector<int> dims(kernel.vars.size());
  std::iota(dims.begin(), dims.end(), 0);
  std::sort(dims.begin(), dims.end(), [&](int a, int b) {
    return std::pair(kernel.strides[a], a) < std::pair(kernel.strides[b], b);
  });
  return dims;
}

void bnopt::splitLoop(Func &func, const Var &loop, const Var &outer,
                      const Var &inner, int factor, int extent, bool exact) {
  // Of a division without remainder nothing is left of the test.
  bool divides = exact || extent % factor == 0;
  func.split(loop, outer, inner, factor,
             divides ? TailStrategy::GuardWithIf : TailStrategy::ShiftInwards);
}

std::vector<VarOrRVar> bnopt::splitVectors(KernelFuncs &kernel,
                                           const Loop &loop,
                                           const VectorUnit &unit) {
  const int lanes = getLanes(loop.extent, unit.lanes, kernel.inPlace);
  int count = std::max(1, std::min(vectorsPerIteration, loop.extent / lanes));
  if (kernel.inPlace)
    count = getLargestDivisor(loop.extent / lanes, count);
  Var block("block"), inner("inner"), vector("vector"), lane("lane");
  splitLoop(kernel.output, loop.var, block, inner, lanes * count, loop.extent,
            kernel.inPlace);
  kernel.output.split(inner, vector, lane, lanes, TailStrategy::GuardWithIf);
  kernel.output.vectorize(lane).unroll(vector);
  return {lane, vector, block};
}

void bnopt::parallelize(Func &func, const std::vector<Loop> &loops,
                        int64_t cycles, Tasks kind) {
  if (cycles < parallelCycles)
    return;
  std::vector<Var> taken;
  int tasks = 1;
  for (size_t i = loops.size(); i-- > 0 && tasks < minimumTasks;) {
    const auto &[var, extent] = loops[i];
    if (extent == 1)
      continue;
    int parts = getLargestDivisor(extent, maximumTasks / tasks);
    if (parts == 1)
      break;
    tasks *= parts;
    // The innermost of the loops is where producers are computed: it stays.
    if (parts == extent && i != 0) {
      taken.push_back(var);
      continue;
    }
    Var outer(var.name() + "_task");
    func.split(var, outer, var, extent / parts, TailStrategy::GuardWithIf);
    if (i == 0 && kind == Tasks::InnermostApart)
      func.parallel(outer);
    else
      taken.push_back(outer);
    break;
  }
  if (taken.empty())
    return;
  if (kind == Tasks::Nested) {
    for (const Var &var : taken)
      func.parallel(var);
    return;
  }
  // `taken` runs from the outermost loop inwards.
  Var task = taken.front();
  for (size_t i = 1; i < taken.size(); ++i) {
    Var fused("task" + std::to_string(i));
    func.fuse(taken[i], task, fused);
    task = fused;
  }
  func.parallel(task);
}

void bnopt::prefetchBeside(KernelFuncs &kernel, const Func &func,
                           const std::string &var, int iterations,
                           const Func &other) {
  prefetchLoop(kernel, func, 0, var, iterations);
  kernel.prefetches.back().other = other.name();
}

void bnopt::prefetchLoop(KernelFuncs &kernel, const Func &func, int stage,
                         const std::string &var, int iterations,
                         const std::string &argument) {
  kernel.prefetches.push_back({func.name() + ".s" + std::to_string(stage) + ".",
                               var, iterations, argument, /*other=*/""});
}
