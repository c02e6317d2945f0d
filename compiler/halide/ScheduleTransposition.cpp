//===- ScheduleTransposition.cpp - Reads in another order than the output -===//
//
// Bound by memory. Elements that follow each other in an argument, but not in
// the output, are loaded and stored by tiles, which are transposed in
// registers: a row of a tile is a cache line of the output, written at once, so
// that it can bypass the cache; a column is a vector of the argument, whose
// other elements the next tiles take.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::Var;
using Halide::VarOrRVar;

/// Shorter rows and columns are not worth the shuffles.
static constexpr int leastLanes = 8, leastRows = 4;

/// Rows of the output over which tiles follow each other before the next line
/// of these is written. Whole lines need not be in cache again; of others, the
/// next write completes what this one has begun.
static constexpr int rowsOfWholeLines = 4096, rowsOfOtherLines = 128;

/// Rows of a tile. LLVM needs the fewest shuffles for four where a row is one
/// register or its elements are narrow, else for eight.
static int getTileRows(int elementBytes, const VectorUnit &unit) {
  const bool isRegister = unit.lanes * elementBytes >= cacheLineBytes;
  const bool isNarrow = elementBytes < static_cast<int>(sizeof(float));
  return isRegister || isNarrow ? 4 : 8;
}

/// The dimension of the output along which elements of an argument follow each
/// other, if it has several.
static std::optional<int> getContiguousDim(const KernelFuncs &kernel,
                                           const ElementRead &read) {
  for (size_t dim = 0; dim < read.strides.size(); ++dim)
    if (read.strides[dim] == 1 && kernel.extents[dim] > 1)
      return dim;
  return std::nullopt;
}

namespace {
/// What lies in memory along `rowDim` of the output, which itself does along
/// `vectorDim`.
struct Transposition {
  int vectorDim = 0, rowDim = 0;
  std::vector<ElementRead> reads;
};
} // namespace

static std::optional<Transposition>
findTransposition(const KernelFuncs &kernel) {
  if (kernel.vars.empty())
    return std::nullopt;
  Transposition result;
  result.vectorDim = getVectorDim(kernel);
  if (kernel.strides[result.vectorDim] != 1)
    return std::nullopt;
  for (const ElementRead &read : kernel.reads) {
    const std::optional<int> dim = getContiguousDim(kernel, read);
    if (!dim || *dim == result.vectorDim ||
        read.strides[result.vectorDim] == 0 ||
        (!result.reads.empty() && *dim != result.rowDim))
      continue;
    result.rowDim = *dim;
    result.reads.push_back(read);
  }
  if (result.reads.empty())
    return std::nullopt;
  return result;
}

/// Has what is read stored per tile, transposed while it is.
static void scheduleTiles(const KernelFuncs &kernel, const Transposition &found,
                          const Var &tiles) {
  for (const ElementRead &read : found.reads) {
    Halide::ImageParam argument = read.argument;
    Func tile = argument.in();
    const Var along = tile.args()[read.dims[found.rowDim]];
    const Var across = tile.args()[read.dims[found.vectorDim]];
    tile.compute_at(kernel.output, tiles)
        .store_in(Halide::MemoryType::Register)
        .reorder_storage(across, along)
        .reorder(along, across)
        .vectorize(along)
        .unroll(across);
  }
}

bool bnopt::scheduleTransposition(KernelFuncs &kernel, const VectorUnit &unit) {
  const std::optional<Transposition> found = findTransposition(kernel);
  if (!found)
    return false;
  const int vectorDim = found->vectorDim, rowDim = found->rowDim;
  const int extent = kernel.extents[vectorDim], rows = kernel.extents[rowDim];
  const int bytes = kernel.output.type().bytes();
  const int lanes = getLanes(extent, cacheLineBytes / bytes, kernel.inPlace);
  const int tileRows = getLanes(rows, getTileRows(bytes, unit), kernel.inPlace);
  if (lanes < leastLanes || tileRows < leastRows)
    return false;

  const bool wholeLines =
      lanes * bytes == cacheLineBytes && hasWholeLines(kernel, vectorDim);
  const int tiles = (rows + tileRows - 1) / tileRows;
  const int tilesPerSweep = getLargestDivisor(
      tiles, (wholeLines ? rowsOfWholeLines : rowsOfOtherLines) / tileRows);
  Func &output = kernel.output;
  Var line("line"), lane("lane"), sweep("sweep"), tile("tile"), row("row");
  splitLoop(output, kernel.vars[vectorDim], line, lane, lanes, extent,
            kernel.inPlace);
  splitLoop(output, kernel.vars[rowDim], tile, row, tileRows, rows,
            kernel.inPlace);
  output.split(tile, sweep, tile, tilesPerSweep,
               Halide::TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {lane, row, tile, line, sweep};
  std::vector<Loop> outer = {{line, (extent + lanes - 1) / lanes},
                             {sweep, tiles / tilesPerSweep}};
  int64_t elements = static_cast<int64_t>(extent) * rows;
  for (int dim : getDimsByStride(kernel)) {
    if (dim == vectorDim || dim == rowDim)
      continue;
    order.emplace_back(kernel.vars[dim]);
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
    elements *= kernel.extents[dim];
  }
  output.reorder(order).vectorize(lane).unroll(row);
  scheduleTiles(kernel, *found, tile);
  parallelize(output, outer, elements / movedPerCycle, Tasks::InnermostApart);
  kernel.streams = !kernel.inPlace && isStreamed(elements) && wholeLines;
  return true;
}
