//===- FoldRemarks.cpp - What became of each normalization ----------------===//

#include "passes/fold/FoldRemarks.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace bnopt {

std::string quoteName(Operation *op) {
  return "'" + op->getName().getStringRef().str() + "'";
}

FoldObstacle getNoWeightsObstacle(Operation *op) {
  return {ObstacleKind::Operator,
          quoteName(op) + " has no weights that a scale-shift could go into"};
}

StringRef getObstacleName(ObstacleKind kind) {
  switch (kind) {
  case ObstacleKind::AskedToKeep:
    return "asked-to-keep";
  case ObstacleKind::InvalidParameter:
    return "invalid-parameter";
  case ObstacleKind::TrainingStatistics:
    return "training-statistics";
  case ObstacleKind::ComputedStatistics:
    return "computed-statistics";
  case ObstacleKind::NonConstantParameter:
    return "non-constant-parameter";
  case ObstacleKind::Refreshable:
    return "refreshable";
  case ObstacleKind::Numeric:
    return "numeric";
  case ObstacleKind::AxisMismatch:
    return "axis-mismatch";
  case ObstacleKind::MultiUse:
    return "multi-use";
  case ObstacleKind::SizeLimit:
    return "size-limit";
  case ObstacleKind::BranchMismatch:
    return "branch-mismatch";
  case ObstacleKind::Operator:
    return "operator";
  case ObstacleKind::FunctionBoundary:
    return "function-boundary";
  case ObstacleKind::SearchLimit:
    return "search-limit";
  }
  llvm_unreachable("every obstacle has a name");
}

static remark::RemarkOpts getOptions(StringRef name) {
  return remark::RemarkOpts::name(name).category(foldRemarkCategory);
}

static std::string getName(Operation *op) {
  return op->getName().getStringRef().str();
}

void remarkRecognized(Operation *op, StringRef name) {
  remark::analysis(op->getLoc(), getOptions("Recognized")) << remark::metric(
      remark_key::op, name.empty() ? getName(op) : name.str());
}

void remarkKept(Operation *op, const FoldObstacle &obstacle) {
  remark::missed(op->getLoc(), getOptions("Kept"))
      << remark::metric(remark_key::cause, getObstacleName(obstacle.kind).str())
      << remark::metric(remark_key::op, getName(op))
      << remark::reason("{0}", obstacle.text);
}

void remarkFolded(Operation *op, const FoldEnd &end, StringRef rule) {
  remark::passed(op->getLoc(), getOptions("Folded"))
      // As many digits as it takes to read the same number back.
      << remark::metric(remark_key::bound,
                        llvm::formatv("{0:e16}", end.bound).str())
      << remark::metric(remark_key::into, getName(end.op))
      << remark::metric(remark_key::node, llvm::join(end.nodes, ", "))
      << remark::metric(remark_key::op, getName(op))
      << remark::metric(remark_key::rule, rule.str());
}

} // namespace bnopt
