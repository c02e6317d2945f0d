//===- LayoutCopies.cpp - Copies between memory orders --------------------===//

#include "passes/lower/LayoutCopies.h"

#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNGradientShapes.h"
#include "dialect/NN/NNOps.h"
#include "passes/lower/MemoryOrders.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// What the gradient of a convolution's input reads around the gradient of its
/// output, as low pads, then high ones.
static SmallVector<int64_t> getReach(nn::ConvInputGradientOp op) {
  auto window = nn::getWindow(op.getKernelShape(), op.getStrides(),
                              op.getPads(), op.getDilations());
  const int64_t dims = window.size();
  SmallVector<int64_t> reach(2 * dims);
  for (auto [dim, windowDim] : llvm::enumerate(window)) {
    const int64_t size = op.getType().getDimSize(dim + 2);
    std::tie(reach[dim], reach[dim + dims]) = nn::getGradientReach(
        nn::getGradientPhases(windowDim),
        llvm::divideCeil(size, windowDim.stride),
        op.getOutputGradient().getType().getDimSize(dim + 2));
  }
  return reach;
}

/// The elements around the tensor that `use` reads; none but for convolutions
/// and their gradients.
static SmallVector<int64_t> getReadPads(OpOperand &use) {
  if (auto conv = dyn_cast<nn::ConvOp>(use.getOwner()))
    return use.get() == conv.getInput() ? conv.getPadValues()
                                        : SmallVector<int64_t>();
  if (auto gradient = dyn_cast<nn::ConvInputGradientOp>(use.getOwner()))
    return use.get() == gradient.getOutputGradient() ? getReach(gradient)
                                                     : SmallVector<int64_t>();
  if (auto gradient = dyn_cast<nn::ConvWeightGradientOp>(use.getOwner()))
    return use.get() == gradient.getInput() ? gradient.getPadValues()
                                            : SmallVector<int64_t>();
  return {};
}

/// The pads of the convolutions that read argument `index` of `kernel`, in
/// the form of a halo.
static Halo getConvolutionPads(kernel::FuncOp kernel, unsigned index) {
  Halo halo;
  BlockArgument arg = kernel.getBody().getArgument(index);
  int64_t rank = getTensorType(arg).getRank();
  for (OpOperand &use : arg.getUses()) {
    SmallVector<int64_t> pads = getReadPads(use);
    if (rank > 4 || llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
      continue;
    Halo needed(2 * rank, 0);
    for (int64_t dim = 0; dim < rank - 2; ++dim) {
      needed[2 * (dim + 2)] = pads[dim];
      needed[2 * (dim + 2) + 1] = pads[dim + rank - 2];
    }
    coverHalo(halo, needed);
  }
  return halo;
}

Halo bnopt::getWantedHalo(Value value, const SymbolTable &symbols) {
  Halo halo;
  for (OpOperand &use : value.getUses()) {
    auto launch = dyn_cast<kernel::LaunchOp>(use.getOwner());
    if (!launch)
      continue;
    auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
    Halo pads = getConvolutionPads(kernel, use.getOperandNumber());
    if (!pads.empty())
      coverHalo(halo, pads);
  }
  return halo;
}

namespace {
class CopyInserter {
public:
  CopyInserter(func::FuncOp func, SymbolTable &symbols)
      : func(func), symbols(symbols), builder(func.getContext()) {}

  LayoutPlan run();

private:
  void copyInputs();
  void copyAroundTransposes();
  void copyOutputs();
  void copyAroundReshapes();
  void copyIntoConcats();

  /// Whether the elements of `value` lie in row-major order without a copy.
  bool isRowMajor(Value value) {
    return (plan.rowMajor.contains(value) ||
            isChannelsLastRowMajor(getTensorType(value).getShape())) &&
           getWantedHalo(value, symbols).empty();
  }

  /// A launch of a kernel that returns its argument, at the builder's place.
  Value copy(Value value, Location loc);

  func::FuncOp func;
  SymbolTable &symbols;
  OpBuilder builder;
  LayoutPlan plan;
};
} // namespace

Value CopyInserter::copy(Value value, Location loc) {
  auto type = builder.getFunctionType(value.getType(), value.getType());
  OpBuilder moduleBuilder = OpBuilder::atBlockEnd(func->getBlock());
  auto kernel = kernel::FuncOp::create(moduleBuilder, loc, "copy", type);
  Block &body = kernel.getBody().front();
  moduleBuilder.setInsertionPointToEnd(&body);
  kernel::ReturnOp::create(moduleBuilder, loc, body.getArgument(0));
  symbols.insert(kernel);
  ++plan.numCopies;
  return kernel::LaunchOp::create(builder, loc, value.getType(),
                                  kernel.getSymName(), value, ValueRange())
      .getResult(0);
}

void CopyInserter::copyInputs() {
  builder.setInsertionPointToStart(&func.getBody().front());
  for (BlockArgument arg : func.getArguments()) {
    if (!isRowMajor(arg)) {
      Value copied = copy(arg, arg.getLoc());
      arg.replaceUsesWithIf(copied, [&](OpOperand &use) {
        return use.getOwner() != copied.getDefiningOp() &&
               !isTransposedInput(use.getOwner());
      });
    }
    plan.rowMajor.insert(arg);
  }
}

/// What a transposed input becomes, and a transposed output is made of, is
/// channels-last without a halo.
void CopyInserter::copyAroundTransposes() {
  const auto isPlain = [&](Value value, Operation *transpose) {
    return !plan.rowMajor.contains(value) &&
           getWantedHalo(value, symbols).empty() &&
           llvm::all_of(value.getUsers(), [&](Operation *user) {
             return user == transpose || isa<kernel::LaunchOp>(user);
           });
  };
  for (auto transpose :
       llvm::make_early_inc_range(func.getOps<nn::TransposeOp>())) {
    Value input = transpose.getInput(), result = transpose.getResult();
    if (isTransposedInput(transpose) && !isPlain(result, nullptr)) {
      builder.setInsertionPointAfter(transpose);
      Value copied = copy(result, transpose.getLoc());
      result.replaceAllUsesExcept(copied, copied.getDefiningOp());
    } else if (isTransposedOutput(transpose) &&
               !(input.getDefiningOp<kernel::LaunchOp>() &&
                 isPlain(input, transpose))) {
      builder.setInsertionPoint(transpose);
      transpose.getInputMutable().assign(copy(input, transpose.getLoc()));
    }
  }
}

void CopyInserter::copyOutputs() {
  Operation *terminator = func.getBody().front().getTerminator();
  builder.setInsertionPoint(terminator);
  llvm::SmallDenseSet<Value> returned;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = operand.get();
    Operation *producer = value.getDefiningOp();
    if (producer && isTransposedOutput(producer)) {
      plan.rowMajor.insert(value);
      continue;
    }
    bool onlyLaunchesRead =
        llvm::all_of(value.getUsers(), [&](Operation *user) {
          return user == terminator || isa<kernel::LaunchOp>(user);
        });
    if (!value.getDefiningOp<kernel::LaunchOp>() || !onlyLaunchesRead ||
        !isRowMajor(value) || !returned.insert(value).second)
      operand.set(copy(value, terminator->getLoc()));
    plan.rowMajor.insert(operand.get());
  }
}

void CopyInserter::copyAroundReshapes() {
  for (auto reshape :
       llvm::make_early_inc_range(func.getOps<nn::ReshapeOp>())) {
    Value input = reshape.getInput();
    bool isInMemory = isa<BlockArgument>(input) ||
                      input.getDefiningOp<kernel::LaunchOp>() ||
                      input.getDefiningOp<nn::ReshapeOp>();
    if (!isInMemory || !isRowMajor(input) || plan.parents.contains(input)) {
      builder.setInsertionPoint(reshape);
      reshape.getInputMutable().assign(copy(input, reshape.getLoc()));
      plan.rowMajor.insert(reshape.getInput());
    }
    Value result = reshape.getResult();
    if (!isRowMajor(result)) {
      builder.setInsertionPointAfter(reshape);
      Value copied = copy(result, reshape.getLoc());
      result.replaceAllUsesExcept(copied, copied.getDefiningOp());
      plan.rowMajor.insert(result);
    }
  }
}

void CopyInserter::copyIntoConcats() {
  for (auto concat : func.getOps<nn::ConcatOp>())
    for (OpOperand &operand : concat->getOpOperands()) {
      Value value = operand.get();
      bool isPlaceable = value.getDefiningOp<kernel::LaunchOp>() ||
                         value.getDefiningOp<nn::ConcatOp>();
      bool isReshaped =
          llvm::any_of(value.getUsers(), llvm::IsaPred<nn::ReshapeOp>);
      if (!isPlaceable || isReshaped || plan.rowMajor.contains(value) ||
          plan.parents.contains(value)) {
        builder.setInsertionPoint(concat);
        operand.set(copy(value, concat.getLoc()));
      }
      plan.parents[operand.get()] = concat.getResult();
    }
}

LayoutPlan CopyInserter::run() {
  plan.rowMajor = findRowMajorValues(func, symbols);
  copyInputs();
  copyAroundTransposes();
  copyOutputs();
  copyAroundReshapes();
  copyIntoConcats();
  return std::move(plan);
}

LayoutPlan bnopt::insertLayoutCopies(func::FuncOp func, SymbolTable &symbols) {
  return CopyInserter(func, symbols).run();
}
