//===- Validation.h - Folded against unfolded -----------------------------===//

#ifndef BNOPT_COMPILER_VALIDATION_H
#define BNOPT_COMPILER_VALIDATION_H

#include "compiler/NormalizationRecords.h"

#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bnopt {

/// How far the folded model is from the model, at one output.
struct OutputError {
  std::string output;
  /// The largest difference of an element, and the inputs at which it occurs.
  double absolute = 0;
  std::string absoluteInput;
  /// The same relative to the largest value of the output of a run, before all
  /// of one in which it is beyond its limit; of all runs where those of one are
  /// zero. Infinite where one is NaN and the other is not. Numbers beyond the
  /// type of the output are equal to infinity.
  double relative = 0;
  std::string relativeInput;
  double limit = 0;

  bool isWithinLimit() const { return relative <= limit; }
};

/// How far folding may move an output, relative to its largest value.
struct ValidationLimit {
  /// As far as it may in any model.
  double general = 1e-5;
  /// The largest error of the constants of a fold, or of the scale and shift
  /// that a normalization has become. What four times that does to an output,
  /// in the model at hand and with the inputs at hand, is measured where
  /// 'general' is exceeded.
  double constants = 0;
};

/// The limit that follows from the bounds of the folds: four times their sum,
/// and 10⁻⁵ at least.
ValidationLimit
getValidationLimit(llvm::ArrayRef<NormalizationRecord> normalizations);

/// Runs the functions of `model` and `folded` in the reference interpreter, on
/// all kinds of test inputs, and compares their results. Both compute in f64:
/// what differs is the constants. Fails with a diagnostic where the interpreter
/// does.
mlir::FailureOr<std::vector<OutputError>>
compareInInterpreter(mlir::ModuleOp model, mlir::ModuleOp folded,
                     const ValidationLimit &limit, uint64_t seed);

/// `y: largest error 2e-07 (large), 1e-07 of the largest value (normal), …`.
void print(const OutputError &error, llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_VALIDATION_H
