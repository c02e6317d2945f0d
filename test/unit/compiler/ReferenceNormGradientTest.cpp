/// Gradients of layer, group and RMS norm against differences of the norms.

#include "ReferenceTest.h"

#include <random>

namespace bnopt::reference {
namespace {

/// A norm with operands %x: 2×4×3, %s, %o, and its gradient.
struct Norm {
  const char *description;
  /// Text after `bn.`, without operands: the name, attributes.
  std::string name, attributes;
  std::string parameter;
  Shape parameterShape;
  bool hasOffset;
};

class ReferenceNormGradientTest : public ReferenceTest,
                                  public ::testing::WithParamInterface<Norm> {
protected:
  static constexpr const char *data = "tensor<2x4x3xf32>";

  Tensor random(llvm::ArrayRef<int64_t> shape) {
    Tensor tensor(shape);
    std::normal_distribution<double> normal;
    for (double &value : tensor.data)
      value = normal(engine);
    return tensor;
  }

  static std::string getForward(const Norm &norm) {
    const std::string p = norm.parameter;
    std::string operands = "%x, %s", types = std::string(data) + ", " + p;
    if (norm.hasOffset) {
      operands += ", %o";
      types += ", " + p;
    }
    return std::string("func.func @f(%x: ") + data + ", %s: " + p +
           ", %o: " + p + ") -> " + data + " {\n  %y = bn." + norm.name + " " +
           operands + " {" + norm.attributes + "} : (" + types + ") -> " +
           data + "\n  return %y : " + data + "\n}";
  }

  static std::string getGradient(const Norm &norm) {
    const std::string p = norm.parameter;
    const std::string results =
        std::string(data) + ", " + p + (norm.hasOffset ? ", " + p : "");
    const std::string values = norm.hasOffset ? "%0, %1, %2" : "%0, %1";
    return std::string("func.func @f(%x: ") + data + ", %s: " + p +
           ", %dy: " + data + ") -> (" + results + ") {\n  " + values +
           " = bn." + norm.name + "_gradient %x, %s, %dy {" + norm.attributes +
           "} : (" + data + ", " + p + ", " + data + ") -> (" + results +
           ")\n  return " + values + " : " + results + "\n}";
  }

  std::mt19937_64 engine{11};
};

/// The gradients of Σ dy·y are its differences when an element of one of the
/// inputs moves.
TEST_P(ReferenceNormGradientTest, IsTheDerivative) {
  const Norm &norm = GetParam();
  std::vector<Tensor> inputs = {random({2, 4, 3}), random(norm.parameterShape),
                                random(norm.parameterShape)};
  const Tensor dy = random({2, 4, 3});
  auto gradients = run(getGradient(norm), {inputs[0], inputs[1], dy});
  ASSERT_EQ(gradients.size(), norm.hasOffset ? 3u : 2u);

  const double step = 1e-5;
  const std::string forward = getForward(norm);
  const auto loss = [&] {
    const Tensor y = run(forward, inputs)[0];
    double sum = 0;
    for (int64_t i = 0; i < y.size(); ++i)
      sum += dy[i] * y[i];
    return sum;
  };
  for (size_t input = 0; input < gradients.size(); ++input) {
    ASSERT_EQ(gradients[input].shape, inputs[input].shape);
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
  }
}

INSTANTIATE_TEST_SUITE_P(
    Norms, ReferenceNormGradientTest,
    ::testing::Values(Norm{"layer",
                           "layer_norm",
                           "axis = 2 : i64, epsilon = 1.0e-3 : f64",
                           "tensor<3xf32>",
                           {3},
                           true},
                      Norm{"layerOfTwo",
                           "layer_norm",
                           "axis = 1 : i64, epsilon = 1.0e-3 : f64",
                           "tensor<4x3xf32>",
                           {4, 3},
                           true},
                      Norm{"rms",
                           "rms_norm",
                           "axis = 2 : i64, epsilon = 1.0e-3 : f64",
                           "tensor<3xf32>",
                           {3},
                           false},
                      Norm{"rmsOfAll",
                           "rms_norm",
                           "axis = 0 : i64, epsilon = 0.0 : f64",
                           "tensor<2x4x3xf32>",
                           {2, 4, 3},
                           false},
                      Norm{"group",
                           "group_norm",
                           "groups = 2 : i64, epsilon = 1.0e-3 : f64",
                           "tensor<4xf32>",
                           {4},
                           true},
                      Norm{"instance",
                           "group_norm",
                           "groups = 4 : i64, epsilon = 1.0e-3 : f64",
                           "tensor<4xf32>",
                           {4},
                           true}),
    [](const auto &info) { return info.param.description; });

/// Every element of a row of one is its own mean.
TEST_F(ReferenceTest, LayerNormGradientOfOneElementIsZero) {
  auto results =
      run(R"(
func.func @f(%x: tensor<2x1xf32>, %s: tensor<1xf32>, %dy: tensor<2x1xf32>)
    -> (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %0:3 = bn.layer_norm_gradient %x, %s, %dy {axis = 1 : i64, epsilon = 1.0 : f64}
      : (tensor<2x1xf32>, tensor<1xf32>, tensor<2x1xf32>)
      -> (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>
})",
          {Tensor({2, 1}, {5, 7}), Tensor({1}, 2), Tensor({2, 1}, {1, 3})});
  ASSERT_EQ(results.size(), 3u);
  expectValues(results[0], Tensor({2, 1}, {0, 0}));
  expectValues(results[1], Tensor({1}, 0.0));
  expectValues(results[2], Tensor({1}, 4));
}

/// Two rows each.
TEST_F(ReferenceTest, LayerNormGradientInParts) {
  auto results = run(R"(
func.func @f(%x: tensor<4x1xf32>, %s: tensor<1xf32>, %dy: tensor<4x1xf32>)
    -> (tensor<4x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) {
  %0:3 = bn.layer_norm_gradient %x, %s, %dy {axis = 1 : i64, epsilon = 1.0 : f64, parts = 2 : i64}
      : (tensor<4x1xf32>, tensor<1xf32>, tensor<4x1xf32>)
      -> (tensor<4x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>)
  return %0#0, %0#1, %0#2 : tensor<4x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>
})",
                     {Tensor({4, 1}, {5, 7, 2, 3}), Tensor({1}, 2),
                      Tensor({4, 1}, {1, 3, 10, 20})});
  ASSERT_EQ(results.size(), 3u);
  expectValues(results[1], Tensor({2, 1}, 0.0));
  expectValues(results[2], Tensor({2, 1}, {4, 30}));
}

/// Sums over nothing are zero.
TEST_F(ReferenceTest, GroupNormGradientOfNoSamples) {
  auto results = run(R"(
func.func @f(%x: tensor<0x4x3xf32>, %s: tensor<4xf32>, %dy: tensor<0x4x3xf32>)
    -> (tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0:3 = bn.group_norm_gradient %x, %s, %dy {groups = 2 : i64, epsilon = 1.0 : f64}
      : (tensor<0x4x3xf32>, tensor<4xf32>, tensor<0x4x3xf32>)
      -> (tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#0, %0#1, %0#2 : tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>
})",
                     {Tensor({0, 4, 3}), Tensor({4}, 2), Tensor({0, 4, 3})});
  ASSERT_EQ(results.size(), 3u);
  expectValues(results[0], Tensor({0, 4, 3}));
  expectValues(results[1], Tensor({4}, 0));
  expectValues(results[2], Tensor({4}, 0));
}

TEST_F(ReferenceTest, GroupNormOfNoSamples) {
  Tensor y = runOne(
      "%x: tensor<0x4xf32>, %s: tensor<4xf32>",
      "%y = bn.group_norm %x, %s, %s {groups = 2 : i64, epsilon = 0.0 : f64} : "
      "(tensor<0x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<0x4xf32>",
      "tensor<0x4xf32>", {Tensor({0, 4}), Tensor({4}, 1)});
  expectValues(y, Tensor({0, 4}));
}

} // namespace
} // namespace bnopt::reference
