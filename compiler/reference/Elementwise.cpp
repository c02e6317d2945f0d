//===- Elementwise.cpp - One element in, one element out ------------------===//

#include "compiler/reference/Evaluators.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace bnopt::reference {
namespace {

using Unary = std::function<double(double)>;
using Binary = std::function<double(double, double)>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// log(1 + exp(x)), which overflows as written for large x.
double softplus(double x) {
  return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}

double clamp(double x, double low, double high) {
  return std::fmin(std::fmax(x, low), high);
}

/// The formula of a unary operator; empty when `op` is none.
Unary getUnaryFormula(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Unary>(op)
      .Case([](nn::ReluOp) { return [](double x) { return x > 0 ? x : 0; }; })
      .Case([](nn::SigmoidOp) { return sigmoid; })
      .Case([](nn::TanhOp) { return [](double x) { return std::tanh(x); }; })
      .Case([](nn::ExpOp) { return [](double x) { return std::exp(x); }; })
      .Case([](nn::LogOp) { return [](double x) { return std::log(x); }; })
      .Case([](nn::SqrtOp) { return [](double x) { return std::sqrt(x); }; })
      .Case([](nn::AbsOp) { return [](double x) { return std::fabs(x); }; })
      .Case([](nn::NegOp) { return std::negate<double>(); })
      // The reference computes with real numbers, whatever their type.
      .Case([](nn::CastOp) { return [](double x) { return x; }; })
      .Case([](nn::ReciprocalOp) { return [](double x) { return 1 / x; }; })
      .Case([](nn::ErfOp) { return [](double x) { return std::erf(x); }; })
      .Case([](nn::SoftplusOp) { return softplus; })
      .Case([](nn::HardSwishOp) {
        return [](double x) { return x * clamp(x / 6 + 0.5, 0, 1); };
      })
      .Case([](nn::LeakyReluOp op) {
        return [alpha = op.getAlpha().convertToDouble()](double x) {
          return x >= 0 ? x : alpha * x;
        };
      })
      .Case([](nn::EluOp op) {
        return [alpha = op.getAlpha().convertToDouble()](double x) {
          return x >= 0 ? x : alpha * std::expm1(x);
        };
      })
      .Case([](nn::HardSigmoidOp op) {
        return [alpha = op.getAlpha().convertToDouble(),
                beta = op.getBeta().convertToDouble()](double x) {
          return clamp(alpha * x + beta, 0, 1);
        };
      })
      .Case([](nn::ClipOp op) {
        return [low = op.getMin().convertToDouble(),
                high = op.getMax().convertToDouble()](double x) {
          return clamp(x, low, high);
        };
      })
      .Default(Unary());
}

/// The formula of a binary operator; empty when `op` is none.
Binary getBinaryFormula(mlir::Operation *op) {
  return llvm::TypeSwitch<mlir::Operation *, Binary>(op)
      .Case([](nn::AddOp) { return std::plus<double>(); })
      .Case([](nn::SubOp) { return std::minus<double>(); })
      .Case([](nn::MulOp) { return std::multiplies<double>(); })
      .Case([](nn::DivOp) { return std::divides<double>(); })
      .Case([](nn::PowOp) {
        return [](double x, double y) { return std::pow(x, y); };
      })
      .Case([](nn::MinOp) {
        return [](double x, double y) { return std::fmin(x, y); };
      })
      .Case([](nn::MaxOp) {
        return [](double x, double y) { return std::fmax(x, y); };
      })
      .Case([](nn::PReluOp) {
        return [](double x, double slope) { return x >= 0 ? x : slope * x; };
      })
      .Case([](nn::GateOp op) {
        return [lowest = op.getLowest().convertToDouble(),
                highest = op.getHighest().convertToDouble(),
                slope = op.getSlope().convertToDouble()](double gradient,
                                                         double value) {
          // A value may be infinite, too, and infinite bounds do not bind.
          const bool isInside = (lowest < value || lowest == -INFINITY) &&
                                (value < highest || highest == INFINITY) &&
                                !std::isnan(value);
          return isInside ? gradient : slope * gradient;
        };
      })
      .Default(Binary());
}

/// Shape to which `a` and `b`, aligned at the last dimension, broadcast.
Shape broadcast(const Shape &a, const Shape &b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (const Shape *shape : {&a, &b})
    for (size_t d = 0; d < shape->size(); ++d) {
      int64_t &size = result[result.size() - shape->size() + d];
      // A dimension of size 0 broadcasts with 1 to 0.
      if (size == 1)
        size = (*shape)[d];
    }
  return result;
}

Tensor evaluateBinary(const Binary &formula, const Tensor &a, const Tensor &b) {
  Tensor y(broadcast(a.shape, b.shape));
  const Shape aStrides = getBroadcastStrides(a.shape, y.shape.size());
  const Shape bStrides = getBroadcastStrides(b.shape, y.shape.size());
  int64_t out = 0;
  forEachPosition(y.shape, [&](llvm::ArrayRef<int64_t> position) {
    y[out++] = formula(a[getOffset(position, aStrides)],
                       b[getOffset(position, bStrides)]);
  });
  return y;
}

} // namespace

Results evaluateElementwise(mlir::Operation *op, Operands operands) {
  if (const Unary formula = getUnaryFormula(op)) {
    Tensor y(*operands[0]);
    std::transform(y.data.begin(), y.data.end(), y.data.begin(), formula);
    return single(std::move(y));
  }
  if (const Binary formula = getBinaryFormula(op))
    return single(evaluateBinary(formula, *operands[0], *operands[1]));
  return std::nullopt;
}

} // namespace bnopt::reference
