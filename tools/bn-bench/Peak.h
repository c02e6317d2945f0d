//===- Peak.h - What one core of this machine can do ----------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_PEAK_H
#define BNOPT_TOOLS_BNBENCH_PEAK_H

#include "compiler/Target.h"

namespace bnopt {

/// f32 GFLOP/s of one core in one short burst (below a millisecond) of
/// multiply-adds in registers, with the vectors of `level`. A level without a
/// fused multiply-add multiplies and adds.
double measurePeakBurst(X86Level level);

/// GB/s, read and written, of one core in one copy of 64 MiB.
double measureCopy();

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_PEAK_H
