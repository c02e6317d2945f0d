//===- ChooseSchedules.cpp - Choose register tiles ------------------------===//

#include "passes/Passes.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/TileModel.h"

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
    if (auto conv = dyn_cast<nn::ConvOp>(op))
      weights = conv.getWeights();
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

static TileProblem describeConvolution(kernel::FuncOp kernel, nn::ConvOp conv) {
  auto shape = cast<RankedTensorType>(conv.getType()).getShape();
  TileProblem problem;
  problem.outputChannels = shape[1];
  problem.groups = conv.getGroups();
  problem.rowPixels = shape.back();
  if (canMergePixels(kernel))
    problem.rowPixels = ShapedType::getNumElements(shape.drop_front(2));
  // An input that is computed while it is loaded lies dense in a strip.
  auto input = dyn_cast<BlockArgument>(conv.getInput());
  const int64_t step =
      input ? getOperandStrides(kernel, input.getArgNumber()).back()
            : cast<ShapedType>(conv.getInput().getType()).getDimSize(1);
  problem.inputStepBytes = step * conv.getStrideValues().back() * sizeof(float);
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

/// Whether every launch passes a constant of its own to argument `index`, so
/// that it can be packed at compile time.
static bool isAlwaysConstant(ArrayRef<kernel::LaunchOp> launches,
                             unsigned index) {
  return llvm::all_of(launches, [&](kernel::LaunchOp launch) {
    return launch.getInputs()[index].getDefiningOp<arith::ConstantOp>();
  });
}

namespace {
struct ChooseSchedulesPass
    : bnopt::impl::ChooseSchedulesPassBase<ChooseSchedulesPass> {
  using ChooseSchedulesPassBase::ChooseSchedulesPassBase;

  void runOnOperation() override {
    DenseMap<StringAttr, SmallVector<kernel::LaunchOp>> launches;
    getOperation().walk([&](kernel::LaunchOp launch) {
      launches[launch.getCalleeAttr().getAttr()].push_back(launch);
    });
    for (auto kernel : getOperation().getOps<kernel::FuncOp>())
      if (auto anchor = findAnchor(kernel))
        schedule(kernel, *anchor, launches[kernel.getSymNameAttr()]);
  }

  void schedule(kernel::FuncOp kernel, const Anchor &anchor,
                ArrayRef<kernel::LaunchOp> launches) {
    auto conv = dyn_cast<nn::ConvOp>(anchor.op);
    TileProblem problem =
        conv ? describeConvolution(kernel, conv) : describeProduct(anchor.op);
    for (unsigned index = 0; index < kernel.getNumArguments(); ++index)
      problem.exact |= canReplaceArgument(kernel, index);

    VectorUnit unit{int64_t(vectorBytes / sizeof(float)), registers};
    Tile tile = chooseTile(problem, unit);
    // A depthwise tile runs over all channels; there is nothing to reduce.
    if (conv && conv.isDepthwise())
      tile.channels = problem.outputChannels;
    kernel.setScheduleAttr(
        kernel::DirectAttr::get(&getContext(), tile.channels, tile.pixels));
    unsigned weights = anchor.weights.getArgNumber();
    if (isAlwaysConstant(launches, weights))
      kernel.setArgAttr(weights, kernel::layoutAttrName,
                        kernel::PackedAttr::get(&getContext(), tile.channels));
  }
};
} // namespace
