//===- NormProblem.cpp - Data to normalize, and the result in f64 ---------===//

#include "NormProblem.h"

#include <algorithm>
#include <cmath>

using namespace bnopt;

/// Where |y| before the ReLU is below it, rounding decides whether the gradient
/// passes; the data has none there.
static constexpr double undecided = 1e-4;

namespace {
/// Uniform numbers (xorshift64*, arXiv 1402.6246).
class Random {
public:
  /// In [-1, 1).
  double next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<double>((state * 0x2545F4914F6CDD1Du) >> 11) * 0x1p-52 -
           1;
  }

private:
  uint64_t state = 0x9E3779B97F4A7C15u;
};

/// The larger error, or one that is not a number, which std::max may drop.
double getWorse(double a, double b) { return a >= b || std::isnan(a) ? a : b; }

/// The largest difference, and the largest value that is expected.
struct Error {
  double difference = 0, largest = 0;

  void add(double got, double expected) {
    difference = getWorse(difference, std::abs(got - expected));
    largest = std::max(largest, std::abs(expected));
  }
  double relative() const { return difference / std::max(largest, 1e-30); }
};
} // namespace

NormProblem::NormProblem(const NormShape &shape) : dims(shape) {
  for (const char *name :
       {"input", "output", "output_gradient", "input_gradient"})
    add(name, dims.elements());
  for (const char *name : {"scale", "offset", "mean", "variance",
                           "scale_gradient", "offset_gradient"})
    add(name, dims.channels());
  fill();
}

void NormProblem::add(const std::string &name, int64_t elements) {
  tensors.emplace(name, HugeBuffer(elements * sizeof(float)));
}

void NormProblem::fill() {
  Random random;
  auto x = get("input"), scale = get("scale"), offset = get("offset"),
       dy = get("output_gradient");
  const int64_t channels = dims.channels();
  std::vector<double> centers(channels);
  for (int64_t c = 0; c < channels; ++c) {
    centers[c] = 3 * random.next();
    scale[c] = static_cast<float>(1 + 0.5 * random.next());
    offset[c] = static_cast<float>(random.next());
  }
  means.assign(channels, 0);
  variances.assign(channels, 0);
  dims.forEach([&](int64_t i, int64_t c) {
    x[i] = static_cast<float>(centers[c] + random.next());
    means[c] += x[i];
  });
  const auto count = static_cast<double>(dims.elementsPerChannel());
  for (double &mean : means)
    mean /= count;
  dims.forEach([&](int64_t i, int64_t c) {
    variances[c] += (x[i] - means[c]) * (x[i] - means[c]);
  });
  for (double &variance : variances)
    variance /= count;
  for (int64_t c = 0; c < channels; ++c) {
    get("mean")[c] = static_cast<float>(means[c]);
    get("variance")[c] = static_cast<float>(variances[c]);
  }
  dims.forEach([&](int64_t i, int64_t c) {
    const double y =
        scale[c] * (x[i] - means[c]) / std::sqrt(variances[c] + normEpsilon) +
        offset[c];
    dy[i] = std::abs(y) < undecided ? 0.0f : static_cast<float>(random.next());
  });
}

double NormProblem::getForwardError() const {
  auto x = get("input"), y = get("output"), scale = get("scale"),
       offset = get("offset");
  Error result, mean, variance;
  for (int64_t c = 0; c < dims.channels(); ++c) {
    mean.add(get("mean")[c], means[c]);
    variance.add(get("variance")[c], variances[c]);
  }
  dims.forEach([&](int64_t i, int64_t c) {
    const double expected =
        scale[c] * (x[i] - means[c]) / std::sqrt(variances[c] + normEpsilon) +
        offset[c];
    result.add(y[i], std::max(expected, 0.0));
  });
  return getWorse(result.relative(),
                  getWorse(mean.relative(), variance.relative()));
}

double NormProblem::getBackwardError() const {
  auto x = get("input"), dy = get("output_gradient"), scale = get("scale"),
       offset = get("offset"), dx = get("input_gradient");
  const int64_t channels = dims.channels();
  std::vector<double> deviations(channels), dScale(channels), dOffset(channels);
  for (int64_t c = 0; c < channels; ++c)
    deviations[c] = std::sqrt(variances[c] + normEpsilon);
  const auto normalize = [&](int64_t i, int64_t c) {
    return (x[i] - means[c]) / deviations[c];
  };
  const auto gate = [&](double gradient, double normalized, int64_t c) {
    return scale[c] * normalized + offset[c] > 0 ? gradient : 0.0;
  };
  dims.forEach([&](int64_t i, int64_t c) {
    const double normalized = normalize(i, c);
    const double gradient = gate(dy[i], normalized, c);
    dOffset[c] += gradient;
    dScale[c] += gradient * normalized;
  });
  Error input, scaleGradient, offsetGradient;
  for (int64_t c = 0; c < channels; ++c) {
    scaleGradient.add(get("scale_gradient")[c], dScale[c]);
    offsetGradient.add(get("offset_gradient")[c], dOffset[c]);
  }
  const auto count = static_cast<double>(dims.elementsPerChannel());
  dims.forEach([&](int64_t i, int64_t c) {
    const double normalized = normalize(i, c);
    const double gradient = gate(dy[i], normalized, c);
    input.add(dx[i], scale[c] / deviations[c] *
                         (gradient - dOffset[c] / count -
                          normalized * dScale[c] / count));
  });
  return getWorse(input.relative(), getWorse(scaleGradient.relative(),
                                             offsetGradient.relative()));
}

double NormProblem::getError(Direction direction) const {
  return direction == Direction::Forward ? getForwardError()
                                         : getBackwardError();
}
