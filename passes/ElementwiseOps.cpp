//===- ElementwiseOps.cpp - Operators that work on each element by itself -===//

#include "passes/ElementwiseOps.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

using namespace bnopt;

bool bnopt::isElementwise(mlir::Operation *op) {
  return op->hasTrait<mlir::OpTrait::Elementwise>() ||
         mlir::isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp, nn::PowOp,
                   nn::MinOp, nn::MaxOp, nn::PReluOp, bn::ScaleShiftOp,
                   bn::InferenceOp, bn::NormalizeOp, bn::GradientInputOp,
                   bn::UpdateRunningOp, bn::UpdateCumulativeOp>(op);
}
