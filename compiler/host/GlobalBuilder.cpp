//===- GlobalBuilder.cpp - Constants of the host module -------------------===//

#include "compiler/host/GlobalBuilder.h"

#include "runtime/bnopt.h"

using namespace mlir;
using namespace bnopt;

LLVM::GlobalOp GlobalBuilder::createConstant(Type type, Attribute value) {
  return LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                LLVM::Linkage::Internal,
                                prefix + std::to_string(counter++), value);
}

LLVM::GlobalOp GlobalBuilder::createGlobal(Type type,
                                           llvm::function_ref<Value()> fill) {
  LLVM::GlobalOp global = createConstant(type, Attribute());
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&global.getInitializerRegion());
  LLVM::ReturnOp::create(builder, loc, fill());
  return global;
}

LLVM::GlobalOp GlobalBuilder::createBytes(ArrayRef<char> bytes) {
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
  return createConstant(
      type, builder.getStringAttr(StringRef(bytes.data(), bytes.size())));
}

LLVM::GlobalOp GlobalBuilder::createString(StringRef text) {
  std::string withEnd = text.str();
  withEnd.push_back('\0');
  return createBytes(withEnd);
}

LLVM::GlobalOp GlobalBuilder::createNumbers(ArrayRef<char> bytes) {
  LLVM::GlobalOp global = createBytes(bytes);
  global.setAlignment(sizeof(double));
  return global;
}

LLVM::GlobalOp GlobalBuilder::createIntegers(ArrayRef<int64_t> values) {
  // C has no arrays of no elements.
  SmallVector<int64_t> elements(values);
  if (elements.empty())
    elements.push_back(0);
  auto type = LLVM::LLVMArrayType::get(builder.getI64Type(), elements.size());
  return createConstant(type, builder.getI64TensorAttr(elements));
}

LLVM::GlobalOp GlobalBuilder::createShape(ArrayRef<int64_t> shape) {
  return createIntegers(shape);
}

LLVM::GlobalOp GlobalBuilder::createPointers(ArrayRef<LLVM::GlobalOp> globals) {
  auto type = LLVM::LLVMArrayType::get(pointer, globals.size());
  return createGlobal(type, [&]() -> Value {
    Value array = LLVM::ZeroOp::create(builder, loc, type);
    for (auto [i, global] : llvm::enumerate(globals))
      if (global)
        array = insert(array, address(LLVM::GlobalOp(global)), {int64_t(i)});
    return array;
  });
}

/// `DLDataType` {code, bits, lanes} in one little-endian word.
static int64_t encode(DLDataType type) {
  return type.code | int64_t(type.bits) << 8 | int64_t(type.lanes) << 16;
}

LLVM::GlobalOp
GlobalBuilder::createTensorInfos(ArrayRef<TensorSignature> tensors) {
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

LLVM::GlobalOp
GlobalBuilder::createStruct(ArrayRef<Type> types,
                            llvm::function_ref<SmallVector<Value>()> fill) {
  auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
  return createGlobal(type, [&]() -> Value {
    Value value = LLVM::UndefOp::create(builder, loc, type);
    for (auto [i, field] : llvm::enumerate(fill()))
      value = insert(value, field, {int64_t(i)});
    return value;
  });
}

LLVM::LLVMFuncOp GlobalBuilder::createFunction(StringRef name, Type result,
                                               ArrayRef<Type> inputs,
                                               bool isHidden) {
  auto type = LLVM::LLVMFunctionType::get(result, inputs);
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
  if (isHidden)
    function.setVisibility_(LLVM::Visibility::Hidden);
  return function;
}

void GlobalBuilder::createForwarder(StringRef name, StringRef inner,
                                    LLVM::GlobalOp first,
                                    ArrayRef<Type> inputs) {
  Type i32 = builder.getI32Type();
  SmallVector<Type> innerInputs = {pointer};
  llvm::append_range(innerInputs, inputs);
  auto callee = createFunction(inner, i32, innerInputs, /*isHidden=*/true);
  auto caller = createFunction(name, i32, inputs, /*isHidden=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(caller.addEntryBlock(builder));
  SmallVector<Value> arguments = {address(first)};
  llvm::append_range(arguments, caller.getArguments());
  auto call = LLVM::CallOp::create(builder, loc, callee, arguments);
  LLVM::ReturnOp::create(builder, loc, call.getResult());
}
