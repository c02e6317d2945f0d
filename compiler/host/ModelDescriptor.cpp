//===- ModelDescriptor.cpp - What a model says about itself ---------------===//

#include "compiler/host/ModelDescriptor.h"

#include "compiler/host/GlobalBuilder.h"
#include "compiler/host/TensorSignatures.h"
#include "passes/lower/TensorPlaces.h"
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
    const std::string label =
        name ? name.str()
             : (i < numInputs ? "input" + std::to_string(i)
                              : "output" + std::to_string(i - numInputs));
    (i < numInputs ? signature.inputs : signature.outputs)
        .push_back(getTensorSignature(label, type));
    if (i < numInputs)
      signature.inputs.back().isOverwritten =
          model.getArgAttr(i, overwrittenAttrName) != nullptr;
  }
  signature.workspaceSize =
      cast<MemRefType>(model.getArgumentTypes().back()).getDimSize(0);
  signature.isRefreshable = isRefreshable(model);
  signature.parameters = getParameterSignatures(model, /*isFixed=*/false);
  signature.fixedParameters = getParameterSignatures(model, /*isFixed=*/true);
  return signature;
}

namespace {
class DescriptorBuilder {
public:
  DescriptorBuilder(ModuleOp host, Location loc, const ModelSignature &model)
      : globals(host, loc, "bnopt_descriptor_"), model(model),
        pointer(globals.getPointerType()),
        i32(globals.getBuilder().getI32Type()),
        i64(globals.getBuilder().getI64Type()) {}

  void build(const RefreshPlan *refresh, bool exportForLoaders);

private:
  LLVM::GlobalOp createModel(LLVM::GlobalOp parameters);
  void createRefresh(const RefreshPlan &refresh, LLVM::GlobalOp descriptor,
                     LLVM::GlobalOp parameters);
  void createGetter(const std::string &name, LLVM::GlobalOp descriptor);
  void createSetThreads(const std::string &name);

  GlobalBuilder globals;
  const ModelSignature &model;
  Type pointer, i32, i64;
};
} // namespace

LLVM::GlobalOp DescriptorBuilder::createModel(LLVM::GlobalOp parameters) {
  static_assert(sizeof(bnopt_model) == 104, "the fields below");
  LLVM::GlobalOp name = globals.createString(model.name);
  LLVM::GlobalOp target = globals.createString(model.target);
  LLVM::GlobalOp inputs = globals.createTensorInfos(model.inputs);
  LLVM::GlobalOp outputs = globals.createTensorInfos(model.outputs);
  Type types[] = {i32,     i32,     i32, pointer, pointer,
                  pointer, pointer, i64, i64,     pointer,
                  pointer, i32,     i32, pointer, pointer};
  return globals.createStruct(types, [&]() -> SmallVector<Value> {
    return {globals.integer(32, BNOPT_ABI_VERSION),
            globals.integer(32, model.inputs.size()),
            globals.integer(32, model.outputs.size()),
            globals.address(name),
            globals.address(target),
            globals.address(inputs),
            globals.address(outputs),
            globals.integer(64, model.workspaceSize),
            globals.integer(64, model.workspaceAlignment),
            globals.address(model.name + "_execute"),
            globals.address("bnopt_set_threads"),
            globals.integer(32, model.parameters.size()),
            globals.integer(32, model.fixedParameters.size()),
            parameters ? globals.address(parameters) : globals.null(),
            model.isRefreshable ? globals.address(model.name + "_refresh")
                                : globals.null()};
  });
}

/// The words of structs that have nothing else.
template <typename Struct>
static ArrayRef<int64_t> getWords(const std::vector<Struct> &structs) {
  static_assert(sizeof(Struct) % sizeof(int64_t) == 0);
  return {reinterpret_cast<const int64_t *>(structs.data()),
          structs.size() * sizeof(Struct) / sizeof(int64_t)};
}

void DescriptorBuilder::createRefresh(const RefreshPlan &refresh,
                                      LLVM::GlobalOp descriptor,
                                      LLVM::GlobalOp parameters) {
  static_assert(sizeof(bnopt_refresh_table) == 72, "the fields below");
  SmallVector<LLVM::GlobalOp> values;
  for (const std::vector<char> &bytes : refresh.values)
    values.push_back(bytes.empty() ? nullptr : globals.createNumbers(bytes));
  LLVM::GlobalOp valueTable = globals.createPointers(values);
  LLVM::GlobalOp recipes = globals.createIntegers(getWords(refresh.recipes));
  LLVM::GlobalOp steps = globals.createIntegers(getWords(refresh.steps));
  LLVM::GlobalOp names = globals.createString(refresh.names);
  Type types[] = {pointer, i64,     pointer, pointer, i64,
                  pointer, pointer, pointer, pointer};
  auto table = globals.createStruct(types, [&]() -> SmallVector<Value> {
    return {globals.address(descriptor),
            globals.integer(64, refresh.operands.size()),
            globals.address(parameters),
            globals.address(valueTable),
            globals.integer(64, refresh.recipes.size()),
            globals.address(recipes),
            globals.address(steps),
            globals.address(names),
            globals.address(model.name + "_weights")};
  });
  globals.createForwarder(model.name + "_refresh", "bnopt_refresh_checked",
                          table, {pointer, i64, pointer});
  globals.createForwarder(model.name + "_refresh_from",
                          "bnopt_refresh_pointers", table, {pointer, pointer});
}

void DescriptorBuilder::createGetter(const std::string &name,
                                     LLVM::GlobalOp descriptor) {
  auto getter = globals.createFunction(name, pointer, {}, /*isHidden=*/false);
  OpBuilder &builder = globals.getBuilder();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(getter.addEntryBlock(builder));
  LLVM::ReturnOp::create(builder, globals.getLoc(),
                         globals.address(descriptor));
}

void DescriptorBuilder::createSetThreads(const std::string &name) {
  OpBuilder &builder = globals.getBuilder();
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  auto inner = globals.createFunction("bnopt_set_threads", none, {i32},
                                      /*isHidden=*/true);
  auto outer = globals.createFunction(name, none, {i32}, /*isHidden=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(outer.addEntryBlock(builder));
  LLVM::CallOp::create(builder, globals.getLoc(), inner, outer.getArguments());
  LLVM::ReturnOp::create(builder, globals.getLoc(), ValueRange());
}

void DescriptorBuilder::build(const RefreshPlan *refresh,
                              bool exportForLoaders) {
  LLVM::GlobalOp parameters;
  if (refresh)
    parameters = globals.createTensorInfos(refresh->operands);
  LLVM::GlobalOp descriptor = createModel(parameters);
  createGetter(model.name + "_model", descriptor);
  if (exportForLoaders)
    createGetter("bnopt_library_model", descriptor);
  globals.createForwarder(model.name + "_run", "bnopt_run_checked", descriptor,
                          {pointer, pointer, pointer, i64, pointer});
  createSetThreads(model.name + "_set_threads");
  if (refresh)
    createRefresh(*refresh, descriptor, parameters);
}

void bnopt::buildModelDescriptor(func::FuncOp model, ModuleOp host,
                                 const Target &target,
                                 const RefreshPlan *refresh,
                                 bool exportForLoaders) {
  const ModelSignature signature = getModelSignature(model, target);
  DescriptorBuilder(host, model.getLoc(), signature)
      .build(refresh, exportForLoaders);
}
