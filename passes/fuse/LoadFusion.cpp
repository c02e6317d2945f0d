//===- LoadFusion.cpp - What a kernel may compute while it loads ----------===//
//
// Convolutions and matrix products with constant weights compute each element
// of a strip once and keep it in cache (`StripModel`), and so do gradients of
// their inputs; gradients of weights those of a run. Operators that read each
// element once compute it where they read it. What reads elements several
// times does so if that is cheap.
//
//===----------------------------------------------------------------------===//

#include "passes/fuse/LoadFusion.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"
#include "passes/fuse/KernelGroup.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/StripModel.h"
#include "passes/lower/WeightGradientRuns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace bnopt {

bool isCheap(ArrayRef<Operation *> load, Operation *reader) {
  // For each element there are as many multiply-adds as channels.
  const bool isForConvolution =
      isa<nn::ConvOp, nn::ConvInputGradientOp, nn::ConvWeightGradientOp>(
          reader);
  return llvm::all_of(load, [&](Operation *op) {
    return isCheap(op) || (isForConvolution && isa<bn::GradientInputOp>(op));
  });
}

bool isCheap(ArrayRef<Operation *> load) {
  return llvm::all_of(
      load,
      llvm::IsaPred<bn::ScaleShiftOp, nn::ReluOp, nn::LeakyReluOp, nn::PReluOp,
                    nn::ClipOp, nn::AddOp, nn::SubOp, nn::MulOp, nn::MinOp,
                    nn::MaxOp, nn::NegOp, nn::AbsOp, nn::GateOp, nn::CastOp,
                    bn::NormalizeOp, bn::InferenceOp>);
}

/// A splat is no argument of the kernel, so that it cannot be packed.
static bool isSplat(Value weights) {
  auto constant = weights.getDefiningOp<arith::ConstantOp>();
  return constant && isa<SplatElementsAttr>(constant.getValue());
}

/// Weights that can be packed when the model is compiled.
static bool isPackable(Value weights) {
  return weights.getDefiningOp<arith::ConstantOp>() && !isSplat(weights);
}

/// What a strip of the result of `op` reads of `input`.
template <typename ConvOp>
static StripProblem describeStrip(ConvOp op, RankedTensorType input) {
  std::vector<int64_t> extents;
  std::vector<WindowSteps> windows;
  for (auto [extent, stride, dilation, size] : llvm::zip_equal(
           op.getType().getShape().drop_front(2), op.getStrideValues(),
           op.getDilationValues(), op.getKernelShape())) {
    extents.insert(extents.begin(), extent);
    windows.insert(windows.begin(), {stride, (size - 1) * dilation + 1});
  }
  return StripProblem::get(input.getDimSize(1), extents, windows);
}

StripProblem getStripProblem(nn::ConvOp conv) {
  return describeStrip(conv, cast<RankedTensorType>(conv.getInput().getType()));
}

StripProblem getStripProblem(nn::ConvInputGradientOp gradient) {
  return describeStrip(gradient, gradient.getOutputGradient().getType());
}

/// Whether the input of a strip stays in cache, whatever tile is chosen.
static bool hasStrip(StripProblem problem) {
  problem.tilePixels = maxTilePixels;
  return chooseStrip(problem).has_value();
}

static bool canLoadStrips(nn::ConvOp conv) {
  auto input = cast<RankedTensorType>(conv.getInput().getType());
  if (conv.getGroups() != 1 || !input.hasStaticShape() ||
      !isPackable(conv.getWeights()))
    return false;
  StripProblem problem = getStripProblem(conv);
  // Rows of a pointwise convolution may become one.
  if (isPointwise(conv))
    problem.rowPixels =
        ShapedType::getNumElements(conv.getType().getShape().drop_front(2));
  return hasStrip(problem);
}

bool hasNoStrides(nn::ConvInputGradientOp gradient) {
  return llvm::all_of(gradient.getStrideValues(),
                      [](int64_t stride) { return stride == 1; });
}

static bool canLoadStrips(nn::ConvInputGradientOp gradient) {
  if (gradient.getGroups() != 1 || !hasNoStrides(gradient) ||
      !gradient.getType().hasStaticShape() ||
      !gradient.getOutputGradient().getType().hasStaticShape() ||
      isSplat(gradient.getWeights()))
    return false;
  return hasStrip(getStripProblem(gradient));
}

static bool canLoadStrips(nn::GemmOp gemm) {
  auto rows = cast<RankedTensorType>(gemm.getA().getType());
  if (gemm.getTransA() || !rows.hasStaticShape() || !isPackable(gemm.getB()))
    return false;
  return hasStrip(
      StripProblem::get(rows.getDimSize(1), {rows.getDimSize(0)}, {{}}));
}

/// Whether no element is in two windows.
template <typename PoolOp>
static bool readsOnce(PoolOp pool) {
  return llvm::all_of(llvm::zip_equal(pool.getKernelShape(),
                                      pool.getStrideValues(),
                                      pool.getDilationValues()),
                      [](auto dim) {
                        auto [size, stride, dilation] = dim;
                        return (size - 1) * dilation < stride;
                      });
}

bool canComputeInLoad(OpOperand &use, ArrayRef<Operation *> load) {
  // What normalizations read, they read twice.
  if (isa<bn::TrainingOp, bn::StatisticsOp, bn::GradientOp,
          bn::GradientStatisticsOp>(use.getOwner()))
    return isCheap(load) &&
           use.get().getType() == use.getOwner()->getOperand(0).getType();
  // What reads each element once, beside the statistics that do too.
  if (isa<bn::GradientInputOp>(use.getOwner()))
    return isCheap(load) &&
           use.get().getType() == use.getOwner()->getOperand(0).getType();
  // A run of it is copied once per tile of its channels.
  if (auto gradient = dyn_cast<nn::ConvWeightGradientOp>(use.getOwner());
      gradient && &use == &gradient.getOutputGradientMutable())
    return isCheap(load, gradient) && canLoadGradientRuns(gradient);
  // The image, the output's gradient, or the left factor; weights are packed.
  if (use.getOperandNumber() != 0)
    return false;
  return llvm::TypeSwitch<Operation *, bool>(use.getOwner())
      .Case<nn::ConvOp, nn::ConvInputGradientOp, nn::GemmOp>(
          [](auto op) { return canLoadStrips(op); })
      .Case<nn::MaxPoolOp, nn::AveragePoolOp>(
          [&](auto op) { return readsOnce(op) || isCheap(load); })
      // Once per tile of output channels.
      .Case([&](nn::ConvWeightGradientOp op) {
        return isCheap(load) && canLoadRuns(op);
      })
      .Case<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp, nn::SliceOp,
            nn::TransposeOp, nn::ChannelShuffleOp, nn::DepthToSpaceOp>(
          [](Operation *) { return true; })
      .Case<nn::PadOp, nn::ResizeOp>([&](Operation *) { return isCheap(load); })
      .Default(false);
}

/// The groups that may compute `group` in their loads: all of those that read
/// its result, or none.
static SetVector<KernelGroup *>
findLoaders(const KernelGroup &group,
            const DenseMap<Operation *, KernelGroup *> &groupOfFirst) {
  SetVector<KernelGroup *> loaders;
  if (!llvm::all_of(group, isElementwise))
    return loaders;
  Value result = group.back()->getResult(0);
  for (OpOperand &use : result.getUses()) {
    KernelGroup *loader = groupOfFirst.lookup(use.getOwner());
    if (!loader || !canComputeInLoad(use, group))
      return {};
    loaders.insert(loader);
  }
  const auto isCheapFor = [&](Operation *reader) {
    return isCheap(group, reader);
  };
  if (loaders.size() > 1 && !llvm::all_of(result.getUsers(), isCheapFor))
    return {};
  return loaders;
}

void fuseLoads(SmallVectorImpl<KernelGroup> &groups) {
  DenseMap<Operation *, KernelGroup *> groupOfFirst;
  for (KernelGroup &group : groups)
    groupOfFirst[group.front()] = &group;
  for (KernelGroup &group : groups) {
    SetVector<KernelGroup *> loaders = findLoaders(group, groupOfFirst);
    for (KernelGroup *loader : loaders)
      loader->insert(loader->begin(), group.begin(), group.end());
    if (!loaders.empty())
      group.clear();
  }
  llvm::erase_if(groups,
                 [](const KernelGroup &group) { return group.empty(); });
}

} // namespace bnopt
