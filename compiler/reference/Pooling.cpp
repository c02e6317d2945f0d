//===- Pooling.cpp - Pools, reductions, and their like --------------------===//

#include "compiler/reference/Evaluators.h"
#include "compiler/reference/WindowRows.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <limits>

namespace bnopt::reference {
namespace {

/// Positions of a pooling window along one dimension. Rounding up may add one
/// that hangs over the high padding, but none that starts beyond the input and
/// its low padding.
int64_t getPoolSize(int64_t input, int64_t kernel, int64_t stride,
                    int64_t dilation, int64_t low, int64_t high, bool ceil) {
  const int64_t room = input + low + high - dilation * (kernel - 1) - 1;
  if (!ceil)
    return room / stride + 1;
  int64_t size = llvm::divideCeil(static_cast<uint64_t>(room), stride) + 1;
  if ((size - 1) * stride >= input + low)
    --size;
  return size;
}

template <typename PoolOp>
Window getPoolWindow(PoolOp op, const Tensor &x) {
  Window window;
  window.input.assign(x.shape.begin() + 2, x.shape.end());
  window.kernel = Shape(op.getKernelShape());
  window.strides = op.getStrideValues();
  window.dilations = op.getDilationValues();
  const Shape pads(op.getPadValues());
  const size_t rank = window.input.size();
  window.padLow.assign(pads.begin(), pads.begin() + rank);
  for (size_t d = 0; d < rank; ++d)
    window.output.push_back(getPoolSize(
        window.input[d], window.kernel[d], window.strides[d],
        window.dilations[d], pads[d], pads[rank + d], op.getCeilMode()));
  return window;
}

Shape getPoolShape(const Tensor &x, const Window &window) {
  Shape shape{x.shape[0], x.shape[1]};
  shape.append(window.output);
  return shape;
}

Tensor evaluate(nn::MaxPoolOp op, const Tensor &x) {
  const Window window = getPoolWindow(op, x);
  const std::vector<WindowRow> rows = getWindowRows(window);
  Tensor y(getPoolShape(x, window), -std::numeric_limits<double>::infinity());
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  for (int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane)
    for (const WindowRow &row : rows)
      for (int64_t p = 0; p < row.count; ++p) {
        double &out = y[plane * outputSize + row.output + p];
        out = std::fmax(out, x[plane * inputSize + row.input + p * row.step]);
      }
  return y;
}

Tensor evaluate(nn::AveragePoolOp op, const Tensor &x) {
  const Window window = getPoolWindow(op, x);
  const std::vector<WindowRow> rows = getWindowRows(window);
  const Shape pads(op.getPadValues());
  // What each position divides by.
  const std::vector<double> divisors = countWindowElements(
      window, op.getCountIncludePad() ? std::optional(llvm::ArrayRef(pads))
                                      : std::nullopt);
  Tensor y(getPoolShape(x, window));
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  for (int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane) {
    double *out = &y.data[plane * outputSize];
    for (const WindowRow &row : rows)
      for (int64_t p = 0; p < row.count; ++p)
        out[row.output + p] += x[plane * inputSize + row.input + p * row.step];
    for (int64_t p = 0; p < outputSize; ++p)
      out[p] /= divisors[p];
  }
  return y;
}

/// Combines all elements along `axes`, starting from `initial`.
template <typename Combine>
Tensor reduce(const Tensor &x, llvm::ArrayRef<int64_t> axes, bool keepDims,
              double initial, Combine combine) {
  Shape kept(x.shape), squeezed;
  for (int64_t axis : axes)
    kept[axis] = 1;
  for (int64_t dim = 0; dim < x.getRank(); ++dim)
    if (!llvm::is_contained(axes, dim))
      squeezed.push_back(x.shape[dim]);
  Shape strides = getRowMajorStrides(kept);
  for (int64_t axis : axes)
    strides[axis] = 0;
  Tensor y(kept, initial);
  int64_t in = 0;
  forEachPosition(x.shape, [&](llvm::ArrayRef<int64_t> position) {
    double &out = y[getOffset(position, strides)];
    out = combine(out, x[in++]);
  });
  if (!keepDims)
    y.shape = squeezed;
  return y;
}

template <typename ReduceOp>
Tensor evaluateReduce(ReduceOp op, const Tensor &x) {
  const bool keepDims = op.getKeepDims();
  if constexpr (std::is_same_v<ReduceOp, nn::ReduceMaxOp>)
    return reduce(x, op.getAxes(), keepDims,
                  -std::numeric_limits<double>::infinity(),
                  [](double a, double b) { return std::fmax(a, b); });
  Tensor y = reduce(x, op.getAxes(), keepDims, 0, std::plus<>());
  if constexpr (std::is_same_v<ReduceOp, nn::ReduceMeanOp>) {
    const double count = static_cast<double>(x.size()) / y.size();
    for (double &value : y.data)
      value /= count;
  }
  return y;
}

/// exp(x − max) / Σ exp(x − max)
Tensor evaluate(nn::SoftmaxOp op, const Tensor &x) {
  Tensor y(x.shape);
  const DimensionView view(x.shape, op.getAxis());
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t n = 0; n < view.inner; ++n) {
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (int64_t i = 0; i < view.size; ++i)
        largest = std::fmax(largest, x[view.at(o, i, n)]);
      for (int64_t i = 0; i < view.size; ++i)
        sum += y[view.at(o, i, n)] = std::exp(x[view.at(o, i, n)] - largest);
      for (int64_t i = 0; i < view.size; ++i)
        y[view.at(o, i, n)] /= sum;
    }
  return y;
}

/// y[c] = x[c] / (bias + alpha/size·Σ_j x[j]²)^beta over neighbouring channels
Tensor evaluate(nn::LocalResponseNormOp op, const Tensor &x) {
  Tensor y(x.shape);
  const DimensionView view(x.shape, 1);
  const int64_t size = op.getSize();
  const double alpha = op.getAlpha().convertToDouble();
  const double beta = op.getBeta().convertToDouble();
  const double bias = op.getBias().convertToDouble();
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.size; ++c)
      for (int64_t n = 0; n < view.inner; ++n) {
        const int64_t first = std::max<int64_t>(0, c - (size - 1) / 2);
        const int64_t last = std::min(view.size - 1, c + size / 2);
        double squares = 0;
        for (int64_t j = first; j <= last; ++j)
          squares += x[view.at(o, j, n)] * x[view.at(o, j, n)];
        y[view.at(o, c, n)] =
            x[view.at(o, c, n)] / std::pow(bias + alpha / size * squares, beta);
      }
  return y;
}

} // namespace

Results evaluatePooling(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<nn::MaxPoolOp, nn::AveragePoolOp, nn::SoftmaxOp,
            nn::LocalResponseNormOp>(
          [&](auto typed) { return single(evaluate(typed, *operands[0])); })
      .Case<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp>(
          [&](auto typed) {
            return single(evaluateReduce(typed, *operands[0]));
          })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
