//===- RefreshPlan.h - What a refresh computes ----------------------------===//

#ifndef BNOPT_COMPILER_HOST_REFRESHPLAN_H
#define BNOPT_COMPILER_HOST_REFRESHPLAN_H

#include "compiler/host/WeightTable.h"
#include "compiler/link/Header.h"
#include "runtime/refresh.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace bnopt {

/// The recipes of a model's weights as the tables of runtime/refresh.h.
struct RefreshPlan {
  /// What recipes read: the parameters in the order of their signatures, those
  /// that are fixed after the others, then constants, which have no names.
  std::vector<TensorSignature> operands;
  /// The bytes of fixed parameters and constants; empty for what a refresh
  /// brings.
  std::vector<std::vector<char>> values;
  std::vector<bnopt_recipe> recipes;
  std::vector<bnopt_step> steps;
  /// Names, each with a zero at its end.
  std::string names;
};

/// Whether the parameters of `model` may be refreshed.
bool isRefreshable(mlir::func::FuncOp model);

/// The parameters of `model` that a refresh brings, or those that are fixed.
std::vector<TensorSignature> getParameterSignatures(mlir::func::FuncOp model,
                                                    bool isFixed);

/// The plan of a lowered model that may be refreshed. Fails with an error where
/// recipes and constants do not fit together.
mlir::FailureOr<RefreshPlan> planRefresh(mlir::func::FuncOp model,
                                         const WeightTable &weights);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_REFRESHPLAN_H
