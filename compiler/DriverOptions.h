//===- DriverOptions.h - What the command line asks for -------------------===//

#ifndef BNOPT_COMPILER_DRIVEROPTIONS_H
#define BNOPT_COMPILER_DRIVEROPTIONS_H

#include "compiler/Pipeline.h"
#include "compiler/norms/NormKernels.h"

#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace bnopt {

/// The forms in which a compilation can end.
enum class OutputKind {
  MLIR,         ///< .mlir: the IR as text
  MLIRBytecode, ///< .mlirbc
  LLVMIR,       ///< .ll: the host function
  Statements,   ///< .stmt: the kernels as Halide's statements
  Assembly,     ///< .s: the host function and the kernels
  Object,       ///< .o: a relocatable object with everything
  Archive,      ///< .a: that object as the only member
  SharedLibrary ///< .so
};

/// A compilation, as the user asked for it.
struct DriverOptions {
  std::string inputPath, outputPath;
  /// In the place of a model in 'inputPath'.
  std::optional<NormKernelOptions> kernel;
  std::optional<OutputKind> emit;
  std::optional<Phase> stopAfter;
  std::string target = "native";
  std::string cacheDirectory;
  std::string reportPath;
  bool summary = false;
  bool validate = false;
  /// In the place of `getValidationLimit`.
  std::optional<double> validateTolerance;
  std::vector<std::string> inputShapes;
  FoldOptions fold;
  std::optional<DifferentiationOptions> differentiation;
  TrainingFusion trainingFusion;
  bool refreshable = false;
  bool sanitizeThread = false;
  unsigned threads = 0;

  bool interpret = false;
  std::vector<std::string> interpreterInputs;
  std::string interpreterOutput;
  uint64_t seed = 0;

  /// Whether someone wants to know what becomes of each normalization.
  bool reportsNormalizations() const {
    return summary || validate || !reportPath.empty();
  }
};

/// Adds the driver's options to the command line; call before it is parsed.
void registerDriverOptions();

/// The options as parsed, for the given positional input and `-o`.
llvm::Expected<DriverOptions> getDriverOptions(std::string inputPath,
                                               std::string outputPath);

/// Whether an option was given that only a compilation has.
bool hasCompilationOptions();

/// Fails if an option has a value that it cannot have, or no effect beside the
/// others and the passes that are named, if any are.
llvm::Error checkDriverOptions(const DriverOptions &options, bool hasPasses);

/// What to write: `emit`, or what the suffix of the output says, or MLIR where
/// the compilation stops early. Fails on contradictions.
llvm::Expected<OutputKind> resolveOutputKind(const DriverOptions &options);

} // namespace bnopt

#endif // BNOPT_COMPILER_DRIVEROPTIONS_H
