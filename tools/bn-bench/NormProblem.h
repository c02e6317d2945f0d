//===- NormProblem.h - Data to normalize, and the result in f64 -----------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H
#define BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H

#include "HugeBuffer.h"
#include "NormShape.h"

#include <map>
#include <optional>

namespace bnopt {

enum class Direction { Forward, Backward };

/// Inputs of batch norm with a ReLU behind it, forward and backward, and room
/// for the outputs, by their names in the kernels.
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

  NormShape dims;
  std::map<std::string, HugeBuffer> tensors;
  /// Of the channels, in f64.
  std::vector<double> means, variances;
};

inline constexpr double normEpsilon = 1e-5;

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMPROBLEM_H
