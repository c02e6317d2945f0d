//===- ErrorBound.cpp - How far folding may move a result -----------------===//

#include "test/property/ErrorBound.h"

#include "compiler/reference/Evaluators.h"
#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using bnopt::reference::Tensor;

namespace bnopt::property {
namespace {

Tensor apply(Operation *op, ArrayRef<const Tensor *> operands) {
  for (auto evaluate :
       {reference::evaluateLinear, reference::evaluatePooling,
        reference::evaluateElementwise, reference::evaluateMovement})
    if (reference::Results results = evaluate(op, operands))
      return std::move(results->front());
  llvm_unreachable("the generator makes operators of nn only");
}

template <typename Function>
Tensor map(Tensor tensor, Function &&function) {
  for (double &value : tensor.data)
    value = function(value);
  return tensor;
}

template <typename Function>
Tensor zip(Tensor a, const Tensor &b, Function &&function) {
  assert(a.shape == b.shape && "tensors of one shape");
  for (int64_t i = 0; i < a.size(); ++i)
    a[i] = function(a[i], b[i]);
  return a;
}

Tensor add(Tensor a, const Tensor &b) {
  return zip(std::move(a), b, std::plus<double>());
}

Tensor scale(Tensor a, double factor) {
  return map(std::move(a), [&](double value) { return value * factor; });
}

double getLargest(const Tensor &tensor) {
  return *std::max_element(tensor.data.begin(), tensor.data.end());
}

/// `tensor`, repeated to `shape`.
Tensor spread(const Tensor &tensor, ArrayRef<int64_t> shape) {
  Tensor result(shape);
  const reference::Shape strides =
      reference::getBroadcastStrides(tensor.shape, shape.size());
  int64_t out = 0;
  reference::forEachPosition(shape, [&](ArrayRef<int64_t> position) {
    result[out++] = tensor[reference::getOffset(position, strides)];
  });
  return result;
}

Tensor readConstant(Value value) {
  DenseElementsAttr elements;
  const bool constant = matchPattern(value, m_Constant(&elements));
  assert(constant && "an operand is a constant or was computed");
  (void)constant;
  Tensor tensor(cast<ShapedType>(value.getType()).getShape());
  for (auto [index, element] : llvm::enumerate(elements.getValues<APFloat>())) {
    bool losesInfo;
    element.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    tensor[index] = element.convertToDouble();
  }
  return tensor;
}

bool isConstant(Value value) { return matchPattern(value, mlir::m_Constant()); }

/// Every s·x or x + t with constants, which may end in others.
bool isScaleShift(Operation *op) {
  return isa<bn::InferenceOp>(op) ||
         (isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(op) &&
          llvm::any_of(op->getOperands(), isConstant));
}

bool isLinear(Operation *op) {
  return isa<nn::ConvOp, nn::ConvTransposeOp, nn::GemmOp, nn::MatMulOp>(op);
}

bool isClamp(Operation *op) {
  return isa<nn::ReluOp, nn::ClipOp, nn::LeakyReluOp, nn::PReluOp, nn::MaxOp,
             nn::MinOp>(op);
}

/// The largest slope of a function of one number; none if `op` is none.
std::optional<double> getSlope(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<double>>(op)
      .Case([](nn::SigmoidOp) { return 0.25; })
      .Case<nn::TanhOp, nn::AbsOp, nn::NegOp, nn::SoftplusOp, nn::EluOp>(
          [](auto) { return 1.0; }) // of elu while alpha <= 1
      .Case([](nn::HardSigmoidOp clip) {
        return std::fabs(clip.getAlpha().convertToDouble());
      })
      .Case([](nn::ErfOp) { return 1.13; })      // 2/√π
      .Case([](nn::HardSwishOp) { return 1.5; }) // at 3
      .Case([](nn::SoftmaxOp) { return 0.5; })   // Σ_j |∂y_i/∂x_j| = 2y(1 − y)
      .Default(std::nullopt);
}

class Analysis {
public:
  Analysis(func::FuncOp function, ArrayRef<Tensor> inputs) {
    Block &block = function.getBody().front();
    for (auto [argument, input] :
         llvm::zip_equal(block.getArguments(), inputs)) {
      setElementType(argument);
      magnitudes[argument] =
          map(input, [](double value) { return std::fabs(value); });
      errors[argument] = Tensor(input.shape);
    }
    for (Operation &op : block.without_terminator())
      addMagnitude(&op);
    roundings = 2 * (numScaleShifts + 1);
    for (Operation &op : block.without_terminator())
      addError(&op);
  }

  ErrorBound getBound(ValueRange results) const {
    ErrorBound bound;
    for (Value result : results) {
      bound.magnitudes.push_back(magnitudes.lookup(result));
      bound.errors.push_back(errors.lookup(result));
    }
    return bound;
  }

private:
  void setElementType(Value value) {
    const bool isSingle = getElementTypeOrSelf(value).isF32();
    unit = std::ldexp(1.0, isSingle ? -24 : -53);
    tiny = std::ldexp(1.0, isSingle ? -149 : -1074);
  }

  /// The number of products or elements in one result, at most.
  static int64_t getNumTerms(Operation *op) {
    return reference::getNumElements(
        cast<ShapedType>(op->getOperand(isLinear(op) ? 1 : 0).getType())
            .getShape());
  }

  const Tensor &magnitude(Operation *op, unsigned operand) const {
    return magnitudes.find(op->getOperand(operand))->second;
  }
  const Tensor &error(Operation *op, unsigned operand) const {
    return errors.find(op->getOperand(operand))->second;
  }

  /// |op| with `operands`: of products too, whose factors may be negative.
  static Tensor applyLinear(Operation *op, const Tensor &a, const Tensor &b,
                            const Tensor *bias) {
    const auto absolute = [](double value) { return std::fabs(value); };
    SmallVector<const Tensor *> operands{&a, &b};
    if (!bias)
      return map(apply(op, operands), absolute);
    const Tensor noBias(bias->shape), none(a.shape);
    operands.push_back(&noBias);
    Tensor product = map(apply(op, operands), absolute);
    operands = {&none, &b, bias};
    return add(std::move(product), map(apply(op, operands), absolute));
  }

  /// |s|·x + `rest`, for `rest` one value per feature.
  template <typename Rest>
  Tensor applyInference(bn::InferenceOp op, Tensor x, Rest &&rest) const {
    const Tensor &gain = magnitude(op, 1), &offset = magnitude(op, 2),
                 &mean = magnitude(op, 3),
                 variance = readConstant(op.getVariance());
    const double epsilon = op.getEpsilon().convertToDouble();
    const reference::DimensionView view(x.shape, op.getFeatureIndex());
    for (int64_t o = 0; o < view.outer; ++o)
      for (int64_t c = 0; c < view.size; ++c)
        for (int64_t i = 0; i < view.inner; ++i) {
          const double s = gain[c] / std::sqrt(variance[c] + epsilon);
          double &value = x[view.at(o, c, i)];
          value = s * value + rest(s * mean[c] + offset[c]);
        }
    return x;
  }

  /// Margins: |value| + 2·(the largest of `inside`); the rest moves.
  static Tensor applyPad(nn::PadOp op, const Tensor &inside, double margin) {
    Tensor moved = apply(op, {&inside});
    if (op.getMode() != nn::PadMode::Constant)
      return moved;
    const Tensor unknown(inside.shape, NAN);
    return zip(std::move(moved), apply(op, {&unknown}),
               [&](double value, double mark) {
                 return std::isnan(mark) ? value : margin;
               });
  }

  static double getMargin(nn::PadOp op, const Tensor &inside) {
    return std::fabs(op.getValue().convertToDouble()) + 2 * getLargest(inside);
  }

  /// x scaled by what a clamp multiplies at most.
  Tensor applyClamp(Operation *op, const Tensor &x) const {
    if (auto prelu = dyn_cast<nn::PReluOp>(op))
      return zip(x, spread(magnitude(op, 1), x.shape),
                 [](double value, double slope) {
                   return value * std::fmax(1, slope);
                 });
    return x;
  }

  Tensor getClampMagnitude(Operation *op) const {
    if (isa<nn::MaxOp, nn::MinOp>(op)) {
      const auto shape =
          cast<ShapedType>(op->getResult(0).getType()).getShape();
      return scale(
          add(spread(magnitude(op, 0), shape), spread(magnitude(op, 1), shape)),
          2);
    }
    Tensor result = scale(applyClamp(op, magnitude(op, 0)), 2);
    if (auto clip = dyn_cast<nn::ClipOp>(op))
      for (const double bound :
           {clip.getMin().convertToDouble(), clip.getMax().convertToDouble()})
        if (std::isfinite(bound))
          result = map(result, [&](double x) { return x + std::fabs(bound); });
    return result;
  }

  Tensor getMagnitude(Operation *op) const {
    if (isLinear(op))
      return applyLinear(op, magnitude(op, 0), magnitude(op, 1),
                         op->getNumOperands() > 2 ? &magnitude(op, 2)
                                                  : nullptr);
    if (auto inference = dyn_cast<bn::InferenceOp>(op))
      return applyInference(inference, magnitude(op, 0),
                            [](double rest) { return rest; });
    if (isClamp(op))
      return getClampMagnitude(op);
    if (isa<nn::SubOp>(op)) {
      const auto shape =
          cast<ShapedType>(op->getResult(0).getType()).getShape();
      return add(spread(magnitude(op, 0), shape),
                 spread(magnitude(op, 1), shape));
    }
    if (auto pad = dyn_cast<nn::PadOp>(op))
      return applyPad(pad, magnitude(op, 0), getMargin(pad, magnitude(op, 0)));
    if (isa<nn::SigmoidOp, nn::HardSigmoidOp, nn::TanhOp, nn::ErfOp,
            nn::SoftmaxOp>(op))
      return Tensor(magnitude(op, 0).shape, 1);
    if (isa<nn::SoftplusOp, nn::EluOp>(op))
      return map(magnitude(op, 0), [](double x) { return x + 1; });
    if (isa<nn::AbsOp, nn::NegOp, nn::HardSwishOp>(op))
      return magnitude(op, 0);
    return apply(op, getOperands(op, magnitudes));
  }

  SmallVector<const Tensor *>
  getOperands(Operation *op, const llvm::DenseMap<Value, Tensor> &map) const {
    return llvm::map_to_vector(op->getOperands(), [&](Value operand) {
      return &map.find(operand)->second;
    });
  }

  void addMagnitude(Operation *op) {
    if (isa<arith::ConstantOp>(op)) {
      Tensor values = readConstant(op->getResult(0));
      errors[op->getResult(0)] = Tensor(values.shape);
      magnitudes[op->getResult(0)] =
          map(values, [](double value) { return std::fabs(value); });
      return;
    }
    numScaleShifts += isScaleShift(op);
    Tensor result = getMagnitude(op);
    largest = std::max(largest, getLargest(result));
    mostTerms = std::max(mostTerms, getNumTerms(op));
    magnitudes[op->getResult(0)] = std::move(result);
  }

  /// What the errors of the operands become.
  Tensor passError(Operation *op) const {
    const auto shape = cast<ShapedType>(op->getResult(0).getType()).getShape();
    if (isLinear(op)) {
      const bool first = !isConstant(op->getOperand(0));
      return applyLinear(op, first ? error(op, 0) : magnitude(op, 0),
                         first ? magnitude(op, 1) : error(op, 1), nullptr);
    }
    if (auto inference = dyn_cast<bn::InferenceOp>(op))
      return applyInference(inference, error(op, 0),
                            [](double) { return 0.0; });
    if (isClamp(op) && !isa<nn::MaxOp, nn::MinOp>(op))
      return applyClamp(op, error(op, 0));
    if (isa<nn::AddOp, nn::SubOp, nn::MaxOp, nn::MinOp>(op))
      return add(spread(error(op, 0), shape), spread(error(op, 1), shape));
    if (isa<nn::MulOp>(op)) {
      const Tensor a = spread(error(op, 0), shape),
                   b = spread(error(op, 1), shape);
      const Tensor left = spread(magnitude(op, 0), shape),
                   right = spread(magnitude(op, 1), shape);
      Tensor result(shape);
      for (int64_t i = 0; i < result.size(); ++i)
        result[i] = a[i] * right[i] + left[i] * b[i] + a[i] * b[i];
      return result;
    }
    if (isa<nn::DivOp>(op))
      return apply(op, {&error(op, 0), &magnitude(op, 1)});
    if (auto pad = dyn_cast<nn::PadOp>(op))
      return applyPad(pad, error(op, 0), 2 * getLargest(error(op, 0)));
    if (isa<nn::SoftmaxOp>(op)) // its exponents are rounded too
      return Tensor(shape, getLargest(error(op, 0)) +
                               16 * 0x1p-53 * getLargest(magnitude(op, 0)));
    if (const std::optional<double> slope = getSlope(op))
      return scale(error(op, 0), *slope);
    return apply(op, getOperands(op, errors));
  }

  void addError(Operation *op) {
    if (isa<arith::ConstantOp>(op))
      return;
    const bool hasConstants =
        isLinear(op) || isScaleShift(op) || isClamp(op) || isa<nn::PadOp>(op);
    const double relative =
        (hasConstants ? roundings * unit : 0) +
        2 * static_cast<double>(getNumTerms(op) + 8) * 0x1p-53;
    const double absolute =
        roundings * tiny * largest * static_cast<double>(mostTerms);
    errors[op->getResult(0)] =
        zip(passError(op), magnitudes.find(op->getResult(0))->second,
            [&](double passed, double terms) {
              return passed + relative * terms + absolute;
            });
  }

  llvm::DenseMap<Value, Tensor> magnitudes, errors;
  double unit = 0, tiny = 0, roundings = 0, largest = 1;
  int64_t numScaleShifts = 0, mostTerms = 1;
};

} // namespace

ErrorBound getErrorBound(func::FuncOp function, ArrayRef<Tensor> inputs) {
  const Analysis analysis(function, inputs);
  return analysis.getBound(
      function.getBody().front().getTerminator()->getOperands());
}

} // namespace bnopt::property
