//===- NNAdjointsBinary.cpp - Adjoints of operators that broadcast --------===//
//
// Each gradient is summed over the dimensions along which its operand was
// repeated. Of equal operands, min and max choose 'lhs'.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include "dialect/Interfaces/FloatElements.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// The gradients of x and y, each built where it is needed, of the shape of the
/// result.
template <typename Op>
static Gradients buildBinary(Op op, AdjointBuilder &b,
                             const AdjointRequest &request,
                             llvm::function_ref<Value()> getLhs,
                             llvm::function_ref<Value()> getRhs) {
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.sumTo(getLhs(), op.getLhs().getType());
  if (request.isNeeded(1))
    gradients[1] = b.sumTo(getRhs(), op.getRhs().getType());
  return gradients;
}

FailureOr<Gradients> AddOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  const auto pass = [&] { return dy; };
  return buildBinary(*this, b, request, pass, pass);
}

FailureOr<Gradients> SubOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.sumTo(dy, getLhs().getType());
  // The sum first: it is what is smaller.
  if (request.isNeeded(1))
    gradients[1] = b.neg(b.sumTo(dy, getRhs().getType()));
  return gradients;
}

FailureOr<Gradients> MulOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  return buildBinary(
      *this, b, request, [&] { return b.mul(dy, getRhs()); },
      [&] { return b.mul(dy, getLhs()); });
}

FailureOr<Gradients> DivOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value share = b.div(request.getOutput(), getRhs());
  return buildBinary(
      *this, b, request, [&] { return share; },
      [&] { return b.neg(b.mul(share, getResult())); });
}

/// 1 where `value` is 0 or below, else 0.
static Value markNotAbove(AdjointBuilder &b, Value value) {
  Value ones = createSplat(b.getBuilder(), b.getLoc(), getTensorType(value), 1);
  return b.oneMinus(b.keepAbove(ones, value, 0));
}

/// Whether all elements of `value` are known, and none is 0.
static bool isKnownWithoutZeros(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return false;
  const auto elements = FloatElements::get(constant);
  return elements && llvm::none_of(elements->toDoubles(),
                                   [](double element) { return element == 0; });
}

/// `exponent` − 1, but 0 of 0: the derivative of x⁰ is 0, at x = 0 as well,
/// where 0·x⁻¹ is not a number.
static Value lowerExponent(AdjointBuilder &b, Value exponent) {
  Value lowered = b.addNumber(exponent, -1);
  if (isKnownWithoutZeros(exponent))
    return lowered;
  return b.add(lowered, b.mul(markNotAbove(b, exponent),
                              markNotAbove(b, b.neg(exponent))));
}

/// log(x), but 0 where x is 0 or below and powers are constant (0) or exist for
/// single exponents alone.
static Value logAboveZero(AdjointBuilder &b, Value x) {
  return b.create<LogOp>(b.add(b.create<ReluOp>(x), markNotAbove(b, x)));
}

FailureOr<Gradients> PowOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput(), x = getLhs(), exponent = getRhs();
  return buildBinary(
      *this, b, request,
      [&] {
        Value power = b.create<PowOp>(x, lowerExponent(b, exponent));
        return b.mul(dy, b.mul(power, exponent));
      },
      [&] { return b.mul(dy, b.mul(getResult(), logAboveZero(b, x))); });
}

FailureOr<Gradients> MinOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput(), lead = b.sub(getRhs(), getLhs());
  return buildBinary(
      *this, b, request, [&] { return b.keepFrom(dy, lead, 0); },
      [&] { return b.gate(dy, lead, -INFINITY, 0); });
}

FailureOr<Gradients> MaxOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput(), lead = b.sub(getLhs(), getRhs());
  return buildBinary(
      *this, b, request, [&] { return b.keepFrom(dy, lead, 0); },
      [&] { return b.gate(dy, lead, -INFINITY, 0); });
}

FailureOr<Gradients> PReluOp::buildAdjoint(OpBuilder &builder,
                                           const AdjointRequest &request,
                                           std::string &) {
  AdjointBuilder b(builder, *this);
  Value dy = request.getOutput();
  return buildBinary(
      *this, b, request,
      [&] {
        Value x = b.expandTo(getLhs(), getType());
        Value below = b.mul(dy, getRhs());
        return b.add(b.keepAbove(dy, x, 0),
                     b.sub(below, b.keepAbove(below, x, 0)));
      },
      [&] {
        Value negative =
            b.create<ClipOp>(getLhs(), builder.getF64FloatAttr(-INFINITY),
                             builder.getF64FloatAttr(0));
        return b.mul(dy, negative);
      });
}
