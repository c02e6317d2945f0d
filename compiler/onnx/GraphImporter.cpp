//===- GraphImporter.cpp - values, nodes and the entry function -----------===//

#include "compiler/onnx/GraphImporter.h"
#include "compiler/onnx/Node.h"
#include "dialect/BN/BNAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace bnopt::onnx_import {

std::string GraphImporter::getNodeName(int index) const {
  const onnx::NodeProto &node = graph.node(index);
  if (!node.name().empty())
    return node.name();
  return node.op_type() + "#" + std::to_string(index);
}

Location GraphImporter::getNodeLocation(int index) const {
  return NameLoc::get(
      StringAttr::get(location.getContext(), getNodeName(index)), location);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

GraphImporter::Entry *GraphImporter::lookup(StringRef name) {
  auto found = entries.find(name);
  return found == entries.end() ? nullptr : &found->second;
}

Value GraphImporter::materialize(Entry &entry, Location useLocation) {
  if (entry.value || !entry.constant || !entry.constant->isFloat())
    return entry.value;
  auto constant = arith::ConstantOp::create(
      builder, useLocation, cast<TypedAttr>(entry.constant->getElements()));
  if (options.nameParameters && !entry.initializer.empty())
    constant->setAttr("bn.name", builder.getStringAttr(entry.initializer));
  const Parameter *parameter = entry.constant->getParameter();
  if (!parameter)
    entry.constant->fixParameters();
  else if (!parameter->isFixed)
    constant->setDiscardableAttr(
        bn::recipeAttrName,
        bn::RecipeAttr::get(builder.getContext(), bn::RecipeRole::Copy,
                            builder.getStringAttr(parameter->name), {}, {},
                            {}));
  return entry.value = constant;
}

ShapeInteger GraphImporter::getExtent(Value value, int64_t index) const {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(index))
    return ShapeInteger::known(type.getDimSize(index));
  int64_t factor = getBatchFactor(value);
  return factor ? ShapeInteger::batchMultiple(factor) : ShapeInteger::unknown();
}

int64_t GraphImporter::getBatchFactor(Value value) const {
  return batchFactors.lookup(value);
}

void GraphImporter::setBatchFactor(Value value, int64_t factor) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (factor && type && type.getNumDynamicDims() == 1)
    batchFactors[value] = factor;
  else
    batchFactors.erase(value);
}

//===----------------------------------------------------------------------===//
// What the model declares
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::readOpsets() {
  for (const auto &import : file.getModel().opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      opset = import.version();
  if (opset <= 0)
    return error() << "the model names no version of the default operator set";
  return success();
}

LogicalResult GraphImporter::readInitializers() {
  if (graph.sparse_initializer_size() > 0)
    return error() << "sparse initializer '"
                   << graph.sparse_initializer(0).values().name()
                   << "' is not supported; store it densely";
  for (onnx::TensorProto &tensor : *graph.mutable_initializer()) {
    if (!isLive(tensor.name()))
      continue;
    auto constant = readTensor(file, tensor, "initializer", tensor.name(),
                               location, options.refreshable);
    if (failed(constant))
      return failure();
    if (options.refreshable && constant->isFloat()) {
      RankedTensorType type = constant->getType();
      // Recipes compute f32, and there is nothing to refresh in no elements.
      const bool isFixed =
          !type.getElementType().isF32() || type.getNumElements() == 0;
      constant->setParameter(&parameters.emplace_back(
          Parameter{tensor.name(), constant->getElements(), isFixed}));
    }
    Entry &entry = entries[tensor.name()];
    entry.constant.emplace(*constant);
    entry.initializer = tensor.name();
  }
  return success();
}

FailureOr<RankedTensorType>
GraphImporter::getInputType(const onnx::ValueInfoProto &input) {
  if (!input.type().has_tensor_type())
    return error() << "graph input '" << input.name() << "' is not a tensor";
  const auto &tensor = input.type().tensor_type();
  Type elementType = getElementType(tensor.elem_type(), location.getContext());
  if (!isa_and_nonnull<FloatType>(elementType))
    return error() << "graph input '" << input.name()
                   << "' has the element type '"
                   << getDataTypeName(tensor.elem_type())
                   << "'; only floating-point inputs are supported";

  auto fixed = options.inputShapes.find(input.name());
  if (!tensor.has_shape() && fixed == options.inputShapes.end())
    return error() << "graph input '" << input.name()
                   << "' has no shape; give it with --input-shape";
  SmallVector<int64_t> shape;
  for (const auto &dim : tensor.shape().dim())
    shape.push_back(dim.has_dim_value() && dim.dim_value() >= 0
                        ? dim.dim_value()
                        : ShapedType::kDynamic);
  if (fixed != options.inputShapes.end()) {
    if (tensor.has_shape() && fixed->second.size() != shape.size())
      return error() << "--input-shape gives '" << input.name() << "' "
                     << fixed->second.size() << " dimensions, but the model "
                     << "declares " << shape.size();
    shape = fixed->second;
  }
  return RankedTensorType::get(shape, elementType);
}

LogicalResult GraphImporter::addInputs(func::FuncOp function) {
  llvm::DenseSet<StringRef> initializers;
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());

  llvm::StringMap<int> names;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    // Up to IR version 3 every initializer is a graph input as well.
    if (initializers.contains(input.name()))
      continue;
    auto type = getInputType(input);
    if (failed(type))
      return failure();
    if (!names.try_emplace(input.name(), int(types.size())).second)
      return error() << "graph input '" << input.name()
                     << "' is declared twice";
    types.push_back(*type);
    BlockArgument argument = function.front().addArgument(*type, location);
    // A lone dynamic dimension in front is the batch, the same for all inputs.
    if (type->getRank() > 0 && type->isDynamicDim(0))
      setBatchFactor(argument, 1);
    define(input.name(), {argument, std::nullopt});
  }
  for (const auto &shape : options.inputShapes)
    if (!names.contains(shape.first()))
      return error() << "--input-shape names '" << shape.first()
                     << "', which is not an input of the model";

  function.setType(builder.getFunctionType(types, {}));
  for (const auto &name : names)
    function.setArgAttr(name.second, "bn.name",
                        builder.getStringAttr(name.first()));
  return success();
}

//===----------------------------------------------------------------------===//
// Checks of the graph as a whole
//===----------------------------------------------------------------------===//

FailureOr<llvm::DenseMap<StringRef, int>> GraphImporter::findProducers() {
  llvm::DenseMap<StringRef, int> producers;
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string &output : graph.node(i).output())
      if (!output.empty() && !producers.try_emplace(output, i).second)
        return emitError(getNodeLocation(i))
               << "value '" << output << "' is defined twice, first by node '"
               << getNodeName(producers[output]) << "'";
  return producers;
}

LogicalResult GraphImporter::findLiveNodes() {
  if (graph.output_size() == 0)
    return error() << "the graph has no outputs";
  auto producers = findProducers();
  if (failed(producers))
    return failure();
  llvm::DenseSet<StringRef> given;
  for (const onnx::ValueInfoProto &input : graph.input())
    given.insert(input.name());
  for (const onnx::TensorProto &tensor : graph.initializer())
    given.insert(tensor.name());

  liveNodes.assign(graph.node_size(), false);
  SmallVector<int> worklist;
  auto require = [&](StringRef name, int user) -> LogicalResult {
    if (name.empty())
      return success();
    auto producer = producers->find(name);
    if (producer == producers->end()) {
      liveValues.insert(name);
      if (given.contains(name))
        return success();
      if (user < 0)
        return error() << "graph output '" << name << "' is not defined";
      return emitError(getNodeLocation(user))
             << "input '" << name
             << "' is not defined by any node, input or initializer";
    }
    if (user >= 0 && producer->second >= user)
      return emitError(getNodeLocation(user))
             << "input '" << name << "' is used before node '"
             << getNodeName(producer->second)
             << "' defines it: the graph is not sorted or has a cycle";
    liveValues.insert(name);
    if (!liveNodes[producer->second]) {
      liveNodes[producer->second] = true;
      worklist.push_back(producer->second);
    }
    return success();
  };
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (output.name().empty())
      return error() << "a graph output has no name";
    if (failed(require(output.name(), -1)))
      return failure();
  }
  while (!worklist.empty()) {
    int user = worklist.pop_back_val();
    for (const std::string &input : graph.node(user).input())
      if (failed(require(input, user)))
        return failure();
  }
  return success();
}

bool GraphImporter::isOnlyCastTo(StringRef name, Type type) const {
  for (const onnx::ValueInfoProto &output : graph.output())
    if (output.name() == name)
      return false;
  return llvm::all_of(graph.node(), [&](const onnx::NodeProto &node) {
    const bool reads = llvm::is_contained(node.input(), name);
    return !reads ||
           (node.op_type() == "Cast" &&
            llvm::any_of(node.attribute(), [&](const auto &attribute) {
              return attribute.name() == "to" &&
                     getElementType(attribute.i(), type.getContext()) == type;
            }));
  });
}

LogicalResult GraphImporter::checkOperators() {
  // Per unknown operator, the nodes in order.
  llvm::MapVector<StringRef, SmallVector<int>> unknown;
  SmallVector<std::string> qualified(graph.node_size());
  for (int i = 0; i < graph.node_size(); ++i) {
    const onnx::NodeProto &node = graph.node(i);
    if (!liveNodes[i])
      continue;
    bool isDefault = node.domain().empty() || node.domain() == "ai.onnx";
    const Operator *op = isDefault ? findOperator(node.op_type()) : nullptr;
    if (!op) {
      qualified[i] =
          isDefault ? node.op_type() : node.domain() + "." + node.op_type();
      unknown[qualified[i]].push_back(i);
    } else if (unknown.empty() && opset < op->firstOpset) {
      return emitError(getNodeLocation(i))
             << "'" << node.op_type() << "' of operator set " << opset
             << " is not supported; convert the model to operator set "
             << op->firstOpset << " or newer";
    }
  }
  if (unknown.empty())
    return success();
  std::string list;
  for (auto &[type, nodes] : unknown) {
    list += (list.empty() ? "'" : ", '") + type.str() + "' (";
    list += std::to_string(nodes.size());
    list += nodes.size() == 1 ? " node, '" : " nodes, first '";
    list += getNodeName(nodes.front()) + "')";
  }
  return error() << unknown.size()
                 << (unknown.size() == 1 ? " operator is" : " operators are")
                 << " not supported: " << list;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

/// Gives a node that has been computed at import its form as an operator, too,
/// where that may compute something else after a refresh.
LogicalResult GraphImporter::importFolded(int index) {
  onnx::NodeProto &proto = *graph.mutable_node(index);
  StringRef output = proto.output(0), type = proto.op_type();
  const ConstantValue constant = *lookup(output)->constant;
  if (!constant.dependsOnParameters() || !isAlsoComputed(type))
    return success();
  Node node(*this, proto, getNodeLocation(index));
  if (failed(findOperator(type)->import(node)))
    return failure();
  lookup(output)->constant = constant;
  return success();
}

LogicalResult GraphImporter::importNode(int index) {
  onnx::NodeProto &proto = *graph.mutable_node(index);
  Node node(*this, proto, getNodeLocation(index));
  const Operator &op = *findOperator(proto.op_type());
  if (failed(checkInputs(node, op)))
    return failure();
  bool folded = false;
  if (failed(foldShapeArithmetic(node, folded)))
    return failure();
  if (folded)
    return importFolded(index);
  if (failed(op.import(node)))
    return failure();
  for (int i = 0; i < proto.output_size(); ++i)
    if (node.isOutputUsed(i) && !lookup(proto.output(i)))
      return node.error() << "output '" << proto.output(i) << "' of '"
                          << proto.op_type() << "' is not supported";
  return success();
}

LogicalResult GraphImporter::addOutputs(func::FuncOp function) {
  SmallVector<Value> results;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    Value value = materialize(*lookup(output.name()), location);
    if (!value)
      return error() << "graph output '" << output.name()
                     << "' holds integers; only floating-point outputs are "
                        "supported";
    results.push_back(value);
  }
  func::ReturnOp::create(builder, location, results);
  function.setType(builder.getFunctionType(function.front().getArgumentTypes(),
                                           TypeRange(results)));
  for (auto [index, output] : llvm::enumerate(graph.output()))
    function.setResultAttr(index, "bn.name",
                           builder.getStringAttr(output.name()));
  return success();
}

void GraphImporter::addParameters(func::FuncOp function) {
  if (!options.refreshable)
    return;
  if (llvm::all_of(parameters, [](const Parameter &parameter) {
        return parameter.isFixed;
      }))
    emitWarning(location)
        << "no initializer of the model can be refreshed: numbers in "
           "'Constant' nodes and those that shape the program are fixed";
  auto attributes = llvm::map_to_vector(
      parameters, [&](const Parameter &parameter) -> Attribute {
        return bn::ParameterAttr::get(
            builder.getContext(), builder.getStringAttr(parameter.name),
            cast<RankedTensorType>(parameter.value.getType()),
            parameter.isFixed ? bn::getInlineElements(parameter.value)
                              : DenseElementsAttr());
      });
  function->setDiscardableAttr(bn::parametersAttrName,
                               builder.getArrayAttr(attributes));
}

LogicalResult GraphImporter::import(ModuleOp module, StringRef name) {
  if (failed(readOpsets()) || failed(findLiveNodes()) ||
      failed(checkOperators()))
    return failure();
  builder.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(builder, location, name,
                                       builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  if (failed(addInputs(function)) || failed(readInitializers()))
    return failure();
  for (int i = 0; i < graph.node_size(); ++i)
    if (liveNodes[i] && failed(importNode(i)))
      return failure();
  addParameters(function);
  return addOutputs(function);
}

} // namespace bnopt::onnx_import
