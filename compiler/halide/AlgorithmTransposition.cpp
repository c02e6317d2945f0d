//===- AlgorithmTransposition.cpp - Which element of what is read ---------===//

#include "compiler/halide/AlgorithmTransposition.h"

#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

namespace {
/// The dimension of the result that each dimension of a value is.
using ResultDims = SmallVector<int64_t>;

/// Follows the result of a kernel up to its arguments.
class ElementTracer {
public:
  /// False where an operator reads other elements than the result's, or an
  /// element is read twice, in different places.
  bool trace(kernel::FuncOp kernel) {
    Operation *end = kernel.getBody().front().getTerminator();
    if (end->getNumOperands() != 1)
      return false;
    const int64_t rank =
        cast<RankedTensorType>(end->getOperand(0).getType()).getRank();
    dims[end->getOperand(0)] = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    return llvm::all_of(
        llvm::drop_begin(llvm::reverse(kernel.getBody().front())),
        [&](Operation &op) { return traceOperands(op); });
  }

  llvm::DenseMap<Value, ResultDims> dims;

private:
  bool traceOperands(Operation &op) {
    if (isa<arith::ConstantOp>(op))
      return true;
    const auto found = dims.find(op.getResult(0));
    // Values of lower rank, which are broadcast.
    if (found == dims.end())
      return isElementwise(&op);
    const ResultDims result = found->second;
    if (auto transpose = dyn_cast<nn::TransposeOp>(op)) {
      ResultDims own(result.size());
      for (auto [dim, source] : llvm::enumerate(transpose.getPermutation()))
        own[source] = result[dim];
      return note(transpose.getInput(), own);
    }
    return isElementwise(&op) &&
           llvm::all_of(op.getOperands(), [&](Value value) {
             const int64_t rank =
                 cast<RankedTensorType>(value.getType()).getRank();
             // Vectors of features, and what is broadcast along the last
             // dimension.
             return rank != static_cast<int64_t>(result.size()) ||
                    note(value, result);
           });
  }

  bool note(Value value, const ResultDims &own) {
    return dims.try_emplace(value, own).first->second == own;
  }
};
} // namespace

std::vector<ElementRead>
bnopt::describeReads(kernel::FuncOp kernel, const KernelView &view,
                     ArrayRef<Halide::ImageParam> arguments) {
  using Merge = KernelView::Merge;
  // Of other merged dimensions, all tensors have the same order.
  const bool mayDiffer =
      view.merged() == Merge::Nothing || view.merged() == Merge::Pixels;
  ElementTracer tracer;
  if (!mayDiffer || !tracer.trace(kernel))
    return {};
  std::vector<ElementRead> reads;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    const auto found = tracer.dims.find(argument);
    if (found == tracer.dims.end())
      continue;
    const unsigned index = argument.getArgNumber();
    const MemoryLayout layout =
        view.getLayout(argument.getType(), kernel.getArgLayout(index));
    const auto order = kernel::getBufferDimOrder(layout.shape.size());
    ElementRead read;
    read.argument = arguments[index];
    for (int64_t resultDim : order) {
      const int64_t dim =
          llvm::find(found->second, resultDim) - found->second.begin();
      read.dims.push_back(llvm::find(order, dim) - order.begin());
      read.strides.push_back(layout.shape[dim] == 1 ? 0 : layout.strides[dim]);
    }
    reads.push_back(std::move(read));
  }
  return reads;
}
