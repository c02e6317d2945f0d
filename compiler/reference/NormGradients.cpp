//===- NormGradients.cpp - Gradients of layer, group and RMS norm ---------===//
//
// Of a row with x̂ = (x − m)·r, and g = scale·dy:
//
//   dx = r·(g − mean(g) − x̂·mean(g·x̂))
//
// RMS norm does not subtract the mean, m, so mean(g) is not subtracted either.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Evaluators.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace bnopt::reference {
namespace {

/// x̂ = (x − shift)·factor
struct RowStatistics {
  double shift = 0, factor = 0;
};

RowStatistics computeRowStatistics(llvm::ArrayRef<double> row, double epsilon,
                                   bool centered) {
  const auto count = static_cast<double>(row.size());
  RowStatistics result;
  if (centered)
    for (double x : row)
      result.shift += x / count;
  double variance = 0;
  for (double x : row)
    variance += (x - result.shift) * (x - result.shift) / count;
  result.factor = 1 / std::sqrt(variance + epsilon);
  return result;
}

/// The gradients of a norm, found row by row.
class RowGradients {
public:
  template <typename Op>
  RowGradients(Op op, Operands in, bool centered)
      : x(*in[0]), scale(*in[1]), dy(*in[2]),
        epsilon(op.getEpsilon().convertToDouble()), centered(centered),
        parts(op.getParts().value_or(1)), dx(x.shape),
        dScale(getSumsShape(op.getParts().has_value())), dOffset(dScale.shape) {
  }

  /// Adds the gradients of `count` elements from `begin` on; `parameter(i)` is
  /// the index of the scale of element i. Each part has as many elements.
  template <typename Parameter>
  void addRow(int64_t begin, int64_t count, Parameter &&parameter) {
    const auto [shift, factor] = computeRowStatistics(
        llvm::ArrayRef(x.data).slice(begin, count), epsilon, centered);
    const int64_t sums = begin / (x.size() / parts) * scale.size();
    double meanGradient = 0, meanProduct = 0;
    for (int64_t i = begin; i < begin + count; ++i) {
      const double normalized = (x[i] - shift) * factor;
      const double gradient = scale[parameter(i)] * dy[i];
      meanGradient += gradient / static_cast<double>(count);
      meanProduct += gradient * normalized / static_cast<double>(count);
      dScale[sums + parameter(i)] += dy[i] * normalized;
      dOffset[sums + parameter(i)] += dy[i];
    }
    for (int64_t i = begin; i < begin + count; ++i) {
      const double normalized = (x[i] - shift) * factor;
      const double gradient = scale[parameter(i)] * dy[i];
      dx[i] = factor * (gradient - (centered ? meanGradient : 0) -
                        normalized * meanProduct);
    }
  }

private:
  llvm::SmallVector<int64_t> getSumsShape(bool hasParts) const {
    llvm::SmallVector<int64_t> shape;
    if (hasParts)
      shape.push_back(parts);
    llvm::append_range(shape, scale.shape);
    return shape;
  }

  const Tensor &x, &scale, &dy;
  const double epsilon;
  const bool centered;
  const int64_t parts;

public:
  Tensor dx, dScale, dOffset;
};

/// Scale and offset lie along the rows.
template <typename Op>
RowGradients computeTrailingGradients(Op op, Operands in, bool centered) {
  RowGradients gradients(op, in, centered);
  const int64_t count = in[1]->size();
  for (int64_t row = 0; row < in[0]->size(); row += count)
    gradients.addRow(row, count, [count](int64_t i) { return i % count; });
  return gradients;
}

Results evaluate(bn::LayerNormGradientOp op, Operands in) {
  RowGradients all = computeTrailingGradients(op, in, true);
  return llvm::SmallVector<Tensor>{all.dx, all.dScale, all.dOffset};
}

Results evaluate(bn::RMSNormGradientOp op, Operands in) {
  RowGradients all = computeTrailingGradients(op, in, false);
  return llvm::SmallVector<Tensor>{all.dx, all.dScale};
}

Results evaluate(bn::GroupNormGradientOp op, Operands in) {
  const Tensor &x = *in[0];
  RowGradients all(op, in, true);
  const DimensionView channels(x.shape, 1);
  const int64_t count =
      channels.size / static_cast<int64_t>(op.getGroups()) * channels.inner;
  for (int64_t row = 0; row < x.size(); row += count)
    all.addRow(row, count,
               [&](int64_t i) { return i / channels.inner % channels.size; });
  return llvm::SmallVector<Tensor>{all.dx, all.dScale, all.dOffset};
}

} // namespace

Results evaluateNormGradient(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<bn::LayerNormGradientOp, bn::RMSNormGradientOp,
            bn::GroupNormGradientOp>(
          [&](auto typed) { return evaluate(typed, operands); })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
