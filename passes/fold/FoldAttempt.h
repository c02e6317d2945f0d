//===- FoldAttempt.h - The parts of FoldPlan ------------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDATTEMPT_H
#define BNOPT_PASSES_FOLD_FOLDATTEMPT_H

#include "passes/fold/FoldPlan.h"

namespace bnopt {

/// One way of looking for a plan, at one cost, and why it failed.
class FoldAttempt {
public:
  FoldAttempt(const FoldLimits &limits, FoldCost maxCost,
              llvm::SetVector<mlir::Operation *> &visited)
      : limits(limits), maxCost(maxCost), visited(visited) {}

  using Actions = std::vector<FoldAction>;

  /// Lets `values` of `value`, which `user` reads, go upwards or downwards.
  std::optional<Actions> planUp(mlir::Value value, const ScaleAndShift &values,
                                mlir::Operation *user);
  std::optional<Actions> planDown(mlir::Value value,
                                  const ScaleAndShift &values);

  /// The first obstacle of the path that came farthest.
  const FoldObstacle &getObstacle() const { return farthest; }
  /// More could be done for more.
  bool isLimitedByCost() const { return limitedByCost; }

private:
  /// A scale-shift on its way up: `user` reads the value in `operands`.
  struct UpwardShift {
    mlir::Value value;
    SharedScaleAndShift values;
    mlir::Operation *user;
    llvm::SmallVector<unsigned> operands;
  };
  /// One of the ways on: an action and what it makes of the scale-shift.
  struct UpwardStep {
    FoldAction action;
    llvm::SmallVector<UpwardShift> next;
  };
  /// What is decided on one path, and what is not.
  struct UpwardPath {
    Actions actions;
    llvm::SmallVector<UpwardShift> pending;
  };
  /// A scale-shift on its way down.
  struct DownwardShift {
    mlir::Value value;
    ScaleAndShift values;
  };

  static FoldAction createUpward(FoldAction::Kind kind,
                                 const UpwardShift &shift);
  /// The ways on from `shift`; none if there is none, and `obstacle` says why.
  std::vector<UpwardStep> stepUp(const UpwardShift &shift,
                                 FoldObstacle &obstacle);
  std::optional<UpwardStep> mergeUp(const UpwardShift &shift,
                                    FoldObstacle &obstacle);
  std::optional<UpwardStep> scaleConstant(const UpwardShift &shift,
                                          FoldObstacle &obstacle);
  /// As the others; without a text where the operator has no weights.
  std::optional<UpwardStep> absorbBelow(const UpwardShift &shift,
                                        FoldObstacle &obstacle);
  void moveUp(const UpwardShift &shift, std::vector<UpwardStep> &steps,
              FoldObstacle &obstacle);

  /// The action at one use of `shift`; where it moves on, so does `next`.
  std::optional<FoldAction> stepDown(const DownwardShift &shift,
                                     mlir::OpOperand &use,
                                     std::optional<DownwardShift> &next,
                                     FoldObstacle &obstacle);
  std::optional<FoldAction> mergeDown(const DownwardShift &shift,
                                      mlir::OpOperand &use,
                                      FoldObstacle &obstacle);
  /// Without a text where the operator has no weights.
  std::optional<FoldAction> absorbAbove(const DownwardShift &shift,
                                        mlir::OpOperand &use,
                                        FoldObstacle &obstacle);

  /// Computes the constants of all actions; not finite or not exact enough
  /// constants are an obstacle.
  mlir::LogicalResult computeConstants(Actions &actions,
                                       FoldObstacle &obstacle);
  /// Whether a plan may cost this much; if not, remembers that it might.
  bool affords(FoldCost cost);
  /// Remembers `obstacle` if no path came farther than `depth` actions.
  void keepObstacle(const FoldObstacle &obstacle, size_t depth);

  const FoldLimits &limits;
  const FoldCost maxCost;
  llvm::SetVector<mlir::Operation *> &visited;
  FoldObstacle farthest;
  std::optional<size_t> farthestDepth;
  bool limitedByCost = false;
};

/// Operators that one attempt looks at. Models need a few; the bound is for
/// those whose branches multiply.
inline constexpr int64_t maxFoldSteps = 256;

/// What a linear operator computes with; none if it is not constant, and
/// `obstacle` says which.
std::optional<LinearConstants>
readConstants(mlir::Operation *op, unsigned weightsOperand, mlir::Value bias,
              int64_t numFeatures, FoldObstacle &obstacle);

/// What it means that an operator refuses the features of `value` along
/// `featureIndex`: whether it `accepts` those along another dimension.
ObstacleKind getRefusalKind(mlir::Value value, int64_t featureIndex,
                            llvm::function_ref<bool(int64_t)> accepts);

/// Whether `merged` may stay as the only scale-shift, in the place of `op`; if
/// not, `obstacle` says why.
bool checkMerged(const ScaleAndShift &merged, mlir::Operation *op,
                 FoldObstacle &obstacle);

/// Whether `values` could be those of `value`.
bool haveFeaturesOf(const ScaleAndShift &values, mlir::Value value);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDATTEMPT_H
