//===- HostModule.cpp - The function that runs a model --------------------===//
//
//   int32_t <model>_execute(inputs, outputs, workspace) {
//     halide_buffer_t b0, b1, …;           // as many as the largest kernel
//     takes … fill b0, b1 for the first kernel; status = kernel0(&b0, &b1); if
//     (status) return status; … and so on, halos zeroed where a tensor has one
//     return 0;
//   }
//
//===----------------------------------------------------------------------===//

#include "compiler/host/HostModule.h"

#include "compiler/host/HalideBuffers.h"
#include "compiler/host/ModelDescriptor.h"
#include "dialect/Kernel/KernelOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace bnopt;

namespace {
class ExecuteBuilder {
public:
  ExecuteBuilder(func::FuncOp model, ModuleOp host, const WeightTable &weights,
                 const llvm::StringMap<std::string> &symbols)
      : model(model), host(host), weights(weights), symbols(symbols),
        kernels(model->getParentOfType<ModuleOp>()), hostSymbols(host),
        builder(model.getContext()), loc(model.getLoc()),
        pointer(LLVM::LLVMPointerType::get(model.getContext())),
        i32(builder.getI32Type()), i64(builder.getI64Type()) {}

  void build(bool sanitizeThread);

private:
  void createFunction(bool sanitizeThread);
  void createBuffers();
  void emitLaunch(kernel::LaunchOp launch);
  void emitZeroHalo(kernel::ZeroHaloOp op);
  void returnIfNotZero(Value status);

  Value getAddress(Value memory);
  Value offsetAddress(Value base, int64_t bytes);
  Value getTable(StringRef prefix, ArrayRef<int64_t> values, Type elementType);
  LLVM::LLVMFuncOp declare(StringRef name, Type result, ArrayRef<Type> inputs);

  func::FuncOp model;
  ModuleOp host;
  const WeightTable &weights;
  const llvm::StringMap<std::string> &symbols;
  SymbolTable kernels, hostSymbols;
  OpBuilder builder;
  Location loc;
  Type pointer, i32, i64;

  LLVM::LLVMFuncOp execute;
  SmallVector<Value> buffers;
  /// Addresses of the places and weights, by memref value.
  DenseMap<Value, Value> addresses;
  DenseMap<Attribute, LLVM::GlobalOp> tables;
};
} // namespace

LLVM::LLVMFuncOp ExecuteBuilder::declare(StringRef name, Type result,
                                         ArrayRef<Type> inputs) {
  if (auto function = hostSymbols.lookup<LLVM::LLVMFuncOp>(name))
    return function;
  OpBuilder moduleBuilder = OpBuilder::atBlockEnd(host.getBody());
  auto type = LLVM::LLVMFunctionType::get(result, inputs);
  auto function = LLVM::LLVMFuncOp::create(moduleBuilder, loc, name, type);
  function.setVisibility_(LLVM::Visibility::Hidden);
  hostSymbols.insert(function);
  return function;
}

Value ExecuteBuilder::getTable(StringRef prefix, ArrayRef<int64_t> values,
                               Type elementType) {
  auto tensor = RankedTensorType::get({int64_t(values.size())}, elementType);
  SmallVector<APInt> numbers = llvm::map_to_vector(values, [&](int64_t value) {
    return APInt(elementType.getIntOrFloatBitWidth(), value, /*isSigned=*/true);
  });
  auto attr = DenseElementsAttr::get(tensor, numbers);
  LLVM::GlobalOp &global = tables[attr];
  if (!global) {
    OpBuilder moduleBuilder = OpBuilder::atBlockBegin(host.getBody());
    auto type = LLVM::LLVMArrayType::get(elementType, values.size());
    global =
        LLVM::GlobalOp::create(moduleBuilder, loc, type, /*isConstant=*/true,
                               LLVM::Linkage::Internal, prefix, attr);
    hostSymbols.insert(global);
  }
  return LLVM::AddressOfOp::create(builder, loc, global);
}

Value ExecuteBuilder::offsetAddress(Value base, int64_t bytes) {
  if (bytes == 0)
    return base;
  // Weights may exceed the 31 bits of a constant index.
  Value offset = LLVM::ConstantOp::create(builder, loc, i64, bytes);
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{offset});
}

void ExecuteBuilder::createFunction(bool sanitizeThread) {
  OpBuilder moduleBuilder = OpBuilder::atBlockEnd(host.getBody());
  auto type = LLVM::LLVMFunctionType::get(i32, {pointer, pointer, pointer});
  execute = LLVM::LLVMFuncOp::create(
      moduleBuilder, loc, (model.getSymName() + "_execute").str(), type);
  execute.setVisibility_(LLVM::Visibility::Hidden);
  if (sanitizeThread)
    execute.setPassthroughAttr(
        builder.getArrayAttr(builder.getStringAttr("sanitize_thread")));
  hostSymbols.insert(execute);
  builder.setInsertionPointToStart(execute.addEntryBlock(builder));
}

void ExecuteBuilder::createBuffers() {
  size_t count = 0;
  model.walk([&](kernel::LaunchOp launch) {
    count = std::max(count, size_t(launch->getNumOperands()));
  });
  Value one = LLVM::ConstantOp::create(builder, loc, i32, 1);
  for (size_t i = 0; i < count; ++i)
    buffers.push_back(LLVM::AllocaOp::create(
        builder, loc, pointer, getBufferType(builder.getContext()), one,
        /*alignment=*/8));
}

Value ExecuteBuilder::getAddress(Value memory) {
  // An input in another shape.
  if (auto cast = memory.getDefiningOp<memref::ReinterpretCastOp>())
    memory = cast.getSource();
  Value &address = addresses[memory];
  if (address)
    return address;
  if (auto place = memory.getDefiningOp<kernel::PlaceOp>())
    return address = offsetAddress(execute.getArgument(2), place.getOffset());
  if (auto global = memory.getDefiningOp<memref::GetGlobalOp>()) {
    std::string name = (model.getSymName() + "_weights").str();
    auto symbol = hostSymbols.lookup<LLVM::GlobalOp>(name);
    Value base = LLVM::AddressOfOp::create(builder, loc, symbol);
    return address = offsetAddress(base, weights.getOffset(global.getName()));
  }
  // A model argument: inputs first, then outputs, the arena last.
  auto arg = cast<BlockArgument>(memory);
  unsigned index = arg.getArgNumber(), numInputs = countInputs(model);
  Value list = execute.getArgument(index < numInputs ? 0 : 1);
  int32_t position = index < numInputs ? index : index - numInputs;
  Value slot = LLVM::GEPOp::create(builder, loc, pointer, pointer, list,
                                   ArrayRef<LLVM::GEPArg>{position});
  return address = LLVM::LoadOp::create(builder, loc, pointer, slot);
}

void ExecuteBuilder::returnIfNotZero(Value status) {
  Block *fail = builder.createBlock(&execute.getBody());
  LLVM::ReturnOp::create(builder, loc, status);
  Block *next = builder.createBlock(&execute.getBody());
  builder.setInsertionPointAfter(status.getDefiningOp());
  Value zero = LLVM::ConstantOp::create(builder, loc, i32, 0);
  Value failed =
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, status, zero);
  LLVM::CondBrOp::create(builder, loc, failed, fail, next);
  builder.setInsertionPointToStart(next);
}

void ExecuteBuilder::emitLaunch(kernel::LaunchOp launch) {
  auto kernel = kernels.lookup<kernel::FuncOp>(launch.getCallee());
  SmallVector<Value> memories(launch.getInputs());
  llvm::append_range(memories, launch.getOutputs());
  SmallVector<Value> arguments;
  for (auto [index, memory] : llvm::enumerate(memories)) {
    auto type = cast<ShapedType>(memory.getType());
    const size_t numInputs = launch.getInputs().size();
    BufferShape shape =
        index < numInputs
            ? getBufferShape(type, kernel.getArgLayout(index))
            : getInteriorShape(type, kernel.getResultLayout(index - numInputs));
    SmallVector<int64_t> table;
    for (const BufferShape::Dimension &dim : shape.dimensions)
      table.append({dim.min, dim.extent, dim.stride, /*flags=*/0});
    Value dimensions =
        table.empty() ? LLVM::ZeroOp::create(builder, loc, pointer).getResult()
                      : getTable("dimensions", table, i32);
    storeBuffer(builder, loc, buffers[index],
                offsetAddress(getAddress(memory), -shape.haloBytes), dimensions,
                type);
    arguments.push_back(buffers[index]);
  }
  SmallVector<Type> types(arguments.size(), pointer);
  auto function = declare(symbols.lookup(launch.getCallee()), i32, types);
  auto call = LLVM::CallOp::create(builder, loc, function, arguments);
  returnIfNotZero(call.getResult());
}

/// The geometry that `bnopt_zero_halo` takes: n, c, h, w, their strides, then
/// top, bottom, left and right. A missing h is a single row.
static SmallVector<int64_t> getGeometry(kernel::ZeroHaloOp op) {
  auto type = cast<MemRefType>(op.getTarget().getType());
  ArrayRef<int64_t> shape = type.getShape(), halo = op.getHalo();
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)type.getStridesAndOffset(strides, offset);
  bool hasRows = shape.size() == 4;
  int64_t w = shape.size() - 1;
  SmallVector<int64_t> geometry = {shape[0], shape[1], hasRows ? shape[2] : 1,
                                   shape[w]};
  geometry.append(
      {strides[0], strides[1], hasRows ? strides[2] : 0, strides[w]});
  geometry.append({hasRows ? halo[4] : 0, hasRows ? halo[5] : 0, halo[2 * w],
                   halo[2 * w + 1]});
  return geometry;
}

void ExecuteBuilder::emitZeroHalo(kernel::ZeroHaloOp op) {
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  auto function = declare("bnopt_zero_halo", none, {pointer, pointer});
  Value geometry = getTable("geometry", getGeometry(op), i64);
  LLVM::CallOp::create(builder, loc, function,
                       ValueRange{getAddress(op.getTarget()), geometry});
}

void ExecuteBuilder::build(bool sanitizeThread) {
  createFunction(sanitizeThread);
  createBuffers();
  // An address is computed where it is first needed; blocks follow each other
  // in program order, so it dominates its later uses.
  for (Operation &op : model.getOps()) {
    loc = op.getLoc();
    if (auto launch = dyn_cast<kernel::LaunchOp>(op))
      emitLaunch(launch);
    else if (auto zero = dyn_cast<kernel::ZeroHaloOp>(op))
      emitZeroHalo(zero);
  }
  loc = model.getLoc();
  Value zero = LLVM::ConstantOp::create(builder, loc, i32, 0);
  LLVM::ReturnOp::create(builder, loc, zero);
}

OwningOpRef<ModuleOp>
bnopt::buildHostModule(func::FuncOp model, const WeightTable &weights,
                       const llvm::StringMap<std::string> &symbols,
                       const Target &target, const HostOptions &options) {
  model.getContext()->loadDialect<LLVM::LLVMDialect>();
  model.getContext()->loadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> host = ModuleOp::create(model.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(host->getBody());
  auto bytes =
      LLVM::LLVMArrayType::get(builder.getI8Type(), weights.totalBytes());
  auto symbol = LLVM::GlobalOp::create(
      builder, model.getLoc(), bytes, /*isConstant=*/!options.refresh,
      LLVM::Linkage::External, (model.getSymName() + "_weights").str(),
      Attribute(), /*alignment=*/64);
  symbol.setVisibility_(LLVM::Visibility::Hidden);
  ExecuteBuilder(model, *host, weights, symbols).build(options.sanitizeThread);
  buildModelDescriptor(model, *host, target, options.refresh,
                       options.isSharedLibrary);
  return host;
}
