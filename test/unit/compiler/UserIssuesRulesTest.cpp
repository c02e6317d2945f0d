/// User issues about where a fold is right and where it is not: axes, constants
/// that are no biases, precision, borders, branches and norms.

#include "UserIssuesTest.h"

#include <cmath>

namespace bnopt::reference {
namespace {

using namespace mlir;

Value matmul(Network &network, Value x, int64_t columns) {
  return nn::MatMulOp::create(network.builder, network.loc, x,
                              network.random({getShape(x).back(), columns}));
}

/// BN of [B, L, N] normalizes L. With L = N the shapes give nothing away.
TEST_F(UserIssuesTest, Issue06MatMulAxisIsNotTheFeatures) {
  for (int64_t columns : {3, 5}) {
    Network wrong(&context);
    wrong.finish(
        wrong.inference(matmul(wrong, wrong.input({2, 3, 4}), columns)));
    expectKeeps(wrong, 1);
    // Along N it is right.
    Network right(&context);
    right.finish(right.inference(matmul(right, right.input({2, 3, 4}), columns),
                                 1e-5, 2));
    expectFolds(right);
  }
}

/// [B, L, N] as [B·L, N] keeps N; as [B, N, L] in memory it does not.
TEST_F(UserIssuesTest, Issue08MatMulReshapeKeepsTheFeatures) {
  Network kept(&context);
  kept.finish(kept.inference(
      kept.reshape(matmul(kept, kept.input({2, 3, 4}), 6), {6, 6})));
  expectFolds(kept);
  Network lost(&context);
  lost.finish(lost.inference(
      lost.reshape(matmul(lost, lost.input({2, 3, 4}), 6), {2, 6, 3})));
  expectKeeps(lost, 1);
}

/// [1, C, H, W] is another number for each pixel: no bias. The normalization
/// below must scale both, and may shift either.
TEST_F(UserIssuesTest, Issue12FullConstantIsNoBias) {
  Network network(&context);
  Value x = network.input({2, 4, 3, 3});
  Value y = network.add(network.conv(x, 4, 3, 1, 2, true),
                        network.random({1, 4, 3, 3}));
  network.finish(y);
  expectSame(network);
  EXPECT_EQ(network.count("nn.add"), 1);
  Network normalized(&context);
  x = normalized.input({2, 4, 3, 3});
  y = normalized.add(normalized.conv(x, 4, 3, 1, 2, true),
                     normalized.random({1, 4, 3, 3}));
  normalized.finish(normalized.inference(y));
  expectFolds(normalized);
  EXPECT_EQ(normalized.count("nn.add"), 1);
}

/// The largest difference between results, relative to the largest value.
double getDifference(ArrayRef<Tensor> expected, ArrayRef<Tensor> actual) {
  double largest = 0, difference = 0;
  for (int64_t i = 0; i < expected[0].size(); ++i) {
    largest = std::max(largest, std::fabs(expected[0][i]));
    difference = std::max(difference, std::fabs(actual[0][i] - expected[0][i]));
  }
  return difference / largest;
}

/// A second rounding of 16-bit weights adds as much error again as the first,
/// so the scale-shift stays; one that is asked for is within its bound, 2⁻⁹.
TEST_F(UserIssuesTest, Issue18NarrowWeightsAreNotRoundedTwice) {
  for (double tolerance : {1e-6, 1e-2}) {
    Network network(&context, BFloat16Type::get(&context));
    Value x = network.input({1, 8, 6, 6});
    network.finish(network.inference(network.conv(x, 8, 3)));
    const SmallVector<Tensor> expected = interpretNetwork(network);
    FoldOptions options;
    options.tolerance = tolerance;
    fold(network, options);
    const bool isAllowed = tolerance > 1e-3;
    EXPECT_EQ(network.countNormalizations(), isAllowed ? 0 : 1);
    const double difference =
        getDifference(expected, interpretNetwork(network));
    EXPECT_LE(difference, isAllowed ? std::ldexp(1, -8) : 1e-6);
    EXPECT_EQ(difference > 1e-4, isAllowed);
  }
}

/// Parameters of f16 give a scale and a shift that f16 would not hold: with
/// ε = 1e-5 and a variance of 6e-5, √ and quotient are f64's.
TEST_F(UserIssuesTest, Issue19ScaleAndShiftAreNotComputedInF16) {
  Network network(&context, Float16Type::get(&context));
  Value x = network.input({1, 1, 8});
  network.finish(network.inference(x, {{0.333}, {0.1}, {3.14}, {6e-5}}));
  const SmallVector<Tensor> expected = interpretNetwork(network);
  fold(network);
  ASSERT_EQ(network.count("bn.scale_shift"), 1);
  network.module->walk([](bn::ScaleShiftOp op) {
    EXPECT_TRUE(op.getScale().getType().getElementType().isF32());
    EXPECT_TRUE(op.getShift().getType().getElementType().isF32());
  });
  EXPECT_LE(getDifference(expected, interpretNetwork(network)), 1e-6);
}

/// Data far from the running mean: batch statistics would give zeros.
TEST_F(UserIssuesTest, Issue21InferenceUsesRunningStatistics) {
  for (bool hasConv : {false, true}) {
    Network network(&context);
    Value x = network.input({4, 1, 3});
    for (double &value : network.inputs[0].data)
      value = 100 + value;
    Value y = hasConv
                  ? Value(nn::ConvOp::create(network.builder, network.loc, x,
                                             network.constant({1, 1, 1}, 1.0),
                                             Value(), DenseI64ArrayAttr(),
                                             DenseI64ArrayAttr(),
                                             DenseI64ArrayAttr(), 1))
                  : x;
    network.finish(network.inference(y, {{2}, {5}, {1}, {4}}, 0.0));
    fold(network);
    const Tensor result = interpretNetwork(network)[0];
    for (int64_t i = 0; i < result.size(); ++i)
      EXPECT_NEAR(result[i], network.inputs[0][i] - 1 + 5, 1e-9);
  }
}

/// Mean 1e4 and deviation 1e-2: E[x²] − E[x]² has no correct digit.
TEST_F(UserIssuesTest, Issue25VarianceOfDataFarFromZero) {
  Network network(&context);
  Value x = network.input({4, 1, 50});
  double mean = 0, variance = 0;
  for (double &value : network.inputs[0].data)
    value = 1e4 + 1e-2 * value;
  const Tensor &data = network.inputs[0];
  for (double value : data.data)
    mean += (value - 1e4) / 200;
  for (double value : data.data)
    variance += (value - 1e4 - mean) * (value - 1e4 - mean) / 200;
  auto training = bn::TrainingOp::create(
      network.builder, network.loc,
      TypeRange{x.getType(), network.getType(1), network.getType(1)}, x,
      network.constant(1, 1.0), network.constant(1, 0.0),
      network.builder.getF64FloatAttr(0), network.builder.getI64IntegerAttr(1));
  network.finish(training.getResults());
  const SmallVector<Tensor> results = interpretNetwork(network);
  EXPECT_NEAR(results[2][0] / variance, 1, 1e-7);
  for (int64_t i = 0; i < data.size(); ++i)
    EXPECT_NEAR(results[0][i], (data[i] - 1e4 - mean) / std::sqrt(variance),
                1e-6);
}

/// Pre-activation blocks: padding is zero behind the normalization, so border
/// rows get fewer shifts. Borders and interior are compared apart.
TEST_F(UserIssuesTest, Issue38PreActivationFoldsWithPadding) {
  for (bool hasRelu : {false, true})
    for (int64_t pad : {1, 2}) {
      Network network(&context);
      Value x = network.inference(network.input({1, 4, 6, 6}));
      x = network.conv(hasRelu ? network.relu(x) : x, 5, 3, pad);
      network.finish(x);
      const SmallVector<Tensor> expected = interpretNetwork(network);
      fold(network);
      EXPECT_EQ(network.countNormalizations(), 0) << network.print();
      const SmallVector<Tensor> actual = interpretNetwork(network);
      const int64_t size = expected[0].shape[2];
      double border = 0, interior = 0;
      for (int64_t i = 0; i < expected[0].size(); ++i) {
        const int64_t row = i / size % size, column = i % size;
        const bool isInside =
            std::min(row, column) >= pad && std::max(row, column) < size - pad;
        double &worst = isInside ? interior : border;
        worst = std::max(worst, std::fabs(actual[0][i] - expected[0][i]));
      }
      EXPECT_LT(border, 1e-11);
      EXPECT_LT(interior, 1e-11);
    }
}

/// A normalization without a neighbour, and one whose neighbours take it not,
/// are there to be lowered; three dimensions are no exception.
TEST_F(UserIssuesTest, Issue41EveryNormalizationFoldsOrStays) {
  Network alone(&context);
  alone.finish(alone.inference(alone.input({1, 3, 2, 4, 4})));
  expectKeeps(alone, 1);
  Network folds(&context);
  folds.finish(folds.inference(folds.conv(folds.input({1, 3, 4, 4, 4}), 2, 3)));
  expectFolds(folds);
  Network between(&context);
  Value x = between.conv(between.input({1, 3, 4, 4, 4}), 2, 3);
  between.finish({x, between.inference(x)});
  expectKeeps(between, 1);
}

/// 3×3, 1×1 and identity branches, each with a normalization, are one
/// convolution that computes their sum.
TEST_F(UserIssuesTest, Issue43ParallelBranchesMergeIntoOne) {
  for (int64_t groups : {1, 2}) {
    Network network(&context);
    Value x = network.input({2, 4, 6, 6});
    for (int64_t block = 0; block < 3; ++block) {
      Value wide = network.inference(network.conv(x, 4, 3, 1, groups));
      Value narrow = network.inference(network.conv(x, 4, 1, 0, groups));
      x = network.relu(
          network.add(network.add(wide, narrow), network.inference(x)));
    }
    network.finish(x);
    expectFolds(network, 1e-11);
    EXPECT_EQ(network.count("nn.conv"), 3);
    EXPECT_EQ(network.count("nn.add"), 0);
  }
}

/// ε of 1e-5 as f32 is 9.99999974…e-6, and stays that with variances so small
/// that the difference counts.
TEST_F(UserIssuesTest, Issue45EpsilonIsNotRounded) {
  const double epsilon = static_cast<double>(1e-5F);
  for (double each : {epsilon, 1e-5}) {
    Network network(&context);
    Value x = network.input({1, 1, 4});
    network.finish(
        network.inference(network.conv(x, 1), {{1}, {0}, {0}, {0}}, each));
    const double weight = [&] {
      double value = 0;
      network.module->walk([&](nn::ConvOp conv) {
        value = (*ConstantData::get(conv.getWeights()))[0];
      });
      return value;
    }();
    fold(network);
    network.module->walk([&](nn::ConvOp conv) {
      EXPECT_DOUBLE_EQ((*ConstantData::get(conv.getWeights()))[0],
                       weight / std::sqrt(each));
    });
    EXPECT_EQ(network.countNormalizations(), 0);
  }
}

/// Scale and offset of a norm go into what reads it; what it reads stays.
TEST_F(UserIssuesTest, Issue46NormsFoldForwardsOnly) {
  Network network(&context);
  Value x = network.input({5, 4});
  Value above = network.gemm(x, 4, true);
  Value norm = bn::LayerNormOp::create(
      network.builder, network.loc, above.getType(), above, network.random(4),
      network.random(4), network.builder.getF64FloatAttr(1e-5),
      network.builder.getI64IntegerAttr(1));
  network.finish(network.gemm(norm, 3, true));
  SmallVector<std::vector<double>> before, after;
  const auto readWeights = [&](SmallVector<std::vector<double>> &weights) {
    network.module->walk([&](nn::GemmOp gemm) {
      weights.push_back(ConstantData::get(gemm.getB())->toDoubles());
    });
  };
  readWeights(before);
  expectSame(network);
  readWeights(after);
  EXPECT_EQ(before[0], after[0]);
  EXPECT_NE(before[1], after[1]);
  network.module->walk([](bn::LayerNormOp op) {
    for (double scale : ConstantData::get(op.getScale())->toDoubles())
      EXPECT_EQ(scale, 1);
  });
  // A normalization below it becomes part of it, and goes no further up.
  Network post(&context);
  x = post.gemm(post.input({5, 4}), 4, true);
  norm = bn::RMSNormOp::create(
      post.builder, post.loc, x.getType(), x, post.random(4),
      post.builder.getF64FloatAttr(1e-5), post.builder.getI64IntegerAttr(1));
  post.finish(post.inference(norm));
  expectSame(post);
}

} // namespace
} // namespace bnopt::reference
