//===- CommandLine.h - --kernel and what belongs to it --------------------===//

#ifndef BNOPT_COMPILER_NORMS_COMMANDLINE_H
#define BNOPT_COMPILER_NORMS_COMMANDLINE_H

#include "compiler/norms/NormKernels.h"

namespace bnopt {

/// Adds the options to the command line; call before it is parsed.
void registerNormKernelOptions();

/// Whether an option of norm kernels was given.
bool hasNormKernelOptions();

/// The kernel that the command line asks for, or nothing. Fails where its
/// options are malformed or incomplete, or no kernel is named.
llvm::Expected<std::optional<NormKernelOptions>> getNormKernelOptions();

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_COMMANDLINE_H
