//===- ChooseSchedules.cpp - Choose register tiles ------------------------===//

#include "dialect/BN/BNOps.h"
#include "passes/Passes.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/PackingKernels.h"
#include "passes/lower/TileModel.h"
#include "passes/lower/WeightGradientRuns.h"

#include "mlir/IR/SymbolTable.h"

namespace bnopt {
#define GEN_PASS_DEF_CHOOSESCHEDULESPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

namespace {
/// The linear operator of a kernel, and its weights where they are an
/// argument.
struct Anchor {
  Operation *op;
  BlockArgument weights;
};
} // namespace

static std::optional<Anchor> findAnchor(kernel::FuncOp kernel) {
  for (Operation &op : kernel.getBody().getOps()) {
    Value weights;
    if (isa<nn::ConvWeightGradientOp>(op))
      return Anchor{&op, nullptr};
    if (auto conv = dyn_cast<nn::ConvOp>(op))
      weights = conv.getWeights();
    else if (auto gradient = dyn_cast<nn::ConvInputGradientOp>(op))
      weights = gradient.getWeights();
    else if (auto gemm = dyn_cast<nn::GemmOp>(op))
      weights = gemm.getB();
    else if (auto matmul = dyn_cast<nn::MatMulOp>(op);
             matmul &&
             cast<ShapedType>(matmul.getRhs().getType()).getRank() == 2)
      weights = matmul.getRhs();
    if (auto arg = dyn_cast_or_null<BlockArgument>(weights))
      return Anchor{&op, arg};
  }
  return std::nullopt;
}

/// Bytes between the elements of `input` that neighbouring pixels read.
static int64_t getStepBytes(kernel::FuncOp kernel, Value input,
                            int64_t stride) {
  // An input that is computed while it is loaded lies dense in a strip.
  auto argument = dyn_cast<BlockArgument>(input);
  const int64_t step =
      argument ? getOperandStrides(kernel, argument.getArgNumber()).back()
               : cast<ShapedType>(input.getType()).getDimSize(1);
  return step * stride * sizeof(float);
}

/// Pixels of a row of `shape`, of which a tile computes every `stride`-th, or
/// of a run whose statistics are taken.
static int64_t getRowPixels(kernel::FuncOp kernel, ArrayRef<int64_t> shape,
                            int64_t stride) {
  for (auto partial : kernel.getBody().getOps<bn::PartialStatisticsOp>())
    return static_cast<int64_t>(partial.getRun());
  for (auto partial :
       kernel.getBody().getOps<bn::PartialGradientStatisticsOp>())
    return static_cast<int64_t>(partial.getRun());
  if (canMergePixels(kernel))
    return ShapedType::getNumElements(shape.drop_front(2));
  return (shape.back() + stride - 1) / stride;
}

static TileProblem describeConvolution(kernel::FuncOp kernel, nn::ConvOp conv) {
  auto shape = cast<RankedTensorType>(conv.getType()).getShape();
  TileProblem problem;
  problem.outputChannels = shape[1];
  problem.groups = conv.getGroups();
  problem.rowPixels = getRowPixels(kernel, shape, 1);
  problem.inputStepBytes =
      getStepBytes(kernel, conv.getInput(), conv.getStrideValues().back());
  return problem;
}

static TileProblem describeInputGradient(kernel::FuncOp kernel,
                                         nn::ConvInputGradientOp gradient) {
  ArrayRef<int64_t> shape = gradient.getType().getShape();
  TileProblem problem;
  problem.outputChannels = shape[1];
  problem.groups = gradient.getGroups();
  problem.rowPixels =
      getRowPixels(kernel, shape, gradient.getStrideValues().back());
  problem.inputStepBytes =
      getStepBytes(kernel, gradient.getOutputGradient(), 1);
  return problem;
}

static TileProblem describeProduct(Operation *op) {
  auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  TileProblem problem;
  problem.outputChannels = shape.back();
  problem.rowPixels = shape.size() > 1 ? shape[shape.size() - 2] : 1;
  problem.inputStepBytes =
      cast<RankedTensorType>(op->getOperand(0).getType()).getShape().back() *
      sizeof(float);
  return problem;
}

static TileProblem describe(kernel::FuncOp kernel, Operation *op) {
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    return describeConvolution(kernel, conv);
  if (auto gradient = dyn_cast<nn::ConvInputGradientOp>(op))
    return describeInputGradient(kernel, gradient);
  return describeProduct(op);
}

/// Whether nothing is shared between channels, so that a tile runs over all of
/// them.
static bool isDepthwise(Operation *op) {
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    return conv.isDepthwise();
  auto gradient = dyn_cast<nn::ConvInputGradientOp>(op);
  if (!gradient)
    return false;
  const int64_t groups = gradient.getGroups();
  return groups > 1 && groups == gradient.getWeights().getType().getDimSize(0);
}

/// How often each weight is read: products with fewer pixels than this are done
/// before their weights would be packed.
static constexpr int64_t leastPackedPixels = 16;

static bool isWorthPacking(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t channels =
      type.getRank() > 2 ? type.getDimSize(1) : type.getShape().back();
  return type.getNumElements() >= leastPackedPixels * channels;
}

/// The order in which the anchor reads its weights.
static kernel::PackedAttr getPacked(Operation *op, int64_t tile) {
  MLIRContext *context = op->getContext();
  if (auto gradient = dyn_cast<nn::ConvInputGradientOp>(op))
    return kernel::PackedAttr::get(context, tile, /*transposed=*/true,
                                   gradient.getGroups(), /*parts=*/1);
  auto gemm = dyn_cast<nn::GemmOp>(op);
  return kernel::PackedAttr::get(context, tile, gemm && gemm.getTransB(),
                                 /*groups=*/1, /*parts=*/1);
}

namespace {
using Launches = ArrayRef<kernel::LaunchOp>;

struct ChooseSchedulesPass
    : bnopt::impl::ChooseSchedulesPassBase<ChooseSchedulesPass> {
  using ChooseSchedulesPassBase::ChooseSchedulesPassBase;

  void runOnOperation() override {
    DenseMap<StringAttr, SmallVector<kernel::LaunchOp>> launches;
    getOperation().walk([&](kernel::LaunchOp launch) {
      launches[launch.getCalleeAttr().getAttr()].push_back(launch);
    });
    SymbolTable symbols(getOperation());
    PackingKernels packing(symbols);
    auto kernels = llvm::to_vector(getOperation().getOps<kernel::FuncOp>());
    for (kernel::FuncOp kernel : kernels)
      if (auto anchor = findAnchor(kernel))
        schedule(kernel, *anchor, launches[kernel.getSymNameAttr()], packing);
  }

  VectorUnit getUnit() const {
    return {int64_t(vectorBytes / sizeof(float)), registers};
  }

  void schedule(kernel::FuncOp kernel, const Anchor &anchor, Launches launches,
                PackingKernels &packing) {
    if (auto gradient = dyn_cast<nn::ConvWeightGradientOp>(anchor.op))
      return scheduleWeightGradient(kernel, gradient, launches, packing);
    TileProblem problem = describe(kernel, anchor.op);
    for (unsigned index = 0; index < kernel.getNumArguments(); ++index)
      problem.exact |= canReplaceArgument(kernel, index);

    Tile tile = chooseTile(problem, getUnit());
    if (isDepthwise(anchor.op))
      tile.channels = problem.outputChannels;
    kernel.setScheduleAttr(
        kernel::DirectAttr::get(&getContext(), tile.channels, tile.pixels));
    packWeights(kernel, anchor, tile.channels, launches, packing);
  }

  /// Constants are packed by `bn-pack-weights`, what is computed or comes from
  /// outside by a kernel of its own.
  void packWeights(kernel::FuncOp kernel, const Anchor &anchor, int64_t tile,
                   Launches launches, PackingKernels &packing) {
    const unsigned weights = anchor.weights.getArgNumber();
    const bool isGradient = isa<nn::ConvInputGradientOp>(anchor.op);
    const auto isConstant = [&](kernel::LaunchOp launch) {
      return !isGradient &&
             launch.getInputs()[weights].getDefiningOp<arith::ConstantOp>();
    };
    if (!llvm::all_of(launches, isConstant) && !isWorthPacking(anchor.op))
      return;
    const Attribute layout = kernel.getArgLayout(weights);
    const kernel::PackedAttr packed = getPacked(anchor.op, tile);
    kernel.setArgAttr(
        weights, kernel::layoutAttrName,
        isGradient ? packed : kernel::PackedAttr::get(&getContext(), tile));
    for (kernel::LaunchOp launch : launches)
      if (!isConstant(launch))
        packing.packOperand(launch, weights, layout, packed);
  }

  void scheduleWeightGradient(kernel::FuncOp kernel,
                              nn::ConvWeightGradientOp gradient,
                              Launches launches, PackingKernels &packing) {
    ArrayRef<int64_t> shape = gradient.getType().getShape();
    Tile tile = chooseWeightGradientTile(
        {shape[0] / int64_t(gradient.getGroups()), shape[1]}, getUnit());
    if (gradient.isDepthwise())
      tile.channels = shape[0];
    kernel.setScheduleAttr(
        kernel::DirectAttr::get(&getContext(), tile.channels, tile.pixels));
    const Attribute layout = kernel.getResultLayout();
    const auto packed = kernel::PackedAttr::get(
        &getContext(), tile.channels, /*transposed=*/false, /*groups=*/1,
        getWeightGradientRuns(gradient).parts);
    kernel.setResultAttr(0, kernel::layoutAttrName, packed);
    for (kernel::LaunchOp launch : launches)
      packing.unpackResult(launch, layout, packed);
  }
};
} // namespace
