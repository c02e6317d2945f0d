//===- AffineChain.h - Arithmetic by constants, one after another ---------===//

#ifndef BNOPT_PASSES_FOLD_AFFINECHAIN_H
#define BNOPT_PASSES_FOLD_AFFINECHAIN_H

#include "dialect/Interfaces/ScaleAndShift.h"
#include "passes/fold/ConstantExpressions.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <utility>

namespace bnopt {

/// One operator that multiplies data by a constant, or adds one.
struct AffineStep {
  mlir::Operation *op;
  /// The operand that is no constant, of the type of the result.
  mlir::Value data;
  /// Null where the operator is a negation.
  mlir::Value constant;
};

/// Reads `op`; none if it is something else.
std::optional<AffineStep> getAffineStep(mlir::Operation *op,
                                        ConstantExpressions &constants);

/// The dimensions of data of rank `rank` along which `constant`, broadcast to
/// it, varies; none for a null constant.
llvm::SmallVector<int64_t> getVaryingDims(mlir::Value constant, int64_t rank);

/// The scale and the shift that steps have in sum. A feature is a position
/// along dimensions `firstDim` to `lastDim` of the data, in row-major order.
class AffineChain {
public:
  /// The sizes of these dimensions of `type` must be known.
  AffineChain(mlir::RankedTensorType type, int64_t firstDim, int64_t lastDim);

  /// Each applies an operator to what is there. False, and nothing changed, if
  /// its constant varies along other dimensions, or a result is not finite.
  bool append(const AffineStep &step, ConstantExpressions &constants);
  bool multiply(mlir::Value constant, ConstantExpressions &constants);
  bool add(mlir::Value constant, ConstantExpressions &constants);

  const ScaleAndShift &getValues() const { return values; }

private:
  /// Scale and shift of a feature, and its constant, to scale and shift.
  using Rule = llvm::function_ref<std::pair<double, double>(
      double scale, double shift, double constant)>;
  bool apply(mlir::Value constant, ConstantExpressions &constants, Rule rule);
  /// The constant of each feature.
  std::optional<std::vector<double>>
  spread(mlir::Value constant, ConstantExpressions &constants) const;

  mlir::RankedTensorType type;
  int64_t firstDim, lastDim;
  ScaleAndShift values;
};

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_AFFINECHAIN_H
