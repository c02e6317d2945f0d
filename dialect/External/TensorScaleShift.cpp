//===- TensorScaleShift.cpp - Scale-shifts pass pads and reshapes ---------===//
//
//   s·pad(x, v) + t = pad(s·x + t, s·v + t)
//   pad(s·x + t, v) = s·pad(x, (v − t)/s) + t
//
// where v becomes one value per feature, which the body of `tensor.pad` reads
// from a vector. Reshapes pass where the features keep a dimension of their
// own; a dimension that merges features with others repeats their values.
//
// A collapse that merges the groups and the channels of a convolution asks the
// convolution.
//
//===----------------------------------------------------------------------===//

#include "dialect/External/LinearGeometry.h"
#include "dialect/External/ScaleShiftModels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;

namespace bnopt {
namespace {

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

using PadValues = std::vector<double>;

/// The pad value of each feature; none if it is no constant, or varies along
/// another dimension.
std::optional<PadValues> readPadValues(tensor::PadOp pad, int64_t featureIndex,
                                       size_t numFeatures) {
  APFloat scalar(0.0);
  Value yielded = pad.getBody()->getTerminator()->getOperand(0);
  if (matchPattern(yielded, m_ConstantFloat(&scalar))) {
    bool losesInfo;
    scalar.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return PadValues(numFeatures, scalar.convertToDouble());
  }
  auto extract = yielded.getDefiningOp<tensor::ExtractOp>();
  DenseFPElementsAttr vector;
  if (!extract || extract.getIndices().size() != 1 ||
      extract.getIndices()[0] != pad.getBody()->getArgument(featureIndex) ||
      !matchPattern(extract.getTensor(), m_Constant(&vector)))
    return std::nullopt;
  PadValues values;
  for (APFloat value : vector.getValues<APFloat>()) {
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    values.push_back(value.convertToDouble());
  }
  return values;
}

/// The values of the pad on the other side of the scale-shift.
FailureOr<PadValues> movePadValues(tensor::PadOp pad,
                                   const ScaleAndShift &values, bool up,
                                   std::string &reason) {
  const auto isZero = [&](ArrayRef<OpFoldResult> sizes) {
    return getConstantIntValue(sizes[values.featureIndex]) == 0;
  };
  if (!isZero(pad.getMixedLowPad()) || !isZero(pad.getMixedHighPad())) {
    reason = "'tensor.pad' pads the features";
    return failure();
  }
  auto old = readPadValues(pad, values.featureIndex, values.numFeatures());
  if (!old) {
    reason = "the value of 'tensor.pad' is not a constant per feature";
    return failure();
  }
  for (size_t c = 0; c < old->size(); ++c) {
    double &v = (*old)[c];
    v = up ? values.scale[c] * v + values.shift[c]
           : (v - values.shift[c]) / values.scale[c];
    if (!std::isfinite(v)) {
      reason = "the value of 'tensor.pad' before the scale would not be finite";
      return failure();
    }
  }
  return *old;
}

/// `pad` of another source with one value per feature.
Value buildPad(OpBuilder &builder, tensor::PadOp pad, ValueRange operands,
               int64_t featureIndex, const PadValues &values) {
  OpBuilder::InsertionGuard guard(builder);
  Location loc = pad.getLoc();
  Type elementType = pad.getType().getElementType();
  auto clone = cast<tensor::PadOp>(builder.clone(*pad));
  clone->setOperands(operands);
  SmallVector<Attribute> elements;
  for (double value : values)
    elements.push_back(builder.getFloatAttr(elementType, value));
  const bool uniform = llvm::all_equal(values);

  Value source;
  builder.setInsertionPoint(clone);
  if (uniform)
    source = arith::ConstantOp::create(builder, loc,
                                       cast<TypedAttr>(elements.front()));
  else
    source = arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(
            RankedTensorType::get(values.size(), elementType), elements));
  Block *body = clone.getBody();
  Operation *yield = body->getTerminator();
  builder.setInsertionPoint(yield);
  if (!uniform)
    source = tensor::ExtractOp::create(builder, loc, source,
                                       body->getArgument(featureIndex));
  Operation *old = yield->getOperand(0).getDefiningOp();
  yield->setOperand(0, source);
  if (old && old->getBlock() == body && old->use_empty())
    old->erase();
  return clone;
}

bool changesValues(tensor::PadOp pad, const ScaleAndShift &values,
                   const PadValues &moved) {
  return readPadValues(pad, values.featureIndex, values.numFeatures()) != moved;
}

struct PadModel
    : ScaleShiftOpInterface::ExternalModel<PadModel, tensor::PadOp> {
  FailureOr<SmallVector<ScaleShiftMove>>
  moveScaleShiftUp(Operation *op, const ScaleAndShift &below,
                   std::string &reason) const {
    auto pad = cast<tensor::PadOp>(op);
    auto moved = movePadValues(pad, below, /*up=*/true, reason);
    if (failed(moved))
      return failure();
    ScaleShiftMove move;
    move.operands.push_back({0, below});
    move.changesOperator = changesValues(pad, below, *moved);
    return SmallVector<ScaleShiftMove>{move};
  }

  Value buildMovedUp(Operation *op, OpBuilder &builder,
                     const ScaleAndShift &below, ValueRange operands) const {
    auto pad = cast<tensor::PadOp>(op);
    std::string reason;
    return buildPad(builder, pad, operands, below.featureIndex,
                    *movePadValues(pad, below, /*up=*/true, reason));
  }

  FailureOr<ScaleAndShift> moveScaleShiftDown(Operation *op, unsigned operand,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) const {
    auto pad = cast<tensor::PadOp>(op);
    auto moved = movePadValues(pad, above, /*up=*/false, reason);
    if (failed(moved))
      return failure();
    changesOperator = changesValues(pad, above, *moved);
    return above;
  }

  Value buildMovedDown(Operation *op, OpBuilder &builder, unsigned operand,
                       const ScaleAndShift &above, ValueRange operands) const {
    auto pad = cast<tensor::PadOp>(op);
    std::string reason;
    return buildPad(builder, pad, operands, above.featureIndex,
                    *movePadValues(pad, above, /*up=*/false, reason));
  }
};

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// The one dimension of `group` whose size is not 1; none if there are several.
std::optional<int64_t> getOnlyDim(RankedTensorType type,
                                  ArrayRef<int64_t> group) {
  std::optional<int64_t> only;
  for (int64_t dim : group) {
    if (type.getDimSize(dim) == 1)
      continue;
    if (only)
      return std::nullopt;
    only = dim;
  }
  return only ? *only : group.front();
}

/// The dimension of the merged tensor that holds dimension `dim`.
int64_t getGroup(ArrayRef<ReassociationIndices> groups, int64_t dim) {
  for (auto [index, group] : llvm::enumerate(groups))
    if (llvm::is_contained(group, dim))
      return index;
  llvm_unreachable("every dimension has a group");
}

/// `values` along dimension `featureIndex` of the split tensor, as values along
/// the dimension into which it merges.
FailureOr<ScaleAndShift> repeatValues(RankedTensorType split,
                                      ArrayRef<ReassociationIndices> groups,
                                      const ScaleAndShift &values,
                                      std::string &reason) {
  const int64_t merged = getGroup(groups, values.featureIndex);
  int64_t inner = 1, total = 1;
  for (int64_t dim : groups[merged]) {
    if (split.isDynamicDim(dim)) {
      reason = "features merge with a dimension of unknown size";
      return failure();
    }
    total *= split.getDimSize(dim);
    if (dim > values.featureIndex)
      inner *= split.getDimSize(dim);
  }
  ScaleAndShift result(total, merged);
  for (int64_t i = 0; i < total; ++i) {
    const size_t feature = i / inner % values.numFeatures();
    result.scale[i] = values.scale[feature];
    result.shift[i] = values.shift[feature];
  }
  return result;
}

/// `values` along a merged dimension, as values along the dimension of the
/// split tensor that is alone in it.
FailureOr<ScaleAndShift> splitValues(RankedTensorType split,
                                     ArrayRef<ReassociationIndices> groups,
                                     const ScaleAndShift &values,
                                     std::string &reason) {
  auto dim = getOnlyDim(split, groups[values.featureIndex]);
  if (!dim) {
    reason = "the features spread over several dimensions";
    return failure();
  }
  ScaleAndShift result = values;
  result.featureIndex = *dim;
  return result;
}

FailureOr<SmallVector<ScaleShiftMove>>
asMove(FailureOr<ScaleAndShift> &&values) {
  if (failed(values))
    return failure();
  ScaleShiftMove move;
  move.operands.push_back({0, std::move(*values)});
  return SmallVector<ScaleShiftMove>{move};
}

struct CollapseModel
    : ScaleShiftOpInterface::ExternalModel<CollapseModel,
                                           tensor::CollapseShapeOp> {
  FailureOr<SmallVector<ScaleShiftMove>>
  moveScaleShiftUp(Operation *op, const ScaleAndShift &below,
                   std::string &reason) const {
    auto collapse = cast<tensor::CollapseShapeOp>(op);
    return asMove(splitValues(collapse.getSrcType(),
                              collapse.getReassociationIndices(), below,
                              reason));
  }

  FailureOr<ScaleAndShift> moveScaleShiftDown(Operation *op, unsigned operand,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) const {
    auto collapse = cast<tensor::CollapseShapeOp>(op);
    return repeatValues(collapse.getSrcType(),
                        collapse.getReassociationIndices(), above, reason);
  }
};

struct ExpandModel
    : ScaleShiftOpInterface::ExternalModel<ExpandModel, tensor::ExpandShapeOp> {
  FailureOr<SmallVector<ScaleShiftMove>>
  moveScaleShiftUp(Operation *op, const ScaleAndShift &below,
                   std::string &reason) const {
    auto expand = cast<tensor::ExpandShapeOp>(op);
    return asMove(repeatValues(expand.getResultType(),
                               expand.getReassociationIndices(), below,
                               reason));
  }

  FailureOr<ScaleAndShift> moveScaleShiftDown(Operation *op, unsigned operand,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) const {
    auto expand = cast<tensor::ExpandShapeOp>(op);
    return splitValues(expand.getResultType(), expand.getReassociationIndices(),
                       above, reason);
  }
};

} // namespace

void registerTensorScaleShiftModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    tensor::PadOp::attachInterface<PadModel>(*context);
    tensor::CollapseShapeOp::attachInterface<CollapseModel>(*context);
    tensor::ExpandShapeOp::attachInterface<ExpandModel>(*context);
  });
}

} // namespace bnopt
