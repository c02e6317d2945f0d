//===- ShapeArithmetic.cpp - small constants computed at import -----------===//
//
// Exported graphs compute shapes with operators on small tensors of integers:
// Shape, Gather, Concat, Mul … . They are computed here, so that only
// floating-point tensors reach the IR. Values may be multiples of a dynamic
// batch size; what else is not known stays unknown until someone needs it.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/Node.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace bnopt::onnx_import {

/// Larger floating-point tensors are weights, and computed with later.
static constexpr int64_t largestFolded = 64;

//===----------------------------------------------------------------------===//
// Elementwise arithmetic
//===----------------------------------------------------------------------===//

/// `a op b` on integers; unknown where the result is no multiple of the batch.
static ShapeInteger combine(StringRef op, ShapeInteger a, ShapeInteger b) {
  using Kind = ShapeInteger::Kind;
  bool bothKnown = a.isKnown() && b.isKnown();
  bool sameKind = a.kind == b.kind && a.kind != Kind::Unknown;
  if (a.kind == Kind::Unknown || b.kind == Kind::Unknown)
    return ShapeInteger::unknown();
  int64_t result;
  if (op == "Add" && sameKind && !llvm::AddOverflow(a.value, b.value, result))
    return {a.kind, result};
  // The same multiple of the batch cancels.
  if (op == "Sub" && sameKind && !llvm::SubOverflow(a.value, b.value, result))
    return {result == 0 ? Kind::Known : a.kind, result};
  if (op == "Mul" && (a.isKnown() || b.isKnown()) &&
      !llvm::MulOverflow(a.value, b.value, result))
    return {bothKnown || result == 0 ? Kind::Known : Kind::BatchMultiple,
            result};
  if (op == "Div" && b.value != 0) {
    if (bothKnown)
      return ShapeInteger::known(a.value / b.value);
    if (a.value % b.value == 0 && a.isBatchMultiple())
      return {b.isKnown() ? Kind::BatchMultiple : Kind::Known,
              a.value / b.value};
  }
  if (op == "Min" && sameKind)
    return {a.kind, std::min(a.value, b.value)};
  if (op == "Max" && sameKind)
    return {a.kind, std::max(a.value, b.value)};
  return ShapeInteger::unknown();
}

static double combine(StringRef op, double a, double b) {
  if (op == "Add")
    return a + b;
  if (op == "Sub")
    return a - b;
  if (op == "Mul")
    return a * b;
  if (op == "Div")
    return a / b;
  return op == "Min" ? std::min(a, b) : std::max(a, b);
}

static bool isSingle(const ConstantValue &constant) {
  return constant.getType().getNumElements() == 1;
}

/// Two constants of one shape, or one of them a single element.
static LogicalResult foldBinary(Node &node, bool &folded) {
  // Min and Max take any number.
  if (node.getNumInputs() != 2)
    return success();
  const ConstantValue &a = *node.getConstant(0), &b = *node.getConstant(1);
  bool isFloat = a.isFloat();
  if (isFloat != b.isFloat())
    return success();
  const ConstantValue &larger =
      isSingle(a) && a.getType().getRank() <= b.getType().getRank() ? b : a;
  if (a.getType().getShape() != b.getType().getShape() && !isSingle(a) &&
      !isSingle(b))
    return isFloat ? success()
                   : LogicalResult(node.error()
                                   << "'" << node.getType()
                                   << "' of integers supports equal shapes "
                                      "and single elements only");
  int64_t count = larger.getType().getNumElements();
  auto at = [](const auto &list, int64_t i) {
    return list[list.size() == 1 ? 0 : i];
  };
  if (isFloat) {
    auto lhs = *a.peekNumbers(), rhs = *b.peekNumbers();
    std::vector<double> results;
    for (int64_t i = 0; i < count; ++i)
      results.push_back(combine(node.getType(), at(lhs, i), at(rhs, i)));
    ConstantValue result(getFloatElements(larger.getType(), results));
    result.addParametersOf(a);
    result.addParametersOf(b);
    node.setConstant(0, result);
  } else {
    std::vector<ShapeInteger> results;
    for (int64_t i = 0; i < count; ++i)
      results.push_back(combine(node.getType(), at(a.getIntegers(), i),
                                at(b.getIntegers(), i)));
    node.setConstant(0, ConstantValue(larger.getType(), std::move(results)));
  }
  folded = true;
  return success();
}

static LogicalResult foldUnary(Node &node, bool &folded) {
  const ConstantValue &input = *node.getConstant(0);
  StringRef op = node.getType();
  if (!input.isFloat())
    return success();
  // Only roots have a form as tensors, for parameters that may be refreshed.
  std::vector<double> numbers =
      op == "Sqrt" ? *input.peekNumbers() : *input.getNumbers();
  for (double &number : numbers)
    number = op == "Floor"  ? std::floor(number)
             : op == "Ceil" ? std::ceil(number)
                            : std::sqrt(number);
  ConstantValue result(getFloatElements(input.getType(), numbers));
  if (op == "Sqrt")
    result.addParametersOf(input);
  node.setConstant(0, result);
  folded = true;
  return success();
}

static LogicalResult foldCast(Node &node, bool &folded) {
  const ConstantValue &input = *node.getConstant(0);
  auto to = static_cast<int32_t>(node.getInt("to", 0));
  Type elementType = getElementType(to, node.getBuilder().getContext());
  if (!elementType)
    return node.error() << "'Cast' to '" << getDataTypeName(to)
                        << "' is not supported";
  auto type = RankedTensorType::get(input.getType().getShape(), elementType);
  folded = true;
  if (!input.isFloat() && !isa<FloatType>(elementType)) {
    node.setConstant(0, ConstantValue(type, input.getIntegers().vec()));
    return success();
  }
  auto numbers = input.getNumbers();
  if (!numbers)
    return node.error() << "'Cast' of a dynamic dimension to floating point "
                           "is not supported; fix it with --input-shape";
  if (isa<FloatType>(elementType)) {
    node.setConstant(0, getFloatElements(type, *numbers));
    return success();
  }
  std::vector<ShapeInteger> integers;
  for (double number : *numbers) {
    bool fits = std::abs(number) < 0x1p62;
    integers.push_back(fits ? ShapeInteger::known(int64_t(number))
                            : ShapeInteger::unknown());
  }
  node.setConstant(0, ConstantValue(type, std::move(integers)));
  return success();
}

//===----------------------------------------------------------------------===//
// Lists of integers
//===----------------------------------------------------------------------===//

/// Integers in a vector of the type of `like`.
static ConstantValue makeVector(const ConstantValue &like,
                                std::vector<ShapeInteger> integers) {
  auto type = RankedTensorType::get({int64_t(integers.size())},
                                    like.getType().getElementType());
  return ConstantValue(type, std::move(integers));
}

static LogicalResult foldConcat(Node &node, bool &folded) {
  std::vector<ShapeInteger> all;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    const ConstantValue &input = *node.getConstant(i);
    if (input.isFloat())
      return success();
    if (input.getType().getRank() != 1)
      return node.error() << "'Concat' of integers supports vectors only";
    llvm::append_range(all, input.getIntegers());
  }
  node.setConstant(0, makeVector(*node.getConstant(0), std::move(all)));
  folded = true;
  return success();
}

static LogicalResult foldGather(Node &node, bool &folded) {
  const ConstantValue &data = *node.getConstant(0);
  const ConstantValue *indices = node.getConstant(1);
  if (data.isFloat() || !indices || data.getType().getRank() != 1)
    return success();
  int64_t size = data.getType().getDimSize(0);
  std::vector<ShapeInteger> gathered;
  for (ShapeInteger index : indices->getIntegers()) {
    if (!index.isKnown() || index.value < -size || index.value >= size)
      return node.error() << "'Gather' expects indices into " << size
                          << " elements";
    gathered.push_back(
        data.getIntegers()[index.value < 0 ? index.value + size : index.value]);
  }
  auto type = RankedTensorType::get(indices->getType().getShape(),
                                    data.getType().getElementType());
  node.setConstant(0, ConstantValue(type, std::move(gathered)));
  folded = true;
  return success();
}

/// The one number of an attribute (before operator set 10) or input of a
/// slice of a vector.
static FailureOr<int64_t> readBound(Node &node, StringRef name, int index,
                                    int64_t absent) {
  if (node.getOpset() < 10) {
    auto values = node.getInts(name);
    return values && !values->empty() ? values->front() : absent;
  }
  if (!node.hasInput(index))
    return absent;
  auto values = node.getIntegers(index);
  if (failed(values))
    return failure();
  return values->empty() ? absent : values->front();
}

static LogicalResult foldSlice(Node &node, bool &folded) {
  const ConstantValue &data = *node.getConstant(0);
  if (data.isFloat() || data.getType().getRank() != 1)
    return success();
  int64_t size = data.getType().getDimSize(0);
  auto start = readBound(node, "starts", 1, 0);
  auto end = readBound(node, "ends", 2, size);
  auto step = readBound(node, "steps", 4, 1);
  if (failed(start) || failed(end) || failed(step))
    return failure();
  if (*step == 0)
    return node.error() << "'Slice' expects steps other than 0";
  bool forward = *step > 0;
  auto clamp = [&](int64_t at) {
    at = at < 0 ? std::max(at + size, int64_t(-1)) : at;
    return forward ? std::min(std::max<int64_t>(at, 0), size)
                   : std::min(at, size - 1);
  };
  std::vector<ShapeInteger> part;
  int64_t stop = *end <= -size - 1 ? (forward ? 0 : -1) : clamp(*end);
  for (int64_t i = clamp(*start); forward ? i < stop : i > stop;) {
    part.push_back(data.getIntegers()[i]);
    if (llvm::AddOverflow(i, *step, i))
      break;
  }
  node.setConstant(0, makeVector(data, std::move(part)));
  folded = true;
  return success();
}

static LogicalResult foldRange(Node &node, bool &folded) {
  int64_t bounds[3];
  for (int i : {0, 1, 2}) {
    auto value = node.getIntegers(i);
    if (failed(value))
      return failure();
    if (value->size() != 1)
      return node.error() << "'Range' expects scalars";
    bounds[i] = value->front();
  }
  auto [start, end, step] = bounds;
  int64_t count = step == 0 ? 0 : llvm::divideCeilSigned(end - start, step);
  if (step == 0 || count > (int64_t(1) << 20))
    return node.error() << "'Range' expects a step other than 0 and at most "
                           "a million values";
  std::vector<ShapeInteger> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(ShapeInteger::known(start + i * step));
  node.setConstant(0, makeVector(*node.getConstant(0), std::move(values)));
  folded = true;
  return success();
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

using Fold = LogicalResult (*)(Node &, bool &folded);

static Fold findFold(StringRef type) {
  static const llvm::DenseMap<StringRef, Fold> folds = {
      {"Add", foldBinary},    {"Cast", foldCast},   {"Ceil", foldUnary},
      {"Concat", foldConcat}, {"Div", foldBinary},  {"Floor", foldUnary},
      {"Gather", foldGather}, {"Max", foldBinary},  {"Min", foldBinary},
      {"Mul", foldBinary},    {"Range", foldRange}, {"Slice", foldSlice},
      {"Sqrt", foldUnary},    {"Sub", foldBinary},
  };
  return folds.lookup(type);
}

bool isAlsoComputed(StringRef type) {
  Fold fold = findFold(type);
  return fold == foldBinary || type == "Sqrt";
}

LogicalResult foldShapeArithmetic(Node &node, bool &folded) {
  Fold fold = findFold(node.getType());
  if (!fold || node.getNumInputs() == 0)
    return success();
  for (int i = 0; i < node.getNumInputs(); ++i) {
    const ConstantValue *constant = node.getConstant(i);
    bool isAbsent = !node.hasInput(i);
    if (isAbsent && i > 0)
      continue;
    if (!constant || (constant->isFloat() &&
                      constant->getType().getNumElements() > largestFolded))
      return success();
  }
  return fold(node, folded);
}

} // namespace bnopt::onnx_import
