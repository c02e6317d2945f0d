//===- ScaleShiftOpInterface.h - Where a scale and a shift can go ---------===//

#ifndef BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H
#define BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H

#include "dialect/Interfaces/ScaleAndShift.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <string>

namespace bnopt {

/// How the elements of a weight tensor map to features: read row-major as
/// `[groups][outer][featuresPerGroup][inner]`, the element at (g, o, f, i)
/// belongs to feature `g * featuresPerGroup + f`.
///
///                              of the result          of the input
///   convolution `[O, I/g, k]`  {1, 1, O, I/g·k}       {g, O/g, I/g, k}
///   transposed `[I, O/g, k]`   {g, I/g, O/g, k}       {1, 1, I, O/g·k}
///   matrix B `[K, N]`          {1, K, N, 1}           {1, 1, K, N}
struct FeatureView {
  int64_t groups = 1;
  int64_t outer = 1;
  int64_t featuresPerGroup = 1;
  int64_t inner = 1;

  int64_t numFeatures() const { return groups * featuresPerGroup; }
  int64_t numElements() const { return numFeatures() * outer * inner; }
  /// The feature of the element at row-major position `index`.
  int64_t getFeature(int64_t index) const {
    const int64_t feature = index / inner % featuresPerGroup;
    return index / (inner * featuresPerGroup * outer) * featuresPerGroup +
           feature;
  }
};

/// The operands that absorb a scale-shift below an operator.
struct ScaleShiftTarget {
  /// Index of the operand that the scale multiplies.
  unsigned weightsOperand;
  FeatureView view;
  /// The bias of one element per feature, or null when the operator has none.
  mlir::Value bias;
  /// The operator has a place for a bias; if not, `cloneWithWeights` gets none
  /// and the shift stays behind as an addition.
  bool takesBias = true;
};

/// The taps of a window that read the input, for each position of the result
/// along one spatial dimension.
using ReadTaps = llvm::SmallVector<llvm::SmallVector<int64_t>>;

/// The operands that absorb a scale-shift above an operator, W·(s·x + t) + b.
/// The scale multiplies the weights; the shift adds, to each result feature o
/// at position p,
///
///   Σ W[e]·t[inputView.getFeature(e)]  over the elements e of o's row whose
///   tap is read at p.
struct ScaleShiftTargetAbove {
  unsigned weightsOperand;
  /// Weight elements by the feature of the operand, which s and t have.
  FeatureView inputView;
  /// Weight elements by the feature of the result, which the bias has.
  FeatureView resultView;
  /// One element per feature of the result, or null.
  mlir::Value bias;
  /// As for a target below.
  bool takesBias = true;
  /// The dimension of the result along which its features vary.
  int64_t resultFeatureIndex = 1;
  /// The sizes of the window, which are the weights' innermost dimensions;
  /// empty for matrix products.
  llvm::SmallVector<int64_t> window;
  /// Which taps each position reads, per spatial dimension. Empty when all are
  /// read everywhere, so that the shift ends in the bias.
  llvm::SmallVector<ReadTaps> readTaps;
  /// Why a shift cannot be absorbed though a scale can; empty if it can.
  std::string shiftObstacle;
};

/// What becomes of a scale-shift at one operand. `values.featureIndex` counts
/// the operand's own dimensions. Where the operand broadcasts, that dimension
/// may have size 1 or, negative, be missing before the first: of the features
/// of an N×C×H×W result an operand [C, 1, 1] has featureIndex 0, [1] has −2.
/// The pass repeats constants along such a dimension, and refuses anything
/// else.
struct OperandScaleShift {
  unsigned operand;
  ScaleAndShift values;
};

/// A way of moving a scale-shift from the result of an operator to its
/// operands. Operands that are not listed stay as they are.
struct ScaleShiftMove {
  llvm::SmallVector<OperandScaleShift> operands;
  /// The operator becomes another one (relu a clamp): right, but dearer than a
  /// move that only changes operands.
  bool changesOperator = false;
};

/// A copy of `op`, of one result, with other operands; returns its result.
mlir::Value cloneWithOperands(mlir::OpBuilder &builder, mlir::Operation *op,
                              mlir::ValueRange operands);

} // namespace bnopt

#include "dialect/Interfaces/ScaleShiftOpInterface.h.inc"

#endif // BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H
