//===- Passes.td - Every pass -------------------------------------------===//
//
// Grouped by phase, in the order of the pipeline; conversions last.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_PASSES
#define BNOPT_PASSES_PASSES

include "passes/fold/Passes.td"
include "passes/train/Passes.td"
include "passes/fuse/Passes.td"
include "passes/lower/Passes.td"
include "passes/convert/Passes.td"

#endif // BNOPT_PASSES_PASSES
