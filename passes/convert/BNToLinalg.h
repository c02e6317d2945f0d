//===- BNToLinalg.h - The bn dialect as loops -----------------------------===//

#ifndef BNOPT_PASSES_CONVERT_BNTOLINALG_H
#define BNOPT_PASSES_CONVERT_BNTOLINALG_H

#include "passes/convert/ElementLoops.h"

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// `bn.inference`, `bn.normalize`, `bn.scale_shift`, `bn.update_running` and
/// `bn.update_cumulative`: what has its statistics. What is computed once per
/// feature, and sums below, are in a type of `statisticsBits`, or that of the
/// data if it is wider.
void populateInferenceToLinalgPatterns(mlir::RewritePatternSet &patterns,
                                       unsigned statisticsBits);

/// `bn.training`, `bn.gradient` and their parts.
void populateTrainingToLinalgPatterns(mlir::RewritePatternSet &patterns,
                                      unsigned statisticsBits);

/// `bn.layer_norm`, `bn.rms_norm` and `bn.group_norm`.
void populateNormsToLinalgPatterns(mlir::RewritePatternSet &patterns,
                                   unsigned statisticsBits);

/// The types in which an operator computes.
struct ComputeTypes {
  /// What is computed per element.
  mlir::FloatType element;
  /// Sums, and what is computed once per feature.
  mlir::FloatType statistics;
};

ComputeTypes getComputeTypes(mlir::ValueRange operands,
                             unsigned statisticsBits);

/// A pattern that knows in which types `Op` computes.
template <typename Op>
class BNToLinalgPattern : public mlir::OpRewritePattern<Op> {
public:
  BNToLinalgPattern(mlir::MLIRContext *context, unsigned statisticsBits)
      : mlir::OpRewritePattern<Op>(context), statisticsBits(statisticsBits) {}

protected:
  ComputeTypes getTypes(mlir::ValueRange operands) const {
    return getComputeTypes(operands, statisticsBits);
  }

private:
  unsigned statisticsBits;
};

/// numerator/√(variance + epsilon), or its reciprocal root where the numerator
/// is null: element by element, in the type of statistics, rounded to `type`.
mlir::Value buildFactor(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value variance, double epsilon,
                        mlir::Value numerator, const ComputeTypes &types,
                        mlir::Type type);

/// x − mean − rest, if there is one.
mlir::Value subtractMean(ScalarBuilder &scalars, mlir::Value x,
                         mlir::Value mean, mlir::ValueRange rest);

/// Mean and population variance, in the type of the sums; no mean where none
/// was asked for, and then the variance is the mean of the squares.
struct LoopStatistics {
  mlir::Value mean, variance;
};

/// Statistics of the elements of `input`, which is the domain of `loops`, over
/// all dimensions but `keptDims`, in two passes: the mean, then the mean of the
/// squared differences from it.
LoopStatistics buildStatistics(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value input,
                               llvm::ArrayRef<int64_t> keptDims,
                               mlir::Type type, bool centered = true);

} // namespace bnopt

#endif // BNOPT_PASSES_CONVERT_BNTOLINALG_H
