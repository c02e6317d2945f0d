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
  /// The same, relative to the largest value of the output of that run. Without
  /// limit where one is NaN and the other is not.
  double relative = 0;
  std::string relativeInput;
  /// What `relative` may be.
  double limit = 0;

  bool isWithinLimit() const { return relative <= limit; }
};

/// The largest difference to allow, relative to the largest value of an output:
/// four times the sum of the bounds of the folds, and 10⁻⁵ at least. The
/// weights of a sum are rounded independently of each other, so their errors
/// grow with the number of terms as slowly as the sum itself: a fold moves
/// results by its bound at most, folds in a row by no more than all of them,
/// and sums whose terms cancel by some times that.
double getValidationLimit(llvm::ArrayRef<NormalizationRecord> normalizations);

/// Runs the functions of `model` and `folded` in the reference interpreter, on
/// all kinds of test inputs, and compares their results, which `limit` is for.
/// Both compute in f64: what differs is the constants. Fails with a diagnostic
/// where the interpreter does.
mlir::FailureOr<std::vector<OutputError>>
compareInInterpreter(mlir::ModuleOp model, mlir::ModuleOp folded, double limit,
                     uint64_t seed);

/// `y: largest error 2e-07 (large), 1e-07 of the largest value (normal), …`.
void print(const OutputError &error, llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_VALIDATION_H
