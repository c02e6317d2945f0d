//===- SampleNormKernels.cpp - Norms of each sample by itself -------------===//

#include "compiler/norms/NormKernelBuilder.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

void bnopt::buildLayerNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale"),
        offset = kernel.addRow("offset");
  kernel.addFused(kernel.function.create<bn::LayerNormOp>(
      x.getType(), x, scale, offset, kernel.getEpsilon(), kernel.getAxis()));
}

void bnopt::buildRMSNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale");
  kernel.addFused(kernel.function.create<bn::RMSNormOp>(
      x.getType(), x, scale, kernel.getEpsilon(), kernel.getAxis()));
}

/// Moves dimension `from` to `to`.
static Value moveDimension(NormKernelBuilder &kernel, Value x, int64_t from,
                           int64_t to) {
  if (from == to)
    return x;
  auto order = llvm::to_vector(llvm::seq(kernel.type.getRank()));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  return kernel.function.create<nn::TransposeOp>(x, order);
}

void bnopt::buildGroupNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addVector("scale"),
        offset = kernel.addVector("offset");
  Value channelsFirst = moveDimension(kernel, x, kernel.axis, 1);
  const int64_t groups =
      kernel.options.groups.value_or(kernel.type.getDimSize(kernel.axis));
  Value y = kernel.function.create<bn::GroupNormOp>(
      channelsFirst.getType(), channelsFirst, scale, offset,
      kernel.function.getBuilder().getI64IntegerAttr(groups),
      kernel.getEpsilon());
  kernel.addFused(moveDimension(kernel, y, 1, kernel.axis));
}
