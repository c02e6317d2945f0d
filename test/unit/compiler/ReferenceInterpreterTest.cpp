/// Programs as a whole: constants, kernels, errors.

#include "ReferenceTest.h"

namespace bnopt::reference {
namespace {

using ReferenceInterpreterTest = ReferenceTest;

TEST_F(ReferenceInterpreterTest, RunsKernels) {
  auto results = run(R"(
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, -5.0]> : tensor<2xf32>
  %0 = kernel.launch @add_relu ins(%x, %c : tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = kernel.launch @add_relu ins(%0, %0 : tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
kernel.func @add_relu(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<2xf32> {
  %0 = nn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.relu %0 : tensor<2xf32>
  kernel.return %1 : tensor<2xf32>
})",
                     Tensor({2}, {1, 2}));
  ASSERT_EQ(results.size(), 1u);
  expectValues(results[0], Tensor({2}, {4, 0}));
}

TEST_F(ReferenceInterpreterTest, ReadsConstantsOfEveryForm) {
  auto results = run(R"(
func.func @f() -> (tensor<2xf16>, tensor<2xbf16>, tensor<2xf64>, tensor<2xf32>) {
  %half = arith.constant dense<[0.5, -65504.0]> : tensor<2xf16>
  %brain = arith.constant dense<-1.5> : tensor<2xbf16>
  %double = arith.constant dense<[1.0e300, 0.1]> : tensor<2xf64>
  %blob = arith.constant dense_resource<blob> : tensor<2xf32>
  return %half, %brain, %double, %blob
      : tensor<2xf16>, tensor<2xbf16>, tensor<2xf64>, tensor<2xf32>
}
{-# dialect_resources: { builtin: { blob: "0x040000000000803F000000C0" } } #-})",
                     {});
  ASSERT_EQ(results.size(), 4u);
  expectValues(results[0], Tensor({2}, {0.5, -65504}));
  expectValues(results[1], Tensor({2}, {-1.5, -1.5}));
  expectValues(results[2], Tensor({2}, {1e300, 0.1}));
  expectValues(results[3], Tensor({2}, {1, -2}));
}

TEST_F(ReferenceInterpreterTest, ReturnsAnInputTwice) {
  auto results = run(R"(
func.func @f(%x: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>) {
  return %x, %x : tensor<1xf32>, tensor<1xf32>
})",
                     Tensor({1}, 3));
  ASSERT_EQ(results.size(), 2u);
  expectValues(results[1], Tensor({1}, 3));
}

/// What `interpret` complains about.
std::string getError(mlir::MLIRContext &context, mlir::ModuleOp module,
                     llvm::ArrayRef<Tensor> inputs) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          message = diagnostic.str();
                                          return mlir::success();
                                        });
  EXPECT_TRUE(
      failed(interpret(*module.getOps<mlir::func::FuncOp>().begin(), inputs)));
  return message;
}

TEST_F(ReferenceInterpreterTest, RejectsInputsThatDoNotFit) {
  auto module = parse("func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {\n"
                      "  return %x : tensor<?x2xf32>\n}");
  EXPECT_EQ(getError(context, *module, {}), "'f' expects 1 inputs, but got 0");
  EXPECT_EQ(getError(context, *module, Tensor({1, 3})),
            "'f' expects input 0 as 'tensor<?x2xf32>', but got a tensor of "
            "shape [1, 3]");
}

TEST_F(ReferenceInterpreterTest, RejectsUnknownOperators) {
  auto module = parse("func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
                      "  %0 = arith.negf %x : tensor<2xf32>\n"
                      "  return %0 : tensor<2xf32>\n}");
  EXPECT_EQ(getError(context, *module, Tensor({2})),
            "'arith.negf' op is not known to the reference interpreter");
}

} // namespace
} // namespace bnopt::reference
