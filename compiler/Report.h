//===- Report.h - What a compilation did ----------------------------------===//

#ifndef BNOPT_COMPILER_REPORT_H
#define BNOPT_COMPILER_REPORT_H

#include "compiler/NormalizationRecords.h"
#include "compiler/Pipeline.h"
#include "compiler/Validation.h"
#include "passes/Traffic.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bnopt {

/// One kernel: its operators in order, how often it is launched, and the bytes
/// that all its launches move.
struct KernelSummary {
  std::string name, operators;
  unsigned launches = 0;
  Traffic traffic;
};

/// The kernels of `module`, those with most launches first.
std::vector<KernelSummary> summarizeKernels(mlir::ModuleOp module);

/// The parameters of a model that may be refreshed.
struct ParameterSummary {
  unsigned refreshable = 0;
  /// Names of those whose values have shaped the code.
  std::vector<std::string> fixed;
};

/// None for a model that cannot be refreshed.
std::optional<ParameterSummary> summarizeParameters(mlir::ModuleOp module);

/// The figures of one compilation. Sizes in bytes, times in seconds.
struct Report {
  std::string model, target;
  /// Normalizations in the model, and those that are left, as themselves or as
  /// scale-shifts, after folding. What was written out in other operators is
  /// among `normalizations` only.
  unsigned normalizationsBefore = 0, normalizationsAfter = 0;
  unsigned kernels = 0, launches = 0;
  unsigned kernelsFromCache = 0;
  uint64_t weightBytes = 0, arenaBytes = 0, maxLiveBytes = 0, libraryBytes = 0;
  std::vector<std::pair<Phase, double>> seconds;
  std::vector<NormalizationRecord> normalizations;
  std::vector<KernelSummary> kernelSummaries;
  std::optional<ParameterSummary> parameters;
  /// Of `--validate`; empty without it.
  std::vector<OutputError> outputErrors;
  double validationSeconds = 0;

  double totalSeconds() const;

  /// Of all launches of one run.
  Traffic totalTraffic() const;

  /// Whether the figures of `phase` are there.
  bool hasRun(Phase phase) const;
};

/// Number of operators that normalize or are what is left of one.
unsigned countNormalizations(mlir::ModuleOp module);

/// Fails if a report cannot be written to `path`, or not in the form that its
/// suffix names. Empty means that none is wanted.
llvm::Error checkReportPath(llvm::StringRef path);

/// Writes the report in the form that the suffix of `path` names; `-` is JSON
/// on standard output.
llvm::Error writeReport(const Report &report, llvm::StringRef path);

/// What became of a normalization, in one sentence.
std::string describe(const NormalizationRecord &record);

/// `61 normalizations: 58 folded, 3 fused, 0 standalone, 0 kept`.
std::string
summarizeOutcomes(llvm::ArrayRef<NormalizationRecord> normalizations);

/// One line for each normalization, and one for all.
void printNormalizations(const Report &report, llvm::raw_ostream &os);

/// One line for each kernel with the bytes that it moves, and one for all.
void printTraffic(const Report &report, llvm::raw_ostream &os);

/// The forms of a report, each complete.
void printJson(const Report &report, llvm::raw_ostream &os);
void printText(const Report &report, llvm::raw_ostream &os);
void printHtml(const Report &report, llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_REPORT_H
