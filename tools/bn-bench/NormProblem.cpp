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
    add(name, dims.parameters());
  fill();
}

void NormProblem::add(const std::string &name, int64_t elements) {
  tensors.emplace(name, HugeBuffer(elements * sizeof(float)));
}

void NormProblem::fill() {
  Random random;
  auto x = get("input"), scale = get("scale"), offset = get("offset"),
       dy = get("output_gradient");
  std::vector<double> centers(dims.parameters());
  for (size_t p = 0; p < centers.size(); ++p) {
    centers[p] = 3 * random.next();
    scale[p] = static_cast<float>(1 + 0.5 * random.next());
    const auto drawn = static_cast<float>(random.next());
    offset[p] = dims.kind == NormKind::RMS ? 0.0f : drawn;
  }
  means.assign(dims.sets(), 0);
  variances.assign(dims.sets(), 0);
  const bool isCentered = dims.kind != NormKind::RMS;
  dims.forEach([&](int64_t i, int64_t set, int64_t p) {
    x[i] = static_cast<float>(centers[p] + random.next());
    means[set] += isCentered ? x[i] : 0;
  });
  const auto count = static_cast<double>(dims.elementsPerSet());
  for (double &mean : means)
    mean /= count;
  dims.forEach([&](int64_t i, int64_t set, int64_t) {
    variances[set] += (x[i] - means[set]) * (x[i] - means[set]);
  });
  for (double &variance : variances) {
    variance /= count;
    deviations.push_back(std::sqrt(variance + normEpsilon));
  }
  if (dims.kind == NormKind::Batch) {
    std::copy(means.begin(), means.end(), get("mean").begin());
    std::copy(variances.begin(), variances.end(), get("variance").begin());
  }
  dims.forEach([&](int64_t i, int64_t set, int64_t p) {
    const double y = scale[p] * normalize(i, set) + offset[p];
    const auto drawn = static_cast<float>(random.next());
    dy[i] = hasRelu() && std::abs(y) < undecided ? 0.0f : drawn;
  });
}

double NormProblem::getForwardError() const {
  auto y = get("output"), scale = get("scale"), offset = get("offset");
  Error result, mean, variance;
  if (dims.kind == NormKind::Batch)
    for (int64_t c = 0; c < dims.sets(); ++c) {
      mean.add(get("mean")[c], means[c]);
      variance.add(get("variance")[c], variances[c]);
    }
  dims.forEach([&](int64_t i, int64_t set, int64_t p) {
    const double expected = scale[p] * normalize(i, set) + offset[p];
    result.add(y[i], hasRelu() ? std::max(expected, 0.0) : expected);
  });
  return getWorse(result.relative(),
                  getWorse(mean.relative(), variance.relative()));
}

double NormProblem::getBackwardError() const {
  auto dy = get("output_gradient"), scale = get("scale"),
       offset = get("offset"), dx = get("input_gradient");
  std::vector<double> dScale(dims.parameters()), dOffset(dims.parameters()),
      sums(dims.sets()), products(dims.sets());
  const auto gate = [&](int64_t i, double normalized, int64_t p) {
    return !hasRelu() || scale[p] * normalized + offset[p] > 0 ? dy[i] : 0.0;
  };
  dims.forEach([&](int64_t i, int64_t set, int64_t p) {
    const double normalized = normalize(i, set);
    const double gradient = gate(i, normalized, p);
    dOffset[p] += gradient;
    dScale[p] += gradient * normalized;
    sums[set] += scale[p] * gradient;
    products[set] += scale[p] * gradient * normalized;
  });
  Error input, scaleGradient, offsetGradient;
  const bool isCentered = dims.kind != NormKind::RMS;
  for (int64_t p = 0; p < dims.parameters(); ++p) {
    scaleGradient.add(get("scale_gradient")[p], dScale[p]);
    if (isCentered)
      offsetGradient.add(get("offset_gradient")[p], dOffset[p]);
  }
  const auto count = static_cast<double>(dims.elementsPerSet());
  dims.forEach([&](int64_t i, int64_t set, int64_t p) {
    const double normalized = normalize(i, set);
    const double mean = isCentered ? sums[set] / count : 0;
    input.add(dx[i], (scale[p] * gate(i, normalized, p) - mean -
                      normalized * products[set] / count) /
                         deviations[set]);
  });
  return getWorse(input.relative(), getWorse(scaleGradient.relative(),
                                             offsetGradient.relative()));
}

double NormProblem::getError(Direction direction) const {
  return direction == Direction::Forward ? getForwardError()
                                         : getBackwardError();
}
