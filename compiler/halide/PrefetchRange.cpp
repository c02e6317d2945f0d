//===- PrefetchRange.cpp - What is asked for a little at a time -----------===//
//
// A core waits for a few cache lines at a time, so many that are asked for at
// once are waited for. Loops that multiply and add have time for one line now
// and then: each iteration of the innermost one asks for an element a little
// further along a row, the loops around it choose the row.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/PrefetchRange.h"

#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace bnopt;
using namespace Halide::Internal;
using Halide::Expr;

/// Of an iteration; more would be waited for.
static constexpr int64_t mostRequests = 4;

static int toInt(int64_t value) { return static_cast<int>(value); }

Expr bnopt::makePrefetch(const std::string &buffer, Halide::Type type,
                         const Expr &index) {
  return Call::make(type, Call::prefetch,
                    {Variable::make(Halide::Handle(), buffer), simplify(index),
                     Expr(1), Expr(1)},
                    Call::Intrinsic);
}

static Expr getVariable(const For &loop) {
  return Variable::make(Halide::Int(32), loop.name);
}

namespace {
/// Takes indices beyond the ends as they come: asking there does no harm.
class ClampRemover : public IRMutator {
protected:
  Expr visit(const Min *min) override { return without(min); }
  Expr visit(const Max *max) override { return without(max); }
  using IRMutator::visit;

private:
  template <typename Bound>
  Expr without(const Bound *bound) {
    if (is_const(bound->b))
      return mutate(bound->a);
    return is_const(bound->a) ? mutate(bound->b) : IRMutator::visit(bound);
  }
};
} // namespace

std::optional<PrefetchRange>
PrefetchRange::get(const Load &load, const Expr &index, LoopNest loops,
                   const Definitions &definitions) {
  PrefetchRange range;
  range.buffer = load.name;
  range.type = load.type.element_of();
  range.rowElements = load.type.lanes();
  range.first = ClampRemover().mutate(index);
  for (const For *loop : llvm::reverse(loops)) {
    const auto extent =
        as_const_int(simplify(substitute(definitions, loop->extent)));
    const auto stride = as_const_int(
        simplify(substitute(loop->name, getVariable(*loop) + 1, range.first) -
                 range.first));
    if (!extent || !stride || *stride < 0)
      return std::nullopt;
    range.first =
        substitute(loop->name, substitute(definitions, loop->min), range.first);
    if (*stride == 0 || *extent == 1)
      continue;
    if (range.rowLoops.empty() && *stride == range.rowElements) {
      range.rowElements *= *extent;
      continue;
    }
    range.rowLoops.emplace_back(*extent, *stride);
    range.numRows *= *extent;
  }
  range.first = simplify(range.first);
  return range;
}

/// Iterations of `loop`; of one that may be shorter at the end, a single one,
/// so that all ask for the same.
static int64_t countIterations(const For *loop) {
  return as_const_int(simplify(loop->extent)).value_or(1);
}

/// Which iteration of all of `loops` together this is, and of how many.
static std::pair<Expr, int64_t> getIteration(LoopNest loops) {
  Expr iteration = 0;
  int64_t count = 1;
  for (const For *loop : loops) {
    const int64_t extent = countIterations(loop);
    if (extent == 1)
      continue;
    iteration = iteration * toInt(extent) + (getVariable(*loop) - loop->min);
    count *= extent;
  }
  return {iteration, count};
}

std::vector<Expr> PrefetchRange::getRequests(LoopNest loops) const {
  const auto [outer, outerSteps] = getIteration(loops.drop_back());
  const auto [inner, innerSteps] = getIteration(loops.back());
  const int64_t lineElements = cacheLineBytes / type.bytes();
  const int64_t pieces = std::max<int64_t>(1, outerSteps / numRows);
  const int64_t rowsPerStep = llvm::divideCeil(numRows, outerSteps);
  const int64_t pieceElements = llvm::divideCeil(rowElements, pieces);
  const int64_t perStep = llvm::divideCeil(pieceElements, innerSteps);
  const int64_t linesPerStep = llvm::divideCeil(perStep, lineElements);
  if (rowsPerStep * linesPerStep > mostRequests)
    return {};
  std::vector<Expr> requests;
  for (int64_t step = 0; step < rowsPerStep * linesPerStep; ++step) {
    Expr row = Halide::min(outer / toInt(pieces) * toInt(rowsPerStep) +
                               toInt(step / linesPerStep),
                           toInt(numRows - 1));
    Expr index = first + outer % toInt(pieces) * toInt(pieceElements) +
                 inner * toInt(perStep) +
                 toInt(step % linesPerStep * lineElements);
    for (const auto &[extent, stride] : rowLoops) {
      index += row % toInt(extent) * toInt(stride);
      row = row / toInt(extent);
    }
    requests.push_back(makePrefetch(buffer, type, index));
  }
  return requests;
}

bool PrefetchRange::operator==(const PrefetchRange &other) const {
  return buffer == other.buffer && equal(first, other.first) &&
         rowElements == other.rowElements && rowLoops == other.rowLoops;
}
