/// Merged against separate: random sums of convolutions, pools and identities
/// of one input compute the same after their branches have been merged.

#include "ReferenceTest.h"

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <random>

namespace bnopt::reference {
namespace {

using namespace mlir;

/// One random sum of branches.
class RandomSum {
public:
  RandomSum(MLIRContext *context, uint64_t seed)
      : builder(context), loc(builder.getUnknownLoc()), engine(seed) {
    module = ModuleOp::create(loc);
    build();
  }

  OwningOpRef<ModuleOp> module;
  Tensor input;
  /// No branch is used elsewhere.
  bool mergeable = true;

private:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  bool oneIn(int64_t count) { return pick(1, count) == 1; }

  RankedTensorType getType(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, builder.getF64Type());
  }

  std::vector<double> random(int64_t count) {
    std::vector<double> values(count);
    for (double &value : values)
      value = std::normal_distribution<double>()(engine);
    return values;
  }

  Value randomConstant(ArrayRef<int64_t> shape) {
    return createConstant(builder, loc, "constant", getType(shape),
                          random(getNumElements(shape)));
  }

  void build() {
    spatial = pick(1, 2);
    channels = 2 * pick(1, 3);
    outputs = oneIn(3) ? 6 : channels;
    stride = oneIn(3) ? 2 : 1;
    SmallVector<int64_t> shape = {pick(1, 2), channels};
    for (int64_t dim = 0; dim < spatial; ++dim)
      shape.push_back(pick(3, 7));
    input = Tensor(shape);
    input.data = random(getNumElements(shape));

    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(builder, loc, "f",
                                         builder.getFunctionType({}, {}));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    x = block->addArgument(getType(shape), loc);
    // The largest first, so that the others fit into its window.
    SmallVector<Value> results = {buildConvolution(5, 1)};
    Value sum = results.front();
    for (int64_t left = pick(1, 4); left > 0; --left) {
      Value branch = buildBranch();
      if (oneIn(8)) {
        results.push_back(branch);
        mergeable = false;
      }
      sum = oneIn(2) ? nn::AddOp::create(builder, loc, sum, branch)
                     : nn::AddOp::create(builder, loc, branch, sum);
    }
    results.front() = sum;
    func::ReturnOp::create(builder, loc, results);
    function.setFunctionType(builder.getFunctionType(
        block->getArgumentTypes(), ValueRange(results).getTypes()));
  }

  Value buildBranch() {
    const bool square = channels == outputs;
    if (square && stride == 1 && oneIn(3))
      return buildBelow(x);
    if (square && oneIn(4))
      return buildBelow(buildPool());
    const int64_t groups =
        oneIn(2) ? 1 : (oneIn(2) ? 2 : std::gcd(channels, outputs));
    return buildBelow(buildConvolution(pick(1, 3), groups));
  }

  /// Pads with which every window has as many positions as one of size 1.
  DenseI64ArrayAttr pickPads(ArrayRef<int64_t> window, int64_t dilation) {
    SmallVector<int64_t> pads(2 * spatial);
    for (auto [dim, size] : llvm::enumerate(window)) {
      const int64_t total = dilation * (size - 1);
      // A middle, so that the largest window holds the smaller ones.
      pads[dim] = total / 2;
      pads[spatial + dim] = total - pads[dim];
    }
    return builder.getDenseI64ArrayAttr(pads);
  }

  DenseI64ArrayAttr getSpatial(int64_t value) {
    return builder.getDenseI64ArrayAttr(SmallVector<int64_t>(spatial, value));
  }

  Value buildConvolution(int64_t size, int64_t groups) {
    SmallVector<int64_t> window(spatial, size);
    if (size < 5)
      for (int64_t &dim : window)
        dim = pick(1, size);
    const int64_t dilation = size == 5 ? 1 : pick(1, 2);
    SmallVector<int64_t> weights = {outputs, channels / groups};
    weights.append(window);
    Value bias = oneIn(2) ? randomConstant(outputs) : Value();
    return nn::ConvOp::create(builder, loc, x, randomConstant(weights), bias,
                              getSpatial(stride), pickPads(window, dilation),
                              getSpatial(dilation), groups);
  }

  Value buildPool() {
    const SmallVector<int64_t> window(spatial, 3);
    return nn::AveragePoolOp::create(
        builder, loc, x, builder.getDenseI64ArrayAttr(window),
        getSpatial(stride), pickPads(window, 1), getSpatial(1),
        /*ceil_mode=*/false, /*count_include_pad=*/true);
  }

  Value buildBelow(Value value) {
    if (oneIn(2))
      return value;
    return bn::ScaleShiftOp::create(builder, loc, value.getType(), value,
                                    randomConstant(outputs),
                                    randomConstant(outputs), 1);
  }

  OpBuilder builder;
  Location loc;
  std::mt19937_64 engine;
  int64_t spatial = 0, channels = 0, outputs = 0, stride = 0;
  Value x;
};

class ReferenceMergeBranchesTest : public ReferenceTest {
protected:
  FailureOr<SmallVector<Tensor>> interpretSum(RandomSum &sum) {
    return interpret(*sum.module->getOps<func::FuncOp>().begin(), sum.input);
  }

  void check(uint64_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomSum sum(&context, seed);
    ASSERT_TRUE(succeeded(verify(*sum.module)));
    auto before = interpretSum(sum);
    PassManager passes(&context);
    passes.addNestedPass<func::FuncOp>(createMergeBranchesPass());
    ASSERT_TRUE(succeeded(passes.run(*sum.module)));
    auto after = interpretSum(sum);
    ASSERT_TRUE(succeeded(before) && succeeded(after));
    for (auto [actual, expected] : llvm::zip_equal(*after, *before))
      expectValues(actual, expected, 1e-11);

    int64_t numOperators = 0;
    sum.module->walk([&](Operation *op) {
      const StringRef dialect = op->getDialect()->getNamespace();
      numOperators += dialect == "bn" || dialect == "nn";
    });
    if (sum.mergeable)
      EXPECT_EQ(numOperators, 1);
  }
};

TEST_F(ReferenceMergeBranchesTest, RandomSums) {
  for (uint64_t seed = 0; seed < 500; ++seed)
    check(seed);
}

} // namespace
} // namespace bnopt::reference
