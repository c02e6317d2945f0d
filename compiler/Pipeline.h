//===- Pipeline.h - What runs when ----------------------------------------===//

#ifndef BNOPT_COMPILER_PIPELINE_H
#define BNOPT_COMPILER_PIPELINE_H

#include "compiler/Target.h"
#include "passes/train/GradientsOf.h"

#include "mlir/Pass/PassManager.h"

#include <string>
#include <vector>

namespace bnopt {

/// The phases of a compilation, in order. `--stop-after` names them.
enum class Phase { Import, Differentiate, Fold, Fuse, Lower, Emit };

llvm::StringRef getPhaseName(Phase phase);

/// What to do where variance + epsilon is not positive, or a parameter is not
/// finite: refuse the model, or warn and compute it at run time, NaN and all.
enum class InvalidParameters { Error, Keep };

/// How far folding may go.
struct FoldOptions {
  /// Largest rounding error of folded weights, relative to the sum of the terms
  /// of a result.
  double tolerance = 1e-6;
  /// Largest constant, in elements, that is added for a shift at the borders of
  /// a padded window.
  int64_t borderMapLimit = 65536;
  /// Names of nodes whose normalizations stay.
  std::vector<std::string> keep = {};
  /// What becomes of a batch norm whose scale and shift are not finite.
  InvalidParameters invalid = InvalidParameters::Error;
};

/// What a backward part computes, and may keep.
struct DifferentiationOptions {
  GradientsOf gradientsOf = GradientsOf::All;
  /// Bytes of activations; negative: no limit.
  int64_t recomputeBudget = -1;
};

/// Appends a backward part to the model.
void addDifferentiationPasses(mlir::OpPassManager &pm,
                              const DifferentiationOptions &options);

/// Folds normalizations into the operators beside them.
void addFoldPasses(mlir::OpPassManager &pm, const FoldOptions &options = {});

/// Fission and fusion of batch norms that train: which parts of their sweeps
/// move into the kernels beside them.
struct TrainingFusion {
  /// Split what can be normalized where it is read.
  bool split = true;
  /// Take the statistics of each feature once.
  bool share = true;
  /// Take statistics where the data are computed.
  bool epilogue = true;
};

/// Forms kernels of what is left.
void addFusePasses(mlir::OpPassManager &pm, const TrainingFusion &fusion = {});

/// What the lower phase needs to know of the machine.
struct LowerOptions {
  unsigned vectorBytes = 32;
  unsigned registers = 16;

  static LowerOptions forTarget(const Target &target);
};

/// Decides layouts, schedules and places in memory.
void addLowerPasses(mlir::OpPassManager &pm, const LowerOptions &options);

/// Registers the phases as the pipelines `bn-fold`, `bn-fuse` and `bn-lower`.
void registerPipelines();

} // namespace bnopt

#endif // BNOPT_COMPILER_PIPELINE_H
