//===- ScaleAndShift.cpp - Between scale-shift operators and numbers ------===//

#include "passes/fold/ScaleAndShift.h"

#include "passes/fold/ConstantData.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;

namespace bnopt {

std::optional<ScaleAndShift> readScaleAndShift(bn::ScaleShiftOp op) {
  std::optional<ConstantData> scale = ConstantData::get(op.getScale());
  std::optional<ConstantData> shift = ConstantData::get(op.getShift());
  if (!scale || !shift)
    return std::nullopt;
  ScaleAndShift values(0, op.getFeatureIndex());
  values.scale = scale->toDoubles();
  values.shift = shift->toDoubles();
  return values;
}

Type getComputeType(Type elementType) {
  return elementType.getIntOrFloatBitWidth() < 32
             ? Float32Type::get(elementType.getContext())
             : elementType;
}

bool isFiniteIn(const ScaleAndShift &values, Type type, std::string *reason) {
  const bool isSingle = type.isF32();
  const auto isFinite = [&](double value) {
    return std::isfinite(isSingle ? static_cast<float>(value) : value);
  };
  for (size_t c = 0; c < values.numFeatures(); ++c) {
    if (isFinite(values.scale[c]) && isFinite(values.shift[c]))
      continue;
    if (reason)
      llvm::raw_string_ostream(*reason)
          << "expects a scale and shift that are finite in " << type
          << ", but feature " << c
          << llvm::format(" has %g and %g", values.scale[c], values.shift[c]);
    return false;
  }
  return true;
}

Location getFusedLoc(Builder &builder, ArrayRef<Operation *> ops) {
  SmallVector<Location> locs =
      llvm::map_to_vector(ops, [](Operation *op) { return op->getLoc(); });
  return builder.getFusedLoc(locs);
}

bn::ScaleShiftOp createScaleShift(OpBuilder &builder, Location loc, Value input,
                                  const ScaleAndShift &values) {
  auto type = RankedTensorType::get(static_cast<int64_t>(values.scale.size()),
                                    builder.getF64Type());
  Value scale = createConstant(builder, loc, "scale", type, values.scale);
  Value shift = createConstant(builder, loc, "shift", type, values.shift);
  return bn::ScaleShiftOp::create(builder, loc, input.getType(), input, scale,
                                  shift, values.featureIndex);
}

} // namespace bnopt
