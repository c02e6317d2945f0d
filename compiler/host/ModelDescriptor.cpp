//===- ModelDescriptor.cpp - What a model says about itself ---------------===//

#include "compiler/host/ModelDescriptor.h"

#include "runtime/bnopt.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace bnopt;

unsigned bnopt::countInputs(func::FuncOp model) {
  unsigned count = 0;
  for (unsigned i = 0; i + 1 < model.getNumArguments(); ++i)
    count += !model.getArgAttr(i, "bn.output");
  return count;
}

ModelSignature bnopt::getModelSignature(func::FuncOp model,
                                        const Target &target) {
  ModelSignature signature;
  signature.name = model.getSymName().str();
  signature.target = target.requirements();
  unsigned numInputs = countInputs(model),
           numTensors = model.getNumArguments() - 1;
  for (unsigned i = 0; i < numTensors; ++i) {
    auto name = model.getArgAttrOfType<StringAttr>(i, "bn.name");
    auto type = cast<MemRefType>(model.getArgumentTypes()[i]);
    TensorSignature tensor;
    tensor.name =
        name ? name.str()
             : (i < numInputs ? "input" + std::to_string(i)
                              : "output" + std::to_string(i - numInputs));
    tensor.shape.assign(type.getShape().begin(), type.getShape().end());
    (i < numInputs ? signature.inputs : signature.outputs).push_back(tensor);
  }
  signature.workspaceSize =
      cast<MemRefType>(model.getArgumentTypes().back()).getDimSize(0);
  return signature;
}

namespace {
/// Builds constants that refer to each other by address.
class DescriptorBuilder {
public:
  DescriptorBuilder(ModuleOp host, Location loc)
      : builder(OpBuilder::atBlockEnd(host.getBody())), loc(loc),
        pointer(LLVM::LLVMPointerType::get(host.getContext())) {}

  void build(const ModelSignature &model, bool exportForLoaders);

private:
  LLVM::GlobalOp createString(const std::string &text);
  LLVM::GlobalOp createShape(ArrayRef<int64_t> shape);
  LLVM::GlobalOp createTensorInfos(const std::vector<TensorSignature> &tensors);
  LLVM::GlobalOp createModel(const ModelSignature &model);
  void createGetter(const std::string &name, LLVM::GlobalOp model);
  void createRun(const std::string &name, LLVM::GlobalOp model);
  void createSetThreads(const std::string &name);

  LLVM::GlobalOp createConstant(Type type, Attribute value);
  /// A constant of `type`; `fill` builds its value.
  LLVM::GlobalOp createGlobal(Type type, llvm::function_ref<Value()> fill);
  LLVM::LLVMFuncOp createFunction(StringRef name, Type result,
                                  ArrayRef<Type> inputs, bool isHidden);
  Value insert(Value aggregate, Value element, ArrayRef<int64_t> position) {
    return LLVM::InsertValueOp::create(builder, loc, aggregate, element,
                                       position);
  }
  Value integer(unsigned bits, int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, builder.getIntegerType(bits),
                                    value);
  }
  Value address(LLVM::GlobalOp global) {
    return LLVM::AddressOfOp::create(builder, loc, global);
  }
  Value address(StringRef function) {
    return LLVM::AddressOfOp::create(builder, loc, pointer, function);
  }

  OpBuilder builder;
  Location loc;
  Type pointer;
  unsigned counter = 0;
};
} // namespace

LLVM::GlobalOp DescriptorBuilder::createConstant(Type type, Attribute value) {
  return LLVM::GlobalOp::create(
      builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal,
      "bnopt_descriptor_" + std::to_string(counter++), value);
}

LLVM::GlobalOp
DescriptorBuilder::createGlobal(Type type, llvm::function_ref<Value()> fill) {
  LLVM::GlobalOp global = createConstant(type, Attribute());
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&global.getInitializerRegion());
  LLVM::ReturnOp::create(builder, loc, fill());
  return global;
}

LLVM::GlobalOp DescriptorBuilder::createString(const std::string &text) {
  StringRef withEnd(text.c_str(), text.size() + 1);
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), withEnd.size());
  return createConstant(type, builder.getStringAttr(withEnd));
}

LLVM::GlobalOp DescriptorBuilder::createShape(ArrayRef<int64_t> shape) {
  // A scalar's shape is never read, but C has no arrays of no elements.
  SmallVector<int64_t> extents(shape);
  if (extents.empty())
    extents.push_back(0);
  auto type = LLVM::LLVMArrayType::get(builder.getI64Type(), extents.size());
  return createConstant(type, builder.getI64TensorAttr(extents));
}

/// `DLDataType` {code, bits, lanes} in one little-endian word.
static int64_t encode(DLDataType type) {
  return type.code | int64_t(type.bits) << 8 | int64_t(type.lanes) << 16;
}

LLVM::GlobalOp DescriptorBuilder::createTensorInfos(
    const std::vector<TensorSignature> &tensors) {
  static_assert(sizeof(bnopt_tensor_info) == 24, "the fields below");
  Type i32 = builder.getI32Type();
  auto info = LLVM::LLVMStructType::getLiteral(builder.getContext(),
                                               {pointer, pointer, i32, i32});
  SmallVector<std::pair<LLVM::GlobalOp, LLVM::GlobalOp>> parts;
  for (const TensorSignature &tensor : tensors)
    parts.push_back({createString(tensor.name), createShape(tensor.shape)});
  auto type = LLVM::LLVMArrayType::get(info, tensors.size());
  return createGlobal(type, [&]() -> Value {
    Value array = LLVM::UndefOp::create(builder, loc, type);
    for (auto [i, tensor] : llvm::enumerate(tensors)) {
      int64_t position = i;
      array = insert(array, address(parts[i].first), {position, 0});
      array = insert(array, address(parts[i].second), {position, 1});
      array = insert(array, integer(32, tensor.shape.size()), {position, 2});
      array = insert(array, integer(32, encode(tensor.type)), {position, 3});
    }
    return array;
  });
}

LLVM::GlobalOp DescriptorBuilder::createModel(const ModelSignature &model) {
  static_assert(sizeof(bnopt_model) == 80, "the fields below");
  Type i32 = builder.getI32Type(), i64 = builder.getI64Type();
  auto type = LLVM::LLVMStructType::getLiteral(
      builder.getContext(), {i32, i32, i32, pointer, pointer, pointer, pointer,
                             i64, i64, pointer, pointer});
  LLVM::GlobalOp name = createString(model.name);
  LLVM::GlobalOp target = createString(model.target);
  LLVM::GlobalOp inputs = createTensorInfos(model.inputs);
  LLVM::GlobalOp outputs = createTensorInfos(model.outputs);
  return createGlobal(type, [&]() -> Value {
    Value fields[] = {integer(32, BNOPT_ABI_VERSION),
                      integer(32, model.inputs.size()),
                      integer(32, model.outputs.size()),
                      address(name),
                      address(target),
                      address(inputs),
                      address(outputs),
                      integer(64, model.workspaceSize),
                      integer(64, model.workspaceAlignment),
                      address(model.name + "_execute"),
                      address("bnopt_set_threads")};
    Value value = LLVM::UndefOp::create(builder, loc, type);
    for (auto [i, field] : llvm::enumerate(fields))
      value = insert(value, field, {int64_t(i)});
    return value;
  });
}

LLVM::LLVMFuncOp DescriptorBuilder::createFunction(StringRef name, Type result,
                                                   ArrayRef<Type> inputs,
                                                   bool isHidden) {
  auto type = LLVM::LLVMFunctionType::get(result, inputs);
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
  if (isHidden)
    function.setVisibility_(LLVM::Visibility::Hidden);
  return function;
}

void DescriptorBuilder::createGetter(const std::string &name,
                                     LLVM::GlobalOp model) {
  auto getter = createFunction(name, pointer, {}, /*isHidden=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(getter.addEntryBlock(builder));
  LLVM::ReturnOp::create(builder, loc, address(model));
}

void DescriptorBuilder::createRun(const std::string &name,
                                  LLVM::GlobalOp model) {
  Type i32 = builder.getI32Type(), i64 = builder.getI64Type();
  auto checked =
      createFunction("bnopt_run_checked", i32,
                     {pointer, pointer, pointer, pointer, i64, pointer},
                     /*isHidden=*/true);
  auto run =
      createFunction(name, i32, {pointer, pointer, pointer, i64, pointer},
                     /*isHidden=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(run.addEntryBlock(builder));
  SmallVector<Value> arguments = {address(model)};
  llvm::append_range(arguments, run.getArguments());
  auto call = LLVM::CallOp::create(builder, loc, checked, arguments);
  LLVM::ReturnOp::create(builder, loc, call.getResult());
}

void DescriptorBuilder::createSetThreads(const std::string &name) {
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  auto inner = createFunction("bnopt_set_threads", none, {builder.getI32Type()},
                              /*isHidden=*/true);
  auto outer =
      createFunction(name, none, {builder.getI32Type()}, /*isHidden=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(outer.addEntryBlock(builder));
  LLVM::CallOp::create(builder, loc, inner, outer.getArguments());
  LLVM::ReturnOp::create(builder, loc, ValueRange());
}

void DescriptorBuilder::build(const ModelSignature &model,
                              bool exportForLoaders) {
  LLVM::GlobalOp descriptor = createModel(model);
  createGetter(model.name + "_model", descriptor);
  if (exportForLoaders)
    createGetter("bnopt_library_model", descriptor);
  createRun(model.name + "_run", descriptor);
  createSetThreads(model.name + "_set_threads");
}

void bnopt::buildModelDescriptor(func::FuncOp model, ModuleOp host,
                                 const Target &target, bool exportForLoaders) {
  DescriptorBuilder(host, model.getLoc())
      .build(getModelSignature(model, target), exportForLoaders);
}
