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

bool hasScale(const ScaleAndShift &values) {
  return llvm::any_of(values.scale, [](double scale) { return scale != 1; });
}

bool hasShift(const ScaleAndShift &values) {
  return llvm::any_of(values.shift, [](double shift) { return shift != 0; });
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

ScaleAndShift compose(const ScaleAndShift &second, const ScaleAndShift &first) {
  assert(second.featureIndex == first.featureIndex &&
         second.numFeatures() == first.numFeatures() && "the same features");
  ScaleAndShift composed(second);
  for (size_t c = 0; c < composed.numFeatures(); ++c) {
    composed.shift[c] += second.scale[c] * first.shift[c];
    composed.scale[c] *= first.scale[c];
  }
  return composed;
}

ScaleAndShift takeScale(const ScaleAndShift &values) {
  ScaleAndShift taken(values.numFeatures(), values.featureIndex);
  taken.scale = values.scale;
  return taken;
}

ScaleAndShift takeShift(const ScaleAndShift &values) {
  ScaleAndShift taken(values.numFeatures(), values.featureIndex);
  taken.shift = values.shift;
  return taken;
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
