/// Recognized against written out: random forms of normalizations in elementary
/// operators compute the same as the `bn` operators that they become, and
/// random look-alikes stay what they are.

#include "ReferenceTest.h"

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <random>

namespace bnopt::reference {
namespace {

using namespace mlir;

/// One random normalization, written out.
class RandomForm {
public:
  enum class Kind { BatchNorm, Norm, LookAlike };

  RandomForm(MLIRContext *context, uint64_t seed, Kind kind)
      : builder(context), loc(builder.getUnknownLoc()), engine(seed) {
    module = ModuleOp::create(loc);
    SmallVector<int64_t> shape;
    for (int64_t rank = pick(3, 4); rank > 0; --rank)
      // Equal sizes, which hide a mistaken dimension from shape checks.
      shape.push_back(kind == Kind::LookAlike ? 3 : pick(2, 4));
    input = Tensor(shape);
    input.data = random(getNumElements(shape));

    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(builder, loc, "f",
                                         builder.getFunctionType({}, {}));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    x = block->addArgument(getType(shape), loc);
    Value y = kind == Kind::BatchNorm ? buildBatchNorm()
              : kind == Kind::Norm    ? buildNorm()
                                      : buildLookAlike();
    func::ReturnOp::create(builder, loc, y);
    function.setFunctionType(
        builder.getFunctionType(block->getArgumentTypes(), y.getType()));
  }

  OwningOpRef<ModuleOp> module;
  Tensor input;

private:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  bool flip() { return pick(0, 1) == 1; }

  RankedTensorType getType(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, builder.getF64Type());
  }

  std::vector<double> random(int64_t count) {
    std::vector<double> values(count);
    for (double &value : values)
      value = std::normal_distribution<double>()(engine);
    return values;
  }

  Value constant(ArrayRef<int64_t> shape, ArrayRef<double> values) {
    return createConstant(builder, loc, "constant", getType(shape), values);
  }
  Value scalar(double value) { return constant({}, value); }
  Value parameter(ArrayRef<int64_t> shape) {
    return constant(shape, random(getNumElements(shape)));
  }

  Value add(Value a, Value b) { return either<nn::AddOp>(a, b); }
  Value mul(Value a, Value b) { return either<nn::MulOp>(a, b); }
  Value sub(Value a, Value b) { return nn::SubOp::create(builder, loc, a, b); }
  Value div(Value a, Value b) { return nn::DivOp::create(builder, loc, a, b); }
  Value pow(Value a, double exponent) {
    return nn::PowOp::create(builder, loc, a, scalar(exponent));
  }
  template <typename Op>
  Value either(Value a, Value b) {
    return flip() ? Op::create(builder, loc, a, b)
                  : Op::create(builder, loc, b, a);
  }

  Value sqrt(Value a) {
    return flip() ? pow(a, 0.5) : nn::SqrtOp::create(builder, loc, a);
  }
  Value rsqrt(Value a) {
    switch (pick(0, 2)) {
    case 0:
      return pow(a, -0.5);
    case 1:
      return div(scalar(1), sqrt(a));
    default:
      return nn::ReciprocalOp::create(builder, loc, sqrt(a));
    }
  }

  /// (x − mean)·scale/√radicand + offset in one of many ways. A null scale or
  /// offset is one or zero.
  Value normalize(Value mean, Value radicand, Value scale, Value offset) {
    if (flip()) {
      Value factor = rsqrt(radicand);
      if (scale)
        factor = mul(factor, scale);
      Value rest = mul(mean, factor);
      return offset ? add(mul(x, factor), sub(offset, rest))
                    : sub(mul(x, factor), rest);
    }
    Value centered = sub(x, mean);
    Value y =
        flip() ? div(centered, sqrt(radicand)) : mul(centered, rsqrt(radicand));
    if (scale)
      y = mul(y, scale);
    return offset ? add(y, offset) : y;
  }

  Value buildBatchNorm() {
    auto type = cast<RankedTensorType>(x.getType());
    // Aligned to the right, the first size is that of the features.
    const int64_t dim = pick(1, type.getRank() - 1);
    SmallVector<int64_t> shape(type.getRank() - dim, 1);
    shape[0] = type.getDimSize(dim);
    std::vector<double> variances = random(shape[0]);
    for (double &variance : variances)
      variance = variance * variance;
    Value radicand = add(constant(shape, variances), scalar(0.1));
    return normalize(parameter(shape), radicand,
                     flip() ? parameter(shape) : Value(), parameter(shape));
  }

  Value mean(Value value, ArrayRef<int64_t> axes) {
    if (flip())
      return nn::ReduceMeanOp::create(builder, loc, value,
                                      builder.getDenseI64ArrayAttr(axes),
                                      builder.getUnitAttr());
    SmallVector<int64_t> shape(
        cast<RankedTensorType>(value.getType()).getShape());
    for (int64_t axis : axes)
      shape[axis] = 1;
    Value mean = nn::ReduceMeanOp::create(
        builder, loc, value, builder.getDenseI64ArrayAttr(axes), nullptr);
    return nn::ReshapeOp::create(builder, loc, getType(shape), mean);
  }

  Value square(Value value) {
    return flip() ? pow(value, 2) : mul(value, value);
  }

  Value variance(ArrayRef<int64_t> axes) {
    if (flip())
      return sub(mean(square(x), axes), square(mean(x, axes)));
    Value m = mean(x, axes);
    return mean(square(flip() ? sub(x, m) : sub(m, x)), axes);
  }

  SmallVector<int64_t> pickTrailingAxes() {
    const int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
    return llvm::to_vector(llvm::seq(pick(1, rank - 1), rank));
  }

  Value buildNorm() {
    const SmallVector<int64_t> axes = pickTrailingAxes();
    ArrayRef<int64_t> shape = cast<RankedTensorType>(x.getType()).getShape();
    SmallVector<int64_t> parameters(shape.drop_front(axes.front()));
    // A scale per channel makes an instance norm.
    if (axes.front() == 2 && flip()) {
      parameters.assign(shape.size() - 1, 1);
      parameters[0] = shape[1];
    }
    Value scale = flip() ? parameter(parameters) : Value();
    if (flip()) {
      Value radicand = add(mean(square(x), axes), scalar(0.1));
      Value y = flip() ? div(x, sqrt(radicand)) : mul(x, rsqrt(radicand));
      return scale && axes.front() == 1 ? mul(y, scale) : y;
    }
    Value offset = scale && flip() ? parameter(parameters) : Value();
    return normalize(mean(x, axes), add(variance(axes), scalar(0.1)), scale,
                     offset);
  }

  /// Any subset of the dimensions for each statistic.
  SmallVector<int64_t> pickAxes() {
    SmallVector<int64_t> axes;
    const int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
    while (axes.empty())
      for (int64_t dim = 0; dim < rank; ++dim)
        if (flip())
          axes.push_back(dim);
    return axes;
  }

  Value buildLookAlike() {
    // Mean and variance over dimensions of their own, which may be the same.
    Value m = mean(x, pickAxes());
    Value radicand = add(variance(pickAxes()), scalar(0.1));
    ArrayRef<int64_t> shape = cast<RankedTensorType>(x.getType()).getShape();
    Value y = normalize(m, radicand, flip() ? parameter(shape.back()) : Value(),
                        Value());
    // A second user of a part of it.
    return flip() ? y : add(y, m);
  }

  OpBuilder builder;
  Location loc;
  std::mt19937_64 engine;
  Value x;
};

class ReferenceRaiseTest : public ReferenceTest {
protected:
  void check(uint64_t seed, RandomForm::Kind kind) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomForm form(&context, seed, kind);
    ASSERT_TRUE(succeeded(verify(*form.module)));
    auto function = *form.module->getOps<func::FuncOp>().begin();
    auto before = interpret(function, form.input);
    ASSERT_TRUE(succeeded(before));
    // A norm without its affine part, and with it again, is the same, too.
    for (auto createPass : {createRaiseNormalizationsPass,
                            createSplitAffinesPass, createMergeAffinesPass}) {
      PassManager passes(&context);
      passes.addNestedPass<func::FuncOp>(createPass());
      ASSERT_TRUE(succeeded(passes.run(*form.module)));
      auto after = interpret(function, form.input);
      ASSERT_TRUE(succeeded(after));
      expectValues(after->front(), before->front(), 1e-10);
    }
    if (kind == RandomForm::Kind::LookAlike)
      return;
    int64_t numOperators = 0;
    form.module->walk([&](Operation *op) {
      const StringRef dialect = op->getDialect()->getNamespace();
      numOperators += dialect == "bn" || dialect == "nn";
    });
    EXPECT_EQ(numOperators, 1);
  }
};

TEST_F(ReferenceRaiseTest, BatchNorms) {
  for (uint64_t seed = 0; seed < 300; ++seed)
    check(seed, RandomForm::Kind::BatchNorm);
}

TEST_F(ReferenceRaiseTest, NormsWithComputedStatistics) {
  for (uint64_t seed = 1000; seed < 1300; ++seed)
    check(seed, RandomForm::Kind::Norm);
}

TEST_F(ReferenceRaiseTest, LookAlikes) {
  for (uint64_t seed = 2000; seed < 2500; ++seed)
    check(seed, RandomForm::Kind::LookAlike);
}

} // namespace
} // namespace bnopt::reference
