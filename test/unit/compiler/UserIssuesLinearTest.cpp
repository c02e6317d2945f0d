/// User issues about convolutions: groups, biases, shared weights, chains, and
/// parameters that break a fold.

#include "UserIssuesTest.h"

namespace bnopt::reference {
namespace {

using namespace mlir;

/// All groups that divide the channels, with more, as many and fewer outputs.
TEST_F(UserIssuesTest, Issue01ConvTransposeOfAnyGroups) {
  for (int64_t spatial : {1, 2, 3})
    for (int64_t groups : {1, 2, 4, 8})
      for (int64_t outputs : {8, 16}) {
        SCOPED_TRACE(testing::Message()
                     << spatial << "-d, " << groups << " groups, " << outputs);
        Network network(&context);
        Dims shape = {2, 8};
        shape.append(spatial, 3);
        Value x = network.input(shape);
        network.finish(network.inference(
            network.convTranspose(x, outputs, 2, 2, groups, false)));
        expectFolds(network);
      }
}

/// Scales along the wrong dimension of the weights show where it has another
/// size, or the scales differ.
TEST_F(UserIssuesTest, Issue02ConvTransposeOfMoreInputsThanOutputs) {
  for (auto [inputs, outputs] : {std::pair(6, 2), {2, 6}, {4, 4}}) {
    Network network(&context);
    Value x = network.input({1, inputs, 4, 4});
    network.finish(
        network.inference(network.convTranspose(x, outputs, 3, 1, 1, true)));
    expectFolds(network);
  }
}

/// Sizes, strides, pads, dilations and output pads, one after the other.
TEST_F(UserIssuesTest, Issue04ConvTransposeOfAnyShape) {
  for (int64_t size : {1, 2, 5})
    for (int64_t stride : {1, 2, 3})
      for (int64_t dilation : {1, 2})
        for (int64_t outputPad : {0, 1}) {
          Network network(&context);
          Value x = network.input({1, 2, size, size});
          const auto pair = [&](int64_t value) {
            return network.builder.getDenseI64ArrayAttr({value, value});
          };
          Value y = nn::ConvTransposeOp::create(
              network.builder, network.loc, x, network.random({2, 3, 2, 2}),
              Value(), pair(stride), DenseI64ArrayAttr(), pair(dilation),
              pair(outputPad), 1);
          network.finish(network.inference(y));
          expectFolds(network);
        }
}

/// One group per channel, with one and two results each.
TEST_F(UserIssuesTest, Issue05DepthwiseConvTranspose) {
  for (int64_t multiplier : {1, 2}) {
    Network network(&context);
    Value x = network.input({1, 3, 4, 4});
    network.finish(network.inference(
        network.convTranspose(x, 3 * multiplier, 3, 2, 3, true)));
    expectFolds(network);
  }
}

/// b' = s·b + t for every kind of convolution.
TEST_F(UserIssuesTest, Issue09BiasIsScaledToo) {
  for (int64_t groups : {1, 2, 4}) {
    Network plain(&context);
    Value x = plain.input({1, 4, 5, 5});
    plain.finish(plain.inference(plain.conv(x, 8, 3, 1, groups, true)));
    expectFolds(plain);
    Network transposed(&context);
    x = transposed.input({1, 4, 5, 5});
    transposed.finish(transposed.inference(
        transposed.convTranspose(x, 8, 2, 2, groups, true)));
    expectFolds(transposed);
  }
  Network dense(&context);
  dense.finish(dense.inference(dense.gemm(dense.input({3, 4}), 5, true)));
  expectFolds(dense);
}

TEST_F(UserIssuesTest, Issue10MissingBiasIsMade) {
  Network network(&context);
  Value x = network.input({1, 4, 5, 5});
  network.finish(network.inference(network.conv(x, 8, 3)));
  expectFolds(network);
  network.module->walk([](nn::ConvOp conv) { EXPECT_TRUE(conv.getBias()); });
}

/// ε of the size of the variance, and far larger: inside of the root.
TEST_F(UserIssuesTest, Issue11EpsilonIsInsideTheRoot) {
  for (double epsilon : {0.25, 4.0, 100.0}) {
    Network network(&context);
    Value x = network.input({1, 1, 3});
    Value y = nn::ConvOp::create(network.builder, network.loc, x,
                                 network.constant({1, 1, 1}, 1.0), Value(),
                                 DenseI64ArrayAttr(), DenseI64ArrayAttr(),
                                 DenseI64ArrayAttr(), 1);
    network.finish(network.inference(y, {{3}, {1}, {2}, {0.25}}, epsilon));
    fold(network);
    EXPECT_EQ(network.countNormalizations(), 0);
    const Tensor result = interpretNetwork(network)[0];
    for (int64_t i = 0; i < result.size(); ++i)
      EXPECT_NEAR(result[i],
                  3 * (network.inputs[0][i] - 2) / std::sqrt(0.25 + epsilon) +
                      1,
                  1e-12);
  }
}

/// Each of two uses gets weights of its own, and a second run finds nothing.
TEST_F(UserIssuesTest, Issue13SharedWeightsFoldOncePerUse) {
  Network network(&context);
  Value x = network.input({1, 2, 4}), y = network.input({1, 2, 4});
  Value weights = network.random({2, 2, 1}), bias = network.random(2);
  const Parameters parameters = network.randomParameters(2);
  const auto layer = [&](Value input) {
    return network.inference(
        nn::ConvOp::create(network.builder, network.loc, input, weights, bias,
                           DenseI64ArrayAttr(), DenseI64ArrayAttr(),
                           DenseI64ArrayAttr(), 1),
        parameters);
  };
  // One use more, without a normalization.
  Value plain = nn::ConvOp::create(network.builder, network.loc, y, weights,
                                   bias, DenseI64ArrayAttr(),
                                   DenseI64ArrayAttr(), DenseI64ArrayAttr(), 1);
  network.finish({layer(x), layer(network.relu(layer(y))), plain});
  expectFolds(network);
  const std::string once = network.print();
  fold(network);
  EXPECT_EQ(network.print(), once);
}

/// Two normalizations of one set of constants, in two convolutions.
TEST_F(UserIssuesTest, Issue14SharedStatisticsStayIntact) {
  Network network(&context);
  Value x = network.input({1, 2, 4});
  Value scale = network.random(2), offset = network.random(2),
        mean = network.random(2), variance = network.constant(2, {0.5, 2});
  const auto normalize = [&](Value value) {
    return bn::InferenceOp::create(
        network.builder, network.loc, value.getType(), value, scale, offset,
        mean, variance, network.builder.getF64FloatAttr(1e-3),
        network.builder.getI64IntegerAttr(1));
  };
  Value first = normalize(network.conv(x, 2));
  Value second = normalize(network.conv(network.relu(first), 2, 3, 1));
  network.finish({first, second, network.add(mean, variance)});
  expectSame(network);
  EXPECT_EQ(network.countNormalizations(), 0);
}

TEST_F(UserIssuesTest, Issue15ChainOfTenFoldsCompletely) {
  Network network(&context);
  Value x = network.input({1, 3, 6, 6});
  for (int64_t i = 0; i < 10; ++i)
    x = network.inference(network.conv(x, 3, 3, 1, 1, i % 2 == 0));
  network.finish(x);
  expectFolds(network, 1e-10);
  EXPECT_EQ(network.count("nn.conv"), 10);
}

TEST_F(UserIssuesTest, Issue17NothingIsLeftBesideConvAndRelu) {
  Network network(&context);
  Value x = network.input({1, 3, 6, 6});
  x = network.inference(network.conv(x, 3, 3, 1));
  x = nn::MulOp::create(network.builder, network.loc, x,
                        network.random({3, 1, 1}));
  x = network.add(x, network.random({1, 3, 1, 1}));
  network.finish(network.relu(x));
  expectFolds(network);
  EXPECT_EQ(network.count("nn.conv"), 1);
  EXPECT_EQ(network.count("nn.relu"), 1);
  EXPECT_EQ(network.count("nn.add") + network.count("nn.mul"), 0);
}

/// −9.99e-6 + 1e-5 is positive: s = γ/√1e-8, and all is finite.
TEST_F(UserIssuesTest, Issue26SlightlyNegativeVariance) {
  Network network(&context);
  Value x = network.input({1, 2, 4});
  network.finish(
      network.inference(network.conv(x, 2, 1, 0, 1, true),
                        {{1.5, -2}, {0.5, 1}, {0.25, -1}, {-9.99e-6, -1e-7}}));
  expectFolds(network);
}

TEST_F(UserIssuesTest, Issue27EpsilonOfZero) {
  Network network(&context);
  Value x = network.input({1, 2, 4});
  network.finish(network.inference(network.conv(x, 2), 0.0));
  expectFolds(network);
}

/// γ itself multiplies, not |γ| + ε.
TEST_F(UserIssuesTest, Issue36NegativeAndZeroScaleAreWhatTheySay) {
  Network network(&context);
  Value x = network.input({1, 3, 4});
  network.finish(network.inference(
      network.conv(x, 3), {{-2, 0, 3}, {1, 1, 1}, {0.5, 0.5, 0.5}, {1, 1, 1}}));
  expectFolds(network);
  const Tensor result = interpretNetwork(network)[0];
  for (int64_t i = 4; i < 8; ++i)
    EXPECT_EQ(result[i], 1);
}

/// In every kind of fold: below and above convolutions, transposed ones and
/// products, and through what depends on the sign.
TEST_F(UserIssuesTest, Issue37ScalesOfEverySign) {
  const Parameters hostile = {{-1.5, 0, -0.0, 1e-310},
                              {0.5, -1, 2, 0.25},
                              {1, -0.5, 0.25, 2},
                              {1, 0.5, 2, 1e-3}};
  enum { Below, Above, ThroughRelu, Transposed, Product, Residual, numKinds };
  for (int kind = 0; kind < numKinds; ++kind) {
    SCOPED_TRACE(kind);
    Network network(&context);
    Value x = network.input({2, 4, 5, 5});
    const auto normalize = [&](Value value) {
      return network.inference(value, hostile);
    };
    if (kind == Below)
      x = normalize(network.conv(x, 4, 3, 1, 2, true));
    else if (kind == Above)
      x = network.conv(normalize(x), 3, 3, 1);
    else if (kind == ThroughRelu)
      x = normalize(network.relu(network.conv(x, 4, 3)));
    else if (kind == Transposed)
      x = normalize(network.convTranspose(x, 4, 2, 2, 4, true));
    else if (kind == Product)
      x = network.gemm(normalize(network.reshape(x, {50, 4})), 3, true);
    else
      x = normalize(network.add(network.conv(x, 4), network.conv(x, 4, 3, 1)));
    network.finish(x);
    expectFolds(network);
  }
}

} // namespace
} // namespace bnopt::reference
