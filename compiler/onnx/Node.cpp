//===- Node.cpp - one ONNX node on its way into the IR --------------------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace bnopt::onnx_import {

using onnx::AttributeProto;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

int Node::getNumInputs() const {
  int count = proto.input_size();
  while (count > 0 && !hasInput(count - 1))
    --count;
  return count;
}

FailureOr<Value> Node::getInput(int index) {
  if (!hasInput(index))
    return error() << "'" << getType() << "' expects an input " << index
                   << ", but the node has " << getNumInputs();
  GraphImporter::Entry *entry = importer.lookup(proto.input(index));
  if (Value value = importer.materialize(*entry, location))
    return value;
  return error() << "input '" << proto.input(index) << "' of '" << getType()
                 << "' holds integers; only floating-point tensors can be "
                    "computed with";
}

FailureOr<SmallVector<Value>> Node::getInputs() {
  SmallVector<Value> values;
  for (int i = 0; i < getNumInputs(); ++i) {
    auto value = getInput(i);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return values;
}

const ConstantValue *Node::getConstant(int index) {
  if (!hasInput(index))
    return nullptr;
  GraphImporter::Entry *entry = importer.lookup(proto.input(index));
  return entry->constant ? &*entry->constant : nullptr;
}

FailureOr<SmallVector<ShapeInteger>> Node::getShapeIntegers(int index) {
  const ConstantValue *constant = getConstant(index);
  if (constant && !constant->isFloat())
    return llvm::to_vector(constant->getIntegers());
  if (!hasInput(index))
    return error() << "'" << getType() << "' expects an input " << index
                   << ", but the node has " << getNumInputs();
  return error() << "input '" << proto.input(index) << "' of '" << getType()
                 << "' must be a tensor of integers known at import";
}

FailureOr<SmallVector<int64_t>> Node::getIntegers(int index) {
  auto extents = getShapeIntegers(index);
  if (failed(extents))
    return failure();
  SmallVector<int64_t> values;
  for (ShapeInteger extent : *extents) {
    if (!extent.isKnown())
      return error() << "input '" << proto.input(index) << "' of '" << getType()
                     << "' depends on a dynamic dimension; fix it with "
                        "--input-shape";
    values.push_back(extent.value);
  }
  return values;
}

FailureOr<double> Node::getScalar(int index) {
  const ConstantValue *constant = getConstant(index);
  if (constant && constant->getType().getNumElements() == 1)
    if (auto numbers = constant->getNumbers())
      return numbers->front();
  return error() << "input '" << proto.input(index) << "' of '" << getType()
                 << "' must be a single number known at import";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

AttributeProto *Node::findAttribute(StringRef name) {
  for (AttributeProto &attribute : *proto.mutable_attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

const AttributeProto *Node::findAttribute(StringRef name) const {
  return const_cast<Node *>(this)->findAttribute(name);
}

int64_t Node::getInt(StringRef name, int64_t absent) const {
  const AttributeProto *attribute = findAttribute(name);
  return attribute ? attribute->i() : absent;
}

double Node::getFloat(StringRef name, double absent) const {
  const AttributeProto *attribute = findAttribute(name);
  return attribute ? static_cast<double>(attribute->f()) : absent;
}

StringRef Node::getString(StringRef name, StringRef absent) const {
  const AttributeProto *attribute = findAttribute(name);
  return attribute ? StringRef(attribute->s()) : absent;
}

std::optional<SmallVector<int64_t>> Node::getInts(StringRef name) const {
  const AttributeProto *attribute = findAttribute(name);
  if (!attribute)
    return std::nullopt;
  return SmallVector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

FailureOr<int64_t> Node::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return error() << "'" << getType() << "' expects an axis of " << rank
                   << " dimensions, but got " << axis;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<int64_t> Node::getAxis(StringRef name, int64_t absent, int64_t rank) {
  return normalizeAxis(getInt(name, absent), rank);
}

InFlightDiagnostic Node::unsupported(StringRef name, StringRef value,
                                     StringRef supported) {
  return error() << "'" << getType() << "' with " << name << " '" << value
                 << "' is not supported; supported is " << supported;
}

//===----------------------------------------------------------------------===//
// Results and operations
//===----------------------------------------------------------------------===//

LogicalResult Node::forward(int input, int output) {
  if (getConstant(input)) {
    if (hasOutput(output))
      importer.define(
          proto.output(output),
          GraphImporter::Entry(*importer.lookup(proto.input(input))));
    return success();
  }
  auto value = getInput(input);
  if (succeeded(value))
    setResult(output, *value);
  return value;
}

SmallVector<Value> Node::dropAbsent(ValueRange operands) {
  return llvm::filter_to_vector(operands, [](Value value) { return !!value; });
}

static bool isPresent(NamedAttribute attribute) {
  return static_cast<bool>(attribute.getValue());
}

DictionaryAttr Node::getDictionary(Attributes attributes) {
  return getBuilder().getDictionaryAttr(
      llvm::filter_to_vector(attributes, isPresent));
}

int64_t Node::numErrors() const { return importer.getErrors().getCount(); }

LogicalResult Node::reportUninferred(int64_t errorsBefore) {
  if (numErrors() == errorsBefore)
    error() << "'" << getType()
            << "' has operands or attributes that do not fit together";
  return failure();
}

/// The one number of times the batch size that operations on `operands` keep.
static int64_t inheritBatchFactor(GraphImporter &importer,
                                  ArrayRef<Value> operands) {
  for (Value operand : operands)
    if (int64_t factor = importer.getBatchFactor(operand))
      return factor;
  return 0;
}

/// Whether a tensor of `type` could be stored: sizes come from the model's
/// attributes, and later arithmetic on them must not overflow.
static bool isPossible(Type type) {
  constexpr int64_t largestCount = int64_t(1) << 40;
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return true;
  int64_t count = 1;
  for (int64_t size : tensor.getShape()) {
    if (ShapedType::isDynamic(size) || size == 0)
      continue;
    if (size < 0 || size > largestCount / count)
      return false;
    count *= size;
  }
  return true;
}

Operation *Node::createOperation(StringRef name, TypeRange types,
                                 ValueRange operands, Attributes attributes) {
  for (Type type : types) {
    if (!isPossible(type)) {
      error() << "'" << getType() << "' has a result of the impossible type "
              << type;
      return nullptr;
    }
  }
  SmallVector<Value> present = dropAbsent(operands);
  OperationState state(location, name);
  state.addOperands(present);
  state.addTypes(types);
  state.addAttributes(llvm::filter_to_vector(attributes, isPresent));
  Operation *op = getBuilder().create(state);
  if (failed(verify(op, /*verifyRecursively=*/false)))
    return nullptr;
  int64_t factor = inheritBatchFactor(importer, present);
  for (Value result : op->getResults())
    importer.setBatchFactor(result, factor);
  return op;
}

FailureOr<Value> Node::reshape(Value input, RankedTensorType type,
                               int64_t batchFactor) {
  if (input.getType() == type)
    return input;
  auto op = createAs<nn::ReshapeOp>(type, input);
  if (failed(op))
    return failure();
  importer.setBatchFactor(op->getResult(), batchFactor);
  return op->getResult();
}

Value Node::createSplat(RankedTensorType type, double value) {
  auto scalar = FloatAttr::get(type.getElementType(), value);
  return arith::ConstantOp::create(getBuilder(), location,
                                   DenseElementsAttr::get(type, scalar));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

const Operator *findOperator(StringRef type) {
  static const llvm::DenseMap<StringRef, Operator> table = [] {
    llvm::DenseMap<StringRef, Operator> operators;
    for (ArrayRef<Operator> family :
         {getConvolutionOperators(), getPoolingOperators(),
          getElementwiseOperators(), getNormalizationOperators(),
          getReductionOperators(), getMovementOperators(),
          getReshapingOperators(), getResamplingOperators(),
          getConstantOperators()})
      for (const Operator &op : family)
        operators[op.type] = op;
    return operators;
  }();
  auto found = table.find(type);
  return found == table.end() ? nullptr : &found->second;
}

LogicalResult checkInputs(Node &node, const Operator &op) {
  int count = node.getNumInputs();
  if (count < op.minInputs || count > op.maxInputs) {
    auto error = node.error() << "'" << op.type << "' expects ";
    if (op.maxInputs == anyNumber)
      error << "at least " << op.minInputs;
    else if (op.minInputs != op.maxInputs)
      error << op.minInputs << " to " << op.maxInputs;
    else
      error << op.minInputs;
    return error << (op.maxInputs == 1 ? " input" : " inputs") << ", but got "
                 << count;
  }
  int required = op.maxInputs == anyNumber ? count : op.minInputs;
  for (int i = 0; i < required; ++i)
    if (!node.hasInput(i))
      return node.error() << "'" << op.type << "' expects an input " << i
                          << ", but its name is empty";
  return success();
}

} // namespace bnopt::onnx_import
