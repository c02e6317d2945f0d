//===- Linear.cpp - Convolutions and matrix products ----------------------===//

#include "compiler/reference/Evaluators.h"
#include "compiler/reference/WindowRows.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Parallel.h"

namespace bnopt::reference {
namespace {

/// y[n,o,p] = bias[o] + Σ x[n, q(o)·I/g + i, p·stride + k·dilation −
/// pad]·w[o,i,k]
Tensor evaluate(nn::ConvOp op, const Tensor &x, const Tensor &w,
                const Tensor *bias) {
  Window window;
  window.input.assign(x.shape.begin() + 2, x.shape.end());
  window.kernel.assign(w.shape.begin() + 2, w.shape.end());
  window.strides = op.getStrideValues();
  window.dilations = op.getDilationValues();
  const Shape pads(op.getPadValues());
  const size_t rank = window.input.size();
  window.padLow.assign(pads.begin(), pads.begin() + rank);

  const int64_t numOutputs = w.shape[0], inputsPerGroup = w.shape[1];
  const int64_t outputsPerGroup =
      numOutputs / static_cast<int64_t>(op.getGroups());
  Shape shape{x.shape[0], numOutputs};
  for (size_t d = 0; d < rank; ++d)
    window.output.push_back((window.input[d] + pads[d] + pads[rank + d] -
                             window.dilations[d] * (window.kernel[d] - 1) - 1) /
                                window.strides[d] +
                            1);
  shape.append(window.output);
  Tensor y(shape);

  const std::vector<WindowRow> rows = getWindowRows(window);
  const int64_t inputSize = getNumElements(window.input);
  const int64_t outputSize = getNumElements(window.output);
  const int64_t taps = getNumElements(window.kernel);
  llvm::parallelFor(0, shape[0] * numOutputs, [&](size_t task) {
    const int64_t n = task / numOutputs, o = task % numOutputs;
    double *out = &y.data[task * outputSize];
    std::fill_n(out, outputSize, bias ? (*bias)[o] : 0);
    const int64_t firstInput = o / outputsPerGroup * inputsPerGroup;
    for (int64_t i = 0; i < inputsPerGroup; ++i) {
      const double *in = &x.data[(n * x.shape[1] + firstInput + i) * inputSize];
      const double *weights = &w.data[(o * inputsPerGroup + i) * taps];
      for (const WindowRow &row : rows)
        for (int64_t p = 0; p < row.count; ++p)
          out[row.output + p] +=
              weights[row.tap] * in[row.input + p * row.step];
    }
  });
  return y;
}

/// The adjoint of nn.conv: what a convolution reads from an input position and
/// adds to an output position, this reads there and adds here.
Tensor evaluate(nn::ConvTransposeOp op, const Tensor &x, const Tensor &w,
                const Tensor *bias) {
  Window window;
  window.output.assign(x.shape.begin() + 2, x.shape.end());
  window.kernel.assign(w.shape.begin() + 2, w.shape.end());
  window.strides = op.getStrideValues();
  window.dilations = op.getDilationValues();
  const Shape pads(op.getPadValues()), outputPads(op.getOutputPadValues());
  const size_t rank = window.output.size();
  window.padLow.assign(pads.begin(), pads.begin() + rank);

  const int64_t groups = op.getGroups();
  const int64_t inputsPerGroup = w.shape[0] / groups;
  const int64_t outputsPerGroup = w.shape[1];
  const int64_t numOutputs = groups * outputsPerGroup;
  Shape shape{x.shape[0], numOutputs};
  for (size_t d = 0; d < rank; ++d)
    window.input.push_back(window.strides[d] * (window.output[d] - 1) +
                           outputPads[d] +
                           window.dilations[d] * (window.kernel[d] - 1) + 1 -
                           pads[d] - pads[rank + d]);
  shape.append(window.input);
  Tensor y(shape);

  const std::vector<WindowRow> rows = getWindowRows(window);
  const int64_t inputSize = getNumElements(window.output);
  const int64_t outputSize = getNumElements(window.input);
  const int64_t taps = getNumElements(window.kernel);
  llvm::parallelFor(0, shape[0] * numOutputs, [&](size_t task) {
    const int64_t n = task / numOutputs, o = task % numOutputs;
    double *out = &y.data[task * outputSize];
    std::fill_n(out, outputSize, bias ? (*bias)[o] : 0);
    const int64_t firstInput = o / outputsPerGroup * inputsPerGroup;
    for (int64_t i = firstInput; i < firstInput + inputsPerGroup; ++i) {
      const double *in = &x.data[(n * x.shape[1] + i) * inputSize];
      const double *weights =
          &w.data[(i * outputsPerGroup + o % outputsPerGroup) * taps];
      for (const WindowRow &row : rows)
        for (int64_t p = 0; p < row.count; ++p)
          out[row.input + p * row.step] +=
              weights[row.tap] * in[row.output + p];
    }
  });
  return y;
}

/// y = alpha·A'·B' + beta·bias
Tensor evaluate(nn::GemmOp op, const Tensor &a, const Tensor &b,
                const Tensor *bias) {
  const bool transA = op.getTransA(), transB = op.getTransB();
  const int64_t rows = a.shape[transA ? 1 : 0], depth = a.shape[transA ? 0 : 1];
  const int64_t columns = b.shape[transB ? 0 : 1];
  const double alpha = op.getAlpha().convertToDouble();
  const double beta = op.getBeta().convertToDouble();
  const Shape biasStrides =
      bias ? getBroadcastStrides(bias->shape, 2) : Shape{0, 0};
  Tensor y({rows, columns});
  for (int64_t m = 0; m < rows; ++m)
    for (int64_t n = 0; n < columns; ++n) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k)
        sum += a[transA ? k * rows + m : m * depth + k] *
               b[transB ? n * depth + k : k * columns + n];
      y[m * columns + n] =
          alpha * sum +
          (bias ? beta * (*bias)[m * biasStrides[0] + n * biasStrides[1]] : 0);
    }
  return y;
}

/// Matrix product of the last two dimensions; the others broadcast.
Tensor evaluate(nn::MatMulOp op, const Tensor &a, const Tensor &b) {
  const size_t rank = std::max(a.shape.size(), b.shape.size());
  const int64_t rows = a.shape[a.getRank() - 2], depth = a.shape.back();
  const int64_t columns = b.shape.back();
  const Shape aStrides = getBroadcastStrides(a.shape, rank);
  const Shape bStrides = getBroadcastStrides(b.shape, rank);
  Shape batch(rank - 2, 1);
  for (size_t d = 0; d < batch.size(); ++d) {
    for (const Tensor *operand : {&a, &b})
      if (d + operand->shape.size() >= rank)
        batch[d] = std::max(batch[d],
                            operand->shape[d + operand->shape.size() - rank]);
  }
  Shape shape(batch);
  shape.append({rows, columns});
  Tensor y(shape);
  int64_t out = 0;
  forEachPosition(batch, [&](llvm::ArrayRef<int64_t> at) {
    const double *left = a.data.data() + getOffset(at, aStrides);
    const double *right = b.data.data() + getOffset(at, bStrides);
    for (int64_t m = 0; m < rows; ++m)
      for (int64_t n = 0; n < columns; ++n, ++out)
        for (int64_t k = 0; k < depth; ++k)
          y[out] += left[m * depth + k] * right[k * columns + n];
  });
  return y;
}

} // namespace

Results evaluateLinear(mlir::Operation *op, Operands operands) {
  const auto get = [&](size_t index) {
    return index < operands.size() ? operands[index] : nullptr;
  };
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<nn::ConvOp, nn::ConvTransposeOp, nn::GemmOp>([&](auto typed) {
        return single(evaluate(typed, *get(0), *get(1), get(2)));
      })
      .Case([&](nn::MatMulOp typed) {
        return single(evaluate(typed, *get(0), *get(1)));
      })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
