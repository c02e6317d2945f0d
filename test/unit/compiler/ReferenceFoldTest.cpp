/// Folded against unfolded: random linear operators with random, often hostile,
/// normalizations below them compute the same after the fold phase.

#include "ReferenceTest.h"

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <random>

namespace bnopt::reference {
namespace {

using namespace mlir;

/// One random program. Built a second time with `magnitudes`, from the same
/// seed, it bounds every term of every sum by its absolute value, which is what
/// rounding errors are relative to.
class RandomGraph {
public:
  RandomGraph(MLIRContext *context, Type elementType, uint64_t seed,
              bool magnitudes)
      : builder(context), loc(builder.getUnknownLoc()),
        elementType(elementType), engine(seed), magnitudes(magnitudes) {
    module = ModuleOp::create(loc);
    build();
  }

  OwningOpRef<ModuleOp> module;
  Tensor input;

private:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  bool flip() { return pick(0, 1) == 1; }
  double normal() { return std::normal_distribution<double>()(engine); }
  double sized(double value) { return magnitudes ? std::fabs(value) : value; }

  SmallVector<int64_t> pickEach(int64_t count, int64_t low, int64_t high) {
    SmallVector<int64_t> values(count);
    for (int64_t &value : values)
      value = pick(low, high);
    return values;
  }

  RankedTensorType getType(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, elementType);
  }

  Value constant(ArrayRef<int64_t> shape, ArrayRef<double> values) {
    return createConstant(builder, loc, "constant", getType(shape), values);
  }

  Value randomConstant(ArrayRef<int64_t> shape) {
    std::vector<double> values(getNumElements(shape));
    for (double &value : values)
      value = sized(normal());
    return constant(shape, values);
  }

  void build() {
    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(builder, loc, "f",
                                         builder.getFunctionType({}, {}));
    builder.setInsertionPointToEnd(function.addEntryBlock());
    Value value = buildLinear(function.getBody().front());
    for (int64_t left = pick(1, 3); left > 0; --left)
      value = buildBelow(value);
    func::ReturnOp::create(builder, loc, value);
    function.setFunctionType(builder.getFunctionType(
        function.getBody().front().getArgumentTypes(), value.getType()));
  }

  Value addInput(Block &block, ArrayRef<int64_t> shape) {
    input = Tensor(shape);
    for (double &value : input.data)
      value = sized(normal());
    return block.addArgument(getType(shape), loc);
  }

  Value buildLinear(Block &block) {
    switch (pick(0, 2)) {
    case 0:
      return buildConv(block);
    case 1:
      return buildConvTranspose(block);
    default:
      return buildGemm(block);
    }
  }

  Value buildConv(Block &block) {
    const int64_t spatial = pick(1, 3), groups = pick(1, 3);
    // One input channel per group is a depthwise convolution.
    const int64_t inputsPerGroup = pick(1, 3), outputsPerGroup = pick(1, 3);
    SmallVector<int64_t> x = {pick(1, 2), groups * inputsPerGroup};
    x.append(pickEach(spatial, 5, 6));
    SmallVector<int64_t> w = {groups * outputsPerGroup, inputsPerGroup};
    w.append(pickEach(spatial, 1, 3));
    Value bias = flip() ? randomConstant(w[0]) : Value();
    return nn::ConvOp::create(
        builder, loc, addInput(block, x), randomConstant(w), bias,
        builder.getDenseI64ArrayAttr(pickEach(spatial, 1, 2)),
        builder.getDenseI64ArrayAttr(pickEach(2 * spatial, 0, 2)),
        builder.getDenseI64ArrayAttr(pickEach(spatial, 1, 2)), groups);
  }

  Value buildConvTranspose(Block &block) {
    const int64_t spatial = pick(1, 3), groups = pick(1, 3);
    const int64_t inputs = groups * pick(1, 3), outputsPerGroup = pick(1, 3);
    SmallVector<int64_t> x = {pick(1, 2), inputs};
    x.append(pickEach(spatial, 2, 3));
    SmallVector<int64_t> w = {inputs, outputsPerGroup};
    w.append(pickEach(spatial, 2, 3));
    Value bias = flip() ? randomConstant(groups * outputsPerGroup) : Value();
    return nn::ConvTransposeOp::create(
        builder, loc, addInput(block, x), randomConstant(w), bias,
        builder.getDenseI64ArrayAttr(pickEach(spatial, 1, 3)),
        builder.getDenseI64ArrayAttr(pickEach(2 * spatial, 0, 1)),
        builder.getDenseI64ArrayAttr(pickEach(spatial, 1, 2)),
        builder.getDenseI64ArrayAttr(pickEach(spatial, 0, 1)), groups);
  }

  Value buildGemm(Block &block) {
    const int64_t rows = pick(1, 3), depth = pick(1, 5), columns = pick(1, 5);
    const bool transA = flip(), transB = flip();
    using Dims = SmallVector<int64_t>;
    Value a = addInput(block, transA ? Dims{depth, rows} : Dims{rows, depth});
    Value b =
        randomConstant(transB ? Dims{columns, depth} : Dims{depth, columns});
    const Dims biasShapes[] = {{columns}, {1, columns}, {1}, {1, 1}};
    Value bias = flip() ? randomConstant(biasShapes[pick(0, 3)]) : Value();
    return nn::GemmOp::create(
        builder, loc, a, b, bias, APFloat(sized(flip() ? 1 : normal())),
        APFloat(sized(flip() ? 1 : normal())), transA, transB);
  }

  Value buildBelow(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    // [C, 1, 1] aligns with the channels of N×C×H×W.
    SmallVector<int64_t> perChannel(type.getRank() - 1, 1);
    perChannel[0] = type.getDimSize(1);
    switch (pick(0, 4)) {
    case 0:
      return nn::MulOp::create(builder, loc, value, randomConstant(perChannel));
    case 1:
      return nn::AddOp::create(builder, loc, randomConstant(perChannel), value);
    case 2:
      return buildSubtraction(value, randomConstant(perChannel));
    default:
      return buildInference(value);
    }
  }

  Value buildSubtraction(Value value, Value subtrahend) {
    const bool reversed = flip();
    if (magnitudes)
      return nn::AddOp::create(builder, loc, value, subtrahend);
    if (reversed)
      return nn::SubOp::create(builder, loc, subtrahend, value);
    return nn::SubOp::create(builder, loc, value, subtrahend);
  }

  Value buildInference(Value value) {
    const int64_t channels =
        cast<RankedTensorType>(value.getType()).getDimSize(1);
    const double epsilons[] = {1e-5, 1e-3, 0.5};
    const double epsilon = epsilons[pick(0, 2)];
    const double denormal = elementType.isF32() ? 1e-41 : 1e-310;
    std::vector<double> scale, offset, mean, variance;
    for (int64_t c = 0; c < channels; ++c) {
      const double scales[] = {normal(), -1, 0, -0.0, denormal, 100};
      const double means[] = {normal(), 1000 * normal(), 0};
      const double variances[] = {
          1 + std::fabs(normal()), epsilon, 0, 1e-12, -epsilon / 2, 1e6};
      scale.push_back(sized(scales[pick(0, 5)]));
      offset.push_back(sized(normal()));
      // x − mean, and the magnitudes add.
      const double center = means[pick(0, 2)];
      mean.push_back(magnitudes ? -std::fabs(center) : center);
      variance.push_back(variances[pick(0, 5)]);
    }
    return bn::InferenceOp::create(
        builder, loc, value.getType(), value, constant(channels, scale),
        constant(channels, offset), constant(channels, mean),
        constant(channels, variance), builder.getF64FloatAttr(epsilon),
        builder.getI64IntegerAttr(1));
  }

  OpBuilder builder;
  Location loc;
  Type elementType;
  std::mt19937_64 engine;
  bool magnitudes;
};

class ReferenceFoldTest : public ReferenceTest {
protected:
  LogicalResult fold(ModuleOp module) {
    PassManager passes(&context);
    passes.addNestedPass<func::FuncOp>(createCanonicalizeModelPass());
    passes.addNestedPass<func::FuncOp>(createInferenceToScaleShiftPass());
    passes.addNestedPass<func::FuncOp>(createAbsorbScaleShiftsPass());
    return passes.run(module);
  }

  FailureOr<SmallVector<Tensor>> interpretGraph(RandomGraph &graph) {
    return interpret(*graph.module->getOps<func::FuncOp>().begin(),
                     graph.input);
  }

  static std::string print(ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text;
  }

  /// Folds the graph of `seed` and compares with what it was. `tolerance` is
  /// relative to the magnitude of each result, `floor` to the smallest normal
  /// number, below which roundings are absolute.
  void checkGraph(Type elementType, uint64_t seed, double tolerance,
                  double floor) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomGraph graph(&context, elementType, seed, /*magnitudes=*/false);
    RandomGraph bounds(&context, elementType, seed, /*magnitudes=*/true);
    ASSERT_TRUE(succeeded(verify(*graph.module)));
    auto before = interpretGraph(graph), magnitude = interpretGraph(bounds);
    ASSERT_TRUE(succeeded(fold(*graph.module)));
    auto after = interpretGraph(graph);
    ASSERT_TRUE(succeeded(before) && succeeded(magnitude) && succeeded(after));

    const Tensor &expected = before->front(), &actual = after->front();
    ASSERT_EQ(actual.shape, expected.shape);
    for (int64_t i = 0; i < actual.size(); ++i)
      ASSERT_NEAR(actual[i], expected[i],
                  tolerance * magnitude->front()[i] + floor)
          << print(*graph.module);

    // Every producer absorbs, and what is folded stays as it is.
    int64_t numOperators = 0;
    graph.module->walk([&](Operation *op) {
      const StringRef dialect = op->getDialect()->getNamespace();
      numOperators += dialect == "bn" || dialect == "nn";
    });
    const std::string folded = print(*graph.module);
    EXPECT_EQ(numOperators, 1) << folded;
    ASSERT_TRUE(succeeded(fold(*graph.module)));
    EXPECT_EQ(print(*graph.module), folded);
  }
};

TEST_F(ReferenceFoldTest, RandomGraphsInDoublePrecision) {
  for (uint64_t seed = 0; seed < 300; ++seed)
    checkGraph(Float64Type::get(&context), seed, 1e-12, 1e-300);
}

TEST_F(ReferenceFoldTest, RandomGraphsInSinglePrecision) {
  for (uint64_t seed = 1000; seed < 1300; ++seed)
    checkGraph(Float32Type::get(&context), seed, 1e-6, 1e-35);
}

} // namespace
} // namespace bnopt::reference
