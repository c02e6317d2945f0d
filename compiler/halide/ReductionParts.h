//===- ReductionParts.h - Long reductions in parts ------------------------===//
//
// How elements are divided depends on shapes alone, so that a result is the
// same for any number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_REDUCTIONPARTS_H
#define BNOPT_COMPILER_HALIDE_REDUCTIONPARTS_H

#include "Halide.h"

#include <cstdint>
#include <vector>

namespace bnopt {

/// A loop over a part of a reduction, and how often it runs.
struct Steps {
  Halide::RVar var;
  int64_t count;
};

/// Takes a run of at most `length` elements out of `loops` of `update`
/// (innermost first), and appends its loops to `run`; what is left, as one loop
/// over the runs.
Steps splitRun(Halide::Stage update, const std::vector<Steps> &loops,
               int64_t length, std::vector<Halide::RVar> &run);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_REDUCTIONPARTS_H
