//===- KernelLayoutsTest.cpp ----------------------------------------------===//

#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/Kernel/KernelDialect.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace bnopt::kernel;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class KernelLayoutsTest : public testing::Test {
protected:
  KernelLayoutsTest() { context.getOrLoadDialect<KernelDialect>(); }

  RankedTensorType tensor(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, Float32Type::get(&context));
  }

  MLIRContext context;
};

} // namespace

TEST_F(KernelLayoutsTest, BufferDimOrderReversesUpToRank2) {
  EXPECT_THAT(getBufferDimOrder(0), IsEmpty());
  EXPECT_THAT(getBufferDimOrder(1), ElementsAre(0));
  EXPECT_THAT(getBufferDimOrder(2), ElementsAre(1, 0));
}

TEST_F(KernelLayoutsTest, BufferDimOrderPutsChannelsInnermost) {
  EXPECT_THAT(getBufferDimOrder(3), ElementsAre(1, 2, 0));
  EXPECT_THAT(getBufferDimOrder(4), ElementsAre(1, 3, 2, 0));
  EXPECT_THAT(getBufferDimOrder(5), ElementsAre(1, 4, 3, 2, 0));
}

TEST_F(KernelLayoutsTest, RowMajorStrides) {
  EXPECT_THAT(getRowMajorStrides({}), IsEmpty());
  EXPECT_THAT(getRowMajorStrides({2, 3, 4, 5}), ElementsAre(60, 20, 5, 1));
}

TEST_F(KernelLayoutsTest, ChannelsLastStridesCountTheHalo) {
  EXPECT_THAT(getChannelsLastStrides({1, 64, 56, 56}),
              ElementsAre(200704, 1, 3584, 64));
  EXPECT_THAT(getChannelsLastStrides({1, 64, 56, 56}, {0, 0, 0, 0, 1, 1, 1, 1}),
              ElementsAre(215296, 1, 3712, 64));
}

TEST_F(KernelLayoutsTest, ChannelsLastStridesOfUnequalMargins) {
  EXPECT_THAT(getChannelsLastStrides({2, 3, 4, 5}, {0, 0, 0, 0, 1, 2, 3, 0}),
              ElementsAre(168, 1, 24, 3));
}

TEST_F(KernelLayoutsTest, NoLayoutIsRowMajorWithoutHalo) {
  EXPECT_THAT(getStrides(tensor({2, 3}), nullptr), ElementsAre(3, 1));
  EXPECT_THAT(getHalo(2, nullptr), ElementsAre(0, 0, 0, 0));
}

TEST_F(KernelLayoutsTest, LayoutGivesStridesAndHalo) {
  auto layout = LayoutAttr::get(&context, {7, 1}, {0, 0, 1, 2});
  EXPECT_THAT(getStrides(tensor({2, 4}), layout), ElementsAre(7, 1));
  EXPECT_THAT(getHalo(2, layout), ElementsAre(0, 0, 1, 2));
  EXPECT_TRUE(layout.hasHalo());
  EXPECT_EQ(layout.getHaloLow(1), 1);
  EXPECT_EQ(layout.getHaloHigh(1), 2);
}

TEST_F(KernelLayoutsTest, EmptyHaloReadsAsZeros) {
  auto layout = LayoutAttr::get(&context, {7, 1}, {});
  EXPECT_THAT(getHalo(2, layout), ElementsAre(0, 0, 0, 0));
  EXPECT_FALSE(layout.hasHalo());
  EXPECT_EQ(layout.getHaloHigh(1), 0);
}

TEST_F(KernelLayoutsTest, PackedShapeOfConvolutionWeights) {
  EXPECT_THAT(getPackedShape({64, 32, 3, 5}, 32), ElementsAre(2, 3, 5, 32, 32));
  EXPECT_THAT(getPackedShape({33, 32, 3, 5}, 32), ElementsAre(2, 3, 5, 32, 32));
  EXPECT_THAT(getPackedShape({96, 1, 3, 3}, 96), ElementsAre(1, 3, 3, 1, 96));
}

TEST_F(KernelLayoutsTest, PackedShapeOfTransposedWeights) {
  const auto get = [&](int64_t groups, int64_t parts) {
    return getPackedShape(
        {64, 16, 3, 5},
        PackedAttr::get(&context, 8, /*transposed=*/true, groups, parts));
  };
  EXPECT_THAT(get(1, 1), ElementsAre(2, 3, 5, 64, 8));
  EXPECT_THAT(get(2, 1), ElementsAre(4, 3, 5, 32, 8));
  EXPECT_THAT(get(1, 3), ElementsAre(3, 2, 3, 5, 64, 8));
}

TEST_F(KernelLayoutsTest, PackedShapeOfMatrices) {
  EXPECT_THAT(getPackedShape({2048, 1000}, 64), ElementsAre(16, 2048, 64));
  EXPECT_THAT(getPackedShape({1000, 2048}, 64, /*isTransposed=*/true),
              ElementsAre(16, 2048, 64));
}
