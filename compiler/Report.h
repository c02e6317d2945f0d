//===- Report.h - What a compilation did ----------------------------------===//

#ifndef BNOPT_COMPILER_REPORT_H
#define BNOPT_COMPILER_REPORT_H

#include "compiler/Pipeline.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>
#include <utility>
#include <vector>

namespace bnopt {

/// The figures of one compilation. Sizes in bytes, times in seconds.
struct Report {
  std::string model, target;
  /// Batch normalizations in the model, and those that are left, as
  /// themselves or as scale-shifts, after folding.
  unsigned normalizationsBefore = 0, normalizationsAfter = 0;
  unsigned kernels = 0, launches = 0;
  unsigned kernelsFromCache = 0;
  uint64_t weightBytes = 0, arenaBytes = 0, maxLiveBytes = 0, libraryBytes = 0;
  std::vector<std::pair<Phase, double>> seconds;

  double totalSeconds() const;
};

/// Number of operators that normalize or are what is left of one.
unsigned countNormalizations(mlir::ModuleOp module);

/// Fails if a report cannot be written in the form that the suffix of `path`
/// names. Empty means that none is wanted.
llvm::Error checkReportPath(llvm::StringRef path);

/// Writes the report as JSON.
llvm::Error writeReport(const Report &report, llvm::StringRef path);

} // namespace bnopt

#endif // BNOPT_COMPILER_REPORT_H
