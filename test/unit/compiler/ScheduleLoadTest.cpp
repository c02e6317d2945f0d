//===- ScheduleLoadTest.cpp - Kernels that compute what they load ---------===//
//
// Normalization and activation above a convolution, a product, a pool or a
// reduction. Padding is zero after them, so a shift that leaked into it would
// show at the borders.
//
//===----------------------------------------------------------------------===//

#include "ScheduleTest.h"

#include "passes/lower/TileModel.h"

#include "llvm/Support/FormatVariadic.h"

using namespace bnopt;
using llvm::formatv;

namespace {
class ScheduleLoadTest : public ScheduleTest {};

/// A two-dimensional convolution below a scale-shift and a relu.
struct LoadCase {
  int64_t inputs, outputs, height, width, window = 3, stride = 1, pad = 1,
                                          dilation = 1, batch = 1;
  bool hasResidual = false;
  /// Channels of the buffer that the input is a slice of; 0: its own.
  int64_t inputChannels = 0;
};
} // namespace

/// The first lines of a body: %1 is relu(s·x + t) of %a, s and t being %b and
/// %c.
static std::string getLoad(llvm::StringRef feature = "1") {
  return ("%0 = bn.scale_shift %a, %b, %c {featureIndex = " + feature +
          " : i64} : (A, B, C) -> A\n  %1 = nn.relu %0 : A\n  ")
      .str();
}

static KernelCase makeConv(const LoadCase &c) {
  const auto getSize = [&](int64_t size) {
    return (size + 2 * c.pad - c.dilation * (c.window - 1) - 1) / c.stride + 1;
  };
  const Operand result =
      lastC({c.batch, c.outputs, getSize(c.height), getSize(c.width)});
  const Tile tile =
      chooseTile({c.outputs, 1, getSize(c.width), 0, c.hasResidual}, {16, 32});
  const Operand vector{{c.inputs}};
  std::vector<Operand> arguments = {
      lastC({c.batch, c.inputs, c.height, c.width}, {}, c.inputChannels),
      vector,
      vector,
      {{c.outputs, c.inputs, c.window, c.window},
       formatv("#kernel.packed<tile = {0}>", tile.channels)}};
  std::string body =
      getLoad() +
      formatv("%2 = nn.conv %1, %d strides [{0}, {0}] pads [{1}, {1}, {1}, "
              "{1}] dilations [{2}, {2}] : (A, {3}) -> Y\n  ",
              c.stride, c.pad, c.dilation, getType(arguments[3].shape))
          .str();
  if (c.hasResidual)
    arguments.push_back(result);
  body += c.hasResidual ? "%y = nn.add %2, %e : (Y, Y) -> Y"
                        : "%y = nn.relu %2 : Y";
  KernelCase kernelCase = makeCase(
      "conv", arguments, result, body,
      formatv("schedule = #kernel.direct<channels = {0}, pixels = {1}>{2}",
              tile.channels, tile.pixels, c.hasResidual ? ", inPlace" : ""));
  if (c.hasResidual)
    kernelCase.aliased = 4;
  return kernelCase;
}

static llvm::SmallVector<KernelCase> makeConvs(llvm::ArrayRef<LoadCase> cases) {
  return llvm::map_to_vector(cases, makeConv);
}

TEST_P(ScheduleLoadTest, PointwiseConvolutions) {
  check(makeConvs({{17, 24, 5, 7, 1, 1, 0},
                   {64, 64, 7, 7, 1, 1, 0},
                   {24, 32, 9, 9, 1, 2, 0},
                   {16, 17, 1, 1, 1, 1, 0},
                   {16, 32, 6, 5, 1, 1, 0, 1, 3},
                   {24, 16, 5, 7, 1, 1, 0, 1, 1, false, 40}}));
}

TEST_P(ScheduleLoadTest, PaddedWindows) {
  check(makeConvs({{17, 24, 5, 7},
                   {8, 32, 9, 9, 3, 2},
                   {8, 17, 11, 9, 3, 1, 2, 2},
                   {3, 16, 13, 11, 5, 1, 2},
                   {8, 24, 7, 5, 3, 1, 0}}));
}

// More than one strip: of rows, of parts of a row, of a merged row; blocks of
// channels where there are few strips; strips that do not divide the row,
// beside other loops that threads share.
TEST_P(ScheduleLoadTest, SeveralStrips) {
  check(makeConvs({{64, 32, 40, 56},
                   {128, 16, 3, 200},
                   {256, 64, 28, 28, 1, 1, 0},
                   {200, 48, 23, 31, 1, 1, 0},
                   {1024, 256, 7, 7, 1, 1, 0},
                   {2048, 32, 9, 9, 1, 1, 0},
                   {512, 512, 19, 19, 1, 1, 0},
                   {2048, 512, 7, 7, 1, 1, 0},
                   {512, 64, 29, 29, 1, 1, 0, 1, 2},
                   {64, 64, 2, 785}}));
}

TEST_P(ScheduleLoadTest, InPlaceResidual) {
  check(makeConvs({{24, 24, 7, 7, 1, 1, 0, 1, 1, true},
                   {16, 17, 5, 13, 3, 1, 1, 1, 1, true},
                   {256, 64, 28, 28, 1, 1, 0, 1, 1, true}}));
}

TEST_P(ScheduleLoadTest, LongReductions) {
  check(makeConvs({{521, 16, 3, 5, 1, 1, 0}, {300, 17, 3, 5}}));
}

TEST_P(ScheduleLoadTest, OtherRanks) {
  const Operand vector{{8}};
  const std::string schedule =
      "schedule = #kernel.direct<channels = 16, pixels = 4>";
  check({makeCase("1-D",
                  {lastC({2, 8, 9}),
                   vector,
                   vector,
                   {{16, 8, 3}, "#kernel.packed<tile = 16>"}},
                  lastC({2, 16, 9}),
                  getLoad() + "%y = nn.conv %1, %d pads [1, 1] : (A, "
                              "tensor<16x8x3xf32>) -> Y",
                  schedule),
         makeCase("3-D",
                  {lastC({1, 8, 4, 5, 6}),
                   vector,
                   vector,
                   {{16, 8, 3, 3, 3}, "#kernel.packed<tile = 16>"}},
                  lastC({1, 16, 4, 5, 6}),
                  getLoad() + "%y = nn.conv %1, %d pads [1, 1, 1, 1, 1, 1] : "
                              "(A, tensor<16x8x3x3x3xf32>) -> Y",
                  schedule)});
}

TEST_P(ScheduleLoadTest, MatrixProducts) {
  const Operand vector{{24}};
  const auto gemm = [&](int64_t rows) {
    return makeCase(
        "gemm",
        {{{rows, 24}}, vector, vector, {{24, 17}, "#kernel.packed<tile = 16>"}},
        {{rows, 17}},
        getLoad() + "%y = nn.gemm %1, %d : (A, "
                    "tensor<24x17xf32>) -> Y",
        "schedule = #kernel.direct<channels = 16, pixels = 3>");
  };
  check({gemm(1), gemm(3), gemm(7), gemm(4000)});
}

TEST_P(ScheduleLoadTest, PoolsReductionsMovement) {
  const Operand image = lastC({1, 24, 6, 8}), vector{{24}};
  const auto below = [&](const Operand &result, const std::string &op) {
    return makeCase(op, {image, vector, vector}, result,
                    getLoad() + "%y = nn." + op + " : (A) -> Y");
  };
  const Operand half = lastC({1, 24, 3, 4});
  check({below(half, "max_pool %1 window [2, 2] strides [2, 2]"),
         below(half, "max_pool %1 window [3, 3] strides [2, 2] pads [1, 1, 1, "
                     "1]"),
         below(half, "average_pool %1 window [3, 3] strides [2, 2] pads [1, 1, "
                     "1, 1]"),
         below(lastC({1, 24, 1, 1}), "reduce_mean %1 axes [2, 3] {keep_dims}"),
         below({{1, 24}}, "reduce_max %1 axes [2, 3]"),
         below({{1, 6, 8, 24}}, "transpose %1 permutation [0, 2, 3, 1]")});
}

TEST_P(ScheduleLoadTest, WithAsserts) {
  EmitOptions options;
  options.asserts = true;
  check(makeConvs({{17, 24, 5, 7}, {64, 32, 40, 56}, {64, 64, 7, 7, 1, 1, 0}}),
        options);
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleLoadTest, allTargets(),
                         getTargetTestName);
