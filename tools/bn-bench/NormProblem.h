//===- NormProblem.h - Data to normalize, and the result in f64 -----------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H
#define BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H

#include "HugeBuffer.h"
#include "NormShape.h"

#include <map>
#include <optional>

namespace bnopt {

enum class Direction { Forward, Backward };

/// Inputs of a norm, forward and backward, and room for the outputs, by their
/// names in the kernels. Batch norm has a ReLU behind it.
class NormProblem {
public:
  explicit NormProblem(const NormShape &shape);

  const NormShape &shape() const { return dims; }

  std::span<float> get(const std::string &name) const {
    return tensors.at(name).floats();
  }

  /// The largest error of the outputs of `direction`, each relative to its own
  /// largest value, against the formulas in f64.
  double getError(Direction direction) const;

private:
  void add(const std::string &name, int64_t elements);
  void fill();
  double getForwardError() const;
  double getBackwardError() const;

  /// What elements are normalized to, before scale and offset.
  double normalize(int64_t element, int64_t set) const {
    return (get("input")[element] - means[set]) / deviations[set];
  }
  bool hasRelu() const { return dims.kind == NormKind::Batch; }

  NormShape dims;
  std::map<std::string, HugeBuffer> tensors;
  /// Of the sets, in f64. RMS norm takes means as 0.
  std::vector<double> means, variances, deviations;
};

inline constexpr double normEpsilon = 1e-5;

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H
