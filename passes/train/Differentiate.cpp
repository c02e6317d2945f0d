//===- Differentiate.cpp - Forward and backward in one function -----------===//
//
// The function keeps its arguments and results. Each result that depends on
// what is differentiated gets an argument more, the gradient of a loss with
// respect to it; each argument and parameter that those results depend on gets
// a result more, its gradient. What the backward part needs of the forward part
// are values of the same function: nothing is computed twice, unless there is a
// budget for what may be kept.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/train/Recompute.h"
#include "passes/train/ReverseMode.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_DIFFERENTIATEPASS
#include "passes/Passes.h.inc"

namespace {

constexpr StringLiteral nameAttrName = "bn.name";

/// What a gradient is wanted of: a value, or several that are one parameter.
struct Source {
  SmallVector<Value> values;
  std::string name;
};

std::string getNameOr(Attribute attribute, StringRef fallback, size_t index) {
  if (auto name = dyn_cast_or_null<StringAttr>(attribute))
    return name.getValue().str();
  return (fallback + Twine(index)).str();
}

/// Constants that a model names, or keeps apart because of their size, are
/// parameters; other numbers belong to its formulas.
bool isParameter(arith::ConstantOp op) {
  return op->hasAttrOfType<StringAttr>(nameAttrName) ||
         isa<DenseResourceElementsAttr>(op.getValue());
}

StringAttr getParameterName(arith::ConstantOp op) {
  if (auto name = op->getAttrOfType<StringAttr>(nameAttrName))
    return name;
  auto resource = cast<DenseResourceElementsAttr>(op.getValue());
  return StringAttr::get(op.getContext(), resource.getRawHandle().getKey());
}

SmallVector<Source> findSources(func::FuncOp function, GradientsOf kind) {
  SmallVector<Source> sources;
  if (kind != GradientsOf::Parameters)
    for (BlockArgument argument : function.getArguments())
      if (isFloatTensor(argument.getType())) {
        const unsigned index = argument.getArgNumber();
        sources.push_back({{argument},
                           getNameOr(function.getArgAttr(index, nameAttrName),
                                     "input", index)});
      }
  if (kind == GradientsOf::Inputs)
    return sources;
  // Each use of a parameter may have a constant of its own.
  llvm::MapVector<std::pair<StringAttr, Type>, SmallVector<Value>> parameters;
  for (auto constant : function.getBody().front().getOps<arith::ConstantOp>())
    if (isFloatTensor(constant.getType()) && isParameter(constant))
      parameters[{getParameterName(constant), constant.getType()}].push_back(
          constant);
  for (auto &[parameter, constants] : parameters)
    sources.push_back({constants, parameter.first.str()});
  return sources;
}

/// Names that a function has not used yet.
class NewNames {
public:
  explicit NewNames(ArrayAttr attributes) {
    for (Attribute attribute :
         attributes ? attributes.getValue() : ArrayRef<Attribute>())
      if (auto name =
              cast<DictionaryAttr>(attribute).getAs<StringAttr>(nameAttrName))
        used.insert(name.getValue());
  }

  /// The attributes of an argument or result that is the gradient of `value`.
  DictionaryAttr makeGradient(StringRef value, MLIRContext *context) {
    const std::string stem = value.str() + ".gradient";
    std::string name = stem;
    for (int count = 2; !used.insert(name).second; ++count)
      name = stem + std::to_string(count);
    Builder builder(context);
    return builder.getDictionaryAttr(
        builder.getNamedAttr(nameAttrName, builder.getStringAttr(name)));
  }

private:
  llvm::StringSet<> used;
};

/// Removes what adjoints have built and nobody reads.
void eraseDeadOps(Operation *lastForward, Operation *terminator) {
  for (Operation *op = terminator->getPrevNode(); op != lastForward;) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op))
      op->erase();
    op = previous;
  }
}

/// The gradient of all that `source` consists of; null if none arrived.
Value sumGradients(const Source &source, ReverseMode &reverse) {
  Value first = source.values.front();
  for (Value value : ArrayRef(source.values).drop_front())
    if (Value gradient = reverse.getGradient(value))
      reverse.addGradient(first, gradient);
  return reverse.getGradient(first);
}

struct DifferentiatePass : impl::DifferentiatePassBase<DifferentiatePass> {
  using DifferentiatePassBase::DifferentiatePassBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (failed(differentiate(function)))
      signalPassFailure();
  }

private:
  LogicalResult differentiate(func::FuncOp function);
  LogicalResult addCotangents(func::FuncOp function, ReverseMode &reverse);
  LogicalResult addGradients(func::FuncOp function, ArrayRef<Source> sources,
                             ReverseMode &reverse);
  void shrinkActivations(func::FuncOp function, Operation *lastForward);
};

LogicalResult DifferentiatePass::differentiate(func::FuncOp function) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError()
           << "'" << function.getName()
           << "' expects a single block to be differentiated";
  Operation *terminator = function.getBody().front().getTerminator();
  // Something to insert behind.
  if (&function.getBody().front().front() == terminator)
    return function.emitError() << "'" << function.getName()
                                << "' computes nothing to be differentiated";
  Operation *lastForward = terminator->getPrevNode();
  const SmallVector<Source> sources = findSources(function, withRespectTo);
  SmallVector<Value> values;
  for (const Source &source : sources)
    llvm::append_range(values, source.values);
  ReverseMode reverse(function, values);
  if (failed(addCotangents(function, reverse)) || failed(reverse.build()) ||
      failed(addGradients(function, sources, reverse)))
    return failure();
  eraseDeadOps(lastForward, terminator);
  shrinkActivations(function, lastForward);
  return success();
}

LogicalResult DifferentiatePass::addCotangents(func::FuncOp function,
                                               ReverseMode &reverse) {
  NewNames names(function.getArgAttrsAttr());
  Operation *terminator = function.getBody().front().getTerminator();
  bool isAnyActive = false;
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    if (!reverse.isActive(value))
      continue;
    isAnyActive = true;
    const std::string name =
        getNameOr(function.getResultAttr(index, nameAttrName), "output", index);
    const unsigned position = function.getNumArguments();
    if (failed(function.insertArgument(position, value.getType(),
                                       names.makeGradient(name, &getContext()),
                                       function.getLoc())))
      return failure();
    reverse.addGradient(value, function.getArgument(position));
  }
  if (isAnyActive)
    return success();
  return function.emitError()
         << "no result of '" << function.getName()
         << "' depends on what is differentiated in a way that gradients can "
            "go; expected inputs or parameters of floating-point type";
}

LogicalResult DifferentiatePass::addGradients(func::FuncOp function,
                                              ArrayRef<Source> sources,
                                              ReverseMode &reverse) {
  NewNames names(function.getResAttrsAttr());
  Operation *terminator = function.getBody().front().getTerminator();
  for (const Source &source : sources) {
    Value gradient = sumGradients(source, reverse);
    if (!gradient)
      continue;
    if (failed(function.insertResult(
            function.getNumResults(), gradient.getType(),
            names.makeGradient(source.name, &getContext()))))
      return failure();
    terminator->insertOperands(terminator->getNumOperands(), gradient);
    ++numGradients;
  }
  return success();
}

void DifferentiatePass::shrinkActivations(func::FuncOp function,
                                          Operation *lastForward) {
  const int64_t budget = recomputeBudget;
  if (budget < 0)
    return;
  const KeptActivations kept =
      recomputeActivations(function, lastForward, budget);
  keptBytes += kept.after;
  numRecomputed += kept.recomputed;
  if (kept.after > budget)
    function.emitWarning()
        << "'" << function.getName() << "' keeps " << kept.after
        << " bytes of activations for its backward part, more than the budget "
           "of "
        << budget << "; nothing else is cheap to compute again";
}

} // namespace
} // namespace bnopt
