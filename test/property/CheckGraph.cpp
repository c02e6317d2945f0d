//===- CheckGraph.cpp - What folding promises of every program ------------===//

#include "test/property/CheckGraph.h"

#include "test/property/ErrorBound.h"
#include "test/property/FoldOracle.h"

#include "compiler/Pipeline.h"
#include "compiler/reference/Interpreter.h"
#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using bnopt::reference::Tensor;

namespace bnopt::property {
namespace {

func::FuncOp getFunction(ModuleOp module) {
  return *module.getOps<func::FuncOp>().begin();
}

/// Bounds of clamps may be infinite: they do not bind. Weights may not.
bool hasOnlyUsableConstants(ModuleOp module) {
  bool usable = true;
  module.walk([&](arith::ConstantOp op) {
    const bool isBound = llvm::all_of(op->getUsers(), [](Operation *user) {
      return isa<nn::MaxOp, nn::MinOp>(user);
    });
    const std::optional<ConstantData> data = ConstantData::get(op.getResult());
    if (!data)
      return;
    for (double value : data->toDoubles())
      usable &= isBound ? !std::isnan(value) : std::isfinite(value);
  });
  return usable;
}

int64_t countScaleShifts(ModuleOp module) {
  int64_t count = 0;
  module.walk([&](Operation *op) {
    count += isa<bn::InferenceOp, bn::ScaleShiftOp>(op);
  });
  return count;
}

LogicalResult fold(ModuleOp module) {
  PassManager passes(module.getContext());
  addFoldPasses(passes);
  return passes.run(module);
}

/// Compares all results; a problem if one is further off than its bound.
void compare(ArrayRef<Tensor> expected, ArrayRef<Tensor> actual,
             const ErrorBound &bound, Finding &finding) {
  for (size_t r = 0; r < expected.size(); ++r) {
    if (expected[r].shape != actual[r].shape) {
      finding.problem = llvm::formatv("result {0} has another shape", r);
      return;
    }
    for (int64_t i = 0; i < expected[r].size(); ++i) {
      const double error = std::fabs(actual[r][i] - expected[r][i]);
      const double allowed = bound.errors[r][i];
      const double magnitude = bound.magnitudes[r][i];
      if (error > 0 && allowed > 0) {
        finding.worstRatio = std::max(finding.worstRatio, error / allowed);
        finding.worstRelative =
            std::max(finding.worstRelative, error / magnitude);
      }
      // Written so that NaN is a problem too.
      if (!(error <= allowed) && finding.problem.empty())
        finding.problem =
            llvm::formatv("result {0}, element {1}: {2} became {3}, off by {4} "
                          "where {5} is allowed",
                          r, i, expected[r][i], actual[r][i], error, allowed);
    }
  }
}

/// What `module` computes, whatever the place and the order of its constants:
/// every use has its own, right before it.
std::string printComputation(ModuleOp module) {
  const OwningOpRef<ModuleOp> copy(module.clone());
  SmallVector<arith::ConstantOp> constants;
  SmallVector<OpOperand *> uses;
  ModuleOp(*copy).walk([&](Operation *op) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      constants.push_back(constant);
    for (OpOperand &operand : op->getOpOperands())
      if (operand.get().getDefiningOp<arith::ConstantOp>())
        uses.push_back(&operand);
  });
  for (OpOperand *use : uses) {
    OpBuilder builder(use->getOwner());
    use->set(builder.clone(*use->get().getDefiningOp())->getResult(0));
  }
  for (arith::ConstantOp constant : constants)
    constant.erase();
  return print(*copy);
}

/// The fold phase without the passes that merge branches.
FailureOr<int64_t> countAfterAbsorption(ModuleOp module) {
  const OwningOpRef<ModuleOp> copy(module.clone());
  PassManager passes(module.getContext());
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createCanonicalizeModelPass());
  function.addPass(createRaiseNormalizationsPass());
  function.addPass(createInferenceToScaleShiftPass());
  for (int64_t round = 0; round < 2; ++round) {
    function.addPass(createAbsorbScaleShiftsPass());
    function.addPass(createCanonicalizeModelPass());
  }
  if (failed(passes.run(*copy)))
    return failure();
  return countScaleShifts(*copy);
}

/// What is left must be what the oracle says is left.
void checkCount(ModuleOp module, ModuleOp folded, Finding &finding) {
  const func::FuncOp function = getFunction(module);
  finding.isCountExact = !hasParallelBranches(function);
  finding.numUnavoidable = countUnavoidable(function);
  const FailureOr<int64_t> absorbed = countAfterAbsorption(module);
  if (Operation *op = findFoldable(getFunction(folded))) {
    finding.problem = "the fold phase left what the oracle removes:\n";
    llvm::raw_string_ostream(finding.problem) << *op;
  } else if (failed(absorbed) || *absorbed != finding.numUnavoidable) {
    finding.problem = llvm::formatv(
        "absorption leaves {0} scale-shifts, where the oracle leaves {1}",
        absorbed.value_or(-1), finding.numUnavoidable);
  } else if (finding.numAfter > finding.numUnavoidable ||
             (finding.isCountExact &&
              finding.numAfter != finding.numUnavoidable)) {
    finding.problem =
        llvm::formatv("{0} scale-shifts are left, where the oracle leaves {1}",
                      finding.numAfter, finding.numUnavoidable);
  }
}

void check(const Graph &graph, ModuleOp folded, Finding &finding) {
  finding.before = print(*graph.module);
  finding.numBefore = countScaleShifts(*graph.module);
  finding.coverage.add(*graph.module);
  if (failed(verify(*graph.module))) {
    finding.problem = "the generator made an invalid graph";
    return;
  }
  const auto expected =
      reference::interpret(getFunction(*graph.module), graph.inputs);
  if (failed(fold(folded)) || failed(verify(folded))) {
    finding.problem = "the fold phase failed, or left invalid IR";
    return;
  }
  finding.after = print(folded);
  finding.numAfter = countScaleShifts(folded);
  if (!hasOnlyUsableConstants(folded)) {
    finding.problem = "a folded constant is not finite";
    return;
  }
  const auto actual = reference::interpret(getFunction(folded), graph.inputs);
  if (failed(expected) || failed(actual)) {
    finding.problem = "the interpreter failed";
    return;
  }
  compare(*expected, *actual,
          getErrorBound(getFunction(*graph.module), graph.inputs), finding);
  if (!finding.problem.empty())
    return;
  checkCount(*graph.module, folded, finding);
  if (!finding.problem.empty())
    return;
  const std::string once = printComputation(folded);
  if (failed(fold(folded)) || printComputation(folded) != once)
    finding.problem =
        "a second run of the fold phase changes the program:\n" + print(folded);
}

} // namespace

std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

Finding checkGraph(const Graph &graph) {
  Finding finding;
  ModuleOp module = graph.module.get();
  std::string diagnostics;
  // Remarks say what became of each scale-shift, also when all is well.
  ScopedDiagnosticHandler handler(
      module.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          diagnostics += "\n" + diagnostic.str();
        return success();
      });
  const OwningOpRef<ModuleOp> folded(module.clone());
  check(graph, *folded, finding);
  if (!finding.problem.empty())
    finding.problem += diagnostics;
  return finding;
}

} // namespace bnopt::property
