//===- NormalizedReaders.h - What reads normalized data -------------------===//

#ifndef BNOPT_PASSES_TRAIN_NORMALIZEDREADERS_H
#define BNOPT_PASSES_TRAIN_NORMALIZEDREADERS_H

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

namespace bnopt {

/// Whether `op` has one operand, and computing its elements again costs less
/// than to store and load them.
bool isCheapActivation(mlir::Operation *op);

/// Whether the result of `gate` is the output's gradient of one gradient of a
/// normalization alone, which reads `input`.
bool isGateOfGradient(nn::GateOp gate, mlir::Value input);

/// The operators that make the value of `gate` of the data that the gradient
/// reads too: a `bn.normalize` and cheap activations; in order, none if there
/// is another one among them.
llvm::SmallVector<mlir::Operation *> getGatedChain(nn::GateOp gate);

/// Whether `gate` is to be computed where its result is loaded, with what it
/// compares with: nothing else reads that.
bool isGateForLoad(mlir::Operation *op);

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_NORMALIZEDREADERS_H
