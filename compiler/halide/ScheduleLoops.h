//===- ScheduleLoops.h - Loops that schedules have in common --------------===//

#ifndef BNOPT_COMPILER_HALIDE_SCHEDULELOOPS_H
#define BNOPT_COMPILER_HALIDE_SCHEDULELOOPS_H

#include "compiler/halide/KernelFuncs.h"
#include "passes/lower/TileModel.h"

namespace bnopt {

/// Enough tasks for 16 threads to finish about together.
inline constexpr int minimumTasks = 16;

/// Few enough that starting a task (below a microsecond) does not count.
inline constexpr int maximumTasks = 64;

/// Waking a thread takes 5–20 µs; below this many cycles (30 µs) one thread
/// has finished before the others help.
inline constexpr int64_t parallelCycles = 100000;

/// Elements that a core moves per cycle through its second-level cache.
inline constexpr int64_t movedPerCycle = 4;

inline constexpr int cacheLineBytes = 64;

/// Whether a result of so many elements is to bypass the cache: from one and a
/// half times the second-level cache of a core on. Measured on 3 to 100 MB,
/// copies gain 1.2 to 1.8 times.
inline constexpr bool isStreamed(int64_t elements) {
  return elements * static_cast<int64_t>(sizeof(float)) >= 3 << 20;
}

/// Whether loops over so many elements ask ahead for what they load: where it
/// comes from beyond the second-level caches. Measured on 26 to 103 MB, sums
/// gain 1.0 to 1.3 times; smaller data lose up to 1.05 times.
inline constexpr bool isPrefetched(int64_t elements) {
  return elements * static_cast<int64_t>(sizeof(float)) >= 16 << 20;
}

/// A loop and how often it runs.
struct Loop {
  Halide::Var var;
  int extent;
};

/// Lanes for a dimension of `extent` elements: a power of two, at most `lanes`
/// and at most the extent; a divisor of it if `exact`.
int getLanes(int extent, int lanes, bool exact);

/// Elements of the output.
int64_t countElements(const KernelFuncs &kernel);

/// Whether the output consists of whole cache lines along `dim` and bypasses
/// the caches, because none holds it for who reads it next. Smaller ones stay.
/// In place, what is overwritten is in cache.
bool isWrittenPastCaches(const KernelFuncs &kernel, int dim);

/// Computes `func` inside a loop of `outer`, on the stack, vectors over its
/// first dimension.
void computeOnStack(Halide::Func func, const Halide::Func &outer,
                    const Halide::VarOrRVar &loop, int lanes);

/// The dimension of the output whose elements follow each other in memory.
int getVectorDim(const KernelFuncs &kernel);

/// Whether the output consists of whole cache lines along `dim`, in which its
/// elements follow each other.
bool hasWholeLines(const KernelFuncs &kernel, int dim);

/// The dimensions of the output, from the smallest stride on.
std::vector<int> getDimsByStride(const KernelFuncs &kernel);

/// Splits `loop` by `factor`, which must divide its extent if `exact`; else
/// the last part is shifted to end with the dimension.
void splitLoop(Halide::Func &func, const Halide::Var &loop,
               const Halide::Var &outer, const Halide::Var &inner, int factor,
               int extent, bool exact);

/// Splits `loop` of the output into vectors, of which several are computed in
/// an iteration; the loops that it becomes, innermost first.
std::vector<Halide::VarOrRVar>
splitVectors(KernelFuncs &kernel, const Loop &loop, const VectorUnit &unit);

/// How loops become parallel: as one; the innermost of them by itself, because
/// where its last part overlaps the one before it, what is computed in a part
/// of a fused loop has no constant size; or each by itself, inside the others.
enum class Tasks { Fused, InnermostApart, Nested };

/// Distributes the outer `loops` (innermost first, the outermost loops of
/// `func`) over threads, as a few times more tasks than processors have cores,
/// if `cycles` of work are worth waking them.
void parallelize(Halide::Func &func, const std::vector<Loop> &loops,
                 int64_t cycles, Tasks kind = Tasks::Fused);

/// Whether what a stage loads of so many elements is asked for while another
/// one multiplies and adds: where it is more than second-level caches hold.
inline constexpr bool isPrefetchedBeside(int64_t elements) {
  return elements * static_cast<int64_t>(sizeof(float)) >= 4 << 20;
}

/// Has iterations of the loop over `var` of `func` ask for what is loaded so
/// many iterations later, or the innermost loops of `other`, which reads it.
void prefetchBeside(KernelFuncs &kernel, const Halide::Func &func,
                    const std::string &var, int iterations,
                    const Halide::Func &other);

/// Has iterations of the loop over `var` of a stage of `func` ask for what is
/// loaded so many iterations later, from `argument` or from all of them.
void prefetchLoop(KernelFuncs &kernel, const Halide::Func &func, int stage,
                  const std::string &var, int iterations,
                  const std::string &argument = "");

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_SCHEDULELOOPS_H
