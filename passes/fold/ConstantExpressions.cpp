//===- ConstantExpressions.cpp - What constants compute -------------------===//
//
// Parameters of normalizations reach a graph as expressions: scale/√(variance +
// epsilon), its product with the mean, the absolute value of a scale.
// Elementwise operators, reshapes and transposes of constants are computed in
// f64, the results of one feeding the next without a rounding.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/ConstantExpressions.h"

#include "dialect/NN/NNOps.h"
#include "dialect/NN/NNShapes.h"
#include "passes/fold/ConstantData.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace bnopt {

/// Larger results are weights, not parameters, and stay as they are.
static constexpr int64_t maxComputedElements = 1 << 20;

std::optional<double> ConstantArray::getUniform() const {
  if (values.empty() || !llvm::all_equal(values))
    return std::nullopt;
  return values.front();
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

using UnaryFunction = double (*)(double);
using BinaryFunction = double (*)(double, double);

static UnaryFunction getUnaryFunction(Operation *op) {
  return llvm::TypeSwitch<Operation *, UnaryFunction>(op)
      .Case([](nn::SqrtOp) { return [](double x) { return std::sqrt(x); }; })
      .Case([](nn::ReciprocalOp) { return [](double x) { return 1 / x; }; })
      .Case([](nn::NegOp) { return [](double x) { return -x; }; })
      .Case([](nn::AbsOp) { return [](double x) { return std::fabs(x); }; })
      .Case([](nn::ExpOp) { return [](double x) { return std::exp(x); }; })
      .Case([](nn::LogOp) { return [](double x) { return std::log(x); }; })
      .Default([](Operation *) { return nullptr; });
}

static BinaryFunction getBinaryFunction(Operation *op) {
  using D = double;
  return llvm::TypeSwitch<Operation *, BinaryFunction>(op)
      .Case([](nn::AddOp) { return [](D x, D y) { return x + y; }; })
      .Case([](nn::SubOp) { return [](D x, D y) { return x - y; }; })
      .Case([](nn::MulOp) { return [](D x, D y) { return x * y; }; })
      .Case([](nn::DivOp) { return [](D x, D y) { return x / y; }; })
      .Case([](nn::PowOp) { return [](D x, D y) { return std::pow(x, y); }; })
      .Case([](nn::MinOp) { return [](D x, D y) { return std::min(x, y); }; })
      .Case([](nn::MaxOp) { return [](D x, D y) { return std::max(x, y); }; })
      .Default([](Operation *) { return nullptr; });
}

/// Steps between neighbours along each dimension of `to` in an array of shape
/// `from` that broadcasts to it.
static SmallVector<int64_t> getBroadcastStrides(ArrayRef<int64_t> from,
                                                ArrayRef<int64_t> to) {
  SmallVector<int64_t> strides(to.size(), 0);
  int64_t step = 1;
  for (size_t back = 1; back <= from.size(); ++back) {
    const int64_t size = from[from.size() - back];
    if (size != 1)
      strides[to.size() - back] = step;
    step *= size;
  }
  return strides;
}

/// Calls `visit` with the index into an array of the given strides for each
/// element of `shape`, in row-major order.
static void forEachIndex(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
                         llvm::function_ref<void(int64_t)> visit) {
  SmallVector<int64_t> position(shape.size(), 0);
  int64_t index = 0;
  for (int64_t left = nn::getNumElements(shape); left > 0; --left) {
    visit(index);
    for (size_t dim = shape.size(); dim-- > 0;) {
      index += strides[dim];
      if (++position[dim] < shape[dim])
        break;
      index -= strides[dim] * shape[dim];
      position[dim] = 0;
    }
  }
}

static std::vector<double> permute(const ConstantArray &array,
                                   RankedTensorType type,
                                   ArrayRef<int64_t> strides) {
  std::vector<double> values;
  values.reserve(type.getNumElements());
  forEachIndex(type.getShape(), strides,
               [&](int64_t index) { values.push_back(array.values[index]); });
  return values;
}

static std::vector<double> broadcast(const ConstantArray &array,
                                     RankedTensorType type) {
  return permute(array, type,
                 getBroadcastStrides(array.type.getShape(), type.getShape()));
}

static std::vector<double> transpose(const ConstantArray &array,
                                     nn::TransposeOp op) {
  const SmallVector<int64_t> strides =
      getBroadcastStrides(array.type.getShape(), array.type.getShape());
  SmallVector<int64_t> permuted;
  for (int64_t dim : op.getPermutation())
    permuted.push_back(strides[dim]);
  return permute(array, op.getType(), permuted);
}

/// The result of `op` on `operands`; none for an operator that is not computed.
static std::optional<std::vector<double>>
computeResult(Operation *op, ArrayRef<const ConstantArray *> operands) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (UnaryFunction function = getUnaryFunction(op)) {
    std::vector<double> values = operands[0]->values;
    llvm::transform(values, values.begin(), function);
    return values;
  }
  if (BinaryFunction function = getBinaryFunction(op)) {
    std::vector<double> lhs = broadcast(*operands[0], type);
    const std::vector<double> rhs = broadcast(*operands[1], type);
    std::transform(lhs.begin(), lhs.end(), rhs.begin(), lhs.begin(), function);
    return lhs;
  }
  if (isa<nn::ReshapeOp>(op))
    return operands[0]->values;
  if (auto transposeOp = dyn_cast<nn::TransposeOp>(op))
    return transpose(*operands[0], transposeOp);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

ConstantExpressions::ConstantExpressions(Operation *root) {
  root->walk([&](Operation *op) { compute(op); });
}

/// Whether `op` is one that `computeResult` knows, of a size worth computing.
static bool isComputable(Operation *op) {
  if (op->getNumResults() != 1 ||
      (!getUnaryFunction(op) && !getBinaryFunction(op) &&
       !isa<nn::ReshapeOp, nn::TransposeOp>(op)))
    return false;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  return type.hasStaticShape() && type.getNumElements() <= maxComputedElements;
}

void ConstantExpressions::compute(Operation *op) {
  if (!isComputable(op))
    return;
  for (Value operand : op->getOperands())
    if (!get(operand))
      return;
  // Only now: `get` may have moved the arrays.
  SmallVector<const ConstantArray *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(get(operand));
  auto values = computeResult(op, operands);
  // What is not finite is left to the program.
  if (!values ||
      !llvm::all_of(*values, [](double value) { return std::isfinite(value); }))
    return;
  Value result = op->getResult(0);
  arrays[result] =
      ConstantArray{cast<RankedTensorType>(result.getType()), *values};
  computed.push_back(op);
}

const ConstantArray *ConstantExpressions::get(Value value) {
  auto found = arrays.find(value);
  if (found == arrays.end()) {
    std::optional<ConstantArray> array;
    auto data = ConstantData::get(value);
    if (data && data->getNumElements() <= maxComputedElements)
      array = ConstantArray{data->getType(), data->toDoubles()};
    if (array && !llvm::all_of(array->values, [](double element) {
          return std::isfinite(element);
        }))
      array.reset();
    found = arrays.try_emplace(value, std::move(array)).first;
  }
  return found->second ? &*found->second : nullptr;
}

std::optional<double> ConstantExpressions::getUniform(Value value) {
  const ConstantArray *array = get(value);
  return array ? array->getUniform() : std::nullopt;
}

void ConstantExpressions::materialize() {
  // Users first: what only feeds another expression needs no constant.
  for (Operation *op : llvm::reverse(computed)) {
    Value result = op->getResult(0);
    if (!result.use_empty()) {
      OpBuilder builder(op);
      const ConstantArray &array = *arrays[result];
      result.replaceAllUsesWith(createConstant(
          builder, op->getLoc(), "parameter", array.type, array.values));
    }
    op->erase();
  }
  computed.clear();
  arrays.clear();
}

} // namespace bnopt
