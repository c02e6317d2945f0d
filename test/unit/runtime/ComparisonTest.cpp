// How bn-run measures the distance of two outputs.

#include "tools/bn-run/Comparison.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace bnopt;

namespace {

Tensor makeTensor(std::vector<float> values) {
  Tensor tensor(float32, {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.elements<float>().begin());
  return tensor;
}

TEST(ComparisonTest, RelatesToTheLargestReference) {
  OutputError error =
      compareOutput("y", makeTensor({1, -4, 3}), makeTensor({1, -5, 3}));
  EXPECT_EQ(error.maxAbsolute, 1);
  EXPECT_EQ(error.maxRelative, 0.2);
}

TEST(ComparisonTest, EqualZerosAreEqual) {
  EXPECT_EQ(compareOutput("y", makeTensor({0}), makeTensor({0})).maxRelative,
            0);
}

TEST(ComparisonTest, NothingIsCloseToNotANumber) {
  float nan = std::nanf("");
  EXPECT_TRUE(std::isinf(
      compareOutput("y", makeTensor({nan}), makeTensor({1})).maxRelative));
  EXPECT_TRUE(std::isinf(
      compareOutput("y", makeTensor({1}), makeTensor({nan})).maxRelative));
  EXPECT_EQ(
      compareOutput("y", makeTensor({nan}), makeTensor({nan})).maxRelative, 0);
}

TEST(ComparisonTest, InfinityIsNotCloseToALargeNumber) {
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(
      compareOutput("y", makeTensor({1}), makeTensor({infinity})).maxRelative));
  EXPECT_TRUE(std::isinf(
      compareOutput("y", makeTensor({infinity}), makeTensor({1})).maxRelative));
}

TEST(ComparisonTest, ComparesNarrowTypes) {
  Tensor one(float16, {1}), two(float16, {1});
  one.elements<uint16_t>()[0] = 0x3c00;
  two.elements<uint16_t>()[0] = 0x4000;
  EXPECT_EQ(compareOutput("y", one, two).maxRelative, 0.5);
  EXPECT_EQ(compareOutput("y", one, makeTensor({1})).maxRelative, 0);
}

TEST(ComparisonTest, RejectsOtherShapes) {
  EXPECT_THROW(compareOutput("y", makeTensor({1}), makeTensor({1, 2})),
               RuntimeError);
}

} // namespace
