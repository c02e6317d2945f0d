//===- AssignLayouts.cpp - Decide where elements lie in memory ------------===//
//
// Copies are inserted first (LayoutCopies), so that every value has one
// order and one place. Values that are slices of the same concatenation share
// a root, the outermost concatenation: its shape and the halo that any reader
// of any slice wants give the strides of all of them. Kernels then get the
// layouts of their launches, and are cloned when those differ.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/lower/LayoutCopies.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {
#define GEN_PASS_DEF_ASSIGNLAYOUTSPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

namespace {
/// The layouts of all values of a function; null means row-major.
class ValueLayouts {
public:
  ValueLayouts(func::FuncOp func, const SymbolTable &symbols, LayoutPlan plan)
      : plan(std::move(plan)) {
    for (Operation &op : func.getOps())
      for (Value value : op.getResults())
        collectHalo(value, symbols);
  }

  kernel::LayoutAttr get(Value value) const;

private:
  /// The outermost concatenation that `value` is a slice of, or itself.
  Value getRoot(Value value) const {
    while (Value parent = plan.parents.lookup(value))
      value = parent;
    return value;
  }

  void collectHalo(Value value, const SymbolTable &symbols);

  LayoutPlan plan;
  DenseMap<Value, Halo> haloOfRoot;
};
} // namespace

/// Whether a concatenation that `value` is part of joins spatial dimensions;
/// a halo would lie between its slices.
static bool joinsSpatially(Value value, const LayoutPlan &plan) {
  while (Value parent = plan.parents.lookup(value)) {
    if (parent.getDefiningOp<nn::ConcatOp>().getAxis() >= 2)
      return true;
    value = parent;
  }
  auto concat = value.getDefiningOp<nn::ConcatOp>();
  return concat && concat.getAxis() >= 2;
}

void ValueLayouts::collectHalo(Value value, const SymbolTable &symbols) {
  if (plan.rowMajor.contains(value) || joinsSpatially(value, plan))
    return;
  Halo wanted = getWantedHalo(value, symbols);
  if (!wanted.empty())
    coverHalo(haloOfRoot[getRoot(value)], wanted);
}

kernel::LayoutAttr ValueLayouts::get(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || plan.rowMajor.contains(value) ||
      value.getDefiningOp<arith::ConstantOp>())
    return nullptr;
  Value root = getRoot(value);
  auto halo = haloOfRoot.find(root);
  ArrayRef<int64_t> haloValues;
  if (halo != haloOfRoot.end())
    haloValues = halo->second;
  if (root == value && haloValues.empty() &&
      isChannelsLastRowMajor(type.getShape()))
    return nullptr;
  auto rootShape = cast<RankedTensorType>(root.getType()).getShape();
  return kernel::LayoutAttr::get(
      value.getContext(), kernel::getChannelsLastStrides(rootShape, haloValues),
      haloValues);
}

namespace {
/// Gives each launch the version of its kernel that has its layouts.
class KernelVersions {
public:
  explicit KernelVersions(SymbolTable &symbols) : symbols(symbols) {}

  void assign(kernel::LaunchOp launch, const ValueLayouts &layouts);

private:
  SymbolTable &symbols;
  DenseMap<std::pair<StringAttr, ArrayAttr>, StringAttr> versions;
  DenseSet<StringAttr> specialized;
};
} // namespace

void KernelVersions::assign(kernel::LaunchOp launch,
                            const ValueLayouts &layouts) {
  MLIRContext *context = launch.getContext();
  SmallVector<Attribute> signature;
  auto append = [&](Value value) {
    Attribute layout = layouts.get(value);
    signature.push_back(layout ? layout : UnitAttr::get(context));
  };
  llvm::for_each(launch.getInputs(), append);
  llvm::for_each(launch.getResults(), append);

  StringAttr callee = launch.getCalleeAttr().getAttr();
  StringAttr &version = versions[{callee, ArrayAttr::get(context, signature)}];
  if (!version) {
    auto kernel = symbols.lookup<kernel::FuncOp>(callee);
    // The first set of layouts goes to the kernel itself, others to clones.
    if (!specialized.insert(callee).second) {
      kernel = kernel.clone();
      symbols.insert(kernel);
    }
    const size_t numInputs = launch.getInputs().size();
    for (auto [index, layout] :
         llvm::enumerate(ArrayRef(signature).take_front(numInputs)))
      if (isa<kernel::LayoutAttr>(layout))
        kernel.setArgAttr(index, kernel::layoutAttrName, layout);
      else
        kernel.removeArgAttr(index, kernel::layoutAttrName);
    for (auto [index, layout] :
         llvm::enumerate(ArrayRef(signature).drop_front(numInputs)))
      if (isa<kernel::LayoutAttr>(layout))
        kernel.setResultAttr(index, kernel::layoutAttrName, layout);
      else
        kernel.removeResultAttr(index, kernel::layoutAttrName);
    version = kernel.getSymNameAttr();
  }
  launch.setCallee(version);
}

/// Types of memory; arithmetic is in f32.
static bool isStorageType(Type type) {
  return type.isF32() || type.isF16() || type.isBF16();
}

/// Why code cannot be generated for values of `type`, or nothing.
static std::string getTypeError(Type type) {
  std::string message;
  llvm::raw_string_ostream os(message);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    os << "needs a static shape, but has '" << type << "'";
  else if (!isStorageType(tensor.getElementType()))
    os << "expects elements of f32, f16 or bf16, but has '" << type << "'";
  return message;
}

static LogicalResult checkInputs(func::FuncOp func) {
  for (BlockArgument arg : func.getArguments()) {
    const unsigned index = arg.getArgNumber();
    auto name = func.getArgAttrOfType<StringAttr>(index, "bn.name");
    const std::string input =
        name ? name.str() : "input" + std::to_string(index);
    if (isa<BaseMemRefType>(arg.getType()))
      return func.emitError()
             << "input '" << input << "' is a buffer of " << arg.getType()
             << ": the module is already lowered";
    const std::string error = getTypeError(arg.getType());
    if (error.empty())
      continue;
    auto tensor = dyn_cast<RankedTensorType>(arg.getType());
    const bool isDynamic = tensor && !tensor.hasStaticShape();
    return func.emitError() << "input '" << input << "' " << error
                            << (isDynamic ? "; fix it with --input-shape" : "");
  }
  return success();
}

/// Convolutions and matrix products have weights packed as f32.
static LogicalResult checkLinear(Operation *op) {
  if (!isa<nn::ConvOp, nn::ConvTransposeOp, nn::GemmOp, nn::MatMulOp>(op))
    return success();
  for (Value operand : op->getOperands())
    if (!getElementTypeOrSelf(operand).isF32())
      return op->emitError()
             << "expects elements of f32, but has " << operand.getType()
             << "; convolutions and matrix products are "
                "compiled for f32 only";
  return success();
}

/// Checks every tensor of the functions and kernels.
static LogicalResult checkTensors(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) {
    if (failed(checkLinear(op)))
      return WalkResult::interrupt();
    for (Type type : op->getResultTypes()) {
      if (!isa<TensorType>(type))
        continue;
      const std::string error = getTypeError(type);
      if (!error.empty()) {
        op->emitError() << error;
        return WalkResult::interrupt();
      }
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct AssignLayoutsPass
    : bnopt::impl::AssignLayoutsPassBase<AssignLayoutsPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (!func.isExternal() && failed(checkInputs(func)))
        return signalPassFailure();
    if (failed(checkTensors(getOperation())))
      return signalPassFailure();
    SymbolTable symbols(getOperation());
    KernelVersions versions(symbols);
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      LayoutPlan plan = insertLayoutCopies(func, symbols);
      numCopies += plan.numCopies;
      ValueLayouts layouts(func, symbols, std::move(plan));
      func.walk(
          [&](kernel::LaunchOp launch) { versions.assign(launch, layouts); });
    }
  }
};
} // namespace
