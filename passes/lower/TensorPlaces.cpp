//===- TensorPlaces.cpp - Which tensors share which memory ----------------===//
//
// Storages are found from the uses upwards: in reverse program order the
// result of a concatenation has its place before its operands take theirs
// inside it. Reshapes and transposed inputs then share the place of their
// operand, and in-place results, once all lifetimes are known, that of the
// operand they replace.
//
//===----------------------------------------------------------------------===//

#include "passes/lower/TensorPlaces.h"

#include "dialect/NN/NNOps.h"
#include "passes/lower/KernelShape.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnopt;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

ArrayRef<int64_t> Storage::getHalo() const {
  return layout ? layout.getHalo() : ArrayRef<int64_t>();
}

int64_t Storage::getBytes() const {
  RankedTensorType type = getTensorType(root);
  return getPaddedElements(type.getShape(), getHalo()) *
         type.getElementTypeBitWidth() / 8;
}

namespace {
class Placer {
public:
  Placer(func::FuncOp func, const SymbolTable &symbols)
      : func(func), symbols(symbols) {
    for (auto [position, op] : llvm::enumerate(func.getOps()))
      positions[&op] = position;
  }

  TensorPlaces run();

private:
  void placeOutputs();
  void placeResult(Operation &op);
  void placeOperandsOfConcat(nn::ConcatOp concat);
  unsigned createStorage(Value root, Storage::Kind kind);
  void setLifetimes();
  void mergeInPlace(kernel::LaunchOp launch);
  bool canReplace(kernel::LaunchOp launch, OpOperand &operand);
  bool isOverwritten(const Storage &source, const Storage &target);

  func::FuncOp func;
  const SymbolTable &symbols;
  DenseMap<Operation *, int64_t> positions;
  TensorPlaces result;
};
} // namespace

/// The layout that the kernels give `value`: of its producer, or for a
/// concatenation, of any of its slices.
static kernel::LayoutAttr findLayout(Value value, const SymbolTable &symbols) {
  Operation *def = value.getDefiningOp();
  if (auto launch = dyn_cast_or_null<kernel::LaunchOp>(def)) {
    auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
    return dyn_cast_or_null<kernel::LayoutAttr>(
        kernel.getResultLayout(cast<OpResult>(value).getResultNumber()));
  }
  if (auto concat = dyn_cast_or_null<nn::ConcatOp>(def))
    return findLayout(concat.getInputs().front(), symbols);
  return nullptr;
}

unsigned Placer::createStorage(Value root, Storage::Kind kind) {
  Storage storage;
  storage.kind = kind;
  storage.root = root;
  storage.layout = findLayout(root, symbols);
  storage.isConcatenation = root.getDefiningOp<nn::ConcatOp>() != nullptr;
  unsigned index = result.storages.size();
  result.storages.push_back(storage);
  result.places[root] = {index, 0};
  return index;
}

void Placer::placeOutputs() {
  Operation *terminator = func.getBody().front().getTerminator();
  for (OpOperand &operand : terminator->getOpOperands()) {
    unsigned storage = createStorage(operand.get(), Storage::Kind::Output);
    result.storages[storage].index = operand.getOperandNumber();
  }
}

void Placer::placeOperandsOfConcat(nn::ConcatOp concat) {
  TensorPlace place = result.places.lookup(concat.getResult());
  const Storage &storage = result.storages[place.storage];
  SmallVector<int64_t> strides =
      kernel::getStrides(getTensorType(storage.root), storage.layout);
  int64_t axis = concat.getAxis();
  for (Value input : concat.getInputs()) {
    result.places[input] = place;
    place.elementOffset +=
        strides[axis] * getTensorType(input).getDimSize(axis);
  }
}

void Placer::placeResult(Operation &op) {
  // In the place of the output that it is transposed into.
  if (isTransposedOutput(&op))
    result.places[op.getOperand(0)] = result.places.lookup(op.getResult(0));
  for (Value value : op.getResults()) {
    bool hasOwnPlace = isa<RankedTensorType>(value.getType()) &&
                       !isa<nn::ReshapeOp>(op) && !isTransposedInput(&op) &&
                       !result.places.contains(value);
    if (hasOwnPlace)
      createStorage(value, isa<arith::ConstantOp>(op) ? Storage::Kind::Constant
                                                      : Storage::Kind::Arena);
  }
  if (auto concat = dyn_cast<nn::ConcatOp>(op))
    placeOperandsOfConcat(concat);
}

void Placer::setLifetimes() {
  for (Storage &storage : result.storages)
    storage.first = std::numeric_limits<int64_t>::max();
  for (auto [value, place] : result.places) {
    Storage &storage = result.storages[place.storage];
    Operation *def = value.getDefiningOp();
    int64_t defined = def ? positions.lookup(def) : -1;
    storage.first = std::min(storage.first, defined);
    storage.last = std::max(storage.last, defined);
    for (Operation *user : value.getUsers())
      storage.last = std::max(storage.last, positions.lookup(user));
  }
}

/// Whether the caller may give `source` and `target` the same memory.
bool Placer::isOverwritten(const Storage &source, const Storage &target) {
  return source.kind == Storage::Kind::Input &&
         target.kind == Storage::Kind::Output && target.index == 0 &&
         func.getArgAttr(source.index, overwrittenAttrName);
}

bool Placer::canReplace(kernel::LaunchOp launch, OpOperand &operand) {
  const Storage &source = result.of(operand.get());
  const Storage &target = result.of(launch.getResult(0));
  const bool areInArena = source.kind == Storage::Kind::Arena &&
                          target.kind == Storage::Kind::Arena;
  if ((!areInArena && !isOverwritten(source, target)) ||
      source.isConcatenation || target.isConcatenation ||
      source.last != positions.lookup(launch) ||
      llvm::count(launch.getInputs(), operand.get()) != 1)
    return false;
  auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
  return canReplaceArgument(kernel, operand.getOperandNumber());
}

void Placer::mergeInPlace(kernel::LaunchOp launch) {
  for (OpOperand &operand : launch.getInputsMutable()) {
    if (!canReplace(launch, operand))
      continue;
    result.inPlaceLaunches.insert(launch);
    unsigned source = result.places.lookup(operand.get()).storage;
    unsigned target = result.places.lookup(launch.getResult(0)).storage;
    // Input and output are the caller's.
    if (result.storages[source].kind != Storage::Kind::Arena)
      return;
    result.storages[source].last = result.storages[target].last;
    for (auto &entry : result.places)
      if (entry.second.storage == target)
        entry.second.storage = source;
    // Nothing lives in the replaced storage any more.
    result.storages[target].first = -1;
    result.storages[target].last = -1;
    return;
  }
}

TensorPlaces Placer::run() {
  for (BlockArgument arg : func.getArguments()) {
    unsigned storage = createStorage(arg, Storage::Kind::Input);
    result.storages[storage].index = arg.getArgNumber();
  }
  placeOutputs();
  for (Operation &op : llvm::reverse(func.getBody().front()))
    placeResult(op);
  for (Operation &op : func.getOps())
    if (isa<nn::ReshapeOp>(op) || isTransposedInput(&op))
      result.places[op.getResult(0)] = result.places.lookup(op.getOperand(0));
  setLifetimes();
  for (auto launch : func.getOps<kernel::LaunchOp>())
    mergeInPlace(launch);
  return std::move(result);
}

TensorPlaces bnopt::placeTensors(func::FuncOp func,
                                 const SymbolTable &symbols) {
  return Placer(func, symbols).run();
}
