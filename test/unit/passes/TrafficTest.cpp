//===- TrafficTest.cpp - Bytes that kernels move --------------------------===//

#include "passes/Traffic.h"

#include "dialect/AllDialects.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace bnopt;
using namespace mlir;

namespace {

class TrafficTest : public testing::Test {
protected:
  TrafficTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<arith::ArithDialect, func::FuncDialect,
                    memref::MemRefDialect>();
    context.appendDialectRegistry(registry);
  }

  /// Of all launches of the program `text`.
  Traffic measure(StringRef text) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    Traffic traffic;
    SymbolTable symbols(*module);
    module->walk([&](kernel::LaunchOp launch) {
      traffic += getTraffic(launch, symbols);
    });
    return traffic;
  }

  MLIRContext context;
};

TEST_F(TrafficTest, CountsOperandsResultsAndConstantsApart) {
  const Traffic traffic = measure(R"(
    func.func @f(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xbf16> {
      %w = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
      %0 = kernel.launch @k ins(%x, %w : tensor<2x3x4xf32>, tensor<3xf32>) -> tensor<2x3x4xbf16>
      return %0 : tensor<2x3x4xbf16>
    }
    kernel.func @k(%x: tensor<2x3x4xf32>, %w: tensor<3xf32>) -> tensor<2x3x4xbf16> {
      %0 = bn.scale_shift %x, %w, %w {featureIndex = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
      %1 = nn.cast %0 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
      kernel.return %1 : tensor<2x3x4xbf16>
    })");
  EXPECT_EQ(traffic.read, 24u * 4);
  EXPECT_EQ(traffic.written, 24u * 2);
  EXPECT_EQ(traffic.constants, 3u * 4);
  EXPECT_EQ(traffic.total(), 156u);
}

TEST_F(TrafficTest, CountsPlannedMemoryAlike) {
  const Traffic traffic = measure(R"(
    memref.global "private" constant @w : memref<3xf32> = dense<1.0>
    func.func @f(%x: memref<3xf16>, %y: memref<3xf32>, %arena: memref<0xi8>) {
      %w = memref.get_global @w : memref<3xf32>
      kernel.launch @k ins(%x, %w : memref<3xf16>, memref<3xf32>) outs(%y : memref<3xf32>)
      return
    }
    kernel.func @k(%x: tensor<3xf16>, %w: tensor<3xf32>) -> tensor<3xf32> {
      %0 = nn.cast %x : (tensor<3xf16>) -> tensor<3xf32>
      %1 = nn.add %0, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      kernel.return %1 : tensor<3xf32>
    })");
  EXPECT_EQ(traffic.read, 6u);
  EXPECT_EQ(traffic.written, 12u);
  EXPECT_EQ(traffic.constants, 12u);
}

TEST_F(TrafficTest, AddsLaunchesAndReadsWhatIsPassedTwiceOnce) {
  const Traffic traffic = measure(R"(
    func.func @f(%x: tensor<5xf32>) -> tensor<5xf32> {
      %0 = kernel.launch @k ins(%x, %x : tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
      %1 = kernel.launch @k ins(%x, %0 : tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
      return %1 : tensor<5xf32>
    }
    kernel.func @k(%x: tensor<5xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {
      %0 = nn.add %x, %y : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
      kernel.return %0 : tensor<5xf32>
    })");
  EXPECT_EQ(traffic.read, 20u + 40u);
  EXPECT_EQ(traffic.written, 40u);
}

/// The first element of each feature, which statistics are relative to.
TEST_F(TrafficTest, CountsOfSlicedOperandsTheSlices) {
  const Traffic traffic = measure(R"(
    func.func @f(%x: tensor<8x3xbf16>) -> (tensor<1x3xf32>, tensor<8x3xf32>) {
      %0 = kernel.launch @first ins(%x : tensor<8x3xbf16>) -> tensor<1x3xf32>
      %1 = kernel.launch @all ins(%x : tensor<8x3xbf16>) -> tensor<8x3xf32>
      return %0, %1 : tensor<1x3xf32>, tensor<8x3xf32>
    }
    kernel.func @first(%x: tensor<8x3xbf16>) -> tensor<1x3xf32> {
      %0 = nn.cast %x : (tensor<8x3xbf16>) -> tensor<8x3xf32>
      %1 = nn.slice %0 offsets [0, 0] sizes [1, 3] steps [1, 1] : (tensor<8x3xf32>) -> tensor<1x3xf32>
      kernel.return %1 : tensor<1x3xf32>
    }
    kernel.func @all(%x: tensor<8x3xbf16>) -> tensor<8x3xf32> {
      %0 = nn.cast %x : (tensor<8x3xbf16>) -> tensor<8x3xf32>
      %1 = nn.slice %0 offsets [0, 0] sizes [1, 3] steps [1, 1] : (tensor<8x3xf32>) -> tensor<1x3xf32>
      %2 = nn.sub %0, %1 : (tensor<8x3xf32>, tensor<1x3xf32>) -> tensor<8x3xf32>
      kernel.return %2 : tensor<8x3xf32>
    })");
  EXPECT_EQ(traffic.read, 3u * 2 + 24u * 2);
}

TEST_F(TrafficTest, CountsUnknownSizesAsOne) {
  const Traffic traffic = measure(R"(
    func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = kernel.launch @k ins(%x : tensor<?x4xf32>) -> tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
    kernel.func @k(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = nn.relu %x : tensor<?x4xf32>
      kernel.return %0 : tensor<?x4xf32>
    })");
  EXPECT_EQ(traffic.read, 16u);
  EXPECT_EQ(traffic.written, 16u);
}

} // namespace
