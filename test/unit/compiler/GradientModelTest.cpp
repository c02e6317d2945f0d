/// Gradients of whole networks in training mode along random directions: the
/// product of gradient and direction is the derivative of the loss along it.

#include "GradientCheck.h"

#include "llvm/Support/FormatVariadic.h"

namespace bnopt::reference {
namespace {

using llvm::formatv;

/// Writes a network of f64 tensors; parameters are arguments.
class NetworkText {
public:
  struct Image {
    std::string name;
    int64_t channels, size;

    std::string type() const {
      return formatv("tensor<{0}x{1}x{2}x{2}xf64>", batch, channels, size);
    }
  };

  Image addInput(int64_t channels, int64_t size) {
    Image image{"%x", channels, size};
    addArgument("%x", image.type());
    return image;
  }

  Image conv(const Image &x, int64_t channels, int64_t window,
             int64_t stride = 1) {
    const std::string weights = makeName();
    const std::string type =
        formatv("tensor<{0}x{1}x{2}x{2}xf64>", channels, x.channels, window);
    addArgument(weights, type);
    Image y{makeName(), channels, (x.size + stride - 1) / stride};
    const int64_t pad = window / 2;
    body +=
        formatv("{0} = nn.conv {1}, {2} strides [{3}, {3}] pads [{4}, {4}, "
                "{4}, {4}] : ({5}, {6}) -> {7}\n",
                y.name, x.name, weights, stride, pad, x.type(), type, y.type());
    return y;
  }

  Image norm(const Image &x) {
    const std::string scale = makeName(), offset = makeName();
    const std::string type = formatv("tensor<{0}xf64>", x.channels);
    addArgument(scale, type);
    addArgument(offset, type);
    Image y = x;
    y.name = makeName();
    body += formatv("{0}, {0}m, {0}v = bn.training {1}, {2}, {3} {{epsilon = "
                    "1.0e-03 : f64, featureIndex = 1 : i64} : ({4}, {5}, {5}) "
                    "-> ({4}, {5}, {5})\n",
                    y.name, x.name, scale, offset, x.type(), type);
    return y;
  }

  Image relu(const Image &x) {
    Image y = x;
    y.name = makeName();
    body += formatv("{0} = nn.relu {1} : {2}\n", y.name, x.name, x.type());
    return y;
  }

  Image add(const Image &a, const Image &b) {
    Image y = a;
    y.name = makeName();
    body += formatv("{0} = nn.add {1}, {2} : ({3}, {3}) -> {3}\n", y.name,
                    a.name, b.name, a.type());
    return y;
  }

  Image concat(const Image &a, const Image &b) {
    Image y{makeName(), a.channels + b.channels, a.size};
    body += formatv("{0} = nn.concat {1}, {2} axis 1 : ({3}, {4}) -> {5}\n",
                    y.name, a.name, b.name, a.type(), b.type(), y.type());
    return y;
  }

  Image pool(const std::string &op, const Image &x) {
    Image y{makeName(), x.channels, x.size / 2};
    body += formatv("{0} = nn.{1} {2} window [2, 2] strides [2, 2] : ({3}) -> "
                    "{4}\n",
                    y.name, op, x.name, x.type(), y.type());
    return y;
  }

  /// The program, whose result is the mean of each channel times a matrix.
  std::string finish(const Image &x) {
    const std::string matrix = formatv("tensor<{0}x3xf64>", x.channels);
    addArgument("%fc", matrix);
    const std::string pooled =
        formatv("tensor<{0}x{1}xf64>", batch, x.channels);
    const std::string result = formatv("tensor<{0}x3xf64>", batch);
    body += formatv("%p = nn.reduce_mean {0} axes [2, 3] : ({1}) -> {2}\n"
                    "%y = nn.gemm %p, %fc : ({2}, {3}) -> {4}\nreturn %y : "
                    "{4}\n",
                    x.name, x.type(), pooled, matrix, result);
    return "func.func @f(" + arguments + ") -> " + result + " {\n" + body + "}";
  }

private:
  static constexpr int64_t batch = 2;

  std::string makeName() { return formatv("%v{0}", count++); }

  void addArgument(const std::string &name, const std::string &type) {
    arguments += (arguments.empty() ? "" : ", ") + name + ": " + type;
  }

  std::string arguments, body;
  int64_t count = 0;
};

/// Four stages of two basic blocks, as in ResNet-18.
std::string makeResidualNetwork() {
  NetworkText net;
  auto x = net.addInput(3, 16);
  x = net.pool("max_pool", net.relu(net.norm(net.conv(x, 2, 3))));
  for (int64_t stage = 0; stage < 4; ++stage)
    for (int64_t block = 0; block < 2; ++block) {
      const int64_t channels = 2 + stage;
      const int64_t stride = stage == 1 && block == 0 ? 2 : 1;
      auto y = net.relu(net.norm(net.conv(x, channels, 3, stride)));
      y = net.norm(net.conv(y, channels, 3));
      if (x.channels != channels)
        x = net.norm(net.conv(x, channels, 1, stride));
      x = net.relu(net.add(y, x));
    }
  return net.finish(x);
}

/// Three blocks of two bottlenecks with transitions between them, as in
/// DenseNet-BC.
std::string makeDenseNetwork() {
  NetworkText net;
  auto x = net.conv(net.addInput(3, 8), 4, 3);
  for (int64_t block = 0; block < 3; ++block) {
    for (int64_t layer = 0; layer < 2; ++layer) {
      auto y = net.conv(net.relu(net.norm(x)), 4, 1);
      x = net.concat(x, net.conv(net.relu(net.norm(y)), 2, 3));
    }
    if (block < 2)
      x = net.pool("average_pool",
                   net.conv(net.relu(net.norm(x)), x.channels / 2, 1));
  }
  return net.finish(net.relu(net.norm(x)));
}

TEST_F(GradientCheck, ResidualNetwork) {
  checkDirections(makeResidualNetwork());
}

TEST_F(GradientCheck, DenseNetwork) { checkDirections(makeDenseNetwork()); }

// In steps: with all that is cheap, with half of it, with a single value.
TEST_F(GradientCheck, RecomputingChangesNothing) {
  for (const std::string &program : {makeResidualNetwork(), makeDenseNetwork()})
    for (int64_t budget : {0, 30000, 60000})
      checkRecomputing(program, budget);
}

} // namespace
} // namespace bnopt::reference
