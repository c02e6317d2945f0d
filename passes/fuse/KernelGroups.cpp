//===- KernelGroups.cpp - Operators that become one kernel ----------------===//
//
// A group starts at the first operator in program order that has none yet and
// grows along uses, over elementwise operators of the same shape. Diamonds
// inside a group are fine (x·sigmoid(x)); at its end exactly one value, the
// last operator's result, may be seen outside. The longest prefix for which
// this holds is the group. Its launch stands where its last operator stood,
// so that all operands dominate it.
//
// The statistics of a normalization may be seen outside, too, if nothing that
// is made of them comes back: they are further results of the kernel. What
// reads them may stand before the launch; the block is put in order again.
//
// Groups of elementwise operators whose result only elementwise operators of
// another group read become part of it: a residual block may add two tensors
// that are normalized each.
//
//===----------------------------------------------------------------------===//

#include "passes/fuse/KernelGroups.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"
#include "passes/lower/KernelShape.h"
#include "passes/train/NormalizedReaders.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace bnopt;

/// Bounds compile time; longer chains become several kernels.
static constexpr size_t maxGroupSize = 24;

bool bnopt::isModelOp(Operation *op) {
  return isa_and_nonnull<nn::NNDialect, bn::BNDialect>(op->getDialect());
}

static bool isUsedOutside(Value value, const KernelGroup &group) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !llvm::is_contained(group, user);
  });
}

SmallVector<Value> bnopt::getVectors(const KernelGroup &group) {
  SmallVector<Value> vectors;
  for (Operation *op : group)
    llvm::append_range(
        vectors, op->getResults().drop_front(isPartialStatistics(op) ? 0 : 1));
  return vectors;
}

/// Whether an operator of `group` reads what others make of `value`, or the
/// value itself, which is complete only when its operator has ended.
static bool comesBack(Value value, const KernelGroup &group) {
  SetVector<Operation *> readers;
  const auto addReaders = [&](ValueRange values) {
    for (Value read : values)
      readers.insert(read.user_begin(), read.user_end());
  };
  addReaders(value);
  for (size_t i = 0; i < readers.size(); ++i) {
    Operation *reader = readers[i];
    if (llvm::is_contained(group, reader))
      return true;
    if (reader->getBlock() == group.back()->getBlock() &&
        reader->isBeforeInBlock(group.back()))
      addReaders(reader->getResults());
  }
  return false;
}

/// Whether of the first results of operators none but the last one's is used
/// outside the group, and no other result inside.
static bool onlyLastEscapes(const KernelGroup &group) {
  return llvm::none_of(ArrayRef<Operation *>(group).drop_back(),
                       [&](Operation *op) {
                         return isUsedOutside(op->getResult(0), group);
                       }) &&
         llvm::none_of(getVectors(group),
                       [&](Value vector) { return comesBack(vector, group); });
}

/// Element types may differ: a kernel converts what it loads and stores.
static bool hasShapeOf(Operation *op, Operation *other) {
  const auto getShape = [](Operation *op) {
    return cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  };
  return getShape(op) == getShape(other);
}

/// Whether `op` is better computed where its result is loaded than with what
/// makes its operand `value`.
static bool isBetterLoaded(Operation *op, Operation *value) {
  return isGateForLoad(op) &&
         cast<nn::GateOp>(op).getValue().getDefiningOp() != value;
}

/// The next operator in program order that can join: an elementwise user of a
/// value of the group, of the same shape, that is in no group yet.
static Operation *findNext(const KernelGroup &group,
                           const DenseSet<Operation *> &taken) {
  Operation *next = nullptr;
  for (Operation *op : group)
    for (Operation *user : op->getUsers()) {
      if (!isModelOp(user) || !isElementwise(user) || taken.contains(user) ||
          llvm::is_contained(group, user) ||
          user->getBlock() != op->getBlock() || isBetterLoaded(user, op) ||
          !hasShapeOf(user, group.front()))
        continue;
      if (!next || user->isBeforeInBlock(next))
        next = user;
    }
  return next;
}

/// Whether the kernel of `op` can go on with what it computes.
static bool canGrow(Operation *op) {
  // Its result is packed, and unpacked by another kernel.
  if (isa<nn::ConvWeightGradientOp>(op))
    return false;
  auto gradient = dyn_cast<nn::ConvInputGradientOp>(op);
  if (!gradient)
    return true;
  // As many elements as the stride are computed together, also beyond the last
  // one, where other tensors have nothing to read.
  return llvm::all_of(
      llvm::zip_equal(gradient.getType().getShape().drop_front(2),
                      gradient.getStrideValues()),
      [](auto dim) { return std::get<0>(dim) % std::get<1>(dim) == 0; });
}

KernelGroup bnopt::growGroup(Operation *root,
                             const DenseSet<Operation *> &taken) {
  KernelGroup group = {root};
  if (!canGrow(root))
    return group;
  size_t complete = 1;
  while (group.size() < maxGroupSize) {
    Operation *next = findNext(group, taken);
    if (!next)
      break;
    group.push_back(next);
    if (onlyLastEscapes(group))
      complete = group.size();
  }
  group.truncate(complete);
  return group;
}

/// The group whose elementwise operators are all that read the result of
/// `group`, of elementwise operators too, if they can be one kernel.
static KernelGroup *
findReader(const KernelGroup &group,
           const DenseMap<Operation *, KernelGroup *> &groupOf) {
  if (group.empty() || !llvm::all_of(group, isElementwise))
    return nullptr;
  KernelGroup *reader = nullptr;
  for (Operation *user : group.back()->getResult(0).getUsers()) {
    KernelGroup *other = groupOf.lookup(user);
    if (!other || (reader && other != reader) || !isElementwise(user) ||
        !hasShapeOf(user, group.back()) || isBetterLoaded(user, group.back()))
      return nullptr;
    reader = other;
  }
  if (!reader || reader == &group || !canGrow(reader->front()) ||
      reader->size() + group.size() > maxGroupSize)
    return nullptr;
  return reader;
}

void bnopt::joinReaders(SmallVectorImpl<KernelGroup> &groups) {
  DenseMap<Operation *, KernelGroup *> groupOf;
  for (KernelGroup &group : groups)
    for (Operation *op : group)
      groupOf[op] = &group;
  for (KernelGroup &group : groups) {
    KernelGroup *reader = findReader(group, groupOf);
    if (!reader)
      continue;
    KernelGroup joined = *reader;
    auto *first = llvm::find_if(joined, [&](Operation *op) {
      return llvm::is_contained(group.back()->getUsers(), op);
    });
    joined.insert(first, group.begin(), group.end());
    if (!onlyLastEscapes(joined))
      continue;
    for (Operation *op : group)
      groupOf[op] = reader;
    *reader = std::move(joined);
    group.clear();
  }
  llvm::erase_if(groups,
                 [](const KernelGroup &group) { return group.empty(); });
}
