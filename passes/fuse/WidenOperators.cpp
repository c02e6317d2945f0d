//===- WidenOperators.cpp - Operators on narrow data in f32 ---------------===//
//
//   norm(x) = cast(norm(cast(x)))
//
// What layer, group and RMS norm are written out as has operands of one type,
// and sums that need more than 16 bits; weights are packed as f32. Kernels
// convert while they load and store, so what is in memory keeps its type.
//
//===----------------------------------------------------------------------===//

#include "passes/FloatCasts.h"
#include "passes/Passes.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_WIDENOPERATORSPASS
#include "passes/Passes.h.inc"

namespace {

/// The widest element type of operands and results, f32 at least.
Type getArithmeticType(Operation *op) {
  Type widest = Float32Type::get(op->getContext());
  const auto include = [&](Type type) {
    Type elementType = getElementTypeOrSelf(type);
    if (elementType.getIntOrFloatBitWidth() > widest.getIntOrFloatBitWidth())
      widest = elementType;
  };
  llvm::for_each(op->getOperandTypes(), include);
  llvm::for_each(op->getResultTypes(), include);
  return widest;
}

/// Whether what is generated for `op` has operands of one type. Other kernels
/// take any.
bool needsOneType(Operation *op) {
  return isa<nn::ConvOp, nn::ConvTransposeOp, nn::ConvInputGradientOp,
             nn::ConvWeightGradientOp, nn::GemmOp, nn::MatMulOp,
             bn::LayerNormOp, bn::GroupNormOp, bn::RMSNormOp,
             bn::LayerNormGradientOp, bn::GroupNormGradientOp,
             bn::RMSNormGradientOp>(op);
}

class Widener {
public:
  explicit Widener(func::FuncOp func) : func(func), builder(func) {}

  /// How many operators have changed.
  int64_t run() {
    int64_t count = 0;
    for (Operation &op : func.getOps())
      if (needsOneType(&op))
        count += widen(&op);
    return count;
  }

private:
  /// One for all who read it.
  Value getWide(Value value, Type elementType) {
    Value &wide = wideValues[{value, elementType}];
    if (!wide) {
      builder.setInsertionPointAfterValue(value);
      wide = castElements(builder, value.getLoc(), value, elementType);
    }
    return wide;
  }

  bool widen(Operation *op) {
    Type type = getArithmeticType(op);
    const auto hasType = [&](Value value) {
      return getElementTypeOrSelf(value) == type;
    };
    if (llvm::all_of(op->getOperands(), hasType) &&
        llvm::all_of(op->getResults(), hasType))
      return false;
    for (OpOperand &operand : op->getOpOperands())
      operand.set(getWide(operand.get(), type));
    for (OpResult result : op->getResults()) {
      auto narrow = cast<RankedTensorType>(result.getType());
      if (narrow.getElementType() == type)
        continue;
      result.setType(narrow.clone(type));
      builder.setInsertionPointAfter(op);
      Value stored =
          castElements(builder, op->getLoc(), result, narrow.getElementType());
      result.replaceAllUsesExcept(stored, stored.getDefiningOp());
    }
    return true;
  }

  func::FuncOp func;
  OpBuilder builder;
  DenseMap<std::pair<Value, Type>, Value> wideValues;
};

struct WidenOperatorsPass : impl::WidenOperatorsPassBase<WidenOperatorsPass> {
  void runOnOperation() override {
    numWidened += Widener(getOperation()).run();
  }
};

} // namespace
} // namespace bnopt
