//===- KeepNormalizations.cpp - Normalizations that are asked to stay -----===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"

#include "llvm/ADT/StringMap.h"

#include <algorithm>

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_KEEPNORMALIZATIONSPASS
#include "passes/Passes.h.inc"

namespace {

/// Other names that a user may have meant: at most three, the nearest first.
std::string
suggestNames(StringRef name,
             const llvm::StringMap<SmallVector<Operation *>> &known) {
  constexpr size_t maxSuggestions = 3;
  // A third of the letters may be wrong.
  const auto maxDistance = std::max<unsigned>(2, name.size() / 3);
  SmallVector<std::pair<unsigned, StringRef>> near;
  for (const auto &entry : known) {
    const unsigned distance = name.edit_distance(
        entry.getKey(), /*AllowReplacements=*/true, maxDistance);
    if (distance <= maxDistance)
      near.push_back({distance, entry.getKey()});
  }
  if (near.empty())
    return "'--stop-after=fold --summary' lists them";
  llvm::sort(near);
  near.truncate(std::min(near.size(), maxSuggestions));
  std::string text = "did you mean ";
  llvm::raw_string_ostream stream(text);
  llvm::interleave(
      near, stream,
      [&](const auto &entry) { stream << "'" << entry.second << "'"; }, " or ");
  stream << "?";
  return text;
}

struct KeepNormalizationsPass
    : impl::KeepNormalizationsPassBase<KeepNormalizationsPass> {
  using KeepNormalizationsPassBase::KeepNormalizationsPassBase;

  void runOnOperation() override {
    llvm::StringMap<SmallVector<Operation *>> normalizations;
    llvm::StringMap<Operation *> others;
    getOperation()->walk([&](Operation *op) {
      // They are at the nodes that read them.
      if (isa<arith::ConstantOp>(op))
        return;
      for (const std::string &name : getNodeNames(op->getLoc()))
        if (isNormalization(op))
          normalizations[name].push_back(op);
        else
          others.try_emplace(name, op);
    });
    for (const std::string &name : names) {
      auto found = normalizations.find(name);
      if (found == normalizations.end()) {
        reportUnknown(name, normalizations, others.lookup(name));
        return signalPassFailure();
      }
      for (Operation *op : found->getValue())
        op->setAttr(keepAttrName, UnitAttr::get(&getContext()));
      numMarked += static_cast<int64_t>(found->getValue().size());
    }
  }

private:
  void
  reportUnknown(StringRef name,
                const llvm::StringMap<SmallVector<Operation *>> &normalizations,
                Operation *other) {
    if (other)
      other->emitError() << "node '" << name << "' is to be kept, but is '"
                         << other->getName() << "', not a normalization";
    else
      emitError(UnknownLoc::get(&getContext()))
          << "no normalization is called '" << name << "'; "
          << suggestNames(name, normalizations);
  }
};

} // namespace
} // namespace bnopt
