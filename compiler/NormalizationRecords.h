//===- NormalizationRecords.h - What became of each normalization ---------===//

#ifndef BNOPT_COMPILER_NORMALIZATIONRECORDS_H
#define BNOPT_COMPILER_NORMALIZATIONRECORDS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <mutex>
#include <string>
#include <vector>

namespace bnopt {

/// How a normalization of the model ends.
enum class NormalizationOutcome {
  Folded,     ///< in weights or other constants
  Merged,     ///< in another normalization
  Fused,      ///< as scale and shift in a kernel that is there anyway
  Standalone, ///< as scale and shift in a kernel of its own
  Kept,       ///< as itself
};

/// In the order of the enumeration.
inline constexpr NormalizationOutcome allOutcomes[] = {
    NormalizationOutcome::Folded, NormalizationOutcome::Merged,
    NormalizationOutcome::Fused, NormalizationOutcome::Standalone,
    NormalizationOutcome::Kept};

llvm::StringRef getOutcomeName(NormalizationOutcome outcome);

/// One normalization of the model. Strings are empty where they say nothing.
struct NormalizationRecord {
  /// The node, or the first of those that it was written out in.
  std::string name;
  std::vector<std::string> nodes;
  /// What it is: `bn.inference`; `bn.scale_shift` where it was written out.
  std::string op;
  NormalizationOutcome outcome = NormalizationOutcome::Kept;

  /// The nodes that it went into, their operator, and the identity behind it.
  /// Of a norm that computes its statistics this is its scale and offset.
  std::string into, intoOp, rule;
  /// How much the fold may change results, relative to the sum of their terms.
  double bound = 0;

  /// The kernel that computes it, and where in it: load, epilogue, standalone.
  std::string kernel, place;

  /// Why it was not folded, for machines (`multi-use`) and for people.
  std::string cause, reason;
};

/// One remark of the fold or fuse phase.
struct NormalizationEvent {
  std::string name;
  mlir::Location location;
  llvm::StringMap<std::string> metrics;

  static NormalizationEvent get(const mlir::remark::detail::Remark &remark);
  llvm::StringRef get(llvm::StringRef metric) const;
};

/// Makes one record of each normalization of a model from the remarks of the
/// passes. Remarks may come from several threads.
class NormalizationRecords {
public:
  /// Begins a record for each normalization of `module`, the model as it was
  /// read. Gives those of them locations of their own that have none.
  void addSources(mlir::ModuleOp module);

  /// Adds what `event` says to all records that it is about.
  void note(const NormalizationEvent &event);

  /// Ends the records that no remark is about: their normalizations are in
  /// `folded` still, as they were, or nothing has used them.
  void finishFold(mlir::ModuleOp folded);

  /// Finds the kernels again that other passes have renamed since.
  void updateKernels(mlir::ModuleOp module);

  /// The records, in the order of the model.
  std::vector<NormalizationRecord> get() const;

private:
  struct Entry {
    NormalizationRecord record;
    /// The nodes, each a location without others in it.
    llvm::SmallVector<mlir::Location> leaves;
    size_t position = 0;
    bool hasEvent = false;
  };

  void recognize(const NormalizationEvent &event,
                 llvm::ArrayRef<mlir::Location> leaves);
  size_t getPosition(llvm::ArrayRef<mlir::Location> leaves) const;

  std::vector<Entry> entries;
  /// Where in the model a location first stands.
  llvm::DenseMap<mlir::Location, size_t> positions;
  std::mutex mutex;
};

/// The number of `records` with `outcome`.
size_t countOutcome(llvm::ArrayRef<NormalizationRecord> records,
                    NormalizationOutcome outcome);

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMALIZATIONRECORDS_H
