//===- NormAffine.cpp - Scale and offset of a norm ------------------------===//

#include "passes/fold/NormAffine.h"

#include "dialect/BN/BNOps.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/DeadOperators.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace bnopt {

bool NormAffine::isIdentity() const {
  return llvm::all_of(scale, [](double value) { return value == 1; }) &&
         llvm::all_of(offset, [](double value) { return value == 0; });
}

namespace {
/// Where the parameters are.
struct NormOperands {
  OpOperand *scale;
  /// The offset, if there is one, or can be.
  std::optional<MutableOperandRange> offset;
  int64_t firstDim, lastDim;
};
} // namespace

static std::optional<NormOperands> getOperands(Operation *op) {
  using Result = std::optional<NormOperands>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([](bn::LayerNormOp norm) -> Result {
        return NormOperands{&norm.getScaleMutable(), norm.getOffsetMutable(),
                            static_cast<int64_t>(norm.getAxis()),
                            norm.getType().getRank() - 1};
      })
      .Case([](bn::RMSNormOp norm) -> Result {
        return NormOperands{&norm.getScaleMutable(), std::nullopt,
                            static_cast<int64_t>(norm.getAxis()),
                            norm.getType().getRank() - 1};
      })
      .Case([](bn::GroupNormOp norm) -> Result {
        return NormOperands{&norm.getScaleMutable(),
                            MutableOperandRange(norm.getOffsetMutable()), 1, 1};
      })
      .Case([](bn::TrainingOp norm) -> Result {
        const auto dim = static_cast<int64_t>(norm.getFeatureIndex());
        return NormOperands{&norm.getScaleMutable(),
                            MutableOperandRange(norm.getOffsetMutable()), dim,
                            dim};
      })
      .Default(Result());
}

std::optional<NormAffine> readNormAffine(Operation *op) {
  std::optional<NormOperands> operands = getOperands(op);
  if (!operands)
    return std::nullopt;
  auto scale = ConstantData::get(operands->scale->get());
  if (!scale)
    return std::nullopt;
  NormAffine affine{scale->toDoubles(),
                    {},
                    operands->firstDim,
                    operands->lastDim,
                    operands->offset.has_value()};
  affine.offset.assign(affine.scale.size(), 0);
  if (operands->offset && !operands->offset->empty()) {
    auto offset = ConstantData::get((*operands->offset)[0].get());
    if (!offset)
      return std::nullopt;
    affine.offset = offset->toDoubles();
  }
  return affine;
}

static void writeOffset(OpBuilder &builder, Operation *op,
                        const NormAffine &affine, ConstantBuffer offset,
                        MutableOperandRange operand) {
  // A layer norm does without an offset of zero.
  const bool isZero =
      llvm::all_of(affine.offset, [](double value) { return value == 0; });
  if (isa<bn::LayerNormOp>(op) && isZero)
    operand.clear();
  else
    operand.assign(std::move(offset).build(builder, op->getLoc(), "offset"));
}

bool writeNormAffine(OpBuilder &builder, Operation *op,
                     const NormAffine &affine) {
  NormOperands operands = *getOperands(op);
  auto type = cast<RankedTensorType>(operands.scale->get().getType());
  ConstantBuffer scale(type), offset(type);
  const int64_t count = type.getNumElements();
  if (!scale.fill(0, count, [&](int64_t i) { return affine.scale[i]; }) ||
      !offset.fill(0, count, [&](int64_t i) { return affine.offset[i]; }))
    return false;
  // Both may be the same constant, which must not be erased twice.
  llvm::SetVector<Operation *> replaced;
  replaced.insert(operands.scale->get().getDefiningOp());
  if (operands.offset)
    for (Value offset : OperandRange(*operands.offset))
      replaced.insert(offset.getDefiningOp());
  operands.scale->set(std::move(scale).build(builder, op->getLoc(), "scale"));
  if (operands.offset)
    writeOffset(builder, op, affine, std::move(offset), *operands.offset);
  for (Operation *constant : replaced)
    eraseIfDead(constant);
  return true;
}

} // namespace bnopt
