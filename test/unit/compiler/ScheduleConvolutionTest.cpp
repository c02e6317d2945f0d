//===- ScheduleConvolutionTest.cpp - Convolutions against the reference ---===//
//
// Odd sizes on purpose: tiles that do not divide rows, channels that do not
// fill vectors, windows that reach outside.
//
//===----------------------------------------------------------------------===//

#include "ScheduleTest.h"

#include "passes/lower/TileModel.h"

#include "llvm/Support/FormatVariadic.h"

using namespace bnopt;

namespace {
struct ConvCase {
  int64_t inputs, outputs, height, width, window = 3, stride = 1, dilation = 1;
  /// top, left, bottom, right
  llvm::SmallVector<int64_t> pads = {1, 1, 1, 1};
  int64_t groups = 1;
  /// The input has the pads as its halo; without, it has none.
  bool hasHalo = true;
  /// Channels of the buffer that the result is a slice of; 0: its own.
  int64_t resultChannels = 0;
  /// Halo around the result.
  int64_t resultHalo = 0;
  bool isPacked = true;
  /// Adds a residual; the result gets its memory if `inPlace`.
  bool hasResidual = false, inPlace = false;
};

class ScheduleConvolutionTest : public ScheduleTest {
protected:
  VectorUnit getUnit() const {
    llvm::StringRef name = GetParam();
    return name == "native" ? VectorUnit{16, 32}
                            : VectorUnit{name.ends_with("v3") ? 8 : 4, 16};
  }

  KernelCase makeCase(const ConvCase &c) const;

  void checkAll(llvm::ArrayRef<ConvCase> convCases,
                const EmitOptions &options = {}) {
    std::vector<KernelCase> cases;
    for (const ConvCase &convCase : convCases)
      cases.push_back(makeCase(convCase));
    check(cases, options);
  }
};
} // namespace

static int64_t getOutputSize(const ConvCase &c, int64_t size, int64_t pads) {
  return (size + pads - c.dilation * (c.window - 1) - 1) / c.stride + 1;
}

KernelCase ScheduleConvolutionTest::makeCase(const ConvCase &c) const {
  using llvm::formatv;
  int64_t height = getOutputSize(c, c.height, c.pads[0] + c.pads[2]);
  int64_t width = getOutputSize(c, c.width, c.pads[1] + c.pads[3]);
  llvm::SmallVector<int64_t> shape = {1, c.inputs, c.height, c.width};
  llvm::SmallVector<int64_t> result = {1, c.outputs, height, width};
  llvm::SmallVector<int64_t> halo, resultHalo;
  if (c.hasHalo)
    halo = {0, 0, 0, 0, c.pads[0], c.pads[2], c.pads[1], c.pads[3]};
  if (c.resultHalo)
    resultHalo = {
        0, 0, 0, 0, c.resultHalo, c.resultHalo, c.resultHalo, c.resultHalo};
  TileProblem problem{c.outputs, c.groups, width,
                      c.inputs * c.stride * int64_t(sizeof(float)), c.inPlace};
  Tile tile = chooseTile(problem, getUnit());
  if (c.groups == c.inputs && c.groups > 1)
    tile.channels = c.outputs;
  std::string y = getType(result);
  std::string yLayout =
      withLayout(getLayout(result, resultHalo, c.resultChannels));
  std::string w = getType({c.outputs, c.inputs / c.groups, c.window, c.window});
  std::string packed =
      c.isPacked ? formatv("{{kernel.layout = #kernel.packed<tile = {0}>}",
                           tile.channels)
                       .str()
                 : "";
  std::string residual =
      c.hasResidual ? formatv(", %r: {0} {1}", y, yLayout).str() : "";
  std::string last = c.hasResidual
                         ? formatv("%1 = nn.add %0, %r : ({0}, {0}) -> {0}\n  "
                                   "%2 = nn.relu %1 : {0}\n",
                                   y)
                               .str()
                         : formatv("%2 = nn.relu %0 : {0}\n", y).str();
  KernelCase kernelCase;
  kernelCase.name = "conv";
  kernelCase.text =
      formatv(
          "kernel.func @k(%x: {0} {1}, %w: {2} {3}, %b: tensor<{4}xf32>{5}) "
          "-> ({6} {7}) attributes {{schedule = #kernel.direct<channels = {8}, "
          "pixels = {9}>{10}} {{\n",
          getType(shape), withLayout(getLayout(shape, halo)), w, packed,
          c.outputs, residual, y, yLayout, tile.channels, tile.pixels,
          c.inPlace ? ", inPlace" : "")
          .str() +
      formatv("  %0 = nn.conv %x, %w bias %b strides [{0}, {0}] pads [{1}, "
              "{2}, {3}, {4}] "
              "dilations [{5}, {5}] groups {6} : ({7}, {8}, tensor<{9}xf32>) "
              "-> {10}\n",
              c.stride, c.pads[0], c.pads[1], c.pads[2], c.pads[3], c.dilation,
              c.groups, getType(shape), w, c.outputs, y)
          .str() +
      "  " + last + formatv("  kernel.return %2 : {0}\n}\n", y).str();
  if (c.inPlace)
    kernelCase.aliased = 3;
  return kernelCase;
}

TEST_P(ScheduleConvolutionTest, ChannelsThatDoNotFillVectors) {
  std::vector<ConvCase> cases;
  for (int64_t inputs : {1, 3, 8, 17})
    for (int64_t outputs : {1, 3, 8, 17, 24, 64})
      cases.push_back({inputs, outputs, 5, 9});
  checkAll(cases);
}

TEST_P(ScheduleConvolutionTest, RowsOfEveryLength) {
  std::vector<ConvCase> cases;
  for (int64_t width : {1, 2, 3, 5, 7, 11, 13, 15})
    cases.push_back({8, 24, 3, width});
  checkAll(cases);
}

TEST_P(ScheduleConvolutionTest, StridesDilationsPads) {
  checkAll({{3, 32, 15, 15, 7, 2, 1, {3, 3, 3, 3}},
            {8, 16, 9, 11, 3, 2, 1, {1, 1, 1, 1}},
            {8, 16, 9, 11, 3, 2, 1, {0, 0, 1, 1}},
            {8, 17, 11, 9, 3, 1, 2, {2, 2, 2, 2}},
            {8, 17, 11, 9, 3, 1, 2, {2, 1, 0, 3}},
            {17, 24, 7, 7, 1, 1, 1, {0, 0, 0, 0}},
            {17, 24, 7, 7, 1, 2, 1, {0, 0, 0, 0}},
            {24, 64, 7, 7, 1, 1, 1, {1, 1, 1, 1}},
            {8, 24, 7, 5, 5, 1, 1, {2, 2, 2, 2}}});
}

TEST_P(ScheduleConvolutionTest, WithoutHalo) {
  checkAll({{3, 32, 15, 15, 7, 2, 1, {3, 3, 3, 3}, 1, false},
            {8, 17, 5, 9, 3, 1, 1, {1, 1, 1, 1}, 1, false},
            {8, 24, 9, 9, 3, 2, 1, {0, 0, 1, 1}, 1, false},
            {8, 8, 7, 7, 3, 1, 1, {1, 1, 1, 1}, 8, false}});
}

TEST_P(ScheduleConvolutionTest, Groups) {
  checkAll({{24, 24, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 3},
            {24, 48, 5, 7, 3, 2, 1, {1, 1, 1, 1}, 3},
            {12, 84, 5, 7, 1, 1, 1, {0, 0, 0, 0}, 3},
            {16, 136, 5, 7, 1, 1, 1, {0, 0, 0, 0}, 4},
            {16, 136, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 4},
            {64, 64, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 2},
            {8, 6, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 2}});
}

TEST_P(ScheduleConvolutionTest, Depthwise) {
  checkAll({{24, 24, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 24},
            {17, 17, 9, 9, 3, 2, 1, {1, 1, 1, 1}, 17},
            {3, 3, 5, 1, 3, 1, 1, {1, 1, 1, 1}, 3},
            {64, 64, 7, 11, 5, 1, 1, {2, 2, 2, 2}, 64},
            {8, 16, 7, 6, 3, 1, 1, {1, 1, 1, 1}, 8},
            {32,
             32,
             7,
             8,
             3,
             1,
             1,
             {1, 1, 1, 1},
             32,
             true,
             0,
             0,
             true,
             true,
             true}});
}

TEST_P(ScheduleConvolutionTest, SlicesAndHaloOfTheResult) {
  checkAll({{8, 24, 5, 9, 3, 1, 1, {1, 1, 1, 1}, 1, true, 40},
            {8, 17, 5, 9, 3, 1, 1, {1, 1, 1, 1}, 1, true, 40, 1},
            {8, 32, 7, 7, 1, 1, 1, {0, 0, 0, 0}, 1, true, 0, 1},
            {24, 24, 7, 7, 3, 1, 1, {1, 1, 1, 1}, 24, true, 32, 2}});
}

TEST_P(ScheduleConvolutionTest, InPlaceResidual) {
  checkAll(
      {{8, 64, 7, 7, 1, 1, 1, {0, 0, 0, 0}, 1, true, 0, 0, true, true, true},
       {8, 17, 5, 9, 1, 1, 1, {0, 0, 0, 0}, 1, true, 0, 0, true, true, true},
       {8, 24, 5, 13, 3, 1, 1, {1, 1, 1, 1}, 1, true, 0, 0, true, true, true},
       {8, 24, 5, 13, 3, 1, 1, {1, 1, 1, 1}, 1, true, 32, 1, true, true, true},
       {8,
        24,
        5,
        13,
        3,
        1,
        1,
        {1, 1, 1, 1},
        1,
        true,
        0,
        0,
        true,
        true,
        false}});
}

// Large enough for several threads: rows, one merged row, tiles of channels.
TEST_P(ScheduleConvolutionTest, ParallelLoops) {
  checkAll({{16, 64, 28, 28},
            {64, 64, 28, 28, 1, 1, 1, {0, 0, 0, 0}},
            {64, 64, 23, 31, 1, 1, 1, {0, 0, 0, 0}},
            {256, 512, 7, 7, 1, 1, 1, {0, 0, 0, 0}},
            {3, 64, 56, 56, 7, 2, 1, {3, 3, 3, 3}},
            {128, 128, 56, 56, 3, 1, 1, {1, 1, 1, 1}, 128}});
}

// Sums of more steps than one run.
TEST_P(ScheduleConvolutionTest, LongReductions) {
  checkAll({{1024, 32, 3, 7, 1, 1, 1, {0, 0, 0, 0}},
            {300, 17, 3, 5},
            {521, 16, 3, 3, 1, 1, 1, {0, 0, 0, 0}}});
}

TEST_P(ScheduleConvolutionTest, WithAsserts) {
  EmitOptions options;
  options.asserts = true;
  checkAll({{8, 24, 5, 9},
            {17, 24, 7, 7, 1, 1, 1, {0, 0, 0, 0}},
            {8, 17, 5, 9, 3, 1, 1, {1, 1, 1, 1}, 1, true, 40, 1}},
           options);
}

TEST_P(ScheduleConvolutionTest, WeightsThatAreNotPacked) {
  checkAll({{8, 17, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 1, true, 0, 0, false},
            {8, 16, 5, 7, 3, 2, 1, {1, 1, 1, 1}, 2, false, 0, 0, false},
            {8, 8, 5, 7, 3, 1, 1, {1, 1, 1, 1}, 8, true, 0, 0, false}});
}

TEST_P(ScheduleConvolutionTest, WeightsThatAreAllTheSame) {
  std::string x = withLayout(getLayout({1, 8, 5, 7}));
  check({{"splat",
          "kernel.func @k(%x: tensor<1x8x5x7xf32> " + x +
              ") -> (tensor<1x8x5x7xf32> " + x +
              ") {\n  %w = arith.constant dense<0.25> : tensor<8x1x3x3xf32>\n"
              "  %0 = nn.conv %x, %w pads [1, 1, 1, 1] groups 8 : "
              "(tensor<1x8x5x7xf32>, tensor<8x1x3x3xf32>) -> "
              "tensor<1x8x5x7xf32>\n"
              "  kernel.return %0 : tensor<1x8x5x7xf32>\n}\n"}});
}

TEST_P(ScheduleConvolutionTest, OtherRanks) {
  std::string x1 = withLayout(getLayout({2, 8, 9})),
              y1 = withLayout(getLayout({2, 16, 7}));
  std::string x3 = withLayout(getLayout({1, 3, 4, 5, 6}));
  std::string y3 = withLayout(getLayout({1, 16, 4, 5, 6}));
  check(
      {{"1-D",
        "kernel.func @k(%x: tensor<2x8x9xf32> " + x1 +
            ", %w: tensor<16x8x3xf32> {kernel.layout = #kernel.packed<tile = "
            "16>}) -> (tensor<2x16x7xf32> " +
            y1 +
            ") attributes {schedule = #kernel.direct<channels = 16, pixels = "
            "4>} {\n"
            "  %0 = nn.conv %x, %w : (tensor<2x8x9xf32>, tensor<16x8x3xf32>) "
            "-> "
            "tensor<2x16x7xf32>\n  kernel.return %0 : tensor<2x16x7xf32>\n}\n"},
       {"3-D",
        "kernel.func @k(%x: tensor<1x3x4x5x6xf32> " + x3 +
            ", %w: tensor<16x3x3x3x3xf32> {kernel.layout = #kernel.packed<tile "
            "= 16>}) -> (tensor<1x16x4x5x6xf32> " +
            y3 +
            ") attributes {schedule = #kernel.direct<channels = 16, pixels = "
            "2>} {\n"
            "  %0 = nn.conv %x, %w pads [1, 1, 1, 1, 1, 1] : "
            "(tensor<1x3x4x5x6xf32>, "
            "tensor<16x3x3x3x3xf32>) -> tensor<1x16x4x5x6xf32>\n"
            "  kernel.return %0 : tensor<1x16x4x5x6xf32>\n}\n"}});
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleConvolutionTest, allTargets(),
                         getTargetTestName);
