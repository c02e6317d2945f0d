//===- AlgorithmElementwise.cpp - Elementwise operators as Funcs ----------===//

#include "compiler/halide/AlgorithmBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;

/// Beyond ±87, exp leaves the range of f32; code is generated under the
/// assumption that no infinity occurs.
static constexpr float expBound = 87.0f;

static Expr toFloat(const llvm::APFloat &value) {
  return Expr(static_cast<float>(value.convertToDouble()));
}

static Expr boundedExp(const Expr &x) {
  return Halide::exp(Halide::clamp(x, -expBound, expBound));
}

static Expr sigmoid(const Expr &x) { return 1.0f / (1.0f + boundedExp(-x)); }

/// Halide calls libm for tanh, one element at a time. `1 − 2/(exp(2x) + 1)`
/// cancels near zero, where the series to x⁷ is exact to the last bit.
static Expr tangentHyperbolic(const Expr &x) {
  constexpr float seriesBound = 0.1f;
  Expr square = x * x;
  Expr series =
      x * (1.0f + square * (-1.0f / 3 +
                            square * (2.0f / 15 - square * (17.0f / 315))));
  Expr general = 1.0f - 2.0f / (boundedExp(2.0f * x) + 1.0f);
  return Halide::select(Halide::abs(x) < seriesBound, series, general);
}

static Expr clip(Expr x, const llvm::APFloat &low, const llvm::APFloat &high) {
  if (!low.isInfinity() || !low.isNegative())
    x = Halide::max(x, toFloat(low));
  if (!high.isInfinity() || high.isNegative())
    x = Halide::min(x, toFloat(high));
  return x;
}

/// The value of `op` at an element `x` of its input; undefined for operators
/// that are not unary.
static Expr getUnary(Operation *op, const Expr &x) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](nn::ReluOp) { return Halide::max(x, 0.0f); })
      .Case([&](nn::SigmoidOp) { return sigmoid(x); })
      .Case([&](nn::TanhOp) { return tangentHyperbolic(x); })
      .Case([&](nn::ExpOp) { return Halide::exp(x); })
      .Case([&](nn::LogOp) { return Halide::log(x); })
      .Case([&](nn::SqrtOp) { return Halide::sqrt(x); })
      .Case([&](nn::AbsOp) { return Halide::abs(x); })
      .Case([&](nn::NegOp) { return -x; })
      .Case([&](nn::ReciprocalOp) { return 1.0f / x; })
      .Case([&](nn::ErfOp) { return Halide::erf(x); })
      .Case([&](nn::SoftplusOp) {
        return Halide::max(x, 0.0f) +
               Halide::log(1.0f + boundedExp(-Halide::abs(x)));
      })
      .Case([&](nn::HardSwishOp) {
        return x * Halide::clamp(x * (1.0f / 6) + 0.5f, 0.0f, 1.0f);
      })
      .Case([&](nn::LeakyReluOp leaky) {
        return Halide::select(x >= 0.0f, x, toFloat(leaky.getAlpha()) * x);
      })
      .Case([&](nn::EluOp elu) {
        Expr negative = toFloat(elu.getAlpha()) * (boundedExp(x) - 1.0f);
        return Halide::select(x >= 0.0f, x, negative);
      })
      .Case([&](nn::HardSigmoidOp hard) {
        return Halide::clamp(
            toFloat(hard.getAlpha()) * x + toFloat(hard.getBeta()), 0.0f, 1.0f);
      })
      .Case([&](nn::ClipOp op) { return clip(x, op.getMin(), op.getMax()); })
      .Default([](Operation *) { return Expr(); });
}

bool AlgorithmBuilder::buildUnary(Operation *op) {
  if (auto cast = dyn_cast<nn::CastOp>(op)) {
    define(op, [&](ArrayRef<Expr> indices) {
      Expr x = readBroadcast(cast.getInput(), indices);
      return Halide::cast<float>(toStored(x, cast.getType()));
    });
    return true;
  }
  if (op->getNumOperands() != 1 || !getUnary(op, Expr(0.0f)).defined())
    return false;
  define(op, [&](ArrayRef<Expr> indices) {
    return getUnary(op, readBroadcast(op->getOperand(0), indices));
  });
  return true;
}

/// Tests only bounds that bind: code is generated under the assumption that no
/// infinity occurs.
static Expr gate(nn::GateOp op, const Expr &gradient, const Expr &value) {
  Expr inside = Halide::Internal::const_true();
  if (!op.getLowest().isInfinity() || !op.getLowest().isNegative())
    inside = inside && value > toFloat(op.getLowest());
  if (!op.getHighest().isInfinity() || op.getHighest().isNegative())
    inside = inside && value < toFloat(op.getHighest());
  Expr outside =
      op.getSlope().isZero() ? Expr(0.0f) : toFloat(op.getSlope()) * gradient;
  return Halide::select(inside, gradient, outside);
}

/// Undefined for operators that are not binary.
static Expr getBinary(Operation *op, const Expr &x, const Expr &y) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](nn::AddOp) { return x + y; })
      // (x − p) − s keeps what x − (p + s) rounds off.
      .Case([&](nn::SubOp) { return Halide::strict_float(x - y); })
      .Case([&](nn::MulOp) { return x * y; })
      .Case([&](nn::DivOp) { return x / y; })
      .Case([&](nn::PowOp) { return Halide::pow(x, y); })
      .Case([&](nn::MinOp) { return Halide::min(x, y); })
      .Case([&](nn::MaxOp) { return Halide::max(x, y); })
      .Case([&](nn::GateOp op) { return gate(op, x, y); })
      .Case([&](nn::PReluOp) { return Halide::select(x >= 0.0f, x, y * x); })
      .Default([](Operation *) { return Expr(); });
}

bool AlgorithmBuilder::buildBinary(Operation *op) {
  if (op->getNumOperands() != 2 ||
      !getBinary(op, Expr(1.0f), Expr(1.0f)).defined())
    return false;
  define(op, [&](ArrayRef<Expr> indices) {
    return getBinary(op, readBroadcast(op->getOperand(0), indices),
                     readBroadcast(op->getOperand(1), indices));
  });
  return true;
}
