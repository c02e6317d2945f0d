//===- Gradients.cpp - Adjoints of operators with a window ----------------===//
//
// Each adds to where the operator that it belongs to reads, along the same
// rows. `Window::input` is always the input of that operator.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Evaluators.h"
#include "compiler/reference/WindowRows.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Parallel.h"

#include <cmath>

namespace bnopt::reference {
namespace {

/// The window of `op` between tensors of these shapes.
template <typename GradientOp>
Window getGradientWindow(GradientOp op, llvm::ArrayRef<int64_t> input,
                         llvm::ArrayRef<int64_t> output) {
  Window window;
  window.input = Shape(input.drop_front(2));
  window.output = Shape(output.drop_front(2));
  window.kernel = Shape(op.getKernelShape());
  window.strides = op.getStrideValues();
  window.dilations = op.getDilationValues();
  window.padLow = Shape(llvm::ArrayRef<int64_t>(op.getPadValues())
                            .take_front(window.input.size()));
  return window;
}

/// The shape of the result. Unknown sizes of its type are those of the operands
/// in dimension 0 (`batch`), and in the others the smallest that fit.
template <typename GradientOp>
Shape getInputShape(GradientOp op, const Tensor &dy, int64_t channels) {
  Shape shape(op.getType().getShape());
  shape[0] = dy.shape[0];
  shape[1] = channels;
  const auto kernel = op.getKernelShape();
  const auto strides = op.getStrideValues(), dilations = op.getDilationValues();
  const auto pads = op.getPadValues();
  const size_t rank = shape.size() - 2;
  for (size_t d = 0; d < rank; ++d)
    if (mlir::ShapedType::isDynamic(shape[d + 2]))
      shape[d + 2] = (dy.shape[d + 2] - 1) * strides[d] +
                     dilations[d] * (kernel[d] - 1) + 1 - pads[d] -
                     pads[rank + d];
  return shape;
}

/// dx[n,i,q] += dy[n,o,p]·w[o,i,k] wherever p reads q with k
Tensor evaluate(nn::ConvInputGradientOp op, const Tensor &dy, const Tensor &w) {
  const int64_t inputsPerGroup = w.shape[1], numOutputs = w.shape[0];
  const int64_t groups = op.getGroups();
  const int64_t outputsPerGroup = numOutputs / groups;
  const int64_t numInputs = inputsPerGroup * groups;
  Tensor dx(getInputShape(op, dy, numInputs));
  const Window window = getGradientWindow(op, dx.shape, dy.shape);
  const std::vector<WindowRow> rows = getWindowRows(window);
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  const int64_t taps = getNumElements(window.kernel);
  llvm::parallelFor(0, dx.shape[0] * numInputs, [&](size_t task) {
    const int64_t n = task / numInputs, i = task % numInputs;
    double *result = &dx.data[task * inputSize];
    const int64_t firstOutput = i / inputsPerGroup * outputsPerGroup;
    for (int64_t o = firstOutput; o < firstOutput + outputsPerGroup; ++o) {
      const double *gradient = &dy.data[(n * numOutputs + o) * outputSize];
      const double *weights =
          &w.data[(o * inputsPerGroup + i % inputsPerGroup) * taps];
      for (const WindowRow &row : rows)
        for (int64_t p = 0; p < row.count; ++p)
          result[row.input + p * row.step] +=
              weights[row.tap] * gradient[row.output + p];
    }
  });
  return dx;
}

/// dw[o,i,k] += dy[n,o,p]·x[n,i,q] wherever p reads q with k
Tensor evaluate(nn::ConvWeightGradientOp op, const Tensor &x,
                const Tensor &dy) {
  const int64_t groups = op.getGroups();
  const int64_t inputsPerGroup = x.shape[1] / groups;
  const int64_t numOutputs = dy.shape[1];
  const int64_t outputsPerGroup = numOutputs / groups;
  Shape shape{numOutputs, inputsPerGroup};
  llvm::append_range(shape, op.getKernelShape());
  Tensor dw(shape);
  const Window window = getGradientWindow(op, x.shape, dy.shape);
  const std::vector<WindowRow> rows = getWindowRows(window);
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  const int64_t taps = getNumElements(window.kernel);
  llvm::parallelFor(0, numOutputs * inputsPerGroup, [&](size_t task) {
    const int64_t o = task / inputsPerGroup;
    const int64_t i =
        o / outputsPerGroup * inputsPerGroup + task % inputsPerGroup;
    double *result = &dw.data[task * taps];
    for (int64_t n = 0; n < x.shape[0]; ++n) {
      const double *input = &x.data[(n * x.shape[1] + i) * inputSize];
      const double *gradient = &dy.data[(n * numOutputs + o) * outputSize];
      for (const WindowRow &row : rows)
        for (int64_t p = 0; p < row.count; ++p)
          result[row.tap] +=
              gradient[row.output + p] * input[row.input + p * row.step];
    }
  });
  return dw;
}

/// The first element with the largest value of each window takes its gradient;
/// of a window that lies in the padding altogether, none does.
Tensor evaluate(nn::MaxPoolGradientOp op, const Tensor &x, const Tensor &dy) {
  const Window window = getGradientWindow(op, x.shape, dy.shape);
  // Taps come in row-major order, so the first of equals is found first.
  const std::vector<WindowRow> rows = getWindowRows(window);
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  Tensor dx(x.shape);
  for (int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane) {
    const double *input = &x.data[plane * inputSize];
    std::vector<int64_t> winners(outputSize, -1);
    for (const WindowRow &row : rows)
      for (int64_t p = 0; p < row.count; ++p) {
        int64_t &winner = winners[row.output + p];
        const int64_t candidate = row.input + p * row.step;
        if (winner < 0 || input[candidate] > input[winner] ||
            (std::isnan(input[winner]) && !std::isnan(input[candidate])))
          winner = candidate;
      }
    for (int64_t p = 0; p < outputSize; ++p)
      if (winners[p] >= 0)
        dx[plane * inputSize + winners[p]] += dy[plane * outputSize + p];
  }
  return dx;
}

Tensor evaluate(nn::AveragePoolGradientOp op, const Tensor &dy) {
  Tensor dx(getInputShape(op, dy, dy.shape[1]));
  const Window window = getGradientWindow(op, dx.shape, dy.shape);
  const std::vector<WindowRow> rows = getWindowRows(window);
  const Shape pads(op.getPadValues());
  const std::vector<double> divisors = countWindowElements(
      window, op.getCountIncludePad() ? std::optional(llvm::ArrayRef(pads))
                                      : std::nullopt);
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  for (int64_t plane = 0; plane < dy.shape[0] * dy.shape[1]; ++plane)
    for (const WindowRow &row : rows)
      for (int64_t p = 0; p < row.count; ++p)
        dx[plane * inputSize + row.input + p * row.step] +=
            dy[plane * outputSize + row.output + p] / divisors[row.output + p];
  return dx;
}

} // namespace

Results evaluateGradient(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<nn::ConvInputGradientOp, nn::ConvWeightGradientOp,
            nn::MaxPoolGradientOp>([&](auto typed) {
        return single(evaluate(typed, *operands[0], *operands[1]));
      })
      .Case([&](nn::AveragePoolGradientOp typed) {
        return single(evaluate(typed, *operands[0]));
      })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
