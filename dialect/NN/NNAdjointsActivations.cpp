//===- NNAdjointsActivations.cpp - Adjoints of unary operators ------------===//
//
// Of y = f(x), dx = dy·f'(x), written in y where that is cheaper: y is kept
// anyway where what reads it needs it. At a kink, f' is the slope on its
// negative side for relu, leaky relu and elu, 0 at the bounds of a clip and at
// the zero of abs; PyTorch has the same.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// What the formulas below speak of.
#define BNOPT_ADJOINT(OP)                                                      \
  static Value getInputGradient(OP op, AdjointBuilder &b, Value dy);           \
  FailureOr<Gradients> OP::buildAdjoint(                                       \
      OpBuilder &builder, const AdjointRequest &request, std::string &) {      \
    AdjointBuilder adjoint(builder, *this);                                    \
    return single(getInputGradient(*this, adjoint, request.getOutput()));      \
  }                                                                            \
  static Value getInputGradient(OP op, AdjointBuilder &b, Value dy)

// The sign of y is the sign of x, and y is kept for the next operator.
BNOPT_ADJOINT(ReluOp) { return b.keepAbove(dy, op.getResult(), 0); }

BNOPT_ADJOINT(LeakyReluOp) {
  const double alpha = op.getAlpha().convertToDouble();
  // Otherwise a positive y may come from a negative x.
  Value value = alpha >= 0 ? op.getResult() : op.getInput();
  return b.gate(dy, value, 0, INFINITY, alpha);
}

BNOPT_ADJOINT(ClipOp) {
  return b.gate(dy, op.getResult(), op.getMin().convertToDouble(),
                op.getMax().convertToDouble());
}

BNOPT_ADJOINT(HardSigmoidOp) {
  return b.scale(b.gate(dy, op.getResult(), 0, 1),
                 op.getAlpha().convertToDouble());
}

// y' = x/3 + 1/2 between −3 and 3, 0 below and 1 from 3 on.
BNOPT_ADJOINT(HardSwishOp) {
  Value x = op.getInput();
  Value slope = b.addNumber(b.scale(x, 1.0 / 3), 0.5);
  return b.add(b.gate(b.mul(dy, slope), x, -3, 3), b.keepFrom(dy, x, 3));
}

// y' = 1 for x > 0, else alpha·exp(x); the exponential of large x would
// overflow.
BNOPT_ADJOINT(EluOp) {
  Value x = op.getInput();
  OpBuilder &builder = b.getBuilder();
  Value negative = b.create<ClipOp>(x, builder.getF64FloatAttr(-INFINITY),
                                    builder.getF64FloatAttr(0));
  Value below = b.scale(b.mul(dy, b.create<ExpOp>(negative)),
                        op.getAlpha().convertToDouble());
  return b.add(b.keepAbove(dy, x, 0), b.sub(below, b.keepAbove(below, x, 0)));
}

BNOPT_ADJOINT(SigmoidOp) {
  Value y = op.getResult();
  return b.mul(dy, b.mul(y, b.oneMinus(y)));
}

BNOPT_ADJOINT(TanhOp) {
  Value y = op.getResult();
  return b.mul(dy, b.oneMinus(b.mul(y, y)));
}

BNOPT_ADJOINT(ExpOp) { return b.mul(dy, op.getResult()); }

BNOPT_ADJOINT(LogOp) { return b.div(dy, op.getInput()); }

BNOPT_ADJOINT(SqrtOp) { return b.div(b.scale(dy, 0.5), op.getResult()); }

BNOPT_ADJOINT(AbsOp) {
  Value x = op.getInput();
  return b.sub(b.keepAbove(dy, x, 0), b.gate(dy, x, -INFINITY, 0));
}

// Rounding has steps; its slope is that of what is rounded.
BNOPT_ADJOINT(CastOp) { return b.create<CastOp>(op.getInput().getType(), dy); }

BNOPT_ADJOINT(NegOp) { return b.neg(dy); }

BNOPT_ADJOINT(ReciprocalOp) {
  Value y = op.getResult();
  return b.neg(b.mul(dy, b.mul(y, y)));
}

BNOPT_ADJOINT(ErfOp) {
  Value x = op.getInput();
  Value bell = b.create<ExpOp>(b.neg(b.mul(x, x)));
  return b.mul(dy, b.scale(bell, 2 * std::numbers::inv_sqrtpi));
}

BNOPT_ADJOINT(SoftplusOp) {
  return b.mul(dy, b.create<SigmoidOp>(op.getInput()));
}

#undef BNOPT_ADJOINT

// Linear in the gradient; in the value it has steps, and no slope.
FailureOr<Gradients> GateOp::buildAdjoint(OpBuilder &builder,
                                          const AdjointRequest &request,
                                          std::string &) {
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] =
        GateOp::create(builder, getLoc(), request.getOutput(), getValue(),
                       getLowestAttr(), getHighestAttr(), getSlopeAttr());
  return gradients;
}
