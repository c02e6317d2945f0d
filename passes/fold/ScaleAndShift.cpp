//===- ScaleAndShift.cpp - Between scale-shift operators and numbers ------===//

#include "passes/fold/ScaleAndShift.h"

#include "passes/fold/ConstantData.h"

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
