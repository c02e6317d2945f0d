//===- ValidationTest.cpp - Folded against unfolded -----------------------===//

#include "compiler/Validation.h"

#include "compiler/reference/TestInputs.h"
#include "dialect/AllDialects.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using bnopt::reference::InputKind;

namespace bnopt {
namespace {

class ValidationTest : public ::testing::Test {
protected:
  ValidationTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// A model of one padded convolution whose bias is an addition.
  OwningOpRef<ModuleOp> makeModel(StringRef weight, StringRef shift) {
    return parseSourceString<ModuleOp>(
        ("func.func @model(%x: tensor<?x1x5xf32> {bn.name = \"x\"}) -> "
         "(tensor<?x1x5xf32> {bn.name = \"y\"}) {\n"
         "%w = arith.constant dense<" +
         weight +
         "> : tensor<1x1x3xf32>\n"
         "%t = arith.constant dense<" +
         shift +
         "> : tensor<5xf32>\n"
         "%0 = nn.conv %x, %w pads [1, 1] : (tensor<?x1x5xf32>, "
         "tensor<1x1x3xf32>) -> tensor<?x1x5xf32>\n"
         "%1 = nn.add %0, %t : (tensor<?x1x5xf32>, tensor<5xf32>) -> "
         "tensor<?x1x5xf32>\n"
         "return %1 : tensor<?x1x5xf32>\n}")
            .str(),
        &context);
  }

  OutputError compare(ModuleOp model, ModuleOp folded,
                      const ValidationLimit &limit = {}) {
    auto errors = compareInInterpreter(model, folded, limit, /*seed=*/0);
    EXPECT_TRUE(succeeded(errors));
    EXPECT_EQ(errors->size(), 1u);
    return errors->front();
  }

  MLIRContext context;
};

TEST_F(ValidationTest, FindsNothingInAnEqualModel) {
  const OutputError error =
      compare(*makeModel("0.5", "1.0"), *makeModel("0.5", "1.0"));
  EXPECT_EQ(error.output, "y");
  EXPECT_EQ(error.absolute, 0);
  EXPECT_EQ(error.relative, 0);
  EXPECT_TRUE(error.isWithinLimit());
}

TEST_F(ValidationTest, LetsRoundingPass) {
  const OutputError error =
      compare(*makeModel("0.3", "1.0"), *makeModel("0.30000004", "1.0"));
  EXPECT_GT(error.relative, 0);
  EXPECT_TRUE(error.isWithinLimit());
}

// What large inputs drown shows without any.
TEST_F(ValidationTest, FindsAShiftThatIsMissing) {
  const OutputError error =
      compare(*makeModel("1.0", "1.0e-3"), *makeModel("1.0", "0.0"));
  EXPECT_EQ(error.relativeInput, "zeros");
  EXPECT_FALSE(error.isWithinLimit());
}

TEST_F(ValidationTest, FindsAShiftThatIsWrongAtTheBorder) {
  const OutputError error = compare(
      *makeModel("0.5", "1.0"), *makeModel("0.5", "[1.5, 1.0, 1.0, 1.0, 1.0]"));
  EXPECT_FALSE(error.isWithinLimit());
}

// With constant inputs the shift leaves 2·10⁻⁵ of the sum, and rounding shows
// fifty thousand times as much.
TEST_F(ValidationTest, MeasuresWhatRoundingDoesWhereSumsCancel) {
  const StringRef shift = "[-0.66665, -0.99998, -0.99998, -0.99998, -0.66665]";
  auto model = makeModel("0.33333334", shift);
  auto rounded = makeModel("0.33333337", shift);
  auto wrong = makeModel("0.334", shift);
  const ValidationLimit fixed{1e-5, 0}, measured{1e-5, 0x1p-24};
  EXPECT_FALSE(compare(*model, *rounded, fixed).isWithinLimit());
  EXPECT_TRUE(compare(*model, *rounded, measured).isWithinLimit());
  EXPECT_FALSE(compare(*model, *wrong, measured).isWithinLimit());
}

TEST_F(ValidationTest, AcceptsNaNForNaN) {
  const OutputError error =
      compare(*makeModel("0.5", "0x7FC00000"), *makeModel("0.5", "0x7FC00000"));
  EXPECT_TRUE(error.isWithinLimit());
}

TEST_F(ValidationTest, RefusesANumberForNaN) {
  const OutputError error =
      compare(*makeModel("0.5", "0x7FC00000"), *makeModel("0.5", "1.0"));
  EXPECT_TRUE(std::isinf(error.relative));
  EXPECT_FALSE(error.isWithinLimit());
}

// The relu leaves zeros of one input, and numbers near them of its folded form.
TEST_F(ValidationTest, MeasuresErrorsOfZerosAgainstOtherRuns) {
  const auto makeClamped = [&](StringRef low, StringRef shift) {
    return parseSourceString<ModuleOp>(
        ("func.func @model(%x: tensor<1xf32>) -> (tensor<1xf32>) {\n"
         "%t = arith.constant dense<" +
         shift +
         "> : tensor<1xf32>\n"
         "%0 = nn.clip %x to [" +
         low +
         ", 0x7FF0000000000000] : tensor<1xf32>\n"
         "%1 = nn.add %0, %t : (tensor<1xf32>, tensor<1xf32>) -> "
         "tensor<1xf32>\n"
         "return %1 : tensor<1xf32>\n}")
            .str(),
        &context);
  };
  // Of the runs of one element each, those with small inputs are all zero.
  auto model = makeClamped("3.0", "-3.0");
  EXPECT_TRUE(
      compare(*model, *makeClamped("3.0000002", "-3.0")).isWithinLimit());
  EXPECT_FALSE(compare(*model, *makeClamped("3.5", "-3.0")).isWithinLimit());
}

// At least 10^60, which f64 holds and f32 does not.
TEST_F(ValidationTest, TakesNumbersBeyondTheTypeForInfinite) {
  const auto makeLarge = [&](StringRef factor) {
    return parseSourceString<ModuleOp>(
        ("func.func @model(%x: tensor<8xf32>) -> (tensor<8xf32>) {\n"
         "%a = arith.constant dense<1.0e30> : tensor<f32>\n"
         "%b = arith.constant dense<" +
         factor +
         "> : tensor<f32>\n"
         "%0 = nn.clip %x to [1.0, 0x7FF0000000000000] : tensor<8xf32>\n"
         "%1 = nn.mul %0, %a : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>\n"
         "%2 = nn.mul %1, %b : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>\n"
         "return %2 : tensor<8xf32>\n}")
            .str(),
        &context);
  };
  auto model = makeLarge("1.0e30");
  EXPECT_TRUE(compare(*model, *makeLarge("1.001e30")).isWithinLimit());
  EXPECT_FALSE(compare(*model, *makeLarge("-1.0e30")).isWithinLimit());
  EXPECT_FALSE(compare(*model, *makeLarge("1.0")).isWithinLimit());
}

TEST_F(ValidationTest, AddsUpTheBoundsOfAllFolds) {
  NormalizationRecord rounded, exact;
  EXPECT_EQ(getValidationLimit({}).general, 1e-5);
  EXPECT_EQ(getValidationLimit({}).constants, 0);
  rounded.bound = 6e-8;
  EXPECT_EQ(getValidationLimit({rounded, exact}).general, 1e-5);
  EXPECT_EQ(getValidationLimit({rounded, exact}).constants, 6e-8);
  // Two folds into f16, four times.
  rounded.bound = 4e-4;
  EXPECT_DOUBLE_EQ(getValidationLimit({rounded, exact, rounded}).general,
                   3.2e-3);
}

// Scale and shift are rounded wherever they go, unless nobody makes them.
TEST_F(ValidationTest, CountsTheRoundingOfScaleAndShift) {
  NormalizationRecord kept;
  kept.op = "bn.inference";
  EXPECT_EQ(getValidationLimit({kept}).general, 1e-5);
  EXPECT_EQ(getValidationLimit({kept}).constants, 0x1p-24);
  kept.cause = "asked-to-keep";
  EXPECT_EQ(getValidationLimit({kept}).constants, 0);
}

TEST_F(ValidationTest, MakesTheSameInputsAgain) {
  auto type = RankedTensorType::get({2, 3, ShapedType::kDynamic},
                                    Float32Type::get(&context));
  for (InputKind kind : reference::allInputKinds) {
    const auto first = reference::makeTestInput(type, kind, 7);
    EXPECT_EQ(first.shape, reference::Shape({2, 3, 1}));
    EXPECT_EQ(first.data, reference::makeTestInput(type, kind, 7).data);
    for (const double value : first.data)
      EXPECT_EQ(value, static_cast<double>(static_cast<float>(value)));
  }
  EXPECT_NE(reference::makeTestInput(type, InputKind::Normal, 7).data,
            reference::makeTestInput(type, InputKind::Normal, 8).data);
}

TEST_F(ValidationTest, MakesDenormalInputs) {
  auto type = RankedTensorType::get({64}, Float32Type::get(&context));
  const auto tensor = reference::makeTestInput(type, InputKind::Denormal, 1);
  for (const double value : tensor.data)
    EXPECT_LT(std::fabs(value), 0x1p-126);
  EXPECT_GT(std::count_if(tensor.data.begin(), tensor.data.end(),
                          [](double value) { return value != 0; }),
            32);
}

} // namespace
} // namespace bnopt
