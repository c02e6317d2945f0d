//===- Branches.h - Parallel paths that are one convolution ---------------===//

#ifndef BNOPT_PASSES_FOLD_BRANCHES_H
#define BNOPT_PASSES_FOLD_BRANCHES_H

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/ScaleAndShift.h"
#include "passes/fold/TapGrid.h"

#include <optional>
#include <string>

namespace bnopt {

/// An addend that is a convolution of `input` with constants:
/// `scale·(W∗input + b) + shift` per channel, zeros outside the input. An
/// identity and an average pool are convolutions with a diagonal W.
struct Branch {
  mlir::Value addend;
  mlir::Value input;
  /// The scale-shift above the addend, and the convolution or pool above that;
  /// null where there is none.
  bn::ScaleShiftOp scaleShift;
  mlir::Operation *linear = nullptr;
  /// Weights `O×I/g×K…`; without them each tap of the diagonal is `diagonal`.
  std::optional<ConstantData> weights, bias;
  double diagonal = 1;
  /// Of `scaleShift`; one and zero without it.
  ScaleAndShift values;
  int64_t numInputs = 0, numOutputs = 0, groups = 1;
  llvm::SmallVector<nn::WindowDim> window;

  bool isConvolution() const { return weights.has_value(); }
  bool hasBias() const { return bias || scaleShift; }
  /// Multiplications per position of the result.
  int64_t countMultiplications() const;
  /// Weights of one tap and one output.
  int64_t inputsPerGroup() const { return numInputs / groups; }
};

/// Reads `addend` as a branch. Operators with other uses, which would have to
/// be computed all the same, count as the input of an identity. None for
/// tensors that are no images of a known number of channels.
std::optional<Branch> readBranch(mlir::Value addend);

/// The convolution that is the sum of branches of one input.
struct MergedShape {
  int64_t groups;
  llvm::SmallVector<TapGrid> grids;
  llvm::SmallVector<nn::WindowDim> window;
};

/// Fails with `reason` when no convolution is the sum, or when it would take
/// more multiplications than the branches.
mlir::FailureOr<MergedShape>
getMergedShape(llvm::ArrayRef<const Branch *> branches, std::string &reason);

/// A sum of branches, and how much rounding its weights may change results,
/// relative to the sum of the terms of the branches.
struct MergedBranches {
  nn::ConvOp conv;
  double bound = 0;
};

/// Builds the sum of `branches` at `loc`; fails with `reason`, having built
/// nothing, when its weights are not finite in their type or not exact within
/// `tolerance`.
mlir::FailureOr<MergedBranches>
buildMerged(mlir::OpBuilder &builder, mlir::Location loc,
            llvm::ArrayRef<const Branch *> branches, const MergedShape &shape,
            double tolerance, std::string &reason);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_BRANCHES_H
