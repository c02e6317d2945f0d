//===- Interpreter.cpp - The executable specification of nn and bn --------===//

#include "compiler/reference/Interpreter.h"

#include "compiler/reference/Evaluators.h"
#include "dialect/Kernel/KernelOps.h"
#include "passes/fold/ConstantData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/SymbolTable.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <random>

using namespace mlir;

namespace bnopt::reference {
namespace {

/// The values of one block that are still needed.
class Values {
public:
  void define(Value value, Tensor tensor) {
    const int64_t numUses = std::distance(value.use_begin(), value.use_end());
    if (numUses)
      entries[value] = {std::move(tensor), numUses};
  }

  bool contains(Value value) const { return entries.contains(value); }
  const Tensor *lookup(Value value) const {
    return &entries.find(value)->second.tensor;
  }

  /// One use of `value` is over; after the last, its memory is freed.
  void release(Value value) {
    auto entry = entries.find(value);
    if (entry != entries.end() && --entry->second.usesLeft == 0)
      entries.erase(entry);
  }

private:
  struct Entry {
    Tensor tensor;
    int64_t usesLeft;
  };
  llvm::DenseMap<Value, Entry> entries;
};

/// What is added to constants.
class NoiseSource {
public:
  explicit NoiseSource(const ConstantNoise &noise)
      : relative(noise.relative), bits(noise.seed) {}

  void add(Tensor &constant) {
    if (relative == 0 || constant.size() < 2)
      return;
    for (double &value : constant.data)
      value *= bits() & 1 ? 1 + relative : 1 - relative;
  }

private:
  const double relative;
  std::mt19937_64 bits;
};

FailureOr<SmallVector<Tensor>> runBlock(Block &block, ArrayRef<Tensor> inputs,
                                        NoiseSource &noise);

FailureOr<SmallVector<Tensor>> runLaunch(kernel::LaunchOp op,
                                         ArrayRef<const Tensor *> operands,
                                         NoiseSource &noise) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(
      op, op.getCalleeAttr());
  if (!callee)
    return op.emitOpError()
           << "calls an unknown kernel '" << op.getCallee() << "'";
  SmallVector<Tensor> inputs;
  for (const Tensor *operand : operands)
    inputs.push_back(*operand);
  return runBlock(callee.getBody().front(), inputs, noise);
}

FailureOr<SmallVector<Tensor>> runOperation(Operation *op,
                                            ArrayRef<const Tensor *> operands,
                                            NoiseSource &noise) {
  if (auto launch = dyn_cast<kernel::LaunchOp>(op))
    return runLaunch(launch, operands, noise);
  for (auto evaluate :
       {evaluateLinear, evaluatePooling, evaluateElementwise, evaluateMovement,
        evaluateNormalization, evaluateNormGradient, evaluatePartialStatistics,
        evaluateGradient})
    if (Results results = evaluate(op, operands))
      return std::move(*results);
  return op->emitOpError() << "is not known to the reference interpreter";
}

/// The values of all operands. Constants are converted at each use: in f64
/// they would otherwise take twice the memory of the model.
FailureOr<SmallVector<const Tensor *>>
getOperands(Operation *op, const Values &values, std::vector<Tensor> &constants,
            NoiseSource &noise) {
  // Pointers into `constants` stay valid.
  constants.reserve(op->getNumOperands());
  SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands()) {
    if (values.contains(operand)) {
      operands.push_back(values.lookup(operand));
      continue;
    }
    std::optional<ConstantData> data = ConstantData::getInitial(operand);
    if (!data)
      return op->emitOpError()
             << "has an operand that is neither computed before nor a "
                "constant with known elements";
    constants.emplace_back(data->getType().getShape(), data->toDoubles());
    noise.add(constants.back());
    operands.push_back(&constants.back());
  }
  return operands;
}

FailureOr<SmallVector<Tensor>> runBlock(Block &block, ArrayRef<Tensor> inputs,
                                        NoiseSource &noise) {
  Values values;
  for (auto [argument, input] : llvm::zip_equal(block.getArguments(), inputs))
    values.define(argument, input);
  for (Operation &op : block) {
    if (isa<arith::ConstantOp>(op))
      continue;
    std::vector<Tensor> constants;
    auto operands = getOperands(&op, values, constants, noise);
    if (failed(operands))
      return failure();
    if (op.hasTrait<OpTrait::IsTerminator>())
      return llvm::map_to_vector(*operands,
                                 [](const Tensor *result) { return *result; });
    FailureOr<SmallVector<Tensor>> results =
        runOperation(&op, *operands, noise);
    if (failed(results))
      return failure();
    for (Value operand : op.getOperands())
      values.release(operand);
    for (auto [result, tensor] : llvm::zip_equal(op.getResults(), *results))
      values.define(result, std::move(tensor));
  }
  return SmallVector<Tensor>();
}

} // namespace

FailureOr<SmallVector<Tensor>> interpret(func::FuncOp function,
                                         ArrayRef<Tensor> inputs,
                                         const ConstantNoise &noise) {
  ArrayRef<Type> types = function.getArgumentTypes();
  if (inputs.size() != types.size())
    return function.emitError()
           << "'" << function.getName() << "' expects " << types.size()
           << " inputs, but got " << inputs.size();
  for (auto [index, type] : llvm::enumerate(types)) {
    auto tensorType = dyn_cast<RankedTensorType>(type);
    if (!tensorType || failed(verifyCompatibleShape(tensorType.getShape(),
                                                    inputs[index].shape)))
      return function.emitError()
             << "'" << function.getName() << "' expects input " << index
             << " as " << type << ", but got a tensor of shape ["
             << ArrayRef<int64_t>(inputs[index].shape) << "]";
  }
  NoiseSource source(noise);
  return runBlock(function.getBody().front(), inputs, source);
}

} // namespace bnopt::reference
