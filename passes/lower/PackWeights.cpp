//===- PackWeights.cpp - Rewrite weights in reading order -----------------===//
//
// Convolution weights O×I×K1×… become ⌈O/T⌉×K1×…×I×T, a matrix K×N (or N×K,
// where the product transposes it) becomes ⌈N/T⌉×K×T, so that a register tile
// of T output channels reads one run of memory per reduction step. Depthwise
// weights (I = 1, T = O) come out as K1×…×O by the same rule.
//
//===----------------------------------------------------------------------===//

#include "dialect/Kernel/KernelLayouts.h"
#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Threading.h"

namespace bnopt {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

namespace {
/// Weights seen as `[outputs][inputs][taps]` with a stride for each, before
/// packing.
struct WeightView {
  int64_t outputs, inputs, taps;
  int64_t outputStride, inputStride, tapStride;
};
} // namespace

static WeightView viewWeights(RankedTensorType type, bool transposed) {
  ArrayRef<int64_t> shape = type.getShape();
  if (shape.size() == 2) {
    int64_t rows = shape[0], columns = shape[1];
    if (transposed)
      return {rows, columns, 1, columns, 1, 0};
    return {columns, rows, 1, 1, columns, 0};
  }
  int64_t taps = ShapedType::getNumElements(shape.drop_front(2));
  return {shape[0], shape[1], taps, shape[1] * taps, taps, 1};
}

/// The recipe of `weights`, packed; null if they have none.
static bn::RecipeAttr packRecipe(Value weights, const WeightView &view,
                                 int64_t tile) {
  bn::RecipeAttr recipe = getRecipe(weights);
  if (!recipe)
    return nullptr;
  return bn::RecipeAttr::get(recipe.getContext(), recipe.getRole(),
                             recipe.getOperand(), recipe.getSteps(),
                             recipe.getView(),
                             {tile, view.outputs, view.inputs, view.taps,
                              view.outputStride, view.inputStride});
}

static Value pack(Value weights, int64_t tile, bool transposed,
                  OpBuilder &builder) {
  auto data = ConstantData::getInitial(weights);
  auto type = cast<RankedTensorType>(weights.getType());
  WeightView view = viewWeights(type, transposed);
  SmallVector<int64_t> shape =
      kernel::getPackedShape(type.getShape(), tile, transposed);
  int64_t blocks = shape.front();

  ConstantBuffer buffer(RankedTensorType::get(shape, type.getElementType()));
  int64_t blockSize = view.taps * view.inputs * tile;
  parallelFor(builder.getContext(), 0, blocks, [&](size_t block) {
    int64_t begin = block * blockSize;
    for (int64_t tap = 0; tap < view.taps; ++tap)
      for (int64_t input = 0; input < view.inputs; ++input) {
        int64_t row = begin + (tap * view.inputs + input) * tile;
        int64_t source = tap * view.tapStride + input * view.inputStride;
        buffer.fill(row, row + tile, [&](int64_t index) {
          int64_t output = int64_t(block) * tile + index - row;
          return output < view.outputs
                     ? (*data)[source + output * view.outputStride]
                     : 0.0;
        });
      }
  });
  return std::move(buffer).build(builder, weights.getLoc(), "packed",
                                 packRecipe(weights, view, tile));
}

/// Whether the argument is a matrix whose rows are the output features.
static bool isTransposedMatrix(BlockArgument arg) {
  return llvm::any_of(arg.getUsers(), [&](Operation *user) {
    auto gemm = dyn_cast<nn::GemmOp>(user);
    return gemm && gemm.getB() == arg && gemm.getTransB();
  });
}

namespace {
struct PackWeightsPass : bnopt::impl::PackWeightsPassBase<PackWeightsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    // One map for matrices in either order.
    using Key = std::pair<Attribute, int64_t>;
    DenseMap<Key, Value> packedOf[2];
    getOperation().walk([&](kernel::LaunchOp launch) {
      auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
      for (OpOperand &operand : launch.getInputsMutable()) {
        unsigned index = operand.getOperandNumber();
        auto layout =
            dyn_cast_or_null<kernel::PackedAttr>(kernel.getArgLayout(index));
        auto constant = operand.get().getDefiningOp<arith::ConstantOp>();
        if (!layout || !constant)
          continue;
        bool transposed =
            isTransposedMatrix(kernel.getBody().getArgument(index));
        Value &value =
            packedOf[transposed][{constant.getValue(), layout.getTile()}];
        if (!value) {
          OpBuilder builder(constant);
          value = pack(constant, layout.getTile(), transposed, builder);
        }
        operand.set(value);
        if (constant.use_empty())
          constant.erase();
      }
    });
  }
};
} // namespace
