//===- FoldedWeightsTest.cpp - The numbers of folded operators ------------===//

#include "passes/fold/FoldedWeights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace bnopt;
using namespace mlir;

namespace {

class FoldedWeightsTest : public testing::Test {
protected:
  FoldedWeightsTest()
      : builder(&context), module(ModuleOp::create(builder.getUnknownLoc())) {
    context.loadDialect<arith::ArithDialect>();
    builder.setInsertionPointToEnd(module->getBody());
  }

  ConstantData constant(ArrayRef<int64_t> shape, Type elementType,
                        ArrayRef<double> values) {
    return *ConstantData::get(
        createConstant(builder, builder.getUnknownLoc(), "constant",
                       RankedTensorType::get(shape, elementType), values));
  }
  ConstantData constant(ArrayRef<int64_t> shape, ArrayRef<double> values) {
    return constant(shape, builder.getF64Type(), values);
  }

  std::vector<double> read(ConstantBuffer &buffer) {
    return ConstantData::get(std::move(buffer).build(
                                 builder, builder.getUnknownLoc(), "result"))
        ->toDoubles();
  }

  static ScaleAndShift makeValues(std::vector<double> scale,
                                  std::vector<double> shift,
                                  int64_t featureIndex = 1) {
    ScaleAndShift values(0, featureIndex);
    values.scale = std::move(scale);
    values.shift = std::move(shift);
    return values;
  }

  /// One feature whose only weight is multiplied by `scale`.
  FailureOr<FoldedConstants> foldOne(Type elementType, double weight,
                                     double scale, double shift = 0) {
    ScaleShiftTarget target{1, FeatureView(), Value()};
    return foldBelow({constant({1, 1, 1}, elementType, {weight}), std::nullopt,
                      RankedTensorType::get({1, 1, 1}, elementType)},
                     target, makeValues({scale}, {shift}), &context, reason);
  }

  /// A window of 3 along 3 pixels, padded by one on each side.
  static ScaleShiftTargetAbove makePaddedWindow() {
    ScaleShiftTargetAbove target;
    target.weightsOperand = 1;
    target.inputView = {1, 1, 2, 3};
    target.resultView = {1, 1, 1, 6};
    target.window = {3};
    target.readTaps = {{{1, 2}, {0, 1, 2}, {0, 1}}};
    return target;
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  std::string reason;
};

TEST_F(FoldedWeightsTest, ExactProductsHaveNoError) {
  auto folded = foldOne(builder.getF16Type(), 3, 0.5);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(folded->bound, 0);
  EXPECT_EQ(read(folded->weights), std::vector<double>{1.5});
  EXPECT_FALSE(folded->bias);
}

TEST_F(FoldedWeightsTest, BoundIsTheErrorOfRounding) {
  // Half way between 1 and the next bf16: half a step, 2⁻⁸, is lost.
  const double scale = 1 + std::ldexp(1, -8);
  auto folded = foldOne(builder.getBF16Type(), 1, scale);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(folded->bound, std::ldexp(1, -8) / scale);
  EXPECT_LT(foldOne(builder.getF32Type(), 1, 1.0 / 3)->bound,
            std::ldexp(1, -24));
}

TEST_F(FoldedWeightsTest, BoundSeesLostBias) {
  const double shift = 1 + std::ldexp(1, -8);
  auto folded = foldOne(builder.getBF16Type(), 1, 1, shift);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(folded->bound, std::ldexp(1, -8) / shift);
}

TEST_F(FoldedWeightsTest, BoundSeesDenormals) {
  // 2⁻²⁶ is less than half the smallest f16, 2⁻²⁴: nothing is left of it.
  auto folded =
      foldOne(builder.getF16Type(), std::ldexp(1, -14), std::ldexp(1, -12));
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(folded->bound, 1);
  // In f32 what is lost is less than any normal number's last place.
  folded = foldOne(builder.getF32Type(), std::ldexp(1, -100), 3e-13);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_LE(folded->bound, std::ldexp(1, -24));
}

TEST_F(FoldedWeightsTest, RefusesOverflow) {
  EXPECT_TRUE(failed(foldOne(builder.getF16Type(), 1000, 100)));
  EXPECT_EQ(reason, "the scaled weights are not finite in their type");
  EXPECT_TRUE(failed(foldOne(builder.getF16Type(), 1, 1, 1e5)));
  EXPECT_EQ(reason, "the shifted biases are not finite in their type");
  EXPECT_TRUE(failed(foldOne(builder.getF64Type(), INFINITY, 0)));
}

TEST_F(FoldedWeightsTest, FoldsFromAboveIntoGroups) {
  // Two groups of two inputs and one result, windows of one.
  ScaleShiftTargetAbove target;
  target.weightsOperand = 1;
  target.inputView = {2, 1, 2, 1};
  target.resultView = {1, 1, 2, 2};
  auto folded = foldAbove(
      {constant({2, 2, 1}, {1, 2, 3, 4}), constant({2}, {100, 200}),
       RankedTensorType::get({1, 2, 5}, builder.getF64Type())},
      target, makeValues({1, 10, 100, 1000}, {5, 6, 7, 8}), &context, reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(read(folded->weights), (std::vector<double>{1, 20, 300, 4000}));
  EXPECT_EQ(read(*folded->bias),
            (std::vector<double>{100 + 5 + 12, 200 + 21 + 32}));
  EXPECT_FALSE(folded->addend);
}

TEST_F(FoldedWeightsTest, FoldsFromAboveAtBorders) {
  const LinearConstants constants = {
      constant({1, 2, 3}, {1, 2, 3, 10, 20, 30}), constant({1}, {7}),
      RankedTensorType::get({ShapedType::kDynamic, 1, 3},
                            builder.getF64Type())};
  const ScaleAndShift above = makeValues({1, 1}, {1, -1});
  const ScaleShiftTargetAbove target = makePaddedWindow();
  EXPECT_EQ(getNumAddendElements(target, above), 3);
  auto folded = foldAbove(constants, target, above, &context, reason);
  ASSERT_TRUE(succeeded(folded));
  // Left and right, one of the taps 1 − 10, 2 − 20, 3 − 30 is not read.
  EXPECT_EQ(folded->addend->getType().getShape(), ArrayRef<int64_t>({1, 1, 3}));
  EXPECT_EQ(read(*folded->addend), (std::vector<double>{-45, -54, -27}));
  EXPECT_FALSE(folded->bias);
}

TEST_F(FoldedWeightsTest, TapsReadNowhereAreNoBorder) {
  ScaleShiftTargetAbove target = makePaddedWindow();
  target.readTaps = {{{1, 2}, {1, 2}}};
  const ScaleAndShift above = makeValues({1, 1}, {1, -1});
  EXPECT_EQ(getNumAddendElements(target, above), 0);
  auto folded =
      foldAbove({constant({1, 2, 3}, {1, 2, 3, 10, 20, 30}), std::nullopt,
                 RankedTensorType::get({1, 1, 2}, builder.getF64Type())},
                target, above, &context, reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(read(*folded->bias), std::vector<double>{-45});
}

TEST_F(FoldedWeightsTest, WithoutPlaceForBiasShiftIsAdded) {
  // A matrix K×N whose columns are features: [B, L, K] × [K, N].
  ScaleShiftTargetAbove target;
  target.weightsOperand = 1;
  target.inputView = {1, 1, 2, 2};
  target.resultView = {1, 2, 2, 1};
  target.takesBias = false;
  target.resultFeatureIndex = 2;
  auto folded =
      foldAbove({constant({2, 2}, {1, 2, 3, 4}), std::nullopt,
                 RankedTensorType::get({1, 3, 2}, builder.getF64Type())},
                target, makeValues({2, 3}, {1, 10}, 2), &context, reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(read(folded->weights), (std::vector<double>{2, 4, 9, 12}));
  EXPECT_FALSE(folded->bias);
  EXPECT_EQ(folded->addend->getType().getShape(), ArrayRef<int64_t>({2}));
  EXPECT_EQ(read(*folded->addend), (std::vector<double>{31, 42}));
}

TEST_F(FoldedWeightsTest, BoundCountsTermsThatCancel) {
  // 1 − (1 − 2⁻³⁰): the sum is exact, its terms are not small.
  ScaleShiftTargetAbove target;
  target.weightsOperand = 1;
  auto folded = foldAbove({constant({1, 1}, builder.getF32Type(), {1}),
                           constant({1}, builder.getF32Type(), {1}),
                           RankedTensorType::get({1, 1}, builder.getF32Type())},
                          target, makeValues({1}, {std::ldexp(1, -30) - 1}),
                          &context, reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(read(*folded->bias), std::vector<double>{std::ldexp(1, -30)});
  // The terms of one weight are a product and a sum.
  EXPECT_LE(folded->bound, 3 * std::ldexp(1, -53));
}

TEST_F(FoldedWeightsTest, RepeatsConstantsAlongFeatures) {
  const ConstantData pixels = constant({1, 2}, {1, 2});
  // [1, 2] below N×C×1×2 has no channels: they come before its first dimension.
  auto folded = foldConstant(pixels, makeValues({1, 10}, {0, 5}, -1), reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(folded->weights.getType().getShape(), ArrayRef<int64_t>({2, 1, 2}));
  EXPECT_EQ(read(folded->weights), (std::vector<double>{1, 2, 15, 25}));
  folded = foldConstant(pixels, makeValues({1, 10}, {0, 5}, 0), reason);
  EXPECT_EQ(folded->weights.getType().getShape(), ArrayRef<int64_t>({2, 2}));
  EXPECT_EQ(read(folded->weights), (std::vector<double>{1, 2, 15, 25}));
  folded = foldConstant(pixels, makeValues({1, 10}, {0, 5}, 1), reason);
  EXPECT_EQ(read(folded->weights), (std::vector<double>{1, 25}));
}

TEST_F(FoldedWeightsTest, PartsGiveTheSumsOfTheWhole) {
  // More elements than one thread takes, and columns that all parts share.
  const int64_t rows = 3000, columns = 61;
  std::vector<double> weights(rows * columns), shift(rows);
  for (int64_t i = 0; i < rows * columns; ++i)
    weights[i] = i % 7 - 3;
  for (int64_t i = 0; i < rows; ++i)
    shift[i] = i % 5 - 2;
  std::vector<double> expected(columns);
  for (int64_t i = 0; i < rows * columns; ++i)
    expected[i % columns] += weights[i] * shift[i / columns];

  ScaleShiftTargetAbove target;
  target.weightsOperand = 1;
  target.inputView = {1, 1, rows, columns};
  target.resultView = {1, rows, columns, 1};
  auto folded =
      foldAbove({constant({rows, columns}, weights), std::nullopt,
                 RankedTensorType::get({1, columns}, builder.getF64Type())},
                target, makeValues(std::vector<double>(rows, 2), shift),
                &context, reason);
  ASSERT_TRUE(succeeded(folded));
  EXPECT_EQ(read(*folded->bias), expected);
  EXPECT_EQ(read(folded->weights)[rows * columns - 1], 2 * weights.back());
}

} // namespace
