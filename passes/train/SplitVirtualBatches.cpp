//===- SplitVirtualBatches.cpp - Statistics of parts of a batch -----------===//
//
// With parts x₁ … xₖ of the batch:
//
//   y = concat(bn.training(xᵢ)),  dx = concat(bn.gradient(xᵢ, dyᵢ))
//   dScale = Σ dScaleᵢ,  dOffset = Σ dOffsetᵢ
//
// and running statistics take one step per part, as they would if the parts
// were batches of their own.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SPLITVIRTUALBATCHESPASS
#include "passes/Passes.h.inc"

namespace {

using Parts = SmallVector<Value>;

/// The parts of `tensor` along its first dimension.
Parts slice(OpBuilder &builder, Location loc, Value tensor, int64_t size) {
  auto type = cast<RankedTensorType>(tensor.getType());
  const int64_t samples = type.getDimSize(0);
  SmallVector<int64_t> offsets(type.getRank(), 0), steps(type.getRank(), 1);
  Parts parts;
  for (int64_t first = 0; first < samples; first += size) {
    SmallVector<int64_t> sizes(type.getShape());
    sizes[0] = std::min(size, samples - first);
    offsets[0] = first;
    parts.push_back(
        nn::SliceOp::create(builder, loc, tensor, offsets, sizes, steps));
  }
  return parts;
}

Value join(OpBuilder &builder, Location loc, const Parts &parts) {
  return nn::ConcatOp::create(builder, loc, parts,
                              builder.getI64IntegerAttr(0));
}

Value add(OpBuilder &builder, Location loc, const Parts &parts) {
  Value sum = parts.front();
  for (Value part : ArrayRef(parts).drop_front())
    sum = nn::AddOp::create(builder, loc, sum, part);
  return sum;
}

/// Elements per feature.
int64_t getCount(Value tensor, int64_t featureIndex) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return type.getNumElements() / type.getDimSize(featureIndex);
}

class VirtualBatches {
public:
  VirtualBatches(bn::TrainingOp training, int64_t size)
      : training(training), size(size) {}

  bool canSplit();
  void split();

private:
  bool isUpdateOrGradient(Operation *user);
  void splitUpdate(bn::UpdateRunningOp update, const Parts &statistics);
  void splitGradient(bn::GradientOp gradient);

  bn::TrainingOp training;
  const int64_t size;
  Parts inputs, means, variances;
};

/// Whether `user` reads a statistic as such.
bool VirtualBatches::isUpdateOrGradient(Operation *user) {
  const auto isStatistic = [&](Value value) {
    return value == training.getBatchMean() ||
           value == training.getBatchVariance();
  };
  if (auto gradient = dyn_cast<bn::GradientOp>(user))
    return !isStatistic(gradient.getScale()) &&
           gradient.getInput() == training.getInput() &&
           gradient.getMean() == training.getBatchMean() &&
           gradient.getVariance() == training.getBatchVariance() &&
           gradient.getFeatureIndex() == training.getFeatureIndex() &&
           gradient.getOutputGradient().getType().hasStaticShape();
  auto update = dyn_cast<bn::UpdateRunningOp>(user);
  return update && !isStatistic(update.getRunning());
}

bool VirtualBatches::canSplit() {
  const RankedTensorType type = training.getInput().getType();
  const auto hasKnownUsers = [&](Value statistic) {
    return llvm::all_of(statistic.getUsers(), [&](Operation *user) {
      return isUpdateOrGradient(user);
    });
  };
  return type.hasStaticShape() && training.getFeatureIndex() != 0 &&
         !training.getMeanRest() && type.getDimSize(0) > size &&
         type.getNumElements() > 0 && hasKnownUsers(training.getBatchMean()) &&
         hasKnownUsers(training.getBatchVariance());
}

void VirtualBatches::splitUpdate(bn::UpdateRunningOp update,
                                 const Parts &statistics) {
  OpBuilder builder(update);
  Value running = update.getRunning();
  for (auto [input, statistic] : llvm::zip_equal(inputs, statistics))
    running = bn::UpdateRunningOp::create(
        builder, update.getLoc(), update.getType(), running, statistic,
        update.getMomentumAttr(), update.getConventionAttr(),
        update.getEstimatorAttr(),
        builder.getI64IntegerAttr(getCount(input, training.getFeatureIndex())));
  update.replaceAllUsesWith(running);
  update.erase();
}

void VirtualBatches::splitGradient(bn::GradientOp gradient) {
  OpBuilder builder(gradient);
  const Location loc = gradient.getLoc();
  const Parts outputs = slice(builder, loc, gradient.getOutputGradient(), size);
  Parts dx, dScale, dOffset;
  for (auto [input, mean, variance, output] :
       llvm::zip_equal(inputs, means, variances, outputs)) {
    auto part = bn::GradientOp::create(
        builder, loc, input, gradient.getScale(), mean, variance, output,
        gradient.getEpsilonAttr(), gradient.getFeatureIndexAttr());
    dx.push_back(part.getInputGradient());
    dScale.push_back(part.getScaleGradient());
    dOffset.push_back(part.getOffsetGradient());
  }
  gradient.replaceAllUsesWith(ValueRange{join(builder, loc, dx),
                                         add(builder, loc, dScale),
                                         add(builder, loc, dOffset)});
  gradient.erase();
}

void VirtualBatches::split() {
  OpBuilder builder(training);
  const Location loc = training.getLoc();
  inputs = slice(builder, loc, training.getInput(), size);
  Parts outputs;
  for (Value input : inputs) {
    auto part = bn::TrainingOp::create(
        builder, loc, input, training.getScale(), training.getOffset(),
        training.getEpsilonAttr(), training.getFeatureIndexAttr());
    outputs.push_back(part.getResult());
    means.push_back(part.getBatchMean());
    variances.push_back(part.getBatchVariance());
  }
  training.getResult().replaceAllUsesWith(join(builder, loc, outputs));
  for (auto [statistic, parts] : {std::pair(training.getBatchMean(), &means),
                                  {training.getBatchVariance(), &variances}})
    for (Operation *user : llvm::make_early_inc_range(statistic.getUsers())) {
      if (auto update = dyn_cast<bn::UpdateRunningOp>(user))
        splitUpdate(update, *parts);
    }
  // What is left reads both.
  for (Operation *user :
       llvm::make_early_inc_range(training.getBatchMean().getUsers()))
    splitGradient(cast<bn::GradientOp>(user));
  training.erase();
}

struct SplitVirtualBatchesPass
    : impl::SplitVirtualBatchesPassBase<SplitVirtualBatchesPass> {
  using SplitVirtualBatchesPassBase::SplitVirtualBatchesPassBase;

  void runOnOperation() override {
    if (size <= 0) {
      getOperation().emitError()
          << "expects 'size' to be positive, but got " << std::to_string(size);
      return signalPassFailure();
    }
    SmallVector<bn::TrainingOp> all;
    getOperation().walk([&](bn::TrainingOp op) { all.push_back(op); });
    for (bn::TrainingOp training : all) {
      VirtualBatches batches(training, size);
      if (!batches.canSplit())
        continue;
      batches.split();
      ++numSplit;
    }
  }
};

} // namespace
} // namespace bnopt
