/// The bn dialect against its formulas and against itself.

#include "ReferenceTest.h"

#include <cmath>
#include <random>

namespace bnopt::reference {
namespace {

class ReferenceNormalizationTest : public ReferenceTest {
protected:
  Tensor random(llvm::ArrayRef<int64_t> shape) {
    Tensor tensor(shape);
    std::normal_distribution<double> normal;
    for (double &value : tensor.data)
      value = normal(engine);
    return tensor;
  }

  std::mt19937_64 engine{7};
};

TEST_F(ReferenceNormalizationTest, InferenceAlongAnyDimension) {
  for (const char *op : {"inference", "normalize"}) {
    Tensor y = runOne(
        "%x: tensor<2x2xf32>, %s: tensor<2xf32>, %o: tensor<2xf32>, "
        "%m: tensor<2xf32>, %v: tensor<2xf32>",
        std::string("%y = bn.") + op +
            " %x, %s, %o, %m, %v {epsilon = 1.0 : f64, featureIndex = 0 : "
            "i64} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, "
            "tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>",
        "tensor<2x2xf32>",
        {Tensor({2, 2}, {1, 2, 3, 4}), Tensor({2}, {2, 3}),
         Tensor({2}, {0, 10}), Tensor({2}, {1, 2}), Tensor({2}, {3, 8})});
    expectValues(y, Tensor({2, 2}, {0, 1, 11, 12}));
  }
}

TEST_F(ReferenceNormalizationTest, ScaleShift) {
  Tensor y = runOne("%x: tensor<1x2x2xf32>, %s: tensor<2xf32>, "
                    "%t: tensor<2xf32>",
                    "%y = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} "
                    ": (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> "
                    "tensor<1x2x2xf32>",
                    "tensor<1x2x2xf32>",
                    {Tensor({1, 2, 2}, {1, 2, 3, 4}), Tensor({2}, {2, -1}),
                     Tensor({2}, {0.5, 0})});
  expectValues(y, Tensor({1, 2, 2}, {2.5, 4.5, -3, -4}));
}

const char *const trainingSource = R"(
func.func @f(%x: tensor<2x2xf32>, %s: tensor<2xf32>, %o: tensor<2xf32>)
    -> (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %y:3 = bn.training %x, %s, %o {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>)
      -> (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>
})";

TEST_F(ReferenceNormalizationTest, TrainingUsesThePopulationVariance) {
  auto results =
      run(trainingSource, {Tensor({2, 2}, {1, 10, 3, 14}), Tensor({2}, {1, 2}),
                           Tensor({2}, {0, 5})});
  ASSERT_EQ(results.size(), 3u);
  expectValues(results[0], Tensor({2, 2}, {-1, 3, 1, 7}));
  expectValues(results[1], Tensor({2}, {2, 12}));
  expectValues(results[2], Tensor({2}, {1, 4}));
}

TEST_F(ReferenceNormalizationTest, StatisticsOfALargeMeanKeepTheirBits) {
  auto results = run(R"(
func.func @f(%x: tensor<2x1x2xf32>) -> (tensor<1xf32>, tensor<1xf32>) {
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64}
      : (tensor<2x1x2xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  return %mean, %variance : tensor<1xf32>, tensor<1xf32>
})",
                     {Tensor({2, 1, 2}, {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3})});
  ASSERT_EQ(results.size(), 2u);
  expectValues(results[0], Tensor({1}, 1e9 + 1.5));
  expectValues(results[1], Tensor({1}, 1.25));
}

// A mean in two parts is their sum; a mean that is not rounded has no rest.
TEST_F(ReferenceNormalizationTest, RestsOfMeans) {
  const char *const source = R"(
func.func @f(%x: tensor<2x1xf32>, %p: tensor<1xf32>, %r: tensor<1xf32>)
    -> (tensor<1xf32>, tensor<2x1xf32>, tensor<1xf32>, tensor<2x1xf32>) {
  %m, %v, %rest = bn.statistics %x {featureIndex = 1 : i64}
      : (tensor<2x1xf32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  %y = bn.normalize %x, %p, %p, %m, %p rest %r
      {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>,
         tensor<1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %ds, %do = bn.gradient_statistics %x, %m, %p, %x rest %r
      {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<2x1xf32>,
         tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %dx = bn.gradient_input %x, %p, %m, %p, %x, %p, %p rest %r
      {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>,
         tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
      -> tensor<2x1xf32>
  return %rest, %y, %ds, %dx
      : tensor<1xf32>, tensor<2x1xf32>, tensor<1xf32>, tensor<2x1xf32>
})";
  auto results =
      run(source, {Tensor({2, 1}, {2, 4}), Tensor({1}, 1), Tensor({1}, 0.5)});
  ASSERT_EQ(results.size(), 4u);
  expectValues(results[0], Tensor({1}, 0));
  // x − 3.5, and 1 as scale, offset, variance and gradients of both.
  expectValues(results[1], Tensor({2, 1}, {-0.5, 1.5}));
  expectValues(results[2], Tensor({1}, -1));
  expectValues(results[3], Tensor({2, 1}, {2.25, 3.25}));
}

TEST_F(ReferenceNormalizationTest, UpdateRunningConventions) {
  const auto update = [&](const std::string &conventions, int count) {
    Tensor y =
        runOne("%r: tensor<1xf32>, %s: tensor<1xf32>",
               "%y = bn.update_running %r, %s " + conventions +
                   " {momentum = 0.75 : f64, count = " + std::to_string(count) +
                   " : i64} : tensor<1xf32>",
               "tensor<1xf32>", {Tensor({1}, 1), Tensor({1}, 9)});
    return y.data.empty() ? NAN : y[0];
  };
  EXPECT_DOUBLE_EQ(update("keep population", 10), 3);
  EXPECT_DOUBLE_EQ(update("update population", 10), 7);
  EXPECT_DOUBLE_EQ(update("keep sample", 10), 3.25);
  EXPECT_DOUBLE_EQ(update("keep sample", 1), 3);
  EXPECT_DOUBLE_EQ(update("keep sample", 0), 1);
}

/// After k batches the running statistic is the mean of theirs.
TEST_F(ReferenceNormalizationTest, UpdateCumulativeIsTheMeanOfAllBatches) {
  const auto update = [&](double running, double statistic, double batches,
                          const std::string &estimator, int count) {
    Tensor y = runOne(
        "%r: tensor<1xf32>, %s: tensor<1xf32>, %k: tensor<f32>",
        "%y = bn.update_cumulative %r, %s, %k " + estimator + " {count = " +
            std::to_string(count) + " : i64} : tensor<1xf32>, tensor<f32>",
        "tensor<1xf32>",
        {Tensor({1}, running), Tensor({1}, statistic), Tensor({}, batches)});
    return y.data.empty() ? NAN : y[0];
  };
  double running = 123;
  running = update(running, 9, 1, "population", 10);
  EXPECT_DOUBLE_EQ(running, 9);
  running = update(running, 3, 2, "population", 10);
  EXPECT_DOUBLE_EQ(running, 6);
  running = update(running, 9, 3, "sample", 10);
  EXPECT_DOUBLE_EQ(running, 6 + (10 - 6) / 3.0);
  EXPECT_DOUBLE_EQ(update(5, 9, 2, "sample", 1), 7);
  EXPECT_DOUBLE_EQ(update(5, 9, 2, "sample", 0), 5);
}

/// Elements are counted with 64 bits: 2³² of them change a variance by less
/// than an f32 shows, 2³² + 2 truncated to 32 bits would double it.
TEST_F(ReferenceNormalizationTest, UpdateRunningCountsWith64Bits) {
  Tensor y = runOne("%r: tensor<1xf32>, %s: tensor<1xf32>",
                    "%y = bn.update_running %r, %s update sample {momentum = "
                    "1.0 : f64, count = 4294967298 : i64} : tensor<1xf32>",
                    "tensor<1xf32>", {Tensor({1}, 1), Tensor({1}, 9)});
  EXPECT_DOUBLE_EQ(y[0], 9 * (4294967298.0 / 4294967297.0));
}

const char *const gradientSource = R"(
func.func @f(%x: tensor<2x3x2xf32>, %s: tensor<3xf32>, %m: tensor<3xf32>,
             %v: tensor<3xf32>, %dy: tensor<2x3x2xf32>)
    -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) {
  %dx, %ds, %do = bn.gradient %x, %s, %m, %v, %dy
      {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
      : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
         tensor<2x3x2xf32>) -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>)
  %ds2, %do2 = bn.gradient_statistics %x, %m, %v, %dy
      {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
      : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x2xf32>)
      -> (tensor<3xf32>, tensor<3xf32>)
  %dx2 = bn.gradient_input %x, %s, %m, %v, %dy, %ds2, %do2
      {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
      : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
         tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x2xf32>
  return %dx, %ds, %do, %dx2, %ds2, %do2
      : tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>
})";

const char *const forwardSource = R"(
func.func @f(%x: tensor<2x3x2xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>)
    -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) {
  %y:3 = bn.training %x, %s, %o {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
      : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>)
      -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>
})";

/// The gradients of Σ dy·y are its differences when an element of one of the
/// inputs moves.
TEST_F(ReferenceNormalizationTest, GradientIsTheDerivativeOfTraining) {
  std::vector<Tensor> inputs = {random({2, 3, 2}), random({3}), random({3})};
  const Tensor dy = random({2, 3, 2});
  auto forward = run(forwardSource, inputs);
  ASSERT_EQ(forward.size(), 3u);
  auto gradients =
      run(gradientSource, {inputs[0], inputs[1], forward[1], forward[2], dy});
  ASSERT_EQ(gradients.size(), 6u);

  const double step = 1e-5;
  const auto loss = [&] {
    const Tensor y = run(forwardSource, inputs)[0];
    double sum = 0;
    for (int64_t i = 0; i < y.size(); ++i)
      sum += dy[i] * y[i];
    return sum;
  };
  for (size_t input = 0; input < inputs.size(); ++input)
    for (int64_t i = 0; i < inputs[input].size(); ++i) {
      double &value = inputs[input][i];
      const double old = value;
      value = old + step;
      const double above = loss();
      value = old - step;
      const double below = loss();
      value = old;
      EXPECT_NEAR(gradients[input][i], (above - below) / (2 * step), 1e-7)
          << "input " << input << ", element " << i;
    }
  for (size_t part = 0; part < 3; ++part)
    expectValues(gradients[part + 3], gradients[part]);
}

TEST_F(ReferenceNormalizationTest, LayerNormAndRMSNormOfRows) {
  const std::vector<double> x = {1, 3, -2, 2};
  Tensor layer = runOne(
      "%x: tensor<2x2xf32>, %s: tensor<2xf32>, %o: tensor<2xf32>",
      "%y = bn.layer_norm %x, %s, %o {epsilon = 0.0 : f64, axis = 1 : i64} : "
      "(tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>",
      "tensor<2x2xf32>",
      {Tensor({2, 2}, x), Tensor({2}, {1, 2}), Tensor({2}, {0, 10})});
  expectValues(layer, Tensor({2, 2}, {-1, 12, -1, 12}));
  Tensor rms =
      runOne("%x: tensor<2x2xf32>, %s: tensor<2xf32>",
             "%y = bn.rms_norm %x, %s {epsilon = 0.0 : f64, axis = 1 "
             ": i64} : (tensor<2x2xf32>, tensor<2xf32>) -> "
             "tensor<2x2xf32>",
             "tensor<2x2xf32>", {Tensor({2, 2}, x), Tensor({2}, {1, 2})});
  expectValues(rms,
               Tensor({2, 2}, {1 / std::sqrt(5), 6 / std::sqrt(5), -1, 2}));
}

TEST_F(ReferenceNormalizationTest, GroupNormOfOneGroupIsLayerNorm) {
  const Tensor x = random({2, 4, 3}), scale({4}, 1), offset({4}, 0);
  Tensor group = runOne(
      "%x: tensor<2x4x3xf32>, %s: tensor<4xf32>, %o: tensor<4xf32>",
      "%y = bn.group_norm %x, %s, %o {groups = 1 : i64, epsilon = 0.5 : f64} : "
      "(tensor<2x4x3xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x3xf32>",
      "tensor<2x4x3xf32>", {x, scale, offset});
  Tensor layer = runOne(
      "%x: tensor<2x4x3xf32>, %s: tensor<4x3xf32>",
      "%y = bn.layer_norm %x, %s {epsilon = 0.5 : f64, axis = 1 : i64} : "
      "(tensor<2x4x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>",
      "tensor<2x4x3xf32>", {x, Tensor({4, 3}, 1)});
  expectValues(group, layer);
}

TEST_F(ReferenceNormalizationTest, GroupNormUsesScaleAndOffsetPerChannel) {
  Tensor y = runOne(
      "%x: tensor<1x4x1xf32>, %s: tensor<4xf32>, %o: tensor<4xf32>",
      "%y = bn.group_norm %x, %s, %o {groups = 2 : i64, epsilon = 0.0 : f64} : "
      "(tensor<1x4x1xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x1xf32>",
      "tensor<1x4x1xf32>",
      {Tensor({1, 4, 1}, {1, 3, 10, 30}), Tensor({4}, {1, 2, 3, 4}),
       Tensor({4}, {0, 0, 100, 100})});
  expectValues(y, Tensor({1, 4, 1}, {-1, 2, 97, 104}));
}

} // namespace
} // namespace bnopt::reference
