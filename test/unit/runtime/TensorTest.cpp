// Tensors in memory and what their files are called.

#include "runtime/Tensor.h"
#include "runtime/NarrowFloats.h"
#include "runtime/TensorFile.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace bnopt;

namespace {

TEST(TensorTest, IsZeroedAndAligned) {
  Tensor tensor(float32, {2, 3});
  EXPECT_EQ(tensor.elementCount(), 6u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes().data()) % 64, 0u);
  for (float element : tensor.elements<float>())
    EXPECT_EQ(element, 0);
}

TEST(TensorTest, RejectsShapesThatDoNotFit) {
  EXPECT_THROW(Tensor(float32, {int64_t(1) << 40, int64_t(1) << 40}),
               RuntimeError);
  EXPECT_THROW(Tensor(float32, {-1}), RuntimeError);
}

TEST(TensorTest, ViewDescribesIt) {
  Tensor tensor(float32, {2, 3});
  DLTensor view = tensor.view();
  EXPECT_EQ(view.data, tensor.bytes().data());
  EXPECT_EQ(view.ndim, 2);
  EXPECT_EQ(view.shape[1], 3);
  EXPECT_EQ(view.strides, nullptr);
}

TEST(TensorTest, RandomDataFollowsTheSeed) {
  Tensor a(float32, {1000}), b(float32, {1000}), c(float32, {1000});
  fillRandom(a, 1);
  fillRandom(b, 1);
  fillRandom(c, 2);
  EXPECT_EQ(std::memcmp(a.bytes().data(), b.bytes().data(), 4000), 0);
  EXPECT_NE(std::memcmp(a.bytes().data(), c.bytes().data(), 4000), 0);
  double sum = 0;
  for (float element : a.elements<float>()) {
    EXPECT_GE(element, -1);
    EXPECT_LT(element, 1);
    sum += element;
  }
  EXPECT_NEAR(sum / 1000, 0, 0.1);
}

TEST(TensorTest, RandomDataOfNarrowTypesIsInRange) {
  for (DLDataType type : {float16, bfloat16}) {
    Tensor tensor(type, {1000});
    fillRandom(tensor, 1);
    const std::vector<double> values = toDoubles(tensor);
    const auto [low, high] = std::ranges::minmax(values);
    EXPECT_GE(low, -1);
    EXPECT_LT(low, -0.95);
    EXPECT_LT(high, 1);
    EXPECT_GT(high, 0.95);
    EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0) / 1000, 0,
                0.1);
  }
  Tensor integers({kDLInt, 32, 1}, {1});
  EXPECT_THROW(fillRandom(integers, 1), RuntimeError);
}

TEST(NarrowFloatsTest, DecodesFloat16) {
  EXPECT_EQ(decodeFloat16(0x3c00), 1);
  EXPECT_EQ(decodeFloat16(0xc100), -2.5);
  EXPECT_EQ(decodeFloat16(0x7bff), 65504);
  EXPECT_EQ(decodeFloat16(0x0001), std::ldexp(1.0f, -24));
  EXPECT_TRUE(std::signbit(decodeFloat16(0x8000)));
  EXPECT_TRUE(std::isinf(decodeFloat16(0xfc00)));
  EXPECT_TRUE(std::isnan(decodeFloat16(0x7e00)));
}

TEST(NarrowFloatsTest, DecodesBFloat16) {
  EXPECT_EQ(decodeBFloat16(0x3f80), 1);
  EXPECT_EQ(decodeBFloat16(0xc020), -2.5);
  EXPECT_TRUE(std::isinf(decodeBFloat16(0x7f80)));
}

TEST(NarrowFloatsTest, RejectsIntegers) {
  EXPECT_THROW(toDoubles(Tensor({kDLInt, 32, 1}, {1})), RuntimeError);
}

TEST(TensorTest, NamesTypesAndShapes) {
  EXPECT_EQ(typeName({kDLBfloat, 16, 1}), "bf16");
  EXPECT_EQ(typeName({kDLInt, 64, 2}), "i64x2");
  EXPECT_EQ(shapeText(std::vector<int64_t>{1, 3}), "1x3");
  EXPECT_EQ(shapeText({}), "scalar");
}

TEST(FileNameTest, ReplacesSpecialCharacters) {
  EXPECT_EQ(fileNameFor("prob_1"), "prob_1");
  EXPECT_EQ(fileNameFor("a/b:c d"), "a_b_c_d");
  EXPECT_EQ(fileNameFor("../up"), "_.._up");
  EXPECT_EQ(fileNameFor(""), "_");
}

} // namespace
