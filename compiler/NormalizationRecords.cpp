//===- NormalizationRecords.cpp - What became of each normalization -------===//
//
// A remark is about all nodes at its location: what has been merged carries the
// locations of both, and what was written out in several operators those of
// all. So an event belongs to every record whose nodes are among its own. Of
// several events the last one counts, since a later pass knows better.
//
//===----------------------------------------------------------------------===//

#include "compiler/NormalizationRecords.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelOps.h"
#include "passes/Normalizations.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fuse/FuseRemarks.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace bnopt {

StringRef getOutcomeName(NormalizationOutcome outcome) {
  switch (outcome) {
  case NormalizationOutcome::Folded:
    return "folded";
  case NormalizationOutcome::Merged:
    return "merged";
  case NormalizationOutcome::Fused:
    return "fused";
  case NormalizationOutcome::Standalone:
    return "standalone";
  case NormalizationOutcome::Kept:
    return "kept";
  }
  llvm_unreachable("every outcome has a name");
}

size_t countOutcome(ArrayRef<NormalizationRecord> records,
                    NormalizationOutcome outcome) {
  return llvm::count_if(records, [&](const NormalizationRecord &record) {
    return record.outcome == outcome;
  });
}

NormalizationEvent
NormalizationEvent::get(const remark::detail::Remark &remark) {
  NormalizationEvent event{
      remark.getRemarkName().str(), remark.getLocation(), {}};
  for (const auto &arg : remark.getArgs())
    event.metrics[arg.key] = arg.val;
  return event;
}

StringRef NormalizationEvent::get(StringRef metric) const {
  auto found = metrics.find(metric);
  return found == metrics.end() ? StringRef() : StringRef(found->getValue());
}

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

static void addLeaves(Location location, SmallVector<Location> &leaves) {
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      addLeaves(part, leaves);
    return;
  }
  if (!isa<UnknownLoc>(location) && !llvm::is_contained(leaves, location))
    leaves.push_back(location);
}

static SmallVector<Location> getLeaves(Location location) {
  SmallVector<Location> leaves;
  addLeaves(location, leaves);
  return leaves;
}

static bool containsAll(ArrayRef<Location> all, ArrayRef<Location> part) {
  return llvm::all_of(
      part, [&](Location leaf) { return llvm::is_contained(all, leaf); });
}

/// Names `op` after its node, so that no other one of `taken` is called so.
static void makeUnique(Operation *op, llvm::StringSet<> &taken) {
  const std::string stem = getNodeName(op->getLoc());
  if (!stem.empty() && taken.insert(stem).second)
    return;
  std::string name;
  size_t number = stem.empty() ? 1 : 2;
  do
    name =
        (stem.empty() ? op->getName().getStringRef() : StringRef(stem)).str() +
        "#" + std::to_string(number++);
  while (!taken.insert(name).second);
  op->setLoc(
      NameLoc::get(StringAttr::get(op->getContext(), name), op->getLoc()));
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

void NormalizationRecords::addSources(ModuleOp module) {
  llvm::StringSet<> taken;
  module.walk([&](Operation *op) {
    if (isNormalization(op))
      makeUnique(op, taken);
    for (Location leaf : getLeaves(op->getLoc()))
      positions.try_emplace(leaf, positions.size());
    if (!isNormalization(op))
      return;
    Entry entry;
    entry.leaves = getLeaves(op->getLoc());
    entry.position = getPosition(entry.leaves);
    entry.record.name = getNodeName(op->getLoc());
    llvm::append_range(entry.record.nodes, getNodeNames(op->getLoc()));
    entry.record.op = op->getName().getStringRef();
    entry.record.reason = "not looked at yet";
    entries.push_back(std::move(entry));
  });
}

size_t NormalizationRecords::getPosition(ArrayRef<Location> leaves) const {
  size_t position = positions.size();
  for (Location leaf : leaves)
    if (auto found = positions.find(leaf); found != positions.end())
      position = std::min(position, found->second);
  return position;
}

/// A normalization that was written out begins a record, in the place of those
/// that turn out to be parts of it.
void NormalizationRecords::recognize(const NormalizationEvent &event,
                                     ArrayRef<Location> leaves) {
  llvm::erase_if(entries, [&](const Entry &entry) {
    return containsAll(leaves, entry.leaves);
  });
  Entry entry;
  entry.leaves.assign(leaves.begin(), leaves.end());
  entry.position = getPosition(leaves);
  entry.record.name = getNodeName(event.location);
  llvm::append_range(entry.record.nodes, getNodeNames(event.location));
  entry.record.op = event.get(remark_key::op);
  entries.push_back(std::move(entry));
}

static void noteFolded(NormalizationRecord &record,
                       const NormalizationEvent &event) {
  const StringRef into = event.get(remark_key::into);
  const bool isMerged = into == bn::ScaleShiftOp::getOperationName() ||
                        hasComputedStatistics(into);
  if (hasComputedStatistics(record.op)) {
    // The scale and offset of a norm: back in it they are where they were.
    if (hasComputedStatistics(into))
      return;
  } else {
    record.outcome =
        isMerged ? NormalizationOutcome::Merged : NormalizationOutcome::Folded;
    record.cause.clear();
    record.reason.clear();
  }
  record.into = event.get(remark_key::node);
  record.intoOp = into;
  record.rule = event.get(remark_key::rule);
  double bound = 0;
  if (!event.get(remark_key::bound).getAsDouble(bound))
    record.bound = std::max(record.bound, bound);
}

static void noteKept(NormalizationRecord &record,
                     const NormalizationEvent &event) {
  // What was split off a norm does not speak for it.
  if (hasComputedStatistics(record.op) &&
      event.get(remark_key::op) == bn::ScaleShiftOp::getOperationName())
    return;
  record.outcome = NormalizationOutcome::Kept;
  record.cause = event.get(remark_key::cause);
  record.reason = event.get(remark_key::reason);
}

static void noteFused(NormalizationRecord &record,
                      const NormalizationEvent &event) {
  if (hasComputedStatistics(record.op))
    return;
  record.kernel = event.get(remark_key::kernel);
  record.place = event.get(remark_key::place);
  // As itself, or since it was asked to, it stays.
  if (event.get(remark_key::op) != bn::ScaleShiftOp::getOperationName() ||
      record.cause == getObstacleName(ObstacleKind::AskedToKeep))
    return;
  record.outcome = record.place == getPlaceName(KernelPlace::Standalone)
                       ? NormalizationOutcome::Standalone
                       : NormalizationOutcome::Fused;
}

void NormalizationRecords::note(const NormalizationEvent &event) {
  std::lock_guard<std::mutex> lock(mutex);
  const SmallVector<Location> leaves = getLeaves(event.location);
  if (event.name == "Recognized") {
    recognize(event, leaves);
    return;
  }
  for (Entry &entry : entries) {
    if (!containsAll(leaves, entry.leaves))
      continue;
    entry.hasEvent = true;
    if (event.name == "Folded")
      noteFolded(entry.record, event);
    else if (event.name == "Kept")
      noteKept(entry.record, event);
    else if (event.name == "Fused")
      noteFused(entry.record, event);
  }
}

void NormalizationRecords::finishFold(ModuleOp folded) {
  SmallVector<Location> left;
  folded.walk([&](Operation *op) {
    if (isNormalization(op))
      addLeaves(op->getLoc(), left);
  });
  for (Entry &entry : entries) {
    if (entry.hasEvent)
      continue;
    NormalizationRecord &record = entry.record;
    if (containsAll(left, entry.leaves)) {
      record.cause = getObstacleName(ObstacleKind::Operator);
      record.reason = "no pass folds '" + record.op + "'";
      continue;
    }
    record.outcome = NormalizationOutcome::Folded;
    record.rule = "nothing reads its result";
    record.reason.clear();
  }
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

void NormalizationRecords::updateKernels(ModuleOp module) {
  SymbolTable symbols(module);
  module.walk([&](kernel::LaunchOp launch) {
    auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
    if (!kernel || llvm::none_of(kernel.getBody().getOps(), [](Operation &op) {
          return isNormalization(&op);
        }))
      return;
    const SmallVector<Location> leaves = getLeaves(launch.getLoc());
    for (Entry &entry : entries)
      if (!entry.record.kernel.empty() && containsAll(leaves, entry.leaves))
        entry.record.kernel = launch.getCallee();
  });
}

std::vector<NormalizationRecord> NormalizationRecords::get() const {
  std::vector<const Entry *> sorted;
  for (const Entry &entry : entries)
    sorted.push_back(&entry);
  // Those of one operator as they came.
  llvm::sort(sorted, [](const Entry *lhs, const Entry *rhs) {
    return std::pair(lhs->position, lhs) < std::pair(rhs->position, rhs);
  });
  std::vector<NormalizationRecord> records;
  for (const Entry *entry : sorted)
    records.push_back(entry->record);
  return records;
}

} // namespace bnopt
