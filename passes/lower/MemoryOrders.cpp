//===- MemoryOrders.cpp - Which tensors may stay row-major ----------------===//
//
// Channels-last is what convolutions and pools want. Normalizations, reductions
// and elementwise operators walk memory in any order, if all their tensors lie
// alike; where nothing else is in between, the order of inputs and outputs
// holds for all tensors, and nothing is copied. So channels-last spreads from
// the tensors of kernels that want it through those of kernels that do not
// care, and the others stay row-major.
//
//===----------------------------------------------------------------------===//

#include "passes/lower/MemoryOrders.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"
#include "passes/lower/LayoutRules.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnopt;

/// Whether `kernel` is as fast in one order as in another.
static bool worksInAnyOrder(kernel::FuncOp kernel) {
  return llvm::all_of(kernel.getBody().front(), [](Operation &op) {
    return isElementwise(&op) || isa<bn::BNDialect>(op.getDialect()) ||
           isa<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp, nn::SliceOp,
               arith::ConstantOp, kernel::ReturnOp>(op);
  });
}

/// Whether a kernel reads `argument` as weights only, of which it makes a
/// packed copy.
static bool isWeights(BlockArgument argument) {
  return !argument.use_empty() &&
         llvm::all_of(argument.getUses(), [](OpOperand &use) {
           return isa<nn::ConvOp, nn::ConvInputGradientOp>(use.getOwner()) &&
                  use.getOperandNumber() == 1;
         });
}

/// Whether the two orders differ for `value`, whose order is to be chosen.
static bool hasOrder(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && !value.getDefiningOp<arith::ConstantOp>() &&
         !isChannelsLastRowMajor(type.getShape());
}

namespace {
/// The tensors that are channels-last.
class ChannelsLastValues {
public:
  explicit ChannelsLastValues(const SymbolTable &symbols) : symbols(symbols) {}

  /// Adds the tensors of a kernel that is not indifferent, but for weights and
  /// their gradients, which are packed and unpacked.
  void addWanting(kernel::LaunchOp launch) {
    if (isIndifferent(launch))
      return;
    auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
    for (auto [argument, input] :
         llvm::zip_equal(kernel.getBody().getArguments(), launch.getInputs()))
      if (!isWeights(argument))
        add(input);
    if (!isa_and_nonnull<nn::ConvWeightGradientOp>(kernel.getBody()
                                                       .front()
                                                       .getTerminator()
                                                       ->getOperand(0)
                                                       .getDefiningOp()))
      for (Value result : launch.getResults())
        add(result);
  }

  void add(Value value) {
    if (hasOrder(value) && values.insert(value).second)
      fresh.push_back(value);
  }

  void addAll(Operation *op) {
    for (Value value : op->getOperands())
      add(value);
    for (Value value : op->getResults())
      add(value);
  }

  /// Adds what is connected to the values that are there.
  void spread();

  bool contains(Value value) const { return values.contains(value); }

private:
  bool isIndifferent(kernel::LaunchOp launch) {
    return worksInAnyOrder(symbols.lookup<kernel::FuncOp>(launch.getCallee()));
  }

  const SymbolTable &symbols;
  DenseSet<Value> values;
  SmallVector<Value> fresh;
};
} // namespace

void ChannelsLastValues::spread() {
  while (!fresh.empty()) {
    Value value = fresh.pop_back_val();
    if (auto launch = value.getDefiningOp<kernel::LaunchOp>();
        launch && isIndifferent(launch))
      addAll(launch);
    for (Operation *user : value.getUsers())
      if (auto launch = dyn_cast<kernel::LaunchOp>(user);
          launch && isIndifferent(launch))
        addAll(launch);
  }
}

DenseSet<Value> bnopt::findRowMajorValues(func::FuncOp func,
                                          const SymbolTable &symbols) {
  ChannelsLastValues channelsLast(symbols);
  for (Operation &op : func.getOps()) {
    if (auto launch = dyn_cast<kernel::LaunchOp>(op))
      channelsLast.addWanting(launch);
    // Its slices have the strides of the whole, which is channels-last.
    if (isa<nn::ConcatOp>(op))
      channelsLast.addAll(&op);
    if (isTransposedInput(&op))
      channelsLast.add(op.getResult(0));
    if (isTransposedOutput(&op))
      channelsLast.add(op.getOperand(0));
  }
  channelsLast.spread();

  DenseSet<Value> rowMajor;
  const auto collect = [&](Value value) {
    if (hasOrder(value) && !channelsLast.contains(value))
      rowMajor.insert(value);
  };
  llvm::for_each(func.getArguments(), collect);
  for (Operation &op : func.getOps())
    llvm::for_each(op.getResults(), collect);
  return rowMajor;
}
