//===- Normalizations.cpp - What counts as one, and what it is called -----===//

#include "passes/Normalizations.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace bnopt {

bool isNormalization(Operation *op) {
  return isa<bn::InferenceOp, bn::ScaleShiftOp, bn::NormalizeOp>(op) ||
         hasComputedStatistics(op);
}

bool hasComputedStatistics(Operation *op) {
  return hasComputedStatistics(op->getName().getStringRef());
}

bool hasComputedStatistics(StringRef name) {
  return name == bn::TrainingOp::getOperationName() ||
         name == bn::LayerNormOp::getOperationName() ||
         name == bn::GroupNormOp::getOperationName() ||
         name == bn::RMSNormOp::getOperationName();
}

SmallVector<std::string> getNodeNames(Location location) {
  SmallVector<std::string> names;
  const auto addName = [&](std::string name) {
    if (!llvm::is_contained(names, name))
      names.push_back(std::move(name));
  };
  location->walk([&](Location nested) {
    if (auto named = dyn_cast<NameLoc>(nested)) {
      addName(named.getName().str());
      // Where the node is in its file says no more.
      return WalkResult::skip();
    }
    if (auto file = dyn_cast<FileLineColLoc>(nested))
      addName(std::to_string(file.getLine()) + ":" +
              std::to_string(file.getColumn()));
    return WalkResult::advance();
  });
  return names;
}

std::string getNodeName(Location location) {
  SmallVector<std::string> names = getNodeNames(location);
  return names.empty() ? std::string() : names.front();
}

} // namespace bnopt
