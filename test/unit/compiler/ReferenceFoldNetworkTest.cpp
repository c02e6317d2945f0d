/// Folded against unfolded: random networks of the operators that scale-shifts
/// pass, with normalizations anywhere, compute the same after the fold phase.

#include "ReferenceTest.h"

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <map>
#include <random>

namespace bnopt::reference {
namespace {

using namespace mlir;

/// One random network. Built a second time with `magnitudes`, from the same
/// seed, it bounds every term of every sum by its absolute value, which is what
/// rounding errors are relative to.
class RandomNetwork {
public:
  RandomNetwork(MLIRContext *context, uint64_t seed, bool magnitudes)
      : builder(context), loc(builder.getUnknownLoc()), engine(seed),
        magnitudes(magnitudes) {
    module = ModuleOp::create(loc);
    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(builder, loc, "f",
                                         builder.getFunctionType({}, {}));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    input = Tensor({pick(1, 2), channels, 6, 6});
    for (double &value : input.data)
      value = sized(normal());
    values.push_back(block->addArgument(getType(input.shape), loc));
    for (int64_t left = pick(3, 9); left > 0; --left)
      values.push_back(buildNext());
    Value result = buildHead(values.back());
    func::ReturnOp::create(builder, loc, result);
    function.setFunctionType(
        builder.getFunctionType(block->getArgumentTypes(), result.getType()));
  }

  OwningOpRef<ModuleOp> module;
  Tensor input;

private:
  static constexpr int64_t channels = 4;

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  bool oneIn(int64_t count) { return pick(1, count) == 1; }
  double normal() { return std::normal_distribution<double>()(engine); }
  double sized(double value) { return magnitudes ? std::fabs(value) : value; }

  RankedTensorType getType(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, builder.getF64Type());
  }
  static RankedTensorType typeOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  static int64_t getSize(Value value, int64_t dim) {
    return typeOf(value).getDimSize(dim);
  }

  Value constant(ArrayRef<int64_t> shape, ArrayRef<double> data) {
    return createConstant(builder, loc, "constant", getType(shape), data);
  }
  Value randomConstant(ArrayRef<int64_t> shape) {
    std::vector<double> data(getNumElements(shape));
    for (double &value : data)
      value = sized(normal());
    return constant(shape, data);
  }
  /// One constant per channel of `value`, or one for all.
  Value perChannel(Value value) {
    return oneIn(3) ? randomConstant({1})
                    : randomConstant({getSize(value, 1), 1, 1});
  }

  /// The last value, or now and then an earlier one: then it has several uses.
  Value pickValue() {
    return oneIn(5) ? values[pick(0, static_cast<int64_t>(values.size()) - 1)]
                    : values.back();
  }
  /// A value of the shape of `value`, and possibly `value` itself.
  Value pickPartner(Value value) {
    SmallVector<Value> candidates = llvm::filter_to_vector(
        values, [&](Value v) { return v.getType() == value.getType(); });
    return candidates[pick(0, static_cast<int64_t>(candidates.size()) - 1)];
  }

  Value buildNext() {
    Value value = pickValue();
    switch (pick(0, 9)) {
    case 0:
    case 1:
    case 2:
      return buildInference(value);
    case 3:
    case 4:
      return buildConv(value);
    case 5:
      return buildArithmetic(value);
    case 6:
      return buildPool(value);
    case 7:
      return buildMovement(value);
    default:
      return buildActivation(value);
    }
  }

  Value buildInference(Value value) {
    const int64_t size = getSize(value, 1);
    const bool positive = oneIn(2), centered = oneIn(4);
    std::vector<double> scale, offset, mean, variance;
    for (int64_t c = 0; c < size; ++c) {
      const double hostile[] = {0, -0.0, -1};
      const double draw = normal();
      scale.push_back(sized(positive   ? 0.1 + std::fabs(draw)
                            : oneIn(4) ? hostile[pick(0, 2)]
                                       : draw));
      offset.push_back(centered ? 0 : sized(normal()));
      // x − mean, and the magnitudes add.
      const double center = centered ? 0 : normal();
      mean.push_back(magnitudes ? -std::fabs(center) : center);
      variance.push_back(0.5 + std::fabs(normal()));
    }
    return bn::InferenceOp::create(
        builder, loc, value.getType(), value, constant(size, scale),
        constant(size, offset), constant(size, mean), constant(size, variance),
        builder.getF64FloatAttr(1e-3), builder.getI64IntegerAttr(1));
  }

  Value buildConv(Value value) {
    const int64_t inputs = getSize(value, 1), size = pick(1, 3);
    const int64_t groups = inputs % 2 == 0 ? pick(1, 2) : 1;
    const int64_t pad = pick(0, size - 1);
    Value bias = oneIn(2) ? randomConstant(channels) : Value();
    if (getSize(value, 2) + 2 * pad < size)
      return value;
    return nn::ConvOp::create(
        builder, loc, value,
        randomConstant({channels, inputs / groups, size, size}), bias,
        builder.getDenseI64ArrayAttr({1, 1}),
        builder.getDenseI64ArrayAttr(SmallVector<int64_t>(4, pad)),
        builder.getDenseI64ArrayAttr({1, 1}), groups);
  }

  Value buildArithmetic(Value value) {
    switch (pick(0, 4)) {
    case 0:
      return nn::AddOp::create(builder, loc, value, pickPartner(value));
    case 1:
      return buildDifference(value, pickPartner(value));
    case 2:
      return nn::MulOp::create(builder, loc, value, perChannel(value));
    case 3:
      return nn::AddOp::create(builder, loc, perChannel(value), value);
    default:
      return nn::ConcatOp::create(
          builder, loc, ValueRange{value, pickPartner(value)}, /*axis=*/1);
    }
  }

  Value buildDifference(Value lhs, Value rhs) {
    if (magnitudes)
      return nn::AddOp::create(builder, loc, lhs, rhs);
    return nn::SubOp::create(builder, loc, lhs, rhs);
  }

  Value buildActivation(Value value) {
    switch (pick(0, 6)) {
    case 0:
      return nn::LeakyReluOp::create(builder, loc, value, APFloat(0.1));
    case 1:
      return buildClip(value, -std::fabs(normal()), std::fabs(normal()));
    case 2:
      return nn::PReluOp::create(builder, loc, value, buildSlopes(value));
    case 3:
      return nn::MaxOp::create(builder, loc, value, perChannel(value));
    case 4:
      return nn::TanhOp::create(builder, loc, value);
    default:
      return nn::ReluOp::create(builder, loc, value);
    }
  }

  Value buildSlopes(Value value) {
    const int64_t size = getSize(value, 1);
    std::vector<double> slopes(size);
    for (double &slope : slopes)
      slope = sized(std::uniform_real_distribution<double>(-1, 1)(engine));
    return constant({size, 1, 1}, slopes);
  }

  Value buildClip(Value value, double low, double high) {
    if (!magnitudes)
      return nn::ClipOp::create(builder, loc, value, APFloat(low),
                                APFloat(high));
    return nn::MaxOp::create(builder, loc, value,
                             constant({1}, {std::max(-low, high)}));
  }

  Value buildPool(Value value) {
    if (getSize(value, 2) < 3)
      return value;
    const auto window = builder.getDenseI64ArrayAttr({2, 2});
    const auto strides = builder.getDenseI64ArrayAttr({pick(1, 2), 1});
    const auto pads = builder.getDenseI64ArrayAttr({pick(0, 1), 0, 1, 1});
    const auto dilations = builder.getDenseI64ArrayAttr({1, 1});
    const auto countsPads = oneIn(2) ? builder.getUnitAttr() : UnitAttr();
    if (oneIn(2))
      return nn::AveragePoolOp::create(builder, loc, value, window, strides,
                                       pads, dilations, UnitAttr(), countsPads);
    return nn::MaxPoolOp::create(builder, loc, value, window, strides, pads,
                                 dilations);
  }

  Value buildMovement(Value value) {
    SmallVector<int64_t> shape(typeOf(value).getShape());
    switch (pick(0, 5)) {
    case 0: {
      SmallVector<int64_t> offsets(4, 0), sizes(shape), steps(4, 1);
      offsets[1] = pick(0, 1);
      sizes[1] = shape[1] - offsets[1];
      return nn::SliceOp::create(builder, loc, value, offsets, sizes, steps);
    }
    case 1:
      shape[2] *= 2;
      return nn::ResizeOp::create(builder, loc, getType(shape), value,
                                  oneIn(2) ? nn::ResizeMode::Nearest
                                           : nn::ResizeMode::Linear);
    case 2:
      if (shape[1] % 2 == 0)
        return nn::ChannelShuffleOp::create(builder, loc, value.getType(),
                                            value, 2);
      return value;
    case 3:
      if (shape[1] % 4 == 0)
        return nn::DepthToSpaceOp::create(builder, loc, value, 2, oneIn(2));
      return value;
    case 4:
      return nn::TransposeOp::create(builder, loc, value,
                                     ArrayRef<int64_t>{0, 1, 3, 2});
    default:
      return magnitudes ? value : nn::NegOp::create(builder, loc, value);
    }
  }

  /// A classifier's end, on one of the ways of leaving an image.
  Value buildHead(Value value) {
    if (oneIn(3))
      return value;
    const int64_t batch = getSize(value, 0);
    if (oneIn(2))
      value = nn::ReduceMeanOp::create(builder, loc, value,
                                       ArrayRef<int64_t>{2, 3});
    else
      value = nn::ReshapeOp::create(
          builder, loc,
          getType({batch, typeOf(value).getNumElements() / batch}), value);
    if (oneIn(2))
      value = buildInference(value);
    return nn::GemmOp::create(
        builder, loc, value, randomConstant({getSize(value, 1), 3}),
        oneIn(2) ? randomConstant({3}) : Value(), APFloat(1.0), APFloat(1.0));
  }

  OpBuilder builder;
  Location loc;
  std::mt19937_64 engine;
  bool magnitudes;
  SmallVector<Value> values;
};

class ReferenceFoldNetworkTest : public ReferenceTest {
protected:
  LogicalResult fold(ModuleOp module) {
    PassManager passes(&context);
    passes.addNestedPass<func::FuncOp>(createCanonicalizeModelPass());
    passes.addNestedPass<func::FuncOp>(createInferenceToScaleShiftPass());
    passes.addNestedPass<func::FuncOp>(createAbsorbScaleShiftsPass());
    return passes.run(module);
  }

  FailureOr<SmallVector<Tensor>> interpretNetwork(RandomNetwork &network) {
    return interpret(*network.module->getOps<func::FuncOp>().begin(),
                     network.input);
  }

  static std::string print(ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    return text;
  }

  void count(ModuleOp module, std::map<std::string, int64_t> &counts) {
    module.walk(
        [&](Operation *op) { ++counts[op->getName().getStringRef().str()]; });
  }

  void checkNetwork(uint64_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomNetwork network(&context, seed, /*magnitudes=*/false);
    RandomNetwork bounds(&context, seed, /*magnitudes=*/true);
    ASSERT_TRUE(succeeded(verify(*network.module)));
    const std::string unfolded = print(*network.module);
    auto before = interpretNetwork(network);
    auto magnitude = interpretNetwork(bounds);
    count(*network.module, countsBefore);
    ASSERT_TRUE(succeeded(fold(*network.module)));
    const std::string folded = print(*network.module);
    auto after = interpretNetwork(network);
    count(*network.module, countsAfter);
    ASSERT_TRUE(succeeded(before) && succeeded(magnitude) && succeeded(after));

    const Tensor &expected = before->front(), &actual = after->front();
    ASSERT_EQ(actual.shape, expected.shape);
    for (int64_t i = 0; i < actual.size(); ++i)
      ASSERT_NEAR(actual[i], expected[i],
                  1e-12 * magnitude->front()[i] + 1e-300)
          << unfolded << folded;
    // What is folded stays as it is.
    ASSERT_TRUE(succeeded(fold(*network.module)));
    EXPECT_EQ(print(*network.module), folded);
  }

  std::map<std::string, int64_t> countsBefore, countsAfter;
};

TEST_F(ReferenceFoldNetworkTest, RandomNetworks) {
  for (uint64_t seed = 0; seed < 1000 && !HasFatalFailure(); ++seed)
    checkNetwork(seed);
  for (auto [name, number] : countsBefore)
    RecordProperty(name, std::to_string(number) + " -> " +
                             std::to_string(countsAfter[name]));
}

} // namespace
} // namespace bnopt::reference
