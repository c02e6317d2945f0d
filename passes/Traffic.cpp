//===- Traffic.cpp - Bytes that kernels move ------------------------------===//

#include "passes/Traffic.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt;

static uint64_t countElements(ShapedType type) {
  uint64_t count = 1;
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      count *= static_cast<uint64_t>(size);
  return count;
}

static uint64_t getBytes(uint64_t elements, Type type) {
  return elements *
         llvm::divideCeil(cast<ShapedType>(type).getElementTypeBitWidth(), 8);
}

/// Elements of `value` that its users read; only a slice does not need all. An
/// elementwise operator needs of its operand what its own users need of it.
static uint64_t countElementsRead(Value value) {
  const uint64_t all = countElements(cast<ShapedType>(value.getType()));
  uint64_t count = 0;
  for (Operation *user : value.getUsers()) {
    if (auto slice = dyn_cast<nn::SliceOp>(user))
      count += countElements(slice.getType());
    else if (isElementwise(user) && user->getNumOperands() == 1)
      count += countElementsRead(user->getResult(0));
    else
      return all;
  }
  return std::min(count, all);
}

/// Whether `value` is, or becomes by elementwise operators, what a
/// normalization sweeps over: for its sums, and for its result.
static bool isReadTwice(Value value) {
  const auto isSwept = [&](auto op) {
    return op.getInput().getType().getShape() ==
           cast<RankedTensorType>(value.getType()).getShape();
  };
  llvm::SmallSetVector<Value, 8> worklist;
  worklist.insert(value);
  for (size_t i = 0; i < worklist.size(); ++i)
    for (Operation *user : worklist[i].getUsers()) {
      if (auto training = dyn_cast<bn::TrainingOp>(user))
        return isSwept(training);
      if (auto gradient = dyn_cast<bn::GradientOp>(user))
        return isSwept(gradient);
      if (isElementwise(user))
        worklist.insert(user->getResult(0));
    }
  return false;
}

static bool isConstant(Value value) {
  return isa_and_nonnull<arith::ConstantOp, memref::GetGlobalOp>(
      value.getDefiningOp());
}

Traffic bnopt::getTraffic(kernel::LaunchOp launch, const SymbolTable &symbols) {
  Block &body =
      symbols.lookup<kernel::FuncOp>(launch.getCallee()).getBody().front();
  // What is passed twice is read once.
  llvm::SmallMapVector<Value, uint64_t, 8> elements;
  for (auto [input, argument] :
       llvm::zip_equal(launch.getInputs(), body.getArguments())) {
    auto type = cast<ShapedType>(input.getType());
    // Packed weights have the shape that they are stored in.
    uint64_t count = isConstant(input) ? countElements(type)
                                       : countElementsRead(argument) *
                                             (isReadTwice(argument) ? 2 : 1);
    elements[input] = std::max(elements[input], count);
  }
  Traffic traffic;
  for (auto [input, count] : elements)
    (isConstant(input) ? traffic.constants : traffic.read) +=
        getBytes(count, input.getType());
  const auto addWritten = [&](Value result) {
    auto type = cast<ShapedType>(result.getType());
    traffic.written += getBytes(countElements(type), type);
  };
  llvm::for_each(launch.getResults(), addWritten);
  llvm::for_each(launch.getOutputs(), addWritten);
  return traffic;
}
