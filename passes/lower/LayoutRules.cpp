//===- LayoutRules.cpp - Memory orders of tensors -------------------------===//

#include "passes/lower/LayoutRules.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

static int64_t getPaddedSize(ArrayRef<int64_t> shape, ArrayRef<int64_t> halo,
                             int64_t dim) {
  return halo.empty() ? shape[dim]
                      : shape[dim] + halo[2 * dim] + halo[2 * dim + 1];
}

bool bnopt::isChannelsLastRowMajor(ArrayRef<int64_t> shape) {
  if (shape.size() < 3 || shape[1] == 1)
    return true;
  return llvm::all_of(shape.drop_front(2),
                      [](int64_t size) { return size == 1; });
}

/// Whether `op` moves dimension `from` to `to`, counted from the end if
/// negative.
static bool movesDimension(nn::TransposeOp op, int64_t from, int64_t to) {
  const auto rank = static_cast<int64_t>(op.getPermutation().size());
  if (rank < 3)
    return false;
  const auto at = [&](int64_t dim) { return dim < 0 ? dim + rank : dim; };
  auto order = llvm::to_vector(llvm::seq(rank));
  order.erase(order.begin() + at(from));
  order.insert(order.begin() + at(to), at(from));
  return op.getPermutation() == ArrayRef(order);
}

bool bnopt::isTransposedInput(Operation *op) {
  auto transpose = dyn_cast<nn::TransposeOp>(op);
  return transpose && isa<BlockArgument>(transpose.getInput()) &&
         isa<func::FuncOp>(op->getParentOp()) &&
         movesDimension(transpose, /*from=*/-1, /*to=*/1);
}

bool bnopt::isTransposedOutput(Operation *op) {
  auto transpose = dyn_cast<nn::TransposeOp>(op);
  return transpose && !isTransposedInput(op) && transpose->hasOneUse() &&
         isa<func::ReturnOp>(*transpose->user_begin()) &&
         movesDimension(transpose, /*from=*/1, /*to=*/-1);
}

int64_t bnopt::getPaddedElements(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> halo) {
  int64_t elements = 1;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    elements *= getPaddedSize(shape, halo, dim);
  return elements;
}

int64_t bnopt::getInteriorOffset(ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> halo) {
  int64_t offset = 0;
  for (size_t dim = 0; !halo.empty() && dim < strides.size(); ++dim)
    offset += strides[dim] * halo[2 * dim];
  return offset;
}

void bnopt::coverHalo(Halo &halo, ArrayRef<int64_t> other) {
  if (halo.empty())
    halo.assign(other.size(), 0);
  for (auto [mine, needed] : llvm::zip_equal(halo, other))
    mine = std::max(mine, needed);
}
