//===- ReverseMode.cpp - Gradients of a function's values -----------------===//
//
// A value is active if it depends on a source. Going backwards, the gradients
// of an operator's results are complete when its turn comes, because all who
// read them have had theirs; its adjoint adds to those of its active operands.
//
//===----------------------------------------------------------------------===//

#include "passes/train/ReverseMode.h"

#include "dialect/Interfaces/DifferentiableOpInterface.h"
#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;

bool bnopt::isFloatTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

static bool passesGradient(OpOperand &operand) {
  auto op = dyn_cast<DifferentiableOpInterface>(operand.getOwner());
  return !op || op.passesGradient(operand.getOperandNumber());
}

/// What the adjoint of a node is called.
static Location getAdjointLoc(Location loc) {
  auto node = dyn_cast<NameLoc>(loc);
  if (!node)
    return loc;
  auto name =
      StringAttr::get(loc.getContext(), node.getName().str() + ".gradient");
  return NameLoc::get(name, node.getChildLoc());
}

ReverseMode::ReverseMode(func::FuncOp function, ArrayRef<Value> sources)
    : block(function.getBody().front()), builder(block.getTerminator()) {
  active.insert(sources.begin(), sources.end());
  for (Operation &op : block.without_terminator()) {
    if (llvm::none_of(op.getOpOperands(), [&](OpOperand &operand) {
          return isActive(operand.get()) && passesGradient(operand);
        }))
      continue;
    for (Value result : op.getResults())
      if (isFloatTensor(result.getType()))
        active.insert(result);
  }
}

void ReverseMode::addGradient(Value value, Value gradient) {
  Value &sum = gradients[value];
  // At once: a sum takes less memory than its terms.
  sum = sum ? nn::AddOp::create(builder, getAdjointLoc(value.getLoc()), sum,
                                gradient)
            : gradient;
}

LogicalResult ReverseMode::build() {
  // Adjoints are inserted behind.
  SmallVector<Operation *> forward;
  for (Operation &op : block.without_terminator())
    forward.push_back(&op);
  for (Operation *op : llvm::reverse(forward))
    if (failed(buildAdjoint(op)))
      return failure();
  return success();
}

/// Adjoints are made of sizes, such as the number of elements of a mean.
static LogicalResult checkShapes(Operation *op) {
  for (auto types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types)
      if (auto shaped = dyn_cast<ShapedType>(type);
          shaped && !shaped.hasStaticShape())
        return op->emitOpError()
               << "needs static shapes to be differentiated, but has " << type;
  return success();
}

LogicalResult ReverseMode::buildAdjoint(Operation *op) {
  const auto outputs = llvm::map_to_vector(op->getResults(), [&](Value result) {
    return isActive(result) ? getGradient(result) : Value();
  });
  const auto needed =
      llvm::map_to_vector(op->getOpOperands(), [&](OpOperand &operand) {
        return isActive(operand.get()) && passesGradient(operand);
      });
  if (!llvm::any_of(outputs, [](Value value) { return bool(value); }) ||
      !llvm::is_contained(needed, true))
    return success();
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return op->emitOpError("has no adjoint, so it cannot be differentiated");
  if (failed(checkShapes(op)))
    return failure();
  Operation *last = block.getTerminator()->getPrevNode();
  std::string reason;
  const FailureOr<Gradients> adjoint = differentiable.buildAdjoint(
      builder, AdjointRequest(Gradients(outputs), SmallVector<bool>(needed)),
      reason);
  if (failed(adjoint))
    return op->emitOpError("cannot be differentiated: ") << reason;
  for (auto built = last->getIterator(), end = builder.getInsertionPoint();
       ++built != end;)
    built->setLoc(getAdjointLoc(op->getLoc()));
  for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), *adjoint))
    if (gradient)
      addGradient(operand, gradient);
  return success();
}
