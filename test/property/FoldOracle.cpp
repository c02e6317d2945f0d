//===- FoldOracle.cpp - Which scale-shifts no rule can remove -------------===//

#include "test/property/FoldOracle.h"

#include "test/property/OracleReading.h"
#include "test/property/OracleSearch.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {
namespace {

//===----------------------------------------------------------------------===//
// Folding on paper
//===----------------------------------------------------------------------===//

class PaperFold {
public:
  explicit PaperFold(func::FuncOp function) : function(function) {
    function.walk([&](Operation *op) {
      std::optional<Affine> map;
      if (auto inference = dyn_cast<bn::InferenceOp>(op))
        map = readInference(inference);
      else if (auto scaleShift = dyn_cast<bn::ScaleShiftOp>(op))
        map = readScaleShift(scaleShift);
      if (map)
        scaleShifts[op] = *map;
    });
  }

  /// What varies along the rows of a product is no bias but an addition.
  void splitRowBiases() {
    SmallVector<nn::GemmOp> products;
    function.walk([&](nn::GemmOp op) {
      if (op.getBias() && isConstant(op.getBias()) &&
          getSizes(op.getBias()).size() == 2 && getSizes(op.getBias())[0] != 1)
        products.push_back(op);
    });
    for (nn::GemmOp op : products) {
      OpBuilder builder(op);
      builder.setInsertionPointAfter(op);
      auto sum = nn::AddOp::create(builder, op.getLoc(), op.getType(),
                                   op.getResult(), op.getBias());
      op.getResult().replaceAllUsesExcept(sum, sum);
      op.getBiasMutable().clear();
    }
  }

  void dropUnboundedClips() {
    function.walk([](nn::ClipOp clip) {
      if (std::isinf(clip.getMin().convertToDouble()) &&
          std::isinf(clip.getMax().convertToDouble()))
        clip.getResult().replaceAllUsesWith(clip.getInput());
    });
    eraseUnused<nn::ClipOp>();
  }

  /// Two reshapes in a row are one.
  void mergeReshapes() {
    function.walk([&](nn::ReshapeOp op) {
      if (auto above = op.getInput().getDefiningOp<nn::ReshapeOp>())
        op.getInputMutable().assign(above.getInput());
    });
    eraseUnused<nn::ReshapeOp>();
  }

  template <typename Op>
  void eraseUnused() {
    function.walk([](Op op) {
      if (op.use_empty())
        op.erase();
    });
  }

  /// Zeros around an image belong to the convolution that reads it.
  void mergePads() {
    function.walk([](nn::ConvOp conv) {
      auto pad = conv.getInput().getDefiningOp<nn::PadOp>();
      if (!pad || pad.getMode() != nn::PadMode::Constant ||
          !pad.getValue().isZero())
        return;
      const ArrayRef<int64_t> margins = pad.getPads();
      const size_t rank = margins.size() / 2;
      if (margins[0] || margins[1] || margins[rank] || margins[rank + 1])
        return;
      SmallVector<int64_t> pads = conv.getPadValues();
      for (size_t d = 2; d < rank; ++d) {
        pads[d - 2] += margins[d];
        pads[rank - 2 + d - 2] += margins[rank + d];
      }
      conv.setPads(pads);
      conv.getInputMutable().assign(pad.getInput());
    });
    eraseUnused<nn::PadOp>();
  }

  /// Arithmetic in a row, a multiplication in it and a constant per feature,
  /// is a scale-shift.
  void raiseChains() {
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) { ops.push_back(op); });
    llvm::DenseSet<Operation *> taken;
    for (Operation *last : llvm::reverse(ops))
      if (!taken.contains(last))
        raiseChainAbove(last, taken);
  }

  /// Removes scale-shifts until no rule removes another. What a removal changes
  /// has its turn after what waits, and then what could not go before.
  void run() {
    do {
      dropUnboundedClips();
      mergeReshapes();
      mergePads();
      raiseChains();
      function.walk([&](Operation *op) { enqueue(op); });
    } while (removeAll());
  }

  /// A scale-shift that a rule removes as things stand.
  Operation *findRemovable() {
    for (auto &[op, map] : scaleShifts)
      if (findWayOut(op, op->getOperand(0), op->getResult(0), map,
                     Effort::Addition))
        return op;
    return nullptr;
  }

  int64_t count() const { return static_cast<int64_t>(scaleShifts.size()); }

private:
  std::optional<Changes> findWayOut(Operation *consumer, Value input,
                                    Value result, const Affine &map,
                                    Effort most) {
    if (map.isIdentity())
      return Changes();
    for (Effort effort : {Effort::None, Effort::Operator, Effort::Addition}) {
      if (effort > most)
        break;
      OracleSearch search(rules, scaleShifts, effort);
      if (auto changes = search.findWayOut(input, consumer, result, map))
        return changes;
    }
    return std::nullopt;
  }

  std::optional<std::pair<Value, Affine>> read(Operation *op) {
    if (auto found = scaleShifts.find(op); found != scaleShifts.end())
      return std::pair(op->getOperand(0), found->second);
    return readFeatureStep(op);
  }

  void enqueue(Operation *op) {
    if (read(op))
      worklist.push_back({op, ++turns[op]});
  }

  /// Carries out `changes` in the place of `chain`.
  void apply(const Changes &changes, ArrayRef<Operation *> chain, Value input) {
    for (const auto &step : changes.steps)
      step();
    chain.back()->getResult(0).replaceAllUsesWith(input);
    for (Operation *op : llvm::reverse(chain)) {
      scaleShifts.erase(op);
      turns.erase(op);
      waiting.remove(op);
      op->erase();
    }
    for (Operation *op : changes.operators)
      enqueue(op);
    for (Operation *op : waiting)
      enqueue(op);
    waiting.clear();
  }

  bool tryChain(ArrayRef<Operation *> chain, Value input, const Affine &map) {
    const bool isCheap = llvm::none_of(
        chain, [&](Operation *op) { return scaleShifts.contains(op); });
    const auto changes =
        findWayOut(chain.front(), input, chain.back()->getResult(0), map,
                   isCheap ? Effort::Operator : Effort::Addition);
    if (!changes)
      return false;
    apply(*changes, chain, input);
    return true;
  }

  /// Removes `op`, alone or with what follows.
  bool remove(Operation *op) {
    const auto first = read(op);
    if (!first)
      return false;
    SmallVector<Operation *> chain = {op};
    Affine all = first->second;
    while (chain.back()->hasOneUse()) {
      Operation *user = *chain.back()->user_begin();
      const auto next = read(user);
      if (!next || next->first != chain.back()->getResult(0) ||
          next->second.dim != all.dim)
        break;
      all = next->second.after(all);
      chain.push_back(user);
    }
    if (first->second.isIdentity() || chain.size() == 1)
      return tryChain(op, first->first, first->second);
    return tryChain(chain, first->first, all) ||
           tryChain(op, first->first, first->second);
  }

  bool removeAll() {
    bool isChanged = false;
    for (size_t next = 0; next < worklist.size(); ++next) {
      const auto [op, turn] = worklist[next];
      // Operators that are gone, or have got another turn.
      const auto found = turns.find(op);
      if (found == turns.end() || found->second != turn)
        continue;
      if (remove(op))
        isChanged = true;
      else
        waiting.insert(op);
    }
    worklist.clear();
    waiting.clear();
    return isChanged;
  }

  void raiseChainAbove(Operation *last, llvm::DenseSet<Operation *> &taken);

  func::FuncOp function;
  OracleRules rules;
  Affines scaleShifts;
  /// Operators and the number of their turn, and the last turn of each.
  std::vector<std::pair<Operation *, int64_t>> worklist;
  llvm::DenseMap<Operation *, int64_t> turns;
  /// What no rule could remove.
  llvm::SetVector<Operation *> waiting;
};

void PaperFold::raiseChainAbove(Operation *last,
                                llvm::DenseSet<Operation *> &taken) {
  SmallVector<Operation *> chain;
  std::optional<int64_t> dim;
  bool hasProduct = false;
  for (Operation *op = last; op;) {
    if (op != last && !op->hasOneUse())
      break;
    const bool isNegation = isa<nn::NegOp>(op);
    const auto step = readArithmetic(op);
    if (!isNegation && (!step || step->dims.size() > 1))
      break;
    if (step && !step->dims.empty()) {
      if (dim && *dim != step->dims.front())
        break;
      dim = step->dims.front();
    }
    hasProduct |= isa<nn::MulOp, nn::DivOp>(op);
    chain.push_back(op);
    op = (isNegation ? op->getOperand(0) : step->input).getDefiningOp();
  }
  if (chain.size() < 2 || !dim || !hasProduct)
    return;
  std::optional<Affine> all;
  Value input;
  for (Operation *op : llvm::reverse(chain)) {
    const auto step = readArithmetic(op);
    std::optional<Affine> map;
    if (step) {
      map = readStep(op, *step, *dim);
    } else {
      map = Affine::identity(getSizes(op->getResult(0))[*dim], *dim);
      map->scale.assign(map->size(), -1);
    }
    if (!map)
      return;
    if (!all)
      input = step ? step->input : op->getOperand(0);
    all = all ? map->after(*all) : *map;
  }
  OpBuilder builder(last);
  const auto count = static_cast<int64_t>(all->size());
  auto type = RankedTensorType::get({count}, builder.getF64Type());
  const auto constant = [&](ArrayRef<double> numbers) -> Value {
    return arith::ConstantOp::create(builder, last->getLoc(),
                                     DenseElementsAttr::get(type, numbers));
  };
  Operation *raised = bn::ScaleShiftOp::create(
      builder, last->getLoc(), last->getResult(0).getType(), input,
      constant(all->scale), constant(all->shift),
      builder.getI64IntegerAttr(*dim));
  last->getResult(0).replaceAllUsesWith(raised->getResult(0));
  scaleShifts[raised] = *all;
  for (Operation *op : chain) {
    taken.insert(op);
    op->erase();
  }
}

} // namespace

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

int64_t countUnavoidable(func::FuncOp function) {
  const OwningOpRef<func::FuncOp> copy(function.clone());
  PaperFold fold(*copy);
  fold.splitRowBiases();
  fold.run();
  return fold.count();
}

Operation *findFoldable(func::FuncOp function) {
  return PaperFold(function).findRemovable();
}

/// What `value` is computed from by one convolution or average pool, a
/// scale-shift below it or not.
static Value getBranchInput(Value value) {
  const auto isScaleShift = [](Operation *op) {
    return op && (isa<bn::InferenceOp, bn::ScaleShiftOp>(op) ||
                  readArithmetic(op).has_value());
  };
  Operation *op = value.getDefiningOp();
  while (isScaleShift(op)) {
    value =
        isConstant(op->getOperand(0)) ? op->getOperand(1) : op->getOperand(0);
    op = value.getDefiningOp();
  }
  if (isa_and_nonnull<nn::ConvOp, nn::AveragePoolOp>(op))
    return getBranchInput(op->getOperand(0));
  return value;
}

bool hasParallelBranches(func::FuncOp function) {
  bool found = false;
  function.walk([&](nn::AddOp sum) {
    llvm::DenseSet<Value> inputs;
    SmallVector<Value> addends = {sum.getResult()};
    while (!addends.empty()) {
      Value addend = addends.pop_back_val();
      auto inner = addend.getDefiningOp<nn::AddOp>();
      if (inner && !readArithmetic(inner)) {
        llvm::append_range(addends, inner->getOperands());
        continue;
      }
      if (!isConstant(addend))
        found |= !inputs.insert(getBranchInput(addend)).second;
    }
  });
  return found;
}

} // namespace bnopt::property
