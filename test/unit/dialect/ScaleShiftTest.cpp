//===- ScaleShiftTest.cpp - Which element belongs to which feature --------===//

#include "dialect/AllDialects.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace bnopt;

namespace {

/// Parses a function with one operator of interest.
class ScaleShiftTest : public testing::Test {
protected:
  ScaleShiftTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  ScaleShiftOpInterface parse(StringRef arguments, StringRef operation) {
    std::string source = "func.func @f(" + arguments.str() + ") {\n  " +
                         operation.str() + "\n  return\n}\n";
    module = parseSourceString<ModuleOp>(source, &context);
    if (!module)
      return nullptr;
    ScaleShiftOpInterface found;
    module->walk([&](ScaleShiftOpInterface op) { found = op; });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string reason;
};

void expectView(const FeatureView &view, int64_t groups, int64_t outer,
                int64_t featuresPerGroup, int64_t inner) {
  EXPECT_EQ(view.groups, groups);
  EXPECT_EQ(view.outer, outer);
  EXPECT_EQ(view.featuresPerGroup, featuresPerGroup);
  EXPECT_EQ(view.inner, inner);
}

} // namespace

TEST_F(ScaleShiftTest, ConvViewsWeightsByOutputChannel) {
  auto op = parse("%x: tensor<?x4x8x8xf32>, %w: tensor<6x2x3x5xf32>",
                  "%0 = nn.conv %x, %w groups 2 : (tensor<?x4x8x8xf32>, "
                  "tensor<6x2x3x5xf32>) -> tensor<?x6x6x4xf32>");
  auto target = op.getScaleShiftTargetBelow(1, reason);
  ASSERT_TRUE(succeeded(target));
  EXPECT_EQ(target->weightsOperand, 1u);
  EXPECT_FALSE(target->bias);
  expectView(target->view, 1, 1, 6, 30);
}

TEST_F(ScaleShiftTest, ConvTransposeViewsWeightsByGroupAndChannel) {
  auto op = parse("%x: tensor<1x4x8x8xf32>, %w: tensor<4x3x2x2xf32>, "
                  "%b: tensor<6xf32>",
                  "%0 = nn.conv_transpose %x, %w bias %b groups 2 : "
                  "(tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>, tensor<6xf32>) "
                  "-> tensor<1x6x9x9xf32>");
  auto target = op.getScaleShiftTargetBelow(1, reason);
  ASSERT_TRUE(succeeded(target));
  EXPECT_EQ(target->weightsOperand, 1u);
  EXPECT_TRUE(target->bias);
  expectView(target->view, 2, 2, 3, 4);
  EXPECT_EQ(target->view.numFeatures(), 6);
}

TEST_F(ScaleShiftTest, GemmViewsColumnsOfB) {
  auto op = parse("%a: tensor<?x3xf32>, %b: tensor<3x4xf32>",
                  "%0 = nn.gemm %a, %b : (tensor<?x3xf32>, tensor<3x4xf32>) "
                  "-> tensor<?x4xf32>");
  auto target = op.getScaleShiftTargetBelow(1, reason);
  ASSERT_TRUE(succeeded(target));
  EXPECT_EQ(target->weightsOperand, 1u);
  expectView(target->view, 1, 3, 4, 1);
}

TEST_F(ScaleShiftTest, GemmViewsRowsOfTransposedB) {
  auto op = parse("%a: tensor<?x3xf32>, %b: tensor<4x3xf32>",
                  "%0 = nn.gemm %a, %b trans_b : (tensor<?x3xf32>, "
                  "tensor<4x3xf32>) -> tensor<?x4xf32>");
  auto target = op.getScaleShiftTargetBelow(1, reason);
  ASSERT_TRUE(succeeded(target));
  expectView(target->view, 1, 1, 4, 3);
}

TEST_F(ScaleShiftTest, GemmRefusesBiasOfAnotherShape) {
  auto op = parse("%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, "
                  "%c: tensor<2x4xf32>",
                  "%0 = nn.gemm %a, %b bias %c : (tensor<2x3xf32>, "
                  "tensor<3x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>");
  EXPECT_TRUE(failed(op.getScaleShiftTargetBelow(1, reason)));
  EXPECT_EQ(reason, "the bias does not have one element per column");
}

TEST_F(ScaleShiftTest, GemmRefusesBeta) {
  auto op = parse("%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<4xf32>",
                  "%0 = nn.gemm %a, %b bias %c beta 2.0 : (tensor<2x3xf32>, "
                  "tensor<3x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>");
  EXPECT_TRUE(failed(op.getScaleShiftTargetBelow(1, reason)));
  EXPECT_EQ(reason, "the bias is multiplied by beta");
}

TEST_F(ScaleShiftTest, RefusesFeaturesAlongAnotherDimension) {
  auto op = parse("%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>",
                  "%0 = nn.conv %x, %w : (tensor<1x4x8x8xf32>, "
                  "tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>");
  EXPECT_TRUE(failed(op.getScaleShiftTargetBelow(3, reason)));
  EXPECT_EQ(reason, "features lie along dimension 3, not along the output "
                    "channels");
}

TEST_F(ScaleShiftTest, RefusesWeightsOfUnknownShape) {
  auto op = parse("%x: tensor<1x4x8x8xf32>, %w: tensor<?x4x3x3xf32>",
                  "%0 = nn.conv %x, %w : (tensor<1x4x8x8xf32>, "
                  "tensor<?x4x3x3xf32>) -> tensor<1x?x6x6xf32>");
  EXPECT_TRUE(failed(op.getScaleShiftTargetBelow(1, reason)));
  EXPECT_EQ(reason, "the shape of the weights is not known");
}

TEST_F(ScaleShiftTest, CloneKeepsAttributesAndTakesBias) {
  auto op = parse("%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>, "
                  "%b: tensor<6xf32>",
                  "%0 = nn.conv %x, %w strides [2, 2] pads [1, 1, 1, 1] groups "
                  "2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) "
                  "-> tensor<1x6x4x4xf32>");
  OpBuilder builder(op);
  Block *block = op->getBlock();
  auto clone = cast<nn::ConvOp>(op.cloneWithWeights(
      builder, block->getArgument(1), block->getArgument(2)));
  EXPECT_EQ(clone.getBias(), block->getArgument(2));
  EXPECT_EQ(clone.getGroups(), 2u);
  EXPECT_EQ(clone.getStrideValues(), (SmallVector<int64_t>{2, 2}));
  EXPECT_EQ(clone.getType(), op->getResult(0).getType());
}

TEST_F(ScaleShiftTest, CloneOfGemmWithoutBiasCountsTheNewOneOnce) {
  auto op = parse("%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<4xf32>",
                  "%0 = nn.gemm %a, %b beta 2.0 : (tensor<2x3xf32>, "
                  "tensor<3x4xf32>) -> tensor<2x4xf32>");
  ASSERT_TRUE(succeeded(op.getScaleShiftTargetBelow(1, reason)));
  OpBuilder builder(op);
  Block *block = op->getBlock();
  auto clone = cast<nn::GemmOp>(op.cloneWithWeights(
      builder, block->getArgument(1), block->getArgument(2)));
  EXPECT_EQ(clone.getBeta().convertToDouble(), 1.0);
}
