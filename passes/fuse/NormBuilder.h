//===- NormBuilder.h - The parts of norms over rows -----------------------===//
//
// What layer, group and RMS norm and their gradients consist of: means over the
// rows of a tensor, and elementwise operators.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_FUSE_NORMBUILDER_H
#define BNOPT_PASSES_FUSE_NORMBUILDER_H

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

class NormBuilder {
public:
  NormBuilder(mlir::PatternRewriter &rewriter, mlir::Location loc)
      : rewriter(rewriter), loc(loc) {}

  template <typename Op>
  mlir::Value apply(mlir::Value lhs, mlir::Value rhs) {
    return Op::create(rewriter, loc, lhs, rhs);
  }

  /// `op(x, parameter)`, the parameter under `shape`; x where it changes
  /// nothing: it is null, or constant and everywhere `neutral`.
  template <typename Op>
  mlir::Value applyParameter(mlir::Value x, mlir::Value parameter,
                             mlir::ArrayRef<int64_t> shape, double neutral) {
    mlir::Value operand = getParameter(x, parameter, shape, neutral);
    return operand ? apply<Op>(x, operand) : x;
  }

  /// x without the mean over `axes`. Where the shape is known, x is first taken
  /// relative to the first element of its row: where the mean is large beside
  /// the deviation, that difference is exact, and its mean has the digits that
  /// a rounded mean of x has not.
  mlir::Value center(mlir::Value x, mlir::ArrayRef<int64_t> axes);

  /// √(mean(x²) + epsilon)
  mlir::Value getRoot(mlir::Value x, mlir::ArrayRef<int64_t> axes,
                      const mlir::APFloat &epsilon);

  /// The mean over `axes`, which stay as dimensions of one.
  mlir::Value getMean(mlir::Value x, mlir::ArrayRef<int64_t> axes);

  /// The sum over `axes`, which are gone.
  mlir::Value getSum(mlir::Value x, mlir::ArrayRef<int64_t> axes);

  mlir::Value getZeros(mlir::RankedTensorType type);

  mlir::Value reshape(mlir::Value value, mlir::RankedTensorType type);

private:
  mlir::Value getParameter(mlir::Value x, mlir::Value parameter,
                           mlir::ArrayRef<int64_t> shape, double neutral);

  mlir::PatternRewriter &rewriter;
  mlir::Location loc;
};

/// Whether `parameter` can be an operand beside `data`: constants are rounded
/// to its type.
bool hasTypeOf(mlir::Value parameter, mlir::Value data);

/// The dimensions from `first` on.
llvm::SmallVector<int64_t> getAxesFrom(int64_t first,
                                       mlir::RankedTensorType type);

/// The type of the input of a group norm with a group as a row, dimensions 2
/// and later. Images of one channel a group, and not sequences of nothing, are
/// that already. Fails where the size of a group is unknown.
mlir::FailureOr<mlir::RankedTensorType>
getGroupedType(mlir::RankedTensorType type, int64_t groups);

/// The shape of one value per channel beside data of `type`: C×1×1.
llvm::SmallVector<int64_t> getChannelShape(mlir::RankedTensorType type);

/// Whether code can be generated for the layer, group or RMS norm, or the
/// gradient of one, `op` as it is: its shape is known, has elements, and
/// everything is of f32. A single row is left to the threads if it is worth
/// waking them, a gradient of rows has several, and its sums fit on the stack.
bool hasNormKernel(mlir::Operation *op);

/// The gradients of layer, group and RMS norm; those that have a kernel stay if
/// `keepKernels`.
void populateExpandNormGradientPatterns(mlir::RewritePatternSet &patterns,
                                        bool keepKernels);

/// Gives each task of the gradients that have a kernel its own sums.
void populateDivideGradientSumsPatterns(mlir::RewritePatternSet &patterns);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_NORMBUILDER_H
