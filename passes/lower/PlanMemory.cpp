//===- PlanMemory.cpp - Give every tensor a place in one arena ------------===//
//
// TensorPlaces says which tensors share memory and for how long, ArenaPlan
// where it lies; this file rewrites the function from tensors to memrefs.
//
//===----------------------------------------------------------------------===//

#include "dialect/BN/BNAttrs.h"
#include "passes/Passes.h"
#include "passes/lower/ArenaPlan.h"
#include "passes/lower/TensorPlaces.h"

#include "mlir/IR/SymbolTable.h"

namespace bnopt {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

static MemRefType getRowMajorMemRef(RankedTensorType type) {
  return MemRefType::get(type.getShape(), type.getElementType());
}

/// A memref of the shape of `type` in `layout`; null means row-major.
static MemRefType getMemRef(RankedTensorType type, kernel::LayoutAttr layout) {
  if (!layout)
    return getRowMajorMemRef(type);
  auto strided = StridedLayoutAttr::get(type.getContext(), /*offset=*/0,
                                        layout.getStrides());
  return MemRefType::get(type.getShape(), type.getElementType(), strided);
}

namespace {
/// Builds the memref form of one function next to its tensor form.
class FunctionRewriter {
public:
  FunctionRewriter(func::FuncOp func, SymbolTable &symbols)
      : func(func), symbols(symbols), builder(func.getContext()),
        places(placeTensors(func, symbols)) {}

  LogicalResult run();

private:
  void planArena();
  void createFunction();
  void rewriteLaunch(kernel::LaunchOp launch);
  Value getMemory(Value tensor);
  Value createPlace(Value tensor, Location loc);
  Value getArgument(Value tensor, unsigned index);
  Value getGlobal(arith::ConstantOp constant);
  void zeroHalo(Value result);

  func::FuncOp func;
  SymbolTable &symbols;
  OpBuilder builder;
  TensorPlaces places;

  ArenaPlan plan;
  func::FuncOp newFunc;
  Value arena;
  DenseMap<Value, Value> memoryOf;
  DenseMap<Attribute, memref::GlobalOp> globals;
  DenseSet<unsigned> zeroed;
};
} // namespace

void FunctionRewriter::planArena() {
  SmallVector<ArenaBuffer> buffers;
  for (const Storage &storage : places.storages) {
    bool inArena = storage.kind == Storage::Kind::Arena && storage.first >= 0;
    buffers.push_back(
        inArena ? ArenaBuffer{storage.getBytes(), storage.first, storage.last}
                : ArenaBuffer{0, -2, -2});
  }
  plan = bnopt::planArena(buffers);
}

void FunctionRewriter::createFunction() {
  SmallVector<Type> types;
  SmallVector<DictionaryAttr> attrs;
  for (unsigned i = 0; i < func.getNumArguments(); ++i) {
    types.push_back(
        getRowMajorMemRef(cast<RankedTensorType>(func.getArgumentTypes()[i])));
    attrs.push_back(func.getArgAttrDict(i));
  }
  for (unsigned i = 0; i < func.getNumResults(); ++i) {
    types.push_back(
        getRowMajorMemRef(cast<RankedTensorType>(func.getResultTypes()[i])));
    NamedAttrList outputAttrs(func.getResultAttrDict(i));
    outputAttrs.set("bn.output", builder.getUnitAttr());
    attrs.push_back(outputAttrs.getDictionary(func.getContext()));
  }
  types.push_back(MemRefType::get({plan.arenaBytes}, builder.getI8Type()));
  attrs.push_back(builder.getDictionaryAttr({}));

  builder.setInsertionPoint(func);
  newFunc = func::FuncOp::create(builder, func.getLoc(), func.getSymName(),
                                 builder.getFunctionType(types, {}));
  newFunc.setAllArgAttrs(attrs);
  for (NamedAttribute attr : func->getDiscardableAttrs())
    newFunc->setAttr(attr.getName(), attr.getValue());
  newFunc->setAttr("bn.arena_bytes",
                   builder.getI64IntegerAttr(plan.arenaBytes));
  newFunc->setAttr("bn.max_live_bytes",
                   builder.getI64IntegerAttr(plan.maxLiveBytes));
  builder.setInsertionPointToStart(newFunc.addEntryBlock());
  arena = newFunc.getArguments().back();
}

Value FunctionRewriter::getGlobal(arith::ConstantOp constant) {
  auto value = cast<ElementsAttr>(constant.getValue());
  auto type = getRowMajorMemRef(cast<RankedTensorType>(constant.getType()));
  memref::GlobalOp &global = globals[value];
  if (!global) {
    OpBuilder moduleBuilder(newFunc);
    global = memref::GlobalOp::create(
        moduleBuilder, constant.getLoc(), "weights",
        /*sym_visibility=*/moduleBuilder.getStringAttr("private"), type, value,
        /*constant=*/true, /*alignment=*/nullptr);
    symbols.insert(global);
    if (Attribute recipe = constant->getDiscardableAttr(bn::recipeAttrName))
      global->setDiscardableAttr(bn::recipeAttrName, recipe);
  }
  return memref::GetGlobalOp::create(builder, constant.getLoc(), type,
                                     global.getSymName());
}

Value FunctionRewriter::createPlace(Value tensor, Location loc) {
  TensorPlace place = places.places.lookup(tensor);
  const Storage &storage = places.storages[place.storage];
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t elements = place.elementOffset;
  if (storage.layout)
    elements +=
        getInteriorOffset(storage.layout.getStrides(), storage.getHalo());
  int64_t bytes = plan.offsets[place.storage] +
                  elements * (type.getElementTypeBitWidth() / 8);
  return kernel::PlaceOp::create(builder, loc, getMemRef(type, storage.layout),
                                 arena, builder.getI64IntegerAttr(bytes));
}

/// Argument `index`, an input or output, in the shape of `tensor`.
Value FunctionRewriter::getArgument(Value tensor, unsigned index) {
  Value argument = newFunc.getArgument(index);
  auto type = getRowMajorMemRef(cast<RankedTensorType>(tensor.getType()));
  if (argument.getType() == type)
    return argument;
  return memref::ReinterpretCastOp::create(
      builder, tensor.getLoc(), type, argument, /*offset=*/0, type.getShape(),
      kernel::getRowMajorStrides(type.getShape()));
}

Value FunctionRewriter::getMemory(Value tensor) {
  Value &memory = memoryOf[tensor];
  if (memory)
    return memory;
  const Storage &storage = places.of(tensor);
  switch (storage.kind) {
  case Storage::Kind::Arena:
    return memory = createPlace(tensor, tensor.getLoc());
  case Storage::Kind::Input:
    return memory = getArgument(tensor, storage.index);
  case Storage::Kind::Output:
    return memory = getArgument(tensor, func.getNumArguments() + storage.index);
  case Storage::Kind::Constant:
    return memory = getGlobal(tensor.getDefiningOp<arith::ConstantOp>());
  }
  llvm_unreachable("all kinds of storage are handled");
}

void FunctionRewriter::zeroHalo(Value result) {
  unsigned index = places.places.lookup(result).storage;
  const Storage &storage = places.storages[index];
  if (storage.getHalo().empty() || !zeroed.insert(index).second)
    return;
  kernel::ZeroHaloOp::create(builder, result.getLoc(),
                             createPlace(storage.root, result.getLoc()),
                             builder.getDenseI64ArrayAttr(storage.getHalo()));
}

void FunctionRewriter::rewriteLaunch(kernel::LaunchOp launch) {
  const auto getAll = [&](ValueRange tensors) {
    return llvm::map_to_vector(tensors,
                               [&](Value tensor) { return getMemory(tensor); });
  };
  for (Value result : launch.getResults())
    zeroHalo(result);
  SmallVector<Value> inputs = getAll(launch.getInputs());
  SmallVector<Value> outputs = getAll(launch.getResults());
  kernel::LaunchOp::create(builder, launch.getLoc(), TypeRange(),
                           launch.getCallee(), inputs, outputs);
  if (places.inPlaceLaunches.contains(launch))
    symbols.lookup<kernel::FuncOp>(launch.getCallee()).setInPlace(true);
}

/// What reads `argument`, itself or under another shape or order.
static SmallVector<Operation *> getReaders(BlockArgument argument) {
  SmallVector<Value> views = {argument};
  SmallVector<Operation *> readers;
  for (size_t i = 0; i < views.size(); ++i)
    for (Operation *user : views[i].getUsers())
      if (isa<nn::ReshapeOp>(user) || isTransposedInput(user))
        views.push_back(user->getResult(0));
      else
        readers.push_back(user);
  return readers;
}

/// An argument that may be the memory of the first result must not be read
/// after that is written: by kernels before it, or by its own, which replaces
/// it.
static LogicalResult checkOverwritten(func::FuncOp func,
                                      const TensorPlaces &places) {
  for (BlockArgument argument : func.getArguments()) {
    if (!func.getArgAttr(argument.getArgNumber(), overwrittenAttrName))
      continue;
    Value result = func.getBody().front().getTerminator()->getOperand(0);
    auto launch = result.getDefiningOp<kernel::LaunchOp>();
    const auto isReadBefore = [&](Operation *user) {
      return user == launch ? places.inPlaceLaunches.contains(user)
                            : user->isBeforeInBlock(launch);
    };
    if (!launch || !llvm::all_of(getReaders(argument), isReadBefore))
      return func.emitError("result 0 cannot be computed in the memory of "
                            "argument ")
             << argument.getArgNumber()
             << "; expected no kernel to read that later, and a multiple of 16 "
                "features or pixels side by side";
  }
  return success();
}

LogicalResult FunctionRewriter::run() {
  if (failed(checkOverwritten(func, places)))
    return failure();
  planArena();
  createFunction();
  for (auto launch : func.getOps<kernel::LaunchOp>())
    rewriteLaunch(launch);
  func::ReturnOp::create(builder, func.getLoc());
  func.erase();
  return success();
}

static LogicalResult checkAllInKernels(func::FuncOp func) {
  for (Operation &op : func.getOps())
    if (isa_and_nonnull<nn::NNDialect, bn::BNDialect>(op.getDialect()) &&
        !isa<nn::ConcatOp, nn::ReshapeOp>(op) && !isTransposedInput(&op) &&
        !isTransposedOutput(&op))
      return op.emitError()
             << "has no kernel; code for it cannot be generated yet";
  return success();
}

namespace {
struct PlanMemoryPass : bnopt::impl::PlanMemoryPassBase<PlanMemoryPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto func :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (func.isExternal())
        continue;
      if (failed(checkAllInKernels(func)))
        return signalPassFailure();
      if (failed(FunctionRewriter(func, symbols).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
