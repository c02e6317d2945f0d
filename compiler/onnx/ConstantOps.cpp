//===- ConstantOps.cpp - operators that make constants --------------------===//

#include "compiler/onnx/Node.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace bnopt::onnx_import {

static RankedTensorType getIntegerType(Node &node, ArrayRef<int64_t> shape) {
  return RankedTensorType::get(
      shape, node.getBuilder().getIntegerType(64, /*isSigned=*/true));
}

static void setIntegers(Node &node, ArrayRef<int64_t> shape,
                        std::vector<ShapeInteger> values) {
  node.setConstant(
      0, ConstantValue(getIntegerType(node, shape), std::move(values)));
}

static LogicalResult importConstant(Node &node) {
  Builder &builder = node.getBuilder();
  if (auto *value = node.findAttribute("value")) {
    auto constant =
        readTensor(node.getImporter().getFile(), *value->mutable_t(),
                   "the value of", "Constant", node.getLocation());
    if (succeeded(constant))
      node.setConstant(0, *constant);
    return constant;
  }
  for (StringRef name : {"value_float", "value_floats"}) {
    const auto *value = node.findAttribute(name);
    if (!value)
      continue;
    bool isList = name == "value_floats";
    std::vector<double> numbers(value->floats().begin(), value->floats().end());
    if (!isList)
      numbers = {static_cast<double>(value->f())};
    SmallVector<int64_t> shape;
    if (isList)
      shape.push_back(numbers.size());
    node.setConstant(
        0, getFloatElements(RankedTensorType::get(shape, builder.getF32Type()),
                            numbers));
    return success();
  }
  for (StringRef name : {"value_int", "value_ints"}) {
    const auto *value = node.findAttribute(name);
    if (!value)
      continue;
    if (name == "value_int") {
      setIntegers(node, {}, {ShapeInteger::known(value->i())});
      return success();
    }
    std::vector<ShapeInteger> list;
    for (int64_t element : value->ints())
      list.push_back(ShapeInteger::known(element));
    setIntegers(node, {int64_t(list.size())}, list);
    return success();
  }
  return node.error() << "'Constant' with a string or sparse value is not "
                         "supported";
}

static LogicalResult importConstantOfShape(Node &node) {
  auto shape = node.getIntegers(0);
  if (failed(shape))
    return failure();
  int64_t count = 1;
  for (int64_t size : *shape)
    if (size < 0 || llvm::MulOverflow(count, size, count))
      return node.error() << "'ConstantOfShape' expects possible sizes, but "
                             "got "
                          << size;
  FailureOr<ConstantValue> value = ConstantValue(getFloatElements(
      RankedTensorType::get({1}, node.getBuilder().getF32Type()), {0.0}));
  if (auto *attribute = node.findAttribute("value"))
    value = readTensor(node.getImporter().getFile(), *attribute->mutable_t(),
                       "the value of", "ConstantOfShape", node.getLocation());
  if (failed(value))
    return failure();
  if (value->getType().getNumElements() != 1)
    return node.error() << "'ConstantOfShape' expects a value of one element, "
                           "but got "
                        << value->getType().getNumElements();
  auto type = RankedTensorType::get(*shape, value->getType().getElementType());
  if (!value->isFloat()) {
    constexpr int64_t largestCount = int64_t(1) << 20;
    if (count > largestCount)
      return node.error() << "'ConstantOfShape' of integers supports "
                          << largestCount << " elements, but got " << count;
    node.setConstant(
        0, ConstantValue(type, std::vector<ShapeInteger>(
                                   count, value->getIntegers().front())));
    return success();
  }
  auto single = cast<DenseElementsAttr>(value->getElements());
  node.setConstant(0, ConstantValue(DenseElementsAttr::get(
                          type, *single.value_begin<Attribute>())));
  return success();
}

/// The extents of input 0, be it a tensor or a constant.
static FailureOr<std::vector<ShapeInteger>> getShape(Node &node) {
  std::vector<ShapeInteger> extents;
  if (const ConstantValue *constant = node.getConstant(0)) {
    for (int64_t size : constant->getType().getShape())
      extents.push_back(ShapeInteger::known(size));
    return extents;
  }
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  int64_t rank = cast<RankedTensorType>(input->getType()).getRank();
  for (int64_t d = 0; d < rank; ++d)
    extents.push_back(node.getImporter().getExtent(*input, d));
  return extents;
}

static LogicalResult importShape(Node &node) {
  auto extents = getShape(node);
  if (failed(extents))
    return failure();
  int64_t rank = extents->size();
  auto clamp = [&](int64_t at) {
    return std::min(std::max<int64_t>(at < 0 ? at + rank : at, 0), rank);
  };
  int64_t start = clamp(node.getInt("start", 0));
  int64_t end = std::max(start, clamp(node.getInt("end", rank)));
  std::vector<ShapeInteger> part(extents->begin() + start,
                                 extents->begin() + end);
  setIntegers(node, {end - start}, part);
  return success();
}

/// Operators that shape arithmetic needs and the dialects do not have.
static LogicalResult refuseTensors(Node &node) {
  return node.error() << "'" << node.getType()
                      << "' is supported only on small constants";
}

ArrayRef<Operator> getConstantOperators() {
  static const Operator operators[] = {
      {"Ceil", refuseTensors, 1, 1, 1},
      {"Constant", importConstant, 0, 0, 1},
      {"ConstantOfShape", importConstantOfShape, 1, 1, 9},
      {"Floor", refuseTensors, 1, 1, 1},
      {"Gather", refuseTensors, 2, 2, 1},
      {"Range", refuseTensors, 3, 3, 11},
      {"Shape", importShape, 1, 1, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
