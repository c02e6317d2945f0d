//===- ReductionParts.cpp - Long reductions in parts ----------------------===//

#include "compiler/halide/ReductionParts.h"

#include <algorithm>
#include <optional>

using namespace bnopt;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;

Steps bnopt::splitRun(Stage update, const std::vector<Steps> &loops,
                      int64_t length, std::vector<RVar> &run) {
  int64_t left = length;
  std::optional<Steps> outer;
  for (const auto &[var, count] : loops) {
    Steps outside = {var, count};
    const bool isLast = &var == &loops.back().var;
    if (count <= left && !outer && !isLast) {
      run.push_back(var);
      left /= count;
      continue;
    }
    left = std::min(left, count);
    if (left > 1) {
      RVar runs(var.name() + "_runs"), step(var.name() + "_step");
      update.split(var, runs, step, static_cast<int>(left),
                   TailStrategy::GuardWithIf);
      run.push_back(step);
      outside = {runs, (count + left - 1) / left};
      left = 1;
    }
    if (outer) {
      RVar fused(outer->var.name() + "_" + outside.var.name());
      update.fuse(outer->var, outside.var, fused);
      outside = {fused, outer->count * outside.count};
    }
    outer = outside;
  }
  return *outer;
}
