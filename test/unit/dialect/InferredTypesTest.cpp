//===- InferredTypesTest.cpp ----------------------------------------------===//

#include "dialect/Interfaces/InferredTypes.h"

#include "mlir/IR/Builders.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace bnopt;

namespace {

class InferredTypesTest : public testing::Test {
protected:
  Type tensor(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, Float32Type::get(&context));
  }
  bool areCompatible(Type inferred, Type actual) {
    return areCompatibleTypes(inferred, actual);
  }

  MLIRContext context;
  static constexpr int64_t unknown = ShapedType::kDynamic;
};

} // namespace

TEST_F(InferredTypesTest, AcceptsEqualTypes) {
  EXPECT_TRUE(areCompatible(tensor({1, 4}), tensor({1, 4})));
  EXPECT_FALSE(areCompatible(tensor({1, 4}), tensor({1, 5})));
}

TEST_F(InferredTypesTest, AcceptsUnknownAgainstKnownSizesBothWays) {
  EXPECT_TRUE(areCompatible(tensor({unknown, 4}), tensor({1, 4})));
  EXPECT_TRUE(areCompatible(tensor({1, 4}), tensor({unknown, 4})));
  EXPECT_FALSE(areCompatible(tensor({unknown, 4}), tensor({1, 5})));
}

TEST_F(InferredTypesTest, RejectsOtherRanksAndElementTypes) {
  EXPECT_FALSE(areCompatible(tensor({1, 4}), tensor({4})));
  EXPECT_FALSE(areCompatible(
      tensor({4}), RankedTensorType::get({4}, Float64Type::get(&context))));
}

TEST_F(InferredTypesTest, UnrankedPromisesNothing) {
  Type unranked = UnrankedTensorType::get(Float32Type::get(&context));
  EXPECT_TRUE(areCompatible(unranked, tensor({4})));
}

TEST_F(InferredTypesTest, RejectsAnotherNumberOfTypes) {
  EXPECT_FALSE(
      areCompatibleTypes({tensor({4}), tensor({4})}, TypeRange(tensor({4}))));
}
