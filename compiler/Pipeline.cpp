//===- Pipeline.cpp - What runs when --------------------------------------===//

#include "compiler/Pipeline.h"

#include "passes/Passes.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace bnopt;

StringRef bnopt::getPhaseName(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return "import";
  case Phase::Differentiate:
    return "differentiate";
  case Phase::Fold:
    return "fold";
  case Phase::Fuse:
    return "fuse";
  case Phase::Lower:
    return "lower";
  case Phase::Emit:
    return "emit";
  }
  llvm_unreachable("every phase has a name");
}

void bnopt::addDifferentiationPasses(OpPassManager &pm,
                                     const DifferentiationOptions &options) {
  // Before anything folds: gradients are those of the model's own parameters,
  // and what folds afterwards leaves both parts as they are. Canonicalization
  // would lose the names of constants.
  DifferentiatePassOptions passOptions;
  passOptions.withRespectTo = options.gradientsOf;
  passOptions.recomputeBudget = options.recomputeBudget;
  pm.addNestedPass<func::FuncOp>(createDifferentiatePass(passOptions));
}

void bnopt::addFoldPasses(OpPassManager &pm, const FoldOptions &options) {
  InferenceToScaleShiftPassOptions scaleShiftOptions;
  scaleShiftOptions.keepInvalid = options.invalid == InvalidParameters::Keep;
  AbsorbScaleShiftsPassOptions absorbOptions;
  absorbOptions.tolerance = options.tolerance;
  absorbOptions.borderMapLimit = options.borderMapLimit;
  MergeBranchesPassOptions branchOptions;
  branchOptions.tolerance = options.tolerance;
  // Spelled-out scale-shifts are recognized before absorption looks for them.
  pm.addNestedPass<func::FuncOp>(createCanonicalizeModelPass());
  // Before anything folds: what is written out must still be there.
  pm.addNestedPass<func::FuncOp>(createRaiseNormalizationsPass());
  // When all normalizations are known, and none has changed.
  if (!options.keep.empty()) {
    KeepNormalizationsPassOptions keepOptions;
    keepOptions.names.assign(options.keep.begin(), options.keep.end());
    pm.addPass(createKeepNormalizationsPass(keepOptions));
  }
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(createInferenceToScaleShiftPass(scaleShiftOptions));
  // Before all that look at numbers: it leaves them no constants that may
  // change.
  function.addPass(createFoldParametersPass({options.tolerance}));
  // Before absorption, which may move the affine parts of norms on.
  function.addPass(createSplitAffinesPass());
  // A branch takes in its scale-shift before absorption does, so that the sum
  // of all is rounded once, and an input that several branches read afterwards
  // has one user, which absorbs what stands above it.
  function.addPass(createMergeBranchesPass(branchOptions));
  absorbOptions.settle = false;
  function.addPass(createAbsorbScaleShiftsPass(absorbOptions));
  // Reshapes meet where a normalization has gone.
  function.addPass(createCanonicalizeModelPass());
  // Absorption turns arithmetic between a convolution and its sum into weights:
  // branches that it has laid bare. Where they become one, what stands above
  // has one user less.
  function.addPass(createMergeBranchesPass(branchOptions));
  absorbOptions.settle = true;
  function.addPass(createAbsorbScaleShiftsPass(absorbOptions));
  // Last: a scale-shift that stays costs nothing inside a norm.
  function.addPass(createMergeAffinesPass());
}

void bnopt::addFusePasses(OpPassManager &pm, const TrainingFusion &fusion) {
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(createSimplifyTrainingPass());
  if (fusion.share) {
    function.addPass(createSplitTrainingPass({SplitWhere::Shared}));
    function.addPass(createShareStatisticsPass());
  }
  if (fusion.epilogue)
    function.addPass(createSplitTrainingPass({SplitWhere::Produced}));
  if (fusion.split) {
    function.addPass(createSplitTrainingPass({SplitWhere::Loaded}));
    // Whatever has been split, for whatever reason.
    function.addPass(createRecomputeNormalizedPass());
  }
  // When it is known who reads a mean: what was split, what is computed again.
  function.addPass(createCompleteMeansPass());
  // After folding, for which casts are in the way. What is written out next has
  // operands of one type.
  function.addPass(createWidenOperatorsPass());
  // After folding, which knows the norms as such; what they consist of is
  // grouped with their neighbours.
  pm.addNestedPass<func::FuncOp>(createExpandNormsPass({/*keepKernels=*/true}));
  pm.addPass(createFormKernelsPass({fusion.epilogue}));
  pm.addPass(createDeduplicateKernelsPass());
}

void bnopt::addLowerPasses(OpPassManager &pm, const LowerOptions &options) {
  pm.addPass(createAssignLayoutsPass());
  // Kernels that differed in name only before layouts may still do so.
  pm.addPass(createDeduplicateKernelsPass());
  ChooseSchedulesPassOptions scheduleOptions;
  scheduleOptions.vectorBytes = options.vectorBytes;
  scheduleOptions.registers = options.registers;
  // A tile depends on strides, so layouts come first; it decides the packing.
  pm.addPass(createChooseSchedulesPass(scheduleOptions));
  pm.addPass(createPackWeightsPass());
  // Last, because it leaves tensors behind.
  pm.addPass(createPlanMemoryPass());
}

LowerOptions LowerOptions::forTarget(const Target &target) {
  return {target.vectorBytes(), target.registerCount()};
}

namespace {
struct FoldPipelineOptions : PassPipelineOptions<FoldPipelineOptions> {
  Option<double> tolerance{
      *this, "tolerance",
      llvm::cl::desc(
          "largest rounding error of folded weights, relative to the "
          "sum of the terms of a result"),
      llvm::cl::init(FoldOptions().tolerance)};
  Option<int64_t> borderMapLimit{
      *this, "border-map-limit",
      llvm::cl::desc("largest constant, in elements, that is added for a shift "
                     "at the borders of a padded window"),
      llvm::cl::init(FoldOptions().borderMapLimit)};
  ListOption<std::string> keep{
      *this, "keep",
      llvm::cl::desc("names of the nodes whose normalizations stay")};
  Option<bool> keepInvalid{
      *this, "keep-invalid",
      llvm::cl::desc("leave batch normalizations as they are whose scale and "
                     "shift are not finite"),
      llvm::cl::init(false)};

  FoldOptions get() const {
    FoldOptions options;
    options.tolerance = tolerance;
    options.borderMapLimit = borderMapLimit;
    options.keep.assign(keep.begin(), keep.end());
    if (keepInvalid)
      options.invalid = InvalidParameters::Keep;
    return options;
  }
};

struct FusePipelineOptions : PassPipelineOptions<FusePipelineOptions> {
  Option<bool> split{
      *this, "split",
      llvm::cl::desc("split training batch norms where what is normalized can "
                     "be computed by what reads it"),
      llvm::cl::init(TrainingFusion().split)};
  Option<bool> share{*this, "share",
                     llvm::cl::desc("take the statistics of each feature once"),
                     llvm::cl::init(TrainingFusion().share)};
  Option<bool> epilogue{
      *this, "epilogue",
      llvm::cl::desc("take statistics where the data are computed"),
      llvm::cl::init(TrainingFusion().epilogue)};
};

struct LowerPipelineOptions : PassPipelineOptions<LowerPipelineOptions> {
  Option<unsigned> vectorBytes{
      *this, "vector-bytes",
      llvm::cl::desc("size of a vector register in bytes"),
      llvm::cl::init(LowerOptions().vectorBytes)};
  Option<unsigned> registers{*this, "registers",
                             llvm::cl::desc("number of vector registers"),
                             llvm::cl::init(LowerOptions().registers)};
};
} // namespace

void bnopt::registerPipelines() {
  PassPipelineRegistration<FoldPipelineOptions>(
      "bn-fold", "Fold normalizations into their neighbours",
      [](OpPassManager &pm, const FoldPipelineOptions &options) {
        addFoldPasses(pm, options.get());
      });
  PassPipelineRegistration<FusePipelineOptions>(
      "bn-fuse", "Form kernels",
      [](OpPassManager &pm, const FusePipelineOptions &options) {
        addFusePasses(pm, {options.split, options.share, options.epilogue});
      });
  PassPipelineRegistration<LowerPipelineOptions>(
      "bn-lower", "Decide layouts, schedules and places in memory",
      [](OpPassManager &pm, const LowerPipelineOptions &options) {
        addLowerPasses(pm, {options.vectorBytes, options.registers});
      });
}
