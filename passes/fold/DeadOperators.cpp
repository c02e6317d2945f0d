//===- DeadOperators.cpp - What a rewrite leaves behind -------------------===//

#include "passes/fold/DeadOperators.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace bnopt {

void eraseIfDead(Operation *op) {
  SetVector<Operation *> pending;
  pending.insert(op);
  while (!pending.empty()) {
    Operation *dead = pending.pop_back_val();
    if (!isOpTriviallyDead(dead))
      continue;
    for (Value operand : dead->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        pending.insert(producer);
    dead->erase();
  }
}

void eraseDeadUnder(Operation *root) {
  // Users before what they use.
  root->walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
    if (op != root && isOpTriviallyDead(op))
      op->erase();
  });
}

} // namespace bnopt
