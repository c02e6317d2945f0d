//===- RaiseStatistics.cpp - Norms written out in means and roots ---------===//
//
// A value normalized over the trailing dimensions of each sample is a layer or
// RMS norm; over all dimensions after the channels it may as well be an
// instance norm, and a scale per channel below it decides. Constants that
// follow become scale and offset of the norm:
//
//   n·s + t,  with s and t along the dimensions of the parameters.
//
// N×C×… as N×G×…, normalized over all but the first two dimensions and reshaped
// back is a group norm: how PyTorch exports one. Normalized over the batch, it
// is a batch norm with the statistics of the batch, which is none for
// inference.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/AffineChain.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/RaiseNormalizations.h"
#include "passes/fold/StatisticsPatterns.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace bnopt {
namespace {

//===----------------------------------------------------------------------===//
// Scale and offset
//===----------------------------------------------------------------------===//

/// A norm and the arithmetic that becomes its scale and offset.
struct NormWithAffine {
  AffineChain affine;
  /// What the norm and its affine replace, and all they consist of.
  Operation *last;
  SmallVector<Location> locations;
  bool isGroupNorm = false;
  size_t numSteps() const { return locations.size(); }
};

bool isZero(ArrayRef<double> values) {
  return llvm::all_of(values, [](double value) { return value == 0; });
}

/// Takes into `norm` what follows its last operator.
void appendFollowing(NormWithAffine &norm, bool takesOffset,
                     ConstantExpressions &constants) {
  while (norm.last->hasOneUse()) {
    auto step = getAffineStep(*norm.last->user_begin(), constants);
    if (!step || step->data != norm.last->getResult(0))
      return;
    AffineChain longer = norm.affine;
    if (!longer.append(*step, constants) ||
        (!takesOffset && !isZero(longer.getValues().shift)))
      return;
    norm.affine = std::move(longer);
    norm.last = step->op;
    norm.locations.push_back(step->op->getLoc());
  }
}

/// The norm that `match` at `root` is with parameters along dimensions
/// `firstDim` to `lastDim`; none if these are not known, or are not those of
/// its own scale and offset.
std::optional<NormWithAffine> getNorm(Operation *root,
                                      const NormalizationMatch &match,
                                      int64_t firstDim, int64_t lastDim,
                                      ConstantExpressions &constants) {
  auto type = cast<RankedTensorType>(root->getResult(0).getType());
  for (int64_t dim = firstDim; dim <= lastDim; ++dim)
    if (type.isDynamicDim(dim))
      return std::nullopt;
  NormWithAffine norm{
      AffineChain(type, firstDim, lastDim), root, {root->getLoc()}};
  if (match.scale && !norm.affine.multiply(match.scale, constants))
    return std::nullopt;
  if (match.offset && !norm.affine.add(match.offset, constants))
    return std::nullopt;
  appendFollowing(norm, match.value.isCentered, constants);
  return norm;
}

//===----------------------------------------------------------------------===//
// Raising
//===----------------------------------------------------------------------===//

Value createParameter(OpBuilder &builder, Location loc, StringRef role,
                      RankedTensorType data, int64_t firstDim, int64_t lastDim,
                      ArrayRef<double> values) {
  auto type = RankedTensorType::get(
      data.getShape().slice(firstDim, lastDim - firstDim + 1),
      data.getElementType());
  return createConstant(builder, loc, role, type, values);
}

Value buildNorm(OpBuilder &builder, const NormalizedValue &value,
                const NormWithAffine &norm) {
  const Location loc = builder.getFusedLoc(norm.locations);
  auto type = cast<RankedTensorType>(value.input.getType());
  const ScaleAndShift &values = norm.affine.getValues();
  const int64_t firstDim = norm.isGroupNorm ? 1 : value.axes.front();
  const int64_t lastDim = norm.isGroupNorm ? 1 : type.getRank() - 1;
  Value scale = createParameter(builder, loc, "scale", type, firstDim, lastDim,
                                values.scale);
  const APFloat epsilon(value.epsilon);
  if (!value.isCentered)
    return bn::RMSNormOp::create(builder, loc, type, value.input, scale,
                                 epsilon, firstDim);
  Value offset;
  if (norm.isGroupNorm || !isZero(values.shift))
    offset = createParameter(builder, loc, "offset", type, firstDim, lastDim,
                             values.shift);
  if (norm.isGroupNorm)
    return bn::GroupNormOp::create(builder, loc, type, value.input, scale,
                                   offset, type.getDimSize(1), epsilon);
  return bn::LayerNormOp::create(builder, loc, type, value.input, scale, offset,
                                 epsilon, firstDim);
}

/// Whether `axes` are the dimensions of `rank` from some one on, not all.
bool areTrailing(ArrayRef<int64_t> axes, int64_t rank) {
  return !axes.empty() && axes.front() > 0 &&
         llvm::equal(axes, llvm::seq(axes.front(), rank));
}

void remarkBatchStatistics(Operation *root, const NormalizedValue &value) {
  const int64_t rank = cast<RankedTensorType>(value.input.getType()).getRank();
  if (!value.isCentered || !llvm::is_contained(value.axes, 0) ||
      static_cast<int64_t>(value.axes.size()) != rank - 1)
    return;
  std::string reason;
  llvm::raw_string_ostream stream(reason);
  stream << "mean and variance are those of the batch, over dimensions ";
  llvm::interleaveComma(value.axes, stream);
  remarkRecognized(root, bn::TrainingOp::getOperationName());
  remarkKept(root, {ObstacleKind::TrainingStatistics, reason});
}

bool raiseNormalization(Operation *root, const NormalizationMatch &match,
                        ConstantExpressions &constants) {
  const NormalizedValue &value = match.value;
  const int64_t rank = cast<RankedTensorType>(value.input.getType()).getRank();
  if (!areTrailing(value.axes, rank)) {
    remarkBatchStatistics(root, value);
    return false;
  }
  auto norm = getNorm(root, match, value.axes.front(), rank - 1, constants);
  if (value.isCentered && value.axes.front() == 2)
    if (auto group = getNorm(root, match, 1, 1, constants)) {
      group->isGroupNorm = true;
      // Images have instance norms, sequences layer norms, if nothing tells.
      if (!norm || group->numSteps() > norm->numSteps() ||
          (group->numSteps() == norm->numSteps() && rank > 3))
        norm = group;
    }
  if (!norm)
    return false;
  OpBuilder builder(norm->last);
  Value raised = buildNorm(builder, value, *norm);
  remarkRecognized(raised.getDefiningOp());
  norm->last->getResult(0).replaceAllUsesWith(raised);
  return true;
}

//===----------------------------------------------------------------------===//
// Group norm between reshapes
//===----------------------------------------------------------------------===//

/// The groups of the norm under `join`, which normalizes N×G×…, without scale
/// and offset of its own, over all dimensions but the first two.
struct GroupedNorm {
  Value input;
  int64_t groups = 0;
  APFloat epsilon{0.0};
};

std::optional<GroupedNorm> matchGroupedNorm(nn::ReshapeOp join,
                                            ConstantExpressions &constants) {
  Operation *norm = join.getInput().getDefiningOp();
  Value offset;
  APFloat epsilon(0.0);
  if (auto group = dyn_cast_or_null<bn::GroupNormOp>(norm)) {
    if (static_cast<int64_t>(group.getGroups()) !=
        group.getInput().getType().getDimSize(1))
      return std::nullopt;
    offset = group.getOffset();
    epsilon = group.getEpsilon();
  } else if (auto layer = dyn_cast_or_null<bn::LayerNormOp>(norm)) {
    if (layer.getAxis() != 2)
      return std::nullopt;
    offset = layer.getOffset();
    epsilon = layer.getEpsilon();
  } else {
    return std::nullopt;
  }
  auto split = norm->getOperand(0).getDefiningOp<nn::ReshapeOp>();
  if (!split || split.getInput().getType() != join.getType() ||
      constants.getUniform(norm->getOperand(1)) != 1 ||
      (offset && constants.getUniform(offset) != 0))
    return std::nullopt;
  return GroupedNorm{split.getInput(), split.getType().getDimSize(1), epsilon};
}

/// Whether the groups of `split`, N×G×…, are runs of channels of `image`.
bool splitsChannels(RankedTensorType image, RankedTensorType split) {
  if (image.getRank() < 2 || split.getRank() < 3 || image.isDynamicDim(1) ||
      split.isDynamicDim(1) || split.getDimSize(0) != image.getDimSize(0) ||
      image.getDimSize(1) % split.getDimSize(1) != 0)
    return false;
  // An unknown batch is the same if all other sizes are known.
  return !image.isDynamicDim(0) ||
         (image.getNumDynamicDims() == 1 && split.getNumDynamicDims() == 1);
}

bool raiseGroupNorm(nn::ReshapeOp join, ConstantExpressions &constants) {
  auto grouped = matchGroupedNorm(join, constants);
  auto type = join.getType();
  if (!grouped ||
      !splitsChannels(type, cast<RankedTensorType>(join.getInput().getType())))
    return false;
  NormWithAffine norm{
      AffineChain(type, 1, 1), join, {join.getInput().getLoc()}};
  appendFollowing(norm, /*takesOffset=*/true, constants);
  OpBuilder builder(norm.last);
  const Location loc = builder.getFusedLoc(norm.locations);
  const ScaleAndShift &values = norm.affine.getValues();
  Value scale =
      createParameter(builder, loc, "scale", type, 1, 1, values.scale);
  Value offset =
      createParameter(builder, loc, "offset", type, 1, 1, values.shift);
  auto group =
      bn::GroupNormOp::create(builder, loc, type, grouped->input, scale, offset,
                              grouped->groups, grouped->epsilon);
  remarkRecognized(group);
  norm.last->getResult(0).replaceAllUsesWith(group.getResult());
  return true;
}

} // namespace

int64_t raiseStatistics(func::FuncOp function, ConstantExpressions &constants) {
  int64_t numRaised = 0;
  SmallVector<Operation *> roots;
  function.walk([&](Operation *op) {
    if (isa<nn::DivOp, nn::MulOp, nn::AddOp, nn::SubOp>(op))
      roots.push_back(op);
  });
  for (Operation *root : roots)
    if (!root->use_empty())
      if (auto match = matchNormalization(root, constants))
        numRaised += raiseNormalization(root, *match, constants);
  // Norms between reshapes are norms first.
  SmallVector<nn::ReshapeOp> joins;
  function.walk([&](nn::ReshapeOp join) { joins.push_back(join); });
  for (nn::ReshapeOp join : joins)
    if (!join->use_empty())
      numRaised += raiseGroupNorm(join, constants);
  return numRaised;
}

} // namespace bnopt
