//===- FormKernels.cpp - Outline groups of operators into kernels ---------===//
//
// A group starts at the first operator in program order that has none yet and
// grows along uses, over elementwise operators of the same shape. Diamonds
// inside a group are fine (x·sigmoid(x)); at its end exactly one value, the
// last operator's result, may be seen outside. The longest prefix for which
// this holds is the group. Its launch stands where its last operator stood,
// so that all operands dominate it.
//
// The statistics of a normalization may be seen outside, too, if nothing that
// is made of them comes back: they are further results of the kernel. What
// reads them may stand before the launch; the block is put in order again.
//
// Elementwise operators that could not join what computes their input, because
// others read it too (a residual, a concatenation), join what reads their
// result: it computes them while it loads. With several readers each computes
// them again, if that is cheap.
//
// Statistics of runs stand behind the last operator of a group.
//
//===----------------------------------------------------------------------===//

#include "passes/ElementwiseOps.h"
#include "passes/Passes.h"
#include "passes/fuse/FuseRemarks.h"
#include "passes/fuse/KernelGroup.h"
#include "passes/fuse/LoadFusion.h"
#include "passes/fuse/StatisticsFusion.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/LayoutRules.h"
#include "passes/train/NormalizedReaders.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

namespace bnopt {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

namespace {
using Group = KernelGroup;
} // namespace

/// Bounds compile time; longer chains become several kernels.
static constexpr size_t maxGroupSize = 24;

static bool isModelOp(Operation *op) {
  return isa_and_nonnull<nn::NNDialect, bn::BNDialect>(op->getDialect());
}

/// Operators that only name places in memory; the layout decides about them.
static bool isPlacement(Operation *op) {
  return isa<nn::ConcatOp, nn::ReshapeOp>(op) || isTransposedInput(op) ||
         isTransposedOutput(op);
}

static bool isUsedOutside(Value value, const Group &group) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !llvm::is_contained(group, user);
  });
}

/// Results of operators of `group` but their first: statistics and gradients of
/// parameters. Of partial ones all.
static SmallVector<Value> getVectors(const Group &group) {
  SmallVector<Value> vectors;
  for (Operation *op : group)
    llvm::append_range(
        vectors, op->getResults().drop_front(isPartialStatistics(op) ? 0 : 1));
  return vectors;
}

/// Whether an operator of `group` reads what others make of `value`, or the
/// value itself, which is complete only when its operator has ended.
static bool comesBack(Value value, const Group &group) {
  SetVector<Operation *> readers;
  const auto addReaders = [&](ValueRange values) {
    for (Value read : values)
      readers.insert(read.user_begin(), read.user_end());
  };
  addReaders(value);
  for (size_t i = 0; i < readers.size(); ++i) {
    Operation *reader = readers[i];
    if (llvm::is_contained(group, reader))
      return true;
    if (reader->getBlock() == group.back()->getBlock() &&
        reader->isBeforeInBlock(group.back()))
      addReaders(reader->getResults());
  }
  return false;
}

/// Whether of the first results of operators none but the last one's is used
/// outside the group, and no other result inside.
static bool onlyLastEscapes(const Group &group) {
  return llvm::none_of(ArrayRef<Operation *>(group).drop_back(),
                       [&](Operation *op) {
                         return isUsedOutside(op->getResult(0), group);
                       }) &&
         llvm::none_of(getVectors(group),
                       [&](Value vector) { return comesBack(vector, group); });
}

/// Element types may differ: a kernel converts what it loads and stores.
static bool hasShapeOf(Operation *op, Operation *other) {
  const auto getShape = [](Operation *op) {
    return cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  };
  return getShape(op) == getShape(other);
}

/// Whether `op` is better computed where its result is loaded than with what
/// makes its operand `value`.
static bool isBetterLoaded(Operation *op, Operation *value) {
  return isGateForLoad(op) &&
         cast<nn::GateOp>(op).getValue().getDefiningOp() != value;
}

/// The next operator in program order that can join: an elementwise user of a
/// value of the group, of the same shape, that is in no group yet.
static Operation *findNext(const Group &group,
                           const DenseSet<Operation *> &taken) {
  Operation *next = nullptr;
  for (Operation *op : group)
    for (Operation *user : op->getUsers()) {
      if (!isModelOp(user) || !isElementwise(user) || taken.contains(user) ||
          llvm::is_contained(group, user) ||
          user->getBlock() != op->getBlock() || isBetterLoaded(user, op) ||
          !hasShapeOf(user, group.front()))
        continue;
      if (!next || user->isBeforeInBlock(next))
        next = user;
    }
  return next;
}

/// Whether kernels convert the result of `op` while they load: a cast to a
/// wider type, of half the bytes, that nothing reads but what can. Each reader
/// computes it for itself, as if it were a splat constant. Not where it only
/// continues a chain.
static bool isLoadedCast(Operation *op) {
  auto cast = dyn_cast<nn::CastOp>(op);
  if (!cast || !cast.isExact())
    return false;
  Operation *producer = cast.getInput().getDefiningOp();
  auto inner = dyn_cast_or_null<nn::CastOp>(producer);
  const bool continuesChain =
      (inner && inner.isExact()) ||
      (producer && isElementwise(producer) && cast.getInput().hasOneUse() &&
       cast->hasOneUse());
  return !continuesChain && llvm::all_of(cast->getUses(), [&](OpOperand &use) {
    return isModelOp(use.getOwner()) &&
           (isElementwise(use.getOwner()) || canComputeInLoad(use, op));
  });
}

/// Whether the kernel of `op` can go on with what it computes.
static bool canGrow(Operation *op) {
  // Its result is packed, and unpacked by another kernel.
  if (isa<nn::ConvWeightGradientOp>(op))
    return false;
  auto gradient = dyn_cast<nn::ConvInputGradientOp>(op);
  if (!gradient)
    return true;
  // As many elements as the stride are computed together, also beyond the last
  // one, where other tensors have nothing to read.
  return llvm::all_of(
      llvm::zip_equal(gradient.getType().getShape().drop_front(2),
                      gradient.getStrideValues()),
      [](auto dim) { return std::get<0>(dim) % std::get<1>(dim) == 0; });
}

static Group growGroup(Operation *root, const DenseSet<Operation *> &taken) {
  Group group = {root};
  if (!canGrow(root))
    return group;
  size_t complete = 1;
  while (group.size() < maxGroupSize) {
    Operation *next = findNext(group, taken);
    if (!next)
      break;
    group.push_back(next);
    if (onlyLastEscapes(group))
      complete = group.size();
  }
  group.truncate(complete);
  return group;
}

/// `conv3x3_add_relu`: the mnemonics, with the window where there is one.
static std::string nameGroup(const Group &group) {
  SmallVector<std::string> parts;
  for (Operation *op : group) {
    std::string part = op->getName().stripDialect().str();
    if (auto conv = dyn_cast<nn::ConvOp>(op)) {
      part = conv.isDepthwise() ? "depthwise" : part;
      part += llvm::join(
          llvm::map_range(conv.getKernelShape(),
                          [](int64_t k) { return std::to_string(k); }),
          "x");
    }
    parts.push_back(part);
    if (parts.size() == 5)
      break;
  }
  return llvm::join(parts, "_");
}

static bool isSplatConstant(Value value) {
  SplatElementsAttr attr;
  return matchPattern(value, m_Constant(&attr));
}

/// Whether kernels read the elements of `op` where they lie: a slice without
/// gaps that is added to what gradients of normalizations give, as of a
/// concatenation. It would else take the sum into a kernel of its own.
static bool isLoadedSlice(Operation *op) {
  auto slice = dyn_cast<nn::SliceOp>(op);
  if (!slice || slice->use_empty() ||
      !llvm::all_of(slice.getSteps(), [](int64_t step) { return step == 1; }))
    return false;
  return llvm::all_of(slice->getUsers(), [](Operation *user) {
    return isa<nn::AddOp>(user) &&
           llvm::any_of(user->getOperands(), [](Value operand) {
             return operand.getDefiningOp<bn::GradientOp>() &&
                    operand.hasOneUse();
           });
  });
}

/// Operators that each kernel which reads them computes for itself. None reads
/// another.
using Loaded = DenseSet<Operation *>;

/// Values from outside that the group reads, in order of first use; splat
/// constants and loaded operators apart, which move inside.
static SetVector<Value> collectInputs(const Group &group,
                                      const Loaded &loaded) {
  SetVector<Value> inputs;
  for (Operation *op : group)
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (llvm::is_contained(group, def) || isSplatConstant(operand))
        continue;
      inputs.insert(loaded.contains(def) ? def->getOperand(0) : operand);
    }
  return inputs;
}

/// What the kernel of `group` computes: the last operator's first result, then
/// the vectors.
static SmallVector<Value> getResults(const Group &group) {
  SmallVector<Value> results = {group.getLast()->getResult(0)};
  llvm::append_range(results, getVectors(group));
  return results;
}

static kernel::FuncOp outline(const Group &group, ValueRange inputs,
                              OpBuilder &builder) {
  Operation *last = group.getLast();
  const SmallVector<Value> results = getResults(group);
  auto type = builder.getFunctionType(inputs.getTypes(),
                                      ValueRange(results).getTypes());
  auto func = kernel::FuncOp::create(builder, group.front()->getLoc(),
                                     nameGroup(group), type);
  OpBuilder::InsertionGuard guard(builder);
  Block *body = &func.getBody().front();
  builder.setInsertionPointToEnd(body);

  IRMapping mapping;
  mapping.map(inputs, body->getArguments());
  for (Operation *op : group) {
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        mapping.map(
            operand,
            builder.clone(*operand.getDefiningOp(), mapping)->getResult(0));
    builder.clone(*op, mapping);
  }
  kernel::ReturnOp::create(builder, last->getLoc(),
                           llvm::map_to_vector(results, [&](Value result) {
                             return mapping.lookup(result);
                           }));
  return func;
}

static kernel::LaunchOp replaceByLaunch(const Group &group, kernel::FuncOp func,
                                        ValueRange inputs) {
  Operation *last = group.getLast();
  OpBuilder builder(last);
  auto locs =
      llvm::map_to_vector(group, [](Operation *op) { return op->getLoc(); });
  SmallVector<Value> results = getResults(group);
  auto launch = kernel::LaunchOp::create(
      builder, builder.getFusedLoc(locs), ValueRange(results).getTypes(),
      func.getSymName(), inputs, ValueRange());
  for (auto [result, replacement] :
       llvm::zip_equal(results, launch.getResults()))
    result.replaceAllUsesWith(replacement);
  // What another kernel loads, too, goes with the last of them.
  for (Operation *op : llvm::reverse(group))
    if (op->use_empty())
      op->erase();
  return launch;
}

namespace {
struct FormKernelsPass : bnopt::impl::FormKernelsPassBase<FormKernelsPass> {
  using FormKernelsPassBase::FormKernelsPassBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    OpBuilder builder(&getContext());
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      Loaded loaded;
      for (Operation &op : func.getOps())
        if (isLoadedCast(&op) ||
            (isLoadedSlice(&op) &&
             !loaded.contains(op.getOperand(0).getDefiningOp())))
          loaded.insert(&op);
      for (const Group &group : collectGroups(func, loaded)) {
        SetVector<Value> inputs = collectInputs(group, loaded);
        builder.setInsertionPointToEnd(getOperation().getBody());
        kernel::FuncOp kernel = outline(group, inputs.getArrayRef(), builder);
        symbols.insert(kernel);
        remarkFused(group, kernel.getSymName());
        replaceByLaunch(group, kernel, inputs.getArrayRef());
        ++numLaunches;
      }
      for (Operation *op : loaded)
        op->erase();
      if (!sortTopologically(&func.getBody().front())) {
        func.emitError("has kernels that need each other's statistics");
        return signalPassFailure();
      }
    }
  }

  SmallVector<Group> collectGroups(func::FuncOp func, const Loaded &loaded) {
    SmallVector<Group> groups;
    DenseSet<Operation *> taken = loaded;
    for (Operation &op : func.getOps()) {
      if (!isModelOp(&op) || isPlacement(&op) || taken.contains(&op))
        continue;
      groups.push_back(growGroup(&op, taken));
      taken.insert(groups.back().begin(), groups.back().end());
    }
    bnopt::fuseLoads(groups);
    if (fuseStatistics)
      bnopt::fuseStatistics(groups);
    return groups;
  }
};
} // namespace
